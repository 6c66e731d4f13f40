//! What must always hold, checked at the step where it could break. Numbers are those of the invariants in `INVARIANTS`.

mod accounts;
mod applied;
mod drafts;
mod edits;
mod fresh;
mod ledger;
mod limits;
mod rows;
mod secrecy;
mod values;

use std::collections::{BTreeMap, VecDeque};

use panels_core::limits as core_limits;

pub(crate) use drafts::Drafts;
pub(crate) use fresh::Claim;
pub(crate) use ledger::Ledger;
pub(crate) use secrecy::Words;

use crate::{
    queue::Millis,
    truth::{Cause, ResourceNo, VersionNo},
};

/// What the numbers in a violation mean.
pub const INVARIANTS: [&str; 9] = [
    "nothing panics",
    "once faults stop, every tab equals the server's truth for what its user may read",
    "no older version overwrites a newer one; a deleted row does not come back unless the server re-created it",
    "no acknowledged edit is lost",
    "at most one socket per user and browser profile",
    "never `Live` while something older than the staleness bound is missing; no claim is later than what is missing",
    "every queue, cache and retry stays within its limit; requests of an outage are bounded",
    "after sign-out nothing readable remains, in memory of the worker or on disk",
    "no patient data in any log record, nor in the clear on disk",
];

/// A live tab lacks nothing for longer: without a proof of that age nothing is called live, and rows need a moment to the
/// tab.
pub const STALENESS_BOUND_MS: Millis = core_limits::LIVE_UNPROVEN_MAX_MS + 2_000;
/// What a machine that woke up, or a tab that was let go on, needs to notice.
pub(crate) const WAKE_GRACE_MS: Millis = 2_000;

/// What was violated, where and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Number of the invariant.
    pub invariant: u8,
    /// What was seen.
    pub what: String,
    /// Milliseconds since the start of the run.
    pub at_ms: Millis,
}

/// What is remembered of a tab.
#[derive(Clone, Debug, Default)]
pub(crate) struct TabChecks {
    /// Who is signed in.
    user: Option<usize>,
    /// The worker whose rows these are.
    worker: Option<usize>,
    /// The worker that last said how fresh they are: a tab that has just found another one still shows what this one said.
    pub(crate) voice: Option<usize>,
    /// Since when the badge says `Live`.
    live_since: Option<Millis>,
    /// A snapshot has come.
    loaded: bool,
    /// The latest place in the history of each row that was shown.
    places: BTreeMap<ResourceNo, usize>,
    /// Rows that lack a change, and since when.
    behind: BTreeMap<ResourceNo, Behind>,
}

/// A row that lacks a change.
#[derive(Clone, Copy, Debug)]
struct Behind {
    since: Millis,
    cause: Cause,
}

impl TabChecks {
    /// The tab shows no rows any longer.
    pub(crate) fn forget(&mut self) {
        self.loaded = false;
        self.places.clear();
        self.behind.clear();
    }

    /// Somebody else is signed in.
    pub(crate) fn set_user(&mut self, user: Option<usize>) {
        if self.user != user {
            self.user = user;
            self.forget();
        }
    }

    /// Rows come from this worker now: a new life may begin with what was stored before.
    pub(crate) fn set_worker(&mut self, worker: Option<usize>) {
        if self.worker != worker {
            self.worker = worker;
            self.places.clear();
        }
    }

    /// Who is signed in.
    pub(crate) fn user(&self) -> Option<usize> {
        self.user
    }

    /// A row that is not as it should be.
    pub(crate) fn first_behind(&self) -> Option<(ResourceNo, Millis)> {
        let oldest = self.behind.iter().min_by_key(|(_, behind)| behind.since);
        oldest.map(|(number, behind)| (*number, behind.since))
    }
}

/// What is remembered of a worker.
#[derive(Clone, Debug, Default)]
pub(crate) struct WorkerChecks {
    /// Who its engine says is signed in.
    pub(crate) user: Option<usize>,
    /// Who is signing out over what is not sent, and has not been told yet that it is done.
    pub(crate) discarding: Option<usize>,
    signed_in: bool,
    /// Somebody has signed out, and nobody was told yet.
    departing: bool,
    memory_due: bool,
    requests: VecDeque<Millis>,
    sockets: VecDeque<Millis>,
    /// When the server last said that something may not be read.
    pub(crate) forbidden_at: Option<Millis>,
}

/// Version of a row, as the truth counts it.
type Shown = Option<VersionNo>;
