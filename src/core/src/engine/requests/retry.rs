//! Whether and when a request is repeated, and what answers say about that. Pure.

use super::{HttpAnswer, HttpFailure, Outcome};
use crate::limits;

/// Whether a failed request is repeated by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Retry {
    /// The asker decides.
    Never,
    /// So many times.
    Times(u32),
    /// Until it is answered or cancelled.
    Always,
}

/// A page full of one millisecond answers 500 for ever (`transcripts/06a-paging-cursor.json`): not worth a repetition.
pub(crate) fn is_cursor_failure(answer: &HttpAnswer) -> bool {
    answer.status == 500 && answer.body.contains("Cursor fails to make progress")
}

/// Whether the server asks to slow down. A throttled call for a binding token says so in a 400
/// (`transcripts/08b-rate-limits.json`).
pub(super) fn is_throttled(answer: &HttpAnswer) -> bool {
    answer.status == 429 || (answer.status == 400 && answer.body.contains("Too Many Requests"))
}

/// What a throttling answer says about when to come back. Medplum sends no `Retry-After`, and CORS hides `RateLimit`
/// (`transcripts/08b-rate-limits.json`); newer servers name the field without the underscore.
pub(crate) fn throttle_wait_ms(body: &str) -> Option<i64> {
    let at = body.find("msBeforeNext")?;
    let digits: String = body[at..]
        .chars()
        .skip_while(|character| !character.is_ascii_digit())
        .take_while(char::is_ascii_digit)
        .collect();
    // A number too large for us is longer than anybody may ask for.
    let wait: i64 = digits.parse().unwrap_or(i64::MAX);
    (!digits.is_empty()).then(|| wait.clamp(0, limits::THROTTLE_WAIT_MAX_MS))
}

/// The wait before the next try, if there is one after so many.
pub(super) fn retry_wait_ms(
    retry: Retry,
    attempt: u32,
    outcome: &Outcome,
    rng: &mut fastrand::Rng,
) -> Option<i64> {
    let may = match retry {
        Retry::Never => false,
        Retry::Times(times) => attempt < times,
        Retry::Always => true,
    };
    let transient = match outcome {
        Err(HttpFailure::TooLarge) => false,
        Err(_) => true,
        Ok(answer) => is_throttled(answer) || (answer.status >= 500 && !is_cursor_failure(answer)),
    };
    if !may || !transient {
        return None;
    }
    let ceiling = limits::REQUEST_RETRY_BASE_MS
        .saturating_mul(1 << attempt.min(10))
        .min(limits::REQUEST_RETRY_MAX_MS);
    let told = match outcome {
        Ok(answer) if is_throttled(answer) => throttle_wait_ms(&answer.body),
        _ => None,
    };
    // Spread after a common trouble: a whole ward sits behind one address.
    Some(told.unwrap_or(ceiling / 2) + rng.i64(0..=ceiling / 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> Outcome {
        Ok(HttpAnswer {
            status,
            body: body.into(),
            rate_limit: None,
        })
    }

    #[test]
    fn the_wait_is_found_under_both_names_and_bounded() {
        for (body, expected) in [
            (r#"{"_msBeforeNext":59857}"#, Some(59_857)),
            (r#"{\"msBeforeNext\":120}"#, Some(120)),
            (
                r#"{"msBeforeNext":99999999}"#,
                Some(limits::THROTTLE_WAIT_MAX_MS),
            ),
            (
                r#"{"msBeforeNext":99999999999999999999999}"#,
                Some(limits::THROTTLE_WAIT_MAX_MS),
            ),
            (r#"{"msBeforeNext":null}"#, None),
            ("", None),
        ] {
            assert_eq!(throttle_wait_ms(body), expected, "{body}");
        }
    }

    #[test]
    fn only_what_passes_is_repeated_and_only_as_often_as_allowed() {
        let mut rng = fastrand::Rng::with_seed(1);
        let mut wait = |retry, attempt, outcome: Outcome| {
            retry_wait_ms(retry, attempt, &outcome, &mut rng).is_some()
        };
        assert!(wait(Retry::Always, 50, answer(503, "")));
        assert!(wait(Retry::Always, 0, Err(HttpFailure::TimedOut)));
        assert!(wait(Retry::Times(2), 1, answer(429, "")));
        assert!(wait(
            Retry::Always,
            0,
            answer(400, "Error reading subscription: Too Many Requests ({})")
        ));
        assert!(!wait(Retry::Times(2), 2, answer(429, "")));
        assert!(!wait(Retry::Never, 0, answer(503, "")));
        assert!(!wait(Retry::Always, 0, answer(404, "")));
        assert!(!wait(Retry::Always, 0, Err(HttpFailure::TooLarge)));
        assert!(!wait(
            Retry::Always,
            0,
            answer(500, "Error: Cursor fails to make progress")
        ));
    }
}
