use serde_json::{Value, json};

use super::*;
use crate::{
    clinic::{Clinic, ClinicOptions},
    colleagues::ColleagueOptions,
    options::Options,
};

const NOW: Millis = 1_800_000_000_000;

fn sandbox() -> Sandbox {
    let mut sandbox = Sandbox::new(Options::default(), NOW);
    let size = ClinicOptions {
        patients: 10,
        tasks: 30,
        seed: 1,
    };
    let clinic = Clinic::open(&mut sandbox, size, NOW).unwrap();
    sandbox.employ(&clinic, ColleagueOptions::default(), NOW);
    sandbox.set_control(true);
    sandbox
}

fn request(method: &str, path: &str) -> HttpRequest {
    HttpRequest {
        method: method.to_owned(),
        path: path.to_owned(),
        ..HttpRequest::default()
    }
}

fn order(sandbox: &mut Sandbox, now: Millis, command: &Value) -> Value {
    sandbox
        .command_text(now, command.to_string().as_bytes())
        .unwrap()
}

fn status(served: &Served) -> Option<u16> {
    match served {
        Served::Answer { response, .. } => Some(response.status),
        Served::Drop => None,
    }
}

#[test]
fn a_refusal_is_limited_to_its_path_and_number() {
    let mut sandbox = sandbox();
    order(
        &mut sandbox,
        NOW,
        &json!({"do": "answer", "status": 503, "path": "/fhir/R4/Task", "next": 1}),
    );
    let other = sandbox.serve(NOW, &request("GET", "/healthcheck"));
    assert_ne!(status(&other), Some(503));
    let preflight = sandbox.serve(NOW, &request("OPTIONS", "/fhir/R4/Task"));
    assert_ne!(status(&preflight), Some(503));
    let hit = sandbox.serve(NOW, &request("GET", "/fhir/R4/Task?_count=1"));
    assert_eq!(status(&hit), Some(503));
    let spared = sandbox.serve(NOW, &request("GET", "/fhir/R4/Task?_count=1"));
    assert_ne!(status(&spared), Some(503));
}

#[test]
fn a_refusal_ends_with_its_time() {
    let mut sandbox = sandbox();
    order(
        &mut sandbox,
        NOW,
        &json!({"do": "answer", "status": 429, "forMs": 1000}),
    );
    assert_eq!(
        status(&sandbox.serve(NOW + 999, &request("GET", "/fhir/R4/Task"))),
        Some(429)
    );
    assert_ne!(
        status(&sandbox.serve(NOW + 1000, &request("GET", "/fhir/R4/Task"))),
        Some(429)
    );
}

#[test]
fn a_restart_is_down_for_a_while_and_then_back() {
    let mut sandbox = sandbox();
    let socket = sandbox.socket_open(NOW, "/ws/subscriptions-r4").unwrap();
    order(
        &mut sandbox,
        NOW,
        &json!({"do": "restart", "how": "crash", "downMs": 500}),
    );
    assert_eq!(
        sandbox.poll_socket(),
        Some(crate::sandbox::SocketOutput::Terminate(socket))
    );
    assert!(status(&sandbox.serve(NOW + 10, &request("GET", "/healthcheck"))).is_none());
    assert!(
        sandbox
            .socket_open(NOW + 10, "/ws/subscriptions-r4")
            .is_err()
    );
    sandbox.tick(NOW + 500);
    assert!(
        sandbox
            .socket_open(NOW + 500, "/ws/subscriptions-r4")
            .is_ok()
    );
}

#[test]
fn dropped_sockets_stay_out_as_long_as_asked() {
    let mut sandbox = sandbox();
    sandbox.socket_open(NOW, "/ws/subscriptions-r4").unwrap();
    assert_eq!(
        order(
            &mut sandbox,
            NOW,
            &json!({"do": "dropSockets", "refuseMs": 300})
        ),
        json!({"dropped": 1})
    );
    assert!(
        sandbox
            .socket_open(NOW + 299, "/ws/subscriptions-r4")
            .is_err()
    );
    assert!(
        sandbox
            .socket_open(NOW + 300, "/ws/subscriptions-r4")
            .is_ok()
    );
}

