//! One change of many records: progress, an outcome for each, and the whole taken back.

use super::{
    editing::{priority, with_priority},
    world::World,
};
use crate::{
    identity::JobId,
    limits,
    protocol::{EditRefusal, JobView, NewEdit, TabMessage},
};

fn bulk(world: &World, records: usize) -> Vec<NewEdit> {
    let records = 0..records;
    records
        .map(|id| world.new_edit(&format!("e{id}"), id, priority(None, "stat")))
        .collect()
}

fn job(world: &World) -> JobView {
    world.screen("a").edits.jobs[&JobId::new("j1")].clone()
}

fn start(world: &mut World, edits: Vec<NewEdit>) {
    let job = JobId::new("j1");
    world.say("a", TabMessage::EditMany { job, edits });
}

#[test]
fn a_job_tells_how_far_it_is_and_what_became_of_each_record() {
    let mut world = World::live(40);
    for record in [3, 4] {
        world.server.write(world.now, with_priority(record, "asap"));
    }
    world.server.write(world.now, with_priority(5, "stat"));
    world.server.delete(world.now, "Task", "t6");
    let mut edits = bulk(&world, 40);
    edits[7].changes = priority(None, "nonsense");
    start(&mut world, edits);
    let begun = job(&world);
    assert_eq!(
        (begun.total, begun.waiting, begun.refused.len()),
        (40, 39, 1)
    );
    world.run(10_000);
    let done = job(&world);
    assert_eq!(
        (done.applied, done.unchanged, done.waiting),
        (35, 1, 0),
        "{done:?}"
    );
    assert_eq!(
        (done.conflicts, done.rolled_back, done.refused.len()),
        (2, 1, 1),
        "{done:?}"
    );
    assert!(done.undoable);
    world.assert_applied("a", "e39");
}

#[test]
fn never_more_than_some_records_are_edited_at_once() {
    let mut world = World::live(40);
    let edits = bulk(&world, 40);
    start(&mut world, edits);
    world.run(4);
    assert_eq!(world.server.patches(), 0);
    let sending = world.screen("a").edits.open.values();
    let sending = sending.filter(|edit| edit.state == crate::protocol::EditState::Sending);
    assert!(sending.count() <= limits::EDITS_IN_FLIGHT_MAX);
}

#[test]
fn a_job_is_taken_back_as_a_whole() {
    let mut world = World::live(10);
    let edits = bulk(&world, 10);
    start(&mut world, edits.clone());
    start(&mut world, edits);
    world.run(5_000);
    assert_eq!(job(&world).applied, 10, "asked for twice is asked for once");
    let undone = JobId::new("j1");
    world.say("a", TabMessage::UndoJob { job: undone });
    world.run(5_000);
    for id in 0..10 {
        assert!(world.server.task(id).get("priority").is_none(), "{id}");
    }
    assert!(!job(&world).undoable);
    let undone = &world.screen("a").edits.jobs[&JobId::new("undo:j1")];
    assert_eq!((undone.total, undone.applied), (10, 10));
    world.assert_equal();
}

#[test]
fn a_job_that_does_not_fit_is_refused_as_a_whole() {
    let mut world = World::live(5);
    let limit = limits::JOB_EDITS_MAX;
    let edits = bulk(&world, limit + 1);
    start(&mut world, edits);
    assert_eq!(world.refusal("a"), Some(EditRefusal::OutboxFull { limit }));
    assert!(world.screen("a").edits.open.is_empty());
}
