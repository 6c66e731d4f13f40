//! How rows come to a tab: as they were read, late, or just now. Only what has just changed before somebody's eyes is held where it
//! was, and only what was missed while the connection was away is told as that.
//!
//! Told by the claims about freshness, asked for each batch of rows. Never touches a document or a clock.

use crate::{
    limits,
    protocol::{CatchUpReason, Freshness},
    time::Timestamp,
};

/// How rows come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// They were there before, and are read.
    AsRead,
    /// They changed while the connection was away.
    Missed,
    /// They changed while nobody looked, or while it was not certain that nothing was missing.
    Unseen,
    /// They have just changed.
    Live,
}

/// See the module.
#[derive(Clone, Copy, Debug, Default)]
pub struct Arrivals(State);

#[derive(Clone, Copy, Debug, Default)]
enum State {
    /// Nothing was whole yet since somebody signed in.
    #[default]
    Starting,
    /// Nothing is missing, since then; whether the connection had been away.
    Whole { since: Timestamp, returned: bool },
    /// Something may be missing, though the connection was there all the time.
    Doubtful,
    /// Things are missing: there was no connection.
    Away,
}

impl Arrivals {
    /// The worker claims something. Whether the connection has just come back and nothing is missing any longer.
    pub fn hear(&mut self, now: Timestamp, freshness: &Freshness) -> bool {
        let whole = |returned| State::Whole {
            since: now,
            returned,
        };
        let before = self.0;
        self.0 = match (freshness, before) {
            (Freshness::NeedsSignIn { .. }, _) => State::Starting,
            (Freshness::Live { .. } | Freshness::Polling { .. }, State::Whole { .. }) => before,
            (Freshness::Live { .. } | Freshness::Polling { .. }, State::Away) => whole(true),
            (Freshness::Live { .. } | Freshness::Polling { .. }, _) => whole(false),
            (_, State::Starting | State::Away) => before,
            (Freshness::Stale { .. } | Freshness::Offline { .. }, _) => State::Away,
            (Freshness::CatchingUp { reason, .. }, _) => match reason {
                CatchUpReason::Reconnected => State::Away,
                CatchUpReason::FirstLoad | CatchUpReason::Restored | CatchUpReason::Doubt => {
                    State::Doubtful
                }
            },
        };
        matches!((before, self.0), (State::Away, State::Whole { .. }))
    }

    /// Whether nothing is missing.
    pub fn is_whole(&self) -> bool {
        matches!(self.0, State::Whole { .. })
    }

    /// How rows come that are drawn together with some claims. `read_in`: all rows were read once. `unseen`: nobody could see the tab
    /// when they came. A tab that nobody sees hears of a gap and of its end at once.
    pub fn arrival<'a>(
        &self,
        now: Timestamp,
        claims: impl IntoIterator<Item = &'a Freshness>,
        read_in: bool,
        unseen: bool,
    ) -> Arrival {
        if !read_in {
            return Arrival::AsRead;
        }
        let mut after = *self;
        for claim in claims {
            after.hear(now, claim);
        }
        match (self.certainty(now), after.certainty(now)) {
            (Arrival::Missed, _) | (_, Arrival::Missed) => Arrival::Missed,
            (Arrival::Live, Arrival::Live) if !unseen => Arrival::Live,
            _ => Arrival::Unseen,
        }
    }

    fn certainty(&self, now: Timestamp) -> Arrival {
        match self.0 {
            State::Away => Arrival::Missed,
            State::Whole {
                since,
                returned: true,
            } if now.since_ms(since) < limits::MISSED_ROWS_COME_WITHIN_MS => Arrival::Missed,
            State::Whole { .. } => Arrival::Live,
            State::Starting | State::Doubtful => Arrival::Unseen,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::StaleReason;

    const NOW: Timestamp = Timestamp(1_000_000);

    fn live() -> Freshness {
        Freshness::Live { as_of: NOW }
    }

    fn catching_up(reason: CatchUpReason) -> Freshness {
        Freshness::CatchingUp {
            as_of: None,
            reason,
        }
    }

    fn stale() -> Freshness {
        Freshness::Stale {
            since: NOW,
            as_of: None,
            reason: StaleReason::ServerUnreachable,
            retry_at: None,
        }
    }

    /// What is claimed one after the other, in a tab that somebody sees.
    fn after(claims: &[Freshness]) -> Arrivals {
        let mut arrivals = Arrivals::default();
        for claim in claims {
            arrivals.hear(NOW, claim);
        }
        arrivals
    }

    fn seen(arrivals: &Arrivals, now: Timestamp) -> Arrival {
        arrivals.arrival(now, [], true, false)
    }

    #[test]
    fn what_comes_right_after_the_first_load_is_a_change_and_was_not_missed() {
        let first = catching_up(CatchUpReason::FirstLoad);
        let arrivals = after(&[first, live()]);
        assert_eq!(arrivals.arrival(NOW, [], false, false), Arrival::AsRead);
        assert_eq!(seen(&arrivals, NOW), Arrival::Live);
    }

    #[test]
    fn what_comes_while_the_connection_is_away_and_shortly_after_was_missed() {
        let away = after(&[live(), stale()]);
        assert_eq!(seen(&away, NOW), Arrival::Missed);
        let reconnected = catching_up(CatchUpReason::Reconnected);
        let mut arrivals = after(&[live(), stale(), reconnected]);
        assert!(arrivals.hear(NOW, &live()));
        assert!(!arrivals.hear(NOW, &live()), "it came back once");
        assert_eq!(seen(&arrivals, NOW), Arrival::Missed);
        let later = NOW + limits::MISSED_ROWS_COME_WITHIN_MS;
        assert_eq!(seen(&arrivals, later), Arrival::Live);
    }

    #[test]
    fn a_gap_that_begins_and_ends_in_one_batch_is_a_gap() {
        let arrivals = after(&[live()]);
        let claims = [stale(), live()];
        assert_eq!(arrivals.arrival(NOW, &claims, true, true), Arrival::Missed);
    }

    #[test]
    fn a_doubt_is_no_gap_and_what_nobody_saw_is_not_held() {
        let mut doubtful = after(&[live(), catching_up(CatchUpReason::Doubt)]);
        assert_eq!(seen(&doubtful, NOW), Arrival::Unseen);
        assert!(!doubtful.hear(NOW, &live()));
        assert_eq!(seen(&doubtful, NOW), Arrival::Live);
        assert_eq!(
            doubtful.arrival(NOW, [], true, true),
            Arrival::Unseen,
            "a hidden tab"
        );
    }

    #[test]
    fn a_doubt_in_a_gap_does_not_end_it_and_another_session_begins_anew() {
        let mut arrivals = after(&[live(), stale(), catching_up(CatchUpReason::Doubt)]);
        assert_eq!(seen(&arrivals, NOW), Arrival::Missed);
        let out = Freshness::NeedsSignIn {
            reason: crate::protocol::SignedOutReason::NotYet,
        };
        arrivals.hear(NOW, &out);
        assert!(!arrivals.hear(NOW, &live()));
        assert!(arrivals.is_whole());
        assert_eq!(seen(&arrivals, NOW), Arrival::Live);
    }
}
