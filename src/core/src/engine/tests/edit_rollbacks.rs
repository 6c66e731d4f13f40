//! What the server does not let through: rolled back with the reason, and what was typed is kept.

use serde_json::json;

use super::{
    editing::{key, note, owner, priority, with_priority},
    world::{World, task},
};
use crate::{
    identity::EditId,
    protocol::{
        EditField, EditOutcome, EditState, FieldChange, FieldValue, PendingState, RollbackReason,
        TabMessage,
    },
};

fn world() -> World {
    let mut world = World::live(5);
    world.write(with_priority(1, "routine"));
    world.run(500);
    world
}

fn rolled_back(world: &World, id: &str) -> RollbackReason {
    match world.state("a", id) {
        Some(EditState::RolledBack { reason }) => reason,
        other => panic!(
            "{other:?} {:?}\n{}",
            world.outcome("a", id),
            world.logs.join("\n")
        ),
    }
}

#[test]
fn a_record_deleted_under_an_edit_rolls_it_back_and_keeps_what_was_typed() {
    let mut world = world();
    world.server.delete(world.now, "Task", "t1");
    world.edit("a", "e1", 1, note("a long text"));
    world.run(5_000);
    assert_eq!(rolled_back(&world, "e1"), RollbackReason::Deleted);
    let kept = &world.screen("a").edits.open[&EditId::new("e1")];
    assert!(
        matches!(&kept.changes[0].wanted, FieldValue::Note { text, .. } if text == "a long text")
    );
    world.assert_equal();
    let edit = EditId::new("e1");
    world.say("a", TabMessage::DiscardEdit { edit });
    world.run(10);
    assert_eq!(world.outcome("a", "e1"), Some(&EditOutcome::Discarded));
}

#[test]
fn access_lost_under_an_edit_rolls_it_back_and_takes_the_row_away() {
    let mut world = World::live(5);
    world.server.faults.only_owner = Some("Practitioner/ben".into());
    world.edit("a", "e1", 1, priority(None, "stat"));
    world.run(5_000);
    assert_eq!(rolled_back(&world, "e1"), RollbackReason::NotFound);
    let shown = world
        .screen("a")
        .rows
        .values()
        .any(|rows| rows.contains_key(&key(1).id));
    assert!(!shown);
}

#[test]
fn what_the_server_forbids_or_finds_invalid_is_rolled_back_with_the_reason_and_can_be_sent_again() {
    for (answer, expected) in [
        ((403, "Forbidden"), RollbackReason::Forbidden),
        (
            (400, "Invalid code"),
            RollbackReason::Invalid {
                message: "Invalid code".into(),
            },
        ),
        (
            (422, "Rule broken"),
            RollbackReason::Invalid {
                message: "Rule broken".into(),
            },
        ),
    ] {
        let mut world = world();
        world.server.faults.writes.refuse = Some(answer);
        world.edit("a", "e1", 1, priority(Some("routine"), "stat"));
        world.run(2_000);
        assert_eq!(rolled_back(&world, "e1"), expected);
        assert_eq!(
            world.priority_shown("a", 1),
            Some("routine"),
            "rolled back on the screen"
        );
        assert_eq!(
            world.pending("a", 1),
            [(EditField::Priority, PendingState::RolledBack)]
        );
        let tries = world.server.patches();
        world.run(60_000);
        assert_eq!(world.server.patches(), tries, "not asked for ever");
        world.server.faults.writes.refuse = None;
        let edit = EditId::new("e1");
        world.say("a", TabMessage::RetryEdit { edit });
        world.run(500);
        world.assert_applied("a", "e1");
    }
}

#[test]
fn a_field_that_the_server_leaves_as_it_was_is_not_taken_for_written() {
    let mut world = world();
    world.server.faults.writes.readonly = Some("priority");
    world.edit("a", "e1", 1, priority(Some("routine"), "stat"));
    world.run(500);
    let field = EditField::Priority;
    assert_eq!(
        rolled_back(&world, "e1"),
        RollbackReason::ReadOnly { field }
    );
    assert_eq!(world.priority_shown("a", 1), Some("routine"));
}

#[test]
fn of_several_edits_only_the_one_that_is_refused_is_rolled_back() {
    let mut world = world();
    let mut mine = with_priority(1, "routine");
    mine["owner"] = json!({ "reference": "Practitioner/me" });
    world.write(mine);
    world.run(500);
    world.server.faults.writes.forbid = Some("Practitioner/ben");
    world.go_offline();
    world.run(2_000);
    world.edit("a", "e1", 1, note("handed over"));
    let hand_over = vec![FieldChange {
        field: EditField::Owner,
        seen: owner("Practitioner/me"),
        wanted: owner("Practitioner/ben"),
    }];
    world.edit("a", "e2", 1, hand_over);
    world.edit("a", "e3", 1, priority(Some("routine"), "stat"));
    world.go_online();
    world.run(60_000);
    world.assert_applied("a", "e1");
    assert_eq!(rolled_back(&world, "e2"), RollbackReason::Forbidden);
    world.assert_applied("a", "e3");
}

#[test]
fn a_task_entered_in_error_takes_no_further_edit() {
    let mut world = world();
    world.server.write(world.now, task(1, "entered-in-error"));
    world.edit("a", "e1", 1, note("too late"));
    world.run(500);
    assert_eq!(rolled_back(&world, "e1"), RollbackReason::Voided);
}
