//! Conflicts: each kind by one test, and that nothing is merged in silence that a person has to decide.

use serde_json::json;

use super::{
    editing::{code, note, owner, priority, status, with_priority},
    world::World,
};
use crate::{
    engine::{HttpMethod, Input, SocketEvent},
    identity::EditId,
    protocol::{
        Choice, Conflict, ConflictReason, EditField, EditOutcome, EditState, FieldChange,
        FieldValue, PendingState, TabMessage,
    },
};

/// A world with a task of priority routine, whose answers and frames do not come while something else happens to it.
pub(super) fn world() -> World {
    let mut world = World::live(5);
    world.write(with_priority(1, "routine"));
    world.run(500);
    world
}

pub(super) fn conflict(world: &World, tab: &str, id: &str) -> Conflict {
    match world.state(tab, id) {
        Some(EditState::Conflict { conflict }) => conflict,
        other => panic!(
            "{other:?} {:?}\n{}",
            world.outcome(tab, id),
            world.logs.join("\n")
        ),
    }
}

/// A colleague writes while the patch is on its way; no frame tells of it in time.
pub(super) fn colleague_is_faster(world: &mut World, body: serde_json::Value) {
    let frames = world.server.write(world.now, body);
    assert!(!frames.is_empty());
}

#[test]
fn the_same_field_changed_by_both_is_asked_about_with_theirs_beside_mine() {
    let mut world = world();
    colleague_is_faster(&mut world, with_priority(1, "asap"));
    world.edit("a", "e1", 1, priority(Some("routine"), "stat"));
    world.run(500);
    let asked = conflict(&world, "a", "e1");
    assert_eq!(asked.why, ConflictReason::BothChanged);
    assert_eq!(asked.by.as_deref(), Some("Ben Colleague"));
    let field = &asked.fields[0];
    assert_eq!(
        (&field.seen, &field.mine, &field.theirs),
        (&code("routine"), &code("stat"), &code("asap"))
    );
    assert_eq!(
        world.server.task(1)["priority"],
        "asap",
        "nothing is overwritten"
    );
    assert_eq!(
        world.priority_shown("a", 1),
        Some("asap"),
        "the server's value is shown"
    );
    assert_eq!(
        world.pending("a", 1),
        [(EditField::Priority, PendingState::Conflict)]
    );
}

#[test]
fn what_follows_on_a_conflict_is_not_shown_as_if_it_were_on_its_way() {
    let mut world = world();
    colleague_is_faster(&mut world, with_priority(1, "asap"));
    let both = [priority(Some("routine"), "stat"), note("x")].concat();
    world.edit("a", "e1", 1, both);
    world.edit("a", "e2", 1, priority(Some("stat"), "urgent"));
    world.run(500);
    conflict(&world, "a", "e1");
    assert_eq!(world.priority_shown("a", 1), Some("asap"));
    world.decide("a", "e1", vec![Choice::KeepMine]);
    world.run(500);
    assert_eq!(world.priority_shown("a", 1), Some("urgent"));
    assert_eq!(world.server.task(1)["priority"], "urgent");
}

#[test]
fn a_field_that_only_looks_as_wanted_here_is_changed_on_the_server_too() {
    let mut world = world();
    // What is known here is out of date: the priority is stat by now, which the user knows.
    colleague_is_faster(&mut world, with_priority(1, "stat"));
    let mut both = priority(Some("stat"), "routine");
    both.extend(status("requested", "rejected"));
    world.edit("a", "e1", 1, both);
    world.run(500);
    world.assert_applied("a", "e1");
    let task = world.server.task(1);
    assert_eq!(
        (&task["priority"], &task["status"]),
        (&"routine".into(), &"rejected".into())
    );
}

