//! What of the outbox is written down in the audit trail: by type and id, never a value.

use std::collections::VecDeque;

use super::{Entry, Outbox, Stage};
use crate::{
    audit::{Deed, Outcome, What},
    identity::{JobId, ResourceKey, ResourceType, VersionId},
    protocol::{EditOutcome, RollbackReason},
};

/// Versions of the user's own that are remembered, to tell them from those of others.
const OWN_VERSIONS_MAX: usize = 100;

/// What was not written down yet.
#[derive(Debug, Default)]
pub(super) struct Deeds {
    new: Vec<Deed>,
    /// Jobs of which something is on its way.
    jobs: Vec<JobId>,
    own: VecDeque<VersionId>,
}

impl Deeds {
    /// The same for the outbox that comes after this one.
    pub(super) fn successor(&mut self) -> Self {
        Self {
            new: std::mem::take(&mut self.new),
            ..Self::default()
        }
    }

    /// A job begins.
    pub(super) fn begin(&mut self, job: &JobId, edits: usize) {
        let deed = Deed::new(What::JobBegan).in_job(Some(job.as_str()));
        self.new.push(deed.of(edits as u64));
        self.jobs.push(job.clone());
    }

    /// An edit has ended, and how it was decided if others had changed something.
    pub(super) fn end(&mut self, entry: &Entry, outcome: &EditOutcome) {
        match outcome {
            EditOutcome::Applied {
                version, overwrote, ..
            } => {
                self.push(entry, What::EditApplied);
                if !overwrote.is_empty() {
                    self.push(entry, What::Overwrote);
                } else if self.met_others(entry) {
                    self.push(entry, What::Merged);
                }
                self.own.extend(version.clone());
                if self.own.len() > OWN_VERSIONS_MAX {
                    self.own.pop_front();
                }
            }
            EditOutcome::AlreadySo => self.push(entry, What::AlreadySo),
            EditOutcome::Superseded { .. } => self.push(entry, What::Superseded),
            EditOutcome::TookTheirs => self.push(entry, What::TookTheirs),
            EditOutcome::Discarded => self.push(entry, What::EditDiscarded),
        }
    }

    /// Whether it was made for a version that others had written after the one that was seen.
    fn met_others(&self, entry: &Entry) -> bool {
        let Stage::Sent { base, .. } = &entry.stage else {
            return false;
        };
        *base != entry.version && !self.own.contains(base)
    }

    /// An edit is at another place on its way.
    pub(super) fn step(&mut self, entry: &Entry, to: &Stage) {
        if let Stage::RolledBack { reason } = to {
            let outcome = match reason {
                RollbackReason::Forbidden | RollbackReason::ReadOnly { .. } => Outcome::Serious,
                _ => Outcome::Failure,
            };
            let deed = deed(entry, What::EditRolledBack).with(outcome);
            self.new.push(deed);
        }
    }

    /// The user wants an edit in spite of others.
    pub(super) fn keep(&mut self, entry: &Entry) {
        self.push(entry, What::KeptMine);
    }

    fn push(&mut self, entry: &Entry, what: What) {
        self.new.push(deed(entry, what));
    }
}

impl Outbox {
    /// What is to be written down.
    pub(crate) fn take_deeds(&mut self) -> Vec<Deed> {
        let jobs = std::mem::take(&mut self.deeds.jobs);
        for job in jobs {
            let view = self.job_view(&job);
            if view.as_ref().is_some_and(|view| view.waiting > 0) {
                self.deeds.jobs.push(job);
                continue;
            }
            let done = view.as_ref().map(|view| view.applied + view.unchanged);
            let all = view.is_some_and(|view| done == Some(view.total));
            let deed = Deed::new(What::JobEnded).in_job(Some(job.as_str()));
            self.deeds.new.push(Deed::with(
                deed.of(done.unwrap_or_default() as u64),
                if all {
                    Outcome::Success
                } else {
                    Outcome::Failure
                },
            ));
        }
        std::mem::take(&mut self.deeds.new)
    }
}

fn deed(entry: &Entry, what: What) -> Deed {
    let patient = entry.subject.patient.as_ref();
    let patient = patient.and_then(|patient| patient.id.clone());
    let patient = patient.map(|id| ResourceKey::new(ResourceType::Patient, id));
    Deed::new(what)
        .about(&entry.resource, patient.as_ref())
        .in_job(entry.job.as_ref().map(JobId::as_str))
}
