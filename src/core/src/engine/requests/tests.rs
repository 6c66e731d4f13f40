//! Order, patience and restraint of requests.

use super::{
    Finished, HttpAnswer, HttpFailure, HttpMethod, Lane, Purpose, Request, Requests, Retry,
};
use crate::{
    identity::{RequestId, ResourceId, ResourceKey, ResourceType},
    limits,
    protocol::Secret,
    session,
    time::Timestamp,
};

const NOW: Timestamp = Timestamp(1_000_000);

fn key(id: usize) -> ResourceKey {
    ResourceKey::new(ResourceType::Task, ResourceId::new(format!("t{id}")))
}

fn read(id: usize) -> Request {
    Request::get(Purpose::Read(key(id)), format!("fhir/R4/Task/t{id}"))
}

fn me() -> Request {
    Request::get(Purpose::Session(session::Call::Me), "auth/me")
}

fn signed_in() -> Requests {
    let mut requests = Requests::default();
    requests.set_bearer(Some(Secret::new("token")));
    requests
}

fn sent(requests: &mut Requests, now: Timestamp) -> Vec<(RequestId, String)> {
    std::iter::from_fn(|| requests.next_to_send(now, "https://x.org/"))
        .map(|request| (request.id, request.url))
        .collect()
}

fn answer(status: u16, body: &str, rate_limit: Option<&str>) -> HttpAnswer {
    HttpAnswer {
        status,
        body: body.into(),
        rate_limit: rate_limit.map(str::to_owned),
    }
}

fn finish(
    requests: &mut Requests,
    id: RequestId,
    result: super::Outcome,
    now: Timestamp,
) -> Finished {
    requests.finish(id, result, now, &mut fastrand::Rng::with_seed(1))
}

#[test]
fn what_a_person_waits_for_overtakes_a_queue_of_reads() {
    let mut requests = signed_in();
    for id in 0..50 {
        requests.send(read(id));
    }
    assert_eq!(
        sent(&mut requests, NOW).len(),
        limits::BACKGROUND_IN_FLIGHT_MAX,
        "reads leave room"
    );
    requests.send(me());
    requests.send(Request {
        lane: Lane::First,
        ..read(99)
    });
    let urls: Vec<_> = sent(&mut requests, NOW)
        .into_iter()
        .map(|(_, url)| url)
        .collect();
    assert_eq!(
        urls,
        ["https://x.org/auth/me", "https://x.org/fhir/R4/Task/t99"]
    );
}

#[test]
fn a_request_that_is_never_answered_is_given_up_and_repeated() {
    let mut requests = signed_in();
    requests.send(read(1));
    let id = sent(&mut requests, NOW)[0].0;
    let deadline = requests.next_due(NOW).unwrap();
    assert_eq!(requests.overdue(deadline - 1), None);
    assert_eq!(requests.overdue(deadline), Some(id));
    let finished = finish(&mut requests, id, Err(HttpFailure::TimedOut), deadline);
    assert!(matches!(finished, Finished::Retrying));
    assert_eq!(requests.overdue(deadline), None);
    let again = requests.next_due(deadline).unwrap();
    assert_eq!(sent(&mut requests, again).len(), 1);
    // The answer to the first try comes after all: nobody waits for it.
    let late = finish(&mut requests, id, Ok(answer(200, "{}", None)), again);
    assert!(matches!(late, Finished::Unknown));
}

#[test]
fn after_a_sleep_a_read_is_given_up_soon_but_what_must_not_be_sent_twice_gets_its_time() {
    let mut requests = signed_in();
    requests.send(read(1));
    requests.send(Request {
        method: HttpMethod::Post,
        ..me()
    });
    let ids = sent(&mut requests, NOW);
    let woke = NOW + 3_600_000;
    requests.on_woke(woke);
    assert_eq!(requests.overdue(woke), None);
    let reading = ids.iter().find(|(_, url)| url.ends_with("t1")).unwrap().0;
    let soon = woke + limits::REQUEST_GRACE_MS;
    assert_eq!(requests.overdue(soon), Some(reading));
    finish(&mut requests, reading, Err(HttpFailure::TimedOut), soon);
    assert_eq!(requests.overdue(soon + 10_000), None);
}

