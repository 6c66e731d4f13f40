//! What must hold for a cell.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Period;
use crate::protocol::ColumnKind;

/// A condition on one column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Filter {
    /// Stable name of the column.
    pub column: String,
    /// What must hold for its cell.
    pub test: Test,
}

/// What must hold for a cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Test {
    /// One of these codes.
    OneOf(BTreeSet<String>),
    /// Owned by one of these.
    Owner(BTreeSet<Assignee>),
    /// A date in this period.
    Within(Period),
    /// A text that contains this, without regard to case. Never part of an address: it may be a name.
    Contains(String),
}

impl Test {
    /// Whether nothing was asked for.
    pub fn is_void(&self) -> bool {
        match self {
            Self::OneOf(codes) => codes.is_empty(),
            Self::Owner(owners) => owners.is_empty(),
            Self::Contains(text) => text.trim().is_empty(),
            Self::Within(_) => false,
        }
    }
}

/// Who owns something. Compared by reference, because two people may share a name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Assignee {
    /// The signed-in user, whoever that is.
    Me,
    /// Nobody.
    Nobody,
    /// A literal reference, for example `Practitioner/1`.
    Reference(String),
}

/// Which kind of test a column has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FilterKind {
    /// [`Test::OneOf`] of priorities.
    Priorities,
    /// [`Test::OneOf`] of statuses.
    Statuses,
    /// [`Test::Owner`].
    Owners,
    /// [`Test::Within`].
    Dates,
    /// [`Test::Contains`].
    Texts,
    /// [`Test::OneOf`] of [`YES`] and [`NO`].
    Flags,
}

/// Code of a flag that is set.
pub const YES: &str = "yes";
/// Code of one that is not.
pub const NO: &str = "no";

/// The test that fits a column; `None` where there is nothing to ask for.
pub fn kind_of(kind: ColumnKind) -> Option<FilterKind> {
    match kind {
        ColumnKind::Priority => Some(FilterKind::Priorities),
        ColumnKind::Status => Some(FilterKind::Statuses),
        ColumnKind::Person => Some(FilterKind::Owners),
        ColumnKind::Due
        | ColumnKind::BirthDate
        | ColumnKind::Age
        | ColumnKind::Changed
        | ColumnKind::Date
        | ColumnKind::DateTime => Some(FilterKind::Dates),
        ColumnKind::Title
        | ColumnKind::Text
        | ColumnKind::Patient
        | ColumnKind::Number
        | ColumnKind::Tags
        | ColumnKind::Named => Some(FilterKind::Texts),
        ColumnKind::Flag => Some(FilterKind::Flags),
        ColumnKind::Workload => None,
    }
}
