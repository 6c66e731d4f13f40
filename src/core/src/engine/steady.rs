//! Time that never runs backwards, made from a clock that people and time servers set.
//!
//! Everything the engine waits for is measured in steady time: a clock that is set back an hour must not stop its timers
//! for an hour. What people read or what outlives the engine is clock time: convert at the border, nowhere else.

use crate::{limits, time::Timestamp};

/// See the module.
#[derive(Debug)]
pub(crate) struct SteadyClock {
    now: Timestamp,
    /// By how much the clock is behind steady time.
    behind_ms: i64,
}

impl SteadyClock {
    /// Both agree at the start.
    pub(crate) fn new(clock: Timestamp) -> Self {
        Self {
            now: clock,
            behind_ms: 0,
        }
    }

    /// The clock says this now; returns by how much it was set back. How long the step took is unknown. It counts as the
    /// longest that it takes while the engine is awake: a timer that comes too early costs nothing, and what was proven
    /// before must not pass for proven later.
    pub(crate) fn advance(&mut self, clock: Timestamp) -> i64 {
        let set_back_ms = self.now.since_ms(clock + self.behind_ms).max(0);
        if set_back_ms > 0 {
            let behind_ms = self.behind_ms.saturating_add(set_back_ms);
            self.behind_ms = behind_ms.saturating_add(limits::TICK_MS);
        }
        self.now = clock + self.behind_ms;
        set_back_ms
    }

    /// Steady time.
    pub(crate) fn now(&self) -> Timestamp {
        self.now
    }

    /// What the clock says at a moment of steady time.
    pub(crate) fn clock_time(&self, steady: Timestamp) -> Timestamp {
        steady - self.behind_ms
    }

    /// The moment of steady time at which the clock says this, as it goes now.
    pub(crate) fn steady_time(&self, clock: Timestamp) -> Timestamp {
        clock + self.behind_ms
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steady_time_follows_a_clock_that_runs_on() {
        let mut steady = SteadyClock::new(Timestamp(1_000));
        assert_eq!(steady.advance(Timestamp(1_500)), 0);
        assert_eq!(steady.now(), Timestamp(1_500));
        assert_eq!(steady.clock_time(steady.now()), Timestamp(1_500));
    }

    #[test]
    fn a_clock_that_is_set_back_goes_on_from_where_it_may_have_been() {
        let mut steady = SteadyClock::new(Timestamp(10_000));
        assert_eq!(steady.advance(Timestamp(7_000)), 3_000);
        assert_eq!(steady.now(), Timestamp(11_000));
        assert_eq!(steady.advance(Timestamp(7_400)), 0);
        assert_eq!(steady.now(), Timestamp(11_400));
        assert_eq!(steady.clock_time(steady.now()), Timestamp(7_400));
    }

    #[test]
    fn a_clock_that_goes_forward_and_back_never_takes_time_back() {
        let mut steady = SteadyClock::new(Timestamp(0));
        let mut before = steady.now();
        for clock in [5, 90_000_000, 10, 3_600_000, -5, i64::MIN / 2, 20] {
            steady.advance(Timestamp(clock));
            assert!(steady.now() >= before);
            assert_eq!(steady.clock_time(steady.now()), Timestamp(clock));
            before = steady.now();
        }
    }
}
