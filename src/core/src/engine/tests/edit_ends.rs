//! Edits after their end: asked for again by who did not hear of it, and taken back.

use serde_json::{Value, json};

use super::{
    editing::{business_status, key, note, priority, with_priority},
    world::{World, task},
};
use crate::{
    cache::{CacheFailure, CacheStore},
    engine::HttpMethod,
    identity::{EditId, VersionId},
    limits,
    protocol::{EditOutcome, FieldChange, FieldValue, NewEdit, TabMessage},
};

/// A task with a label of a colleague.
fn labelled(label: &str) -> Value {
    let mut body = task(1, "requested");
    body["businessStatus"] = json!({ "text": label });
    body
}

fn label(world: &World) -> &Value {
    &world.server.task(1)["businessStatus"]["text"]
}

/// The worker is killed; a tab comes back and asks for this.
fn restart_asking(world: &mut World, asked: &[NewEdit]) {
    world.next_life(5_000);
    world.hello("a");
    for edit in asked {
        let edit = edit.clone();
        world.say("a", TabMessage::Edit { edit });
    }
    world.run(3_000);
}

#[test]
fn a_later_worker_that_is_asked_for_what_has_ended_makes_it_no_second_time() {
    let mut world = World::live(5);
    let edit = world.new_edit("e1", 1, priority(None, "stat"));
    world.say("a", TabMessage::Edit { edit: edit.clone() });
    world.run(500);
    world.assert_applied("a", "e1");
    // A colleague brings the old value back.
    world.write(task(1, "requested"));
    world.run(500);
    restart_asking(&mut world, &[edit]);
    assert!(world.server.task(1).get("priority").is_none());
    assert!(world.state("a", "e1").is_none(), "nothing waits");
}

#[test]
fn what_was_discarded_is_not_made_because_a_tab_that_was_away_asks_for_it() {
    let mut world = World::live(5);
    world.go_offline();
    let edit = world.new_edit("e1", 1, priority(None, "stat"));
    world.say("a", TabMessage::Edit { edit: edit.clone() });
    world.run(500);
    let discarded = EditId::new("e1");
    world.say("a", TabMessage::DiscardEdit { edit: discarded });
    world.run(500);
    assert_eq!(world.outcome("a", "e1"), Some(&EditOutcome::Discarded));
    world.go_online();
    restart_asking(&mut world, &[edit]);
    assert!(world.server.task(1).get("priority").is_none());
}

#[test]
fn what_was_made_in_an_earlier_life_of_the_worker_can_be_taken_back() {
    let mut world = World::live(5);
    world.edit("a", "e1", 1, priority(None, "stat"));
    world.run(500);
    restart_asking(&mut world, &[]);
    world.undo("a", "e1");
    world.run(500);
    world.assert_applied("a", "undo:e1");
    assert!(world.server.task(1).get("priority").is_none());
    // Once.
    restart_asking(&mut world, &[]);
    world.undo("a", "e1");
    assert!(world.refusal("a").is_none(), "it is known to be taken back");
}

#[test]
fn an_edit_and_its_undo_that_go_together_leave_what_a_colleague_wrote() {
    let mut world = World::live(5);
    world.edit("a", "e1", 1, business_status("mine"));
    let patch = world.hold_up(HttpMethod::Patch, "Task/t1");
    world.undo("a", "e1");
    // The first try meets a colleague, so that both go in the second.
    world.write(labelled("theirs"));
    world.is_answered_late(&patch, 1);
    world.run(5_000);
    assert_eq!(label(&world), "theirs");
    assert!(world.state("a", "e1").is_none());
    assert!(world.state("a", "undo:e1").is_none());
}

#[test]
fn an_undo_that_was_asked_for_before_brings_back_what_the_edit_turned_out_to_replace() {
    let mut world = World::live(5);
    world.edit("a", "e1", 1, business_status("mine"));
    let patch = world.hold_up(HttpMethod::Patch, "Task/t1");
    world.write(labelled("theirs"));
    world.is_answered_late(&patch, 1);
    let over_theirs = world.hold_up(HttpMethod::Patch, "Task/t1");
    world.undo("a", "e1");
    world.is_answered_late(&over_theirs, 5);
    world.run(5_000);
    world.assert_applied("a", "e1");
    world.assert_applied("a", "undo:e1");
    assert_eq!(label(&world), "theirs");
}

