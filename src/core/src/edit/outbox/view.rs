//! What tabs are told of the outbox: what has changed since they were told last, or everything.

use std::collections::{BTreeMap, BTreeSet};

use super::{Entry, Outbox, Stage, ended::Done};
use crate::{
    collections::Set,
    identity::{EditId, JobId, ResourceKey},
    protocol::{
        EditOutcome, EditState, EditView, EditsNews, EndedEdit, NewEdit, OutboxSummary, StorageView,
    },
};

/// What has not been told yet.
#[derive(Debug, Default)]
pub(super) struct News {
    /// Number of the last news. Counted over all sessions of an engine.
    revision: u64,
    edits: BTreeSet<EditId>,
    /// By the number that each had.
    ended: BTreeMap<u64, EndedEdit>,
    /// The database goes, so that nothing has to be stored any longer.
    at_once: bool,
    jobs: BTreeSet<JobId>,
    touched: Set<ResourceKey>,
    everything: bool,
    told: Option<OutboxSummary>,
    /// Tabs were told of something, and not yet that nothing of it is left.
    shown: bool,
}

impl News {
    pub(super) fn change(&mut self, edit: &EditId) {
        self.edits.insert(edit.clone());
    }

    pub(super) fn end(&mut self, number: u64, ended: EndedEdit) {
        self.edits.remove(&ended.id);
        self.jobs.extend(ended.job.clone());
        self.ended.insert(number, ended);
    }

    pub(super) fn job(&mut self, job: &JobId) {
        self.jobs.insert(job.clone());
    }

    /// What has ended is told whether it is stored or not.
    pub(super) fn at_once(&mut self) {
        self.at_once = true;
    }

    /// The row of a record looks otherwise than before.
    pub(super) fn touch(&mut self, key: &ResourceKey) {
        self.touched.insert(key.clone());
    }

    /// Everybody has to be told everything.
    pub(super) fn everything(&mut self) {
        self.everything = true;
    }

    /// Nobody is there to be told anything.
    pub(super) fn forget(&mut self) {
        *self = self.successor();
    }

    /// As [`Self::forget`], for the outbox that comes after this one.
    pub(super) fn successor(&self) -> Self {
        Self {
            revision: self.revision,
            shown: self.shown,
            ..Self::default()
        }
    }
}

impl OutboxSummary {
    /// Whether there is nothing in it that anybody would have to be told.
    fn is_blank(&self) -> bool {
        let edits = self.unsent + self.conflicts + self.rolled_back + self.unreadable;
        edits == 0 && !matches!(self.storage, StorageView::MemoryOnly { .. })
    }
}

impl Outbox {
    /// Records whose rows look otherwise than before.
    pub(crate) fn take_touched(&mut self) -> Vec<ResourceKey> {
        let mut touched: Vec<_> = self.news.touched.drain().collect();
        touched.sort();
        touched
    }

    /// What is new, for all tabs.
    pub(crate) fn take_news(&mut self) -> Option<EditsNews> {
        if self.author.is_none() || self.parked {
            return None;
        }
        let summary = self.summary();
        let ended = self.take_ended();
        let news = &mut self.news;
        let nothing = news.edits.is_empty() && ended.is_empty() && news.jobs.is_empty();
        if nothing && summary.is_blank() {
            // Whoever has heard of nothing knows it all. The next news is everything, for those who come meanwhile.
            news.everything = true;
            news.told = None;
            if !std::mem::take(&mut news.shown) {
                return None;
            }
        }
        if nothing && !news.everything && news.told.as_ref() == Some(&summary) {
            return None;
        }
        news.revision += 1;
        news.told = Some(summary.clone());
        news.shown = !summary.is_blank();
        let edits = std::mem::take(&mut news.edits);
        let mut jobs = std::mem::take(&mut news.jobs);
        let whole = std::mem::take(&mut news.everything);
        jobs.extend(
            edits
                .iter()
                .filter_map(|id| self.held.get(&self.find(id)?)?.job.clone()),
        );
        Some(EditsNews {
            ended,
            jobs: jobs.iter().filter_map(|job| self.job_view(job)).collect(),
            ..self.news_of(whole, summary, |entry| whole || edits.contains(&entry.id))
        })
    }

