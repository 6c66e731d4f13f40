//! What answers mean, and that nothing but the server itself is believed.

use serde_json::json;

use crate::{
    edit::answer::{Answer, Reading, of_patch, of_read},
    engine::{HttpAnswer, HttpFailure},
    identity::{ResourceId, ResourceKey, ResourceType},
    protocol::RollbackReason,
};

fn key() -> ResourceKey {
    ResourceKey::new(ResourceType::Task, ResourceId::new("t1"))
}

fn answer(status: u16, body: &str) -> Result<HttpAnswer, HttpFailure> {
    Ok(HttpAnswer {
        status,
        body: body.into(),
        rate_limit: None,
    })
}

fn outcome(text: &str) -> String {
    json!({ "resourceType": "OperationOutcome", "issue": [{ "code": "invalid", "details": { "text": text } }] }).to_string()
}

#[test]
fn a_refusal_counts_only_if_the_server_itself_says_it() {
    let told = outcome("Test failed: a != b");
    let message = "Test failed".to_owned();
    for (status, reason) in [
        (400, RollbackReason::Invalid { message }),
        (403, RollbackReason::Forbidden),
        (404, RollbackReason::NotFound),
        (410, RollbackReason::Deleted),
    ] {
        assert_eq!(
            of_patch(&key(), &answer(status, &told)),
            Answer::Refused(reason)
        );
        assert_eq!(
            of_patch(&key(), &answer(status, "<html>")),
            Answer::Unknown,
            "{status}"
        );
    }
    assert_eq!(of_read(&key(), &answer(404, "<html>")), Reading::Unusable);
    assert_eq!(
        of_read(&key(), &answer(404, &told)),
        Reading::Absent(RollbackReason::NotFound)
    );
}

#[test]
fn only_the_resource_itself_proves_that_it_was_written() {
    let body = |id: &str| {
        json!({ "resourceType": "Task", "id": id, "meta": { "versionId": "v2", "lastUpdated": "2026-11-22T10:00:00Z" } }).to_string()
    };
    assert!(matches!(
        of_patch(&key(), &answer(200, &body("t1"))),
        Answer::Version(_)
    ));
    for other in [
        body("t2"),
        "<html>Welcome, guest</html>".into(),
        String::new(),
    ] {
        assert_eq!(of_patch(&key(), &answer(200, &other)), Answer::Unknown);
    }
}

#[test]
fn a_broken_connection_or_a_server_in_trouble_says_nothing_about_the_write() {
    assert_eq!(
        of_patch(&key(), &Err(HttpFailure::TimedOut)),
        Answer::Unknown
    );
    assert_eq!(
        of_patch(&key(), &Err(HttpFailure::Unreachable)),
        Answer::Unknown
    );
    for status in [500, 502, 503, 504] {
        assert_eq!(
            of_patch(&key(), &answer(status, &outcome("x"))),
            Answer::Unknown
        );
    }
}

#[test]
fn contention_and_throttling_are_known_to_have_written_nothing() {
    assert_eq!(
        of_patch(&key(), &answer(409, &outcome("x"))),
        Answer::Contention
    );
    assert_eq!(of_patch(&key(), &answer(429, "")), Answer::Later);
    assert_eq!(of_patch(&key(), &answer(401, "")), Answer::Later);
}
