//! Rate limits as Medplum counts them: fixed windows of one minute from the first use (`transcripts/08b`).
//!
//! Knows nothing of HTTP: it counts points per key and says when there are too many.

use std::collections::HashMap;

use crate::{outcome::Outcome, sandbox::Millis};

/// Length of every window.
const WINDOW_MS: Millis = 60_000;
/// Windows kept before the expired ones are dropped: bounds the memory of a long run with many addresses.
const WINDOWS_MAX: usize = 10_000;

#[derive(Clone, Copy, Debug)]
struct Window {
    since: Millis,
    consumed: u64,
}

/// What is left in a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Remaining {
    pub(crate) points: u64,
    pub(crate) until_ms: Millis,
}

impl Remaining {
    /// One part of the `RateLimit` header.
    pub(crate) fn header_part(self, name: &str) -> String {
        let seconds =
            self.until_ms.div_euclid(1000) + i64::from(self.until_ms.rem_euclid(1000) > 0);
        format!("\"{name}\";r={};t={seconds}", self.points)
    }
}

/// All windows.
#[derive(Clone, Debug, Default)]
pub(crate) struct RateLimits {
    windows: HashMap<String, Window>,
}

impl RateLimits {
    /// Takes points; refused uses count too.
    pub(crate) fn consume(
        &mut self,
        now: Millis,
        key: &str,
        points: u64,
        limit: u64,
    ) -> Result<Remaining, Outcome> {
        if self.windows.len() > WINDOWS_MAX {
            self.windows
                .retain(|_, window| now - window.since < WINDOW_MS);
        }
        let fresh = Window {
            since: now,
            consumed: 0,
        };
        let window = match self.windows.get_mut(key) {
            Some(window) => window,
            None => self.windows.entry(key.to_owned()).or_insert(fresh),
        };
        if now - window.since >= WINDOW_MS {
            *window = fresh;
        }
        let first = window.consumed == 0;
        window.consumed += points;
        let until_ms = window.since + WINDOW_MS - now;
        if window.consumed <= limit {
            return Ok(Remaining {
                points: limit - window.consumed,
                until_ms,
            });
        }
        // The underscored names are those of the library's private fields; they are on the wire.
        let consumed = window.consumed;
        let diagnostics = format!(
            "{{\"_remainingPoints\":0,\"_msBeforeNext\":{until_ms},\"_consumedPoints\":{consumed},\"_isFirstInDuration\":{first},\"limit\":{limit}}}"
        );
        Err(Outcome::too_many_requests(&diagnostics))
    }

    /// What is left, without taking anything.
    pub(crate) fn peek(&self, now: Millis, key: &str, limit: u64) -> Remaining {
        match self.windows.get(key) {
            Some(window) if now - window.since < WINDOW_MS => Remaining {
                points: limit.saturating_sub(window.consumed),
                until_ms: window.since + WINDOW_MS - now,
            },
            _ => Remaining {
                points: limit,
                until_ms: WINDOW_MS,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_starts_with_the_first_use_and_ends_after_a_minute() {
        let mut limits = RateLimits::default();
        assert!(limits.consume(5_000, "a", 160, 160).is_ok());
        let refused = limits.consume(6_000, "a", 1, 160).unwrap_err();
        assert_eq!(refused.status, 429);
        assert!(refused.body.to_string().contains("_msBeforeNext\\\":59000"));
        assert!(limits.consume(65_000, "a", 1, 160).is_ok());
    }

    #[test]
    fn another_key_is_not_affected() {
        let mut limits = RateLimits::default();
        assert!(limits.consume(0, "a", 161, 160).is_err());
        assert!(limits.consume(0, "b", 160, 160).is_ok());
    }
}
