//! Tasks.

use serde_json::{Value, json};

use super::parsed;
use crate::{
    fhir::{Task, TaskPriority},
    limits,
    protocol::{FhirDate, Priority},
    time::Timestamp,
};

fn task(fields: Value) -> Task {
    parsed("Task", fields).task().unwrap().clone()
}

#[test]
fn every_field_that_is_shown_is_read() {
    let read = task(json!({
        "status": "in-progress",
        "priority": "stat",
        "businessStatus": { "coding": [{ "code": "w", "display": "Waiting" }] },
        "code": { "text": "Check  the\npump", "coding": [{ "code": "c", "display": "other" }] },
        "description": "line one\nline two",
        "for": { "reference": "Patient/p1", "display": "Ada" },
        "owner": { "reference": "https://x.org/fhir/R4/Practitioner/me" },
        "requester": { "display": "Ward 3" },
        "focus": { "reference": "#contained" },
        "restriction": { "period": { "start": "2026-11-01", "end": "2026-11-30" } },
        "authoredOn": "2026-11-22T09:00:00+01:00",
        "note": [{ "text": "first", "authorString": "Bo", "time": "2026-11-22T09:30:00Z" }, { "text": "second", "authorReference": { "reference": "Practitioner/2" } }],
    }));
    assert_eq!(read.status.as_deref(), Some("in-progress"));
    assert!(read.is_open());
    assert_eq!(read.priority, Some(TaskPriority::Known(Priority::Stat)));
    assert_eq!(&*read.business_status.unwrap().label, "Waiting");
    assert_eq!(read.title.as_deref(), Some("Check the pump"));
    assert_eq!(read.description.as_deref(), Some("line one\nline two"));
    assert!(read.patient.unwrap().is("Patient/p1"));
    assert!(read.owner.unwrap().is("Practitioner/me"));
    let requester = read.requester.unwrap();
    assert_eq!(
        (requester.key, requester.display.as_deref()),
        (None, Some("Ward 3"))
    );
    assert_eq!(read.focus, None);
    assert_eq!(read.due, Some(FhirDate::Day(2026, 11, 30)));
    let authored = Timestamp::parse("2026-11-22T08:00:00Z").unwrap();
    assert_eq!(read.authored, Some(FhirDate::Instant(authored)));
    assert_eq!(read.notes.len(), 2);
    assert_eq!(read.notes[0].author.as_deref(), Some("Bo"));
    assert_eq!(read.notes[1].author.as_deref(), Some("Practitioner/2"));
    assert_eq!(read.malformed, 0);
}

#[test]
fn a_field_of_the_wrong_type_is_absent_and_counted_and_its_neighbours_survive() {
    for (field, wrong) in [
        ("status", json!(7)),
        ("priority", json!(["stat"])),
        ("businessStatus", json!("waiting")),
        ("code", json!([])),
        (
            "code",
            json!([[{ "code": "in the place of a field" }], "x"]),
        ),
        ("for", json!(["Patient/p1", "Ada"])),
        ("description", json!({})),
        ("for", json!("Patient/p1")),
        ("owner", json!({ "reference": 5 })),
        ("restriction", json!({ "period": { "end": "2026-02-30" } })),
        ("authoredOn", json!("yesterday")),
        ("note", json!({ "text": "not a list" })),
        ("note", json!([{ "text": ["x"] }])),
    ] {
        let mut fields = json!({ "description": "kept", "status": "ready" });
        fields[field] = wrong;
        let read = task(fields);
        assert_eq!(read.malformed, 1, "{field}");
        if field != "description" {
            assert_eq!(read.description.as_deref(), Some("kept"), "{field}");
        }
        if field != "status" {
            assert!(read.is_open(), "{field}");
        }
    }
}

#[test]
fn null_and_empty_are_absent_and_no_fault() {
    let read = task(json!({
        "status": null, "priority": "", "code": {}, "for": {}, "note": [], "restriction": null,
        "description": " \u{200b} ",
    }));
    assert_eq!(read, Task::default());
    assert!(!read.is_open());
}

#[test]
fn a_code_that_the_standard_does_not_know_is_kept_as_it_came() {
    let read = task(json!({ "status": "nonsense", "priority": "yesterday" }));
    assert_eq!(read.status.as_deref(), Some("nonsense"));
    assert!(!read.is_open());
    assert_eq!(
        read.priority,
        Some(TaskPriority::Unknown("yesterday".into()))
    );
    assert_eq!(read.malformed, 0);
}

#[test]
fn dates_that_cannot_be_are_absent() {
    for date in [
        "2026-02-30",
        "2026-13-01",
        "2025-02-29",
        "2026-11-22T24:00:00Z",
        "2026-11-22T10:00",
        "-0001-01-01",
        "20261122",
        "9999999-01-01",
    ] {
        let read = task(json!({ "authoredOn": date }));
        assert_eq!((read.authored, read.malformed), (None, 1), "{date}");
    }
}

#[test]
fn without_a_code_the_description_is_the_title() {
    let read = task(json!({ "description": "one\ntwo" }));
    assert_eq!(read.title.as_deref(), Some("one two"));
    let read = task(json!({ "code": { "coding": [{}, { "code": "c" }] } }));
    assert_eq!(read.title.as_deref(), Some("c"));
    assert_eq!(task(json!({})).title, None);
}

#[test]
fn of_many_notes_the_newest_are_kept_and_a_bad_one_costs_only_itself() {
    let mut notes: Vec<_> = (0..limits::NOTES_MAX + 50)
        .map(|number| json!({ "text": format!("note {number}") }))
        .collect();
    notes.push(json!(17));
    let read = task(json!({ "note": notes }));
    assert_eq!(read.notes.len(), limits::NOTES_MAX - 1);
    assert_eq!(&*read.notes[0].text, "note 51");
    assert_eq!(read.malformed, 1);
}

#[test]
fn a_field_as_long_as_a_book_is_cut_and_control_and_direction_characters_are_gone() {
    let long = "\u{202e}x\u{200b}".repeat(30_000);
    let read = task(json!({
        "status": long, "priority": long, "description": long,
        "code": { "text": long }, "owner": { "display": long },
        "note": [{ "text": long, "authorString": long }],
    }));
    assert_eq!(read.status.unwrap().chars().count(), limits::CODE_CHARS_MAX);
    assert_eq!(read.title.unwrap().chars().count(), limits::LINE_CHARS_MAX);
    let description = read.description.unwrap();
    assert_eq!(description.chars().count(), limits::TEXT_CHARS_MAX);
    assert!(
        description
            .trim_end_matches('\u{2026}')
            .chars()
            .all(|char| char == 'x')
    );
    let owner = read.owner.unwrap().display.unwrap();
    assert_eq!(owner.chars().count(), limits::LINE_CHARS_MAX);
    assert_eq!(read.notes[0].text.chars().count(), limits::TEXT_CHARS_MAX);
}

#[test]
fn a_repeated_field_is_refused_whole_because_nobody_knows_which_one_counts() {
    let text = r#"{"resourceType":"Task","id":"t","meta":{"versionId":"v","lastUpdated":"2026-11-22T10:00:00Z"},"status":"ready","status":"completed"}"#;
    assert!(crate::fhir::parse(text).is_err());
}
