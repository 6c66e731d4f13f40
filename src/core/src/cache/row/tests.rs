use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::fhir;

fn resource(kind: &str, fields: Value) -> Resource {
    let mut body = json!({
        "resourceType": kind,
        "id": "r-1",
        "meta": { "versionId": "v-1", "lastUpdated": "2026-11-22T10:00:00.123Z", "author": { "display": "Bo" } },
    });
    if let (Value::Object(body), Value::Object(fields)) = (&mut body, fields) {
        body.extend(fields);
    }
    fhir::parse(&body.to_string()).unwrap()
}

fn full_task() -> Resource {
    resource(
        "Task",
        json!({
            "status": "in-progress",
            "priority": "sooner",
            "businessStatus": { "coding": [{ "code": "w", "display": "Waiting" }] },
            "code": { "text": "Check the pump" },
            "description": "line one\nline two",
            "for": { "reference": "Patient/p1", "display": "Ada" },
            "owner": { "reference": "Practitioner/me" },
            "requester": { "display": "Ward 3" },
            "restriction": { "period": { "end": "2026-11" } },
            "authoredOn": "1969-11-22T09:00:00+01:00",
            "note": [{ "text": "first", "authorString": "Bo", "time": "2026-11-22" }, { "text": "second\n\nthird" }],
            "focus": 7,
        }),
    )
}

fn full_patient() -> Resource {
    resource(
        "Patient",
        json!({
            "active": false,
            "name": [{ "family": "Byron", "given": ["Ada", "K."] }],
            "birthDate": "1970",
            "gender": "female",
            "identifier": [{ "value": "M-1" }],
            "deceasedDateTime": "2026-11-22",
            "telecom": [{ "system": "phone", "value": "1" }, { "value": "2" }],
            "address": [{ "text": "Here 1" }],
        }),
    )
}

fn written(resource: &Resource) -> String {
    let mut text = String::new();
    write(resource, &mut text);
    text
}

/// A change here needs another `CACHE_SCHEMA_VERSION`.
#[test]
fn the_fields_of_a_row_in_their_order() {
    let rows = [
        full_task(),
        full_patient(),
        resource("Encounter", json!({})),
    ];
    let rows = rows.map(|resource| {
        let row = written(&resource).replace(&*resource.raw, "(its text)");
        row.replace(FIELD, "|")
    });
    insta::assert_snapshot!(rows.join("\n--\n"));
}

#[test]
fn what_was_written_is_read() {
    let empty = |kind| resource(kind, json!({}));
    let deceased = resource("Patient", json!({ "deceasedBoolean": true }));
    for resource in [
        full_task(),
        full_patient(),
        empty("Task"),
        empty("Patient"),
        empty("Encounter"),
        deceased,
    ] {
        let read = read(&written(&resource), &mut SharedTexts::default());
        assert_eq!(read.as_ref(), Some(&resource));
    }
}

#[test]
fn a_row_that_was_cut_is_none_or_a_shorter_list() {
    let task = full_task();
    let text = written(&task);
    for (end, _) in text.match_indices(FIELD) {
        let cut = read(&text[..end], &mut SharedTexts::default());
        if let Some(cut) = cut {
            assert_eq!(
                (&cut.key, &cut.version, cut.updated),
                (&task.key, &task.version, task.updated)
            );
            assert!(cut.task().unwrap().notes.len() < 2);
        }
    }
}

#[test]
fn texts_that_rows_have_in_common_are_kept_once() {
    let mut texts = SharedTexts::default();
    let text = written(&full_task());
    let (first, second) = (read(&text, &mut texts), read(&text, &mut texts));
    let title = |task: &Option<Resource>| task.as_ref()?.task()?.title.clone();
    let (first, second) = (title(&first).unwrap(), title(&second).unwrap());
    assert!(Arc::ptr_eq(&first, &second));
}

proptest! {
    #[test]
    fn whatever_a_server_says_comes_back(text in "(?s).{0,40}", number in any::<i32>()) {
        let task = resource("Task", json!({
            "status": text, "priority": text, "code": { "text": text }, "description": text,
            "businessStatus": { "coding": [{ "code": text }] },
            "for": { "reference": format!("Patient/{number}"), "display": text },
            "note": [{ "text": text, "authorString": text }, { "text": "x" }],
        }));
        let patient = resource("Patient", json!({
            "name": [{ "family": text }], "gender": text, "telecom": [{ "system": text, "value": text }],
        }));
        for resource in [task, patient] {
            let read = read(&written(&resource), &mut SharedTexts::default());
            prop_assert_eq!(read, Some(resource));
        }
    }

    #[test]
    fn nonsense_is_never_a_panic(text in "(?s)[\u{1f}a-z0-9-]{0,80}") {
        let _ = read(&text, &mut SharedTexts::default());
        let _ = read(&format!("Task\u{1f}{text}"), &mut SharedTexts::default());
    }
}
