//! The turn of one browser after an outage that all had: how often it knocks while the server is away, and how long it waits
//! before it asks for anything once the server is back. A person who waits for an answer never does.
//!
//! Why: to bind and to catch up takes twelve requests where a minute of quiet takes five. Ten thousand browsers that do so
//! within the seconds of a backoff ask for forty times as much as in quiet, and bring down the server that has just come back.
//! How many there are no server tells, so the hospital does. After a short outage nobody waits: people look at the screen, and
//! it may have been this browser's own.

use super::{Lane, Purpose, Requests};
use crate::{limits, time::Timestamp};

/// A socket from which nothing was heard yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Unheard {
    /// There is none.
    #[default]
    None,
    /// It is taken for the server's return.
    Believed,
    /// The outage is long, or a socket before it was closed unheard: something may stand in the server's place that takes every
    /// socket and closes it again.
    Doubted,
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Turn {
    /// Since when requests fail for the server's sake.
    failing_since: Option<Timestamp>,
    /// Since when there is no stream.
    streamless_since: Option<Timestamp>,
    /// While the server is away: when to knock again.
    knock_at: Option<Timestamp>,
    /// Once it is back: when to go on.
    until: Option<Timestamp>,
    unheard: Unheard,
    /// A socket of this outage was closed unheard.
    deceived: bool,
    /// Longest spread of the turns.
    spread_max_ms: i64,
}

impl Turn {
    /// When something that nobody waits for may go out.
    pub(super) fn due(&self) -> Option<Timestamp> {
        self.until.max(self.knock_at)
    }

    /// Whether the server has been away for so long that one request at a time finds out when it is back.
    pub(super) fn is_knocking(&self, now: Timestamp) -> bool {
        self.failing_since.is_some() && self.away_ms(now, None) >= limits::OUTAGE_OWN_MS
    }

    /// For how long the server has been away, if it last answered anything then.
    fn away_ms(&self, now: Timestamp, answered_at: Option<Timestamp>) -> i64 {
        let streamless = self
            .streamless_since
            .filter(|since| answered_at.is_none_or(|answered| answered <= *since));
        let since = self.failing_since.into_iter().chain(streamless).min();
        since.map_or(0, |since| now.since_ms(since))
    }

    /// There is no stream from now on.
    pub(super) fn on_stream_lost(&mut self, now: Timestamp) {
        self.streamless_since.get_or_insert(now);
        self.deceived |= std::mem::take(&mut self.unheard) != Unheard::None;
    }

    /// A socket is open; whether that may be taken for the server's return.
    pub(super) fn on_opened(&mut self, now: Timestamp, answered_at: Option<Timestamp>) -> bool {
        let long = self.away_ms(now, answered_at) >= limits::OUTAGE_OWN_MS;
        self.unheard = if long || self.deceived {
            Unheard::Doubted
        } else {
            Unheard::Believed
        };
        self.unheard == Unheard::Believed
    }

    /// Whether what nobody waits for is held back until the server is heard or the socket is lost.
    pub(super) fn is_doubting(&self) -> bool {
        self.unheard == Unheard::Doubted
    }

    /// A frame came; whether that was in doubt.
    pub(super) fn on_frame(&mut self) -> bool {
        std::mem::take(&mut self.unheard) == Unheard::Doubted
    }

    /// The stream is whole again.
    pub(super) fn on_stream_whole(&mut self) {
        self.streamless_since = None;
    }

    /// A request failed.
    pub(super) fn on_failure(&mut self, now: Timestamp, rng: &mut fastrand::Rng) {
        self.failing_since.get_or_insert(now);
        if self.is_knocking(now) {
            let wait_ms = rng.i64(limits::KNOCK_EVERY_MS / 2..=limits::KNOCK_EVERY_MS);
            self.knock_at = Some(now + wait_ms);
        }
    }

