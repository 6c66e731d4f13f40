//! The button in the head of a panel that writes its rows to a file. Where that is not possible it is disabled and says why.

use leptos::prelude::*;

use super::export_dialog::ExportDialog;
use crate::{
    state::{AppState, PanelStore},
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
    let open = RwSignal::new(false);
    let blind = store.with_value(|store| store.view().is_blind());
    let why = match (state.may_export.get_value(), blind) {
        (false, _) => Some(text::EXPORT_FORBIDDEN),
        (true, true) => Some(text::EXPORT_BLIND),
        (true, false) => None,
    };
    // Said in its title only: the table below says so already.
    let nothing = Memo::new(move |_| store.with_value(PanelStore::total) == 0);
    let title = move || nothing.get().then_some(text::EXPORT_NOTHING);
    view! {
        <div class="export">
            {why.map(|why| view! { <span class="export-why muted" id=WHY>{why}</span> })}
            <button
                class="button"
                type="button"
                disabled=move || why.is_some() || nothing.get()
                title=title
                aria-describedby=why.map(|_| WHY)
                on:click=move |_| open.set(true)
            >
                {text::EXPORT_CSV}
            </button>
        </div>
        <Show when=move || open.get()>
            <ExportDialog store=store open=open/>
        </Show>
    }
}
