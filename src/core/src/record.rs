//! What the drawer shows of a record.

use crate::{
    fhir::{Body, Note, Patient, Resource, Task},
    hidden::{Element, HiddenElements},
    identity::ResourceId,
    limits,
    panel::{
        Lookup, date_cell, due_cell, instant, moment_cell, owner_cell, patient_name, person_cell,
        person_name, priority_cell, seen, sex_cell, status_cell, task_patient_id, task_title,
        text_cell,
    },
    protocol::{
        BannerPart, Cell, FhirDate, HiddenPart, PatientBanner, RecordContent, RecordField,
        RecordNote, RelatedTask,
    },
    text,
};

/// The content of the drawer for a resource.
pub fn content(resource: &Resource, lookup: &dyn Lookup) -> RecordContent {
    let (title, patient) = subject(resource, lookup);
    let (fields, notes) = match &resource.body {
        Body::Task(task) => (
            task_fields(task, resource, lookup),
            notes(task, lookup.hidden()),
        ),
        Body::Patient(patient) => (
            patient_fields(patient, resource, lookup.hidden()),
            Vec::new(),
        ),
        Body::Other => (change_fields(resource), Vec::new()),
    };
    let tasks = patient
        .as_ref()
        .and_then(|patient| patient.id.as_ref())
        .map_or_else(Vec::new, |patient| related(patient, resource, lookup));
    RecordContent {
        version: resource.version.clone(),
        updated: resource.updated,
        title,
        patient,
        fields,
        notes,
        tasks,
        editable: Vec::new(),
        pending: Vec::new(),
    }
}

/// What a resource is called, and the patient it is about.
pub(crate) fn subject(resource: &Resource, lookup: &dyn Lookup) -> (String, Option<PatientBanner>) {
    match &resource.body {
        Body::Task(task) => (task_title(task, lookup.hidden()), task_banner(task, lookup)),
        Body::Patient(patient) => (
            patient_name(patient, lookup.hidden()),
            Some(banner(Some(&resource.key.id), patient, lookup.hidden())),
        ),
        Body::Other => (resource.key.kind.to_string(), None),
    }
}

/// The patient as loaded; failing that what the task says.
fn task_banner(task: &Task, lookup: &dyn Lookup) -> Option<PatientBanner> {
    let patient = task.patient.as_ref();
    let reference = seen(patient, Element::TaskPatient, lookup.hidden())?;
    let id = task_patient_id(task);
    Some(match id.and_then(|id| lookup.patient(id)) {
        Some(patient) => banner(id, patient, lookup.hidden()),
        None => PatientBanner {
            id: id.cloned(),
            name: person_name(reference),
            birth_date: None,
            sex: None,
            mrn: None,
            deceased: None,
            name_only: true,
            hidden: Vec::new(),
        },
    })
}

fn banner(id: Option<&ResourceId>, patient: &Patient, hidden: &HiddenElements) -> PatientBanner {
    let part = |part, element, has_value| {
        let hiding = hidden.instead(element, has_value)?;
        Some(HiddenPart { part, hiding })
    };
    let hidden_parts = [
        part(
            BannerPart::BirthDate,
            Element::BirthDate,
            patient.birth_date.is_some(),
        ),
        part(BannerPart::Sex, Element::Sex, patient.sex.is_some()),
        part(
            BannerPart::RecordNumber,
            Element::RecordNumber,
            patient.mrn.is_some(),
        ),
        part(
            BannerPart::Deceased,
            Element::Deceased,
            patient.deceased.is_some(),
        ),
    ];
    let sex = patient.sex.as_deref().map(text::sex_label);
    let mrn = patient.mrn.as_deref();
    PatientBanner {
        id: id.cloned(),
        name: patient_name(patient, hidden),
        birth_date: seen(patient.birth_date, Element::BirthDate, hidden),
        sex: seen(sex, Element::Sex, hidden).map(str::to_owned),
        mrn: seen(mrn, Element::RecordNumber, hidden).map(str::to_owned),
        deceased: seen(patient.deceased, Element::Deceased, hidden),
        name_only: false,
        hidden: hidden_parts.into_iter().flatten().collect(),
    }
}

fn task_fields(task: &Task, resource: &Resource, lookup: &dyn Lookup) -> Vec<RecordField> {
    let hidden = lookup.hidden();
    let requester = person_cell(task.requester.as_ref(), lookup);
    let mut fields = vec![
        field("status", "Status", status_cell(task, hidden)),
        field("priority", "Priority", priority_cell(task, hidden)),
        field("due", "Due", due_cell(task, hidden)),
        field("assignee", "Assignee", owner_cell(task, lookup)),
        field(
            "requester",
            "Requested by",
            hidden.cell(Element::Requester, requester),
        ),
        field(
            "authored",
            "Written",
            hidden.cell(Element::Authored, moment_cell(task.authored)),
        ),
    ];
    // Where the title was taken from the description, saying it twice helps nobody.
    let description = task.description.as_deref();
    let description = description.filter(|text| task.title.as_deref() != Some(text));
    let description = hidden.cell(Element::Description, text_cell(description));
    if description != Cell::Empty {
        fields.push(field("description", "Description", description));
    }
    fields.extend(
        [
            hidden_field(
                Element::BusinessStatus,
                task.business_status.is_some(),
                hidden,
            ),
            hidden_field(Element::TaskPatient, task.patient.is_some(), hidden),
            hidden_field(Element::Notes, !task.notes.is_empty(), hidden),
        ]
        .into_iter()
        .flatten(),
    );
    fields.extend(change_fields(resource));
    fields
}

