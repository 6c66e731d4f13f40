//! The edits of a user as a tab holds them: everything once, and the numbered news on top.
//!
//! Every tab hears of every edit, whichever tab it was typed in, so that a conflict that is solved in one is gone in all. News
//! come by channel and everything by port, without a common order: numbers settle that, and a gap is never guessed over.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::{
    identity::{EditId, JobId, ResourceKey},
    protocol::{EditState, EditView, EditsNews, EndedEdit, JobView, OutboxSummary},
};

/// What news did to the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EditListEvents {
    /// Edits that came to their end.
    pub ended: Vec<EndedEdit>,
    /// Edits that wait for the user since just now.
    pub conflicts: Vec<EditId>,
    /// Edits that were rolled back just now.
    pub rolled_back: Vec<EditId>,
    /// News are missing: ask for everything.
    pub gap: bool,
}

/// See the module.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EditList {
    /// Number of the last news; `None` while nothing was heard in this life of the worker.
    revision: Option<u64>,
    edits: BTreeMap<EditId, EditView>,
    jobs: BTreeMap<JobId, JobView>,
    summary: Option<OutboxSummary>,
}

impl EditList {
    /// Another life of the worker, which counts anew and says everything again, or nothing where there is nothing.
    pub fn restart(&mut self) {
        *self = Self::default();
    }

    /// Takes news.
    pub fn apply(&mut self, news: EditsNews) -> EditListEvents {
        let known = self.revision;
        if known
            .is_some_and(|known| news.revision < known || (news.revision == known && !news.whole))
        {
            return EditListEvents::default();
        }
        if !news.whole && known.is_none_or(|known| news.revision != known + 1) {
            return EditListEvents {
                gap: true,
                ..EditListEvents::default()
            };
        }
        self.revision = Some(news.revision);
        self.summary = Some(news.summary);
        let mut events = EditListEvents::default();
        for edit in &news.edits {
            let before = self.edits.get(&edit.id).map(|edit| &edit.state);
            match (&edit.state, before) {
                (EditState::Conflict { .. }, Some(EditState::Conflict { .. })) => {}
                (EditState::Conflict { .. }, _) => events.conflicts.push(edit.id.clone()),
                (EditState::RolledBack { .. }, Some(EditState::RolledBack { .. })) => {}
                (EditState::RolledBack { .. }, _) => events.rolled_back.push(edit.id.clone()),
                _ => {}
            }
        }
        if news.whole {
            self.edits.clear();
            self.jobs.clear();
        }
        for ended in &news.ended {
            self.edits.remove(&ended.id);
        }
        let edits = news.edits.into_iter();
        self.edits.extend(edits.map(|edit| (edit.id.clone(), edit)));
        let jobs = news.jobs.into_iter();
        self.jobs.extend(jobs.map(|job| (job.id.clone(), job)));
        events.ended = news.ended;
        events
    }

    /// One edit, if it is not at its end.
    pub fn get(&self, id: &EditId) -> Option<&EditView> {
        self.edits.get(id)
    }

    /// Edits of a record, in the order in which they were typed.
    pub fn of(&self, record: &ResourceKey) -> Vec<&EditView> {
        self.sorted(|edit| edit.resource == *record)
    }

    /// Edits that wait for the user, oldest first.
    pub fn conflicts(&self) -> Vec<&EditView> {
        self.sorted(|edit| matches!(edit.state, EditState::Conflict { .. }))
    }

    /// Edits that were rolled back and are kept, oldest first.
    pub fn rolled_back(&self) -> Vec<&EditView> {
        self.sorted(|edit| matches!(edit.state, EditState::RolledBack { .. }))
    }

    /// A change of many records.
    pub fn job(&self, id: &JobId) -> Option<&JobView> {
        self.jobs.get(id)
    }

    /// How much there is; `None` while nothing was heard, which means that there is nothing.
    pub fn summary(&self) -> Option<&OutboxSummary> {
        self.summary.as_ref()
    }

    fn sorted(&self, which: impl Fn(&EditView) -> bool) -> Vec<&EditView> {
        let mut edits: Vec<_> = self.edits.values().filter(|edit| which(edit)).collect();
        edits.sort_by(|one, other| (one.at, &one.id).cmp(&(other.at, &other.id)));
        edits
    }
}
