//! The order of edits is that in which they were typed, in whatever order they come.

use super::{
    editing::{priority, status, with_priority},
    world::{Happening, World},
};
use crate::{
    engine::HttpMethod,
    limits,
    protocol::{Choice, EditField, EditState, NewEdit, PendingState, TabMessage},
};

/// A world without a server, in which two edits of one field come one after the other.
fn come(first: impl Fn(&World) -> NewEdit, second: impl Fn(&World) -> NewEdit) -> World {
    let mut world = World::live(2);
    world.run(10_000);
    world.server.faults.unreachable = true;
    for edit in [first(&world), second(&world)] {
        world.say("a", TabMessage::Edit { edit });
        world.run(100);
    }
    world.server.faults.unreachable = false;
    world.run(60_000);
    world.assert_applied("a", "e1");
    world.assert_applied("a", "e2");
    world
}

fn typed(world: &World, id: &str, ago_ms: i64, seen: Option<&str>, wanted: &str) -> NewEdit {
    NewEdit {
        at: world.now - ago_ms,
        ..world.new_edit(id, 1, priority(seen, wanted))
    }
}

#[test]
fn what_is_asked_for_again_is_made_in_the_order_in_which_it_was_typed() {
    let world = come(
        |world| typed(world, "e2", 5_000, Some("stat"), "asap"),
        |world| typed(world, "e1", 9_000, None, "stat"),
    );
    assert_eq!(world.server.task(1)["priority"], "asap");
}

#[test]
fn what_is_typed_now_is_made_last_although_the_clock_was_set_back_since() {
    let world = come(
        |world| typed(world, "e1", -3_600_000, None, "stat"),
        |world| typed(world, "e2", 0, Some("stat"), "asap"),
    );
    assert_eq!(world.server.task(1)["priority"], "asap");
    let world = come(
        |world| typed(world, "e1", -3_600_000, None, "stat"),
        |world| {
            let ago_ms = limits::EDIT_ASKED_AGAIN_AFTER_MS + 1;
            typed(world, "e2", ago_ms, Some("stat"), "asap")
        },
    );
    assert_eq!(world.server.task(1)["priority"], "asap");
}

#[test]
fn a_value_that_is_on_its_way_is_marked_so_and_what_is_in_dispute_with_it_is_asked_about_when_it_is_made()
 {
    let mut world = World::live(2);
    world.edit("a", "e1", 1, status("requested", "in-progress"));
    world.run(2_000);
    world.edit("a", "e2", 1, status("in-progress", "completed"));
    world.run(2_000);
    // Taking back the first asks: the second has changed the same since.
    world.undo("a", "e1");
    world.run(2_000);
    world.undo("a", "e2");
    world.run(2_000);
    let asked =
        |world: &World, id| matches!(world.state("a", id), Some(EditState::Conflict { .. }));
    assert!(asked(&world, "undo:e1"));
    world.server.faults.writes.refuse = Some((503, "Down"));
    world.decide("a", "undo:e1", vec![Choice::KeepMine]);
    world.run(500);
    let state = world.state("a", "undo:e1");
    assert_eq!(state, Some(EditState::Sending), "undo:e1");
    assert_eq!(world.state("a", "undo:e2"), Some(EditState::Waiting));
    assert_eq!(
        world.pending("a", 1),
        [(EditField::Status, PendingState::Sending)]
    );
    world.server.faults.writes.refuse = None;
    world.run(60_000);
    world.assert_applied("a", "undo:e1");
    assert!(asked(&world, "undo:e2"));
}

#[test]
fn a_patch_of_a_dead_worker_that_comes_last_of_all_changes_nothing_though_the_value_is_as_it_was() {
    let mut world = World::live(2);
    world.write(with_priority(1, "routine"));
    world.run(500);
    world.edit("a", "e1", 1, priority(Some("routine"), "stat"));
    let late = world.hold_up(HttpMethod::Patch, "Task/t1");
    world.next_life(1_000);
    world.hello("a");
    let again = world.hold_up(HttpMethod::Patch, "Task/t1");
    world.at(0, Happening::Reaches(again.clone()));
    world.run(1_000);
    world.assert_applied("a", "e1");
    // A colleague has seen it, and wants it as it was.
    world.write(with_priority(1, "routine"));
    world.reaches_too_late(late, &again);
    assert_eq!(world.server.task(1)["priority"], "routine");
}
