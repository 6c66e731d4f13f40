//! What became of a record, whatever its versions hold.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Version, Written, entries, put_first};
use crate::{
    fhir::{self, Patient, Resource},
    hidden::{Element, HiddenElements},
    identity::{ResourceId, ResourceType, VersionId},
    limits,
    panel::Lookup,
    protocol::{Cell, Hiding, TimelineChange, TimelineDeed, TimelineEntry},
    time::Timestamp,
};

#[derive(Default)]
struct Nobody(HiddenElements);

impl Lookup for Nobody {
    fn patient(&self, _id: &ResourceId) -> Option<&Patient> {
        None
    }

    fn open_tasks_of(&self, _patient: &ResourceId) -> Vec<&Resource> {
        Vec::new()
    }

    fn me(&self) -> &str {
        "Practitioner/me"
    }

    fn today(&self) -> crate::query::Today {
        crate::query::Today::default()
    }

    fn hidden(&self) -> &HiddenElements {
        &self.0
    }
}

fn version(kind: &str, at: &str, fields: Value) -> Version {
    let mut body = json!({
        "resourceType": kind, "id": "r", "meta": {
            "versionId": format!("v{}", at.replace(':', "-")), "lastUpdated": format!("2026-11-22T10:{at}Z"),
            "author": { "reference": "Practitioner/ada", "display": format!("Author at {at}") },
        },
    });
    if let (Value::Object(body), Value::Object(fields)) = (&mut body, fields) {
        for (name, value) in fields {
            match (name.as_str(), value) {
                ("meta", Value::Object(more)) => body["meta"].as_object_mut().unwrap().extend(more),
                (_, value) => _ = body.insert(name, value),
            }
        }
    }
    let resource = fhir::parse(&body.to_string()).unwrap();
    Version::Written(Box::new(Written::new(resource)))
}

/// The newest of two versions.
fn newest_for(kind: &str, was: Value, now: Value, lookup: &Nobody) -> TimelineEntry {
    let versions = [version(kind, "20:00", now), version(kind, "10:00", was)];
    entries(&versions, 1, true, lookup).remove(0)
}

fn newest(kind: &str, was: Value, now: Value) -> TimelineEntry {
    newest_for(kind, was, now, &Nobody::default())
}

/// A change as somebody reads it.
fn said(change: &TimelineChange) -> String {
    let value = |cell: &Cell| match cell {
        Cell::Empty => "none".to_owned(),
        Cell::Text(text) => text.clone(),
        Cell::Person { name, me: true, .. } => format!("{name} (me)"),
        Cell::Person { name, .. } => name.clone(),
        other => format!("{other:?}"),
    };
    let label = &change.label;
    match (&change.was, &change.now) {
        (Some(was), Some(now)) => format!("{label}: {} -> {}", value(was), value(now)),
        (None, Some(now)) => format!("{label} added: {}", value(now)),
        (Some(was), None) => format!("{label} removed: {}", value(was)),
        (None, None) => String::new(),
    }
}

fn said_all(entry: &TimelineEntry) -> Vec<String> {
    entry.changes.iter().map(said).collect()
}

#[test]
fn a_change_names_each_field_of_a_task_with_both_values() {
    let was = json!({
        "status": "requested", "priority": "routine", "code": { "text": "Call" }, "intent": "order",
        "for": { "reference": "Patient/1", "display": "DOE, Jo" }, "description": "By telephone",
    });
    let now = json!({
        "status": "in-progress", "businessStatus": { "text": "Waiting" }, "priority": "stat",
        "code": { "text": "Visit" }, "owner": { "reference": "Practitioner/me", "display": "Ada" },
        "for": { "reference": "Patient/2", "display": "ROE, Al" }, "intent": "order",
        "requester": { "reference": "Practitioner/b", "display": "Ben" }, "authoredOn": "2026-11-22",
        "restriction": { "period": { "end": "2026-12-01" } }, "description": "At home",
        "note": [{ "text": "Called" }], "meta": { "tag": [{ "code": "falls", "display": "Falls risk" }] },
    });
    let entry = newest("Task", was, now);
    assert_eq!(
        said_all(&entry),
        [
            "Task: Call -> Visit",
            "Status: Requested -> In progress",
            "Business status: none -> Waiting",
            "Priority: Priority(Routine) -> Priority(Stat)",
            "Due: none -> Date(Day(2026, 12, 1))",
            "Assignee: none -> Ada (me)",
            "Patient: DOE, Jo -> ROE, Al",
            "Requested by: none -> Ben",
            "Written: none -> Date(Day(2026, 11, 22))",
            "Description: By telephone -> At home",
            "Note added: Called",
            "Tag added: Falls risk",
        ]
    );
    assert_eq!((entry.deed, entry.other), (TimelineDeed::Changed, false));
    assert_eq!(entry.author.as_deref(), Some("Author at 20:00"));
    assert_eq!(entry.at, Timestamp::parse("2026-11-22T10:20:00Z"));
}

