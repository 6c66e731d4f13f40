//! Changed rows on their way to the tabs: coalesced by row, in lanes, bounded, aged.
//!
//! A burst must not keep a clinician waiting for the rows in sight: what somebody sees goes first, urgent work first of all,
//! and the rest follows in batches that leave the worker time for everything else. A row that has waited too long goes
//! first, whatever its lane. The queue holds no content, only which rows changed: what is sent is what the replica holds at
//! that moment, so dropping the queue loses nothing, if everybody gets a snapshot instead. That is the overflow rule.

#[cfg(test)]
mod tests;

use crate::{
    collections::Map, identity::ResourceKey, limits, protocol::GoneReason, replica::Membership,
    time::Timestamp,
};

/// In which order rows go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Lane {
    /// Urgent work that somebody sees.
    UrgentOnScreen,
    /// What somebody sees.
    OnScreen,
    /// The rest.
    Rest,
}

/// A changed row.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    /// Which.
    pub(crate) key: ResourceKey,
    /// Who showed it when the tabs were last told.
    pub(crate) was: Membership,
    /// Why it left those who show it no longer.
    pub(crate) reason: Option<GoneReason>,
    since: Timestamp,
}

/// What is sent now.
#[derive(Debug)]
pub(crate) enum Batch {
    /// These changes.
    Changes(Vec<Change>),
    /// More has changed than was remembered: send everything.
    Everything,
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct UpdateQueue {
    now: Timestamp,
    positions: Map<ResourceKey, usize>,
    changes: Vec<Change>,
    overflowed: bool,
}

impl UpdateQueue {
    /// The time, for the age of what comes.
    pub(crate) fn set_now(&mut self, now: Timestamp) {
        self.now = now;
    }

    /// A row changed; `was` says who showed it before this change.
    pub(crate) fn mark(&mut self, key: &ResourceKey, was: Membership, reason: Option<GoneReason>) {
        if self.overflowed {
            return;
        }
        let known = self.positions.get(key).copied();
        if let Some(change) = known.and_then(|at| self.changes.get_mut(at)) {
            change.reason = reason.or(change.reason.take());
            return;
        }
        if self.changes.len() >= limits::UPDATE_QUEUE_ROWS_MAX {
            self.changes.clear();
            self.positions.clear();
            self.overflowed = true;
            return;
        }
        self.positions.insert(key.clone(), self.changes.len());
        self.changes.push(Change {
            key: key.clone(),
            was,
            reason,
            since: self.now,
        });
    }

    /// Whether there is nothing to send.
    pub(crate) fn is_empty(&self) -> bool {
        self.changes.is_empty() && !self.overflowed
    }

    /// Forgets what waits: everybody gets a snapshot.
    pub(crate) fn clear(&mut self) {
        self.changes.clear();
        self.positions.clear();
        self.overflowed = false;
    }

    /// Takes at most so many rows, the most important first; the order within a lane is that of the changes.
    pub(crate) fn take(&mut self, rows_max: usize, lane: impl Fn(&ResourceKey) -> Lane) -> Batch {
        if self.overflowed {
            self.clear();
            return Batch::Everything;
        }
        let mut changes = std::mem::take(&mut self.changes);
        self.positions.clear();
        if changes.len() > rows_max {
            let now = self.now;
            // Sorting is stable, so that what changed first goes first within its lane.
            changes.sort_by_cached_key(|change| {
                let overdue = now.since_ms(change.since) >= limits::UPDATE_AGE_MAX_MS;
                (!overdue, lane(&change.key))
            });
            let rest = changes.split_off(rows_max);
            for (at, change) in rest.iter().enumerate() {
                self.positions.insert(change.key.clone(), at);
            }
            self.changes = rest;
        }
        Batch::Changes(changes)
    }
}