    /// The server is there, and last answered anything then: draws a turn if it was away for long.
    pub(super) fn on_reached(
        &mut self,
        now: Timestamp,
        answered_at: Option<Timestamp>,
        rng: &mut fastrand::Rng,
    ) {
        let away_ms = self.away_ms(now, answered_at);
        self.failing_since = None;
        self.streamless_since = None;
        self.deceived = false;
        self.knock_at = None;
        self.run(now);
        if self.until.is_none() {
            let spread_ms = self.spread_ms(away_ms);
            self.until = (spread_ms > 0).then(|| now + rng.i64(0..=spread_ms));
        }
    }

    /// A person asks, or it was this machine's own outage: begins to count anew and waits for nothing.
    pub(super) fn skip(&mut self, now: Timestamp) {
        self.failing_since = self.failing_since.map(|_| now);
        self.streamless_since = self.streamless_since.map(|_| now);
        self.deceived = false;
        self.knock_at = None;
        self.until = None;
    }

    /// Over which time all browsers spread after an outage of that length.
    fn spread_ms(&self, away_ms: i64) -> i64 {
        let longer_ms = away_ms - limits::OUTAGE_OWN_MS;
        let spread_ms = longer_ms.saturating_mul(limits::RETURN_SPREAD_FACTOR);
        spread_ms.clamp(0, self.spread_max_ms)
    }

    /// Over which time all browsers spread what nobody waits for at all.
    fn clean_up_spread_ms(&self) -> i64 {
        (self.spread_max_ms * limits::CLEAN_UP_SPREAD_FACTOR).max(limits::CLEAN_UP_SPREAD_MIN_MS)
    }

    /// Time has passed.
    pub(super) fn run(&mut self, now: Timestamp) {
        self.until.take_if(|until| *until <= now);
        self.knock_at.take_if(|at| *at <= now);
    }
}

impl Requests {
    /// No requests yet, of one of so many browsers.
    pub(crate) fn of_browsers(browsers: u32) -> Self {
        let turn = Turn {
            spread_max_ms: i64::from(browsers) * limits::RETURN_MS_PER_BROWSER,
            ..Turn::default()
        };
        Self {
            turn,
            ..Self::default()
        }
    }

    /// The stream is lost.
    pub(crate) fn on_stream_lost(&mut self, now: Timestamp) {
        self.turn.on_stream_lost(now);
    }

    /// The stream is whole again.
    pub(crate) fn on_stream_whole(&mut self) {
        self.turn.on_stream_whole();
    }

    /// A socket is open. If that is to be believed, what waits for its next try need not wait for that any longer; else the
    /// server has to be heard first, and `false` is returned.
    pub(crate) fn on_socket_opened(&mut self, now: Timestamp) -> bool {
        let believed = self.turn.on_opened(now, self.answered_at);
        if believed {
            self.hurry();
        }
        believed
    }

    /// A frame came. Where that was in doubt the server is back, and what waits for its next try waits for its turn only.
    pub(crate) fn on_frame(&mut self, now: Timestamp, rng: &mut fastrand::Rng) -> bool {
        let doubted = self.turn.on_frame();
        if doubted {
            self.turn.on_reached(now, self.answered_at, rng);
            self.hurry();
        }
        doubted
    }

    /// When requests that nobody waits for go out again, where they wait for a turn.
    pub(crate) fn turn(&self) -> Option<Timestamp> {
        self.turn.until
    }

    /// Time over which unused Subscriptions are deleted.
    pub(crate) fn clean_up_spread_ms(&self) -> i64 {
        self.turn.clean_up_spread_ms()
    }

    /// Somebody asks, or the outage was this machine's own: nothing waits for its turn.
    pub(crate) fn skip_turn(&mut self, now: Timestamp) {
        self.turn.skip(now);
    }

    /// What `which` chooses waits for nothing any longer.
    pub(crate) fn release(&mut self, which: impl Fn(&Purpose) -> bool) {
        let waiting = self.waiting.iter_mut().flatten();
        let released = waiting.filter(|entry| which(&entry.request.purpose));
        released.for_each(|entry| entry.not_before = Timestamp(i64::MIN));
    }

