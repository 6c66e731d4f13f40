use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;

const START: Millis = 1_800_000_000_000;
const PROJECT: &str = "project";
const OWNER: Owner<'static> = Owner {
    project: PROJECT,
    author: "Practitioner/a",
    membership: "m1",
};

/// A server around the sockets, reduced to what they ask.
#[derive(Default)]
struct Fake {
    ids: u64,
    revoked: BTreeSet<String>,
    feature_off: bool,
    unreadable_to: BTreeSet<String>,
}

impl Surroundings for Fake {
    fn fresh_id(&mut self) -> String {
        self.ids += 1;
        format!("id-{}", self.ids)
    }
    fn verify(&self, token: &str, now: Millis) -> Option<Value> {
        let claims: Value = serde_json::from_str(token).ok()?;
        (claims["exp"].as_i64()? > now / 1000).then_some(claims)
    }
    fn is_login_active(&self, login: &str) -> bool {
        !self.revoked.contains(login)
    }
    fn has_feature(&self, _: &str) -> bool {
        !self.feature_off
    }
    fn may_read(&self, membership: &str, _: &Value) -> bool {
        !self.unreadable_to.contains(membership)
    }
    fn visible(&self, _: &str, resource: &Value) -> Value {
        let mut visible = resource.clone();
        visible["note"] = Value::Null;
        visible
    }
    fn with_signed_attachments(&mut self, _: &Value, _: Millis) -> Option<Value> {
        None
    }
    fn fhir_base(&self) -> String {
        "http://sandbox/fhir/R4/".to_owned()
    }
}

/// A live part with its surroundings and a clock.
pub(super) struct Bench {
    live: Live,
    around: Fake,
    now: Millis,
}

impl Bench {
    pub(super) fn new() -> Self {
        Self {
            live: Live::new(LiveOptions::default(), 1, START),
            around: Fake::default(),
            now: START,
        }
    }

    pub(super) fn open(&mut self) -> SocketId {
        self.live.open()
    }

    pub(super) fn frame(&mut self, socket: SocketId, text: &str) {
        self.live
            .frame(&mut self.around, socket, text.to_owned(), self.now);
    }

    fn subscribe(&mut self, id: &str, criteria: &str) {
        let resource = json!({"resourceType": "Subscription", "id": id, "criteria": criteria});
        self.live
            .store(id, CachedSubscription::new(resource, OWNER, self.now));
    }

    fn token(&self, id: &str, login: &str) -> String {
        json!({"subscription_id": id, "login_id": login, "exp": self.now / 1000 + 3600}).to_string()
    }

    fn message(&mut self, socket: SocketId, kind: &str, token: &str) {
        let text = json!({"type": kind, "payload": {"token": token}}).to_string();
        self.live.frame(&mut self.around, socket, text, self.now);
    }

    fn bound(&mut self, id: &str) -> SocketId {
        let socket = self.live.open();
        let token = self.token(id, "login");
        self.message(socket, "bind-with-token", &token);
        assert_eq!(self.kinds(), ["handshake"]);
        socket
    }

    fn write(&mut self, interaction: Interaction) {
        let resource = Arc::new(
            json!({"resourceType": "Task", "id": "t1", "status": "requested", "note": []}),
        );
        let write = Write {
            project: PROJECT,
            interaction,
            resource: &resource,
            previous: None,
        };
        self.live.committed(&mut self.around, &write, self.now);
    }

    /// What came out, in short.
    pub(super) fn kinds(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.live.poll())
            .map(|output| match output {
                SocketOutput::Send(_, text) => kind(&text),
                SocketOutput::Terminate(_) => "terminate".to_owned(),
                SocketOutput::Close(_, code) => format!("close {code}"),
            })
            .collect()
    }

    fn pass(&mut self, span_ms: Millis) {
        self.now += span_ms;
        self.live.tick(&mut self.around, self.now);
    }
}

fn kind(text: &str) -> String {
    let frame: Value = serde_json::from_str(text).unwrap();
    let status = &frame["entry"][0]["resource"];
    let named = [
        &status["type"],
        &frame["type"],
        &frame["issue"][0]["details"]["text"],
    ];
    named
        .into_iter()
        .find_map(|value| value.as_str())
        .unwrap_or("?")
        .to_owned()
}