#[test]
fn a_change_names_each_field_of_a_patient_with_both_values() {
    let was = json!({
        "name": [{ "family": "Doe", "given": ["Jo"] }], "birthDate": "1980-01-02", "gender": "male",
        "telecom": [{ "system": "phone", "value": "1" }, { "system": "email", "value": "a@x.org" }],
    });
    let now = json!({
        "name": [{ "family": "Roe", "given": ["Jo"] }], "birthDate": "1980-02-01", "gender": "female",
        "telecom": [{ "system": "email", "value": "a@x.org" }, { "system": "phone", "value": "2" }],
        "address": [{ "city": "Rome" }], "active": false, "deceasedBoolean": true,
        "identifier": [{ "value": "007" }],
    });
    assert_eq!(
        said_all(&newest("Patient", was, now)),
        [
            "Name: DOE, Jo -> ROE, Jo",
            "Date of birth: Date(Day(1980, 1, 2)) -> Date(Day(1980, 2, 1))",
            "Sex: Male -> Female",
            "MRN: none -> 007",
            "Whether the patient has died: none -> Yes",
            "In use: Yes -> No",
            "Address: none -> Rome",
            "Phone removed: 1",
            "Phone added: 2",
        ]
    );
}

#[test]
fn what_has_no_word_is_still_said_to_have_changed() {
    let entry = newest(
        "Task",
        json!({ "intent": "order", "focus": { "reference": "Basic/1" } }),
        json!({ "intent": "plan", "focus": { "reference": "Basic/1" } }),
    );
    assert!(entry.changes.is_empty() && entry.other);
    let code = |code: &str| json!({ "code": { "text": "Call", "coding": [{ "code": code }] } });
    let entry = newest("Task", code("a"), code("b"));
    assert!(
        entry.changes.is_empty() && entry.other,
        "the same label, and another code"
    );
}

#[test]
fn two_people_of_one_name_are_told_apart_and_one_person_of_two_names_is_the_same() {
    let owner = |id: &str, name: &str| json!({ "owner": { "reference": format!("Practitioner/{id}"), "display": name } });
    let entry = newest("Task", owner("1", "Ada"), owner("2", "Ada"));
    let expected = ["Assignee: Ada (Practitioner/1) -> Ada (Practitioner/2)"];
    assert_eq!(said_all(&entry), expected);
    let entry = newest("Task", owner("1", "Ada"), owner("1", "Ada Nurse"));
    assert!(entry.changes.is_empty() && entry.other);
}

#[test]
fn a_title_that_is_the_description_is_told_once() {
    let describe = |text: &str| json!({ "description": text });
    let entry = newest("Task", describe("Call"), describe("Visit"));
    assert_eq!(said_all(&entry), ["Task: Call -> Visit"]);
    assert!(!entry.other);
}

#[test]
fn of_long_texts_the_place_where_they_differ_is_shown() {
    let text = |end: &str| format!("{}{end}", "so long ".repeat(200));
    let describe = |end: &str| json!({ "code": { "text": "x" }, "description": text(end) });
    let entry = newest("Task", describe("until noon"), describe("until night"));
    let said = said(&entry.changes[0]);
    assert!(
        said.contains("until noon ->") && said.ends_with("until night"),
        "{said}"
    );
    let count = said.chars().count();
    assert!(count < 2 * limits::TIMELINE_TEXT_CHARS_MAX + 30, "{count}");
}

