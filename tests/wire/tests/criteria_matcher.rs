//! The 66 criteria of `03c-criteria-matcher.json`: which of them fire.

// Helpers of an integration test are not test functions for clippy, and a broken transcript must stop the test.
#![allow(clippy::unwrap_used)]

use panels_sandbox::live::criteria::Criteria;
use serde_json::Value;

const TRANSCRIPT: &str = include_str!("../transcripts/03c-criteria-matcher.json");

/// The resource of that type that the recording created last, as it was stored.
fn stored(transcript: &Value, resource_type: &str) -> Value {
    let steps = transcript["steps"].as_array().unwrap();
    let created = steps.iter().rev().find(|step| {
        let exchange = &step["http"];
        exchange["request"]["method"] == "POST"
            && exchange["response"]["body"]["resourceType"] == resource_type
    });
    let mut resource = created.unwrap()["http"]["response"]["body"].clone();
    let meta = &mut resource["meta"];
    meta["lastUpdated"] = "2026-11-22T10:00:00.000Z".into();
    meta["compartment"] = serde_json::json!([{"reference": "Project/<id:project>"}, {"reference": "Patient/<id:patient1>"}]);
    // The recording's note of the dates, in place of their placeholders.
    if resource_type == "Task" {
        resource["authoredOn"] = "2026-11-20T10:00:00.000Z".into();
        resource["executionPeriod"] = serde_json::json!({"start": "2026-11-20T10:00:00.000Z", "end": "2026-11-20T12:00:00.000Z"});
    }
    resource
}

#[test]
fn every_recorded_criteria_fires_or_stays_silent_as_recorded() {
    let transcript: Value = serde_json::from_str(TRANSCRIPT).unwrap();
    let recorded = transcript["figures"]["criteria"].as_array().unwrap();
    let mut wrong = Vec::new();
    for entry in recorded {
        let text = entry["criteria"]
            .as_str()
            .unwrap()
            .replace("<its id> (on update)", "<id:task1>");
        let criteria = Criteria::parse(&text);
        let fires = criteria.matches(&stored(&transcript, &criteria.resource_type));
        if entry["subscription_fires"] != fires {
            wrong.push(format!("{text}: {fires}"));
        }
    }
    assert_eq!(recorded.len(), 66);
    assert!(wrong.is_empty(), "{wrong:#?}");
}
