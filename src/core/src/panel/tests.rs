//! What belongs to which panel, what its cells say, and what it counts.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Contribution, Lookup, PanelDefinition, Tally, built_in, load_criteria};
use crate::{
    fhir::{self, Patient, Resource, Task},
    hidden::HiddenElements,
    identity::{PanelId, ResourceId, ResourceType},
    protocol::{Cell, FhirDate, Priority, Row},
    time::{DAY_MS, HOUR_MS, Timestamp},
};

mod hidden;

const NOW: &str = "2026-11-22T10:00:00Z";

/// What is loaded beside the resource.
#[derive(Default)]
struct Loaded {
    patients: Vec<Resource>,
    tasks: Vec<Resource>,
    hidden: HiddenElements,
}

impl Lookup for Loaded {
    fn patient(&self, id: &ResourceId) -> Option<&Patient> {
        let found = self.patients.iter().find(|patient| patient.key.id == *id);
        found?.patient()
    }

    fn open_tasks_of(&self, patient: &ResourceId) -> Vec<&Resource> {
        let of_patient =
            |task: &&Resource| super::task_patient_id(task.task().unwrap()) == Some(patient);
        self.tasks.iter().filter(of_patient).collect()
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
        "resourceType": kind, "id": id, "meta": { "versionId": "v", "lastUpdated": NOW },
    });
    if let (Value::Object(body), Value::Object(fields)) = (&mut body, fields) {
        body.extend(fields);
    }
    fhir::parse(&body.to_string()).unwrap()
}

fn task(fields: Value) -> Resource {
    resource("Task", "t1", fields)
}

fn panel(id: &str) -> PanelDefinition {
    let mut panels = built_in().into_iter();
    panels.find(|panel| panel.view.id.as_str() == id).unwrap()
}

fn cell(panel_id: &str, column: &str, resource: &Resource, loaded: &Loaded) -> Cell {
    let panel = panel(panel_id);
    let row = panel.project(resource, loaded);
    let index = panel.view.columns.iter().position(|one| one.id == column);
    row.cells[index.unwrap()].clone()
}

#[test]
fn a_task_belongs_to_a_panel_by_its_status_and_its_owners_reference_never_by_a_name() {
    let loaded = Loaded::default();
    let mine = json!({ "reference": "Practitioner/me", "display": "Ada" });
    for (fields, my_work, open_tasks) in [
        (json!({ "status": "ready", "owner": mine }), true, true),
        (
            json!({ "status": "completed", "owner": mine }),
            false,
            false,
        ),
        (
            json!({ "status": "ready", "owner": { "display": "Ada" } }),
            false,
            true,
        ),
        (
            json!({ "status": "ready", "owner": { "reference": "Practitioner/other", "display": "Ada" } }),
            false,
            true,
        ),
        (
            json!({ "status": "ready", "owner": { "reference": "https://x.org/fhir/R4/Practitioner/me" } }),
            true,
            true,
        ),
        (
            json!({ "status": "ready", "owner": { "reference": "Patient/me" } }),
            false,
            true,
        ),
        (json!({ "status": "nonsense", "owner": mine }), false, false),
        (json!({ "owner": mine }), false, false),
    ] {
        let task = task(fields.clone());
        assert_eq!(
            panel("my-work").matches(&task, &loaded),
            my_work,
            "{fields}"
        );
        assert_eq!(
            panel("open-tasks").matches(&task, &loaded),
            open_tasks,
            "{fields}"
        );
        assert!(!panel("patients").matches(&task, &loaded));
    }
}

#[test]
fn a_resource_of_another_type_is_a_row_of_nothing() {
    let other = resource("Encounter", "e", json!({ "status": "ready" }));
    for panel in built_in() {
        assert!(!panel.matches(&other, &Loaded::default()));
        let row = panel.project(&other, &Loaded::default());
        assert_eq!(row.cells.len(), panel.view.columns.len());
    }
}

#[test]
fn what_is_asked_of_the_server_is_what_the_panels_take() {
    let criteria = load_criteria(&ResourceType::Task);
    let asked: Vec<_> = criteria
        .strip_prefix("status=")
        .unwrap()
        .split(',')
        .collect();
    for status in [
        "draft",
        "requested",
        "received",
        "accepted",
        "rejected",
        "ready",
        "cancelled",
        "in-progress",
        "on-hold",
        "failed",
        "completed",
        "entered-in-error",
        "nonsense",
    ] {
        let open = task(json!({ "status": status }))
            .task()
            .is_some_and(Task::is_open);
        assert_eq!(asked.contains(&status), open, "{status}");
    }
    assert_eq!(load_criteria(&ResourceType::Patient), "");
}

