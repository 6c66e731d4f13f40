//! The fields of a `Task` that Panels shows.

use std::sync::Arc;

use serde::Deserialize;

use super::{
    tolerant::{Field, Reader},
    types::{Concept, Note, Reference},
};
use crate::{
    limits,
    protocol::{FhirDate, Priority},
};

/// A task, reduced to what is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Task {
    /// `Task.status`, as it came; unknown codes are kept.
    pub status: Option<Arc<str>>,
    /// `Task.businessStatus`.
    pub business_status: Option<Concept>,
    /// `Task.priority`.
    pub priority: Option<TaskPriority>,
    /// What the task is called: `code`, failing that `description`.
    pub title: Option<Arc<str>>,
    /// `Task.description`.
    pub description: Option<Arc<str>>,
    /// `Task.for`.
    pub patient: Option<Reference>,
    /// `Task.owner`.
    pub owner: Option<Reference>,
    /// `Task.requester`.
    pub requester: Option<Reference>,
    /// `Task.focus`.
    pub focus: Option<Reference>,
    /// When it must be done: the end of `Task.restriction.period`.
    pub due: Option<FhirDate>,
    /// `Task.authoredOn`.
    pub authored: Option<FhirDate>,
    /// `Task.note`, in the order of the resource.
    pub notes: Vec<Note>,
    /// Fields that were there but could not be read.
    pub malformed: u16,
}

/// `Task.priority`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TaskPriority {
    /// A code of the standard.
    Known(Priority),
    /// Any other code, as it came.
    Unknown(Arc<str>),
}

impl TaskPriority {
    pub(crate) fn from_code(code: Arc<str>) -> Self {
        Priority::from_code(&code).map_or(Self::Unknown(code), Self::Known)
    }

    /// The priority, if the standard knows it.
    pub fn known(&self) -> Option<Priority> {
        match self {
            Self::Known(priority) => Some(*priority),
            Self::Unknown(_) => None,
        }
    }
}

impl Task {
    /// Whether work is left to do: one of the states of the FHIR task state machine before an end. A code that the standard
    /// does not know counts as not open, because the search that loads open tasks cannot name it either.
    pub fn is_open(&self) -> bool {
        self.status
            .as_deref()
            .is_some_and(|status| OPEN_STATUSES.contains(&status))
    }
}

/// See [`Task::is_open`] (<https://hl7.org/fhir/R4/task.html#statemachine>). `crate::panel::load_criteria` names the same.
pub(crate) const OPEN_STATUSES: [&str; 7] = [
    "draft",
    "requested",
    "received",
    "accepted",
    "ready",
    "in-progress",
    "on-hold",
];

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct TaskFields<'a> {
    #[serde(borrow)]
    status: Field<'a>,
    #[serde(borrow)]
    business_status: Field<'a>,
    #[serde(borrow)]
    priority: Field<'a>,
    #[serde(borrow)]
    code: Field<'a>,
    #[serde(borrow)]
    description: Field<'a>,
    #[serde(borrow, rename = "for")]
    patient: Field<'a>,
    #[serde(borrow)]
    owner: Field<'a>,
    #[serde(borrow)]
    requester: Field<'a>,
    #[serde(borrow)]
    focus: Field<'a>,
    #[serde(borrow)]
    restriction: Field<'a>,
    #[serde(borrow)]
    authored_on: Field<'a>,
    #[serde(borrow)]
    note: Field<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RestrictionFields<'a> {
    #[serde(borrow)]
    period: Field<'a>,
}

/// Reads a task from the text of an object that is already known to be one.
pub(super) fn read_task(raw: &str) -> Option<Task> {
    let fields: TaskFields<'_> = serde_json::from_str(raw).ok()?;
    let mut reader = Reader::default();
    let description = reader.text(fields.description);
    let code = reader.concept(fields.code);
    let title = code.map(|code| code.label).or_else(|| {
        let description = description.as_deref()?;
        super::line(description, limits::LINE_CHARS_MAX).map(Arc::from)
    });
    let due = reader
        .object::<RestrictionFields<'_>>(fields.restriction)
        .and_then(|restriction| reader.period(restriction.period).1);
    let notes = reader
        .newest_elements(fields.note, limits::NOTES_MAX)
        .into_iter()
        .filter_map(|note| reader.note(note))
        .collect();
    Some(Task {
        status: reader.code(fields.status),
        business_status: reader.concept(fields.business_status),
        priority: reader.code(fields.priority).map(TaskPriority::from_code),
        title,
        description,
        patient: reader.reference(fields.patient),
        owner: reader.reference(fields.owner),
        requester: reader.reference(fields.requester),
        focus: reader.reference(fields.focus),
        due,
        authored: reader.date(fields.authored_on),
        notes,
        malformed: reader.malformed,
    })
}
