//! One edit as it is kept on the disk. What is in here must be readable by every later build: fields are added, never changed.

use serde::{Deserialize, Serialize};

use crate::{
    identity::{EditId, JobId, ResourceKey, VersionId},
    protocol::{Conflict, FieldChange, PatientBanner, RollbackReason},
    time::Timestamp,
};

/// Version of the format. A record of a later one is left alone.
pub(super) const FORMAT: u8 = 1;

/// Whose edits they are. Nobody else's session ever sends them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Author {
    /// Address of the server.
    pub(crate) server: String,
    /// Id of the project.
    pub(crate) project: String,
    /// Reference of the user.
    pub(crate) profile: String,
}

/// What a record is called, for people.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Subject {
    /// Its title; empty if it is not known here.
    pub(crate) title: String,
    /// The patient it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) patient: Option<PatientBanner>,
}

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Entry {
    /// See [`FORMAT`].
    pub(super) format: u8,
    /// Its name.
    pub(crate) id: EditId,
    /// Who made it.
    pub(super) author: Author,
    /// The job it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) job: Option<JobId>,
    /// What is edited.
    pub(crate) resource: ResourceKey,
    /// What that was called.
    pub(super) subject: Subject,
    /// The version that was seen.
    pub(super) version: VersionId,
    /// When it was typed.
    pub(super) at: Timestamp,
    /// What is left of its changes.
    pub(crate) changes: Vec<FieldChange>,
    /// Whether it takes an earlier edit back.
    #[serde(default)]
    pub(super) undoes: bool,
    /// Where it is.
    pub(crate) stage: Stage,
}

/// Where an edit is on its way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(crate) enum Stage {
    /// It was never sent.
    Waiting,
    /// It may have been sent, against this version: what became of it has to be found out before it is sent again. Written
    /// before the first byte goes out.
    Sent {
        /// The version it was made for.
        base: VersionId,
        /// What it replaces of others because the last writer wins.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        overwrites: Vec<FieldChange>,
        /// What it and the edits that went before it in the same request change all together: a version that shows it is theirs.
        /// `None` in what an earlier build stored.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        leads_to: Option<Vec<FieldChange>>,
        /// Those edits. `None` in what an earlier build stored.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<Vec<EditId>>,
    },
    /// It waits for the user.
    Conflict {
        /// The choice.
        conflict: Conflict,
    },
    /// It was rolled back; what was typed is kept until the user says otherwise.
    RolledBack {
        /// Why.
        reason: RollbackReason,
    },
}

impl Entry {
    /// Whether it is still on its way to the server by itself.
    pub(crate) fn is_under_way(&self) -> bool {
        matches!(self.stage, Stage::Waiting | Stage::Sent { .. })
    }

    /// Whether it takes another edit back.
    pub(super) fn takes_back(&self, other: &Self) -> bool {
        self.undoes && self.id == undo_id(&other.id)
    }

    /// Whether a change of another edit is about something that this one changes too.
    pub(super) fn touches(&self, later: &[FieldChange]) -> bool {
        let mut pairs = self
            .changes
            .iter()
            .flat_map(|mine| later.iter().map(move |other| (mine, other)));
        pairs.any(|(mine, other)| mine.is_followed_by(other))
    }

    /// Edits that it follows on are not made: what it saw is what they had seen. Takes the changes that it follows on out of
    /// the list: what comes after it saw what it leaves. `false` if nothing is left to do.
    pub(super) fn rebase_over(&mut self, dropped: &mut Vec<FieldChange>) -> bool {
        dropped.retain(|before| {
            let mut next = self.changes.iter_mut();
            let Some(next) = next.find(|mine| before.is_followed_by(mine)) else {
                return true;
            };
            if next.seen.same(&before.wanted) {
                next.seen = before.seen.clone();
            }
            false
        });
        self.changes.retain(|mine| !mine.seen.same(&mine.wanted));
        !self.changes.is_empty()
    }
}

/// Name of the edit that takes another one back.
pub(super) fn undo_id(id: &EditId) -> EditId {
    EditId::new(format!("undo:{id}"))
}

/// Reads a record; `None` if it is damaged or of a later build.
pub(super) fn parse(text: &str) -> Option<Entry> {
    let entry: Entry = serde_json::from_str(text).ok()?;
    (entry.format <= FORMAT && !entry.changes.is_empty()).then_some(entry)
}

/// The record as text. Plain data always serialises; an empty record would be reported as unreadable, not taken for an edit.
pub(super) fn to_text(entry: &Entry) -> String {
    serde_json::to_string(entry).unwrap_or_default()
}