/// The field of something that is shown elsewhere, or not at all where there is none: just that it is hidden.
fn hidden_field(element: Element, has_value: bool, hidden: &HiddenElements) -> Option<RecordField> {
    let hiding = hidden.instead(element, has_value)?;
    let id = format!("hidden-{}", element.paths()[0]);
    Some(field(&id, label(element), Cell::Hidden(hiding)))
}

/// What is written where an element would stand.
pub(crate) fn label(element: Element) -> &'static str {
    match element {
        Element::Status => "Status",
        Element::BusinessStatus => "Business status",
        Element::Priority => "Priority",
        Element::Title => "Task",
        Element::Description => "Description",
        Element::TaskPatient => "Patient",
        Element::Owner => "Assignee",
        Element::Requester => "Requested by",
        Element::Due => "Due",
        Element::Authored => "Written",
        Element::Notes => "Notes",
        Element::Tags => "Tags",
        Element::Active => "In use",
        Element::Name => "Name",
        Element::BirthDate => "Date of birth",
        Element::Sex => "Sex",
        Element::RecordNumber => "MRN",
        Element::Deceased => "Whether the patient has died",
        Element::Contacts => "Contacts",
        Element::Address => "Address",
    }
}

fn patient_fields(
    patient: &Patient,
    resource: &Resource,
    hidden: &HiddenElements,
) -> Vec<RecordField> {
    let mrn = text_cell(patient.mrn.as_deref());
    let mut fields = vec![
        field(
            "birthDate",
            "Date of birth",
            hidden.cell(Element::BirthDate, date_cell(patient.birth_date)),
        ),
        field("sex", "Sex", hidden.cell(Element::Sex, sex_cell(patient))),
        field("mrn", "MRN", hidden.cell(Element::RecordNumber, mrn)),
    ];
    let contacts = seen(Some(&patient.contacts), Element::Contacts, hidden);
    for (number, contact) in contacts.into_iter().flatten().enumerate() {
        let label = contact
            .system
            .as_deref()
            .map_or(text::CONTACT, text::contact_label);
        let value = Cell::Text(contact.value.to_string());
        fields.push(field(&format!("contact{number}"), label, value));
    }
    let address = hidden.cell(Element::Address, text_cell(patient.address.as_deref()));
    if address != Cell::Empty {
        fields.push(field("address", "Address", address));
    }
    fields.extend(
        [
            hidden_field(Element::Contacts, !patient.contacts.is_empty(), hidden),
            hidden_field(Element::Deceased, patient.deceased.is_some(), hidden),
            hidden_field(Element::Active, patient.active.is_some(), hidden),
        ]
        .into_iter()
        .flatten(),
    );
    fields.extend(change_fields(resource));
    fields
}

fn change_fields(resource: &Resource) -> Vec<RecordField> {
    let mut fields = vec![field(
        "changed",
        "Last change",
        Cell::Moment(resource.updated),
    )];
    if let Some(author) = &resource.author {
        fields.push(field(
            "changedBy",
            "Changed by",
            Cell::Text(author.to_string()),
        ));
    }
    fields
}

/// Newest first.
fn notes(task: &Task, hidden: &HiddenElements) -> Vec<RecordNote> {
    let notes = seen(Some(&task.notes), Element::Notes, hidden);
    let mut notes: Vec<&Note> = notes.into_iter().flatten().rev().collect();
    // Stable: notes without a time, or of the same time, keep the order of the resource reversed.
    notes.sort_by_key(|note| std::cmp::Reverse(note.time.map(|time| time.start(0))));
    notes
        .into_iter()
        .map(|note| RecordNote {
            author: note.author.as_deref().map(str::to_owned),
            time: instant(note.time),
            text: note.text.to_string(),
        })
        .collect()
}

/// The patient's other open tasks, in the default order.
fn related(patient: &ResourceId, resource: &Resource, lookup: &dyn Lookup) -> Vec<RelatedTask> {
    let mut tasks: Vec<(&Resource, &Task)> = lookup
        .open_tasks_of(patient)
        .into_iter()
        .filter(|other| other.key != resource.key)
        .filter_map(|other| Some((other, other.task()?)))
        .collect();
    tasks.sort_by(|(left, left_task), (right, right_task)| {
        default_rank(left_task)
            .cmp(&default_rank(right_task))
            .then_with(|| left.key.id.cmp(&right.key.id))
    });
    tasks.truncate(limits::RELATED_TASKS_MAX);
    tasks
        .into_iter()
        .map(|(other, task)| RelatedTask {
            id: other.key.id.clone(),
            title: task_title(task, lookup.hidden()),
            status: status_cell(task, lookup.hidden()),
            priority: priority_cell(task, lookup.hidden()),
            due: due_cell(task, lookup.hidden()),
        })
        .collect()
}

/// Priority, due, authored; what is missing comes last.
fn default_rank(task: &Task) -> impl Ord {
    let priority = match &task.priority {
        Some(priority) => priority.known().map_or(4, |known| known as u8),
        None => 5,
    };
    let date = |date: Option<FhirDate>| (date.is_none(), date.map(|date| date.end(0)));
    (priority, date(task.due), date(task.authored))
}

fn field(id: &str, label: &str, value: Cell) -> RecordField {
    RecordField {
        id: id.to_owned(),
        label: label.to_owned(),
        value,
    }
}

#[cfg(test)]
mod tests;
