//! The audit trail on its way: stored before it is sent, through deaths, outages and refusals, and in nobody's way.

use std::collections::BTreeSet;

use super::{
    editing::key,
    world::{World, task},
};
use crate::{
    audit::{AuditSending, Break},
    cache::{CacheFailure, CacheStore},
    engine::{HttpMethod, Input},
    error::StateError,
    identity::{ResourceId, ResourceKey, ResourceType},
    limits,
    protocol::{Secret, TabMessage},
};

const MINUTE_MS: i64 = 60_000;

/// Somebody opens so many records, one after the other.
fn open_many(world: &mut World, from: usize, count: usize) {
    for id in from..from + count {
        let id = ResourceId::new(format!("gone{id}"));
        world.open_record("a", ResourceKey::new(ResourceType::Task, id));
        world.run(20);
    }
}

/// Brings an error of the trail about, for the test that wants to see each.
pub(super) fn bring_about(world: &mut World, error: StateError) {
    match error {
        StateError::AuditNotKept => {
            world.audits.failure = Some(CacheFailure::Full);
            world.open_record("a", key(1));
        }
        StateError::AuditRefused => world.server.audits.refuse = Some(403),
        StateError::AuditEntryRefused => world.server.audits.dislike = Some("sign-in"),
        StateError::AuditMissed => {
            world.server.audits.refuse = Some(503);
            open_many(world, 0, limits::AUDIT_UNSENT_MAX + 1);
        }
        StateError::AuditLost => {
            world.audits.failure = Some(CacheFailure::Full);
            world.open_record("a", key(1));
            world.server.faults.refuse_refresh = true;
            world.server.audits.refuse = Some(503);
            world.run(60 * MINUTE_MS);
        }
        _ => {
            let records = world.audits.databases.values_mut().next().unwrap();
            records.retain(|(_, key), _| !key.ends_with('1'));
            world.next_life(5_000);
            world.hello("a");
        }
    }
}

#[test]
fn an_entry_is_on_the_disk_before_it_is_sent_and_marked_when_it_is_taken() {
    let mut world = World::live(5);
    assert_eq!(world.audits.count(CacheStore::Audit), 2, "it, and the ends");
    assert!(world.server.audits.batches.is_empty());
    world.run_until_audited();
    let texts = world.audits.databases.values().next().unwrap().values();
    let sent = texts.filter(|text| text.ends_with("\nsent"));
    assert_eq!(sent.count(), 1);
}

#[test]
fn a_storage_that_does_not_answer_holds_an_entry_back_until_it_is_given_up() {
    let mut world = World::new();
    world.audits.mute = true;
    world.hello("a");
    world.sign_in("a");
    world.run(4_000);
    assert_eq!(world.engine.audit().sending, AuditSending::Closed);
    world.run_until_audited();
    assert_eq!(world.server.audits.codes(), ["sign-in"]);
    assert!(!world.engine.audit().kept);
}

#[test]
fn entries_survive_the_death_of_the_worker() {
    let mut world = World::live(5);
    world.open_record("a", key(1));
    world.run(100);
    world.next_life(5_000);
    world.hello("a");
    world.run(2_000);
    assert_eq!(world.engine.audit().unsent, 2);
    world.run_until_audited();
    assert_eq!(world.server.audits.codes(), ["sign-in", "view"]);
    assert_eq!(world.engine.audit().integrity, Ok(()));
}

#[test]
fn a_day_offline_is_told_when_the_server_is_back() {
    let mut world = World::live(5);
    world.run_until_audited();
    world.go_offline();
    open_many(&mut world, 0, 30);
    for record in 0..5 {
        world.open_record("a", key(record));
        world.run(4 * 60 * MINUTE_MS);
    }
    assert_eq!(world.server.audits.batches, [1]);
    world.go_online();
    world.run(MINUTE_MS);
    world.run_until_audited();
    let views = world.server.audits.codes();
    let views = views.iter().filter(|code| **code == "view").count();
    // A record that cannot be read is not seen to be out of reach either.
    assert!(views >= 5, "{views}");
    assert_eq!(world.engine.audit().integrity, Ok(()));
}

#[test]
fn what_is_lost_with_an_answer_comes_twice_under_one_name() {
    let mut world = World::live(5);
    world.server.audits.lose_answers = 1;
    world.run_until_audited();
    assert_eq!(world.server.audits.codes(), ["sign-in", "sign-in"]);
    let names: BTreeSet<_> = world.server.audits.names().into_iter().collect();
    assert_eq!(names.len(), 1);
}

