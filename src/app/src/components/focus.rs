//! Where the focus is, where it goes if what had it is gone, and what a key that was pressed asks for.

use leptos::prelude::*;
use panels_core::keys::{self, Command, Group, Press};
use wasm_bindgen::JsCast;

/// The row that a table is entered by.
pub(super) const ENTRY: &str = "[role=row][tabindex='0']";
/// Where the focus goes if what had it is gone: the drawer, or the table's row that can be reached, or the first link.
const INSTEAD: &str = ".drawer, [role=row][tabindex='0'], .grid-empty button, #main a";
/// What takes signs as text. A box that is ticked takes none.
const TYPED_INTO: &str =
    "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";

/// What the press asks for, in some groups of keys. What is written while signs are composed is no command.
pub(super) fn command(groups: &[Group], event: &web_sys::KeyboardEvent) -> Option<Command> {
    let press = Press {
        key: &event.key(),
        shift: event.shift_key(),
        control: event.ctrl_key() || event.meta_key(),
        alt: event.alt_key(),
        repeat: event.repeat(),
    };
    keys::command(groups, &press).filter(|_| !event.is_composing())
}

/// Whether the press closes what is open.
pub(super) fn closes(event: &web_sys::KeyboardEvent) -> bool {
    command(&[Group::Everywhere], event) == Some(Command::Close)
}

/// Whether a key goes into a text.
pub(super) fn is_typing(event: &web_sys::KeyboardEvent) -> bool {
    let element = event.target().and_then(|target| target.dyn_into().ok());
    element.is_some_and(|element: web_sys::Element| {
        let typed_into = element.closest(TYPED_INTO);
        typed_into.is_ok_and(|found| found.is_some())
    })
}

/// Whether the page waits for a dialog.
pub(super) fn is_waiting() -> bool {
    let dialog = document().query_selector("dialog[open]");
    dialog.is_ok_and(|dialog| dialog.is_some())
}

/// What has the focus.
pub(super) fn focused() -> Option<web_sys::HtmlElement> {
    document().active_element()?.dyn_into().ok()
}

/// Whether nothing has it.
pub(crate) fn is_lost() -> bool {
    let body = document().body();
    let active = document().active_element();
    active.is_none_or(|active| body.as_deref() == Some(&active))
}

/// Gives the focus to what had it before, or to what comes next to it, unless something else has it by now.
pub(super) fn give_back(before: Option<web_sys::HtmlElement>) {
    if !is_lost() {
        return;
    }
    let still_there = before.filter(|element| element.is_connected());
    match still_there {
        Some(element) => _ = element.focus(),
        None => _ = focus_first(INSTEAD),
    }
}

/// Moves it with the next frame, when what is drawn by then is there, unless a key or the pointer has moved it meanwhile.
pub(super) fn move_later(to: impl FnOnce() + 'static) {
    let before = focused();
    request_animation_frame(move || {
        if is_lost() || focused() == before {
            to();
        }
    });
}

/// Gives it back once what has it has left the page.
pub(super) fn give_back_later() {
    request_animation_frame(|| give_back(None));
}

/// Into the table, where it was left.
pub(super) fn focus_table() -> bool {
    focus_first(ENTRY)
}

/// Gives the focus to the first of what fits; whether there is any.
pub(crate) fn focus_first(selector: &str) -> bool {
    let found = document().query_selector(selector).ok().flatten();
    let element = found.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok());
    element.is_some_and(|element| element.focus().is_ok())
}