#[test]
fn of_many_changes_some_are_told_and_the_rest_is_counted() {
    let notes: Vec<_> = (0..50)
        .map(|n| json!({ "text": format!("note {n}") }))
        .collect();
    let entry = newest("Task", json!({}), json!({ "note": notes }));
    assert_eq!(entry.changes.len(), limits::TIMELINE_CHANGES_MAX);
    assert_eq!(entry.left_out, 50 - limits::TIMELINE_CHANGES_MAX);
}

#[test]
fn of_more_notes_than_are_read_only_the_new_one_is_told() {
    let notes = |count: usize| -> Value {
        (0..count)
            .map(|n| json!({ "text": format!("note {n}") }))
            .collect()
    };
    let (was, now) = (limits::NOTES_MAX + 3, limits::NOTES_MAX + 4);
    let entry = newest(
        "Task",
        json!({ "note": notes(was) }),
        json!({ "note": notes(now) }),
    );
    assert_eq!(said_all(&entry), [format!("Note added: note {was}")]);
}

#[test]
fn what_is_hidden_is_no_difference_and_none_is_not_said_of_it() {
    let task = |owner: &str, note: &str| {
        let owner = json!({ "reference": format!("Practitioner/{owner}"), "display": owner });
        json!({ "owner": owner, "note": [{ "text": note }] })
    };
    let always = HiddenElements::by_path(|_, _| Some(Hiding::Always));
    let entry = newest_for("Task", task("ada", "x"), task("ben", "y"), &Nobody(always));
    assert!(entry.changes.is_empty(), "{entry:?}");

    let hides = |_: &ResourceType, path: &str| {
        matches!(path, "owner" | "note" | "active").then_some(Hiding::Sometimes)
    };
    let sometimes = Nobody(HiddenElements::by_path(hides));
    assert_eq!(sometimes.0.of(Element::Owner), Some(Hiding::Sometimes));
    let entry = newest_for("Task", task("ada", "x"), json!({}), &sometimes);
    let expected = ["Assignee: ada -> Hidden(Sometimes)"];
    assert_eq!(said_all(&entry), expected);
    assert!(entry.other, "whether notes went or are hidden nobody knows");
    let entry = newest_for("Patient", json!({}), json!({ "active": false }), &sometimes);
    assert_eq!(said_all(&entry), ["In use: Hidden(Sometimes) -> No"]);
}

fn deleted() -> Version {
    Version::Deleted {
        version: Some(VersionId::new("gone")),
        at: None,
    }
}

#[test]
fn each_version_is_what_it_is() {
    let task = |at: &str, status: &str| version("Task", at, json!({ "status": status }));
    let versions = [
        task("50:00", "completed"),
        Version::Unreadable,
        task("40:00", "ready"),
        deleted(),
        task("30:00", "draft"),
    ];
    let deeds =
        |entries: &[TimelineEntry]| -> Vec<_> { entries.iter().map(|entry| entry.deed).collect() };
    let whole = entries(&versions, 9, true, &Nobody::default());
    assert_eq!(
        deeds(&whole),
        [
            TimelineDeed::Incomparable,
            TimelineDeed::Unreadable,
            TimelineDeed::Restored,
            TimelineDeed::Deleted,
            TimelineDeed::Created,
        ]
    );
    assert_eq!(said_all(&whole[2]), ["Status: Draft -> Ready"]);
    assert!(whole[0].changes.is_empty());
    let page = entries(&versions, 4, false, &Nobody::default());
    assert_eq!(deeds(&page), deeds(&whole[..4]));
}

#[test]
fn the_current_version_comes_first_among_those_of_the_same_moment_only() {
    let order = |versions: &[Version]| -> Vec<_> {
        let names = versions.iter().filter_map(Version::name);
        names.map(|name| name.as_str().to_owned()).collect()
    };
    let task = |at: &str| version("Task", at, json!({}));
    let versions = || [task("10:01.050"), task("10:01.000"), task("09:00")];
    let mut some = versions();
    put_first(&mut some, &VersionId::new("v10-01.000"));
    assert_eq!(order(&some), ["v10-01.000", "v10-01.050", "v09-00"]);
    let mut some = versions();
    put_first(&mut some, &VersionId::new("v09-00"));
    assert_eq!(order(&some), order(&versions()));
    let told = entries(&versions(), 9, true, &Nobody::default());
    let close: Vec<_> = told.iter().map(|entry| entry.close).collect();
    assert_eq!(close, [true, false, false]);
}

