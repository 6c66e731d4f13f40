//! The stream: coming up, breaking, lying, coming back.

use super::world::{Happening, World, around, task};
use crate::{
    engine::{HttpMethod, Input, SocketEvent},
    error::SubscriptionError,
    limits,
    protocol::{Freshness, PollingReason, StaleReason, Surroundings, TabMessage, WorkerMessage},
};

#[test]
fn a_sign_in_leads_to_live_rows_over_one_socket_for_two_tabs() {
    let mut world = World::live(120);
    world.hello("b");
    world.watch("b");
    world.assert_equal();
    world.write(task(3, "completed"));
    world.write(task(500, "requested"));
    world.run(20);
    world.assert_equal();
    assert_eq!(world.opened, 1);
}

#[test]
fn a_deleted_task_disappears_at_once() {
    let mut world = World::live(10);
    world.delete("Task", "t4");
    world.run(25);
    world.assert_equal();
}

#[test]
fn after_15_s_without_a_socket_only_what_changed_is_read() {
    let mut world = World::live(2_000);
    world.hello("b");
    world.watch("b");
    world.run(70_000);
    world.sockets_blocked = true;
    world.drop_sockets();
    assert!(matches!(world.freshness(), Freshness::Stale { .. }));
    for step in 0..500 {
        let status = if step % 7 == 0 {
            "completed"
        } else {
            "requested"
        };
        world.write(task(step, status));
        world.run(25);
    }
    world.delete("Task", "t1999");
    world.sockets_blocked = false;
    world.server.log.clear();
    world.run(2_500);
    world.say("a", TabMessage::RetryNow);
    world.run(3_000);
    world.assert_live();
    world.assert_equal();
    let read: usize = world.server.log.iter().map(|(_, _, rows)| rows).sum();
    assert!(read < 1_200, "{read} rows were read for 501 changes");
}

#[test]
fn a_half_open_socket_is_noticed_within_10_s() {
    let mut world = World::live(5);
    world.frozen = true;
    world.write(task(1, "completed"));
    let since = world.now;
    while matches!(world.freshness(), Freshness::Live { .. }) {
        world.run(100);
        assert!(world.now.since_ms(since) < 10_000);
    }
    assert!(
        world
            .logs
            .iter()
            .any(|log| log.ends_with("the socket is open but silent"))
    );
    world.frozen = false;
    world.run(6_000);
    world.assert_live();
    world.assert_equal();
}

#[test]
fn a_half_open_socket_is_noticed_within_2_s_of_a_wake() {
    let mut world = World::live(5);
    world.frozen = true;
    world.run(500);
    let woke = Surroundings {
        woke: true,
        ..around()
    };
    world.say("a", TabMessage::Surroundings(woke));
    world.run(2_000);
    assert!(!matches!(world.freshness(), Freshness::Live { .. }));
}

#[test]
fn without_the_feature_the_panels_are_polled() {
    let mut world = World::new();
    world.server.faults.feature_off = true;
    world.server.write(world.now, task(1, "requested"));
    world.hello("a");
    let password = crate::protocol::Secret::new("pw");
    world.say(
        "a",
        TabMessage::SignIn {
            email: "a".into(),
            password,
        },
    );
    world.run(2_000);
    world.watch("a");
    let freshness = world.freshness();
    assert!(
        matches!(
            freshness,
            Freshness::Polling {
                reason: PollingReason::FeatureOff,
                ..
            }
        ),
        "{freshness:?}"
    );
    world.write(task(1, "completed"));
    world.write(task(2, "requested"));
    world.run(20_000);
    world.assert_equal();
    assert!(world.open.is_empty());
    world.server.faults.feature_off = false;
    world.run(8 * 60_000);
    world.assert_live();
}

