//! Durability: which edits are on the disk as they are in memory.
//!
//! One batch is on its way at a time. An edit may go to the server only when it is on the disk, or when there is none.

use std::collections::BTreeSet;

use crate::{
    cache::{CacheFailure, CacheWriteId},
    limits,
};

/// Where the database is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum State {
    /// Nobody's edits are kept.
    #[default]
    Closed,
    /// Records are being told.
    Opening,
    /// Batches are written.
    Open,
    /// Nothing is kept, until another try.
    Off(CacheFailure),
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Disk {
    pub(super) state: State,
    /// Edits that are not on the disk as they are now.
    changed: BTreeSet<u64>,
    in_flight: Option<(CacheWriteId, BTreeSet<u64>)>,
    /// The last batch found no room: what nobody needs there goes first.
    full: bool,
    /// Edits that have ended and were deleted because there was no room for that: to do so once more would make none.
    deleted: BTreeSet<u64>,
    writes: u64,
    /// Failures since the last batch that was stored.
    failures: u32,
}

impl Disk {
    /// An edit is new, or changed, or gone.
    pub(super) fn mark(&mut self, number: u64) {
        self.changed.insert(number);
    }

    /// Whether an edit is not on the disk as it is, or is to go from there.
    pub(super) fn is_marked(&self, number: u64) -> bool {
        self.changed.contains(&number)
    }

    /// Whether an edit is on the disk as it is.
    pub(super) fn holds(&self, number: u64) -> bool {
        let written = self
            .in_flight
            .as_ref()
            .is_none_or(|(_, batch)| !batch.contains(&number));
        self.state == State::Open && written && !self.changed.contains(&number)
    }

    /// Whether an edit may go out: it is on the disk, or there is none to wait for.
    pub(super) fn lets_go(&self, number: u64) -> bool {
        self.holds(number) || matches!(self.state, State::Off(_))
    }

    /// Whether everything is on the disk.
    pub(super) fn is_settled(&self) -> bool {
        self.state == State::Open && self.in_flight.is_none() && self.changed.is_empty()
    }

    /// Takes the next batch, if one may be written now. Where there was no room, first what may be deleted: that needs none, and
    /// until it is done the next worker would believe in edits that have ended. Whether it is such a batch.
    pub(super) fn next_batch(
        &mut self,
        may_be_deleted: impl Fn(u64) -> bool,
    ) -> Option<(CacheWriteId, BTreeSet<u64>, bool)> {
        if self.state != State::Open || self.in_flight.is_some() || self.changed.is_empty() {
            return None;
        }
        if std::mem::take(&mut self.full) {
            let gone = self.still_there(may_be_deleted);
            let gone: BTreeSet<u64> = gone.take(limits::OUTBOX_BATCH_MAX).collect();
            if !gone.is_empty() {
                self.deleted.extend(&gone);
                // Still to be written as what it is, when there is room.
                return Some((self.start(gone.clone()), gone, true));
            }
        }
        let rest = self
            .changed
            .iter()
            .nth(limits::OUTBOX_BATCH_MAX)
            .copied()
            .map_or_else(BTreeSet::new, |first| self.changed.split_off(&first));
        let batch = std::mem::replace(&mut self.changed, rest);
        Some((self.start(batch.clone()), batch, false))
    }

    fn start(&mut self, batch: BTreeSet<u64>) -> CacheWriteId {
        self.writes += 1;
        let write = CacheWriteId(self.writes);
        self.in_flight = Some((write, batch));
        write
    }

    /// A batch was stored, or not. Returns its edits if it is the one that is waited for.
    pub(super) fn on_written(
        &mut self,
        write: CacheWriteId,
        stored: bool,
    ) -> Option<BTreeSet<u64>> {
        let (_, batch) = self.in_flight.take_if(|(known, _)| *known == write)?;
        if !stored {
            self.deleted.retain(|number| !batch.contains(number));
            self.changed.extend(batch.iter().copied());
        } else if batch.iter().all(|number| !self.changed.contains(number)) {
            self.failures = 0;
            self.deleted.clear();
        }
        Some(batch)
    }

    /// The last batch found no room. Whether something can be deleted first, which needs none: then it is not given up yet, and
    /// nobody hears of an end that the next worker would not believe in.
    pub(super) fn deletes_first(&mut self, may_be_deleted: impl Fn(u64) -> bool) -> bool {
        let deletes = self.still_there(may_be_deleted).next().is_some();
        self.full |= deletes;
        deletes
    }

    /// There is no room, and something has ended since that is still there as it was: that can be deleted at once.
    pub(super) fn has_to_delete(&self, may_be_deleted: impl Fn(u64) -> bool) -> bool {
        let is_full = self.state == State::Off(CacheFailure::Full);
        is_full && self.still_there(may_be_deleted).next().is_some()
    }

    fn still_there(&self, may_be_deleted: impl Fn(u64) -> bool) -> impl Iterator<Item = u64> {
        let changed = self.changed.iter().copied();
        changed.filter(move |number| may_be_deleted(*number) && !self.deleted.contains(number))
    }

    /// How long to wait before another try, after it failed. Soon at first: until then the disk holds edits that were taken back,
    /// and the next worker would believe it.
    pub(super) fn retry_ms(&self) -> i64 {
        let doublings = self.failures.saturating_sub(1).min(10);
        (limits::OUTBOX_RETRY_MIN_MS << doublings).min(limits::CACHE_RETRY_MS)
    }

    /// It cannot be used.
    pub(super) fn fail(&mut self, failure: CacheFailure) {
        self.state = State::Off(failure);
        self.failures = self.failures.saturating_add(1);
        self.full = failure == CacheFailure::Full;
        if let Some((_, batch)) = self.in_flight.take() {
            self.changed.extend(batch);
        }
    }
}
