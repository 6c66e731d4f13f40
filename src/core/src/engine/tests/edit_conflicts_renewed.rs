//! What a person is asked about is what the server holds now, or is about to hold.

use serde_json::json;

use super::{
    edit_conflicts::{colleague_is_faster, conflict, world},
    editing::{code, key, priority, with_priority},
};
use crate::identity::PanelId;

#[test]
fn an_undo_that_is_in_dispute_with_an_own_later_edit_is_asked_about_when_that_is_made() {
    let mut world = world();
    world.edit("a", "e1", 1, priority(Some("routine"), "asap"));
    world.run(500);
    world.assert_applied("a", "e1");
    world.go_offline();
    world.run(2_000);
    world.edit("a", "e2", 1, priority(Some("asap"), "stat"));
    world.undo("a", "e1");
    world.go_online();
    world.run(60_000);
    world.assert_applied("a", "e2");
    let field = &conflict(&world, "a", "undo:e1").fields[0];
    assert_eq!(
        (&field.theirs, &field.mine, field.disputed),
        (&code("stat"), &code("routine"), true),
        "not what the server held before"
    );
}

#[test]
fn what_is_theirs_is_shown_as_it_is_now_where_the_record_has_left_the_panel() {
    let mut world = world();
    colleague_is_faster(&mut world, with_priority(1, "asap"));
    world.edit("a", "e1", 1, priority(Some("routine"), "stat"));
    world.run(500);
    assert_eq!(conflict(&world, "a", "e1").fields[0].theirs, code("asap"));
    let mut done = with_priority(1, "urgent");
    done["status"] = json!("completed");
    world.write(done);
    world.run(500);
    let tasks = &world.screen("a").rows[&PanelId::new("open-tasks")];
    assert!(!tasks.contains_key(&key(1).id), "it has left");
    assert_eq!(conflict(&world, "a", "e1").fields[0].theirs, code("urgent"));
    let mut again = with_priority(1, "asap");
    again["status"] = json!("completed");
    world.write(again);
    world.run(500);
    assert_eq!(conflict(&world, "a", "e1").fields[0].theirs, code("asap"));
}
