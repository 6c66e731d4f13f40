//! What the drawer shows, whatever is in the record.

use serde_json::{Value, json};

use super::content;
use crate::{
    edit::Permissions,
    fhir::{self, Patient, Resource},
    hidden::HiddenElements,
    identity::ResourceId,
    limits,
    panel::Lookup,
    protocol::{BannerPart, Cell, Deceased, Hiding, RecordContent},
};

#[derive(Default)]
struct Loaded {
    patient: Option<Resource>,
    tasks: Vec<Resource>,
    hidden: HiddenElements,
}

impl Lookup for Loaded {
    fn patient(&self, id: &ResourceId) -> Option<&Patient> {
        self.patient
            .as_ref()
            .filter(|patient| patient.key.id == *id)?
            .patient()
    }

    fn open_tasks_of(&self, _patient: &ResourceId) -> Vec<&Resource> {
        self.tasks.iter().collect()
    }

    fn me(&self) -> &str {
        "Practitioner/me"
    }

    fn today(&self) -> crate::query::Today {
        crate::query::Today::default()
    }

    fn hidden(&self) -> &HiddenElements {
        &self.hidden
    }
}

fn resource(kind: &str, id: &str, fields: Value) -> Resource {
    let mut body = json!({
        "resourceType": kind, "id": id,
        "meta": { "versionId": "v", "lastUpdated": "2026-11-22T10:00:00Z" },
    });
    if let (Value::Object(body), Value::Object(fields)) = (&mut body, fields) {
        body.extend(fields);
    }
    fhir::parse(&body.to_string()).unwrap()
}

fn value<'a>(content: &'a RecordContent, id: &str) -> Option<&'a Cell> {
    let mut fields = content.fields.iter();
    fields
        .find(|field| field.id == id)
        .map(|field| &field.value)
}

#[test]
fn a_task_names_its_patient_with_all_that_safety_asks_for() {
    let patient = resource(
        "Patient",
        "p1",
        json!({
            "name": [{ "family": "Lovelace", "given": ["Ada"] }], "birthDate": "1815-12-10",
            "gender": "female", "identifier": [{ "value": "007" }], "deceasedBoolean": true,
        }),
    );
    let loaded = Loaded {
        patient: Some(patient),
        ..Loaded::default()
    };
    let task = resource(
        "Task",
        "t",
        json!({ "for": { "reference": "Patient/p1", "display": "old name" } }),
    );
    let banner = content(&task, &loaded).patient.unwrap();
    assert_eq!(banner.name, "LOVELACE, Ada");
    assert_eq!(banner.sex.as_deref(), Some("Female"));
    assert_eq!(banner.mrn.as_deref(), Some("007"));
    assert_eq!(banner.deceased, Some(Deceased::Yes));
}

#[test]
fn a_patient_that_is_not_loaded_is_named_as_the_task_does_and_nothing_is_made_up() {
    let task = resource(
        "Task",
        "t",
        json!({ "for": { "reference": "Patient/p9", "display": "Somebody" } }),
    );
    let banner = content(&task, &Loaded::default()).patient.unwrap();
    assert_eq!((banner.name.as_str(), banner.name_only), ("Somebody", true));
    assert_eq!(
        (banner.birth_date, banner.sex, banner.mrn),
        (None, None, None)
    );
    let nobody = resource("Task", "t", json!({}));
    assert_eq!(content(&nobody, &Loaded::default()).patient, None);
    let group = resource("Task", "t", json!({ "for": { "reference": "Group/g" } }));
    let banner = content(&group, &Loaded::default()).patient.unwrap();
    assert_eq!((banner.id, banner.name.as_str()), (None, "Group g"));
}

#[test]
fn a_task_without_anything_is_shown_as_such() {
    let shown = content(&resource("Task", "t", json!({})), &Loaded::default());
    assert_eq!(shown.title, "Untitled task");
    for field in [
        "status",
        "priority",
        "due",
        "assignee",
        "requester",
        "authored",
    ] {
        assert_eq!(value(&shown, field), Some(&Cell::Empty), "{field}");
    }
    assert_eq!(value(&shown, "description"), None);
    assert_eq!(value(&shown, "changedBy"), None);
}

#[test]
fn a_description_that_is_the_title_is_not_said_twice() {
    let same = resource("Task", "t", json!({ "description": "Call back" }));
    assert_eq!(
        value(&content(&same, &Loaded::default()), "description"),
        None
    );
    let more = resource(
        "Task",
        "t",
        json!({ "code": { "text": "Call" }, "description": "Call back" }),
    );
    let shown = content(&more, &Loaded::default());
    assert_eq!(
        value(&shown, "description"),
        Some(&Cell::Text("Call back".into()))
    );
}

#[test]
fn notes_come_newest_first_and_those_without_a_time_last() {
    let task = resource(
        "Task",
        "t",
        json!({ "note": [
        { "text": "old", "time": "2026-11-20T10:00:00Z" },
        { "text": "undated" },
        { "text": "new", "time": "2026-11-21T10:00:00Z" },
        { "text": "odd", "time": "soon" },
        { "text": "new too", "time": "2026-11-21T10:00:00Z" },
    ] }),
    );
    let shown = content(&task, &Loaded::default());
    let texts: Vec<_> = shown.notes.iter().map(|note| note.text.as_str()).collect();
    assert_eq!(texts, ["new too", "new", "old", "odd", "undated"]);
}

