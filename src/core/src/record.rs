//! What the drawer shows of a record.

use crate::{
    fhir::{Body, Note, Patient, Reference, Resource, Task},
    identity::ResourceId,
    limits,
    panel::{
        Lookup, date_cell, instant, owner_cell, patient_name, person_name, priority_cell,
        status_cell, task_patient_id, task_title,
    },
    protocol::{
        Cell, FhirDate, PatientBanner, RecordContent, RecordField, RecordNote, RelatedTask,
    },
    text,
};

/// The content of the drawer for a resource.
pub fn content(resource: &Resource, lookup: &dyn Lookup) -> RecordContent {
    let (title, patient) = subject(resource, lookup);
    let (fields, notes) = match &resource.body {
        Body::Task(task) => (
            task_fields(task, resource, lookup),
            newest_first(&task.notes),
        ),
        Body::Patient(patient) => (patient_fields(patient, resource), Vec::new()),
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
        Body::Task(task) => (task_title(task), task_banner(task, lookup)),
        Body::Patient(patient) => (
            patient_name(patient),
            Some(banner(Some(&resource.key.id), patient)),
        ),
        Body::Other => (resource.key.kind.to_string(), None),
    }
}

/// The patient as loaded; failing that what the task says.
fn task_banner(task: &Task, lookup: &dyn Lookup) -> Option<PatientBanner> {
    let reference = task.patient.as_ref()?;
    let id = task_patient_id(task);
    Some(match id.and_then(|id| lookup.patient(id)) {
        Some(patient) => banner(id, patient),
        None => PatientBanner {
            id: id.cloned(),
            name: person_name(reference),
            birth_date: None,
            sex: None,
            mrn: None,
            deceased: None,
        },
    })
}

fn banner(id: Option<&ResourceId>, patient: &Patient) -> PatientBanner {
    PatientBanner {
        id: id.cloned(),
        name: patient_name(patient),
        birth_date: patient.birth_date,
        sex: patient
            .sex
            .as_deref()
            .map(|code| text::sex_label(code).to_owned()),
        mrn: patient.mrn.as_deref().map(str::to_owned),
        deceased: patient.deceased,
    }
}

fn task_fields(task: &Task, resource: &Resource, lookup: &dyn Lookup) -> Vec<RecordField> {
    let person = |person: &Option<Reference>| {
        person.as_ref().map_or(Cell::Empty, |person| Cell::Person {
            reference: person.literal(),
            name: person_name(person),
            me: person.is(lookup.me()),
        })
    };
    let mut fields = vec![
        field("status", "Status", status_cell(task)),
        field("priority", "Priority", priority_cell(task)),
        field("due", "Due", date_cell(task.due)),
        field("assignee", "Assignee", owner_cell(task, lookup)),
        field("requester", "Requested by", person(&task.requester)),
        field("authored", "Written", moment_cell(task.authored)),
    ];
    // Where the title was taken from the description, saying it twice helps nobody.
    if let Some(description) = &task.description
        && task.title.as_deref() != Some(description)
    {
        let description = Cell::Text(description.to_string());
        fields.push(field("description", "Description", description));
    }
    fields.extend(change_fields(resource));
    fields
}

fn patient_fields(patient: &Patient, resource: &Resource) -> Vec<RecordField> {
    let sex = patient.sex.as_deref().map(text::sex_label);
    let mut fields = vec![
        field("birthDate", "Date of birth", date_cell(patient.birth_date)),
        field("sex", "Sex", text_cell(sex)),
        field("mrn", "MRN", text_cell(patient.mrn.as_deref())),
    ];
    for (number, contact) in patient.contacts.iter().enumerate() {
        let label = contact
            .system
            .as_deref()
            .map_or("Contact", text::contact_label);
        let value = Cell::Text(contact.value.to_string());
        fields.push(field(&format!("contact{number}"), label, value));
    }
    if patient.address.is_some() {
        fields.push(field(
            "address",
            "Address",
            text_cell(patient.address.as_deref()),
        ));
    }
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

fn newest_first(notes: &[Note]) -> Vec<RecordNote> {
    let mut notes: Vec<&Note> = notes.iter().rev().collect();
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
            title: task_title(task),
            status: status_cell(task),
            priority: priority_cell(task),
            due: date_cell(task.due),
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

fn moment_cell(date: Option<FhirDate>) -> Cell {
    match date {
        Some(FhirDate::Instant(instant)) => Cell::Moment(instant),
        other => date_cell(other),
    }
}

fn text_cell(text: Option<&str>) -> Cell {
    text.map_or(Cell::Empty, |text| Cell::Text(text.to_owned()))
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
