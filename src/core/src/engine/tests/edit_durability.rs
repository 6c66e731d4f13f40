//! Edits that outlive everything: lost answers, a killed worker, days offline, a storage that fails. None is lost, none is made
//! twice.

use super::{
    editing::{business_status, code, note, priority, with_priority},
    world::{Happening, World},
};
use crate::{
    cache::{CacheFailure, CacheStore},
    engine::HttpMethod,
    identity::EditId,
    protocol::{
        ConflictReason, DraftOf, EditOutcome, EditState, SessionView, StorageProblem, StorageView,
        TabMessage,
    },
};
use serde_json::json;

fn texts(world: &World) -> Vec<String> {
    let notes = world.server.task(1)["note"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    notes
        .iter()
        .map(|note| note["text"].as_str().unwrap().to_owned())
        .collect()
}

/// Edits on the disk that have not ended.
fn stored(world: &World) -> usize {
    world.edits.unended()
}

/// The worker is killed and a tab comes back.
fn restart(world: &mut World) {
    world.next_life(1_000);
    world.hello("a");
    world.run(2_000);
    world.watch("a");
    world.run(3_000);
}

#[test]
fn an_edit_is_on_the_disk_before_the_first_byte_is_sent() {
    let mut world = World::live(5);
    world.edits.mute = true;
    world.edit("a", "e1", 1, note("x"));
    world.run(1);
    assert_eq!(
        (stored(&world), world.server.patches()),
        (1, 0),
        "written, and not answered yet"
    );
    world.run(2);
    assert_eq!(
        world.server.patches(),
        0,
        "not sent before the disk has answered"
    );
    world.run(200);
    assert_eq!(world.server.patches(), 1);
    assert_eq!(stored(&world), 0, "no longer with its end");
}

#[test]
fn a_lost_answer_does_not_make_an_edit_twice() {
    let mut world = World::live(5);
    world.server.faults.writes.lose_answers = 1;
    world.edit(
        "a",
        "e1",
        1,
        [note("once"), priority(None, "stat")].concat(),
    );
    world.run(5_000);
    assert_eq!(texts(&world), ["once"]);
    world.assert_applied("a", "e1");
    assert_eq!(world.server.patches(), 1);
}

#[test]
fn a_request_that_never_arrived_is_sent_again() {
    let mut world = World::live(5);
    world.edit("a", "e1", 1, note("once"));
    world.run(4);
    world.server.faults.unreachable = true;
    world.run(20);
    assert_eq!(world.server.patches(), 0);
    world.server.faults.unreachable = false;
    world.run(10_000);
    world.assert_applied("a", "e1");
    assert_eq!(texts(&world), ["once"]);
}

#[test]
fn what_a_colleague_took_back_after_a_lost_answer_is_not_made_again() {
    let mut world = World::live(5);
    world.write(with_priority(1, "routine"));
    world.run(500);
    world.server.faults.writes.lose_answers = 1;
    world.edit("a", "e1", 1, priority(Some("routine"), "stat"));
    world.run_until_patched();
    assert_eq!(world.server.task(1)["priority"], "stat");
    let frames = world.server.write(world.now, with_priority(1, "routine"));
    assert!(!frames.is_empty());
    world.run(10_000);
    world.assert_applied("a", "e1");
    assert_eq!(
        world.server.task(1)["priority"],
        "routine",
        "the history has shown that it was made"
    );
}

#[test]
fn an_older_version_that_looks_like_an_edit_is_not_taken_for_it() {
    let mut world = World::live(5);
    world.write(with_priority(1, "routine"));
    world.run(500);
    world.edit("a", "e1", 1, priority(Some("routine"), "stat"));
    world.run(500);
    world.write(with_priority(1, "routine"));
    world.run(5_000);
    // The same again, and this time it does not arrive.
    world.edit("a", "e2", 1, priority(Some("routine"), "stat"));
    world.run(4);
    world.server.faults.unreachable = true;
    world.run(20);
    let mut body = with_priority(1, "routine");
    body["description"] = "written meanwhile".into();
    let frames = world.server.write(world.now, body);
    assert!(!frames.is_empty());
    world.server.faults.unreachable = false;
    world.run(10_000);
    world.assert_applied("a", "e2");
    assert_eq!(world.server.task(1)["priority"], "stat");
}

#[test]
fn what_a_colleague_made_too_while_the_request_was_lost_is_not_called_ones_own() {
    for no_history in [false, true] {
        let mut world = World::live(5);
        world.write(with_priority(1, "routine"));
        world.run(500);
        world.server.faults.writes.no_history = no_history;
        world.edit("a", "e1", 1, priority(Some("routine"), "stat"));
        world.run(4);
        world.server.faults.unreachable = true;
        world.run(20);
        let frames = world.server.write(world.now, with_priority(1, "stat"));
        assert!(!frames.is_empty());
        world.server.faults.unreachable = false;
        world.run(10_000);
        assert_eq!(world.outcome("a", "e1"), Some(&EditOutcome::AlreadySo));
        assert_eq!(world.server.patches(), 0, "nothing is left to be made");
    }
}

#[test]
fn where_nobody_can_know_what_became_of_an_edit_the_user_is_asked() {
    let mut world = World::live(5);
    world.write(with_priority(1, "routine"));
    world.run(500);
    world.server.faults.writes.lose_answers = 1;
    world.server.faults.writes.no_history = true;
    world.edit("a", "e1", 1, priority(Some("routine"), "stat"));
    world.run_until_patched();
    let frames = world.server.write(world.now, with_priority(1, "routine"));
    assert!(!frames.is_empty());
    world.run(10_000);
    let Some(EditState::Conflict { conflict }) = world.state("a", "e1") else {
        panic!("{:?}", world.outcome("a", "e1"));
    };
    assert_eq!(conflict.why, ConflictReason::OutcomeUnknown);
    assert_eq!(
        (&conflict.fields[0].mine, &conflict.fields[0].theirs),
        (&code("stat"), &code("routine"))
    );
    world.decide("a", "e1", vec![crate::protocol::Choice::KeepMine]);
    world.run(500);
    assert_eq!(world.server.task(1)["priority"], "stat");
}

#[test]
fn a_worker_killed_at_any_moment_loses_no_edit_and_makes_none_twice() {
    for killed_after_ms in 0..40 {
        let mut world = World::live(5);
        world.edit(
            "a",
            "e1",
            1,
            [note("once"), priority(None, "stat")].concat(),
        );
        world.run(killed_after_ms);
        restart(&mut world);
        world.run(5_000);
        assert_eq!(texts(&world), ["once"], "killed after {killed_after_ms} ms");
        assert_eq!(world.server.task(1)["priority"], "stat");
        assert!(
            world.screen("a").edits.open.is_empty(),
            "killed after {killed_after_ms} ms"
        );
        assert_eq!(stored(&world), 0);
        let versions = world.server.history.of("Task", "t1").len();
        assert_eq!(versions, 2, "killed after {killed_after_ms} ms");
    }
}

#[test]
fn a_worker_killed_with_a_lost_answer_finds_out_what_became_of_the_edit() {
    let mut world = World::live(5);
    world.server.faults.writes.lose_answers = 1;
    world.edit("a", "e1", 1, note("once"));
    world.run_until_patched();
    restart(&mut world);
    assert_eq!(texts(&world), ["once"]);
    world.assert_applied("a", "e1");
}

#[test]
fn edits_of_days_offline_are_sent_in_order_when_the_network_is_back() {
    let mut world = World::live(5);
    world.go_offline();
    world.run(5_000);
    for hour in 0..24 {
        let record = hour % 3;
        world.edit(
            "a",
            &format!("e{hour}"),
            record,
            note(&format!("hour {hour}")),
        );
        world.run(60 * 60_000);
    }
    assert_eq!(stored(&world), 24);
    assert_eq!(world.server.patches(), 0);
    world.go_online();
    world.run(2 * 60_000);
    for hour in 0..24 {
        world.assert_applied("a", &format!("e{hour}"));
    }
    let hours = [
        "hour 1", "hour 4", "hour 7", "hour 10", "hour 13", "hour 16", "hour 19", "hour 22",
    ];
    assert_eq!(texts(&world), hours);
    assert_eq!(world.server.patches(), 3, "one patch of each record");
    assert_eq!(stored(&world), 0);
}

#[test]
fn the_last_wish_counts_although_the_clock_was_set_back_between_two_lives_of_the_worker() {
    for asked_before_the_stored_edit_is_known in [false, true] {
        let mut world = World::live(5);
        world.server.faults.writes.refuse = Some((503, "Down"));
        world.edit("a", "e1", 1, priority(None, "stat"));
        world.run(500);
        world.clock_ahead_ms = -3_600_000;
        world.next_life(1_000);
        world.hello("a");
        if asked_before_the_stored_edit_is_known {
            for _ in 0..100 {
                if let Some(SessionView::SignedIn { .. }) = world.screen("a").session {
                    break;
                }
                world.run(1);
            }
        } else {
            world.run(2_000);
        }
        world.edit("a", "e2", 1, priority(None, "asap"));
        world.server.faults.writes.refuse = None;
        world.run(60_000);
        assert_eq!(world.server.task(1)["priority"], "asap");
        world.assert_applied("a", "e2");
        assert_eq!(stored(&world), 0, "nothing waits for a decision");
    }
}

#[test]
fn conflicts_and_what_was_rolled_back_survive_too() {
    let mut world = World::live(5);
    world.write(with_priority(1, "routine"));
    world.run(500);
    world.server.write(world.now, with_priority(1, "asap"));
    world.edit("a", "e1", 1, priority(Some("routine"), "stat"));
    world.run(500);
    world.server.faults.writes.refuse = Some((403, "Forbidden"));
    world.edit("a", "e2", 2, note("a long text"));
    world.run(2_000);
    world.server.faults.writes.refuse = None;
    restart(&mut world);
    assert!(matches!(
        world.state("a", "e1"),
        Some(EditState::Conflict { .. })
    ));
    assert!(matches!(
        world.state("a", "e2"),
        Some(EditState::RolledBack { .. })
    ));
    world.decide("a", "e1", vec![crate::protocol::Choice::KeepMine]);
    world.run(500);
    world.assert_applied("a", "e1");
}

#[test]
fn without_storage_edits_go_out_unkept_and_say_so() {
    let mut world = World::new();
    world.edits.absent = true;
    for id in 0..5 {
        world
            .server
            .write(world.now - 500_000, super::world::task(id, "requested"));
    }
    world.hello("a");
    world.sign_in("a");
    world.run(2_000);
    world.watch("a");
    world.edit("a", "e1", 1, note("x"));
    let open = &world.screen("a").edits;
    assert!(!open.open[&EditId::new("e1")].kept);
    let reason = StorageProblem::Unavailable;
    assert_eq!(
        open.summary.as_ref().unwrap().storage,
        StorageView::MemoryOnly { reason }
    );
    world.run(500);
    world.assert_applied("a", "e1");
}

#[test]
fn a_storage_that_fails_under_an_edit_holds_nothing_up_and_is_tried_again() {
    let mut world = World::live(5);
    world.edits.failure = Some(CacheFailure::Full);
    world.edit("a", "e1", 1, note("x"));
    world.run(500);
    world.assert_applied("a", "e1");
    world.server.faults.unreachable = true;
    world.edit("a", "e2", 1, note("y"));
    world.run(500);
    assert!(!world.screen("a").edits.open[&EditId::new("e2")].kept);
    world.edits.failure = None;
    world.run(70_000);
    assert!(world.screen("a").edits.open[&EditId::new("e2")].kept);
    assert_eq!(stored(&world), 1);
    world.server.faults.unreachable = false;
    world.run(70_000);
    world.assert_applied("a", "e2");
    assert_eq!(texts(&world), ["x", "y"]);
}

#[test]
fn an_edit_that_was_taken_back_while_the_storage_failed_is_soon_gone_from_it_too() {
    let mut world = World::live(5);
    world.server.faults.writes.refuse = Some((503, "Down"));
    world.edit("a", "e1", 1, note("x"));
    world.run(500);
    assert_eq!(stored(&world), 1);
    world.edits.failure = Some(CacheFailure::Closed);
    world.say(
        "a",
        TabMessage::UndoEdit {
            edit: EditId::new("e1"),
        },
    );
    world.run(500);
    assert_eq!(stored(&world), 1);
    world.edits.failure = None;
    world.run(2_000);
    world.server.faults.writes.refuse = None;
    restart(&mut world);
    world.run(60_000);
    assert!(texts(&world).is_empty(), "the next worker knows");
}

#[test]
fn a_throttled_server_gets_edits_when_it_has_said_so() {
    let mut world = World::live(5);
    world.server.faults.throttled_until = Some(world.now + 20_000);
    world.edit("a", "e1", 1, note("x"));
    world.run(15_000);
    let patches = world
        .server
        .log
        .iter()
        .filter(|(method, _, _)| *method == HttpMethod::Patch);
    assert_eq!(patches.count(), 1);
    world.run(20_000);
    world.assert_applied("a", "e1");
}

/// Every later build must be able to read this.
#[test]
fn what_of_edits_and_drafts_lies_on_the_disk() {
    let mut world = World::live(5);
    world.edit("a", "e0", 3, business_status("made"));
    world.run(500);
    world.server.faults.writes.refuse = Some((503, "Down"));
    let both = [priority(None, "stat"), note("x")].concat();
    world.edit("a", "e1", 1, both);
    world.run(500);
    let record = super::editing::key(2);
    let text = "half a thought".into();
    world.say(
        "a",
        TabMessage::KeepDraft {
            record,
            of: DraftOf::NOTE,
            text,
            sitting: 0,
        },
    );
    world.run(500);
    let records = world
        .edits
        .databases
        .values()
        .flat_map(|records| records.values());
    let texts: Vec<serde_json::Value> = records
        .map(|text| serde_json::from_str(text).unwrap())
        .collect();
    insta::assert_json_snapshot!(texts);
}

#[test]
fn a_record_of_a_later_build_is_left_alone() {
    let mut world = World::live(5);
    let records = world.edits.databases.values_mut().next().unwrap();
    let place = (CacheStore::Outbox, "00000000000000000001".to_owned());
    records.insert(place.clone(), r#"{"format":9,"anything":1}"#.into());
    restart(&mut world);
    world.edit("a", "e1", 1, note("x"));
    world.run(500);
    world.assert_applied("a", "e1");
    assert_eq!(
        world.screen("a").edits.summary.as_ref().unwrap().unreadable,
        1
    );
    assert!(
        world
            .edits
            .databases
            .values()
            .next()
            .unwrap()
            .contains_key(&place)
    );
    assert_ne!(world.outcome("a", "e1"), Some(&EditOutcome::Discarded));
}

#[test]
fn a_patch_of_a_dead_worker_that_arrives_after_a_read_is_not_made_again_over_a_colleague() {
    for (added, dies_again) in [(false, false), (true, false), (true, true)] {
        let mut world = World::live(5);
        world.edit("a", "e1", 1, business_status("mine"));
        let late = world.hold_up(HttpMethod::Patch, "Task/t1");
        world.next_life(1_000);
        world.hello("a");
        let read = world.hold_up(HttpMethod::Get, "Task/t1");
        if added {
            // It goes with the first in one request.
            world.edit("a", "e2", 1, note("x"));
        }
        world.at(0, Happening::Reaches(read));
        let again = world.hold_up(HttpMethod::Patch, "Task/t1");
        world.reaches_too_late(late, &again);
        let mut theirs = world.server.task(1).clone();
        assert_eq!(theirs["businessStatus"]["text"], "mine");
        theirs["businessStatus"] = json!({ "text": "theirs" });
        world.write(theirs);
        if dies_again {
            world.reaches_too_late(again.clone(), &again);
            restart(&mut world);
        } else {
            world.at(0, Happening::Reaches(again));
        }
        world.run(10_000);
        world.assert_applied("a", "e1");
        let status = &world.server.task(1)["businessStatus"]["text"];
        assert_eq!(status, "theirs", "it was made, and a colleague has seen it");
        if added {
            world.assert_applied("a", "e2");
            assert_eq!(texts(&world), ["x"]);
        }
    }
}
