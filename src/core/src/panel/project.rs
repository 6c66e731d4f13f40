//! From a resource to the cells of its row.

use super::Lookup;
use crate::{
    fhir::{Patient, Reference, Resource, Task, TaskPriority},
    hidden::{Element, HiddenElements, Hiding},
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
    let hidden = lookup.hidden();
    match column {
        "priority" => priority_cell(task, hidden),
        "due" => due_cell(task, hidden),
        "title" => Cell::Text(task_title(task, hidden)),
        "patient" => hidden.cell(Element::TaskPatient, task_patient_cell(task, lookup)),
        "status" => status_cell(task, hidden),
        "assignee" => owner_cell(task, lookup),
        "age" => hidden.cell(Element::Authored, moment_cell(task.authored)),
        "requester" => {
            let requester = person_cell(task.requester.as_ref(), lookup);
            hidden.cell(Element::Requester, requester)
        }
        "description" => hidden.cell(Element::Description, text_cell(task.description.as_deref())),
        _ => Cell::Empty,
    }
}

fn patient_cell(column: &str, id: &ResourceId, patient: &Patient, lookup: &dyn Lookup) -> Cell {
    let hidden = lookup.hidden();
    match column {
        "name" => Cell::Text(patient_name(patient, hidden)),
        "birthDate" => hidden.cell(Element::BirthDate, date_cell(patient.birth_date)),
        "sex" => hidden.cell(Element::Sex, sex_cell(patient)),
        "mrn" => hidden.cell(Element::RecordNumber, text_cell(patient.mrn.as_deref())),
        "openTasks" => workload_cell(id, lookup),
        "phone" => hidden.cell(Element::Contacts, text_cell(phone_of(patient))),
        "address" => hidden.cell(Element::Address, text_cell(patient.address.as_deref())),
        _ => Cell::Empty,
    }
}

/// The first telephone number.
fn phone_of(patient: &Patient) -> Option<&str> {
    let mut contacts = patient.contacts.iter();
    let phone = contacts.find(|contact| contact.system.as_deref() == Some("phone"))?;
    Some(&phone.value)
}

/// What a task is called.
pub(crate) fn task_title(task: &Task, hidden: &HiddenElements) -> String {
    hidden.name(Element::Title, task.title.as_deref(), text::UNTITLED_TASK)
}

/// What a patient is called.
pub(crate) fn patient_name(patient: &Patient, hidden: &HiddenElements) -> String {
    hidden.name(
        Element::Name,
        patient.name.as_deref(),
        text::UNNAMED_PATIENT,
    )
}

/// The priority; one that FHIR does not know is shown as it came.
pub(crate) fn priority_cell(task: &Task, hidden: &HiddenElements) -> Cell {
    let cell = match &task.priority {
        None => Cell::Empty,
        Some(TaskPriority::Known(priority)) => Cell::Priority(*priority),
        Some(TaskPriority::Unknown(code)) => Cell::Text(code.to_string()),
    };
    hidden.cell(Element::Priority, cell)
}

/// When a task is due.
pub(crate) fn due_cell(task: &Task, hidden: &HiddenElements) -> Cell {
    hidden.cell(Element::Due, date_cell(task.due))
}

/// The sex, as a label.
pub(crate) fn sex_cell(patient: &Patient) -> Cell {
    text_cell(patient.sex.as_deref().map(text::sex_label))
}

/// Status and business status.
pub(crate) fn status_cell(task: &Task, hidden: &HiddenElements) -> Cell {
    let business = task
        .business_status
        .as_ref()
        .filter(|_| !hidden.is_never_seen(Element::BusinessStatus))
        .map(|business| business.label.to_string());
    let status = task.status.as_deref();
    if let Some(hiding) = hidden.instead(Element::Status, status.is_some()) {
        return Cell::Hidden(hiding);
    }
    match (status, business) {
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

/// A moment where it is one, a date where it is not.
pub(crate) fn moment_cell(date: Option<FhirDate>) -> Cell {
    match date {
        Some(FhirDate::Instant(instant)) => Cell::Moment(instant),
        other => date_cell(other),
    }
}

/// Who owns the task.
pub(crate) fn owner_cell(task: &Task, lookup: &dyn Lookup) -> Cell {
    let owner = person_cell(task.owner.as_ref(), lookup);
    lookup.hidden().cell(Element::Owner, owner)
}

/// A person. Whether that is the user is a question of the reference, not of the name.
pub(crate) fn person_cell(person: Option<&Reference>, lookup: &dyn Lookup) -> Cell {
    person.map_or(Cell::Empty, |person| Cell::Person {
        reference: person.literal(),
        name: person_name(person),
        me: person.is(lookup.me()),
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
            name: patient_name(patient, lookup.hidden()),
            birth_date: seen(patient.birth_date, Element::BirthDate, lookup.hidden()),
        },
        None => Cell::Patient {
            id: id.cloned(),
            name: person_name(reference),
            birth_date: None,
        },
    }
}

/// The open tasks of a patient. Whose task is whose, and which are open, has to be seen for that.
fn workload_cell(patient: &ResourceId, lookup: &dyn Lookup) -> Cell {
    let hidden = lookup.hidden();
    let needed = [Element::TaskPatient, Element::Status];
    if needed.into_iter().any(|one| hidden.is_never_seen(one)) {
        return Cell::Hidden(Hiding::Always);
    }
    let tasks = lookup.open_tasks_of(patient);
    let tasks = || tasks.iter().filter_map(|resource| resource.task());
    let open = tasks().count();
    if open == 0 && needed.into_iter().any(|one| hidden.of(one).is_some()) {
        return Cell::Hidden(Hiding::Sometimes);
    }
    let worst = tasks().filter_map(known_priority).min();
    // Which zone does not matter for the order of two dates, except between a day and an instant within it.
    let next_due = tasks()
        .filter_map(|task| task.due)
        .min_by_key(|due| due.end(0));
    Cell::Workload {
        open: u32::try_from(open).unwrap_or(u32::MAX),
        worst: seen(worst, Element::Priority, hidden),
        next_due: seen(next_due, Element::Due, hidden),
    }
}

/// A part of a cell, unless it is never seen.
pub(crate) fn seen<T>(value: Option<T>, element: Element, hidden: &HiddenElements) -> Option<T> {
    value.filter(|_| !hidden.is_never_seen(element))
}

fn known_priority(task: &Task) -> Option<Priority> {
    task.priority.as_ref().and_then(TaskPriority::known)
}

/// A text, or nothing.
pub(crate) fn text_cell(text: Option<&str>) -> Cell {
    text.map_or(Cell::Empty, |text| Cell::Text(text.to_owned()))
}

/// The moment a note or field names, for cells that hold moments.
pub(crate) fn instant(date: Option<FhirDate>) -> Option<Timestamp> {
    match date {
        Some(FhirDate::Instant(instant)) => Some(instant),
        _ => None,
    }
}
