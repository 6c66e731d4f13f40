//! Frames that come late to a user with a narrow policy: what they tell of may have left the sight of the user since, and nobody
//! says so (`transcripts/06b-tombstones.json`).

use serde_json::json;

use super::{
    servers::{of_a_restricted_user, owned, shown, sign_in},
    world::{World, around},
};
use crate::{
    engine::HttpMethod,
    limits,
    protocol::{Surroundings, TabMessage},
};

#[test]
fn a_late_frame_of_a_task_that_has_left_the_policy_since_is_not_shown() {
    is_not_shown_late(false);
}

#[test]
fn nor_is_it_shown_where_an_earlier_frame_has_just_told_of_the_task() {
    is_not_shown_late(true);
}

fn is_not_shown_late(after_another: bool) {
    let mut world = of_a_restricted_user(4);
    sign_in(&mut world);
    world.assert_live();
    let mut ended = owned(9, "Practitioner/me");
    ended["status"] = json!("completed");
    let earlier = world.server.write(world.now, ended);
    // Given and taken away before the next search; the frame of the first is on its way for longer.
    let late = world.server.write(world.now, owned(9, "Practitioner/me"));
    world
        .server
        .write(world.now + 1, owned(9, "Practitioner/other"));
    world.server.log.clear();
    let searched = |world: &World| {
        let mut log = world.server.log.iter();
        log.any(|(_, path, _)| path.contains("Task?"))
    };
    for _ in 0..90 {
        if !searched(&world) {
            world.run(1_000);
        }
    }
    assert!(searched(&world), "{:?}", world.server.log);
    world.run(1_000);
    if after_another {
        world.deliver(earlier);
    }
    world.deliver(late);
    for _ in 0..100 {
        world.run(20);
        assert_eq!(shown(&world), 4, "{:?}", world.freshness());
    }
    // One that is there still is shown as soon as it was read.
    world.write(owned(8, "Practitioner/me"));
    world.run(50);
    assert_eq!(shown(&world), 5);
    world.assert_live();
}

#[test]
fn nor_is_it_shown_where_the_search_that_did_not_find_it_asks_for_the_other_rows_still() {
    let mut world = of_a_restricted_user(4);
    sign_in(&mut world);
    world.assert_live();
    world.run(limits::FRAME_LATE_MAX_MS + 10_000);
    let late = world.server.write(world.now, owned(9, "Practitioner/me"));
    let left = owned(9, "Practitioner/other");
    world.server.write(world.now + 1, left);
    world.run(5);
    let woke = Surroundings {
        woke: true,
        ..around()
    };
    world.say("a", TabMessage::Surroundings(woke));
    let check = world.hold_up(HttpMethod::Get, "_fields=id&_count=4");
    world.deliver(late);
    world.run(5);
    world.is_answered_late(&check, 500);
    for _ in 0..100 {
        world.run(20);
        assert_eq!(shown(&world), 4, "{:?}", world.freshness());
    }
    world.assert_live();
}