#[test]
fn one_throttled_request_holds_the_others_back_even_one_that_is_not_repeated() {
    let mut requests = signed_in();
    requests.send(Request {
        retry: Retry::Never,
        ..read(1)
    });
    let id = sent(&mut requests, NOW)[0].0;
    let body = r#"Error reading subscription: Too Many Requests ({"_msBeforeNext":40000})"#;
    let finished = finish(&mut requests, id, Ok(answer(400, body, None)), NOW);
    assert!(matches!(finished, Finished::Deliver(..)));
    requests.send(me());
    assert_eq!(sent(&mut requests, NOW + 39_999).len(), 0);
    requests.hurry();
    assert_eq!(
        sent(&mut requests, NOW + 39_999).len(),
        0,
        "a click does not help"
    );
    let again = requests.next_due(NOW).unwrap();
    assert!(again.since_ms(NOW) <= 40_000 + limits::THROTTLE_SPREAD_MS);
    assert_eq!(sent(&mut requests, again).len(), 1);
}

#[test]
fn with_little_left_of_the_limit_only_what_nobody_waits_for_holds_back() {
    let mut requests = signed_in();
    requests.send(me());
    let id = sent(&mut requests, NOW)[0].0;
    let header = r#""requests";r=59940;t=6, "fhirInteractions";r=120;t=60"#;
    finish(&mut requests, id, Ok(answer(200, "{}", Some(header))), NOW);
    requests.send(read(1));
    requests.send(me());
    assert_eq!(sent(&mut requests, NOW).len(), 1);
    assert_eq!(sent(&mut requests, NOW + 60_000).len(), 1);
}

#[test]
fn the_limit_of_sign_ins_is_not_taken_for_that_of_the_user() {
    let mut requests = signed_in();
    requests.send(Request {
        auth: super::Auth::None,
        ..me()
    });
    let id = sent(&mut requests, NOW)[0].0;
    let header = r#""requests";r=0;t=60"#;
    let throttled = answer(429, r#"{"_msBeforeNext":60000}"#, Some(header));
    finish(&mut requests, id, Ok(throttled), NOW);
    requests.send(read(1));
    assert_eq!(sent(&mut requests, NOW).len(), 1);
}

#[test]
fn a_request_for_later_waits_and_an_urgent_one_does_not() {
    let mut requests = signed_in();
    requests.send_at(read(1), NOW + 5_000);
    assert_eq!(requests.next_due(NOW), Some(NOW + 5_000));
    assert_eq!(sent(&mut requests, NOW + 4_999).len(), 0);
    requests.hurry();
    assert_eq!(
        sent(&mut requests, NOW + 4_999).len(),
        0,
        "nobody waits for it"
    );
    assert_eq!(sent(&mut requests, NOW + 5_000).len(), 1);
}

#[test]
fn an_answer_401_asks_for_one_renewal_and_repeats_everything_once() {
    let mut requests = signed_in();
    requests.send(read(1));
    requests.send(read(2));
    let ids = sent(&mut requests, NOW);
    let refused = || Ok(answer(401, "{}", None));
    let first = finish(&mut requests, ids[0].0, refused(), NOW);
    assert!(matches!(first, Finished::NeedsToken));
    let second = finish(&mut requests, ids[1].0, refused(), NOW);
    assert!(matches!(second, Finished::Retrying));
    assert_eq!(sent(&mut requests, NOW).len(), 0);
    requests.set_bearer(Some(Secret::new("another")));
    let ids = sent(&mut requests, NOW);
    assert_eq!(ids.len(), 2);
    let again = finish(&mut requests, ids[0].0, refused(), NOW);
    assert!(matches!(again, Finished::Deliver(..)), "no third try");
}
