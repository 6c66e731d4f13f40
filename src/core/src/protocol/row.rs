//! Rows as projections: just what the columns of a panel need.

use serde::{Deserialize, Serialize};

use super::{EditBar, EditField, PendingField, SavedPanel};
use crate::{
    identity::{PanelId, ResourceId, ResourceType, VersionId},
    time::{CivilDay, DAY_MS, Timestamp, days_in_month},
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
    /// What decides which rows belong here, and is hidden: the panel may list too few or too many.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blind_spots: Vec<BlindSpot>,
    /// Fields of its rows that this user may not edit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bars: Vec<FieldBar>,
    /// Where it is saved, if it is one that people can change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub saved: Option<Box<SavedPanel>>,
}

impl PanelView {
    /// Whether nobody can tell what belongs here: its rows and counts mean nothing.
    pub fn is_blind(&self) -> bool {
        let mut spots = self.blind_spots.iter();
        spots.any(|spot| spot.hiding == Hiding::Always)
    }

    /// What keeps this user from editing a field of its rows.
    pub fn bar(&self, field: EditField) -> Option<EditBar> {
        let mut bars = self.bars.iter();
        bars.find(|barred| barred.field == field)
            .map(|barred| barred.bar)
    }
}

/// A field that the access policy does not let a user edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FieldBar {
    /// Which.
    pub field: EditField,
    /// What forbids it.
    pub bar: EditBar,
}

/// Something that a panel goes by and cannot see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BlindSpot {
    /// What it is called, within a sentence.
    pub label: String,
    /// In which records it is hidden.
    pub hiding: Hiding,
}

/// That the access policy hides a field, which therefore is not known to be empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Hiding {
    /// In some records, and the server does not say in which: a field that is not there is either empty or hidden.
    Sometimes,
    /// In every record.
    Always,
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
    /// [`Cell::Number`].
    Number,
    /// [`Cell::Date`]: a day.
    Date,
    /// [`Cell::Date`]: a day with its time.
    DateTime,
    /// [`Cell::Flag`].
    Flag,
    /// [`Cell::Tags`].
    Tags,
    /// [`Cell::Person`]: somebody or something that is named, and not who has to do it.
    Named,
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
    /// Fields that edits of this user concern. Of what is on its way the cells show the wanted value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pending: Vec<PendingField>,
}

/// One cell. Text is already sanitised; the tab formats dates and moments in the user's zone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Cell {
    /// Nothing there.
    Empty,
    /// Not shown to this user; there may be something.
    Hidden(Hiding),
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
    /// A number.
    Number {
        /// What it is ordered by.
        value: f64,
        /// As it was written, with its unit.
        shown: String,
    },
    /// Yes or no.
    Flag(bool),
    /// Several texts; at least one.
    Tags(Vec<String>),
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

impl Priority {
    /// The priority that a FHIR code names (<https://hl7.org/fhir/R4/valueset-request-priority.html>).
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "stat" => Some(Self::Stat),
            "asap" => Some(Self::Asap),
            "urgent" => Some(Self::Urgent),
            "routine" => Some(Self::Routine),
            _ => None,
        }
    }

    /// The FHIR code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Stat => "stat",
            Self::Asap => "asap",
            Self::Urgent => "urgent",
            Self::Routine => "routine",
        }
    }

    /// Whether it goes before routine work.
    pub fn is_urgent(self) -> bool {
        self < Self::Routine
    }
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

impl From<CivilDay> for FhirDate {
    fn from(day: CivilDay) -> Self {
        Self::Day(day.year(), day.month(), day.day())
    }
}

impl FhirDate {
    /// The first moment of the period that the date names, for somebody whose zone is so many minutes east of UTC.
    pub fn start(self, zone_offset_minutes: i32) -> Timestamp {
        self.first_day().map_or_else(
            |instant| instant,
            |first| first.start_local(zone_offset_minutes),
        )
    }

    /// The last millisecond of the period that the date names, for somebody whose zone is so many minutes east of UTC:
    /// a task due on a day may be done until the day ends.
    pub fn end(self, zone_offset_minutes: i32) -> Timestamp {
        let Ok(first) = self.first_day() else {
            return self.start(zone_offset_minutes);
        };
        let days = match self {
            Self::Year(year) => 337 + i64::from(days_in_month(year, 2)),
            Self::Month(year, month) => i64::from(days_in_month(year, month)),
            Self::Day(..) | Self::Instant(_) => 1,
        };
        first.start_local(zone_offset_minutes) + days * DAY_MS - 1
    }

    /// Whether the period that the date names is over.
    pub fn is_past(self, now: Timestamp, zone_offset_minutes: i32) -> bool {
        self.end(zone_offset_minutes) < now
    }

    /// The first day of the period; an instant has none of its own.
    fn first_day(self) -> Result<CivilDay, Timestamp> {
        let (year, month, day) = match self {
            Self::Year(year) => (year, 1, 1),
            Self::Month(year, month) => (year, month, 1),
            Self::Day(year, month, day) => (year, month, day),
            Self::Instant(instant) => return Err(instant),
        };
        // A message from elsewhere may name a day that does not exist; it is placed, not refused.
        Ok(CivilDay::new(year, month, day)
            .unwrap_or_else(|| CivilDay::from_days(i64::from(year.saturating_sub(1970)) * 365)))
    }
}
