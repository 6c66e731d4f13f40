//! The menu of filters: one group for each column that can be filtered by. A choice counts at once.

use leptos::{html::Div, prelude::*};
use wasm_bindgen::JsCast;

use super::{super::focus::closes, filters::ColumnFilter};
use crate::{
    state::{Ask, PanelStore},
    text,
};

/// See the module. Closed by Escape, and when the focus goes elsewhere.
#[component]
pub(super) fn FilterMenu(
    /// The panel.
    store: StoredValue<PanelStore, LocalStorage>,
    /// Asks something else of the panel.
    ask: Ask,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let menu = NodeRef::<Div>::new();
    let button = NodeRef::<leptos::html::Button>::new();
    let count = Memo::new(move |_| store.with_value(PanelStore::query).filters.len());
    Effect::new(move |_| {
        if let Some(menu) = menu.get() {
            _ = menu.focus();
        }
    });
    let on_key = move |event: web_sys::KeyboardEvent| {
        if closes(&event) && open.get_untracked() {
            event.prevent_default();
            open.set(false);
            if let Some(button) = button.get_untracked() {
                _ = button.focus();
            }
        }
    };
    let on_leave = move |event: web_sys::FocusEvent| {
        let to = event
            .related_target()
            .and_then(|to| to.dyn_into::<web_sys::Node>().ok());
        let stays = |node: &web_sys::Node| {
            let menu = menu
                .get_untracked()
                .is_some_and(|menu| menu.contains(Some(node)));
            menu || button
                .get_untracked()
                .is_some_and(|button| button.contains(Some(node)))
        };
        if to.as_ref().is_some_and(|to| !stays(to)) || to.is_none() && !document_has_lost_focus() {
            open.set(false);
        }
    };
    let columns = store.with_value(|store| store.view().columns.clone());
    let groups = move || {
        let columns = columns.clone().into_iter();
        columns
            .map(|column| view! { <ColumnFilter column=column store=store ask=ask/> })
            .collect_view()
    };
    view! {
        <div class="menu-anchor" on:keydown=on_key on:focusout=on_leave>
            <button
                class="button"
                type="button"
                node_ref=button
                aria-haspopup="dialog"
                aria-expanded=move || open.get().to_string()
                on:click=move |_| open.update(|open| *open = !*open)
            >
                {text::FILTER}
                {move || (count.get() > 0).then(|| view! { <span class="badge-count">{count.get()}</span> })}
            </button>
            <Show when=move || open.get()>
                <div class="menu" role="dialog" aria-label=text::FILTERS tabindex="-1" node_ref=menu>
                    {groups.clone()}
                </div>
            </Show>
        </div>
    }
}

/// Whether another window has the focus: then it will come back to where it was.
fn document_has_lost_focus() -> bool {
    !document().has_focus().unwrap_or(true)
}
