//! Tags: a set that everybody adds to and takes from.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{change, document, patcher::patched};
use crate::{
    edit::{
        document::Document,
        merge::{Merged, merge},
        patch::Patch,
        typing,
        validate::{Writer, cleaned},
    },
    identity::ResourceType,
    limits,
    protocol::{EditField, FieldChange, FieldValue},
    time::Timestamp,
};

fn tag(text: &str) -> FieldValue {
    typing::value_of(EditField::Tag, &FieldValue::Absent, text)
}

fn tagged(tags: &[&str]) -> Document {
    let mut document = document(json!({ "status": "requested" }));
    if !tags.is_empty() {
        let tags = tags
            .iter()
            .map(|text| json!({ "code": text, "display": text }));
        document.body["meta"]["tag"] = tags.collect();
    }
    document
}

fn added(text: &str) -> FieldChange {
    change(EditField::Tag, FieldValue::Absent, tag(text))
}

fn removed(text: &str) -> FieldChange {
    change(EditField::Tag, tag(text), FieldValue::Absent)
}

fn names(body: &Value) -> Vec<&str> {
    let tags = body["meta"]["tag"].as_array().into_iter().flatten();
    tags.filter_map(|tag| tag["display"].as_str()).collect()
}

fn merged(document: &Document, change: FieldChange) -> Merged {
    merge(&ResourceType::Task, &[change], document, false)
}

/// What the server makes of changes.
fn made(document: &Document, changes: &[FieldChange]) -> Value {
    let patch = Patch::of(document, changes).unwrap();
    let made = patched(document.body.clone(), &patch.operations).unwrap();
    assert_eq!(made, patch.body);
    made
}

#[test]
fn tags_that_two_people_add_both_stay() {
    let theirs = tagged(&["falls risk"]);
    assert!(
        matches!(merged(&theirs, added("isolation")), Merged::Apply { overwrites, .. } if overwrites.is_empty())
    );
    let made = made(&theirs, &[added("isolation")]);
    assert_eq!(names(&made), ["falls risk", "isolation"]);
}

#[test]
fn a_tag_that_is_there_already_is_not_added_again_and_one_that_is_gone_not_removed() {
    assert_eq!(
        merged(&tagged(&["isolation"]), added("isolation")),
        Merged::Settled
    );
    assert_eq!(
        merged(&tagged(&["falls risk"]), removed("isolation")),
        Merged::Settled
    );
    assert_eq!(merged(&tagged(&[]), removed("isolation")), Merged::Settled);
}

#[test]
fn the_first_tag_makes_the_list_and_the_last_one_takes_it_along() {
    let first = made(&tagged(&[]), &[added("isolation")]);
    assert_eq!(names(&first), ["isolation"]);
    let last = made(&tagged(&["isolation"]), &[removed("isolation")]);
    assert!(last["meta"].get("tag").is_none());
    assert_eq!(
        last["meta"]["versionId"], "v1",
        "nothing else of it is touched"
    );
}

#[test]
fn a_tag_is_never_put_in_the_place_of_another_one() {
    let renamed = change(EditField::Tag, tag("isolation"), tag("barrier nursing"));
    let theirs = tagged(&["falls risk"]);
    let Merged::Apply { changes, .. } = merged(&theirs, renamed) else {
        panic!("both stay");
    };
    assert_eq!(
        names(&made(&theirs, &changes)),
        ["falls risk", "barrier nursing"]
    );
}

#[test]
fn tags_of_two_systems_with_one_code_are_two() {
    let of = |system: Option<&str>| FieldValue::Tag {
        system: system.map(str::to_owned),
        code: Some("a".into()),
        label: "A".into(),
    };
    assert!(of(Some("x")).same(&of(Some("x"))));
    assert!(!of(Some("x")).same(&of(Some("y"))));
    assert!(!of(Some("x")).same(&of(None)));
}

#[test]
fn what_is_typed_becomes_a_code_that_fhir_allows() {
    let expected = FieldValue::Tag {
        system: None,
        code: Some("falls risk".into()),
        label: "falls risk".into(),
    };
    assert_eq!(tag("  falls \t risk "), expected);
    assert_eq!(tag("  "), FieldValue::Absent);
    let writer = Writer {
        profile: "Practitioner/me",
        name: "Ada",
        now: Timestamp(0),
    };
    let clean = |value| cleaned(EditField::Tag, value, &writer);
    assert_eq!(clean(tag("falls\u{202e} risk")), Some(expected));
    let long = "x".repeat(10 * limits::LINE_CHARS_MAX);
    let Some(FieldValue::Tag { code, label, .. }) = clean(tag(&long)) else {
        panic!("a long one is cut");
    };
    assert!(code.unwrap().chars().count() <= limits::CODE_CHARS_MAX + 1);
    assert!(label.chars().count() <= limits::LINE_CHARS_MAX + 1);
    assert_eq!(clean(FieldValue::Text("falls".into())), None);
}

proptest! {
    #[test]
    fn whatever_two_people_do_to_tags_no_other_tag_is_touched(
        there in prop::collection::btree_set("[a-e]", 0..5),
        mine in prop::collection::vec(("[a-e]", any::<bool>()), 0..5),
    ) {
        let there: Vec<&str> = there.iter().map(String::as_str).collect();
        let document = tagged(&there);
        let changes: Vec<_> = mine
            .iter()
            .map(|(name, adds)| if *adds { added(name) } else { removed(name) })
            .collect();
        let made = made(&document, &changes);
        for name in ["a", "b", "c", "d", "e"] {
            let last = mine.iter().rev().find(|(mine, _)| mine == name);
            let expected = last.map_or(there.contains(&name), |(_, adds)| *adds);
            let count = names(&made).into_iter().filter(|there| *there == name).count();
            prop_assert_eq!(count, usize::from(expected), "{}", name);
        }
    }
}