#[test]
fn of_a_lost_answer_the_user_is_told_all_the_same_what_was_replaced() {
    let mut world = World::live(5);
    world.edit("a", "e1", 1, business_status("mine"));
    let patch = world.hold_up(HttpMethod::Patch, "Task/t1");
    world.write(labelled("theirs"));
    world.is_answered_late(&patch, 1);
    world.server.faults.writes.lose_answers = 1;
    world.run(10_000);
    let Some(EditOutcome::Applied { overwrote, .. }) = world.outcome("a", "e1") else {
        panic!("{:?}", world.outcome("a", "e1"));
    };
    let theirs = |over: &FieldChange| match &over.seen {
        FieldValue::Concept { label, .. } => label.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(overwrote.iter().map(theirs).collect::<Vec<_>>(), ["theirs"]);
    assert_eq!(world.screen("a").last[&key(1).id].pending, []);
}

#[test]
fn an_edit_and_its_undo_that_went_together_are_found_in_the_history_and_not_sent_once_more() {
    let mut world = World::live(5);
    let both = [business_status("mine"), priority(None, "stat")].concat();
    world.edit("a", "e1", 1, both);
    let patch = world.hold_up(HttpMethod::Patch, "Task/t1");
    world.undo("a", "e1");
    // A colleague has labelled it, and made it urgent too: of all this only the priority is changed back.
    let mut theirs = labelled("theirs");
    theirs["priority"] = json!("stat");
    world.write(theirs.clone());
    world.is_answered_late(&patch, 1);
    // The answer is lost, and the colleague insists.
    let second = world.hold_up(HttpMethod::Patch, "Task/t1");
    world.server.faults.writes.lose_answers = 1;
    world.is_answered_late(&second, 1);
    assert!(world.server.task(1).get("priority").is_none());
    world.write(theirs);
    world.run(10_000);
    assert_eq!(
        world.server.task(1)["priority"],
        "stat",
        "it is not done twice"
    );
    assert_eq!(label(&world), "theirs");
    world.assert_applied("a", "undo:e1");
}

#[test]
fn an_edit_is_not_said_to_be_in_a_version_in_which_a_part_of_it_is_otherwise_again() {
    let mut world = World::live(5);
    // A colleague has made it urgent already, and it is said to be so once more, with a label.
    world.write(with_priority(1, "stat"));
    world.run(500);
    let both = [business_status("mine"), priority(None, "stat")].concat();
    world.edit("a", "e1", 1, both);
    world.server.faults.writes.lose_answers = 1;
    world.run_until_patched();
    let made = world.server.task(1)["meta"]["versionId"].clone();
    // The same user changes their mind on another machine.
    let mut later = labelled("mine");
    later["priority"] = json!("routine");
    assert!(!world.server.write_by_me(world.now, later).is_empty());
    world.run(10_000);
    let Some(EditOutcome::Applied { version, .. }) = world.outcome("a", "e1") else {
        panic!("{:?}", world.outcome("a", "e1"));
    };
    assert_eq!(version.as_ref().map(VersionId::as_str), made.as_str());
    assert_eq!(world.server.task(1)["priority"], "routine");
}

#[test]
fn what_a_version_shows_of_one_request_says_nothing_of_another_that_the_worker_could_not_read() {
    let mut world = World::live(5);
    world.edit("a", "e1", 1, priority(None, "stat"));
    world.hold_up(HttpMethod::Patch, "Task/t1");
    // It never reaches the server. The next worker has no storage, and sends another one, which is made.
    world.edits.absent = true;
    world.next_life(1_000);
    world.hello("b");
    world.watch("b");
    world.run(1_000);
    world.edit("b", "e2", 1, note("called"));
    let made = world.hold_up(HttpMethod::Patch, "Task/t1");
    world.is_answered_late(&made, 60_000);
    world.edits.absent = false;
    world.run(5_000);
    assert_eq!(world.edits.count(CacheStore::Outbox), 2);
    world.next_life(1_000);
    world.hello("b");
    world.run(2_000);
    for edit in ["e1", "e2"] {
        world.assert_applied("b", edit);
    }
    let task = world.server.task(1);
    assert_eq!(task["priority"], "stat");
    assert_eq!(task["note"].as_array().map(Vec::len), Some(1));
}

#[test]
fn what_the_user_took_back_is_said_to_be_over_when_the_disk_has_it() {
    let mut world = World::live(5);
    world.go_offline();
    world.run(2_000);
    world.edit("a", "e1", 1, priority(None, "stat"));
    world.run(100);
    // A worker that dies now would bring it back after that was said.
    world.undo("a", "e1");
    assert_eq!(world.outcome("a", "e1"), None);
    assert_eq!(
        world.priority_shown("a", 1),
        None,
        "it is gone from the row at once"
    );
    world.run(10);
    assert_eq!(world.outcome("a", "e1"), Some(&EditOutcome::Discarded));
}

#[test]
fn what_was_taken_back_is_gone_from_a_full_disk_too_and_is_remembered_when_there_is_room() {
    let mut world = World::live(5);
    world.server.faults.writes.refuse = Some((503, "Down"));
    world.edit("a", "e1", 1, priority(None, "stat"));
    world.run(500);
    world.edits.failure = Some(CacheFailure::Full);
    world.undo("a", "e1");
    world.run(3_000);
    assert_eq!(
        world.edits.unended(),
        0,
        "the next worker does not believe in it"
    );
    world.edits.failure = None;
    world.run(60_000);
    assert!(world.edits.text().contains("\"outcome\""));
}

#[test]
fn that_it_was_taken_back_is_told_once_it_is_gone_from_a_full_disk() {
    let mut world = World::live(5);
    world.server.faults.writes.refuse = Some((503, "Down"));
    world.edit("a", "e1", 1, priority(None, "stat"));
    world.run(500);
    world.edits.failure = Some(CacheFailure::Full);
    world.undo("a", "e1");
    while world.outcome("a", "e1").is_none() {
        assert!(world.edits.unended() <= 1);
        world.run(1);
    }
    assert_eq!(
        world.edits.unended(),
        0,
        "the next worker does not believe in it"
    );
}

#[test]
fn what_is_taken_back_while_a_full_disk_is_given_up_is_gone_from_it_at_once() {
    let mut world = World::live(5);
    world.server.faults.writes.refuse = Some((503, "Down"));
    world.edit("a", "e1", 1, priority(None, "stat"));
    world.run(500);
    world.edits.failure = Some(CacheFailure::Full);
    world.edit("a", "e2", 2, priority(None, "stat"));
    world.run(20);
    assert_eq!(
        world.edits.unended(),
        1,
        "there is no room for the second one"
    );
    world.undo("a", "e1");
    world.run(20);
    assert_eq!(
        world.edits.unended(),
        0,
        "the next worker does not believe in it"
    );
}

#[test]
fn an_edit_that_waited_long_is_not_the_first_to_be_forgotten_after_its_end() {
    let mut world = World::live(5);
    world.go_offline();
    world.edit("a", "old", 1, business_status("mine"));
    world.run(100);
    // Others are taken back before they are sent; the one that was typed before all of them ends last.
    for number in 0..limits::EDITS_REMEMBERED_MAX {
        let id = format!("e{number}");
        world.edit("a", &id, 2, priority(None, "stat"));
        let edit = EditId::new(id.as_str());
        world.say("a", TabMessage::DiscardEdit { edit });
    }
    world.run(100);
    let ended = world.screen("a").edits.ended.len();
    assert_eq!(ended, limits::EDITS_REMEMBERED_MAX);
    world.go_online();
    world.run(60_000);
    world.assert_applied("a", "old");
    world.undo("a", "old");
    world.run(500);
    assert_eq!(label(&world), &Value::Null);
}
