//! How much of the server's rate limit is left, and how slowly periodic searches have to go to leave the rest to people.
//! Pure.
//!
//! Newer servers expose the header `RateLimit`; where CORS hides it, only refusals tell
//! (`transcripts/08b-rate-limits.json`, `08c-cors.json`).

use crate::{limits, time::Timestamp};

/// What a periodic search costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cost {
    /// Requests: the limit of an address counts them.
    pub(crate) requests: i64,
    /// Points: the limit of a user counts them; a search costs 20.
    pub(crate) points: i64,
}

/// What is left of one limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Window {
    remaining: i64,
    resets_at: Timestamp,
}

/// See the module.
#[derive(Clone, Debug, Default)]
pub(crate) struct RateBudget {
    requests: Option<Window>,
    points: Option<Window>,
    throttled: Option<Throttled>,
}

#[derive(Clone, Copy, Debug)]
struct Throttled {
    times: u32,
    at: Timestamp,
}

impl RateBudget {
    /// The header of an answer: `"requests";r=59940;t=6, "fhirInteractions";r=49880;t=60`. Parts that make no sense are
    /// skipped.
    pub(crate) fn on_header(&mut self, now: Timestamp, header: &str) {
        for part in header.split(',') {
            let mut fields = part.split(';').map(str::trim);
            let name = fields.next().unwrap_or_default().trim_matches('"');
            let (mut remaining, mut reset_s) = (None, None);
            for field in fields {
                match field.split_once('=') {
                    Some(("r", value)) => remaining = value.parse::<i64>().ok(),
                    Some(("t", value)) => reset_s = value.parse::<i64>().ok(),
                    _ => {}
                }
            }
            let (Some(remaining), Some(reset_s)) = (remaining, reset_s) else {
                continue;
            };
            let window = Window {
                remaining: remaining.max(0),
                resets_at: now + reset_s.clamp(0, limits::RATE_WINDOW_MAX_S) * 1000,
            };
            match name {
                "requests" => self.requests = Some(window),
                "fhirInteractions" => self.points = Some(window),
                _ => {}
            }
        }
    }

    /// A request was refused for the limit. Refusals at the same time are one: there were many requests on their way.
    pub(crate) fn on_throttled(&mut self, now: Timestamp) {
        let times = match self.throttled {
            Some(before) if now.since_ms(before.at) < limits::THROTTLED_ONCE_MS => before.times,
            Some(before) if now.since_ms(before.at) < limits::THROTTLED_REMEMBERED_MS => {
                before.times.saturating_add(1)
            }
            _ => 1,
        };
        self.throttled = Some(Throttled { times, at: now });
    }

    /// How long a periodic search should wait that wants to wait so long and costs so much: never longer than
    /// [`limits::POLL_WAIT_MAX_MS`], unless it wants to.
    pub(crate) fn wait_ms(&self, now: Timestamp, wanted_ms: i64, cost: Cost) -> i64 {
        let patience_ms = wanted_ms.saturating_mul(1 << self.pressure(now));
        let by_requests = affordable_ms(self.requests, now, wanted_ms, cost.requests);
        let by_points = affordable_ms(self.points, now, wanted_ms, cost.points);
        patience_ms
            .max(by_requests)
            .max(by_points)
            .min(limits::POLL_WAIT_MAX_MS.max(wanted_ms))
    }

    /// Until when what nobody waits for has to hold back.
    pub(crate) fn scarce_until(&self, now: Timestamp) -> Option<Timestamp> {
        let windows = [
            (self.requests, limits::REQUESTS_RESERVED),
            (self.points, limits::POINTS_RESERVED),
        ];
        let scarce = windows.into_iter().filter_map(|(window, reserve)| {
            window.filter(|window| window.remaining < reserve && window.resets_at > now)
        });
        scarce.map(|window| window.resets_at).max()
    }

    /// Doublings of the wait, where only refusals tell that there is a limit.
    fn pressure(&self, now: Timestamp) -> u32 {
        let recent = self
            .throttled
            .filter(|throttled| now.since_ms(throttled.at) < limits::THROTTLED_REMEMBERED_MS);
        recent.map_or(0, |throttled| {
            throttled.times.min(limits::POLL_DOUBLINGS_MAX)
        })
    }
}

