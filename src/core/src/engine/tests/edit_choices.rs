//! What is typed while another edit of the same field waits for the user.

use super::{
    editing::{code, note, priority, with_priority},
    world::World,
};
use crate::{
    identity::EditId,
    protocol::{Choice, Conflict, EditOutcome, EditState},
};

fn conflict(world: &World, id: &str) -> Conflict {
    match world.state("a", id) {
        Some(EditState::Conflict { conflict }) => conflict,
        other => panic!("{id}: {other:?} {:?}", world.outcome("a", id)),
    }
}

/// The priority is made stat, which meets a colleague's urgent.
fn with_a_choice() -> World {
    let mut world = World::live(5);
    world.write(with_priority(1, "routine"));
    world.run(500);
    world.go_offline();
    world.edit("a", "e1", 1, priority(Some("routine"), "stat"));
    world.run(100);
    world.server.write(world.now, with_priority(1, "urgent"));
    world.go_online();
    world.run(10_000);
    assert_eq!(conflict(&world, "e1").fields[0].theirs, code("urgent"));
    world
}

#[test]
fn what_was_typed_on_top_of_a_choice_is_asked_about_when_the_first_value_is_back() {
    for wanted in ["stat", "routine", "asap"] {
        let mut world = with_a_choice();
        // Theirs is what is seen; then again, built on one's own.
        world.edit("a", "e2", 1, priority(Some("urgent"), "asap"));
        world.edit("a", "e3", 1, priority(Some("urgent"), wanted));
        world.run(500);
        let patches = world.server.patches();
        world.write(with_priority(1, "routine"));
        world.run(1_000);
        assert_eq!(
            world.server.patches(),
            patches,
            "{wanted}: nobody has seen that"
        );
        let last = if wanted == "asap" { "e2" } else { "e3" };
        let superseded = EditOutcome::Superseded {
            by: EditId::new(last),
        };
        assert_eq!(world.outcome("a", "e1"), Some(&superseded), "{wanted}");
        if wanted == "routine" {
            assert_eq!(world.outcome("a", last), Some(&EditOutcome::AlreadySo));
            continue;
        }
        let asked = conflict(&world, last);
        assert_eq!(
            (
                &asked.fields[0].mine,
                &asked.fields[0].theirs,
                asked.fields[0].disputed
            ),
            (&code(wanted), &code("routine"), true)
        );
        world.decide("a", last, vec![Choice::KeepMine]);
        world.run(500);
        world.assert_applied("a", last);
        assert_eq!(world.server.task(1)["priority"], wanted);
    }
}

#[test]
fn what_was_typed_on_top_of_a_choice_is_asked_about_when_the_first_wish_was_made_by_others() {
    let mut world = with_a_choice();
    // The second is built on the first: what it saw says nothing any longer.
    world.edit("a", "e2", 1, priority(Some("urgent"), "stat"));
    world.edit("a", "e3", 1, priority(Some("urgent"), "asap"));
    world.run(500);
    world.write(with_priority(1, "stat"));
    world.run(1_000);
    assert_eq!(world.server.task(1)["priority"], "stat");
    let asked = conflict(&world, "e3");
    assert_eq!(
        (&asked.fields[0].mine, &asked.fields[0].theirs),
        (&code("asap"), &code("stat"))
    );
}

#[test]
fn what_was_typed_before_the_choice_goes_on_when_the_first_value_is_back() {
    let mut world = World::live(5);
    world.write(with_priority(1, "routine"));
    world.run(500);
    world.go_offline();
    let both = [priority(Some("routine"), "stat"), note("x")].concat();
    world.edit("a", "e1", 1, both);
    world.edit("a", "e2", 1, priority(Some("stat"), "asap"));
    world.server.faults.unreachable = false;
    world.server.write(world.now, with_priority(1, "urgent"));
    world.go_online();
    world.run(10_000);
    conflict(&world, "e1");
    world.write(with_priority(1, "routine"));
    world.run(1_000);
    world.assert_applied("a", "e2");
    assert_eq!(world.server.task(1)["priority"], "asap");
}
