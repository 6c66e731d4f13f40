//! Resources that cannot be taken: told, whichever way they come, until they can.

use serde_json::{Value, json};

use super::world::{World, task};
use crate::{
    identity::{PanelId, ResourceId},
    limits,
    protocol::{TabMessage, WorkerMessage},
};

/// A task that no reader takes: nested too deeply.
fn unreadable(id: usize) -> Value {
    let mut deep = json!(1);
    for _ in 0..=limits::RESOURCE_DEPTH_MAX {
        deep = json!([deep]);
    }
    let mut task = task(id, "requested");
    task["extension"] = deep;
    task
}

/// How many tasks the last counts call set aside.
fn told(world: &World) -> Option<u32> {
    let mut counts = world.channel.iter().rev();
    let counts = counts.find_map(|message| match message {
        WorkerMessage::Counts { counts } => Some(counts),
        _ => None,
    })?;
    counts.iter().map(|counts| counts.set_aside).max()
}

fn shown(world: &World) -> Vec<&str> {
    let panel = PanelId::new("open-tasks");
    let rows = world.screen("a").rows[&panel].keys();
    rows.map(ResourceId::as_str).collect()
}

#[test]
fn a_task_that_cannot_be_read_is_told_however_it_comes_until_it_can() {
    let mut world = World::new();
    let now = world.now;
    world.server.write(now - 500_000, unreadable(1));
    world.server.write(now - 500_000, task(2, "requested"));
    world.hello("a");
    world.sign_in("a");
    world.run(3_000);
    world.watch("a");
    assert_eq!(told(&world), Some(1), "by the first load");

    world.write(unreadable(2));
    world.run(3_000);
    assert_eq!(told(&world), Some(2), "by a frame");
    assert!(shown(&world).is_empty(), "an earlier version passes for it");
    world.say("a", TabMessage::ListSetAside);
    let list = world
        .screen("a")
        .messages
        .iter()
        .find_map(|message| match message {
            WorkerMessage::SetAside { list } => Some(list.clone()),
            _ => None,
        });
    assert_eq!(list, Some(world.engine.quarantine()));
    let named = world.engine.quarantine();
    assert!(named.iter().all(|set_aside| set_aside.key.is_some()));

    world.write(task(1, "requested"));
    world.write(task(2, "requested"));
    world.run(3_000);
    assert_eq!(told(&world), Some(0));
    assert_eq!(shown(&world), ["t1", "t2"]);
    world.write(unreadable(2));
    world.run(3_000);
    world.delete("Task", "t2");
    world.run(70_000);
    assert_eq!(told(&world), Some(0));
    world.assert_live();
    world.assert_equal();
}
