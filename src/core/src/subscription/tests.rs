//! Types that come and go while the stream runs, against a server that grants everything at once.

use super::{Call, Event, Interactions, Subscriptions};
use crate::{
    config::Config,
    engine::{
        HttpAnswer, HttpMethod, Output,
        io::{Io, Queued},
    },
    error::{StateError, SubscriptionError},
    identity::{ResourceType, SocketId},
    limits,
    protocol::Secret,
    time::Timestamp,
    timer::Timer,
};

struct Bench {
    io: Io,
    subscriptions: Subscriptions,
    created: Vec<String>,
    deleted: Vec<String>,
}

fn types(names: &[&str]) -> Vec<ResourceType> {
    names.iter().map(|name| ResourceType::from(*name)).collect()
}

impl Bench {
    fn new(names: &[&str]) -> Self {
        let config = Config::parse(r#"{"server":"https://x.org"}"#).unwrap();
        let mut bench = Self {
            io: Io::new(config, 1, Timestamp(0)),
            subscriptions: Subscriptions::default(),
            created: Vec::new(),
            deleted: Vec::new(),
        };
        bench.io.requests.set_bearer(Some(Secret::new("token")));
        bench.set_types(names);
        bench.subscriptions.on_opened(&mut bench.io, SocketId(1));
        bench.settle();
        bench
    }

    fn set_types(&mut self, names: &[&str]) {
        self.subscriptions.set_types(&mut self.io, &types(names));
    }

    fn run(&mut self, ms: i64) -> Vec<Event> {
        self.io.set_clock(self.io.now + ms);
        let mut events = Vec::new();
        while let Some(timer) = self.io.timers.take_expired(self.io.now) {
            if timer == Timer::Binding {
                events.extend(self.subscriptions.on_timer(&mut self.io));
            }
        }
        events.extend(self.settle());
        events
    }

    /// Answers everything until nothing is asked any more.
    fn settle(&mut self) -> Vec<Event> {
        let mut events = Vec::new();
        loop {
            self.io.pump_requests();
            let Some(Queued::Output(output)) = self.io.pop() else {
                return events;
            };
            match output {
                Output::Http(request) => {
                    let answer = self.answer(request.method, &request.url, request.body.as_ref());
                    let now = self.io.now;
                    let finished = self.io.requests.finish(
                        request.id,
                        Ok(answer),
                        now,
                        &mut fastrand::Rng::with_seed(1),
                    );
                    if let crate::engine::requests::Finished::Deliver(
                        crate::engine::requests::Purpose::Subscription(call),
                        outcome,
                    ) = finished
                    {
                        let more = self.subscriptions.on_answer(&mut self.io, call, &outcome);
                        events.extend(more);
                    }
                }
                Output::SendFrame { text, .. } => {
                    let frame: serde_json::Value = serde_json::from_str(text.reveal()).unwrap();
                    let id = frame["payload"]["token"].as_str().unwrap();
                    events.extend(self.subscriptions.on_handshake(&mut self.io, id));
                }
                _ => {}
            }
        }
    }

    fn answer(
        &mut self,
        method: HttpMethod,
        url: &str,
        body: Option<&crate::engine::HttpBody>,
    ) -> HttpAnswer {
        let (status, body) = match method {
            HttpMethod::Post => {
                let text = body.unwrap().text.reveal();
                let body: serde_json::Value = serde_json::from_str(text).unwrap();
                self.created
                    .push(body["criteria"].as_str().unwrap().to_owned());
                (201, format!(r#"{{"id":"s{}"}}"#, self.created.len()))
            }
            HttpMethod::Delete => {
                self.deleted.push(url.rsplit('/').next().unwrap().into());
                (200, "{}".into())
            }
            _ => {
                let id = url.rsplit('/').nth(1).unwrap();
                let body = format!(r#"{{"parameter":[{{"name":"token","valueString":"{id}"}}]}}"#);
                (200, body)
            }
        };
        HttpAnswer {
            status,
            body,
            rate_limit: None,
        }
    }
}

#[test]
fn a_type_that_is_added_while_running_is_bound_without_touching_the_others() {
    let mut bench = Bench::new(&["Task", "Patient"]);
    assert!(bench.subscriptions.all_bound());
    let before = bench.subscriptions.ids();
    bench.set_types(&["Task", "Patient", "Observation"]);
    assert!(!bench.subscriptions.all_bound());
    assert!(bench.subscriptions.is_bound(&ResourceType::Task));
    assert_eq!(
        bench.settle(),
        [Event::Bound(ResourceType::from("Observation"))]
    );
    assert!(bench.subscriptions.all_bound());
    assert_eq!(bench.created[4..], ["Observation", "Observation"]);
    assert!(bench.subscriptions.ids().starts_with(&before));
    assert!(bench.deleted.is_empty());
}

#[test]
fn a_type_that_nobody_needs_is_deleted_on_the_server_after_a_while() {
    let mut bench = Bench::new(&["Task", "Patient", "Observation"]);
    bench.set_types(&["Task", "Patient"]);
    bench.run(limits::TYPE_RETIRES_AFTER_MS - 1);
    assert!(bench.deleted.is_empty());
    assert!(bench.subscriptions.all_bound());
    bench.run(1);
    let spread_ms = bench.io.requests.clean_up_spread_ms();
    bench.run(spread_ms);
    bench.deleted.sort();
    assert_eq!(bench.deleted, ["s5", "s6"]);
    assert!(!bench.subscriptions.is_bound(&"Observation".into()));
    assert!(bench.subscriptions.all_bound());
    // A last frame of it still means what it meant.
    let was = bench.subscriptions.interactions_of(&mut bench.io, "s6");
    assert_eq!(was, Interactions::Deletes);
    assert_eq!(bench.io.counters.of(StateError::SubscriptionUnknown), 1);
}

#[test]
fn a_type_that_is_wanted_again_in_time_keeps_its_binding() {
    let mut bench = Bench::new(&["Task", "Patient", "Observation"]);
    bench.set_types(&["Task", "Patient"]);
    bench.run(limits::TYPE_RETIRES_AFTER_MS / 2);
    bench.set_types(&["Task", "Patient", "Observation"]);
    bench.run(2 * limits::TYPE_RETIRES_AFTER_MS);
    assert!(bench.subscriptions.is_bound(&"Observation".into()));
    assert_eq!(bench.created.len(), 6);
}

#[test]
fn more_types_than_fit_are_polled_until_there_is_room() {
    let mut bench = Bench::new(&["Task", "Patient", "A", "B"]);
    bench.set_types(&["Task", "Patient", "A", "B", "C"]);
    bench.settle();
    assert!(bench.subscriptions.is_over_limit());
    assert_eq!(bench.created.len(), limits::SUBSCRIPTIONS_MAX);
    assert_eq!(bench.io.counters.of(SubscriptionError::TooManyTypes), 1);
    bench.set_types(&["Task", "Patient", "B", "C"]);
    let events = bench.settle();
    assert_eq!(events, [Event::Bound("C".into())]);
    assert!(!bench.subscriptions.is_over_limit());
    assert!(bench.subscriptions.all_bound());
    // A gave way at once, although people might have come back to it.
    assert!(!bench.subscriptions.is_bound(&"A".into()));
    assert!(bench.subscriptions.ids().len() <= limits::SUBSCRIPTIONS_MAX);
}

#[test]
fn the_set_may_change_without_a_socket() {
    let mut bench = Bench::new(&["Task"]);
    bench.subscriptions.on_lost(&mut bench.io);
    bench.set_types(&["Task", "Patient"]);
    bench.settle();
    assert_eq!(bench.created.len(), 2);
    bench.set_types(&["Patient"]);
    bench.run(limits::TYPE_RETIRES_AFTER_MS);
    bench.subscriptions.on_opened(&mut bench.io, SocketId(2));
    assert_eq!(bench.settle(), [Event::Bound(ResourceType::Patient)]);
    assert_eq!(bench.created[2..], ["Patient", "Patient"]);
}

#[test]
fn nothing_of_an_earlier_socket_counts_on_the_next_one() {
    let mut bench = Bench::new(&["Task"]);
    bench.subscriptions.on_lost(&mut bench.io);
    assert_eq!(bench.subscriptions.on_handshake(&mut bench.io, "s1"), []);
    let late = Ok(HttpAnswer {
        status: 201,
        body: r#"{"id":"late"}"#.into(),
        rate_limit: None,
    });
    let key = super::SlotKey { slot: 1, round: 1 };
    let events = bench
        .subscriptions
        .on_answer(&mut bench.io, Call::Create(key), &late);
    assert_eq!(events, []);
    bench.subscriptions.on_opened(&mut bench.io, SocketId(2));
    for call in [Call::Create(key), Call::Token(key), Call::Renew(key)] {
        let events = bench.subscriptions.on_answer(&mut bench.io, call, &late);
        assert_eq!(events, []);
    }
    assert!(!bench.subscriptions.is_bound(&ResourceType::Task));
    assert_eq!(bench.settle(), [Event::Bound(ResourceType::Task)]);
    assert_eq!(bench.subscriptions.on_handshake(&mut bench.io, "s1"), []);
}

#[test]
fn a_second_handshake_that_nobody_asked_for_renews_nothing() {
    let mut bench = Bench::new(&["Task"]);
    let renew_at = bench.io.timers.get(Timer::Binding).unwrap();
    bench.io.set_clock(Timestamp(30 * 60_000));
    bench.subscriptions.on_handshake(&mut bench.io, "s1");
    assert_eq!(bench.io.timers.get(Timer::Binding), Some(renew_at));
}

#[test]
fn with_a_refusal_and_one_bind_on_its_way_it_is_that_one() {
    let mut bench = Bench::new(&["Task"]);
    bench
        .subscriptions
        .replace(&mut bench.io, &ResourceType::Task);
    assert!(!bench.subscriptions.is_bound(&ResourceType::Task));
    // What is replaced goes on delivering, and is known.
    let delivers = bench.subscriptions.interactions_of(&mut bench.io, "s2");
    assert_eq!(delivers, Interactions::Deletes);
    assert_eq!(bench.subscriptions.on_refused(&mut bench.io), []);
    assert_eq!(bench.settle(), [Event::Bound(ResourceType::Task)]);
    assert_eq!(bench.io.counters.of(SubscriptionError::BindRefused), 1);
}

#[test]
fn when_everything_is_replaced_at_once_the_limit_is_passed_by_one_type_only() {
    let mut bench = Bench::new(&["Task", "Patient", "A", "B"]);
    for kind in types(&["Task", "Patient", "A", "B"]) {
        bench.subscriptions.replace(&mut bench.io, &kind);
        let most = limits::SUBSCRIPTIONS_WITH_SUCCESSORS_MAX;
        assert!(
            bench
                .subscriptions
                .slots
                .iter()
                .map(super::Slot::existing)
                .sum::<usize>()
                <= most
        );
    }
    for _ in 0..8 {
        bench.run(limits::SUCCESSOR_WAIT_MS);
    }
    assert!(bench.subscriptions.all_bound());
    assert_eq!(bench.created.len(), 2 * limits::SUBSCRIPTIONS_MAX);
}
