//! One change of many records: how far it is.

use std::collections::BTreeMap;

use super::{Entry, Outbox, Stage};
use crate::{
    identity::{JobId, ResourceKey},
    protocol::{EditOutcome, EditRefusal, JobView, RefusedRow},
    time::Timestamp,
};

/// What is known of a job beyond the edits of it that are not at their end.
#[derive(Debug)]
pub(crate) struct Job {
    /// When it was asked for.
    pub(super) at: Timestamp,
    total: usize,
    applied: usize,
    unchanged: usize,
    discarded: usize,
    refused: BTreeMap<ResourceKey, EditRefusal>,
}

impl Job {
    /// A job of so many edits.
    pub(super) fn new(at: Timestamp, total: usize) -> Self {
        Self {
            at,
            total,
            applied: 0,
            unchanged: 0,
            discarded: 0,
            refused: BTreeMap::new(),
        }
    }

    pub(super) fn refuse(&mut self, key: &ResourceKey, reason: EditRefusal) {
        self.refused.insert(key.clone(), reason);
    }

    pub(super) fn count(&mut self, outcome: &EditOutcome) {
        match outcome {
            EditOutcome::Applied { .. } => self.applied += 1,
            EditOutcome::AlreadySo | EditOutcome::Superseded { .. } => self.unchanged += 1,
            EditOutcome::TookTheirs | EditOutcome::Discarded => self.discarded += 1,
        }
    }
}

impl Outbox {
    /// How far a job is.
    pub(super) fn job_view(&self, id: &JobId) -> Option<JobView> {
        let job = self.jobs.get(id)?;
        let edits = || {
            self.held
                .values()
                .filter(|entry| entry.job.as_ref() == Some(id))
        };
        let conflicts = edits()
            .filter(|entry| matches!(entry.stage, Stage::Conflict { .. }))
            .count();
        let rolled_back = edits()
            .filter(|entry| matches!(entry.stage, Stage::RolledBack { .. }))
            .count();
        let undoable = self
            .done
            .values()
            .any(|done| done.undoable && done.entry.job.as_ref() == Some(id));
        Some(JobView {
            id: id.clone(),
            total: job.total,
            waiting: edits()
                .filter(|entry: &&Entry| entry.is_under_way())
                .count(),
            applied: job.applied,
            unchanged: job.unchanged,
            discarded: job.discarded,
            conflicts,
            rolled_back,
            refused: job
                .refused
                .iter()
                .map(|(resource, reason)| RefusedRow {
                    resource: resource.clone(),
                    reason: reason.clone(),
                })
                .collect(),
            undoable,
        })
    }
}