/// A wait that spends no more than its share of what is left before the limit starts anew.
fn affordable_ms(window: Option<Window>, now: Timestamp, wanted_ms: i64, cost: i64) -> i64 {
    let Some(window) = window.filter(|window| window.resets_at > now) else {
        return wanted_ms;
    };
    let left_ms = window.resets_at.since_ms(now);
    let searches = window.remaining / limits::POLL_SHARE / cost.max(1);
    if searches == 0 {
        return wanted_ms.max(left_ms);
    }
    wanted_ms.max(left_ms / searches)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000);
    const COST: Cost = Cost {
        requests: 2,
        points: 40,
    };

    fn told(header: &str) -> RateBudget {
        let mut budget = RateBudget::default();
        budget.on_header(NOW, header);
        budget
    }

    #[test]
    fn without_a_word_of_the_server_nothing_slows_down() {
        let budget = RateBudget::default();
        assert_eq!(budget.wait_ms(NOW, 15_000, COST), 15_000);
        assert_eq!(budget.scarce_until(NOW), None);
    }

    #[test]
    fn a_full_budget_slows_nothing_down() {
        let budget = told(r#""requests";r=59940;t=6, "fhirInteractions";r=49880;t=60"#);
        assert_eq!(budget.wait_ms(NOW, 15_000, COST), 15_000);
    }

    #[test]
    fn a_search_takes_no_more_than_its_share_of_the_points() {
        // A quarter of 480 points is 120: three searches in the minute that is left.
        let budget = told(r#""requests";r=59940;t=6, "fhirInteractions";r=480;t=60"#);
        assert_eq!(budget.wait_ms(NOW, 15_000, COST), 20_000);
        assert_eq!(budget.wait_ms(NOW, 60_000, COST), 60_000);
        assert_eq!(budget.scarce_until(NOW), None);
    }

    #[test]
    fn what_nobody_waits_for_holds_back_while_little_is_left() {
        let budget = told(r#""fhirInteractions";r=199;t=60"#);
        assert_eq!(budget.scarce_until(NOW), Some(NOW + 60_000));
        assert_eq!(budget.scarce_until(NOW + 60_000), None);
    }

    #[test]
    fn with_nothing_left_the_next_search_waits_for_the_next_window() {
        let budget = told(r#""fhirInteractions";r=20;t=45"#);
        assert_eq!(budget.wait_ms(NOW, 15_000, COST), 45_000);
        assert_eq!(budget.wait_ms(NOW + 45_000, 15_000, COST), 15_000);
    }

    #[test]
    fn the_limit_of_the_address_counts_requests() {
        let budget = told(r#""requests";r=16;t=60"#);
        assert_eq!(budget.wait_ms(NOW, 15_000, COST), 30_000);
    }

    #[test]
    fn refusals_slow_down_step_by_step_and_are_forgotten() {
        let mut budget = RateBudget::default();
        budget.on_throttled(NOW);
        budget.on_throttled(NOW + 100);
        assert_eq!(budget.wait_ms(NOW + 200, 15_000, COST), 30_000);
        budget.on_throttled(NOW + 70_000);
        assert_eq!(budget.wait_ms(NOW + 70_000, 15_000, COST), 60_000);
        for minute in 2..20 {
            budget.on_throttled(NOW + minute * 70_000);
        }
        let last = NOW + 19 * 70_000;
        assert_eq!(
            budget.wait_ms(last, 15_000, COST),
            limits::POLL_WAIT_MAX_MS.min(15_000 << limits::POLL_DOUBLINGS_MAX)
        );
        let forgotten = last + limits::THROTTLED_REMEMBERED_MS;
        assert_eq!(budget.wait_ms(forgotten, 15_000, COST), 15_000);
    }

    #[test]
    fn junk_in_the_header_is_skipped() {
        for header in [
            "",
            ";;;,,,",
            r#""requests""#,
            r#""requests";r=x;t=1"#,
            r#""requests";r=1"#,
            r#""other";r=0;t=60"#,
        ] {
            assert_eq!(told(header).wait_ms(NOW, 15_000, COST), 15_000, "{header}");
        }
    }

    proptest! {
        #[test]
        fn any_header_gives_a_wait_within_its_bounds(header in ".{0,60}", remaining: i64, reset: i64) {
            let mut budget = told(&header);
            budget.on_header(NOW, &format!(r#""requests";r={remaining};t={reset}, "fhirInteractions";r={remaining};t={reset}"#));
            let wait = budget.wait_ms(NOW, 15_000, COST);
            prop_assert!((15_000..=limits::POLL_WAIT_MAX_MS).contains(&wait));
        }
    }
}
