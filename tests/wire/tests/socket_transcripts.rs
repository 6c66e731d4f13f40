//! Every recorded transcript with sockets, replayed against the sandbox.

// Helpers of an integration test are not test functions for clippy.
#![allow(clippy::unwrap_used, clippy::panic)]

use panels_wire::sockets::{
    cast,
    replay::{Deviation, Hook, Replay},
};
use serde_json::{Value, json};

/// Nothing happens outside the protocol.
fn no_hook(_: &mut Replay, _: &Value) {}

fn note(step: &Value) -> &str {
    step["note"].as_str().unwrap_or_default()
}

fn replay(transcript: &str, hook: Hook, deviations: &[Deviation]) {
    replay_value(&serde_json::from_str(transcript).unwrap(), hook, deviations);
}

fn replay_value(transcript: &Value, hook: Hook, deviations: &[Deviation]) {
    let outcome = cast::stage().unwrap().run(transcript, hook, deviations);
    if let Err(problems) = outcome {
        panic!("{problems}");
    }
}

macro_rules! transcript {
    ($name:literal) => {
        include_str!(concat!("../transcripts/", $name, ".json"))
    };
}

#[test]
fn subscribing_binding_and_beating() {
    replay(transcript!("02a-subscribe"), no_hook, &[]);
}

#[test]
fn who_may_not_subscribe() {
    replay(transcript!("02b-subscribe-refused"), no_hook, &[]);
}

#[test]
fn forty_five_subscriptions_on_one_socket() {
    fn hook(replay: &mut Replay, step: &Value) {
        let note = note(step);
        let criteria = step["http"]["request"]["body"]["criteria"].as_str();
        let left_out = match criteria {
            _ if note.starts_with("steps 3..19") => 3..20,
            Some("Task?identifier=urn:panels:cap|44") => 23..44,
            _ => return,
        };
        for number in left_out {
            bind_one_more(replay, number);
        }
    }
    replay(transcript!("02c-subscription-cap"), hook, &[]);
}

/// The identical steps that the recording leaves out.
fn bind_one_more(replay: &mut Replay, number: usize) {
    let criteria = format!("Task?identifier=urn:panels:cap|{number}");
    let created = exchange(
        replay,
        &json!({"method": "POST", "path": "/fhir/R4/Subscription", "as": "A",
            "headers": {"content-type": "application/fhir+json"},
            "body": {"resourceType": "Subscription", "status": "active", "reason": "panels", "criteria": criteria,
                "channel": {"type": "websocket"}}}),
    );
    let id = created["id"].as_str().unwrap();
    replay.bindings.bind(&format!("id:sub-{number}"), id);
    let path = format!("/fhir/R4/Subscription/{id}/$get-ws-binding-token");
    let token = exchange(replay, &json!({"method": "GET", "path": path, "as": "A"}));
    let bind = json!({"type": "bind-with-token", "payload": {"token": token["parameter"][0]["valueString"]}});
    let socket = replay.sockets["ws1"];
    replay
        .sandbox
        .socket_frame(replay.now, socket, &bind.to_string());
    replay.overlook();
}

fn order(replay: &mut Replay, command: &Value) {
    replay
        .sandbox
        .command_text(replay.now, command.to_string().as_bytes())
        .unwrap();
}

fn exchange(replay: &mut Replay, request: &Value) -> Value {
    let answer = replay.send(request).unwrap();
    assert!(
        answer.status < 300,
        "{}",
        String::from_utf8_lossy(&answer.body)
    );
    serde_json::from_slice(&answer.body).unwrap()
}

#[test]
fn writes_around_the_bind() {
    replay(transcript!("02d-bind-gap"), no_hook, &[]);
}

#[test]
fn events_of_a_task() {
    fn hook(replay: &mut Replay, step: &Value) {
        if note(step).starts_with("batch: create, update") {
            // The Task that the batch deletes was created in a step that the recording leaves out.
            let task = json!({"resourceType": "Task", "status": "draft", "intent": "order"});
            exchange(
                replay,
                &json!({"method": "POST", "path": "/fhir/R4/Task", "as": "client",
                    "headers": {"content-type": "application/fhir+json"}, "body": task}),
            );
        }
    }
    replay(transcript!("03a-events-task"), hook, &[]);
}

#[test]
fn events_of_a_patient() {
    replay(transcript!("03b-events-patient"), no_hook, &[]);
}

#[test]
fn the_criteria_matcher() {
    replay(transcript!("03c-criteria-matcher"), touch_the_task, &[]);
}

/// The recording changes the Task in a step that it leaves out.
fn touch_the_task(replay: &mut Replay, step: &Value) {
    if step["ws_recv"]["entry"][0]["resource"]["type"] == "event-notification" {
        exchange(
            replay,
            &json!({"method": "PATCH", "path": "/fhir/R4/Task/<id:task1>", "as": "client",
                "headers": {"content-type": "application/json-patch+json"},
                "body": [{"op": "replace", "path": "/priority", "value": "asap"}]}),
        );
    }
}

#[test]
fn attachments_in_events() {
    let reason =
        "the sandbox stores no Binary and signs no addresses: worklists show no attachments";
    let deviations = [5, 6, 7, 8].map(|step| Deviation { step, reason });
    replay(transcript!("03f-events-attachment"), no_hook, &deviations);
}

#[test]
fn reuse_after_close() {
    replay(transcript!("04a-reuse-after-close"), no_hook, &[]);
}

