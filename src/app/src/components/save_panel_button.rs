//! The button in the head of a panel that saves what is shown.

use leptos::prelude::*;
use panels_core::panel_edit::PanelEdit;

use super::panel_shelf::PanelButton;
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
    let words = match is_saved {
        true => text::CHANGE_PANEL,
        false => text::SAVE_AS_PANEL,
    };
    let open = move |()| state.edit_panel(store.with_value(panel_of));
    view! { <PanelButton words=words act=Callback::new(open)/> }
}

/// The panel that is shown with what is asked of it, to be changed or made anew.
pub(super) fn panel_of(store: &PanelStore) -> PanelEdit {
    let query = store.query_untracked();
    PanelEdit::of(store.view(), &query).unwrap_or_else(|| PanelEdit::out_of(store.view(), &query))
}
