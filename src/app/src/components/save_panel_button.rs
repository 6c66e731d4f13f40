//! The button in the head of a panel that saves what is shown. Where that is not possible it is disabled and says why.

use leptos::prelude::*;
use panels_core::panel_edit::PanelEdit;

use crate::{
    state::{AppState, PanelStore},
    text,
};

/// See the module.
#[component]
pub(crate) fn SavePanelButton(
    /// The panel.
    store: StoredValue<PanelStore, LocalStorage>,
) -> impl IntoView {
    let state = AppState::here();
    let is_saved = store.with_value(|store| store.view().saved.is_some());
    let label = match is_saved {
        true => text::CHANGE_PANEL,
        false => text::SAVE_AS_PANEL,
    };
    let closed = Memo::new(move |_| state.shelf.closed());
    let open = move |_| {
        let edit = store.with_value(|store| {
            let query = store.query_untracked();
            PanelEdit::of(store.view(), &query)
                .unwrap_or_else(|| PanelEdit::out_of(store.view(), &query))
        });
        state.edit_panel(edit);
    };
    view! {
        <button
            class="button"
            type="button"
            disabled=move || closed.get().is_some()
            title=move || closed.get()
            on:click=open
        >
            {label}
        </button>
    }
}
