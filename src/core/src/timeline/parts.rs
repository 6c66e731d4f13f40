//! The parts of a record that have one value each, by the names and in the form that the drawer has for them.

use crate::{
    fhir::{Body, Patient, Task},
    hidden::{Element, HiddenElements},
    panel::{
        Lookup, date_cell, due_cell, moment_cell, owner_cell, person_cell, priority_cell, sex_cell,
        text_cell,
    },
    protocol::{Cell, Deceased},
    text,
};

/// A part with its value.
pub(super) struct Part {
    /// Which.
    pub(super) element: Element,
    /// Its value, as far as it may be seen.
    pub(super) value: Cell,
}

/// The parts of a record, in the same order for each of its versions.
pub(super) fn parts(body: &Body, lookup: &dyn Lookup) -> Vec<Part> {
    let hidden = lookup.hidden();
    let parts = match body {
        Body::Task(task) => task_parts(task, lookup),
        Body::Patient(patient) => patient_parts(patient, hidden),
        Body::Other => Vec::new(),
    };
    let parts = parts.into_iter();
    parts
        .map(|(element, value)| Part {
            element,
            value: hidden.cell(element, value),
        })
        .collect()
}

fn task_parts(task: &Task, lookup: &dyn Lookup) -> Vec<(Element, Cell)> {
    let status = task.status.as_deref().map(text::status_label);
    let business = task.business_status.as_ref().map(|status| &*status.label);
    vec![
        (Element::Title, text_cell(task.title.as_deref())),
        (Element::Status, text_cell(status)),
        (Element::BusinessStatus, text_cell(business)),
        (Element::Priority, priority_cell(task, HiddenElements::NONE)),
        (Element::Due, due_cell(task, HiddenElements::NONE)),
        (Element::Owner, owner_cell(task, lookup)),
        (
            Element::TaskPatient,
            person_cell(task.patient.as_ref(), lookup),
        ),
        (
            Element::Requester,
            person_cell(task.requester.as_ref(), lookup),
        ),
        (Element::Authored, moment_cell(task.authored)),
        (Element::Description, text_cell(task.description.as_deref())),
    ]
}

fn patient_parts(patient: &Patient, hidden: &HiddenElements) -> Vec<(Element, Cell)> {
    let deceased = match patient.deceased {
        None => Cell::Empty,
        Some(Deceased::Yes) => Cell::Text(text::YES.to_owned()),
        Some(Deceased::On(date)) => Cell::Date(date),
    };
    // FHIR says that a record is in use unless it says that it is not. Where it may be hidden, nobody can tell.
    let active = match patient.active {
        None if hidden.of(Element::Active).is_some() => None,
        None | Some(true) => Some(text::YES),
        Some(false) => Some(text::NO),
    };
    vec![
        (Element::Name, text_cell(patient.name.as_deref())),
        (Element::BirthDate, date_cell(patient.birth_date)),
        (Element::Sex, sex_cell(patient)),
        (Element::RecordNumber, text_cell(patient.mrn.as_deref())),
        (Element::Deceased, deceased),
        (Element::Active, text_cell(active)),
        (Element::Address, text_cell(patient.address.as_deref())),
    ]
}
