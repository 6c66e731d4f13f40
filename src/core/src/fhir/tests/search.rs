//! Pages of a search, and outcomes.

use serde_json::json;

use super::resource;
use crate::{
    fhir::{Invalid, outcome_text, parse, search_page},
    limits,
};

#[test]
fn a_page_keeps_resources_and_tombstones_apart_and_counts_the_rest() {
    let tombstone = json!({
        "resourceType": "Task", "id": "gone", "meta": { "lastUpdated": "2026-11-22T10:00:00Z" },
    });
    let body = json!({
        "resourceType": "Bundle",
        "entry": [
            { "resource": resource("Task", json!({})) },
            { "resource": tombstone },
            { "search": { "mode": "match" } },
            7,
            { "resource": null },
        ],
        "link": [{ "relation": "self", "url": "a" }, { "relation": "next", "url": "b" }],
    })
    .to_string();
    let page = search_page(&body).unwrap();
    assert_eq!(page.entries.len(), 1);
    assert_eq!(page.tombstones.len(), 1);
    assert_eq!(page.tombstones[0].key.id.as_str(), "gone");
    assert_eq!(page.malformed, 3);
    assert_eq!(page.next.as_deref(), Some("b"));
}

#[test]
fn a_page_without_entries_is_empty_and_anything_else_is_no_page() {
    let empty = search_page(r#"{"resourceType":"Bundle"}"#).unwrap();
    assert!(empty.entries.is_empty() && empty.next.is_none() && empty.malformed == 0);
    for (body, expected) in [
        ("", Invalid::Malformed),
        ("[]", Invalid::Malformed),
        ("<html>", Invalid::Malformed),
        ("null", Invalid::Malformed),
        (r#"{"resourceType":"Task"}"#, Invalid::Type),
        (r#"{"entry":[]}"#, Invalid::Type),
        (r#"{"resourceType":["Bundle"]}"#, Invalid::Type),
    ] {
        assert_eq!(search_page(body).err(), Some(expected), "{body}");
    }
    let large = " ".repeat(limits::PAGE_BYTES_MAX + 1);
    assert!(matches!(search_page(&large), Err(Invalid::TooLarge { .. })));
}

#[test]
fn entries_of_the_wrong_shape_cost_the_page_nothing_else() {
    let page = search_page(r#"{"resourceType":"Bundle","entry":7,"link":"x"}"#).unwrap();
    assert!(page.entries.is_empty());
    assert!(page.malformed >= 1);
    assert_eq!(page.next, None);
}

#[test]
fn more_entries_than_a_page_can_have_are_counted_and_left() {
    let entry = json!({ "resource": { "resourceType": "Task" } });
    let entries: Vec<_> = (0..limits::PAGE_ENTRIES_MAX + 7)
        .map(|_| entry.clone())
        .collect();
    let body = json!({ "resourceType": "Bundle", "entry": entries }).to_string();
    let page = search_page(&body).unwrap();
    assert_eq!(page.entries.len(), limits::PAGE_ENTRIES_MAX);
    assert_eq!(page.malformed, 7);
}

#[test]
fn what_a_resource_must_have_is_told_when_it_is_missing() {
    let good = resource("Task", json!({}));
    assert!(parse(&good.to_string()).is_ok());
    for (pointer, wrong, expected) in [
        ("resourceType", json!(null), Invalid::Type),
        ("resourceType", json!("task"), Invalid::Type),
        ("resourceType", json!("Task/../x"), Invalid::Type),
        ("id", json!(null), Invalid::Id),
        ("id", json!(7), Invalid::Id),
        ("id", json!(""), Invalid::Id),
        ("id", json!("a/b"), Invalid::Id),
        ("id", json!("x".repeat(65)), Invalid::Id),
        ("meta", json!(null), Invalid::Version),
        ("meta", json!([]), Invalid::Version),
        (
            "meta",
            json!({ "lastUpdated": "2026-11-22T10:00:00Z" }),
            Invalid::Version,
        ),
        ("meta", json!({ "versionId": "v" }), Invalid::Updated),
        (
            "meta",
            json!({ "versionId": "v", "lastUpdated": "2026-11-22" }),
            Invalid::Updated,
        ),
        (
            "meta",
            json!({ "versionId": "v", "lastUpdated": "2026-02-30T10:00:00Z" }),
            Invalid::Updated,
        ),
    ] {
        let mut bad = good.clone();
        bad[pointer] = wrong.clone();
        assert_eq!(
            parse(&bad.to_string()).err(),
            Some(expected),
            "{pointer} {wrong}"
        );
    }
}

#[test]
fn a_type_without_a_view_of_its_own_is_kept_as_text() {
    let text = resource("Encounter", json!({ "status": 7 })).to_string();
    let read = parse(&text).unwrap();
    assert!(read.task().is_none() && read.patient().is_none());
    assert_eq!(&*read.raw, text);
    assert_eq!(read.malformed(), 0);
}

#[test]
fn who_wrote_a_version_is_named_where_it_is_told() {
    let author = |author| {
        let mut body = resource("Task", json!({}));
        body["meta"]["author"] = author;
        parse(&body.to_string()).unwrap().author
    };
    assert_eq!(
        author(json!({ "reference": "Practitioner/1", "display": "Bo" })).as_deref(),
        Some("Bo")
    );
    assert_eq!(
        author(json!({ "reference": "Practitioner/1" })).as_deref(),
        Some("Practitioner/1")
    );
    assert_eq!(author(json!("Bo")), None);
}

#[test]
fn an_outcome_is_told_in_one_clean_line() {
    let outcome = |issue| json!({ "resourceType": "OperationOutcome", "issue": issue }).to_string();
    for (body, expected) in [
        (
            outcome(json!([{ "details": { "text": "a\nb" } }, { "diagnostics": "c" }])),
            Some("a b; c"),
        ),
        (outcome(json!([{ "code": "invalid" }])), Some("invalid")),
        (outcome(json!([{}])), None),
        (outcome(json!("x")), None),
        ("{}".into(), None),
        ("nonsense".into(), None),
        (
            r#"{"resourceType":"Task","issue":[{"code":"x"}]}"#.into(),
            None,
        ),
    ] {
        assert_eq!(outcome_text(&body).as_deref(), expected, "{body}");
    }
    let long = outcome(json!([{ "diagnostics": "x".repeat(100_000) }]));
    assert_eq!(
        outcome_text(&long).unwrap().chars().count(),
        limits::LINE_CHARS_MAX
    );
}
