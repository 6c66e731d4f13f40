//! What the freshness badge says: the worker's word, doubted by the tab.
//!
//! The worker judges freshness, but a worker that hangs or died cannot say so. The tab therefore never repeats `Live` for
//! longer than the worker has vouched for, and never at all when the worker is gone.

use crate::{
    protocol::{CatchUpReason, Freshness, PollingReason, SignedOutReason, StaleReason},
    time::Timestamp,
};

/// A worker that calls itself live says so at least every heartbeat (10 s) and proves it about once a minute; after this
/// long without a word it is not believed any more.
pub const WORKER_SILENCE_MAX_MS: i64 = 90_000;

/// Whether the tab hears its worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorkerVoice {
    /// No worker has answered yet.
    Awaited,
    /// The last word came then, by the tab's clock.
    Heard {
        /// When.
        at: Timestamp,
    },
    /// The worker ended.
    Lost {
        /// When that was noticed, by the tab's clock.
        at: Timestamp,
    },
}

/// The first word of the badge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadgeWord {
    /// Everything up to the time is shown.
    Live,
    /// What was missed is being read.
    CatchingUp,
    /// A search repeats instead of a stream.
    Polling,
    /// What is shown may be old.
    Stale,
    /// No network.
    Offline,
    /// Nobody is signed in.
    SignedOut,
}

impl BadgeWord {
    /// Whether rows must be shown as being of an earlier time.
    pub fn is_old(self) -> bool {
        matches!(self, Self::Stale | Self::Offline)
    }
}

/// Why the badge says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadgeReason {
    /// Nothing to explain.
    None,
    /// See [`CatchUpReason`].
    CatchUp(CatchUpReason),
    /// See [`PollingReason`].
    Polling {
        /// Milliseconds between two searches.
        every_ms: u32,
        /// Why.
        reason: PollingReason,
    },
    /// See [`StaleReason`].
    Stale(StaleReason),
    /// The worker ended and a new one is being started.
    WorkerLost,
    /// The worker has not spoken for [`WORKER_SILENCE_MAX_MS`].
    WorkerSilent,
    /// See [`SignedOutReason`].
    SignedOut(SignedOutReason),
}

/// What the badge shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Badge {
    /// First word.
    pub word: BadgeWord,
    /// Everything until then is shown.
    pub as_of: Option<Timestamp>,
    /// Since when it is so, where that matters.
    pub since: Option<Timestamp>,
    /// Why.
    pub reason: BadgeReason,
    /// When the next attempt starts.
    pub retry_at: Option<Timestamp>,
}

impl Badge {
    /// The badge for what the worker said last, at the time `now` of the tab's clock.
    pub fn judge(freshness: &Freshness, voice: WorkerVoice, now: Timestamp) -> Self {
        let said = Self::said(freshness);
        if said.word == BadgeWord::SignedOut {
            return said;
        }
        match voice {
            WorkerVoice::Lost { at } => said.doubted(BadgeReason::WorkerLost, at),
            WorkerVoice::Heard { at }
                if said.word == BadgeWord::Live && now.since_ms(at) > WORKER_SILENCE_MAX_MS =>
            {
                said.doubted(BadgeReason::WorkerSilent, at)
            }
            WorkerVoice::Awaited | WorkerVoice::Heard { .. } => said,
        }
    }

    fn said(freshness: &Freshness) -> Self {
        let plain = |word, as_of| Self {
            word,
            as_of,
            since: None,
            reason: BadgeReason::None,
            retry_at: None,
        };
        match *freshness {
            Freshness::Live { as_of } => plain(BadgeWord::Live, Some(as_of)),
            Freshness::CatchingUp { as_of, reason } => Self {
                reason: BadgeReason::CatchUp(reason),
                ..plain(BadgeWord::CatchingUp, as_of)
            },
            Freshness::Polling {
                every_ms,
                as_of,
                reason,
            } => Self {
                reason: BadgeReason::Polling { every_ms, reason },
                ..plain(BadgeWord::Polling, as_of)
            },
            Freshness::Stale {
                since,
                as_of,
                reason,
                retry_at,
            } => Self {
                since: Some(since),
                reason: BadgeReason::Stale(reason),
                retry_at,
                ..plain(BadgeWord::Stale, as_of)
            },
            Freshness::Offline { since, as_of } => Self {
                since: Some(since),
                ..plain(BadgeWord::Offline, as_of)
            },
            Freshness::NeedsSignIn { reason } => Self {
                reason: BadgeReason::SignedOut(reason),
                ..plain(BadgeWord::SignedOut, None)
            },
        }
    }

