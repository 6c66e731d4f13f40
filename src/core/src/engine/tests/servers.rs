//! Servers that make it hard: narrow policies, failing cursors, rate limits, junk on the wire.

use serde_json::json;

use super::world::{World, around, task};
use crate::{
    engine::{HttpMethod, Input, SocketEvent},
    error::ProcessingError,
    limits,
    protocol::{Freshness, Secret, Surroundings, TabMessage, WorkerMessage},
};

pub(super) fn owned(id: usize, owner: &str) -> serde_json::Value {
    let mut body = task(id, "requested");
    body["owner"] = json!({ "reference": owner });
    body
}

pub(super) fn sign_in(world: &mut World) {
    world.hello("a");
    let password = Secret::new("pw");
    world.say(
        "a",
        TabMessage::SignIn {
            email: "a".into(),
            password,
        },
    );
    world.run(2_000);
    world.watch("a");
}

/// A world in which a user sees own tasks only, and has so many.
pub(super) fn of_a_restricted_user(tasks: usize) -> World {
    let mut world = World::new();
    world.server.faults.only_owner = Some("Practitioner/me".into());
    for id in 0..tasks {
        let task = owned(id, "Practitioner/me");
        world.server.write(world.now - 100_000, task);
    }
    world
}

#[test]
fn a_row_that_leaves_the_policy_without_a_frame_is_found_by_the_membership_check() {
    let mut world = of_a_restricted_user(4);
    sign_in(&mut world);
    world.assert_live();
    let open_tasks = crate::identity::PanelId::new("open-tasks");
    assert_eq!(world.screen("a").rows[&open_tasks].len(), 4);
    world.write(owned(2, "Practitioner/other"));
    world.run(80_000);
    let shown = &world.screen("a").rows[&open_tasks];
    assert_eq!(shown.len(), 3);
    world.assert_live();
}

#[test]
fn a_row_that_a_check_does_not_find_is_proven_by_nothing_until_a_read_tells() {
    let mut world = of_a_restricted_user(4);
    sign_in(&mut world);
    world.assert_live();
    // A frame that is late comes after the check was asked, which finds the row gone.
    let late = world.server.write(world.now, owned(2, "Practitioner/me"));
    let left = world.now + 1;
    world.server.write(left, owned(2, "Practitioner/other"));
    world.run(5);
    let woke = Surroundings {
        woke: true,
        ..around()
    };
    world.say("a", TabMessage::Surroundings(woke));
    let check = world.hold_up(HttpMethod::Get, "_fields=id&_count=4");
    world.run(5);
    world.deliver(late);
    world.run(5);
    world.is_answered_late(&check, 1);
    let proven = |world: &World| {
        let WorkerMessage::Freshness { panels, .. } = world.engine.freshness_message() else {
            panic!("no claim");
        };
        let mut proven = panels.iter().filter_map(|panel| panel.proven);
        proven.any(|proven| proven >= left)
    };
    let mut waited_ms = 0;
    while shown(&world) == 4 {
        assert!(!proven(&world), "the row has left");
        world.run(1);
        waited_ms += 1;
        assert!(waited_ms < 1_000, "never found");
    }
}

/// A world of a restricted user who signs in, with three tasks.
fn first_load_of_a_restricted_user() -> World {
    let mut world = of_a_restricted_user(3);
    world.hello("a");
    world.sign_in("a");
    world
}

pub(super) fn shown(world: &World) -> usize {
    let open_tasks = crate::identity::PanelId::new("open-tasks");
    let rows = world.screen("a").rows.get(&open_tasks);
    rows.map_or(0, std::collections::BTreeMap::len)
}

/// Something is deleted as soon as everything is shown: it comes not by the stream, which is not bound yet, and not by a
/// tombstone, which this user does not see.
fn nothing_is_live_before_a_delete_is_found(mut world: World) {
    world.watch("a");
    while shown(&world) < 3 {
        world.run(1);
    }
    world.server.delete(world.now, "Task", "t1");
    while !matches!(world.freshness(), Freshness::Live { .. }) {
        world.run(1);
    }
    assert_eq!(shown(&world), 2);
    world.assert_equal();
}

#[test]
fn a_delete_that_a_restricted_user_missed_while_the_first_load_ran_is_found_before_anything_is_live()
 {
    let mut world = first_load_of_a_restricted_user();
    // The newest of all is told late, so that the load goes on while the stream is bound.
    while world.delay("Task?_sort=-_lastUpdated", 500) == 0 {
        world.run(1);
    }
    nothing_is_live_before_a_delete_is_found(world);
}

#[test]
fn a_delete_that_a_restricted_user_missed_before_the_bind_cut_the_first_load_short_is_found_too() {
    let mut world = first_load_of_a_restricted_user();
    world.watch("a");
    // What changed since the load is told so late that the stream is bound before, and everything is read again.
    while world.delay("Task?_lastUpdated=ge", 5_000) == 0 {
        world.run(1);
    }
    nothing_is_live_before_a_delete_is_found(world);
}