#[test]
fn a_user_without_the_right_is_asked_for_nothing_more_in_this_session() {
    let mut world = World::live(5);
    world.server.audits.refuse = Some(403);
    world.run(MINUTE_MS);
    assert_eq!(world.server.audits.batches, [1]);
    open_many(&mut world, 0, 3);
    world.run(60 * MINUTE_MS);
    assert_eq!(world.server.audits.batches, [1]);
    let state = world.engine.audit();
    assert_eq!(state.sending, AuditSending::Refused { status: 403 });
    assert_eq!(state.integrity, Ok(()));
    // The right was given meanwhile.
    world.server.audits.refuse = None;
    world.say("a", TabMessage::SignOut);
    world.run(1_000);
    assert!(world.server.audits.events.is_empty());
    world.sign_in("a");
    world.run_until_audited();
    world.run(MINUTE_MS);
    world.run_until_audited();
    let codes = world.server.audits.codes();
    assert_eq!((codes[0], codes[codes.len() - 1]), ("sign-in", "sign-in"));
    assert!(codes.contains(&"sign-out"));
}

#[test]
fn an_entry_that_the_server_does_not_take_holds_no_other_up() {
    let mut world = World::live(5);
    world.server.audits.dislike = Some("sign-in");
    world.open_record("a", key(1));
    world.run_until_audited();
    assert_eq!(world.server.audits.codes(), ["view"]);
    assert_eq!(world.engine.audit().refused, 1);
    world.run(60 * MINUTE_MS);
    assert_eq!(world.server.audits.batches.len(), 1);
}

#[test]
fn a_server_in_trouble_is_tried_more_and_more_slowly() {
    let mut world = World::live(5);
    world.server.audits.refuse = Some(503);
    world.run(60 * MINUTE_MS);
    let tries = world.server.audits.batches.len();
    assert!((10..30).contains(&tries), "{tries} tries in an hour");
    world.server.audits.refuse = None;
    world.run(10 * MINUTE_MS);
    assert_eq!(world.server.audits.codes(), ["sign-in"]);
}

#[test]
fn many_entries_go_at_the_pace_that_was_promised() {
    let mut world = World::live(5);
    world.run_until_audited();
    open_many(&mut world, 0, 100);
    let before = world.server.audits.events.len();
    let unsent = world.engine.audit().unsent;
    assert!(unsent > 90, "{unsent}");
    world.run(MINUTE_MS);
    let sent = world.server.audits.events.len() - before;
    let most = limits::AUDIT_BATCH_MAX * (MINUTE_MS / limits::AUDIT_EVERY_MS + 1) as usize;
    assert!(sent > 0 && sent <= most, "{sent}");
    world.run_until_audited();
    assert!(
        world
            .server
            .audits
            .batches
            .iter()
            .all(|size| *size <= limits::AUDIT_BATCH_MAX)
    );
}

