//! A browser profile: one machine with its clock, its network, its storage and its locks.

use std::collections::VecDeque;

use panels_core::time::Timestamp;

use crate::{network::Path, queue::Millis, storage::Storage};

/// See the module.
#[derive(Debug)]
pub(crate) struct Profile {
    /// Who signs in here.
    pub(crate) user: usize,
    /// How far the clock is ahead of the true time.
    pub(crate) clock_ahead_ms: Millis,
    /// When the clock was last set.
    pub(crate) clock_set_at: Millis,
    /// By how much it was set back in all.
    pub(crate) set_back_ms: Millis,
    /// Its address as the server sees it.
    pub(crate) address: String,
    /// Until when it sleeps.
    pub(crate) asleep_until: Option<Millis>,
    pub(crate) slept_at: Millis,
    /// Timers run on where they stopped; otherwise they are due at the wake.
    pub(crate) timers_resume: bool,
    pub(crate) woke_at: Millis,
    pub(crate) path: Path,
    pub(crate) storage: Storage,
    /// When the storage is done with what was asked so far.
    pub(crate) storage_free_at: Millis,
    /// The same of the outbox.
    pub(crate) outbox_free_at: Millis,
    /// The worker that holds the owner lock, and those that wait for it.
    pub(crate) owner: Option<usize>,
    pub(crate) owners_waiting: VecDeque<usize>,
    /// The build that is deployed for this profile.
    pub(crate) build: u32,
    /// Nobody signs in before, because somebody signed out on purpose.
    pub(crate) signed_out_until: Millis,
    /// Somebody is about to sign in.
    pub(crate) sign_in_planned: bool,
    /// The browser believes to have a network.
    pub(crate) online: bool,
}

impl Profile {
    /// What its clock shows.
    pub(crate) fn clock(&self, now: Millis) -> Timestamp {
        Timestamp(now + self.clock_ahead_ms)
    }

    /// Whether it sleeps now.
    pub(crate) fn is_asleep(&self, now: Millis) -> bool {
        self.asleep_until.is_some_and(|until| now < until)
    }
}
