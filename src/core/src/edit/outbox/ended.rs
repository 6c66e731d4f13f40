//! Edits that have ended, remembered on the disk beside those that have not: a tab that was away when its edit ended asks a later
//! life of the worker for it again, and a user takes back what was made before the worker was started anew.

use serde::{Deserialize, Serialize};

use super::{Entry, Outbox, entry::FORMAT};
use crate::{
    identity::EditId,
    limits,
    protocol::{EditOutcome, EndedEdit, FieldChange},
};

/// One of them, as it is kept. Readable by every later build, as edits are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Done {
    /// As that of an edit.
    pub(super) format: u8,
    pub(super) entry: Entry,
    pub(super) outcome: EditOutcome,
    /// Whether it can be taken back: it was made, and was not taken back yet.
    pub(super) undoable: bool,
    /// The how manieth it was to end.
    ended: u64,
}

impl Done {
    pub(super) fn told(&self) -> EndedEdit {
        EndedEdit {
            id: self.entry.id.clone(),
            job: self.entry.job.clone(),
            resource: self.entry.resource.clone(),
            outcome: self.outcome.clone(),
        }
    }
}

/// Reads a record; `None` if it is none of an edit that has ended, damaged, or of a later build.
pub(super) fn parse(text: &str) -> Option<Done> {
    let done: Done = serde_json::from_str(text).ok()?;
    (done.format <= FORMAT).then_some(done)
}

/// The record as text. See [`super::entry::to_text`].
pub(super) fn to_text(done: &Done) -> String {
    serde_json::to_string(done).unwrap_or_default()
}

impl Outbox {
    /// Remembers an edit under the number that it had.
    pub(super) fn remember(&mut self, number: u64, entry: Entry, outcome: EditOutcome) {
        let undoable = matches!(outcome, EditOutcome::Applied { undoable: true, .. });
        let before = self.done.values().map(|done| done.ended).max();
        let done = Done {
            format: FORMAT,
            entry,
            outcome,
            undoable,
            ended: before.map_or(0, |before| before.saturating_add(1)),
        };
        self.news.end(number, done.told());
        self.done.insert(number, done);
        self.forget_oldest();
    }

    /// One of an earlier life of the worker.
    pub(super) fn take_stored_end(&mut self, number: u64, done: Done) {
        if !self.disk.is_marked(number) && !self.held.contains_key(&number) {
            self.done.entry(number).or_insert(done);
            self.forget_oldest();
        }
    }

    /// The first that ended, which is not the first that was typed: some wait for days.
    fn forget_oldest(&mut self) {
        while self.done.len() > limits::EDITS_REMEMBERED_MAX {
            let oldest = self.done.iter().min_by_key(|(_, done)| done.ended);
            let Some(oldest) = oldest.map(|(number, _)| *number) else {
                return;
            };
            self.done.remove(&oldest);
            self.disk.mark(oldest);
        }
    }

    /// How an edit of this name has ended.
    pub(super) fn end_of(&self, id: &EditId) -> Option<&Done> {
        self.done.values().find(|done| done.entry.id == *id)
    }

    /// An edit was taken back, or is about to be.
    pub(super) fn note_taken_back(&mut self, id: &EditId) {
        let mut done = self.done.iter_mut();
        let Some((number, done)) = done.find(|(_, done)| done.entry.id == *id) else {
            return;
        };
        done.undoable = false;
        self.disk.mark(*number);
        if let Some(job) = &done.entry.job {
            self.news.job(job);
        }
    }

    /// Edits that were asked for again before anybody knew that they had ended. What went out meanwhile goes its way.
    pub(super) fn end_again(&mut self) {
        let asked = self.held.iter().filter(|(number, entry)| {
            self.end_of(&entry.id).is_some() && !self.may_be_sent(**number)
        });
        for number in asked.map(|(number, _)| *number).collect::<Vec<_>>() {
            let Some(entry) = self.remove(number) else {
                continue;
            };
            let Some(told) = self.end_of(&entry.id).map(Done::told) else {
                continue;
            };
            let job = entry.job.as_ref().and_then(|job| self.jobs.get_mut(job));
            job.into_iter().for_each(|job| job.count(&told.outcome));
            if !matches!(told.outcome, EditOutcome::Applied { .. }) {
                self.rebase_after(number, &entry.resource, &entry.changes);
            }
            self.news.end(number, told);
        }
    }

    /// An edit has replaced what others wrote: to take it back is to bring that back, also where that was asked for before.
    pub(super) fn lead_back(&mut self, done: &Entry, overwrote: &[FieldChange]) {
        let back = self.of(&done.resource);
        let back = back.filter(|(_, entry)| entry.takes_back(done));
        for number in back.map(|(number, _)| number).collect::<Vec<_>>() {
            if let Some(entry) = self.held.get_mut(&number) {
                bring_back(&mut entry.changes, overwrote);
                self.news.touch(&entry.resource);
                self.news.change(&entry.id);
                self.disk.mark(number);
            }
        }
    }
}

/// Changes that take others back lead to what those replaced.
pub(super) fn bring_back(changes: &mut [FieldChange], replaced: &[FieldChange]) {
    for over in replaced {
        let back = changes
            .iter_mut()
            .filter(|change| change.field == over.field && change.seen.same(&over.wanted));
        back.for_each(|change| change.wanted = over.seen.clone());
    }
}
