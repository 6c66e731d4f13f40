//! The drawer: a record is followed while it is open, whatever becomes of it.

use super::{
    editing::note,
    servers::{of_a_restricted_user, sign_in},
    world::{World, task},
};
use crate::{
    identity::{PanelId, ResourceId, ResourceKey, ResourceType},
    limits,
    protocol::{RecordState, RecordView, TabMessage, WorkerMessage},
};

fn open(world: &mut World, id: &str) {
    let record = ResourceKey::new(ResourceType::Task, ResourceId::new(id));
    world.say("a", TabMessage::OpenRecord { record });
    world.run(50);
}

fn is_shown(world: &World, id: &str) -> bool {
    let rows = &world.screen("a").rows[&PanelId::new("open-tasks")];
    rows.keys().any(|row| row.as_str() == id)
}

fn last(world: &World) -> RecordView {
    let messages = world.screen("a").messages.iter().rev();
    let mut records = messages.filter_map(|message| match message {
        WorkerMessage::Record { record } => Some(*record.clone()),
        _ => None,
    });
    records.next().unwrap()
}

#[test]
fn an_open_record_follows_its_changes_even_out_of_every_panel() {
    let mut world = World::live(5);
    open(&mut world, "t1");
    let before = last(&world);
    assert_eq!(before.state, RecordState::Present);
    world.write(task(1, "completed"));
    world.run(20);
    world.assert_equal();
    let after = last(&world);
    assert_eq!(after.state, RecordState::Present);
    assert_ne!(
        after.content.unwrap().version,
        before.content.unwrap().version
    );
}

#[test]
fn a_record_deleted_while_open_says_so_and_keeps_what_was_seen() {
    let mut world = World::live(5);
    open(&mut world, "t1");
    world.delete("Task", "t1");
    world.run(20);
    let record = last(&world);
    assert_eq!(record.state, RecordState::Deleted);
    assert!(record.content.is_some());
}

#[test]
fn a_record_that_no_panel_shows_is_read() {
    let mut world = World::live(5);
    world.write(task(77, "completed"));
    world.run(20);
    open(&mut world, "t77");
    assert_eq!(last(&world).state, RecordState::Present);
    world.assert_equal();
}

#[test]
fn a_record_that_does_not_exist_is_told_to_be_absent() {
    let mut world = World::live(5);
    open(&mut world, "t999");
    assert_eq!(last(&world).state, RecordState::NotFound);
}

#[test]
fn no_record_is_read_before_it_is_known_who_is_signed_in() {
    let mut world = World::new();
    world.server.write(world.now, task(1, "requested"));
    world.hello("a");
    open(&mut world, "t1");
    let record = |message: &WorkerMessage| matches!(message, WorkerMessage::Record { .. });
    assert!(!world.screen("a").messages.iter().any(record));
    let password = crate::protocol::Secret::new("pw");
    let email = "ada@x.org".into();
    world.say("a", TabMessage::SignIn { email, password });
    world.run(2_000);
    assert!(!world.screen("a").messages.iter().any(record));
}

#[test]
fn a_row_that_was_out_of_sight_for_a_moment_comes_back_though_nobody_saw_the_policy_change() {
    let mut world = World::live(5);
    // Who asks what may be read hears it only when that is over.
    world.server.faults.hang = Some("auth/me");
    world.server.faults.only_owner = Some("Practitioner/me".into());
    world.edit("a", "e1", 1, note("x"));
    world.run(500);
    assert!(!is_shown(&world, "t1"), "what may not be read is not shown");
    world.server.faults.only_owner = None;
    world.server.faults.hang = None;
    world.run(limits::ACCESS_PROOF_EVERY_MS);
    assert!(is_shown(&world, "t1"));
    world.assert_live();
}

#[test]
fn of_many_rows_that_were_out_of_sight_for_a_moment_the_type_is_read_and_none_by_itself() {
    const ROWS: usize = limits::OUT_OF_SIGHT_MAX + 1;
    let mut world = World::live(ROWS);
    world.server.faults.hang = Some("auth/me");
    world.server.faults.only_owner = Some("Practitioner/me".into());
    for id in 0..ROWS {
        world.edit("a", &format!("e{id}"), id, note("x"));
    }
    world.run(5_000);
    assert!(!is_shown(&world, "t1") && !is_shown(&world, "t20"));
    world.server.faults.only_owner = None;
    world.server.faults.hang = None;
    world.server.log.clear();
    // Whoever was asked before the last row had gone is asked again.
    world.run(limits::ACCESS_PROOF_EVERY_MS / 2);
    world.assert_live();
    world.assert_equal();
    let mut log = world.server.log.iter();
    assert!(log.all(|(_, path, _)| !path.contains("Task/")));
}

#[test]
fn of_many_rows_that_left_the_policy_at_once_none_is_read_by_itself() {
    let mut world = of_a_restricted_user(limits::OUT_OF_SIGHT_MAX + 1);
    sign_in(&mut world);
    world.assert_live();
    world.server.faults.only_owner = Some("Practitioner/other".into());
    world.server.log.clear();
    world.run(80_000);
    assert!(!is_shown(&world, "t1") && !is_shown(&world, "t20"));
    world.assert_live();
    let mut log = world.server.log.iter();
    assert!(log.all(|(_, path, _)| !path.contains("Task/")));
}
