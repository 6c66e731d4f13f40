//! From a resource to the cells of its row.

use super::Lookup;
use crate::{
    fhir::{Patient, Reference, Resource, Task, TaskPriority},
    identity::{ResourceId, ResourceType},
    protocol::{Cell, FhirDate, Priority},
    text,
    time::Timestamp,
};

/// The cell of a column, by the column's stable name. A name that this build does not know is an empty cell.
pub(super) fn cell(column: &str, resource: &Resource, lookup: &dyn Lookup) -> Cell {
    if column == "changed" {
        return Cell::Moment(resource.updated);
    }
    if let Some(task) = resource.task() {
        return task_cell(column, task, lookup);
    }
    match resource.patient() {
        Some(patient) => patient_cell(column, &resource.key.id, patient, lookup),
        None => Cell::Empty,
    }
}

fn task_cell(column: &str, task: &Task, lookup: &dyn Lookup) -> Cell {
    match column {
        "priority" => priority_cell(task),
        "due" => date_cell(task.due),
        "title" => Cell::Text(task_title(task)),
        "patient" => task_patient_cell(task, lookup),
        "status" => status_cell(task),
        "assignee" => owner_cell(task, lookup),
        "age" => match task.authored {
            Some(FhirDate::Instant(authored)) => Cell::Moment(authored),
            other => date_cell(other),
        },
        _ => Cell::Empty,
    }
}

fn patient_cell(column: &str, id: &ResourceId, patient: &Patient, lookup: &dyn Lookup) -> Cell {
    match column {
        "name" => Cell::Text(patient_name(patient)),
        "birthDate" => date_cell(patient.birth_date),
        "sex" => optional_text(patient.sex.as_deref().map(text::sex_label)),
        "mrn" => optional_text(patient.mrn.as_deref()),
        "openTasks" => workload_cell(&lookup.open_tasks_of(id)),
        _ => Cell::Empty,
    }
}

/// What a task is called.
pub(crate) fn task_title(task: &Task) -> String {
    task.title.as_deref().unwrap_or(text::UNTITLED_TASK).into()
}

/// What a patient is called.
pub(crate) fn patient_name(patient: &Patient) -> String {
    patient
        .name
        .as_deref()
        .unwrap_or(text::UNNAMED_PATIENT)
        .into()
}

/// The priority; one that FHIR does not know is shown as it came.
pub(crate) fn priority_cell(task: &Task) -> Cell {
    match &task.priority {
        None => Cell::Empty,
        Some(TaskPriority::Known(priority)) => Cell::Priority(*priority),
        Some(TaskPriority::Unknown(code)) => Cell::Text(code.to_string()),
    }
}

/// Status and business status.
pub(crate) fn status_cell(task: &Task) -> Cell {
    let business = task
        .business_status
        .as_ref()
        .map(|business| business.label.to_string());
    match (task.status.as_deref(), business) {
        (None, None) => Cell::Empty,
        (None, Some(business)) => Cell::Text(business),
        (Some(code), business) => Cell::Status {
            code: code.to_owned(),
            label: text::status_label(code).to_owned(),
            business,
        },
    }
}

/// A date, or nothing.
pub(crate) fn date_cell(date: Option<FhirDate>) -> Cell {
    date.map_or(Cell::Empty, Cell::Date)
}

/// Who owns the task. Whether that is the user is a question of the reference, not of the name.
pub(crate) fn owner_cell(task: &Task, lookup: &dyn Lookup) -> Cell {
    task.owner
        .as_ref()
        .map_or(Cell::Empty, |owner| Cell::Person {
            reference: owner.literal(),
            name: person_name(owner),
            me: owner.is(lookup.me()),
        })
}

/// The name beside a reference, failing that the kind of what it points to.
pub(crate) fn person_name(person: &Reference) -> String {
    match (&person.display, &person.key) {
        (Some(display), _) => display.to_string(),
        (None, Some(key)) => format!("{} {}", key.kind, key.id),
        (None, None) => text::UNKNOWN_PERSON.to_owned(),
    }
}

/// Id of the patient a task is for, if it is a literal reference to one.
pub(crate) fn task_patient_id(task: &Task) -> Option<&ResourceId> {
    let key = task.patient.as_ref()?.key.as_ref()?;
    (key.kind == ResourceType::Patient).then_some(&key.id)
}

/// The patient as loaded; failing that the name that the task gives.
fn task_patient_cell(task: &Task, lookup: &dyn Lookup) -> Cell {
    let Some(reference) = &task.patient else {
        return Cell::Empty;
    };
    let id = task_patient_id(task);
    match id.and_then(|id| lookup.patient(id)) {
        Some(patient) => Cell::Patient {
            id: id.cloned(),
            name: patient_name(patient),
            birth_date: patient.birth_date,
        },
        None => Cell::Patient {
            id: id.cloned(),
            name: person_name(reference),
            birth_date: None,
        },
    }
}

fn workload_cell(tasks: &[&Resource]) -> Cell {
    let tasks = || tasks.iter().filter_map(|resource| resource.task());
    let worst = tasks().filter_map(known_priority).min();
    // Which zone does not matter for the order of two dates, except between a day and an instant within it.
    let next_due = tasks()
        .filter_map(|task| task.due)
        .min_by_key(|due| due.end(0));
    Cell::Workload {
        open: u32::try_from(tasks().count()).unwrap_or(u32::MAX),
        worst,
        next_due,
    }
}

fn known_priority(task: &Task) -> Option<Priority> {
    task.priority.as_ref().and_then(TaskPriority::known)
}

fn optional_text(text: Option<&str>) -> Cell {
    text.map_or(Cell::Empty, |text| Cell::Text(text.to_owned()))
}

/// The moment a note or field names, for cells that hold moments.
pub(crate) fn instant(date: Option<FhirDate>) -> Option<Timestamp> {
    match date {
        Some(FhirDate::Instant(instant)) => Some(instant),
        _ => None,
    }
}
