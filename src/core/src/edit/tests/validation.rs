//! What is taken from a tab, and what is refused with a reason.

use super::{change, code, owner, phone};
use crate::{
    edit::validate::{Writer, validate},
    identity::ResourceType,
    protocol::{EditField, EditRefusal, FhirDate, FieldChange, FieldValue},
    time::Timestamp,
};

const WRITER: Writer<'_> = Writer {
    profile: "Practitioner/me",
    name: "Ada",
    now: Timestamp(7),
};

fn task(changes: Vec<FieldChange>) -> Result<Vec<FieldChange>, EditRefusal> {
    validate(&ResourceType::Task, changes, &WRITER)
}

fn typed(text: &str) -> FieldChange {
    let note = FieldValue::Note {
        author: Some("Practitioner/somebody-else".into()),
        name: None,
        time: None,
        text: text.into(),
    };
    change(EditField::Note, FieldValue::Absent, note)
}

#[test]
fn a_note_is_signed_by_who_writes_it_and_free_of_what_deceives_the_eye() {
    let valid = task(vec![typed(" call\u{202e} back\u{0}\nat noon ")]).unwrap();
    assert_eq!(
        valid[0].wanted,
        FieldValue::Note {
            author: Some("Practitioner/me".into()),
            name: Some("Ada".into()),
            time: Some(Timestamp(7)),
            text: "call back\nat noon".into(),
        }
    );
    let nothing = EditRefusal::ValueInvalid {
        field: EditField::Note,
    };
    assert_eq!(task(vec![typed(" \u{200b} ")]), Err(nothing));
}

#[test]
fn values_that_a_field_cannot_have_are_refused() {
    let date = |date| FieldValue::Date(date);
    let absent = FieldValue::Absent;
    for (field, wanted) in [
        (EditField::Status, code("nonsense")),
        (EditField::Status, absent.clone()),
        (EditField::Priority, code("requested")),
        (EditField::Owner, owner("Basic/1")),
        (EditField::Owner, owner("#contained")),
        (EditField::Due, date(FhirDate::Day(2026, 2, 30))),
        (EditField::Due, date(FhirDate::Year(2026))),
        (EditField::Due, code("stat")),
        (EditField::Contact, phone("555-1")),
    ] {
        let refused = Err(EditRefusal::ValueInvalid { field });
        let seen = if wanted == absent {
            code("requested")
        } else {
            absent.clone()
        };
        assert_eq!(
            task(vec![change(field, seen, wanted)]),
            refused,
            "{field:?}"
        );
    }
}

#[test]
fn a_field_is_changed_once_in_one_edit_and_a_note_never_rewritten() {
    let priority = |to| change(EditField::Priority, FieldValue::Absent, code(to));
    let refused = |field| Err(EditRefusal::ValueInvalid { field });
    assert_eq!(
        task(vec![priority("stat"), priority("asap")]),
        refused(EditField::Priority)
    );
    let FieldChange { wanted: seen, .. } = typed("a");
    let rewritten = FieldChange { seen, ..typed("b") };
    assert_eq!(task(vec![rewritten]), refused(EditField::Note));
}

#[test]
fn a_status_goes_only_where_it_leads() {
    let step = |from, to| task(vec![change(EditField::Status, code(from), code(to))]);
    assert!(step("requested", "completed").is_ok());
    let refused = EditRefusal::NoSuchStep {
        from: "completed".into(),
        to: "in-progress".into(),
    };
    assert_eq!(step("completed", "in-progress"), Err(refused));
}

#[test]
fn what_changes_nothing_is_not_sent() {
    let same = change(EditField::Priority, code("stat"), code("stat"));
    assert_eq!(task(vec![same.clone()]), Err(EditRefusal::NothingToChange));
    assert_eq!(task(vec![]), Err(EditRefusal::NothingToChange));
    let other = change(EditField::Status, code("requested"), code("accepted"));
    assert_eq!(task(vec![same, other.clone()]), Ok(vec![other]));
}

#[test]
fn an_edit_has_a_bounded_number_of_changes() {
    let many = (0..40).map(|at| typed(&at.to_string())).collect();
    assert!(task(many).is_err());
}
