//! Fields that the access policy hides: a search keeps them back, a frame brings them all the same (Medplum 5.0.10, `transcripts/07b-restricted-events.json`).

use std::collections::BTreeMap;

use super::{servers::owned, world::World};
use crate::{
    identity::{PanelId, ResourceId, ResourceKey, ResourceType},
    protocol::{Cell, Hiding, PanelCounts, PanelView, RecordContent, TabMessage, WorkerMessage},
};

/// What was told last of what `pick` picks.
fn last<T>(world: &World, pick: impl Fn(&WorkerMessage) -> Option<T>) -> T {
    let mut messages = world.screen("a").messages.iter().rev();
    messages.find_map(pick).unwrap()
}

fn panel(world: &World, id: &str) -> (PanelView, PanelCounts) {
    let id = PanelId::new(id);
    let view = last(world, |message| match message {
        WorkerMessage::Panels { panels, .. } => panels.iter().find(|panel| panel.id == id).cloned(),
        _ => None,
    });
    let mut told = world.channel.iter().rev();
    let counts = told.find_map(|message| match message {
        WorkerMessage::Counts { counts } => {
            let mut counts = counts.iter();
            counts.find(|one| one.panel.as_ref() == Some(&id)).cloned()
        }
        _ => None,
    });
    (view, counts.unwrap())
}

fn rows(world: &World, id: &str) -> usize {
    let tables = &world.screen("a").rows;
    tables.get(&PanelId::new(id)).map_or(0, BTreeMap::len)
}

/// Whether a cell of each row of all open tasks is hidden.
fn owners_are_hidden(world: &World) -> bool {
    let screen = world.screen("a");
    let shown = screen.rows[&PanelId::new("open-tasks")].keys();
    let mut rows = shown.map(|id| &screen.last[id]);
    rows.all(|row| row.cells.contains(&Cell::Hidden(Hiding::Always)))
}

fn record(world: &World) -> RecordContent {
    last(world, |message| match message {
        WorkerMessage::Record { record } => record.content.clone(),
        _ => None,
    })
}

#[test]
fn what_the_policy_hides_is_hidden_whether_a_frame_or_a_search_brings_the_record() {
    let mut world = World::live(6);
    world.write(owned(1, "Practitioner/me"));
    world.run(3_000);
    assert_eq!(rows(&world, "my-work"), 1);
    assert_eq!(panel(&world, "open-tasks").1.unassigned, Some(5));
    world.server.faults.hidden_fields = vec!["owner"];
    world.run(75_000);
    world.watch("a");
    let record_key = ResourceKey::new(ResourceType::Task, ResourceId::new("t1"));
    world.say("a", TabMessage::OpenRecord { record: record_key });
    for _ in 0..3 {
        world.write(owned(1, "Practitioner/me"));
        world.write(owned(2, "Practitioner/veiled"));
        world.run(2_000);
        world.assert_live();
        assert_eq!(
            (rows(&world, "open-tasks"), rows(&world, "my-work")),
            (6, 0)
        );
        assert!(owners_are_hidden(&world));
        assert!(!format!("{:?}", record(&world)).contains("Practitioner/me"));
        let (view, counts) = panel(&world, "open-tasks");
        assert_eq!(
            (counts.rows, counts.unassigned, view.is_blind()),
            (6, None, false)
        );
        assert!(panel(&world, "my-work").0.is_blind());
        let kept = world.disk.text();
        assert!(kept.contains("t2") && !kept.contains("Practitioner/veiled"));
        world.drop_sockets();
        world.run(20_000);
    }
}

#[test]
fn what_the_policy_hides_no_longer_is_shown_again() {
    let mut world = World::live(6);
    world.write(owned(1, "Practitioner/me"));
    world.server.faults.hidden_fields = vec!["owner"];
    world.run(75_000);
    world.watch("a");
    assert!(owners_are_hidden(&world));
    world.server.faults.hidden_fields.clear();
    world.run(75_000);
    world.watch("a");
    world.run(1_000);
    world.assert_equal();
    assert_eq!(rows(&world, "my-work"), 1);
    assert!(!owners_are_hidden(&world));
    assert!(!panel(&world, "my-work").0.is_blind());
    assert_eq!(panel(&world, "open-tasks").1.unassigned, Some(5));
}

#[test]
fn of_a_frame_that_may_bring_what_is_hidden_nothing_is_taken_and_a_read_tells() {
    let mut world = World::live(6);
    world.server.faults.hidden_fields = vec!["owner"];
    world.server.faults.hidden_of = Some("Practitioner/other");
    world.run(75_000);
    world.watch("a");
    let shown = |world: &World, id: &str| {
        let cells = &world.screen("a").last[&ResourceId::new(id)].cells;
        format!("{cells:?}")
    };
    for _ in 0..3 {
        world.write(owned(1, "Practitioner/other"));
        world.write(owned(2, "Practitioner/me"));
        for _ in 0..50 {
            world.run(100);
            assert!(!shown(&world, "t1").contains("Practitioner/other"));
        }
        world.assert_live();
        assert_eq!(rows(&world, "my-work"), 1);
        assert!(shown(&world, "t1").contains("Hidden(Sometimes)"));
        assert!(shown(&world, "t2").contains("Practitioner/me"));
        let kept = world.disk.text();
        assert!(kept.contains("Practitioner/me") && !kept.contains("Practitioner/other"));
    }
}