#[test]
fn a_full_trail_counts_what_it_cannot_take_and_says_so_later() {
    let mut world = World::live(5);
    world.server.audits.refuse = Some(503);
    open_many(&mut world, 0, limits::AUDIT_UNSENT_MAX + 20);
    let state = world.engine.audit();
    assert_eq!(state.unsent, limits::AUDIT_UNSENT_MAX);
    assert_eq!(state.missed, 21);
    world.server.audits.refuse = None;
    world.run(10 * MINUTE_MS);
    assert_eq!(world.engine.audit().missed, 0);
    for _ in 0..300 {
        world.run(10_000);
    }
    let missed = world.server.audits.events.iter();
    let missed = missed.filter(|event| event["subtype"][1]["code"] == "log-missed");
    let details: Vec<_> = missed
        .map(|event| event["entity"][0]["detail"].to_string())
        .collect();
    assert_eq!(details.len(), 1);
    assert!(details[0].contains(r#""21""#), "{details:?}");
    let state = world.engine.audit();
    assert_eq!((state.unsent, state.integrity), (0, Ok(())));
    assert!(state.entries <= limits::AUDIT_SENT_KEPT_MAX);
    assert!(world.audits.count(CacheStore::Audit) <= limits::AUDIT_SENT_KEPT_MAX + 1);
}

#[test]
fn a_trail_that_was_tampered_with_on_the_disk_says_so_and_goes_on() {
    for (tamper, broken) in [
        ("\nview\n", Break::Missing { number: 2 }),
        ("", Break::Missing { number: 3 }),
    ] {
        let mut world = World::live(5);
        world.open_record("a", key(1));
        world.run(10);
        world.open_record("a", key(2));
        world.run_until_audited();
        let records = world.audits.databases.values_mut().next().unwrap();
        if tamper.is_empty() {
            let last = records.keys().next_back().cloned().unwrap();
            records.remove(&last);
        } else {
            let mut texts = records.values_mut();
            let text = texts.find(|text| text.contains(tamper)).unwrap();
            *text = text.replace("Task/t1", "Task t9");
        }
        world.next_life(5_000);
        world.hello("a");
        world.run(2_000);
        assert_eq!(world.engine.audit().integrity, Err(broken));
        world.run_until_audited();
        assert_eq!(world.server.audits.last("log-broken").0, "8");
        world.next_life(5_000);
        world.hello("a");
        world.run(MINUTE_MS);
        let codes = world.server.audits.codes();
        let told = codes.iter().filter(|code| **code == "log-broken");
        assert_eq!(told.count(), 1, "told once");
    }
}

#[test]
fn a_sign_out_without_a_server_leaves_the_trail_to_the_same_user_only() {
    let mut world = World::live(5);
    world.go_offline();
    world.run(20_000);
    world.say("a", TabMessage::SignOut);
    world.run(5_000);
    assert!(world.server.audits.events.is_empty());
    assert_eq!(world.audits.databases.len(), 1);
    world.go_online();
    world.server.faults.profile = Some("ben");
    let password = Secret::new("pw");
    let email = "ben@x.org".into();
    world.say("a", TabMessage::SignIn { email, password });
    world.run_until_audited();
    world.run(MINUTE_MS);
    let of = |world: &World, who: &str| {
        let events = world.server.audits.events.iter();
        events
            .filter(|event| event["agent"][0]["who"]["reference"] == who)
            .count()
    };
    assert_eq!(of(&world, "Practitioner/me"), 0);
    assert_eq!(of(&world, "Practitioner/ben"), 1);
    world.say("a", TabMessage::SignOut);
    world.run(5_000);
    world.server.faults.profile = None;
    world.sign_in("a");
    world.run(MINUTE_MS);
    world.run_until_audited();
    assert_eq!(of(&world, "Practitioner/me"), 3, "in, out and in again");
    assert_eq!(of(&world, "Practitioner/ben"), 2);
}

#[test]
fn a_sign_out_waits_for_a_slow_server_no_longer_than_was_promised() {
    let mut world = World::live(5);
    world.server.faults.hang = Some("fhir/R4");
    world.say("a", TabMessage::SignOut);
    world.run(i64::from(limits::AUDIT_LAST_MS) - 200);
    let logout = (HttpMethod::Post, "oauth2/logout".to_owned(), 0);
    assert!(!world.server.log.contains(&logout));
    world.run(400);
    assert!(world.server.log.contains(&logout));
    world.run(10_000);
    assert_eq!(world.audits.databases.len(), 1, "it waits for the user");
}

#[test]
fn more_than_goes_at_a_sign_out_waits_for_the_user_without_what_has_gone() {
    let mut world = World::live(5);
    open_many(&mut world, 0, limits::AUDIT_LAST_MAX + 10);
    let unsent = world.engine.audit().unsent;
    world.say("a", TabMessage::SignOut);
    world.run(1_000);
    assert_eq!(world.server.audits.batches, [limits::AUDIT_LAST_MAX]);
    assert_eq!(world.audits.databases.len(), 1);
    world.sign_in("a");
    world.run(1_000);
    let left = unsent + 1 - limits::AUDIT_LAST_MAX + 1;
    assert_eq!(world.engine.audit().unsent, left);
    world.run_until_audited();
    let names = world.server.audits.names();
    let different: BTreeSet<_> = names.iter().collect();
    assert_eq!(different.len(), names.len(), "nothing twice");
    assert_eq!(world.engine.audit().integrity, Ok(()));
}

#[test]
fn without_storage_the_trail_goes_from_memory_and_keeps_its_names_when_there_is_one_again() {
    let mut world = World::new();
    world.audits.absent = true;
    world.hello("a");
    world.sign_in("a");
    world.run(1_000);
    world.audits.absent = false;
    world.run(2 * MINUTE_MS);
    world.open_record("a", key(1));
    world.write(task(1, "requested"));
    world.run(MINUTE_MS);
    world.run_until_audited();
    assert_eq!(world.server.audits.codes()[0], "sign-in");
    let names: BTreeSet<_> = world.server.audits.names().into_iter().collect();
    assert_eq!(names.len(), world.server.audits.events.len());
    let state = world.engine.audit();
    assert!(state.kept);
    assert_eq!(state.integrity, Ok(()));
}

#[test]
fn events_of_a_database_that_is_not_open_change_nothing() {
    let mut world = World::live(5);
    world.run_until_audited();
    let before = world.engine.audit();
    world.input(Input::Audit(crate::cache::CacheEvent::Ready {
        stored_bytes: 0,
    }));
    assert_eq!(world.engine.audit(), before);
}