#[test]
fn a_delete_that_a_restricted_user_missed_is_found_after_the_reconnect() {
    let mut world = World::new();
    world.server.faults.only_owner = Some("Practitioner/me".into());
    world
        .server
        .write(world.now - 100_000, owned(1, "Practitioner/me"));
    sign_in(&mut world);
    world.sockets_blocked = true;
    world.drop_sockets();
    world.delete("Task", "t1");
    world.sockets_blocked = false;
    world.run(6_000);
    world.assert_live();
    world.assert_equal();
}

#[test]
fn a_cursor_that_fails_is_replaced_by_offsets() {
    let mut world = World::new();
    world.server.page = 10;
    world.server.faults.cursors_fail = true;
    for id in 0..35 {
        world
            .server
            .write(world.now - 100_000, task(id, "requested"));
    }
    sign_in(&mut world);
    world.run(1_000);
    world.assert_live();
    world.assert_equal();
}

#[test]
fn a_rate_limit_is_waited_out_without_a_storm_of_requests() {
    let mut world = World::live(10);
    world.server.faults.throttled_until = Some(world.now + 40_000);
    world.drop_sockets();
    world.server.log.clear();
    world.run(39_000);
    assert!(!matches!(world.freshness(), Freshness::Live { .. }));
    let asked = world.server.log.len();
    assert!(asked < 60, "{asked} requests while throttled");
    world.run(30_000);
    world.assert_live();
    world.assert_equal();
}

#[test]
fn junk_and_oversized_frames_are_counted_and_change_nothing() {
    let mut world = World::live(5);
    let socket = *world.open.iter().next().unwrap();
    let bad = r#"{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"SubscriptionStatus","type":"event-notification","subscription":{"reference":"Subscription/sub1"}}},{"resource":{"resourceType":"Task","id":"../x"}}]}"#;
    for text in [
        "",
        "null",
        "{",
        bad,
        &"x".repeat(limits::FRAME_BYTES_MAX + 1),
    ] {
        let event = SocketEvent::Frame(text.to_owned());
        world.input(Input::Socket { socket, event });
    }
    let counters = world.engine.counters();
    assert_eq!(counters.of(ProcessingError::FrameMalformed), 3);
    assert_eq!(counters.of(ProcessingError::FrameTooLarge), 1);
    assert_eq!(counters.of(ProcessingError::ResourceInvalid), 1);
    world.assert_live();
    world.assert_equal();
}

#[test]
fn resources_over_the_limit_are_counted_and_not_kept() {
    let mut world = World::new();
    for id in 0..1_200 {
        world
            .server
            .write(world.now - 100_000 + id as i64, task(id, "requested"));
    }
    let limited = world.with_resources_max(1_000);
    sign_in(limited);
    assert!(limited.engine.counters().of(ProcessingError::OverLimit) > 0);
    let open_tasks = crate::identity::PanelId::new("open-tasks");
    assert_eq!(limited.screen("a").rows[&open_tasks].len(), 1_000);
    let told = limited
        .channel
        .iter()
        .rev()
        .find_map(|message| match message {
            WorkerMessage::Counts { counts } => Some(counts.clone()),
            _ => None,
        });
    let incomplete = told.unwrap();
    let incomplete = incomplete
        .iter()
        .find(|counts| counts.panel == Some(open_tasks.clone()));
    assert!(incomplete.unwrap().incomplete);
}

#[test]
fn no_log_names_a_patient_or_holds_a_secret() {
    let mut world = World::live(30);
    world.drop_sockets();
    world.server.deafen();
    world.write(task(3, "completed"));
    world.run(200_000);
    for line in &world.logs {
        for secret in ["Patient/p", "ada@x.org", "access-", "refresh-", "t3"] {
            assert!(!line.contains(secret), "{line}");
        }
    }
}

#[test]
fn what_may_not_be_read_for_a_while_is_hidden_and_comes_back_whole() {
    let mut world = World::live(20);
    world.server.faults.status = Some(403);
    world.run(80_000);
    let open_tasks = crate::identity::PanelId::new("open-tasks");
    assert!(world.screen("a").rows[&open_tasks].is_empty());
    world.write(task(3, "completed"));
    world.server.faults.status = None;
    world.run(90_000);
    world.assert_live();
    world.assert_equal();
}

#[test]
fn a_policy_that_changes_without_a_word_is_noticed_within_the_time_of_a_proof() {
    let mut world = World::live(12);
    let open_tasks = crate::identity::PanelId::new("open-tasks");
    world.server.faults.only_owner = Some("Practitioner/other".into());
    world.run(75_000);
    world.assert_live();
    world.watch("a");
    assert!(world.screen("a").rows[&open_tasks].is_empty());
    world.server.faults.only_owner = None;
    world.run(75_000);
    world.assert_live();
    world.watch("a");
    world.assert_equal();
}

