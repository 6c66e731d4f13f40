//! The recorded HTTP exchanges, replayed: one test per transcript.

// Helpers of an integration test are not test functions for clippy, and a broken transcript must stop the test.
#![allow(clippy::unwrap_used, clippy::panic)]

use panels_sandbox::{sandbox::HttpRequest, time::instant};
use panels_wire::{
    rest,
    sockets::replay::{Deviation, Hook, Replay},
};
use serde_json::{Value, json};

/// Replays the HTTP steps; sockets are the matter of other tests.
fn replay(text: &str, hook: Hook, deviations: &[(usize, &'static str)]) {
    replay_changed(text, hook, deviations, |_| {});
}

fn replay_changed(
    text: &str,
    hook: Hook,
    deviations: &[(usize, &'static str)],
    change: fn(&mut Value),
) {
    // The only date that stands in the recordings in words.
    let text = text.replace("Sun Nov 22 2026 22:09:28", "<javascript-date>");
    let mut transcript: Value = serde_json::from_str(&text).unwrap();
    for step in transcript["steps"].as_array_mut().unwrap() {
        if step.get("socket").is_some() {
            *step = json!({ "note": "a step of a socket" });
        }
    }
    change(&mut transcript);
    let deviations: Vec<Deviation> = deviations
        .iter()
        .map(|(step, reason)| Deviation {
            step: *step,
            reason,
        })
        .collect();
    let replay = rest::stage(&transcript).unwrap();
    if let Err(problems) = replay.run(&transcript, hook, &deviations) {
        panic!("{problems}");
    }
}

fn nothing(replay: &mut Replay, step: &Value) {
    rest::bind_times(replay, step);
}

/// Who "A" is changes while the recording signs in, refreshes and signs out.
fn sessions(replay: &mut Replay, step: &Value) {
    rest::bind_times(replay, step);
    let request = &step["http"]["request"];
    match request["as"].as_str().unwrap_or_default() {
        name @ "A (tokens of the replayed code)" => rest::act_with(replay, name, "access-token-1"),
        name @ "A (access token from before the refresh)" => {
            rest::act_with(replay, name, "access-token-2");
        }
        name @ "A (logged out)" => rest::act_with(replay, name, "access-token-7"),
        "A" if request["path"] == "/oauth2/logout" => {
            rest::act_with(replay, "A", "access-token-7");
        }
        _ => {}
    }
    if step["note"] == "revoke another session of the same user" {
        for alias in ["A", "A (revoked session)"] {
            rest::sign_in(replay, "a-r1@example.com", alias, "openid").unwrap();
        }
        let other = rest::bound(replay, "id:login A (revoked session)");
        replay.bindings.bind("id:login-other", &other);
    }
}

/// The writes that lost against simultaneous ones.
fn contention(replay: &mut Replay, step: &Value) {
    rest::bind_times(replay, step);
    if step["http"]["response"]["status"] == 409 {
        replay.sandbox.refuse_next_writes(1);
    }
}

#[test]
fn sign_in_refresh_and_logout() {
    let text = include_str!("../transcripts/01a-sign-in.json");
    replay(text, sessions, &[]);
}

#[test]
fn sign_in_errors_and_who_gets_a_refresh_token() {
    let text = include_str!("../transcripts/01b-sign-in-errors.json");
    replay(text, nothing, &[]);
}

#[test]
fn me_userinfo_and_profiles() {
    let text = include_str!("../transcripts/01c-me-userinfo-profiles.json");
    let deviations = [
        (5, "there the application was made by the project's admin"),
        (16, "a time stands in the recording as a number"),
        (34, "the recording shows only a part of the answer"),
    ];
    replay(text, nothing, &deviations);
}

/// The cookie of a sign-in: first with a code that is not exchanged, then exchanged.
fn cookies(replay: &mut Replay, step: &Value) {
    rest::bind_times(replay, step);
    let note = step["note"].as_str().unwrap_or_default();
    if note.starts_with("prompt=none with the cookie") {
        let (code, cookie) = rest::sign_in_with_cookie(replay);
        replay.bindings.bind("cookie", &cookie);
        replay.bindings.bind("code-of-cookie", &code);
    }
    let request = &step["http"]["request"];
    if request["path"]
        .as_str()
        .is_some_and(|path| path.contains("<code-challenge-2>"))
    {
        let code = rest::bound(replay, "code-of-cookie");
        rest::exchange(replay, &code).unwrap();
    }
}

#[test]
fn discovery_and_redirect() {
    let text = include_str!("../transcripts/01d-discovery-and-redirect.json");
    let deviations = [
        (6, "the sandbox does not list its search parameters"),
        (31, "times stand in the recording as numbers"),
    ];
    replay(text, cookies, &deviations);
}

#[test]
fn updates_with_if_match_and_patches() {
    let text = include_str!("../transcripts/05a-update-if-match.json");
    replay(text, nothing, &[]);
}

#[test]
fn deleted_ones_and_conditional_operations() {
    let text = include_str!("../transcripts/05b-deleted-and-conditional.json");
    let deviations = [(54, "without _sort the order of rows is not defined")];
    replay(text, nothing, &deviations);
}

#[test]
fn writes_that_lose_against_simultaneous_ones() {
    let text = include_str!("../transcripts/05c-conflict-409.json");
    let deviations = [
        (
            7,
            "four writes ran at once there: their history is in another order",
        ),
        (
            16,
            "four writes ran at once there: their times are in another order",
        ),
    ];
    replay(text, contention, &deviations);
}

/// The Tasks that the recording created before it begins, and the ones of one millisecond.
fn many_tasks(replay: &mut Replay, step: &Value) {
    rest::bind_times(replay, step);
    let begins = step["note"]
        .as_str()
        .is_some_and(|note| note.starts_with("130 Tasks"));
    let equal = step["note"]
        .as_str()
        .is_some_and(|note| note.starts_with("many resources"));
    let start = replay.now;
    let project = rest::bound(replay, "id:project");
    if begins {
        let actor = rest::actor(replay, "A");
        for index in 0..130 {
            let task = json!({
                "resourceType": "Task", "status": "requested", "intent": "order", "description": format!("p{index}"),
                "identifier": [{ "system": "urn:panels:page", "value": "pa2381c" }],
            });
            let at = start - 80_000 + index * 10;
            let task = replay.sandbox.create_as(at, &actor, task).unwrap();
            let label = format!("id:task{}", index + 1);
            let id = task["id"].as_str().unwrap();
            replay.bindings.bind(&label, id);
        }
    }
    if equal {
        let actor = rest::actor(replay, "super");
        let base = rest::moment(replay, "time:8") - 8_000;
        let times = (0..12).chain([1000; 45]).chain(2000..2012);
        for offset in times {
            let at = instant(base + offset);
            let task = json!({
                "resourceType": "Task", "status": "requested", "intent": "order",
                "meta": { "project": project, "lastUpdated": at },
                "identifier": [{ "system": "urn:panels:page", "value": "e59022c" }],
            });
            replay.sandbox.create_as(start, &actor, task).unwrap();
        }
    }
}

#[test]
fn paging_with_cursors() {
    let text = include_str!("../transcripts/06a-paging-cursor.json");
    let undefined = "rows of one millisecond come in no defined order";
    let deviations = [34, 35, 38].map(|step| (step, undefined));
    replay(text, many_tasks, &deviations);
}

/// The Tasks that the recording created and deleted without showing it.
fn deleted_tasks(replay: &mut Replay, step: &Value) {
    rest::bind_times(replay, step);
    let note = step["note"].as_str().unwrap_or_default();
    if note.starts_with("cursor paging over tombstones") {
        let actor = rest::actor(replay, "A");
        let task = json!({ "resourceType": "Task", "status": "draft", "intent": "order" });
        for _ in 0..22 {
            replay.pass(10);
            let task = replay
                .sandbox
                .create_as(replay.now, &actor, task.clone())
                .unwrap();
            let reference = format!("Task/{}", task["id"].as_str().unwrap());
            replay
                .sandbox
                .delete_as(replay.now, &actor, &reference)
                .unwrap();
        }
    }
}

#[test]
fn tombstones() {
    let text = include_str!("../transcripts/06b-tombstones.json");
    replay(text, deleted_tasks, &[]);
}

/// More Tasks than a page has, and the times that stand in the recording in other spellings.
fn search_stage(replay: &mut Replay, step: &Value) {
    rest::bind_times(replay, step);
    if step["note"] == "counts" {
        let actor = rest::actor(replay, "A");
        let at = replay.now - 50_000;
        let task = json!({ "resourceType": "Task", "status": "draft", "intent": "order" });
        for _ in 0..1001 {
            replay.sandbox.create_as(at, &actor, task.clone()).unwrap();
        }
    }
    if step["note"]
        .as_str()
        .is_some_and(|note| note.starts_with("dates:"))
    {
        let at = rest::moment(replay, "time:5");
        let text = instant(at);
        let naive = text.trim_end_matches('Z');
        replay.bindings.bind("late-time", &format!("{naive}999Z"));
        replay.bindings.bind("naive-time", naive);
        let later = instant(at + 7_200_000);
        let zoned = format!("{}+02:00", later.trim_end_matches('Z'));
        let zoned = zoned.replace(':', "%3A").replace('+', "%2B");
        replay.bindings.bind("zoned-time", &zoned);
    }
}

#[test]
fn search_parameters() {
    let text = include_str!("../transcripts/06c-search-parameters.json")
        .replace("<time:5>+0.999ms", "<late-time>")
        .replace("2026-11-23T00%3A45%3A43.789%2B02%3A00", "<zoned-time>")
        .replace("ge2026-11-22T22:45:43.789\"", "ge<naive-time>\"")
        .replace("2026-11-22T22%3A45%3A43.789", "<naive-time>");
    replay(&text, search_stage, &[]);
}

fn with_transactions(replay: &mut Replay, step: &Value) {
    rest::bind_times(replay, step);
    if step["note"]
        .as_str()
        .is_some_and(|note| note.starts_with("project feature"))
    {
        rest::switch_on(replay, "transaction-bundles").unwrap();
    }
}

#[test]
fn transactions() {
    let text = include_str!("../transcripts/06e-transactions.json");
    let change = |transcript: &mut Value| {
        let task = json!({ "resourceType": "Task", "status": "requested", "intent": "order" });
        let update = json!({ "request": { "method": "PUT", "url": "Task/x" }, "resource": task });
        let create = json!({
            "request": { "method": "POST", "url": "Task", "ifNoneExist": "identifier=x" }, "resource": task,
        });
        let bundle = |entry: Vec<Value>| json!({ "resourceType": "Bundle", "type": "transaction", "entry": entry });
        transcript["steps"][69]["http"]["request"]["body"] = bundle(vec![update; 51]);
        transcript["steps"][70]["http"]["request"]["body"] = bundle(vec![create; 9]);
    };
    replay_changed(text, with_transactions, &[], change);
}

#[test]
fn a_restricted_user() {
    let text = include_str!("../transcripts/07a-restricted-rest.json");
    replay(text, nothing, &[]);
}

/// The tokens of a client whose tokens live for two seconds.
fn short_lived(replay: &mut Replay, step: &Value) {
    rest::bind_times(replay, step);
    let name = step["http"]["request"]["as"].as_str().unwrap_or_default();
    if name.starts_with("client-short") {
        rest::act_with(replay, name, "access-token-1");
    }
}

#[test]
fn rest_errors() {
    let text = include_str!("../transcripts/08a-rest-errors.json");
    let change = |transcript: &mut Value| {
        let task = |length: usize| {
            let text = "x".repeat(length);
            json!({ "resourceType": "Task", "status": "requested", "intent": "order", "description": text })
        };
        let create =
            json!({ "request": { "method": "POST", "url": "Task" }, "resource": task(600_000) });
        let steps = &mut transcript["steps"];
        steps[36]["http"]["request"]["body"] = task(1_100_000);
        steps[37]["http"]["request"]["body"] =
            json!({ "resourceType": "Bundle", "type": "batch", "entry": [create, create] });
        steps[39]["http"]["request"]["body"] = task(900_000);
    };
    replay_changed(text, short_lived, &[], change);
}

/// What the windows and the store held when the recording began, and the sign-ins it does not show.
fn limits(replay: &mut Replay, step: &Value) {
    rest::bind_times(replay, step);
    let note = step["note"].as_str().unwrap_or_default();
    let request = |path: &str, address: Option<&str>| HttpRequest {
        method: if address.is_some() { "POST" } else { "GET" }.to_owned(),
        path: path.to_owned(),
        headers: address
            .map(|text| ("x-forwarded-for".to_owned(), text.to_owned()))
            .into_iter()
            .collect(),
        body: Vec::new(),
    };
    if note.starts_with("cost per interaction") {
        let at = replay.now - 28_870;
        for _ in 0..120 {
            replay.sandbox.http(at, &request("/healthcheck", None));
        }
        let actor = rest::actor(replay, "A");
        let patients: Vec<Value> = (0..2)
            .map(|_| {
                let patient = json!({ "resourceType": "Patient", "name": [{ "family": "Two" }] });
                replay.sandbox.create_as(at, &actor, patient).unwrap()
            })
            .collect();
        for index in 0..1001 {
            let patient = patients[index % 2]["id"].as_str().unwrap();
            let task = json!({
                "resourceType": "Task", "status": "draft", "intent": "order",
                "for": { "reference": format!("Patient/{patient}") },
            });
            replay.sandbox.create_as(at, &actor, task).unwrap();
        }
    }
    for _ in 0..step["unseen"].as_u64().unwrap_or(0) {
        replay
            .sandbox
            .http(replay.now, &request("/auth/login", Some("203.0.113.7")));
    }
}

#[test]
fn rate_limits() {
    let mut text = include_str!("../transcripts/08b-rate-limits.json").to_owned();
    // The exact milliseconds left are those of the recording's machine.
    let key = "_msBeforeNext\\\":";
    let mut at = 0;
    while let Some(found) = text[at..].find(key) {
        let from = at + found + key.len();
        let digits = text[from..]
            .find(|letter: char| !letter.is_ascii_digit())
            .unwrap();
        text.replace_range(from..from + digits, "<n>");
        at = from;
    }
    let change = |transcript: &mut Value| {
        let steps = &mut transcript["steps"];
        for (step, address, unseen) in [
            (58, "203.0.113.7", 0),
            (59, "203.0.113.7", 158),
            (60, "203.0.113.7", 0),
            (61, "203.0.113.7", 3),
            (63, "203.0.113.8", 0),
            (64, "203.0.113.9", 0),
            (65, "203.0.113.7", 0),
        ] {
            steps[step]["http"]["request"]["headers"]["x-forwarded-for"] = address.into();
            steps[step]["unseen"] = unseen.into();
        }
    };
    let deviations = [(
        22,
        "the policy of H has criteria for its Subscriptions there",
    )];
    replay_changed(&text, limits, &deviations, change);
}

#[test]
fn cors() {
    let text = include_str!("../transcripts/08c-cors.json");
    replay(text, nothing, &[]);
}

#[test]
fn basic_as_storage() {
    let text = include_str!("../transcripts/09-basic-as-storage.json");
    let change = |transcript: &mut Value| {
        transcript["steps"][96]["http"]["request"]["body"] = json!({
            "resourceType": "Basic", "code": { "coding": [{ "system": "urn:panels:code", "code": "panel" }] },
            "extension": [{ "url": "urn:panels:state", "valueString": "x".repeat(300_000) }],
        });
    };
    replay_changed(text, nothing, &[], change);
}
