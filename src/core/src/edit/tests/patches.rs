//! What is sent, and what it does to the version it was made for and to others.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{change, code, document, note, owner, patcher::patched, phone};
use crate::{
    edit::{change::Standing, document::Document, patch::Patch},
    protocol::{EditField, FhirDate, FieldChange, FieldValue},
};

fn patch(base: &Document, changes: &[FieldChange]) -> Vec<Value> {
    Patch::of(base, changes).unwrap().operations
}

#[test]
fn a_value_that_is_there_is_tested_for_as_it_is_stored() {
    let base = document(
        json!({ "status": "requested", "owner": { "reference": "Practitioner/b", "display": "Ben", "x": 1 } }),
    );
    let changes = [
        change(EditField::Status, code("requested"), code("accepted")),
        change(
            EditField::Owner,
            owner("Practitioner/b"),
            owner("Practitioner/me"),
        ),
    ];
    insta::assert_json_snapshot!(patch(&base, &changes));
}

#[test]
fn what_is_not_there_is_tested_for_by_the_version_alone() {
    let base = document(json!({ "status": "requested" }));
    let due = FieldValue::Date(FhirDate::Day(2026, 11, 30));
    let changes = [
        change(
            EditField::Owner,
            FieldValue::Absent,
            owner("Practitioner/me"),
        ),
        change(EditField::Due, FieldValue::Absent, due),
        change(EditField::Note, FieldValue::Absent, note("first")),
        change(EditField::Note, FieldValue::Absent, note("second")),
    ];
    insta::assert_json_snapshot!(patch(&base, &changes));
}

#[test]
fn what_would_be_empty_afterwards_goes_too() {
    let due = || FieldValue::Date(FhirDate::Day(2026, 11, 30));
    let remove = [change(EditField::Due, due(), FieldValue::Absent)];
    let alone = document(json!({ "restriction": { "period": { "end": "2026-11-30" } } }));
    assert_eq!(
        patch(&alone, &remove)[1..],
        [
            json!({ "op": "test", "path": "/restriction", "value": { "period": { "end": "2026-11-30" } } }),
            json!({ "op": "remove", "path": "/restriction" }),
        ]
    );
    let beside = document(
        json!({ "restriction": { "repetitions": 1, "period": { "start": "2026-11-01", "end": "2026-11-30" } } }),
    );
    assert_eq!(
        patch(&beside, &remove)[1..],
        [
            json!({ "op": "test", "path": "/restriction/period/end", "value": "2026-11-30" }),
            json!({ "op": "remove", "path": "/restriction/period/end" }),
        ]
    );
}

#[test]
fn a_contact_is_found_by_what_it_says_and_keeps_what_else_it_has() {
    let mut base = document(json!({ "telecom": [
        { "system": "email", "value": "jo@x.org" },
        { "system": "phone", "value": "555-1", "use": "home", "rank": 1 },
    ] }));
    let corrected = [change(EditField::Contact, phone("555-1"), phone("555-2"))];
    insta::assert_json_snapshot!(patch(&base, &corrected));
    let operations = patch(&base, &corrected);
    base.body["telecom"].as_array_mut().unwrap().remove(0);
    assert!(
        patched(base.body, &operations).is_err(),
        "the list has shifted"
    );
}

#[test]
fn an_address_that_says_its_parts_in_words_too_loses_the_words_with_the_correction() {
    let base =
        document(json!({ "address": [{ "text": "1 Long Road, Oldtown", "city": "Oldtown" }] }));
    let moved = [
        change(
            EditField::AddressCity,
            FieldValue::Text("Oldtown".into()),
            FieldValue::Text("Newtown".into()),
        ),
        change(
            EditField::AddressPostalCode,
            FieldValue::Absent,
            FieldValue::Text("12345".into()),
        ),
    ];
    let made = Patch::of(&base, &moved).unwrap();
    assert_eq!(
        made.body["address"],
        json!([{ "city": "Newtown", "postalCode": "12345" }])
    );
    assert_eq!(patched(base.body, &made.operations).unwrap(), made.body);
}

#[test]
fn something_else_in_the_place_of_an_object_is_not_written_over() {
    let base = document(json!({ "restriction": "soon", "note": "n" }));
    let due = FieldValue::Date(FhirDate::Day(2026, 11, 30));
    for wrong in [
        change(EditField::Due, FieldValue::Absent, due),
        change(EditField::Note, FieldValue::Absent, note("x")),
    ] {
        assert!(Patch::of(&base, &[wrong]).is_err());
    }
}

fn bodies() -> impl Strategy<Value = Value> {
    let some = |texts: &'static [&'static str]| prop::option::of(prop::sample::select(texts));
    (
        some(&["requested", "accepted", "in-progress"]),
        some(&["stat", "routine"]),
        some(&["Practitioner/me", "Practitioner/b"]),
        some(&["2026-11-22", "2026-11-23T10:00:00.000Z"]),
        prop::collection::vec(prop::sample::select(&["a", "b"][..]), 0..3),
        prop::collection::vec(prop::sample::select(&["555-1", "555-2", "555-3"][..]), 0..3),
    )
        .prop_map(|(status, priority, owner, due, notes, phones)| {
            let mut body = json!({ "intent": "order" });
            if let Some(status) = status {
                body["status"] = json!(status);
            }
            if let Some(priority) = priority {
                body["priority"] = json!(priority);
            }
            if let Some(owner) = owner {
                body["owner"] = json!({ "reference": owner });
            }
            if let Some(due) = due {
                body["restriction"] = json!({ "period": { "end": due } });
            }
            if !notes.is_empty() {
                body["note"] = notes.iter().map(|text| json!({ "text": text })).collect();
            }
            if !phones.is_empty() {
                body["telecom"] = phones
                    .iter()
                    .map(|value| json!({ "system": "phone", "value": value }))
                    .collect();
            }
            body
        })
}