#[test]
fn what_was_written_before_a_policy_that_was_narrow_for_a_moment_is_found_though_nobody_saw_it_change()
 {
    for worker_dies in [false, true] {
        let mut world = World::live(12);
        world.sockets_blocked = true;
        world.drop_sockets();
        world.run(65_000);
        // The last poll before that is some seconds old.
        world.write(task(20, "requested"));
        world.server.faults.only_owner = Some("Practitioner/other".into());
        world.server.faults.hang = Some("auth/me");
        world.run(10_000);
        // A poll finds this, and the next one takes its time for that until which all is known.
        world.write(owned(21, "Practitioner/other"));
        world.run(70_000);
        world.server.faults.only_owner = None;
        world.server.faults.hang = None;
        if worker_dies {
            world.next_life(600_000);
            world.write(task(22, "requested"));
            world.hello("a");
            world.watch("a");
        }
        world.run(90_000);
        world.assert_equal();
    }
}

#[test]
fn a_read_that_comes_after_a_search_which_did_not_find_the_row_is_not_believed() {
    let mut world = of_a_restricted_user(4);
    sign_in(&mut world);
    // It is read before it is shown; while the answer is on its way it is deleted, and nobody says so to this user.
    let frames = world.server.write(world.now, owned(9, "Practitioner/me"));
    world.deliver(frames);
    let mut late = false;
    for _ in 0..50 {
        late |= world.answer_late("t9", 20_000);
        world.run(1);
    }
    assert!(late, "{:?}", world.server.log);
    world.server.delete(world.now, "Task", "t9");
    world.drop_sockets();
    for _ in 0..300 {
        world.run(100);
        assert_eq!(shown(&world), 4, "{:?}", world.freshness());
    }
    world.assert_live();
}

/// A first load of three tasks without a stream, whose mark comes so late. A second after it was asked for a task is completed.
fn load_with_a_late_mark(late_ms: i64) -> World {
    let mut world = World::new();
    for id in 0..3 {
        world
            .server
            .write(world.now - 100_000, task(id, "requested"));
    }
    world.sockets_blocked = true;
    world.hello("a");
    world.sign_in("a");
    while world.delay("_sort=-_lastUpdated", late_ms) == 0 {
        world.run(1);
    }
    world.run(1_000);
    world.write(task(1, "completed"));
    world
}

/// The stream comes back.
fn nothing_was_missed(mut world: World) {
    world.sockets_blocked = false;
    world.run(40_000);
    world.watch("a");
    world.assert_live();
    world.assert_equal();
}

#[test]
fn what_changed_between_a_load_and_a_mark_that_comes_late_is_not_missed() {
    let mut world = load_with_a_late_mark(20_000);
    world.run(12_000);
    world.write(task(5, "requested"));
    // The mark comes before the stream does.
    world.run(10_000);
    nothing_was_missed(world);
}

#[test]
fn what_changed_between_a_load_and_a_mark_is_not_missed_although_the_servers_clock_jumps() {
    let mut world = load_with_a_late_mark(1_500);
    world.server.write(world.now + 14_000, task(5, "requested"));
    nothing_was_missed(world);
}

/// What a load does not find again is asked for after its changes were read; a run that is cut off before owes that still.
#[test]
fn a_load_that_is_cut_off_after_its_rows_leaves_nothing_of_before() {
    for cut in [Cut::Rebound, Cut::Refused] {
        let mut world = World::live(20);
        // A row whose last version only a read tells, and a server that does not let it be read for a moment.
        world.write(task(9, "requested"));
        world.write(task(9, "requested"));
        world.run(200);
        world.server.faults.status = Some(403);
        world.run(200);
        world.server.faults.status = None;
        world.sockets_blocked = true;
        world.drop_sockets();
        world.write(task(3, "completed"));
        world.run(6_500);
        world.write(task(30, "requested"));
        // The load comes, its changes hang.
        world.server.faults.hang = Some("_deleted=true");
        let loads = |world: &World| {
            let searches = world.server.log.iter();
            searches
                .filter(|(_, path, _)| path.contains("Task?status="))
                .count()
        };
        let before = loads(&world);
        for _ in 0..3_000 {
            if loads(&world) == before {
                world.run(10);
            }
        }
        let asked: Vec<_> = world
            .server
            .log
            .iter()
            .map(|(_, path, _)| path.as_str())
            .collect();
        assert!(loads(&world) > before, "{asked:?}");
        world.run(1_000);
        match cut {
            Cut::Rebound => world.sockets_blocked = false,
            Cut::Refused => world.run(60_000),
        }
        world.run(7_000);
        world.server.faults.hang = None;
        world.sockets_blocked = false;
        world.run(120_000);
        world.watch("a");
        world.assert_live();
        world.assert_equal();
    }
}

/// What ends a run before it is complete.
enum Cut {
    /// The stream is bound anew, and another run takes its place.
    Rebound,
    /// The server does not answer.
    Refused,
}