#[test]
fn blocked_sockets_lead_to_polling_while_the_stream_is_still_tried() {
    let mut world = World::live(5);
    world.sockets_blocked = true;
    world.drop_sockets();
    world.write(task(2, "completed"));
    world.run(60_000);
    let freshness = world.freshness();
    assert!(
        matches!(
            freshness,
            Freshness::Polling {
                reason: PollingReason::SocketsBlocked,
                ..
            }
        ),
        "{freshness:?}"
    );
    world.assert_equal();
    world.sockets_blocked = false;
    world.run(35_000);
    world.assert_live();
}

#[test]
fn a_refused_bind_is_tried_again_until_it_holds() {
    let mut world = World::live(5);
    world.server.faults.refuse_binds = 2;
    world.drop_sockets();
    world.run(15_000);
    world.assert_live();
    world.write(task(2, "completed"));
    world.run(20);
    world.assert_equal();
}

#[test]
fn a_lost_event_is_found_and_the_stream_replaced() {
    let mut world = World::live(20);
    world.run(5_000);
    world.server.faults.lose_frames = 1;
    world.write(task(7, "completed"));
    let created = |world: &World| {
        let posts = world.server.log.iter();
        posts
            .filter(|(method, path, _)| {
                *method == HttpMethod::Post && path.ends_with("Subscription")
            })
            .count()
    };
    let before = created(&world);
    world.run(80_000);
    world.assert_equal();
    world.assert_live();
    let missed = world.engine.counters().of(SubscriptionError::EventMissed);
    assert_eq!(missed, 1);
    assert_eq!(created(&world), before + 2);
}

#[test]
fn a_frame_that_cannot_be_read_asks_for_an_early_proof() {
    let mut world = World::live(20);
    world.run(70_000);
    let socket = *world.open.iter().next().unwrap();
    world.server.faults.lose_frames = 1;
    world.write(task(7, "completed"));
    let event = SocketEvent::Frame("{".into());
    world.input(Input::Socket { socket, event });
    world.run(12_000);
    world.assert_equal();
    for _ in 0..50 {
        let event = SocketEvent::Frame("{".into());
        world.input(Input::Socket { socket, event });
    }
    world.server.log.clear();
    world.run(9_000);
    assert!(world.server.log.len() < 12, "{:?}", world.server.log);
}

#[test]
fn while_the_last_version_of_a_row_is_in_dispute_no_time_after_its_writing_is_claimed() {
    let mut world = World::live(20);
    world.run(5_000);
    let is_ping = |happening: &Happening| matches!(happening, Happening::FrameToServer(..));
    while !world.queue.values().any(is_ping) {
        world.run(1);
    }
    // Written just before the ping was sent, and there just before it is answered. Of the same millisecond: what arrives last
    // need not be what was written last.
    let (socket, written) = (*world.open.iter().next().unwrap(), world.now - 1);
    for status in ["requested", "completed"] {
        for (_, text) in world.server.write(written, task(7, status)) {
            let event = SocketEvent::Frame(text);
            world.at(1, Happening::Input(Input::Socket { socket, event }));
        }
    }
    world.run(200);
    let Freshness::Live { as_of } = world.freshness() else {
        panic!("{:?}", world.freshness());
    };
    assert!(as_of < written, "{as_of:?} {written:?}");
    world.run(5_000);
    world.assert_equal();
}

#[test]
fn a_deaf_binding_is_found_by_the_anti_entropy_and_replaced() {
    let mut world = World::live(20);
    world.server.deafen();
    world.write(task(7, "completed"));
    world.run(160_000);
    world.assert_equal();
    world.write(task(8, "completed"));
    world.run(20);
    world.assert_equal();
}

#[test]
fn a_reconnect_does_not_put_off_the_proof_of_what_the_stream_before_it_brought() {
    let mut world = World::live(20);
    world.server.deafen();
    world.write(task(7, "completed"));
    world.run(50_000);
    world.drop_sockets();
    world.run(25_000);
    world.assert_live();
    world.assert_equal();
}

#[test]
fn a_binding_that_vanishes_from_the_heartbeats_is_replaced() {
    let mut world = World::live(5);
    world.run(20_000);
    world.server.subscriptions.clear();
    world.run(40_000);
    world.assert_live();
    world.write(task(2, "completed"));
    world.run(20);
    world.assert_equal();
}

