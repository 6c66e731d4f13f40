//! The worker ends and another one starts: panels and views are there before the server has answered.

use super::{
    saved_panels::{
        answers, ask, draft, id_of, look, names, of_colleague, of_mine, rows_of, told, watch, world,
    },
    world::{World, config},
};
use crate::{
    identity::ResourceId,
    limits,
    protocol::{PanelChange, PanelVerdict, ShelfState},
};

const AWAY_MS: i64 = 30_000;

/// A world whose panel has been known for long enough to be stored.
fn stored() -> World {
    let mut world = world();
    world.write(of_colleague("b1", &of_mine("Ours")));
    look(&mut world);
    world.run(2 * limits::CACHE_WRITE_EVERY_MS);
    world
}

fn start(world: &mut World) {
    world.next_life_of(AWAY_MS, &config().replace("false", "true"));
    world.hello("a");
    world.run(100);
}

#[test]
fn a_panel_and_its_rows_are_there_before_the_server_has_answered_and_said_to_be_read_until_it_has()
{
    let mut world = stored();
    world.server.faults.unreachable = true;
    world.sockets_blocked = true;
    start(&mut world);
    assert_eq!(names(&world), ["Ours"]);
    let panel = id_of(&world, "Ours");
    watch(&mut world, &panel);
    assert_eq!(rows_of(&world, &panel), ["t0", "t1"]);
    world.run(60_000);
    assert_eq!(told(&world).1.state, ShelfState::Reading);
    assert_eq!(names(&world), ["Ours"]);
}

#[test]
fn what_was_stored_is_called_old_where_it_cannot_be_read_although_somebody_is_signed_in() {
    let mut world = stored();
    world.server.faults.hang = Some("Basic");
    start(&mut world);
    world.run(3 * i64::from(limits::REQUEST_TIMEOUT_MS));
    assert_eq!(names(&world), ["Ours"]);
    assert_eq!(told(&world).1.state, ShelfState::Old);
}

#[test]
fn what_was_changed_or_deleted_meanwhile_is_right_with_the_first_list() {
    let mut world = stored();
    world.write(of_colleague("b2", &draft("Another")));
    look(&mut world);
    world.run(2 * limits::CACHE_WRITE_EVERY_MS);
    world.delete("Basic", "b1");
    world.write(of_colleague("b2", &draft("Renamed")));
    start(&mut world);
    world.run(2_000);
    assert_eq!(names(&world), ["Renamed"]);
    assert_eq!(told(&world).1.state, ShelfState::Known);
}

#[test]
fn the_last_panel_that_is_deleted_is_not_there_at_the_next_start() {
    let mut world = stored();
    world.delete("Basic", "b1");
    look(&mut world);
    world.run(2 * limits::CACHE_WRITE_EVERY_MS);
    world.server.faults.unreachable = true;
    start(&mut world);
    assert!(names(&world).is_empty());
}

#[test]
fn a_panel_of_last_time_is_changed_only_as_it_was_seen() {
    let mut world = stored();
    world.write(of_colleague("b1", &draft("Theirs")));
    world.server.faults.unreachable = true;
    start(&mut world);
    let seen = told(&world).0.into_iter();
    let seen = seen.filter_map(|panel| panel.saved).next().unwrap();
    assert_eq!(seen.draft.name, "Ours");
    // The list is not read yet when somebody writes over what was stored.
    world.server.faults.unreachable = false;
    let (id, version) = (ResourceId::new("b1"), seen.version);
    let draft = draft("Mine").into();
    ask(
        &mut world,
        "c1",
        PanelChange::Replace { id, version, draft },
    );
    world.run(5_000);
    let [PanelVerdict::Conflict { theirs, .. }] = &answers(&world)[..] else {
        panic!("{:?}", answers(&world));
    };
    assert_eq!(theirs.draft.name(), "Theirs");
    assert_eq!(names(&world), ["Theirs"]);
}
