//! The question before many rows are changed: what, and whom it is about, each patient with two identifiers.

use leptos::prelude::*;
use panels_core::protocol::{EditField, FieldValue};

use super::modal::Modal;
use crate::{
    state::{AppState, PanelStore},
    text,
};

/// What is asked.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct BulkAsk {
    /// Which field.
    pub field: EditField,
    /// What it shall be.
    pub wanted: FieldValue,
}

/// See the module.
#[component]
pub(crate) fn BulkDialog(
    /// The panel.
    store: StoredValue<PanelStore, LocalStorage>,
    /// What is asked, while it is.
    asking: RwSignal<Option<BulkAsk>>,
) -> impl IntoView {
    move || {
        asking
            .get()
            .map(|ask| view! { <Question store=store ask=ask asking=asking/> })
    }
}

#[component]
fn Question(
    store: StoredValue<PanelStore, LocalStorage>,
    ask: BulkAsk,
    asking: RwSignal<Option<BulkAsk>>,
) -> impl IntoView {
    let state = AppState::here();
    let BulkAsk { field, wanted } = ask;
    // What the user agrees to is what is listed, with the values as they are now.
    let rows = store.with_value(PanelStore::selected_rows);
    let title = text::bulk_question(field, &wanted, rows.len());
    let names = store.with_value(|store| {
        let names = rows.iter().map(|row| text::row_name(store.view(), row));
        names.map(|name| view! { <li>{name}</li> }).collect_view()
    });
    let go = move |_| {
        store.with_value(|store| {
            state.edit_many(store.view(), &rows, field, &wanted);
            store.clear_selection();
        });
        asking.set(None);
    };
    view! {
        <Modal role="alertdialog" labelled_by="bulk-title" on_close=Callback::new(move |()| asking.set(None))>
            <h2 id="bulk-title">{title}</h2>
            <ul class="dialog-list dialog-rows" tabindex="0" aria-labelledby="bulk-title">{names}</ul>
            <div class="dialog-buttons">
                <button class="button button-primary" type="button" on:click=go>{text::CHANGE_ALL}</button>
                <button class="button" type="button" on:click=move |_| asking.set(None)>{text::CANCEL}</button>
            </div>
        </Modal>
    }
}
