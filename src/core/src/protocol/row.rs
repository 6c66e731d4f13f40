//! Rows as projections: just what the columns of a panel need.

use serde::{Deserialize, Serialize};

use crate::{
    identity::{PanelId, ResourceId, ResourceType, VersionId},
    time::Timestamp,
};

/// What a tab needs to know about a panel to draw it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PanelView {
    /// Which panel.
    pub id: PanelId,
    /// Its name.
    pub name: String,
    /// One sentence.
    pub description: String,
    /// Type of its rows.
    pub row_type: ResourceType,
    /// Columns in order; the cells of a row have the same order.
    pub columns: Vec<Column>,
    /// Default order; ties are settled by row id.
    pub sort: Vec<SortKey>,
}

/// One column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Column {
    /// Stable name, for example `due`.
    pub id: String,
    /// Heading.
    pub title: String,
    /// What its cells hold; tells width, alignment and format.
    pub kind: ColumnKind,
}

/// What the cells of a column hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ColumnKind {
    /// [`Cell::Priority`].
    Priority,
    /// [`Cell::Status`].
    Status,
    /// [`Cell::Date`]: shown relative and absolute.
    Due,
    /// [`Cell::Date`]: a birth date with the age.
    BirthDate,
    /// [`Cell::Text`]: the main title of the row.
    Title,
    /// [`Cell::Text`].
    Text,
    /// [`Cell::Patient`].
    Patient,
    /// [`Cell::Person`]: an assignee.
    Person,
    /// [`Cell::Moment`]: how long ago.
    Age,
    /// [`Cell::Moment`]: the last change.
    Changed,
    /// [`Cell::Workload`]: open tasks of a patient.
    Workload,
}

/// One step of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SortKey {
    /// Column to order by.
    pub column: String,
    /// Largest first. Empty cells are last either way.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub descending: bool,
}

/// One row of one panel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// Id of the resource.
    pub id: ResourceId,
    /// Its version.
    pub version: VersionId,
    /// When that version was written.
    pub updated: Timestamp,
    /// Cells in the order of the panel's columns.
    pub cells: Vec<Cell>,
}

/// One cell. Text is already sanitised; the tab formats dates and moments in the user's zone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Cell {
    /// Nothing there.
    Empty,
    /// A text.
    Text(String),
    /// FHIR request priority.
    Priority(Priority),
    /// Task status with the business status beside it.
    Status {
        /// Machine code, for the shape and the tone.
        code: String,
        /// Text for people: the label of the code.
        label: String,
        /// Business status, if there is one.
        business: Option<String>,
    },
    /// A FHIR date or dateTime with its own precision.
    Date(FhirDate),
    /// A moment.
    Moment(Timestamp),
    /// A person, organisation or role that owns something.
    Person {
        /// Literal reference, for example `Practitioner/1`; the only identity there is.
        reference: Option<String>,
        /// Name to show.
        name: String,
        /// Whether it is the signed-in user.
        me: bool,
    },
    /// A patient with the second identifier that safety asks for.
    Patient {
        /// Id of the patient, if it is a literal reference.
        id: Option<ResourceId>,
        /// `FAMILY, Given`.
        name: String,
        /// Birth date.
        birth_date: Option<FhirDate>,
    },
    /// Open tasks of a patient.
    Workload {
        /// How many.
        open: u32,
        /// The worst priority among them.
        worst: Option<Priority>,
        /// The next due date among them.
        next_due: Option<FhirDate>,
    },
}

/// FHIR request priority, worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Priority {
    /// At once.
    Stat,
    /// As soon as possible.
    Asap,
    /// Before routine.
    Urgent,
    /// Normal.
    Routine,
}

/// A FHIR `date` or `dateTime` with the precision it was given: a date-only value is never shifted by a time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FhirDate {
    /// A year.
    Year(i32),
    /// A year and month (1-12).
    Month(i32, u8),
    /// A calendar day, without zone.
    Day(i32, u8, u8),
    /// An instant.
    Instant(Timestamp),
}