fn wanted() -> impl Strategy<Value = (EditField, FieldValue)> {
    let due = |day| {
        (
            EditField::Due,
            FieldValue::Date(FhirDate::Day(2026, 12, day)),
        )
    };
    prop_oneof![
        prop::sample::select(&["requested", "completed"][..])
            .prop_map(|to| (EditField::Status, code(to))),
        prop::sample::select(&["stat", "asap"][..]).prop_map(|to| (EditField::Priority, code(to))),
        Just((EditField::Priority, FieldValue::Absent)),
        Just((EditField::Owner, owner("Practitioner/me"))),
        Just((EditField::Owner, FieldValue::Absent)),
        (1_u8..3).prop_map(due),
        Just((EditField::Due, FieldValue::Absent)),
    ]
}

/// Changes of what a body holds: scalars from what it has, notes and phones added, replaced, removed.
fn changes_of(
    body: &Value,
    scalars: Vec<(EditField, FieldValue)>,
    notes: usize,
    phones: u8,
) -> Vec<FieldChange> {
    let mut changes: Vec<FieldChange> = Vec::new();
    for (field, to) in scalars {
        if changes.iter().all(|change| change.field != field) {
            changes.push(change(field, FieldValue::read(field, body), to));
        }
    }
    for at in 0..notes {
        changes.push(change(
            EditField::Note,
            FieldValue::Absent,
            note(&format!("new {at}")),
        ));
    }
    let first = body["telecom"][0]["value"]
        .as_str()
        .map_or(FieldValue::Absent, phone);
    match phones {
        1 => changes.push(change(
            EditField::Contact,
            FieldValue::Absent,
            phone("555-9"),
        )),
        2 if first != FieldValue::Absent => {
            changes.push(change(EditField::Contact, first, phone("555-9")));
        }
        3 if first != FieldValue::Absent => {
            changes.push(change(EditField::Contact, first, FieldValue::Absent));
        }
        _ => {}
    }
    changes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_patch_does_on_the_server_what_it_says_here(
        body in bodies(),
        scalars in prop::collection::vec(wanted(), 0..4),
        notes in 0_usize..3,
        phones in 0_u8..4,
    ) {
        let base = document(body);
        let changes = changes_of(&base.body, scalars, notes, phones);
        let patch = Patch::of(&base, &changes).unwrap();
        let after = patched(base.body.clone(), &patch.operations).unwrap();
        prop_assert_eq!(&after, &patch.body);
        for change in &changes {
            prop_assert_eq!(change.standing(&after), Standing::Wanted, "{:?}", change);
        }
    }

    #[test]
    fn a_patch_is_for_one_version_whatever_else_is_as_it_was(
        body in bodies(),
        scalars in prop::collection::vec(wanted(), 0..4),
        notes in 0_usize..3,
        phones in 0_u8..4,
    ) {
        let base = document(body);
        let changes = changes_of(&base.body, scalars, notes, phones);
        let patch = Patch::of(&base, &changes).unwrap();
        let mut later = base.body.clone();
        later["meta"]["versionId"] = json!("v2");
        let carried_out = patched(later.clone(), &patch.operations);
        prop_assert!(carried_out.is_err() || patch.operations.is_empty());
        // Nor does it come to anything where somebody has put another value under the same version.
        for change in changes.iter().filter(|change| !change.field.is_list()) {
            let mut other = base.body.clone();
            other["status"] = json!("other");
            other["priority"] = json!("other");
            let is_replaced = change.seen != FieldValue::Absent && change.standing(&base.body) == Standing::Seen;
            if is_replaced && matches!(change.field, EditField::Status | EditField::Priority) {
                prop_assert!(patched(other, &patch.operations).is_err(), "{:?}", change);
            }
        }
    }

    #[test]
    fn nothing_that_is_stored_makes_the_patcher_fall_over(
        texts in prop::collection::vec("[a-z{}\\[\\]\",:0-9 ]{0,20}", 5),
        notes in 0_usize..2,
    ) {
        let names = ["status", "owner", "restriction", "note", "telecom"];
        let mut body = json!({});
        for (name, text) in names.iter().zip(texts) {
            body[name] = serde_json::from_str(&text).unwrap_or_else(|_| json!(text));
        }
        let base = document(body);
        let due = (EditField::Due, FieldValue::Date(FhirDate::Day(2026, 12, 1)));
        let changes = changes_of(&base.body, vec![due, (EditField::Owner, owner("Practitioner/me"))], notes, 1);
        if let Ok(patch) = Patch::of(&base, &changes) {
            prop_assert_eq!(patched(base.body.clone(), &patch.operations).unwrap(), patch.body);
        }
    }
}
