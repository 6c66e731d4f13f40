//! The search: `/` leads into it, Escape empties it and then leads back to the rows.

use leptos::{html::Input, prelude::*};
use panels_core::{
    keys::{Command, Group},
    query::{Query, Search},
};

use super::super::focus::{closes, command, focus_table, is_typing, is_waiting};
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
    // Where the rows are is where one goes on: with Enter or down, and by closing what is empty.
    let on_key = move |event: web_sys::KeyboardEvent| {
        let taken = match event.key().as_str() {
            _ if closes(&event) && !typed.with_untracked(String::is_empty) => {
                search("");
                true
            }
            "Enter" | "ArrowDown" => focus_table(),
            _ => closes(&event) && focus_table(),
        };
        if taken {
            event.prevent_default();
        }
    };
    let shortcut = window_event_listener(leptos::ev::keydown, move |event| {
        if command(&[Group::Panel], &event) == Some(Command::Search)
            && !is_typing(&event)
            && !is_waiting()
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