    /// Whether a request that nobody waits for is on its way.
    pub(super) fn any_unawaited(&self) -> bool {
        let mut active = self.active.values();
        active.any(|entry| entry.request.lane != Lane::First)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(browsers: u32) -> Turn {
        Requests::of_browsers(browsers).turn
    }

    /// The stream is lost, nothing is answered, and the server is back after so long; how long the turn takes.
    fn waits_ms(browsers: u32, away_ms: i64, seed: u64) -> i64 {
        let mut rng = fastrand::Rng::with_seed(seed);
        let mut turn = turn(browsers);
        let (lost, back) = (Timestamp(1_000), Timestamp(1_000 + away_ms));
        turn.on_stream_lost(lost);
        turn.on_failure(Timestamp(1_500), &mut rng);
        turn.on_reached(back, Some(Timestamp(900)), &mut rng);
        turn.due().map_or(0, |due| due.since_ms(back))
    }

    #[test]
    fn after_a_short_outage_nobody_waits() {
        for seed in 0..100 {
            assert_eq!(waits_ms(10_000, limits::OUTAGE_OWN_MS, seed), 0);
        }
    }

    #[test]
    fn after_a_longer_one_turns_are_spread_by_how_long_it_was_and_how_many_there_are() {
        let longest = |browsers, away_ms| {
            let waits = (0..1_000).map(|seed| waits_ms(browsers, away_ms, seed));
            waits.max().unwrap_or_default()
        };
        for (browsers, away_ms, spread_ms) in [
            (10_000, 31_000, 10_000),
            (10_000, 60_000, 300_000),
            (10_000, 3_600_000, 300_000),
            (1_000, 60_000, 30_000),
            (1, 3_600_000, 30),
        ] {
            let longest = longest(browsers, away_ms);
            assert!(longest <= spread_ms, "{longest} of {spread_ms}");
            assert!(longest > spread_ms * 9 / 10, "{longest} of {spread_ms}");
        }
    }

    #[test]
    fn one_outage_has_one_turn() {
        let mut rng = fastrand::Rng::with_seed(1);
        let mut turn = turn(10_000);
        turn.on_stream_lost(Timestamp(0));
        turn.on_reached(Timestamp(60_000), None, &mut rng);
        let due = turn.due();
        assert!(due.is_some());
        turn.on_reached(Timestamp(61_000), None, &mut rng);
        assert_eq!(turn.due(), due);
        turn.run(Timestamp(300_000));
        turn.on_reached(Timestamp(300_000), None, &mut rng);
        assert_eq!(turn.due(), None);
    }

    #[test]
    fn who_asks_does_not_wait_and_the_outage_counts_anew() {
        let mut rng = fastrand::Rng::with_seed(1);
        let mut turn = turn(10_000);
        turn.on_stream_lost(Timestamp(0));
        turn.skip(Timestamp(60_000));
        turn.on_reached(Timestamp(80_000), None, &mut rng);
        assert_eq!(turn.due(), None);
    }

    #[test]
    fn a_server_that_answers_while_sockets_are_blocked_is_not_away() {
        let mut rng = fastrand::Rng::with_seed(1);
        let mut turn = turn(10_000);
        turn.on_stream_lost(Timestamp(0));
        turn.on_reached(Timestamp(600_000), Some(Timestamp(590_000)), &mut rng);
        assert_eq!(turn.due(), None);
    }

    #[test]
    fn a_server_that_is_away_for_long_is_asked_by_one_request_at_a_time() {
        let mut rng = fastrand::Rng::with_seed(1);
        let mut turn = turn(10_000);
        turn.on_stream_lost(Timestamp(0));
        turn.on_failure(Timestamp(15_000), &mut rng);
        assert!(!turn.is_knocking(Timestamp(29_999)));
        assert_eq!(turn.due(), None);
        turn.on_failure(Timestamp(30_000), &mut rng);
        assert!(turn.is_knocking(Timestamp(30_000)));
        let due = turn.due().unwrap();
        assert!(due >= Timestamp(30_000 + limits::KNOCK_EVERY_MS / 2));
        assert!(due <= Timestamp(30_000 + limits::KNOCK_EVERY_MS));
    }
}