    fn doubted(self, reason: BadgeReason, since: Timestamp) -> Self {
        Self {
            word: BadgeWord::Stale,
            since: Some(since),
            reason,
            retry_at: None,
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000);
    const LIVE: Freshness = Freshness::Live {
        as_of: Timestamp(999_000),
    };

    #[test]
    fn live_is_repeated_while_the_worker_speaks() {
        let heard = WorkerVoice::Heard { at: NOW - 60_000 };
        assert_eq!(Badge::judge(&LIVE, heard, NOW).word, BadgeWord::Live);
    }

    #[test]
    fn live_is_not_believed_after_a_long_silence() {
        let heard = WorkerVoice::Heard {
            at: NOW - WORKER_SILENCE_MAX_MS - 1,
        };
        let badge = Badge::judge(&LIVE, heard, NOW);
        assert_eq!(badge.word, BadgeWord::Stale);
        assert_eq!(badge.reason, BadgeReason::WorkerSilent);
        assert_eq!(badge.as_of, Some(Timestamp(999_000)));
    }

    #[test]
    fn a_lost_worker_makes_every_state_but_signed_out_stale() {
        let lost = WorkerVoice::Lost { at: NOW };
        assert_eq!(Badge::judge(&LIVE, lost, NOW).word, BadgeWord::Stale);
        let out = Freshness::NeedsSignIn {
            reason: SignedOutReason::NotYet,
        };
        assert_eq!(Badge::judge(&out, lost, NOW).word, BadgeWord::SignedOut);
    }

    #[test]
    fn a_stale_state_keeps_its_reason_and_its_next_attempt() {
        let stale = Freshness::Stale {
            since: NOW - 5_000,
            as_of: None,
            reason: StaleReason::SocketClosed,
            retry_at: Some(NOW + 2_000),
        };
        let badge = Badge::judge(&stale, WorkerVoice::Awaited, NOW);
        assert_eq!(badge.reason, BadgeReason::Stale(StaleReason::SocketClosed));
        assert_eq!(badge.retry_at, Some(NOW + 2_000));
    }

    #[test]
    fn each_state_has_its_word_and_keeps_what_explains_it() {
        let as_of = Some(NOW - 1_000);
        for (freshness, word, reason) in [
            (
                Freshness::CatchingUp {
                    as_of,
                    reason: CatchUpReason::Doubt,
                },
                BadgeWord::CatchingUp,
                BadgeReason::CatchUp(CatchUpReason::Doubt),
            ),
            (
                Freshness::Polling {
                    every_ms: 15_000,
                    as_of,
                    reason: PollingReason::CapReached,
                },
                BadgeWord::Polling,
                BadgeReason::Polling {
                    every_ms: 15_000,
                    reason: PollingReason::CapReached,
                },
            ),
            (
                Freshness::Offline { since: NOW, as_of },
                BadgeWord::Offline,
                BadgeReason::None,
            ),
            (
                Freshness::NeedsSignIn {
                    reason: SignedOutReason::AccessRemoved,
                },
                BadgeWord::SignedOut,
                BadgeReason::SignedOut(SignedOutReason::AccessRemoved),
            ),
        ] {
            let badge = Badge::judge(&freshness, WorkerVoice::Heard { at: NOW }, NOW);
            assert_eq!((badge.word, badge.reason), (word, reason));
            let told = (word != BadgeWord::SignedOut).then_some(NOW - 1_000);
            assert_eq!(badge.as_of, told);
        }
    }

    #[test]
    fn a_silent_worker_takes_nothing_from_a_state_that_claims_nothing() {
        let silent = WorkerVoice::Heard {
            at: NOW - 10 * WORKER_SILENCE_MAX_MS,
        };
        let polling = Freshness::Polling {
            every_ms: 15_000,
            as_of: None,
            reason: PollingReason::FeatureOff,
        };
        assert_eq!(Badge::judge(&polling, silent, NOW).word, BadgeWord::Polling);
    }

    #[test]
    fn a_clock_that_was_set_back_does_not_make_a_worker_silent() {
        let heard = WorkerVoice::Heard {
            at: NOW + 3_600_000,
        };
        assert_eq!(Badge::judge(&LIVE, heard, NOW).word, BadgeWord::Live);
    }

    #[test]
    fn only_what_may_be_old_is_shown_as_old() {
        for (word, old) in [
            (BadgeWord::Live, false),
            (BadgeWord::CatchingUp, false),
            (BadgeWord::Polling, false),
            (BadgeWord::Stale, true),
            (BadgeWord::Offline, true),
            (BadgeWord::SignedOut, false),
        ] {
            assert_eq!(word.is_old(), old, "{word:?}");
        }
    }
}
