//! Nothing that a server can send makes the reader panic, hang or grow.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::resource;
use crate::{
    fhir::{Body, Invalid, outcome_text, parse, search_page},
    limits,
};

#[test]
fn nesting_that_would_exhaust_a_stack_is_refused_or_skipped() {
    let deep = format!("{}1{}", "[".repeat(200_000), "]".repeat(200_000));
    let task = format!(r#"{{"resourceType":"Task","id":"t","note":{deep}}}"#);
    assert_eq!(parse(&task).err(), Some(Invalid::TooDeep));
    assert!(parse(&deep).is_err());
    let page = format!(r#"{{"resourceType":"Bundle","entry":[{{"resource":{deep}}}],"x":{deep}}}"#);
    // Scanned, not descended into.
    assert_eq!(search_page(&page).unwrap().entries.len(), 1);
    let outcome =
        format!(r#"{{"resourceType":"OperationOutcome","issue":[{{"details":{deep}}}]}}"#);
    assert_eq!(outcome_text(&outcome), None);
    let frame = format!(r#"{{"resourceType":"Bundle","entry":[{deep}]}}"#);
    assert!(crate::connection::frame::parse(&frame).is_err());
}

#[test]
fn brackets_within_a_text_are_no_nesting() {
    let text = "[{".repeat(100_000) + "\\\"";
    let body = resource("Task", json!({ "description": text }));
    assert!(parse(&body.to_string()).is_ok());
}

#[test]
fn a_resource_over_the_limit_is_refused_unread() {
    let body = resource(
        "Task",
        json!({ "description": "x".repeat(limits::RESOURCE_BYTES_MAX) }),
    );
    assert!(matches!(
        parse(&body.to_string()),
        Err(Invalid::TooLarge { .. })
    ));
}

/// Any JSON, with the texts that hurt.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "(?s).{0,30}".prop_map(Value::from),
        prop::sample::select(vec![
            "2026-11-22",
            "2026-02-30",
            "Patient/p1",
            "stat",
            "ready",
            "\u{202e}\u{0}\u{200b}",
            "2026-11-22T10:00:00Z",
            "official",
            "MR",
        ])
        .prop_map(Value::from),
        (0..20_000_usize).prop_map(|length| Value::from("\u{df}".repeat(length))),
    ];
    let names = prop::sample::select(vec![
        "text",
        "reference",
        "display",
        "coding",
        "code",
        "value",
        "type",
        "period",
        "end",
        "family",
        "given",
        "use",
        "system",
        "line",
        "city",
        "authorString",
        "time",
    ]);
    leaf.prop_recursive(4, 64, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            prop::collection::vec((names.clone(), inner), 0..6).prop_map(|fields| fields
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect()),
        ]
    })
}

fn any_resource() -> impl Strategy<Value = Value> {
    let kinds = prop::sample::select(vec!["Task", "Patient", "Encounter"]);
    let names = prop::sample::select(vec![
        "status",
        "priority",
        "code",
        "description",
        "for",
        "owner",
        "requester",
        "restriction",
        "authoredOn",
        "note",
        "businessStatus",
        "active",
        "name",
        "birthDate",
        "gender",
        "identifier",
        "deceasedBoolean",
        "deceasedDateTime",
        "telecom",
        "address",
        "meta",
        "id",
    ]);
    let fields = prop::collection::vec((names, any_json()), 0..8);
    (kinds, fields).prop_map(|(kind, fields)| {
        let fields = fields
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value));
        resource(kind, fields.collect())
    })
}

fn assert_clean(text: Option<&str>, chars_max: usize) {
    if let Some(text) = text {
        assert!(!text.is_empty() && text.chars().count() <= chars_max);
        assert!(
            !text
                .chars()
                .any(|char| (char.is_control() && char != '\n') || char == '\u{202e}')
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn what_is_read_of_any_resource_is_bounded_and_clean(body in any_resource()) {
        let Ok(read) = parse(&body.to_string()) else {
            return Ok(());
        };
        assert_clean(read.author.as_deref(), limits::LINE_CHARS_MAX);
        match &read.body {
            Body::Task(task) => {
                assert_clean(task.status.as_deref(), limits::CODE_CHARS_MAX);
                assert_clean(task.title.as_deref(), limits::LINE_CHARS_MAX);
                assert_clean(task.description.as_deref(), limits::TEXT_CHARS_MAX);
                for person in [&task.patient, &task.owner, &task.requester].into_iter().flatten() {
                    assert_clean(person.display.as_deref(), limits::LINE_CHARS_MAX);
                }
                prop_assert!(task.notes.len() <= limits::NOTES_MAX);
                for note in &task.notes {
                    assert_clean(Some(&note.text), limits::TEXT_CHARS_MAX);
                }
            }
            Body::Patient(patient) => {
                assert_clean(patient.name.as_deref(), limits::LINE_CHARS_MAX);
                assert_clean(patient.sex.as_deref(), limits::CODE_CHARS_MAX);
                assert_clean(patient.mrn.as_deref(), limits::CODE_CHARS_MAX);
                assert_clean(patient.address.as_deref(), limits::LINE_CHARS_MAX);
                prop_assert!(patient.contacts.len() <= limits::FIELD_ELEMENTS_MAX);
            }
            Body::Other => {}
        }
    }

    #[test]
    fn any_text_at_all_is_an_answer_and_never_a_panic(text in "(?s).{0,200}") {
        let _ = parse(&text);
        let _ = search_page(&text);
        let _ = outcome_text(&text);
        let _ = crate::connection::frame::parse(&text);
    }

    #[test]
    fn a_resource_cut_anywhere_is_refused_and_never_a_panic(body in any_resource(), cut in 0.0..1.0_f64) {
        let text = body.to_string();
        let mut end = (text.len() as f64 * cut) as usize;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        prop_assert!(parse(&text[..end]).is_err());
        let page = format!(r#"{{"resourceType":"Bundle","entry":[{{"resource":{text}}}]}}"#);
        prop_assert!(search_page(&page).is_ok());
    }
}
