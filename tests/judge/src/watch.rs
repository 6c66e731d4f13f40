//! What a tab showed, as the watcher in the page wrote it down: only what changed, with the time.

use serde::{Deserialize, Serialize};

use crate::Millis;

/// First word of the badge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub enum Word {
    /// Everything up to a time is shown.
    Live,
    /// Anything else: it claims less.
    #[serde(other)]
    Other,
}

/// What changed in the document in one turn.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Record {
    /// When.
    pub at: Millis,
    /// The whole text of the badge, its state in front: for people who read a failure.
    pub badge: Option<String>,
    /// What is claimed from now on: by the badge, and in the foot of the panel.
    pub claims: Option<Claims>,
    /// Rows that the table says it has; `None`: unchanged.
    pub total: Option<usize>,
    /// Rows that are new or differ: id and stamp.
    pub rows: Vec<(String, Millis)>,
    /// Rows that are no longer in the document.
    pub gone: Vec<String>,
    /// Whether nobody can see the tab; `None`: unchanged.
    pub hidden: Option<bool>,
}

/// What a tab claims.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Claims {
    /// First word of the badge.
    pub word: Option<Word>,
    /// Everything until then is shown, says the badge.
    pub as_of: Option<Millis>,
    /// Everything until then was checked by a search, says the foot of the panel.
    pub proven: Option<Millis>,
    /// More rows are on their way, says the foot.
    pub loading: bool,
}

/// All records of a tab, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct WatchLog {
    /// See the module.
    pub records: Vec<Record>,
    /// When the last look was.
    pub end: Millis,
}
