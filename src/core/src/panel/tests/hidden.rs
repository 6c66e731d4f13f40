//! What a panel says of what the access policy hides: never that there is none.

use serde_json::json;

use super::{Loaded, cell, panel, resource, task};
use crate::{
    edit::Permissions,
    protocol::{Cell, Hiding, Priority},
};

const ALWAYS: Cell = Cell::Hidden(Hiding::Always);
const SOMETIMES: Cell = Cell::Hidden(Hiding::Sometimes);

/// Somebody from whom fields of tasks and patients are hidden, in every record.
fn from_whom(task: &[&str], patient: &[&str]) -> Loaded {
    under(&json!([
        { "resourceType": "Task", "hiddenFields": task },
        { "resourceType": "Patient", "hiddenFields": patient },
    ]))
}

fn under(rules: &serde_json::Value) -> Loaded {
    let policy = json!({ "resource": rules }).to_string();
    Loaded {
        hidden: Permissions::parse(&policy).hidden(),
        ..Loaded::default()
    }
}

#[test]
fn a_hidden_field_is_shown_as_hidden_whether_it_comes_or_not() {
    let loaded = from_whom(
        &[
            "owner",
            "restriction",
            "priority",
            "status",
            "authoredOn",
            "for",
            "code",
            "description",
        ],
        &["birthDate", "gender", "identifier", "name"],
    );
    let full = json!({
        "status": "requested", "priority": "stat", "code": { "text": "Call" }, "authoredOn": "2026-11-20",
        "owner": { "reference": "Practitioner/ben" }, "for": { "reference": "Patient/p" },
        "restriction": { "period": { "end": "2026-11-30" } }, "businessStatus": { "text": "Waiting" },
    });
    for body in [json!({}), full] {
        for column in ["priority", "due", "patient", "status", "assignee", "age"] {
            assert_eq!(
                cell("open-tasks", column, &task(body.clone()), &loaded),
                ALWAYS,
                "{column}"
            );
        }
        let title = cell("open-tasks", "title", &task(body), &loaded);
        assert_eq!(title, Cell::Text("Name not shown to you".into()));
    }
    let full = json!({ "birthDate": "1980", "gender": "female", "identifier": [{ "value": "1" }], "name": [{ "family": "Doe" }] });
    for body in [json!({}), full] {
        let patient = resource("Patient", "p", body);
        for column in ["birthDate", "sex", "mrn", "openTasks"] {
            assert_eq!(
                cell("patients", column, &patient, &loaded),
                ALWAYS,
                "{column}"
            );
        }
        let name = cell("patients", "name", &patient, &loaded);
        assert_eq!(name, Cell::Text("Name not shown to you".into()));
    }
}

#[test]
fn what_is_hidden_in_some_records_is_shown_where_it_comes_and_not_called_none_where_it_does_not() {
    let loaded = under(&json!([
        { "resourceType": "Task", "criteria": "Task?status=ready", "hiddenFields": ["owner", "for"] },
        { "resourceType": "*" },
    ]));
    let owned = task(json!({ "owner": { "reference": "Practitioner/ben", "display": "Ben" } }));
    assert!(
        matches!(cell("open-tasks", "assignee", &owned, &loaded), Cell::Person { name, .. } if name == "Ben")
    );
    assert_eq!(
        cell("open-tasks", "assignee", &task(json!({})), &loaded),
        SOMETIMES
    );
    let patient = resource("Patient", "p", json!({}));
    assert_eq!(cell("patients", "openTasks", &patient, &loaded), SOMETIMES);
}

#[test]
fn the_patient_of_a_task_is_named_without_what_is_hidden_of_patients() {
    let mut loaded = from_whom(&[], &["birthDate"]);
    let body = json!({ "name": [{ "family": "Doe" }], "birthDate": "1980-01-01" });
    loaded.patients.push(resource("Patient", "p", body));
    let of_patient = task(json!({ "for": { "reference": "Patient/p" } }));
    let shown = cell("open-tasks", "patient", &of_patient, &loaded);
    assert!(
        matches!(&shown, Cell::Patient { name, birth_date: None, .. } if name == "DOE"),
        "{shown:?}"
    );
}

#[test]
fn the_open_tasks_of_a_patient_are_counted_without_their_hidden_priority_and_due_date() {
    let mut loaded = from_whom(&["priority"], &[]);
    let open = json!({
        "status": "ready", "priority": "urgent", "for": { "reference": "Patient/p" },
        "restriction": { "period": { "end": "2026-11-30" } },
    });
    loaded.tasks.push(task(open));
    let patient = resource("Patient", "p", json!({}));
    let shown = cell("patients", "openTasks", &patient, &loaded);
    assert!(
        matches!(
            shown,
            Cell::Workload {
                open: 1,
                worst: None,
                next_due: Some(_)
            }
        ),
        "{shown:?}"
    );
    loaded.hidden = from_whom(&["restriction"], &[]).hidden;
    let shown = cell("patients", "openTasks", &patient, &loaded);
    assert!(
        matches!(
            shown,
            Cell::Workload {
                open: 1,
                worst: Some(Priority::Urgent),
                next_due: None
            }
        ),
        "{shown:?}"
    );
}

#[test]
fn a_panel_that_goes_by_a_hidden_field_has_no_rows_and_says_so() {
    let mine = task(json!({ "status": "ready", "owner": { "reference": "Practitioner/me" } }));
    let loaded = from_whom(&["owner"], &["active"]);
    assert!(
        !panel("my-work").matches(&mine, &loaded),
        "a frame brings what a search hides"
    );
    assert!(panel("open-tasks").matches(&mine, &loaded));
    let view = |id| panel(id).view_for(&loaded.hidden);
    assert_eq!(view("my-work").blind_spots.len(), 1);
    assert_eq!(
        view("my-work").blind_spots[0].label,
        "the assignee of tasks"
    );
    assert!(view("my-work").is_blind());
    assert_eq!(view("open-tasks").blind_spots, []);
    // Without it a patient counts as active: it is said that this is not known.
    assert!(view("patients").is_blind());
    let retired = resource("Patient", "p", json!({ "active": false }));
    assert!(panel("patients").matches(&retired, &loaded));
    let loaded = from_whom(&["status"], &[]);
    assert!(!panel("open-tasks").matches(&mine, &loaded));
    assert!(panel("open-tasks").view_for(&loaded.hidden).is_blind());
}

#[test]
fn a_panel_that_goes_by_what_is_hidden_in_some_records_lists_what_it_can_tell_and_says_so() {
    let loaded = under(&json!([
        { "resourceType": "Task", "criteria": "Task?status=ready", "hiddenFields": ["owner"] },
        { "resourceType": "Task" },
    ]));
    let mine = task(json!({ "status": "accepted", "owner": { "reference": "Practitioner/me" } }));
    assert!(panel("my-work").matches(&mine, &loaded));
    let view = panel("my-work").view_for(&loaded.hidden);
    assert_eq!(view.blind_spots[0].hiding, Hiding::Sometimes);
    assert!(!view.is_blind());
}
