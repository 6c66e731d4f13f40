//! The search: `/` leads into it, Escape empties it.

use leptos::{html::Input, prelude::*};
use panels_core::query::{Query, Search};
use wasm_bindgen::JsCast;

use crate::{
    state::{Ask, PanelStore},
    text,
};

/// See the module.
#[component]
pub(super) fn SearchBox(
    /// The panel.
    store: StoredValue<PanelStore, LocalStorage>,
    /// Asks something else of the panel.
    ask: Ask,
) -> impl IntoView {
    let input = NodeRef::<Input>::new();
    let typed = Memo::new(move |_| {
        store
            .with_value(PanelStore::query)
            .search
            .typed()
            .to_owned()
    });
    let search = move |typed: &str| {
        let query = store.with_value(PanelStore::query_untracked);
        ask.run(Query {
            search: Search::new(typed),
            ..query
        });
    };
    let on_key = move |event: web_sys::KeyboardEvent| {
        if event.key() == "Escape" && !typed.with_untracked(String::is_empty) {
            event.prevent_default();
            search("");
        }
    };
    let shortcut = window_event_listener(leptos::ev::keydown, move |event| {
        let plain = !event.ctrl_key() && !event.meta_key() && !event.alt_key();
        if event.key() == "/"
            && plain
            && !is_typing(event.target())
            && let Some(input) = input.get_untracked()
        {
            event.prevent_default();
            _ = input.focus();
            input.select();
        }
    });
    on_cleanup(move || shortcut.remove());
    view! {
        <input
            class="search"
            type="search"
            aria-label=text::SEARCH
            placeholder=text::SEARCH_HINT
            autocomplete="off"
            spellcheck="false"
            node_ref=input
            prop:value=move || typed.get()
            on:input=move |event| search(&event_target_value(&event))
            on:keydown=on_key
        />
    }
}

/// Whether a key goes into a text, or a dialog is open.
fn is_typing(target: Option<web_sys::EventTarget>) -> bool {
    let element = target.and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let field = "input, textarea, select, [contenteditable], [role=dialog], dialog";
    element.is_some_and(|element| element.closest(field).is_ok_and(|found| found.is_some()))
}
