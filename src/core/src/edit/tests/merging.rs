//! Three-way merges: each strategy of the table, and that an edit stays whole.

use serde_json::json;

use super::{change, code, document, note, owner, phone};
use crate::{
    edit::{
        document::Document,
        merge::{Merged, fields_to_decide, merge},
        policy::{Strategy, strategy},
    },
    identity::ResourceType,
    protocol::{ConflictField, EditField, FieldChange, FieldValue, RollbackReason},
};

fn merged(body: serde_json::Value, changes: &[FieldChange]) -> Merged {
    merge(&ResourceType::Task, changes, &document(body), false)
}

/// The fields to decide of an edit that has to be asked about.
fn asked(kind: &ResourceType, document: &Document, changes: &[FieldChange]) -> Vec<ConflictField> {
    assert_eq!(merge(kind, changes, document, false), Merged::Ask);
    let standings = changes.iter().map(|change| change.standing(&document.body));
    fields_to_decide(changes, standings.collect(), false)
}

fn label(text: &str) -> FieldValue {
    FieldValue::Concept {
        code: None,
        system: None,
        label: text.into(),
    }
}

#[test]
fn changes_of_different_fields_both_survive() {
    let mine = [change(EditField::Priority, code("routine"), code("stat"))];
    let theirs = json!({ "status": "accepted", "priority": "routine" });
    assert_eq!(
        merged(theirs, &mine),
        Merged::Apply {
            changes: mine.to_vec(),
            overwrites: vec![]
        }
    );
}

#[test]
fn who_how_urgently_whether_and_by_when_is_always_asked() {
    for field in [
        EditField::Owner,
        EditField::Priority,
        EditField::Status,
        EditField::Due,
    ] {
        assert_eq!(
            strategy(&ResourceType::Task, field),
            Strategy::Ask,
            "{field:?}"
        );
    }
    let mine = [change(EditField::Priority, code("routine"), code("stat"))];
    let fields = asked(
        &ResourceType::Task,
        &document(json!({ "priority": "asap" })),
        &mine,
    );
    assert_eq!(
        (&fields[0].theirs, fields[0].disputed),
        (&code("asap"), true)
    );
}

#[test]
fn two_people_who_want_the_same_are_no_conflict() {
    let mine = [change(
        EditField::Owner,
        FieldValue::Absent,
        owner("Practitioner/me"),
    )];
    let theirs = json!({ "owner": { "reference": "https://x.org/fhir/R4/Practitioner/me", "display": "Another name" } });
    assert_eq!(merged(theirs, &mine), Merged::Settled);
}

#[test]
fn an_edit_of_several_fields_waits_as_a_whole() {
    let claim = [
        change(
            EditField::Owner,
            FieldValue::Absent,
            owner("Practitioner/me"),
        ),
        change(EditField::Status, code("requested"), code("accepted")),
    ];
    let theirs = json!({ "status": "requested", "owner": { "reference": "Practitioner/b" } });
    let fields = asked(&ResourceType::Task, &document(theirs), &claim);
    let disputed: Vec<_> = fields
        .iter()
        .map(|field| (field.field, field.disputed))
        .collect();
    assert_eq!(
        disputed,
        [(EditField::Owner, true), (EditField::Status, false)]
    );
}

#[test]
fn a_task_that_was_ended_cannot_be_kept_going_by_the_answer() {
    let mine = [change(
        EditField::Status,
        code("in-progress"),
        code("on-hold"),
    )];
    let fields = asked(
        &ResourceType::Task,
        &document(json!({ "status": "completed" })),
        &mine,
    );
    assert!(!fields[0].mine_possible);
}

#[test]
fn the_last_writer_wins_where_the_table_says_so_and_what_was_there_is_told() {
    let mine = [change(
        EditField::BusinessStatus,
        FieldValue::Absent,
        label("Called twice"),
    )];
    let theirs = json!({ "businessStatus": { "text": "Called once" } });
    let over = vec![change(
        EditField::BusinessStatus,
        label("Called once"),
        label("Called twice"),
    )];
    assert_eq!(
        merged(theirs, &mine),
        Merged::Apply {
            changes: over.clone(),
            overwrites: over
        }
    );
}

#[test]
fn notes_of_both_stay() {
    let mine = [change(EditField::Note, FieldValue::Absent, note("mine"))];
    let theirs = json!({ "note": [{ "text": "theirs" }] });
    assert!(matches!(merged(theirs, &mine), Merged::Apply { .. }));
    let again = json!({ "note": [
        { "text": "theirs" },
        { "text": "mine", "time": "1970-01-01T00:00:01Z", "authorReference": { "reference": "Practitioner/me" } },
    ] });
    assert_eq!(merged(again, &mine), Merged::Settled);
}

#[test]
fn nothing_follows_on_a_task_that_was_entered_in_error() {
    let mine = [change(EditField::Note, FieldValue::Absent, note("mine"))];
    let theirs = json!({ "status": "entered-in-error" });
    assert_eq!(
        merged(theirs, &mine),
        Merged::RollBack(RollbackReason::Voided)
    );
}

#[test]
fn words_that_repeat_an_address_are_rolled_back_when_somebody_else_has_corrected_it() {
    let text = |text: &str| FieldValue::Text(text.into());
    let mine = [change(
        EditField::AddressText,
        text("1 Road"),
        text("2 Road"),
    )];
    let theirs = document(json!({ "address": [{ "text": "3 Road" }] }));
    assert_eq!(
        merge(&ResourceType::Patient, &mine, &theirs, false),
        Merged::RollBack(RollbackReason::ChangedMeanwhile {
            field: EditField::AddressText,
            theirs: text("3 Road"),
        })
    );
}

#[test]
fn a_number_that_somebody_else_has_corrected_is_asked_about_beside_theirs() {
    let mine = [change(EditField::Contact, phone("555-1"), phone("555-2"))];
    let theirs = document(json!({ "telecom": [
        { "system": "email", "value": "jo@x.org" },
        { "system": "phone", "value": "555-3" },
    ] }));
    let fields = asked(&ResourceType::Patient, &theirs, &mine);
    assert_eq!(fields[0].theirs, phone("555-3"));
    let shifted = document(json!({ "telecom": [
        { "system": "phone", "value": "555-0" },
        { "system": "phone", "value": "555-1" },
    ] }));
    assert!(matches!(
        merge(&ResourceType::Patient, &mine, &shifted, false),
        Merged::Apply { .. }
    ));
}