#[test]
fn a_day_on_one_socket_renews_every_token_and_stays_live() {
    let mut world = World::live(5);
    for _ in 0..26 * 12 {
        world.run(300_000);
        world.assert_live();
    }
    assert_eq!(world.opened, 1);
    world.write(task(2, "completed"));
    world.run(20);
    world.assert_equal();
}

#[test]
fn an_open_socket_whose_searches_fail_is_stale_and_says_why() {
    let mut world = World::live(5);
    world.drop_sockets();
    world.server.faults.status = Some(503);
    world.run(12_000);
    let freshness = world.freshness();
    let because_of_the_server = matches!(
        freshness,
        Freshness::Stale {
            reason: StaleReason::ServerError,
            ..
        }
    );
    assert!(because_of_the_server, "{freshness:?}");
    world.server.faults.status = None;
    world.run(40_000);
    world.assert_live();
}

#[test]
fn a_search_that_was_answered_long_after_it_was_asked_does_not_put_the_next_one_off() {
    let mut world = World::live(5);
    world.run(40_000);
    // The searches of the minute are asked, and refused again and again.
    world.server.faults.status = Some(503);
    world.run(100_000);
    world.server.faults.status = None;
    world.run(35_000);
    world.assert_live();
    for _ in 0..180 {
        world.run(1_000);
        world.assert_live();
    }
}

#[test]
fn a_search_that_could_not_tell_the_last_version_of_a_row_proves_nothing_of_it() {
    let mut world = World::live(20);
    world.run(30_000);
    // Two versions of one millisecond: the frame of the first comes after the search was asked, that of the second never.
    let written = world.now;
    world.write(task(3, "requested"));
    world.server.faults.lose_frames = 10;
    world.write(task(3, "completed"));
    world.server.faults.lose_frames = 0;
    world.run(1);
    let woke = Surroundings {
        woke: true,
        ..around()
    };
    world.say("a", TabMessage::Surroundings(woke));
    let proven = |world: &World| {
        let WorkerMessage::Freshness { panels, .. } = world.engine.freshness_message() else {
            panic!("no claim");
        };
        panels.iter().any(|panel| panel.proven >= Some(written))
    };
    let mut waited_ms = 0;
    while !proven(&world) {
        world.run(1);
        waited_ms += 1;
        assert!(waited_ms < 2_000, "never proven");
    }
    // The rows are on their way to the tab with the claim.
    world.run(10);
    world.assert_equal();
}

#[test]
fn no_claim_goes_out_before_the_rows_that_it_speaks_of_be_it_live_or_not() {
    let mut world = World::live(2_000);
    world.server.faults.swallow_binds = true;
    world.drop_sockets();
    world.run(1_000);
    // The last page of what is searched for is more than one batch.
    for id in 0..1_900 {
        world.write(task(id, "requested"));
    }
    let written = world.now;
    let claimed = |world: &World| {
        let told = world.screen("a").messages.iter();
        told.chain(&world.channel).any(|message| match message {
            WorkerMessage::Freshness { panels, .. } => {
                let least = panels.iter().map(|panel| panel.as_of).min();
                least.flatten() >= Some(written)
            }
            _ => false,
        })
    };
    // The search for tasks is the last one, and what it proves is told at once.
    let woke = Surroundings {
        woke: true,
        ..around()
    };
    world.say("a", TabMessage::Surroundings(woke));
    while world.delay("/Task?_lastUpdated=ge", 2 * limits::AS_OF_EVERY_MS + 100) == 0 {
        world.run(1);
    }
    while !claimed(&world) {
        world.run(1);
        assert!(world.now.since_ms(written) < 60_000, "never claimed");
    }
    let freshness = world.freshness();
    assert!(
        matches!(freshness, Freshness::CatchingUp { .. }),
        "{freshness:?}"
    );
    world.assert_equal();
}