#[test]
fn what_a_colleague_had_made_of_an_edit_and_took_back_meanwhile_is_not_called_saved() {
    let mut world = world();
    colleague_is_faster(&mut world, with_priority(1, "stat"));
    let mut both = priority(Some("routine"), "stat");
    both.extend(status("requested", "accepted"));
    world.edit("a", "e1", 1, both);
    let read = world.hold_up(HttpMethod::Get, "Task/t1");
    world.is_answered_late(&read, 20);
    colleague_is_faster(&mut world, with_priority(1, "asap"));
    world.run(500);
    assert_eq!(conflict(&world, "a", "e1").fields[0].theirs, code("asap"));
    assert_eq!(world.server.task(1)["status"], "requested");
    world.decide("a", "e1", vec![Choice::KeepMine, Choice::KeepMine]);
    world.run(500);
    world.assert_applied("a", "e1");
    let task = world.server.task(1);
    assert_eq!(
        (&task["priority"], &task["status"]),
        (&"stat".into(), &"accepted".into())
    );
}

#[test]
fn a_conflict_solved_in_one_tab_is_closed_in_the_other() {
    let mut world = world();
    world.hello("b");
    world.watch("b");
    colleague_is_faster(&mut world, with_priority(1, "asap"));
    world.edit("a", "e1", 1, priority(Some("routine"), "stat"));
    world.run(500);
    conflict(&world, "b", "e1");
    world.decide("b", "e1", vec![Choice::KeepMine]);
    world.run(500);
    assert_eq!(world.server.task(1)["priority"], "stat");
    for tab in ["a", "b"] {
        world.assert_applied(tab, "e1");
        assert_eq!(world.pending(tab, 1), []);
    }
    let edit = EditId::new("e1");
    let version = crate::identity::VersionId::new("v1");
    let decisions = vec![];
    world.say(
        "a",
        TabMessage::DecideConflict {
            edit,
            version,
            decisions,
        },
    );
    assert_eq!(world.refusal("a"), None, "too late, and no harm");
}

#[test]
fn a_conflict_ends_by_taking_theirs_or_by_a_third_value() {
    let mut world = world();
    colleague_is_faster(&mut world, with_priority(1, "asap"));
    world.edit("a", "e1", 1, priority(Some("routine"), "stat"));
    world.run(500);
    world.decide("a", "e1", vec![Choice::TakeTheirs]);
    world.run(10);
    assert_eq!(world.outcome("a", "e1"), Some(&EditOutcome::TookTheirs));
    colleague_is_faster(&mut world, with_priority(1, "routine"));
    world.edit("a", "e2", 1, priority(Some("asap"), "stat"));
    world.run(500);
    world.decide(
        "a",
        "e2",
        vec![Choice::Write {
            value: code("urgent"),
        }],
    );
    world.run(500);
    assert_eq!(world.server.task(1)["priority"], "urgent");
    world.assert_applied("a", "e2");
}

#[test]
fn different_fields_changed_by_both_survive_both() {
    let mut world = world();
    let mut theirs = with_priority(1, "routine");
    theirs["owner"] = json!({ "reference": "Practitioner/ben" });
    colleague_is_faster(&mut world, theirs);
    world.edit("a", "e1", 1, priority(Some("routine"), "stat"));
    world.run(500);
    assert_eq!(world.server.task(1)["priority"], "stat");
    assert_eq!(
        world.server.task(1)["owner"]["reference"],
        "Practitioner/ben"
    );
    world.assert_applied("a", "e1");
    assert_eq!(
        world.server.patches(),
        2,
        "a patch is for one version, so that it is merged here and sent once more"
    );
}

#[test]
fn notes_of_both_stay_although_neither_saw_the_other() {
    let mut world = world();
    let mut theirs = with_priority(1, "routine");
    theirs["note"] = json!([{ "text": "theirs" }]);
    colleague_is_faster(&mut world, theirs);
    world.edit("a", "e1", 1, note("mine"));
    world.run(500);
    let notes = world.server.task(1)["note"].as_array().unwrap();
    let texts: Vec<_> = notes
        .iter()
        .map(|note| note["text"].as_str().unwrap())
        .collect();
    assert_eq!(texts, ["theirs", "mine"]);
    world.assert_applied("a", "e1");
}

#[test]
fn a_claim_that_came_second_changes_nothing_of_the_task() {
    let mut world = world();
    let mut theirs = with_priority(1, "routine");
    theirs["owner"] = json!({ "reference": "Practitioner/ben", "display": "Ben Colleague" });
    colleague_is_faster(&mut world, theirs);
    let mut claim = status("requested", "accepted");
    claim.push(FieldChange {
        field: EditField::Owner,
        seen: FieldValue::Absent,
        wanted: owner("Practitioner/me"),
    });
    world.edit("a", "e1", 1, claim);
    world.run(500);
    let asked = conflict(&world, "a", "e1");
    let disputed: Vec<_> = asked.fields.iter().map(|field| field.disputed).collect();
    assert_eq!(disputed, [false, true]);
    assert_eq!(world.server.task(1)["status"], "requested");
}

