//! Where the focus of a table goes: to a row that may not be in the document yet, and back from the drawer.

use leptos::{html::Div, prelude::*};
use panels_core::identity::ResourceId;
use wasm_bindgen::JsCast;

use super::focus::ENTRY;
use crate::state::PanelStore;

/// The panel of a table.
pub(super) type Store = StoredValue<PanelStore, LocalStorage>;

/// Scrolls until a row can be seen.
pub(super) fn show_row(grid: NodeRef<Div>, store: Store, index: usize) {
    let Some(grid) = grid.get_untracked() else {
        return;
    };
    if let Some(top) = store.with_value(|store| store.viewport().scroll_to_show(index)) {
        grid.set_scroll_top(top.ceil() as i32);
    }
}

/// Gives a row the focus, at once where it is in the document: the next key may come before the next frame.
pub(super) fn focus_row(grid: NodeRef<Div>, id: &ResourceId) {
    if !focus_in(grid, &row_selector(id)) {
        focus_later(grid, id.clone());
    }
}

/// The same with the next turn of the reactive system, in which it enters the document.
pub(super) fn focus_later(grid: NodeRef<Div>, id: ResourceId) {
    request_animation_frame(move || {
        _ = focus_in(grid, &row_selector(&id)) || focus_in(grid, ENTRY);
    });
}

fn focus_in(grid: NodeRef<Div>, selector: &str) -> bool {
    let grid = grid.try_get_untracked().flatten();
    let found = grid.and_then(|grid| grid.query_selector(selector).ok()?);
    let row = found.and_then(|row| row.dyn_into::<web_sys::HtmlElement>().ok());
    row.is_some_and(|row| row.focus().is_ok())
}

/// When the drawer closes, the focus goes back to its row.
pub(super) fn return_focus(grid: NodeRef<Div>, store: Store, open: Signal<Option<ResourceId>>) {
    Effect::new(move |before: Option<Option<ResourceId>>| {
        let now = open.get();
        if let (None, Some(Some(id))) = (&now, before) {
            if let Some(index) = store.with_value(|store| store.index_of(&id)) {
                show_row(grid, store, index);
            }
            focus_later(grid, id);
        }
        now
    });
}

fn row_selector(id: &ResourceId) -> String {
    format!("[data-id=\"{id}\"]")
}