    /// What the user has decided is told when it is on the disk: a worker that dies before would have it come back after it was said to
    /// be over.
    fn take_ended(&mut self) -> Vec<EndedEdit> {
        let (disk, at_once) = (&self.disk, self.news.at_once);
        let may_be_told = |(number, ended): &(u64, EndedEdit)| {
            let decided = matches!(
                ended.outcome,
                EditOutcome::Discarded | EditOutcome::TookTheirs
            );
            at_once || !decided || disk.lets_go(*number)
        };
        let ended = std::mem::take(&mut self.news.ended).into_iter();
        let (told, kept): (Vec<_>, Vec<_>) = ended.partition(may_be_told);
        self.news.ended = kept.into_iter().collect();
        told.into_iter().map(|(_, ended)| ended).collect()
    }

    /// Everything, for one tab.
    pub(crate) fn everything(&self) -> Option<EditsNews> {
        // Where something was told before, a tab may have missed that nothing of it is left.
        let untold = self.news.revision == 0 && self.jobs.is_empty();
        let blank = untold && self.summary().is_blank();
        if self.author.is_none() || self.parked || blank {
            return None;
        }
        let jobs = self.jobs.keys().filter_map(|job| self.job_view(job));
        Some(EditsNews {
            jobs: jobs.collect(),
            ..self.news_of(true, self.summary(), |_| true)
        })
    }

    /// How edits have ended, for a tab that asks for them again; nothing if none of them has. Of no revision of its own, so that a
    /// tab that has heard of it shows it no more.
    pub(crate) fn ends_of(&self, edits: &[NewEdit]) -> Option<EditsNews> {
        let asked = |done: &&Done| edits.iter().any(|edit| edit.id == done.entry.id);
        let ended: Vec<_> = self.done.values().filter(asked).map(Done::told).collect();
        (!ended.is_empty()).then(|| EditsNews {
            ended,
            ..self.news_of(false, self.summary(), |_| false)
        })
    }

    /// How much there is.
    pub(crate) fn summary(&self) -> OutboxSummary {
        let (mut unsent, mut conflicts, mut rolled_back) = (0, 0, 0);
        for entry in self.held.values() {
            match entry.stage {
                Stage::Waiting | Stage::Sent { .. } => unsent += 1,
                Stage::Conflict { .. } => conflicts += 1,
                Stage::RolledBack { .. } => rolled_back += 1,
            }
        }
        OutboxSummary {
            unsent,
            conflicts,
            rolled_back,
            room: self.room(),
            storage: self.storage(),
            unreadable: self.unreadable,
            drafts: self.drafts.len(),
        }
    }

    fn news_of(
        &self,
        whole: bool,
        summary: OutboxSummary,
        which: impl Fn(&Entry) -> bool,
    ) -> EditsNews {
        let edits = self.held.iter().filter(|(_, entry)| which(entry));
        EditsNews {
            revision: self.news.revision,
            whole,
            summary,
            edits: edits
                .map(|(number, entry)| self.view(*number, entry))
                .collect(),
            ended: Vec::new(),
            jobs: Vec::new(),
        }
    }

    fn view(&self, number: u64, entry: &Entry) -> EditView {
        EditView {
            id: entry.id.clone(),
            job: entry.job.clone(),
            resource: entry.resource.clone(),
            title: entry.subject.title.clone(),
            patient: entry.subject.patient.clone(),
            at: entry.at,
            changes: entry.changes.clone(),
            undoes: entry.undoes,
            kept: self.disk.holds(number),
            state: match &entry.stage {
                Stage::Waiting => EditState::Waiting,
                Stage::Sent { .. } => EditState::Sending,
                Stage::Conflict { conflict } => EditState::Conflict {
                    conflict: conflict.clone(),
                },
                Stage::RolledBack { reason } => EditState::RolledBack {
                    reason: reason.clone(),
                },
            },
        }
    }
}