#[test]
fn a_write_reaches_a_bound_socket() {
    let mut bench = Bench::new();
    bench.subscribe("s1", "Task?status=requested");
    bench.bound("s1");
    bench.write(Interaction::Create);
    assert_eq!(bench.kinds(), ["event-notification"]);
}

#[test]
fn heartbeats_come_every_ten_seconds_and_only_to_bound_sockets() {
    let mut bench = Bench::new();
    bench.live.open();
    bench.subscribe("s1", "Task");
    bench.bound("s1");
    bench.pass(9_999);
    assert!(bench.kinds().is_empty());
    bench.pass(1);
    assert_eq!(bench.kinds(), ["heartbeat"]);
    bench.pass(30_000);
    assert_eq!(bench.kinds().len(), 3);
}

#[test]
fn closing_one_socket_deafens_the_other_but_not_its_heartbeats() {
    let mut bench = Bench::new();
    bench.subscribe("s1", "Task");
    let first = bench.bound("s1");
    bench.bound("s1");
    bench.live.closed(first, bench.now);
    bench.write(Interaction::Update);
    assert!(bench.kinds().is_empty());
    bench.pass(10_000);
    assert_eq!(bench.kinds(), ["heartbeat"]);
}

#[test]
fn an_unbind_elsewhere_kills_the_subscription() {
    let mut bench = Bench::new();
    bench.subscribe("s1", "Task");
    bench.bound("s1");
    let stranger = bench.live.open();
    let token = bench.token("s1", "login");
    bench.message(stranger, "unbind-from-token", &token);
    bench.write(Interaction::Update);
    assert!(bench.kinds().is_empty());
}

#[test]
fn cleaning_up_is_skipped_when_the_subscription_bound_last_is_gone() {
    let mut bench = Bench::new();
    bench.subscribe("s1", "Task");
    bench.subscribe("s2", "Task");
    let socket = bench.bound("s1");
    let token = bench.token("s2", "login");
    bench.message(socket, "bind-with-token", &token);
    bench.live.remove("s2", bench.now);
    bench.live.closed(socket, bench.now);
    assert!(bench.live.subscription("s1", bench.now).is_some());
}

#[test]
fn an_expired_token_or_a_revoked_login_ends_events_in_silence() {
    let mut bench = Bench::new();
    bench.subscribe("s1", "Task");
    bench.bound("s1");
    bench.around.revoked.insert("login".to_owned());
    bench.write(Interaction::Update);
    assert!(bench.kinds().is_empty());
    bench.around.revoked.clear();
    bench.write(Interaction::Update);
    assert_eq!(bench.kinds(), ["event-notification"]);
    bench.now += 3_600_000;
    bench.write(Interaction::Update);
    assert!(bench.kinds().is_empty());
}

#[test]
fn a_subscription_ends_after_a_day_unless_it_is_stored_again() {
    let mut bench = Bench::new();
    bench.subscribe("s1", "Task");
    bench.now += 86_399_999;
    assert!(bench.live.subscription("s1", bench.now).is_some());
    bench.now += 1;
    assert!(bench.live.subscription("s1", bench.now).is_none());
}

#[test]
fn a_token_of_the_wrong_kind_ends_the_connection() {
    let mut bench = Bench::new();
    let socket = bench.live.open();
    let token = json!({"login_id": "login", "exp": bench.now}).to_string();
    bench.message(socket, "bind-with-token", &token);
    assert_eq!(
        bench.kinds(),
        [
            "Token claims missing subscription_id. Make sure you are sending the correct token.",
            "terminate"
        ]
    );
}

#[test]
fn a_frame_over_one_megabyte_closes_with_1009() {
    let mut bench = Bench::new();
    let socket = bench.live.open();
    bench.live.frame(
        &mut bench.around,
        socket,
        "x".repeat(FRAME_BYTES_MAX + 1),
        bench.now,
    );
    assert_eq!(bench.kinds(), ["close 1009"]);
}