#[test]
fn a_task_shows_its_patient_as_loaded_and_until_then_as_it_names_it() {
    let task = task(json!({ "for": { "reference": "Patient/p1", "display": "Somebody" } }));
    let unloaded = cell("open-tasks", "patient", &task, &Loaded::default());
    let id = Some(ResourceId::new("p1"));
    assert_eq!(
        unloaded,
        Cell::Patient {
            id: id.clone(),
            name: "Somebody".into(),
            birth_date: None
        }
    );
    let patient = resource(
        "Patient",
        "p1",
        json!({ "name": [{ "family": "Lovelace" }], "birthDate": "1815" }),
    );
    let loaded = Loaded {
        patients: vec![patient],
        ..Loaded::default()
    };
    assert_eq!(
        cell("open-tasks", "patient", &task, &loaded),
        Cell::Patient {
            id,
            name: "LOVELACE".into(),
            birth_date: Some(FhirDate::Year(1815))
        }
    );
}

#[test]
fn a_patient_shows_how_much_is_open_and_the_worst_of_it() {
    let of_p1 = json!({ "reference": "Patient/p1" });
    let tasks = vec![
        resource(
            "Task",
            "a",
            json!({ "for": of_p1, "priority": "routine", "restriction": { "period": { "end": "2026-12-24" } } }),
        ),
        resource("Task", "b", json!({ "for": of_p1, "priority": "asap" })),
        resource(
            "Task",
            "c",
            json!({ "for": of_p1, "priority": "nonsense", "restriction": { "period": { "end": "2026-12-01" } } }),
        ),
        resource(
            "Task",
            "d",
            json!({ "for": { "reference": "Patient/p2" }, "priority": "stat" }),
        ),
    ];
    let loaded = Loaded {
        tasks,
        ..Loaded::default()
    };
    let patient = resource("Patient", "p1", json!({}));
    assert_eq!(
        cell("patients", "openTasks", &patient, &loaded),
        Cell::Workload {
            open: 3,
            worst: Some(Priority::Asap),
            next_due: Some(FhirDate::Day(2026, 12, 1)),
        }
    );
}

#[test]
fn what_is_not_there_is_an_empty_cell_or_says_so() {
    let loaded = Loaded::default();
    let bare = task(json!({}));
    for column in ["priority", "due", "patient", "status", "assignee", "age"] {
        assert_eq!(
            cell("open-tasks", column, &bare, &loaded),
            Cell::Empty,
            "{column}"
        );
    }
    let title = Cell::Text("Untitled task".into());
    assert_eq!(cell("open-tasks", "title", &bare, &loaded), title);
    let patient = resource("Patient", "p", json!({}));
    let name = Cell::Text("Name not recorded".into());
    assert_eq!(cell("patients", "name", &patient, &loaded), name);
    assert_eq!(cell("patients", "mrn", &patient, &loaded), Cell::Empty);
}

#[test]
fn an_unknown_code_is_shown_as_it_came() {
    let odd = task(json!({ "status": "nonsense", "priority": "tomorrow" }));
    let loaded = Loaded::default();
    assert_eq!(
        cell("open-tasks", "priority", &odd, &loaded),
        Cell::Text("tomorrow".into())
    );
    assert_eq!(
        cell("open-tasks", "status", &odd, &loaded),
        Cell::Status {
            code: "nonsense".into(),
            label: "nonsense".into(),
            business: None
        }
    );
}

#[test]
fn an_owner_is_a_name_failing_that_a_reference_failing_that_unknown() {
    let loaded = Loaded::default();
    for (owner, name, me) in [
        (
            json!({ "reference": "Practitioner/me", "display": "Ada" }),
            "Ada",
            true,
        ),
        (
            json!({ "reference": "Practitioner/2" }),
            "Practitioner 2",
            false,
        ),
        (json!({ "display": "Ward" }), "Ward", false),
    ] {
        let task = task(json!({ "owner": owner }));
        let Cell::Person {
            name: shown,
            me: mine,
            ..
        } = cell("open-tasks", "assignee", &task, &loaded)
        else {
            panic!("not a person");
        };
        assert_eq!((shown.as_str(), mine), (name, me));
    }
}