/// Values of fields of a task, each with its absence.
fn fields() -> impl Strategy<Value = Vec<Option<(&'static str, Value)>>> {
    let text = || "[a-c]{1,2}";
    let person = || "[ab]".prop_map(|id| json!({ "reference": format!("Practitioner/{id}") }));
    let notes = prop::collection::vec("[a-c]", 1..4);
    let maybe = |name: &'static str, value: BoxedStrategy<Value>| {
        prop::option::of(value.prop_map(move |value| (name, value))).boxed()
    };
    vec![
        maybe(
            "status",
            prop::sample::select(vec!["draft", "ready", "x"])
                .prop_map(Value::from)
                .boxed(),
        ),
        maybe(
            "priority",
            prop::sample::select(vec!["stat", "odd"])
                .prop_map(Value::from)
                .boxed(),
        ),
        maybe(
            "code",
            text().prop_map(|text| json!({ "text": text })).boxed(),
        ),
        maybe("description", text().prop_map(Value::from).boxed()),
        maybe(
            "businessStatus",
            text().prop_map(|text| json!({ "text": text })).boxed(),
        ),
        maybe("owner", person().boxed()),
        maybe("for", person().boxed()),
        maybe("requester", person().boxed()),
        maybe("intent", text().prop_map(Value::from).boxed()),
        maybe(
            "note",
            notes
                .prop_map(|notes| notes.iter().map(|text| json!({ "text": text })).collect())
                .boxed(),
        ),
        maybe(
            "restriction",
            (1_u8..9)
                .prop_map(|day| json!({ "period": { "end": format!("2026-11-0{day}") } }))
                .boxed(),
        ),
    ]
}

fn object(fields: &[Option<(&'static str, Value)>]) -> Value {
    let fields = fields.iter().flatten();
    fields
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect()
}

proptest! {
    #[test]
    fn a_version_differs_in_nothing_from_itself(fields in fields()) {
        let entry = newest("Task", object(&fields), object(&fields));
        prop_assert!(entry.changes.is_empty() && !entry.other, "{entry:?}");
    }

    #[test]
    fn every_field_that_differs_is_told_and_none_besides(was in fields(), now in fields()) {
        let entry = newest("Task", object(&was), object(&now));
        let differs = |name: &str| object(&was)[name] != object(&now)[name];
        let told = |start: &str| said_all(&entry).iter().any(|said| said.starts_with(start));
        for (name, label) in [
            ("status", "Status: "), ("priority", "Priority: "), ("businessStatus", "Business status: "),
            ("owner", "Assignee: "), ("for", "Patient: "), ("requester", "Requested by: "),
            ("restriction", "Due: "),
        ] {
            prop_assert_eq!(told(label), differs(name), "{}: {:?}", name, entry);
        }
        let names = ["code", "description"];
        if names.into_iter().any(differs) {
            // The name may be the same, whichever of the two it comes from.
            prop_assert!(told("Task: ") || told("Description: ") || entry.other, "{entry:?}");
        }
        prop_assert!(!differs("note") || told("Note ") || entry.other, "{entry:?}");
        prop_assert!(!differs("intent") || entry.other, "{entry:?}");
        let same = object(&was) == object(&now);
        prop_assert_eq!(same, entry.changes.is_empty() && !entry.other);
    }

    #[test]
    fn the_way_back_is_the_way_there_reversed(was in fields(), now in fields()) {
        let there = newest("Task", object(&was), object(&now));
        let back = newest("Task", object(&now), object(&was));
        prop_assert_eq!(there.changes.len(), back.changes.len());
        for change in there.changes {
            let TimelineChange { label, was, now } = change;
            let reversed = TimelineChange { label, was: now, now: was };
            prop_assert!(back.changes.contains(&reversed), "{reversed:?}");
        }
    }
}