#[test]
fn one_subscription_on_two_sockets() {
    replay(transcript!("04b-two-sockets"), no_hook, &[]);
}

#[test]
fn silent_deaths() {
    fn hook(replay: &mut Replay, step: &Value) {
        let note = note(step);
        let now = replay.now;
        let id =
            |replay: &Replay, name: &str| replay.bindings.get(name).unwrap_or_default().to_owned();
        match note {
            "DEL -> 1" => {
                let id = id(replay, "id:sub3");
                replay.sandbox.live_mut().evict(Some(&id));
            }
            "set to 1000 for the test" => {
                let id = id(replay, "id:sub4");
                replay.sandbox.live_mut().set_expiry(&id, now + 1_000_000);
            }
            "the key has expired" => {
                let id = id(replay, "id:sub4");
                replay.sandbox.live_mut().set_expiry(&id, now);
            }
            _ => {}
        }
    }
    let reason =
        "every outcome over HTTP has the tracing extension, also that for a removed member";
    let deviations = [143, 144].map(|step| Deviation { step, reason });
    replay(transcript!("04c-silent-death"), hook, &deviations);
}

#[test]
fn expiry_of_tokens() {
    fn hook(replay: &mut Replay, step: &Value) {
        let note = note(step);
        if note.starts_with("50 minutes later") || note.starts_with("binding token of \"never\"") {
            let request = json!({"method": "PATCH", "path": "/fhir/R4/Task/<id:task-long>", "as": "client",
                "headers": {"content-type": "application/json-patch+json"},
                "body": [{"op": "replace", "path": "/priority", "value": "routine"}]});
            // The recording client had refreshed its tokens.
            let first = replay.authorizations["A"].clone();
            replay.sign_in_as("A", "A again", None).unwrap();
            let second = replay.authorizations["A again"].clone();
            replay
                .authorizations
                .entry("A (expired access token)".to_owned())
                .or_insert(first);
            replay.authorizations.insert("A".to_owned(), second);
            replay.sign_in_client().unwrap();
            exchange(replay, &request);
            replay.overlook();
        }
    }
    replay(transcript!("04d-token-expiry"), hook, &[]);
}

#[test]
fn a_half_open_socket() {
    fn hook(replay: &mut Replay, step: &Value) {
        let note = note(step);
        if note.starts_with("the network is frozen now") {
            order(replay, &json!({"do": "freeze"}));
        } else if note.contains("The network comes back") {
            let now = replay.now;
            replay
                .sandbox
                .command(now, panels_sandbox::faults::Command::Thaw)
                .unwrap();
        } else if note.starts_with("then the client side dies") {
            let socket = replay.sockets.remove("ws1").unwrap();
            replay.sandbox.socket_closed(replay.now, socket);
        }
    }
    replay(transcript!("04e-half-open"), hook, &[]);
}

#[test]
fn a_cut_of_the_servers_own_channel() {
    replay(transcript!("04f-redis-pubsub-drop"), no_hook, &[]);
}

#[test]
fn restarts() {
    fn hook(replay: &mut Replay, step: &Value) {
        let note = note(step);
        let how = match note {
            "signal SIGTERM" if replay.sockets.contains_key("bound3") => "graceful",
            "signal SIGTERM" | "signal SIGKILL" => "crash",
            _ if note.starts_with("started again") => return replay.pass(10_000),
            _ => return,
        };
        order(
            replay,
            &json!({"do": "restart", "how": how, "downMs": 10_000}),
        );
    }
    replay(transcript!("04g-server-restart"), hook, &[]);
}

#[test]
fn events_under_an_access_policy() {
    replay(transcript!("07b-restricted-events"), no_hook, &[]);
}

#[test]
fn websocket_errors() {
    fn hook(replay: &mut Replay, step: &Value) {
        let note = note(step);
        let Some(socket) = replay.sockets.get("ws1").copied() else {
            return;
        };
        if note.starts_with("a binary frame") {
            replay
                .sandbox
                .socket_frame(replay.now, socket, r#"{"type":"ping"}"#);
        } else if note.starts_with("a frame over 1 MB") {
            replay
                .sandbox
                .socket_frame(replay.now, socket, &"x".repeat(1024 * 1024 + 1));
        }
    }
    replay(transcript!("08d-websocket-errors"), hook, &[]);
}

#[test]
fn basic_resources_as_storage() {
    fn hook(replay: &mut Replay, step: &Value) {
        if note(step).starts_with("create: 201; frames 3") {
            assert_eq!(replay.event_frames(), 3);
            replay.overlook();
        }
    }
    let mut transcript: Value = serde_json::from_str(transcript!("09-basic-as-storage")).unwrap();
    let large = json!({"resourceType": "Basic", "code": {"coding": [{"system": "urn:panels:code", "code": "panel"}]},
        "extension": [{"url": "urn:panels:state", "valueString": "x".repeat(300_000)}]});
    let exchange = &mut transcript["steps"][96]["http"];
    exchange["response"]["body"] = large.clone();
    exchange["response"]["body"]["id"] = json!("<id:basic4>");
    exchange["response"]["body"]["meta"] =
        json!({"versionId": "<version:basic4.1>", "lastUpdated": "<moment>"});
    exchange["request"]["body"] = large;
    let reason =
        "empty lists are dropped before storing, so that frames lack them as REST answers do";
    let deviations = [109, 110, 111].map(|step| Deviation { step, reason });
    replay_value(&transcript, hook, &deviations);
}
