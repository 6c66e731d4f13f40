//! What a refusal to subscribe means. Texts as in `transcripts/02b-subscribe-refused.json` and `08b-rate-limits.json`.

use crate::{
    engine::requests::{Outcome, throttle_wait_ms},
    protocol::PollingReason,
    session::outcome_text,
};

/// Kinds of refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// There is no stream to be had; trying again soon is pointless.
    NoStream(PollingReason),
    /// The server asks to wait so many milliseconds.
    Wait(i64),
    /// The Subscription does not exist any longer: create another.
    Gone,
    /// Anything else: try again.
    Other,
}

/// Classifies an answer that is not a success.
pub(super) fn classify(outcome: &Outcome) -> Refusal {
    let Ok(answer) = outcome else {
        return Refusal::Other;
    };
    let text = outcome_text(&answer.body);
    // The token call answers 400 for everything, a rate limit too.
    if answer.status == 429 || text.contains("Too Many Requests") {
        return Refusal::Wait(throttle_wait_ms(&answer.body).unwrap_or(60_000));
    }
    if answer.status == 403 || text.ends_with(": Forbidden") {
        return Refusal::NoStream(PollingReason::NotPermitted);
    }
    if text.contains("subscriptions not enabled") {
        return Refusal::NoStream(PollingReason::FeatureOff);
    }
    if text.contains("exceeded allotted maximum") {
        return Refusal::NoStream(PollingReason::CapReached);
    }
    if text.ends_with(": Not found") || matches!(answer.status, 404 | 410) {
        return Refusal::Gone;
    }
    Refusal::Other
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::HttpAnswer;

    fn answer(status: u16, text: &str) -> Outcome {
        let body = serde_json::json!({
            "resourceType": "OperationOutcome",
            "issue": [{ "severity": "error", "code": "invalid", "details": { "text": text } }],
        });
        Ok(HttpAnswer {
            status,
            body: body.to_string(),
            rate_limit: None,
        })
    }

    #[test]
    fn each_text_of_the_server_has_its_meaning() {
        let no_stream = Refusal::NoStream;
        for (status, text, expected) in [
            (403, "Forbidden", no_stream(PollingReason::NotPermitted)),
            (
                400,
                "Error reading subscription: Forbidden",
                no_stream(PollingReason::NotPermitted),
            ),
            (
                400,
                "WebSocket subscriptions not enabled for current project",
                no_stream(PollingReason::FeatureOff),
            ),
            (
                400,
                "User has exceeded allotted maximum number of concurrent WebSocket subscriptions: 20",
                no_stream(PollingReason::CapReached),
            ),
            (400, "Error reading subscription: Not found", Refusal::Gone),
            (500, "Internal server error", Refusal::Other),
        ] {
            assert_eq!(classify(&answer(status, text)), expected, "{text}");
        }
    }

    #[test]
    fn a_throttled_token_call_hides_its_wait_in_a_400() {
        let text = r#"Error reading subscription: Too Many Requests ({"_remainingPoints":0,"_msBeforeNext":59857})"#;
        assert_eq!(classify(&answer(400, text)), Refusal::Wait(59_857));
    }
}
