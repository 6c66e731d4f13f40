//! Search against figures of the recordings, and paging while rows change.

// Helpers of an integration test are not test functions for clippy, and a broken transcript must stop the test.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use panels_sandbox::sandbox::HttpRequest;
use panels_wire::{rest, sockets::replay::Replay};
use serde_json::{Value, json};

fn stage() -> Replay {
    rest::stage(&json!({ "steps": [] })).unwrap()
}

fn get(replay: &mut Replay, path: &str) -> Value {
    let authorization = replay.authorizations["A"].clone();
    let request = HttpRequest {
        method: "GET".to_owned(),
        path: path.to_owned(),
        headers: vec![("authorization".to_owned(), authorization)],
        body: Vec::new(),
    };
    let answer = replay.sandbox.http(replay.now, &request);
    serde_json::from_slice(&answer.body).unwrap()
}

fn task(description: &str) -> Value {
    json!({ "resourceType": "Task", "status": "requested", "intent": "order", "description": description })
}

/// The ids of all pages, following `next`, with something done after every page.
fn walk(
    replay: &mut Replay,
    first: &str,
    mut between: impl FnMut(&mut Replay, usize),
) -> Vec<String> {
    let mut ids = Vec::new();
    let mut path = first.to_owned();
    for page in 0..1000 {
        let bundle = get(replay, &path);
        for entry in bundle["entry"].as_array().into_iter().flatten() {
            ids.push(entry["resource"]["id"].as_str().unwrap().to_owned());
        }
        let links = bundle["link"].as_array().unwrap();
        let Some(next) = links.iter().find(|link| link["relation"] == "next") else {
            break;
        };
        let url = next["url"].as_str().unwrap();
        path = url.trim_start_matches("http://localhost:8103").to_owned();
        between(replay, page);
    }
    ids
}

#[test]
fn every_row_comes_at_least_once_while_rows_change_and_unchanged_rows_exactly_once() {
    for (seed, rows, spacing) in [(1, 130, 7), (2, 61, 1), (3, 200, 2), (4, 20, 5), (5, 21, 3)] {
        let mut replay = stage();
        let actor = rest::actor(&replay, "A");
        let ids: Vec<String> = (0..rows)
            .map(|index| {
                // Several rows share a millisecond, but never a whole page.
                let at = replay.now + index / 3 * spacing;
                let made = replay.sandbox.create_as(at, &actor, task("row")).unwrap();
                made["id"].as_str().unwrap().to_owned()
            })
            .collect();
        replay.now += 100_000;
        let mut changed = BTreeSet::new();
        let picks = ids.clone();
        let walked = walk(
            &mut replay,
            "/fhir/R4/Task?_sort=_lastUpdated&_count=20",
            |replay, page| {
                let pick = &picks[(page * 37 + seed * 11) % picks.len()];
                replay.now += 10;
                let operations = json!([{ "op": "replace", "path": "/description", "value": format!("page {page}") }]);
                let reference = format!("Task/{pick}");
                replay
                    .sandbox
                    .patch_as(replay.now, &actor, &reference, &operations)
                    .unwrap();
                changed.insert(pick.clone());
            },
        );
        for id in &ids {
            let times = walked.iter().filter(|walked| *walked == id).count();
            assert!(times >= 1, "{id} was skipped");
            assert!(
                times == 1 || changed.contains(id),
                "{id} came {times} times"
            );
        }
    }
}

#[test]
fn a_search_with_includes_stops_at_a_thousand_resources() {
    let mut replay = stage();
    let actor = rest::actor(&replay, "A");
    for _ in 0..501 {
        let patient = json!({ "resourceType": "Patient", "name": [{ "family": "Many" }] });
        let patient = replay
            .sandbox
            .create_as(replay.now, &actor, patient)
            .unwrap();
        let mut task = task("with patient");
        task["for"] =
            json!({ "reference": format!("Patient/{}", patient["id"].as_str().unwrap()) });
        replay.sandbox.create_as(replay.now, &actor, task).unwrap();
    }
    let fits = get(
        &mut replay,
        "/fhir/R4/Task?_count=500&_include=Task:patient",
    );
    assert_eq!(fits["entry"].as_array().unwrap().len(), 1000);
    let refused = get(
        &mut replay,
        "/fhir/R4/Task?_count=501&_include=Task:patient",
    );
    assert_eq!(
        refused["issue"][0]["details"]["text"],
        "Search with _(rev)include reached query scope limit: depth=1, results=1002"
    );
}

#[test]
fn the_recorded_criteria_find_what_the_sql_search_found() {
    let text = include_str!("../transcripts/03c-criteria-matcher.json");
    let transcript: Value = serde_json::from_str(text).unwrap();
    let mut replay = stage();
    let actor = rest::actor(&replay, "A");
    let now = replay.now;
    let mut wrong = Vec::new();
    let steps = transcript["steps"].as_array().unwrap();
    let bodies: Vec<&Value> = steps
        .iter()
        .map(|step| &step["http"]["request"])
        .filter(|request| request["method"] == "POST" && request["path"] != "/fhir/R4/Subscription")
        .map(|request| &request["body"])
        .collect();
    for body in bodies {
        let text = body
            .to_string()
            .replace("<time:1>", "2026-11-20T10:00:00.000Z")
            .replace("<time:2>", "2026-11-20T12:00:00.000Z");
        let filled = replay
            .bindings
            .fill_value(&serde_json::from_str(&text).unwrap())
            .unwrap();
        let name = filled["resourceType"].as_str().unwrap().to_lowercase();
        let made = replay.sandbox.create_as(now, &actor, filled).unwrap();
        let label = if name == "patient" && replay.bindings.get("id:patient1").is_some() {
            "id:patient2".to_owned()
        } else {
            format!("id:{name}1")
        };
        replay.bindings.bind(&label, made["id"].as_str().unwrap());
    }
    for entry in transcript["figures"]["criteria"].as_array().unwrap() {
        let text = entry["criteria"]
            .as_str()
            .unwrap()
            .replace("<its id> (on update)", "<id:task1>");
        let criteria = replay.bindings.fill(&text).unwrap();
        let label = if criteria.starts_with("Task") {
            "id:task1"
        } else {
            "id:patient2"
        };
        let id = rest::bound(&replay, label);
        let bundle = get(&mut replay, &format!("/fhir/R4/{criteria}&_id={id}"));
        let found: Value = match bundle["issue"][0]["details"]["text"].as_str() {
            Some(text) => format!("400 {text}").into(),
            None => bundle["entry"].is_array().into(),
        };
        if found != entry["search_finds"] {
            wrong.push(format!(
                "{text}: {found} instead of {}",
                entry["search_finds"]
            ));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