#[test]
fn a_thaw_lets_everything_pass_at_once() {
    let mut bench = Bench::new();
    bench.subscribe("s1", "Task");
    let socket = bench.bound("s1");
    bench.live.freeze(Some(bench.now + 25_000));
    bench.write(Interaction::Update);
    bench.live.frame(
        &mut bench.around,
        socket,
        r#"{"type":"ping"}"#.to_owned(),
        bench.now,
    );
    bench.pass(20_000);
    assert!(bench.kinds().is_empty());
    bench.pass(5_000);
    assert_eq!(
        bench.kinds(),
        ["event-notification", "heartbeat", "heartbeat", "pong"]
    );
}

#[test]
fn a_crash_keeps_subscriptions_and_a_graceful_stop_deletes_them() {
    for (stop, survives) in [(Stop::Crash, true), (Stop::Graceful, false)] {
        let mut bench = Bench::new();
        bench.subscribe("s1", "Task");
        bench.bound("s1");
        bench.live.stop(stop, bench.now);
        assert_eq!(bench.kinds(), ["terminate"]);
        assert_eq!(bench.live.subscription("s1", bench.now).is_some(), survives);
    }
}

#[test]
fn events_are_lost_doubled_and_delayed_on_demand() {
    let mut bench = Bench::new();
    bench.subscribe("s1", "Task");
    bench.bound("s1");
    bench.live.faults.lose.next = 1;
    bench.live.faults.duplicate.next = 1;
    bench.live.faults.delay = Dose {
        next: 1,
        probability: 0.0,
    };
    bench.live.faults.delay_ms = 500;
    bench.write(Interaction::Update);
    assert!(bench.kinds().is_empty());
    bench.write(Interaction::Update);
    assert_eq!(bench.kinds().len(), 2);
    bench.write(Interaction::Update);
    assert!(bench.kinds().is_empty());
    assert_eq!(bench.live.next_tick(), bench.now + 500);
    bench.pass(500);
    assert_eq!(bench.kinds(), ["event-notification"]);
}

#[test]
fn an_evicted_subscription_keeps_its_heartbeats() {
    let mut bench = Bench::new();
    bench.subscribe("s1", "Task");
    bench.bound("s1");
    assert_eq!(bench.live.evict(None), Some("s1".to_owned()));
    bench.write(Interaction::Update);
    bench.pass(10_000);
    assert_eq!(bench.kinds(), ["heartbeat"]);
}

#[test]
fn later_versions_queue_writes_purge_dead_bindings_and_ignore_dead_ids() {
    let mut bench = Bench::new();
    bench.live.set_options(LiveOptions {
        subscriptions_per_user_max: Some(1),
        evaluation_delay_ms: Some(40),
        purges_dead_bindings: true,
        ignores_binds_of_dead_ids: true,
        strips_hidden_fields: true,
        looks_at_all_interactions: true,
    });
    bench.subscribe("s1", "Task");
    assert_eq!(bench.live.reached_cap("Practitioner/a"), None);
    let socket = bench.bound("s1");
    assert_eq!(bench.live.reached_cap("Practitioner/a"), Some(1));
    bench.write(Interaction::Update);
    assert!(bench.kinds().is_empty());
    bench.pass(40);
    assert_eq!(bench.kinds(), ["event-notification"]);
    bench.around.revoked.insert("login".to_owned());
    bench.write(Interaction::Update);
    bench.pass(40);
    assert!(bench.live.subscription("s1", bench.now).is_none());
    let token = bench.token("s1", "other");
    bench.message(socket, "bind-with-token", &token);
    bench.pass(10_000);
    assert!(bench.kinds().is_empty());
}

#[test]
fn what_the_author_may_not_read_is_not_delivered() {
    let mut bench = Bench::new();
    bench.subscribe("s1", "Task");
    bench.bound("s1");
    bench.around.unreadable_to.insert("m1".to_owned());
    bench.write(Interaction::Update);
    bench.around.unreadable_to.clear();
    bench.around.feature_off = true;
    bench.write(Interaction::Update);
    assert!(bench.kinds().is_empty());
}