#[test]
fn late_and_disordered_news_of_others_make_no_conflict_of_nothing() {
    let mut world = world();
    // A frame of an old version comes after the edit was typed: local and remote differ, and only a read is believed.
    let frames = world.server.write(world.now, with_priority(1, "asap"));
    world.run(50);
    world.server.write(world.now, with_priority(1, "routine"));
    world.edit("a", "e1", 1, priority(Some("routine"), "stat"));
    for (socket, text) in frames {
        let event = SocketEvent::Frame(text);
        world.input(Input::Socket { socket, event });
    }
    world.run(1_000);
    world.assert_applied("a", "e1");
    assert_eq!(world.server.task(1)["priority"], "stat");
    world.assert_equal();
}

#[test]
fn a_screen_that_is_behind_the_server_does_not_overwrite_what_it_has_not_shown() {
    let mut world = world();
    world.frozen = true;
    colleague_is_faster(&mut world, with_priority(1, "stat"));
    world.edit("a", "e1", 1, priority(Some("routine"), "asap"));
    world.run(300);
    world.frozen = false;
    assert_eq!(conflict(&world, "a", "e1").fields[0].theirs, code("stat"));
    world.run(30_000);
    world.assert_equal();
}

#[test]
fn what_was_made_for_an_older_version_is_merged_anew_and_tried_again() {
    let mut world = world();
    // The new version differs elsewhere.
    colleague_is_faster(&mut world, with_priority(1, "asap"));
    let take = vec![FieldChange {
        field: EditField::Owner,
        seen: FieldValue::Absent,
        wanted: owner("Practitioner/me"),
    }];
    world.edit("a", "e1", 1, take);
    world.run(500);
    world.assert_applied("a", "e1");
    assert_eq!(world.server.patches(), 2);
    assert_eq!(world.server.task(1)["priority"], "asap");
}

#[test]
fn contention_is_tried_again_and_never_shown() {
    let mut world = world();
    world.server.faults.writes.contention = 4;
    world.edit("a", "e1", 1, priority(Some("routine"), "stat"));
    world.run(5_000);
    world.assert_applied("a", "e1");
    assert_eq!(world.server.patches(), 5);
}

#[test]
fn what_was_typed_on_top_of_a_conflict_waits_for_the_decision() {
    let mut world = world();
    colleague_is_faster(&mut world, with_priority(1, "asap"));
    world.edit("a", "e1", 1, priority(Some("routine"), "stat"));
    world.run(500);
    world.edit(
        "a",
        "e2",
        1,
        [priority(Some("asap"), "urgent"), note("why")].concat(),
    );
    world.edit("a", "e3", 1, status("requested", "accepted"));
    world.run(500);
    world.assert_applied("a", "e3");
    assert!(world.state("a", "e2").is_some());
    assert_eq!(world.server.task(1)["priority"], "asap");
    world.decide("a", "e1", vec![Choice::TakeTheirs]);
    world.run(500);
    world.assert_applied("a", "e2");
    assert_eq!(world.server.task(1)["priority"], "urgent");
}

#[test]
fn what_was_typed_twice_on_top_of_a_conflict_goes_with_the_decision_in_one_request() {
    let mut world = world();
    colleague_is_faster(&mut world, with_priority(1, "urgent"));
    world.edit("a", "e1", 1, priority(Some("routine"), "stat"));
    world.run(500);
    // What is seen is theirs.
    world.edit("a", "e2", 1, priority(Some("urgent"), "stat"));
    world.edit("a", "e3", 1, priority(Some("urgent"), "asap"));
    world.run(500);
    let patches = world.server.patches();
    world.decide("a", "e1", vec![Choice::KeepMine]);
    world.run(500);
    world.assert_applied("a", "e1");
    assert_eq!(world.outcome("a", "e1"), world.outcome("a", "e2"));
    assert_eq!(world.outcome("a", "e1"), world.outcome("a", "e3"));
    assert_eq!(world.server.task(1)["priority"], "asap");
    assert_eq!(world.server.patches(), patches + 1);
}

