//! Columns that people add to a panel by a path into the resource, and what is said while somebody does.

use serde::{Deserialize, Serialize};

use super::{PanelDraft, Row};

/// A column of a panel that shows what is at a path. Stored as it is here: see [`crate::panel::saved`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PathColumn {
    /// Stable name, `path-1` to `path-99`: no column that every panel has is called so.
    pub id: String,
    /// Heading, up to [`crate::limits::COLUMN_TITLE_CHARS_MAX`].
    pub title: String,
    /// See [`crate::path`].
    pub path: String,
    /// What its cells hold.
    pub format: PathFormat,
}

/// What the cells of a column with a path hold. A value that is something else is shown as the text it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum PathFormat {
    /// Texts, codes, and whatever else in words.
    #[default]
    Text,
    /// A number, with its unit where it has one.
    Number,
    /// A day, never moved by a time zone.
    Date,
    /// A day with the time of day, where there is one.
    DateTime,
    /// Yes or no.
    Boolean,
    /// Several texts, each for itself.
    Tags,
    /// Whom a reference names.
    Person,
}

impl PathFormat {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 7] = [
        Self::Text,
        Self::Number,
        Self::Date,
        Self::DateTime,
        Self::Boolean,
        Self::Tags,
        Self::Person,
    ];
}

/// A path at which there is something in the data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PathSuggestion {
    /// The path. It holds names, codes and addresses, and no value of a patient.
    pub path: String,
    /// What is there.
    pub format: PathFormat,
}

/// A panel that is typed, to be shown in small.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PreviewAsk {
    /// Number of the question, returned in the answer.
    pub number: u32,
    /// As it is typed. It need not have a name yet; of one with which something else is wrong nothing is shown.
    pub draft: PanelDraft,
}

/// Some rows of a panel that is typed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PanelPreview {
    /// Number of the question.
    pub number: u32,
    /// The first rows in their order, at most [`crate::limits::PREVIEW_ROWS_MAX`].
    pub rows: Vec<Row>,
    /// How many rows there are; `None` where not all records were looked at, and these are some of its rows.
    pub total: Option<u32>,
    /// Whether the worker is still loading.
    pub loading: bool,
}