#[test]
fn the_other_open_tasks_come_in_the_default_order_and_are_bounded() {
    let of = |id: &str, fields: Value| resource("Task", id, fields);
    let mut tasks = vec![
        of(
            "later",
            json!({ "priority": "stat", "restriction": { "period": { "end": "2027" } } }),
        ),
        of("odd", json!({ "priority": "tomorrow" })),
        of("none", json!({})),
        of(
            "soon",
            json!({ "priority": "stat", "restriction": { "period": { "end": "2026" } } }),
        ),
        of("routine", json!({ "priority": "routine" })),
        of("t", json!({ "priority": "stat" })),
    ];
    let task = of("t", json!({ "for": { "reference": "Patient/p1" } }));
    let loaded = Loaded {
        tasks: tasks.clone(),
        ..Loaded::default()
    };
    let shown = content(&task, &loaded);
    let ids: Vec<_> = shown.tasks.iter().map(|task| task.id.as_str()).collect();
    assert_eq!(ids, ["soon", "later", "routine", "odd", "none"]);
    tasks.extend((0..500).map(|number| of(&format!("x{number}"), json!({}))));
    let loaded = Loaded {
        tasks,
        ..Loaded::default()
    };
    assert_eq!(
        content(&task, &loaded).tasks.len(),
        limits::RELATED_TASKS_MAX
    );
}

#[test]
fn a_patient_with_a_thousand_contacts_shows_a_bounded_number() {
    let contacts: Vec<_> = (0..1_000)
        .map(|number| json!({ "system": "telex", "value": "x".repeat(number) }))
        .collect();
    let patient = resource("Patient", "p", json!({ "telecom": contacts }));
    let shown = content(&patient, &Loaded::default());
    assert!(shown.fields.len() < limits::FIELD_ELEMENTS_MAX + 10);
    assert!(shown.fields.iter().any(|field| field.label == "telex"));
    assert_eq!(shown.title, "Name not recorded");
}

#[test]
fn a_type_without_a_view_is_named_by_its_type() {
    let shown = content(&resource("Encounter", "e", json!({})), &Loaded::default());
    assert_eq!(shown.title, "Encounter");
    assert_eq!(shown.fields.len(), 1);
    assert!(shown.patient.is_none() && shown.notes.is_empty() && shown.tasks.is_empty());
}

/// Somebody from whom fields are hidden, in every record.
fn from_whom(kind: &str, fields: &[&str]) -> Loaded {
    let policy = json!({ "resource": [{ "resourceType": kind, "hiddenFields": fields }] });
    Loaded {
        hidden: Permissions::parse(&policy.to_string()).hidden(),
        ..Loaded::default()
    }
}

#[test]
fn what_is_hidden_of_a_task_is_named_as_hidden_and_nothing_of_it_is_shown() {
    let hidden = [
        "note",
        "for",
        "description",
        "businessStatus",
        "requester",
        "owner",
    ];
    let loaded = from_whom("Task", &hidden);
    let full = json!({
        "status": "ready", "code": { "text": "Call" }, "description": "Secret", "note": [{ "text": "Secret" }],
        "for": { "reference": "Patient/p1", "display": "Secret" }, "businessStatus": { "text": "Secret" },
        "requester": { "display": "Secret" }, "owner": { "display": "Secret" },
    });
    for body in [
        json!({ "status": "ready", "code": { "text": "Call" } }),
        full,
    ] {
        let content = content(&resource("Task", "t1", body), &loaded);
        assert!(!format!("{content:?}").contains("Secret"), "{content:?}");
        for id in [
            "hidden-note",
            "hidden-for",
            "description",
            "hidden-businessStatus",
            "requester",
            "assignee",
        ] {
            assert_eq!(
                value(&content, id),
                Some(&Cell::Hidden(Hiding::Always)),
                "{id}"
            );
        }
        assert_eq!(content.patient, None);
        assert_eq!(content.notes, []);
    }
}

#[test]
fn what_is_hidden_of_a_patient_is_not_said_to_be_unknown() {
    let hidden = [
        "telecom",
        "address",
        "deceasedBoolean",
        "deceasedDateTime",
        "gender",
        "birthDate",
        "identifier",
    ];
    let loaded = from_whom("Patient", &hidden);
    let full = json!({
        "telecom": [{ "value": "Secret" }], "address": [{ "text": "Secret" }], "deceasedBoolean": true,
        "gender": "Secret", "birthDate": "1980", "identifier": [{ "value": "Secret" }],
    });
    for body in [json!({}), full] {
        let content = content(&resource("Patient", "p1", body), &loaded);
        assert!(!format!("{content:?}").contains("Secret"), "{content:?}");
        for id in [
            "hidden-telecom",
            "address",
            "hidden-deceasedBoolean",
            "sex",
            "birthDate",
            "mrn",
        ] {
            assert_eq!(
                value(&content, id),
                Some(&Cell::Hidden(Hiding::Always)),
                "{id}"
            );
        }
        let banner = content.patient.unwrap();
        assert_eq!((banner.birth_date, banner.deceased), (None, None));
        let parts: Vec<BannerPart> = banner.hidden.iter().map(|hidden| hidden.part).collect();
        let all = [
            BannerPart::BirthDate,
            BannerPart::Sex,
            BannerPart::RecordNumber,
            BannerPart::Deceased,
        ];
        assert_eq!(parts, all);
    }
}
