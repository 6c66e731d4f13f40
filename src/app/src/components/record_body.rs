//! The content of a record: patient, fields, notes, the patient's other tasks.

use leptos::prelude::*;
use leptos_router::{components::A, hooks::use_location};
use panels_core::{
    identity::{PanelId, ResourceType},
    protocol::{ColumnKind, RecordContent, RecordField, RecordNote, RelatedTask},
};

use super::{cell::CellValue, patient_banner::Banner};
use crate::{address, show, text};

/// See the module. Each part is a memo: a change of one leaves the others alone.
#[component]
pub(crate) fn RecordBody(
    /// The content.
    content: Memo<Option<RecordContent>>,
    /// The panel around it.
    panel: StoredValue<PanelId>,
) -> impl IntoView {
    let patient = Memo::new(move |_| content.with(|content| content.as_ref()?.patient.clone()));
    let fields = Memo::new(move |_| {
        content.with(|content| {
            content
                .as_ref()
                .map(|content| content.fields.clone())
                .unwrap_or_default()
        })
    });
    let notes = Memo::new(move |_| {
        content.with(|content| {
            content
                .as_ref()
                .map(|content| content.notes.clone())
                .unwrap_or_default()
        })
    });
    let tasks = Memo::new(move |_| {
        content.with(|content| {
            content
                .as_ref()
                .map(|content| content.tasks.clone())
                .unwrap_or_default()
        })
    });
    view! {
        {move || patient.get().map(|patient| view! { <Banner patient=patient/> })}
        <dl class="fields">{move || {
            show::follow_format();
            fields.get().into_iter().map(field).collect_view()
        }}</dl>
        <Show when=move || notes.with(|notes| !notes.is_empty())>
            <section>
                <h3>{text::NOTES}</h3>
                {move || notes.get().into_iter().map(note).collect_view()}
            </section>
        </Show>
        <Show when=move || tasks.with(|tasks| !tasks.is_empty())>
            <section>
                <h3>{text::OTHER_TASKS}</h3>
                <ul class="related">
                    {move || {
                        show::follow_format();
                        tasks.get().into_iter().map(|task| related(task, panel)).collect_view()
                    }}
                </ul>
            </section>
        </Show>
    }
}

fn field(field: RecordField) -> impl IntoView {
    let kind = match field.id.as_str() {
        "due" => Some(ColumnKind::Due),
        "birthDate" => Some(ColumnKind::BirthDate),
        _ => None,
    };
    view! {
        <div>
            <dt>{field.label}</dt>
            <dd><div class="cell"><CellValue cell=field.value kind=kind/></div></dd>
        </div>
    }
}

fn note(note: RecordNote) -> impl IntoView {
    let time = note.time.map(show::moment).unwrap_or_default();
    let by = note
        .author
        .map(|author| format!("{author} · {time}"))
        .unwrap_or(time);
    view! {
        <div class="note">
            <p>{note.text}</p>
            <p class="note-by">{by}</p>
        </div>
    }
}

fn related(task: RelatedTask, panel: StoredValue<PanelId>) -> impl IntoView {
    let path = panel.with_value(|panel| address::record(panel, &ResourceType::Task, &task.id));
    let asked = use_location().search;
    let href = move || address::asking(&path, &asked.get());
    view! {
        <li>
            <A href=href scroll=false>
                <span>{task.title}</span>
                <span class="cell"><CellValue cell=task.priority kind=Some(ColumnKind::Priority)/></span>
                <span class="cell"><CellValue cell=task.due kind=Some(ColumnKind::Due)/></span>
            </A>
        </li>
    }
}
