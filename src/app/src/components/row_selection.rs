//! How rows are chosen: by Space and Shift with the arrows, by a click on the mark before a row, with Ctrl or Shift on the row.

use leptos::prelude::*;
use panels_core::{
    identity::ResourceId,
    keys::Command,
    selection::{Selection, TooMany},
};
use wasm_bindgen::JsCast;

use crate::{
    state::{AppState, PanelStore},
    text,
};

/// Chooses by a click; `false` if the click means something else.
pub(super) fn select_by_click(
    state: AppState,
    store: &PanelStore,
    id: &ResourceId,
    event: &web_sys::MouseEvent,
) -> bool {
    if event.shift_key() {
        tell(state, store.select_to(id));
    } else if event.ctrl_key() || event.meta_key() || is_on_mark(event) {
        tell(state, store.toggle_selected(id));
    } else {
        return false;
    }
    true
}

/// Chooses what a key asks for; `false` if it asks for something else.
pub(super) fn select_by_key(
    state: AppState,
    store: &PanelStore,
    id: &ResourceId,
    command: Command,
) -> bool {
    let chosen = !store.selection().with_untracked(Selection::is_empty);
    match command {
        Command::Choose => tell(state, store.toggle_selected(id)),
        Command::ChooseNone if chosen => store.clear_selection(),
        _ => return false,
    }
    true
}

/// The focus goes from one row to another with Shift held.
pub(super) fn select_on_the_way(
    state: AppState,
    store: &PanelStore,
    from: &ResourceId,
    to: &ResourceId,
) {
    let selection = store.selection();
    if selection.with_untracked(|selection| !selection.contains(from)) {
        tell(state, store.toggle_selected(from));
    }
    tell(state, store.select_to(to));
}

fn is_on_mark(event: &web_sys::MouseEvent) -> bool {
    let element = event.target().and_then(|target| target.dyn_into().ok());
    element.is_some_and(|element: web_sys::Element| {
        element
            .closest(".row-mark")
            .is_ok_and(|mark| mark.is_some())
    })
}

fn tell(state: AppState, outcome: Result<(), TooMany>) {
    if let Err(TooMany { limit }) = outcome {
        state.say_of_rows(text::too_many_selected(limit));
    }
}
