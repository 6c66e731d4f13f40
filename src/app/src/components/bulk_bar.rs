//! What can be done with the chosen rows. Nothing is done before the user has seen whom it is about.

use leptos::prelude::*;
use panels_core::{
    identity::ResourceType,
    protocol::{EditField, FieldValue, Priority, Row},
    selection::{Selection, statuses},
    text::{priority_label, status_label},
};

use super::{
    assignee::Assignee,
    bulk_dialog::{BulkAsk, BulkDialog},
    day_input::DayInput,
    export_button::export_closed,
};
use crate::{
    state::{AppState, Dialog, PanelStore},
    text,
};

/// See the module. Shown while something is chosen; only tasks can be changed from a table.
#[component]
pub(crate) fn BulkBar(
    /// The panel.
    store: StoredValue<PanelStore, LocalStorage>,
) -> impl IntoView {
    let selection = store.with_value(PanelStore::selection);
    let count = Memo::new(move |_| selection.with(Selection::len));
    let is_task = store.with_value(|store| store.view().row_type == ResourceType::Task);
    let asking = RwSignal::new(None::<BulkAsk>);
    view! {
        <Show when=move || count.get() != 0>
            <div class="bulk" role="group" aria-label=text::CHOSEN_ROWS>
                <span class="strong" role="status">{move || text::chosen(count.get())}</span>
                {is_task.then(|| view! { <Actions store=store asking=asking/> })}
                <ExportChosen store=store/>
                <button class="button button-quiet" type="button" on:click=move |_| store.with_value(PanelStore::clear_selection)>
                    {text::CLEAR_CHOICE}
                </button>
            </div>
        </Show>
        <BulkDialog store=store asking=asking/>
    }
}

/// Opens the question before they leave.
#[component]
fn ExportChosen(store: StoredValue<PanelStore, LocalStorage>) -> impl IntoView {
    let state = AppState::here();
    let why = store.with_value(|store| export_closed(state, store));
    view! {
        <button
            class="button"
            type="button"
            disabled=why.is_some()
            title=why
            on:click=move |_| state.dialog.set(Some(Dialog::Export))
        >
            {text::EXPORT_CHOSEN}
        </button>
    }
}

#[component]
fn Actions(
    store: StoredValue<PanelStore, LocalStorage>,
    asking: RwSignal<Option<BulkAsk>>,
) -> impl IntoView {
    let state = AppState::here();
    let rows = move || store.with_value(PanelStore::selected_rows);
    let ask = move |field: EditField, wanted: FieldValue| {
        asking.set(Some(BulkAsk { field, wanted }));
    };
    // What the access policy forbids is there, closed, with the reason.
    let bar = |field| store.with_value(|store| store.view().bar(field).map(text::bar));
    let (owner, status) = (bar(EditField::Owner), bar(EditField::Status));
    let (priority, due) = (bar(EditField::Priority), bar(EditField::Due));
    let claim = move |_| {
        if let Some(me) = untrack(|| state.me()) {
            ask(EditField::Owner, me);
        }
    };
    let selection = store.with_value(PanelStore::selection);
    let next = Memo::new(move |_| {
        selection.track();
        let rows: Vec<Row> = rows();
        store.with_value(|store| statuses(store.view(), &rows))
    });
    let statuses = move || {
        let codes = next.get().into_iter();
        codes
            .map(|code| view! { <option value=code>{status_label(code)}</option> })
            .collect_view()
    };
    let priorities = [
        Priority::Routine,
        Priority::Urgent,
        Priority::Asap,
        Priority::Stat,
    ]
    .map(|priority| view! { <option value=priority.code()>{priority_label(priority)}</option> });
    // A choice is a question, so the list goes back to its name.
    let choose = move |field: EditField, event: web_sys::Event| {
        let select: web_sys::HtmlSelectElement = event_target(&event);
        let code = select.value();
        select.set_value("");
        if !code.is_empty() {
            ask(field, FieldValue::Code(code));
        }
    };
    view! {
        <button class="button" type="button" disabled=owner.is_some() title=owner on:click=claim>{text::ASSIGN_TO_ME}</button>
        <button
            class="button"
            type="button"
            disabled=owner.is_some()
            title=owner
            on:click=move |_| ask(EditField::Owner, FieldValue::Absent)
        >
            {text::UNASSIGN}
        </button>
        <Assignee disabled=Signal::stored(owner.is_some()) on_choose=Callback::new(move |to| ask(EditField::Owner, to))/>
        <select aria-label=text::SET_STATUS disabled=status.is_some() title=status on:change=move |event| choose(EditField::Status, event)>
            <option value="">{text::SET_STATUS}</option>
            {statuses}
        </select>
        <select aria-label=text::SET_PRIORITY disabled=priority.is_some() title=priority on:change=move |event| choose(EditField::Priority, event)>
            <option value="">{text::SET_PRIORITY}</option>
            {priorities.collect_view()}
        </select>
        <label class="bulk-due" title=due>{text::SET_DUE} <DayInput
            label=text::SET_DUE
            value=Signal::stored(FieldValue::Absent)
            disabled=Signal::stored(due.is_some())
            on_choose=Callback::new(move |wanted| ask(EditField::Due, wanted))
        /></label>
    }
}