#[test]
fn the_truth_names_what_is_stored() {
    let mut sandbox = sandbox();
    let created = order(
        &mut sandbox,
        NOW,
        &json!({"do": "write", "create": {"resourceType": "Task", "status": "ready", "intent": "order"}}),
    );
    let truth = order(&mut sandbox, NOW, &json!({"do": "truth", "type": "Task"}));
    let rows = truth["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 32);
    let row = rows.iter().find(|row| row["id"] == created["id"]).unwrap();
    assert_eq!(
        (&row["status"], &row["versionId"]),
        (&json!("ready"), &created["meta"]["versionId"])
    );
}

#[test]
fn a_burst_makes_as_many_changes_as_asked_for() {
    let mut sandbox = sandbox();
    let counts = order(&mut sandbox, NOW, &json!({"do": "burst", "changes": 50}));
    assert_eq!(counts["changes"], 50, "{counts}");
}

#[test]
fn every_command_is_understood() {
    let mut sandbox = sandbox();
    for command in [
        json!({"do": "freeze", "forMs": 5000}),
        json!({"do": "thaw"}),
        json!({"do": "events", "lose": {"next": 2}, "reorder": {"probability": 0.2}}),
        json!({"do": "slow", "delayMs": 200, "path": "/fhir/R4"}),
        json!({"do": "cut", "written": true, "method": "PATCH", "next": 1}),
        json!({"do": "conflict", "next": 2}),
        json!({"do": "calm"}),
        json!({"do": "feature", "on": false}),
        json!({"do": "versions", "subscriptionsPerUserMax": 20, "evaluationDelayMs": 30}),
        json!({"do": "clockSkew", "ms": -90000}),
        json!({"do": "colleagues", "rate": 5}),
        json!({"do": "frame", "text": "not json"}),
    ] {
        order(&mut sandbox, NOW, &command);
    }
    assert!(sandbox.command_text(NOW, br#"{"do":"fly"}"#).is_err());
    assert!(matches!(
        sandbox.command_text(NOW, br#"{"do":"purge"}"#),
        Err(CommandError::NothingBound)
    ));
}

#[test]
fn the_control_endpoint_exists_only_where_it_is_enabled() {
    let mut sandbox = sandbox();
    assert_eq!(
        status(&sandbox.serve(NOW, &request("GET", "/control/state"))),
        Some(200)
    );
    sandbox.set_control(false);
    assert_eq!(
        status(&sandbox.serve(NOW, &request("GET", "/control/state"))),
        Some(404)
    );
}

#[test]
fn a_clock_put_forward_hurries_no_timer() {
    let mut sandbox = sandbox();
    order(&mut sandbox, NOW, &json!({"do": "colleagues", "rate": 1}));
    order(
        &mut sandbox,
        NOW,
        &json!({"do": "answer", "status": 503, "forMs": 1000}),
    );
    let before = sandbox.next_tick().unwrap();
    order(
        &mut sandbox,
        NOW,
        &json!({"do": "clockSkew", "ms": 3_600_000}),
    );
    assert_eq!(sandbox.next_tick(), Some(before + 3_600_000));
    let later = NOW + 3_600_000 + 999;
    assert_eq!(
        status(&sandbox.serve(later, &request("GET", "/fhir/R4/Task"))),
        Some(503)
    );
    sandbox.tick(later);
    assert_eq!(sandbox.colleagues().unwrap().counts().changes, 0);
}

#[test]
fn direct_writes_are_made_by_a_colleague() {
    let mut sandbox = sandbox();
    let task = json!({"resourceType": "Task", "status": "ready", "intent": "order"});
    let mut created = order(&mut sandbox, NOW, &json!({"do": "write", "create": task}));
    let author = created["meta"]["author"]["display"].as_str().unwrap();
    assert!(
        !["Ada Merriwick", "Ben Tavistock", "Cora Lindqvist"].contains(&author),
        "{author}"
    );
    let reference = format!("Task/{}", created["id"].as_str().unwrap());
    created["status"] = json!("accepted");
    let updated = order(
        &mut sandbox,
        NOW,
        &json!({"do": "write", "update": created}),
    );
    assert_eq!(updated["status"], "accepted");
    let operations = json!([{"op": "replace", "path": "/status", "value": "in-progress"}]);
    let patched = order(
        &mut sandbox,
        NOW,
        &json!({"do": "write", "patch": [reference, operations]}),
    );
    assert_eq!(patched["status"], "in-progress");
    order(
        &mut sandbox,
        NOW,
        &json!({"do": "write", "delete": reference}),
    );
    let refused = json!({"do": "write", "patch": [reference, operations]}).to_string();
    assert!(matches!(
        sandbox.command_text(NOW, refused.as_bytes()),
        Err(CommandError::Refused(_))
    ));
}

#[test]
fn the_next_writes_meet_contention() {
    let mut sandbox = sandbox();
    order(&mut sandbox, NOW, &json!({"do": "conflict", "next": 1}));
    let write = json!({"do": "write", "create": {"resourceType": "Task", "status": "ready", "intent": "order"}});
    match sandbox.command_text(NOW, write.to_string().as_bytes()) {
        Err(CommandError::Refused(outcome)) => assert_eq!(outcome.status, 409),
        other => panic!("{other:?}"),
    }
    order(&mut sandbox, NOW, &write);
}
