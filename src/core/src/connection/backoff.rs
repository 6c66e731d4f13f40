//! How long to wait before the next attempt: full jitter, a low ceiling while the outage is young, a higher one later.

use crate::{limits, time::Timestamp};

/// Attempts of one outage.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    attempt: u32,
    since: Option<Timestamp>,
}

impl Backoff {
    /// How many attempts have failed.
    pub(super) fn attempt(&self) -> u32 {
        self.attempt
    }

    /// A healthy period is proven: the next failure starts a new outage.
    pub(super) fn reset(&mut self) {
        *self = Self::default();
    }

    /// The wait before the next attempt, drawn anew each time so that a ward does not come back in step.
    pub(super) fn next_wait_ms(&mut self, now: Timestamp, rng: &mut fastrand::Rng) -> i64 {
        let since = *self.since.get_or_insert(now);
        let ceiling = if now.since_ms(since) < limits::OUTAGE_EARLY_MS {
            limits::BACKOFF_MAX_EARLY_MS
        } else {
            limits::BACKOFF_MAX_LATE_MS
        };
        let step = limits::BACKOFF_BASE_MS << self.attempt.min(10);
        self.attempt = self.attempt.saturating_add(1);
        rng.i64(0..=step.min(ceiling))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_stay_below_the_ceiling_of_their_age() {
        let mut rng = fastrand::Rng::with_seed(1);
        let mut backoff = Backoff::default();
        let mut longest = 0;
        for second in 0..60 {
            let wait = backoff.next_wait_ms(Timestamp(second * 1_000), &mut rng);
            assert!(wait <= limits::BACKOFF_MAX_EARLY_MS);
        }
        for second in 60..600 {
            let wait = backoff.next_wait_ms(Timestamp(second * 1_000), &mut rng);
            assert!(wait <= limits::BACKOFF_MAX_LATE_MS);
            longest = longest.max(wait);
        }
        assert!(longest > limits::BACKOFF_MAX_EARLY_MS);
    }

    #[test]
    fn a_reset_starts_a_young_outage() {
        let mut rng = fastrand::Rng::with_seed(1);
        let mut backoff = Backoff::default();
        for _ in 0..20 {
            backoff.next_wait_ms(Timestamp(0), &mut rng);
        }
        backoff.reset();
        assert_eq!(backoff.attempt(), 0);
        assert!(backoff.next_wait_ms(Timestamp(900_000), &mut rng) <= limits::BACKOFF_BASE_MS);
    }
}
