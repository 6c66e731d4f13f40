//! The button in the head of a panel that writes its rows to a file. Where that is not possible it is disabled and says why.

use leptos::prelude::*;

use super::export_dialog::ExportDialog;
use crate::{
    state::{AppState, Dialog, PanelStore},
    text,
};

/// Id of the sentence that says why it is disabled.
const WHY: &str = "export-why";

/// See the module.
#[component]
pub(crate) fn ExportButton(
    /// The panel.
    store: StoredValue<PanelStore, LocalStorage>,
) -> impl IntoView {
    let state = AppState::here();
    let why = store.with_value(|store| export_closed(state, store));
    // Said in its title only: the table below says so already.
    let nothing = Memo::new(move |_| store.with_value(PanelStore::total) == 0);
    let title = move || nothing.get().then_some(text::EXPORT_NOTHING);
    on_cleanup(move || state.close(Dialog::Export));
    view! {
        <div class="export">
            {why.map(|why| view! { <span class="export-why muted" id=WHY>{why}</span> })}
            <button
                class="button"
                type="button"
                disabled=move || why.is_some() || nothing.get()
                title=title
                aria-describedby=why.map(|_| WHY)
                on:click=move |_| state.dialog.set(Some(Dialog::Export))
            >
                {text::EXPORT_CSV}
            </button>
        </div>
        <Show when=move || state.dialog.get() == Some(Dialog::Export)>
            <ExportDialog store=store/>
        </Show>
    }
}

/// Why rows of this panel cannot be written to a file, whichever they are.
pub(super) fn export_closed(state: AppState, store: &PanelStore) -> Option<&'static str> {
    match (state.may_export.get_value(), store.view().is_blind()) {
        (false, _) => Some(text::EXPORT_FORBIDDEN),
        (true, true) => Some(text::EXPORT_BLIND),
        (true, false) => None,
    }
}
