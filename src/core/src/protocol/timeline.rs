//! What became of a record: its versions, newest first, with what each of them changed.

use serde::{Deserialize, Serialize};

use super::Cell;
use crate::{
    identity::{ResourceKey, VersionId},
    time::Timestamp,
};

/// The history of a record, as far as it was read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TimelineView {
    /// Which record.
    pub record: ResourceKey,
    /// How it stands with what follows.
    pub state: TimelineState,
    /// When the server was asked that told what follows; `None` if it never did.
    pub as_of: Option<Timestamp>,
    /// Newest first.
    pub entries: Vec<TimelineEntry>,
    /// What there is before the last of them.
    pub earlier: Earlier,
}

/// Whether the history that is shown is all that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TimelineState {
    /// It is being read: for the first time, or further back.
    Loading,
    /// It has the latest version that anybody has heard of.
    Current,
    /// There is a newer version, and it is being read. What is shown is how it was.
    Behind,
    /// The user may not read it, or it does not exist: nothing is shown. It is not asked for again by itself.
    NotAllowed,
    /// The server cannot be reached. What is shown is how it was. It is asked for again when the server is back.
    Offline,
    /// The server gave no usable answer. What is shown is how it was. It is asked for again after a while.
    Unavailable,
}

/// What there is before the oldest entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Earlier {
    /// Nothing.
    Nothing,
    /// More, for whoever asks with one page more.
    More,
    /// More than [`crate::limits::TIMELINE_PAGES_MAX`] pages.
    TooMuch,
}

/// One version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TimelineEntry {
    /// Which version, where the server names it.
    pub version: Option<VersionId>,
    /// When it was written, where that is known.
    pub at: Option<Timestamp>,
    /// Who wrote it, where the server tells.
    pub author: Option<String>,
    /// What it is.
    pub deed: TimelineDeed,
    /// What it changed, at most [`crate::limits::TIMELINE_CHANGES_MAX`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<TimelineChange>,
    /// So many more changes.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub left_out: usize,
    /// It changed something besides for which there is no word here.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub other: bool,
    /// It was written at the same time as the version before it: which of them came first is not certain.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub close: bool,
}

fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// What a version is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TimelineDeed {
    /// The first one.
    Created,
    /// It differs from the one before it.
    Changed,
    /// The end of the record.
    Deleted,
    /// The record came back after its end; the changes are those since before it.
    Restored,
    /// It came in a shape that cannot be shown.
    Unreadable,
    /// The version before it cannot be shown, so that nobody can tell what this one changed.
    Incomparable,
}

/// One difference: another value, or one more or one less of something of which there can be many.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TimelineChange {
    /// Name of the field.
    pub label: String,
    /// What it was; `None` where it was added.
    pub was: Option<Cell>,
    /// What it is; `None` where it was removed.
    pub now: Option<Cell>,
}