#[test]
fn theirs_changes_while_the_user_thinks_and_an_outdated_decision_is_asked_for_again() {
    let mut world = world();
    colleague_is_faster(&mut world, with_priority(1, "asap"));
    world.edit("a", "e1", 1, priority(Some("routine"), "stat"));
    world.run(500);
    let before = conflict(&world, "a", "e1");
    world.run(3_000);
    world.write(with_priority(1, "urgent"));
    world.run(1_000);
    let now = conflict(&world, "a", "e1");
    assert_eq!(now.fields[0].theirs, code("urgent"));
    let decisions = vec![crate::protocol::FieldDecision {
        index: 0,
        choice: Choice::KeepMine,
    }];
    let (edit, version) = (EditId::new("e1"), before.version);
    world.say(
        "a",
        TabMessage::DecideConflict {
            edit,
            version,
            decisions,
        },
    );
    world.run(500);
    conflict(&world, "a", "e1");
    assert_eq!(world.server.task(1)["priority"], "urgent");
    world.run(3_000);
    world.write(with_priority(1, "routine"));
    world.run(1_000);
    world.assert_applied("a", "e1");
    assert_eq!(
        world.server.task(1)["priority"],
        "stat",
        "nothing is in dispute any longer"
    );
}

#[test]
fn two_who_want_the_same_are_settled_without_a_word() {
    let mut world = world();
    colleague_is_faster(&mut world, with_priority(1, "stat"));
    world.edit("a", "e1", 1, priority(Some("routine"), "stat"));
    world.run(500);
    assert_eq!(world.outcome("a", "e1"), Some(&EditOutcome::AlreadySo));
    let reads = world
        .server
        .log
        .iter()
        .filter(|(method, path, _)| *method == HttpMethod::Get && path == "fhir/R4/Task/t1");
    assert_eq!(reads.count(), 1);
}

#[test]
fn the_last_writer_wins_a_label_is_told_so_and_can_bring_back_what_was_there() {
    let label = |text: &str| FieldValue::Concept {
        code: None,
        system: None,
        label: text.into(),
    };
    let mut world = world();
    let mut theirs = with_priority(1, "routine");
    theirs["businessStatus"] = json!({ "text": "Called once" });
    colleague_is_faster(&mut world, theirs);
    let change = FieldChange {
        field: EditField::BusinessStatus,
        seen: FieldValue::Absent,
        wanted: label("Called twice"),
    };
    world.edit("a", "e1", 1, vec![change]);
    world.run(500);
    assert_eq!(
        world.server.task(1)["businessStatus"]["text"],
        "Called twice"
    );
    let Some(EditOutcome::Applied { overwrote, .. }) = world.outcome("a", "e1") else {
        panic!("{:?}", world.state("a", "e1"));
    };
    assert_eq!(overwrote[0].seen, label("Called once"));
    world.undo("a", "e1");
    world.run(500);
    assert_eq!(
        world.server.task(1)["businessStatus"]["text"],
        "Called once"
    );
}

#[test]
fn of_several_edits_of_one_field_the_user_is_asked_about_the_last() {
    let mut world = world();
    world.go_offline();
    world.run(2_000);
    world.edit("a", "e1", 1, priority(Some("routine"), "stat"));
    world.edit("a", "e2", 1, priority(Some("stat"), "asap"));
    world.edit("a", "e3", 1, priority(Some("asap"), "stat"));
    world.server.write(world.now, with_priority(1, "urgent"));
    world.go_online();
    world.run(60_000);
    assert!(matches!(
        world.outcome("a", "e1"),
        Some(EditOutcome::Superseded { .. })
    ));
    assert!(matches!(
        world.outcome("a", "e2"),
        Some(EditOutcome::Superseded { .. })
    ));
    let field = &conflict(&world, "a", "e3").fields[0];
    assert_eq!(
        (&field.seen, &field.mine, &field.theirs),
        (&code("routine"), &code("stat"), &code("urgent"))
    );
}
