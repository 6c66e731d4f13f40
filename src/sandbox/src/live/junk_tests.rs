//! Whatever clients send or subscribe to, the server neither falls over nor answers what a real one would not.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{criteria::Criteria, fhirpath::Expression, period::period, tests::Bench};

fn task() -> Value {
    json!({
        "resourceType": "Task", "id": "t1", "status": "requested", "authoredOn": "2026-11-22T10:00:00.000Z",
        "code": {"coding": [{"system": "s", "code": "c"}], "text": "t"}, "for": {"reference": "Patient/p1"},
        "restriction": {"period": {"end": "2026-11-23"}},
    })
}

proptest! {
    #[test]
    fn junk_frames_are_met_with_silence(text in "\\PC*") {
        let mut bench = Bench::new();
        let socket = bench.open();
        bench.frame(socket, &text);
        prop_assert!(bench.kinds().is_empty());
    }

    #[test]
    fn frames_of_any_shape_never_get_more_than_a_pong_or_an_error(
        kind in prop_oneof!["ping", "bind-with-token", "unbind-from-token", "[a-z]*"],
        token in "\\PC{0,40}",
    ) {
        let mut bench = Bench::new();
        let socket = bench.open();
        bench.frame(socket, &json!({"type": kind, "payload": {"token": token}}).to_string());
        for answer in bench.kinds() {
            prop_assert!(answer == "pong" || answer.starts_with("Token "), "{}", answer);
        }
    }

    #[test]
    fn any_criteria_can_be_asked(code in "[a-z_-]{0,12}(:[a-z]{0,8})?", value in "\\PC{0,20}") {
        Criteria::parse(&format!("Task?{code}={value}")).matches(&task());
        Criteria::parse(&format!("{code}?{value}")).matches(&task());
    }

    #[test]
    fn any_expression_is_parsed_or_refused(text in "[ %().='!a-z0-9ü]{0,40}") {
        if let Ok(expression) = Expression::parse(&text) {
            expression.holds(&task(), Some(&task()));
        }
    }

    #[test]
    fn a_period_ends_after_it_starts(text in "[0-9]{4}(-[0-9]{2}(-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2})?Z?)?)?)?") {
        if let Some((start, end)) = period(&text) {
            prop_assert!(start < end, "{} {} {}", text, start, end);
        }
    }
}