fn due(date: &str) -> Contribution {
    Contribution::of(&task(
        json!({ "restriction": { "period": { "end": date } } }),
    ))
}

#[test]
fn overdue_is_judged_by_the_instant_or_by_the_local_day() {
    let now = Timestamp::parse(NOW).unwrap();
    for (date, zone_offset_minutes, overdue) in [
        ("2026-11-22T09:59:59Z", 0, true),
        ("2026-11-22T10:00:01Z", 0, false),
        ("2026-11-22", 0, false),
        ("2026-11-21", 0, true),
        // Still the 21st in the west, already the 22nd in the east.
        ("2026-11-21", -11 * 60, false),
        ("2026-11-21", 14 * 60, true),
        ("2026-11", 0, false),
        ("2026-10", 0, true),
        ("2026", 0, false),
        ("2025", 0, true),
    ] {
        let contribution = due(date);
        assert_eq!(
            contribution.is_overdue(now, zone_offset_minutes),
            overdue,
            "{date}"
        );
        let mut tally = Tally::default();
        tally.add(&contribution);
        let counts = tally.counts(PanelId::new("p"), now, zone_offset_minutes, false);
        assert_eq!(counts.overdue, Some(u32::from(overdue)), "{date}");
    }
}

#[test]
fn a_removal_that_was_never_added_leaves_the_counts_at_nothing() {
    let mut tally = Tally::default();
    tally.remove(&due("2020"));
    let counts = tally.counts(PanelId::new("p"), Timestamp(0), 0, false);
    assert_eq!((counts.rows, counts.overdue), (0, Some(0)));
}

fn any_contribution() -> impl Strategy<Value = Contribution> {
    let base = Timestamp::parse(NOW).unwrap();
    let due = prop_oneof![
        Just(None),
        (-72_i64..72).prop_map(move |hours| Some(FhirDate::Instant(base + hours * HOUR_MS))),
        (-3_i64..3).prop_map(move |days| Some(FhirDate::from((base + days * DAY_MS).local_day(0)))),
        Just(Some(FhirDate::Month(2026, 10))),
        Just(Some(FhirDate::Year(2025))),
    ];
    (any::<bool>(), any::<bool>(), due).prop_map(|(urgent, unassigned, due)| Contribution {
        urgent,
        unassigned,
        due,
    })
}

fn weight(row: &Row) -> usize {
    serde_json::to_string(row).unwrap().len()
}

proptest! {
    #[test]
    fn a_tally_equals_a_count_from_scratch(
        rows in prop::collection::vec((any_contribution(), any::<bool>()), 0..40),
        hours in -100_i64..100,
        zone_offset_minutes in -840_i32..840,
    ) {
        let now = Timestamp::parse(NOW).unwrap() + hours * HOUR_MS;
        let mut tally = Tally::default();
        for (row, _) in &rows {
            tally.add(row);
        }
        for (row, leaves) in &rows {
            if *leaves {
                tally.remove(row);
            }
        }
        let kept: Vec<_> = rows.iter().filter(|(_, leaves)| !leaves).map(|(row, _)| row).collect();
        let counts = tally.counts(PanelId::new("p"), now, zone_offset_minutes, false);
        prop_assert_eq!(counts.rows as usize, kept.len());
        prop_assert_eq!(counts.urgent.unwrap() as usize, kept.iter().filter(|row| row.urgent).count());
        prop_assert_eq!(counts.unassigned.unwrap() as usize, kept.iter().filter(|row| row.unassigned).count());
        let overdue = kept.iter().filter(|row| row.is_overdue(now, zone_offset_minutes)).count();
        prop_assert_eq!(counts.overdue.unwrap() as usize, overdue);
    }

    #[test]
    fn a_row_is_small_whatever_is_in_the_resource(text in "(?s).{0,2000}", code in "(?s).{0,300}") {
        let task = task(json!({
            "status": code, "priority": code, "code": { "text": text }, "businessStatus": { "text": text },
            "for": { "reference": "Patient/p", "display": text }, "owner": { "display": text },
            "description": text,
        }));
        let patient = resource("Patient", "p", json!({
            "name": [{ "family": text, "given": [text] }], "gender": code, "identifier": [{ "value": text }],
        }));
        for panel in built_in() {
            for resource in [&task, &patient] {
                let row = panel.project(resource, &Loaded::default());
                prop_assert_eq!(row.cells.len(), panel.view.columns.len());
                prop_assert!(weight(&row) < 10_000, "{} bytes", weight(&row));
            }
        }
    }
}
