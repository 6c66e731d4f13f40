//! Outages: what one client asks of a server in trouble, and how it comes back.

use super::world::{World, around, task};
use crate::{
    engine::{Input, SocketEvent},
    error::{ConnectionError, SubscriptionError},
    protocol::{Freshness, PollingReason, StaleReason, Surroundings, TabMessage},
};

const MINUTE_MS: i64 = 60_000;
/// Bounds of what one client may ask for in an outage: of the first minute, and of each one after it. People look at the
/// screen in the first, and polling takes a dozen.
const ASKED_FIRST_MINUTE_MAX: usize = 120;
const ASKED_PER_MINUTE_MAX: usize = 40;
const TRIED_FIRST_MINUTE_MAX: usize = 50;
const TRIED_PER_MINUTE_MAX: usize = 8;
/// Longest wait for the turn of one browser of the thousand that a hospital has unless it says otherwise.
const TURN_MS_MAX: i64 = 30_000;

/// Something is down for so long. Everything that is asked, until it is live again and 10 s more, stays within the bounds;
/// returns the milliseconds until then.
fn outage(seed: u64, minutes: usize, prepare: impl Fn(&mut World)) -> i64 {
    let mut world = World::live_with_seed(seed, 20);
    world.run(30_000);
    prepare(&mut world);
    (world.asked, world.tried) = (0, 0);
    world.drop_sockets();
    world.run(minutes as i64 * MINUTE_MS);
    world.write(task(3, "completed"));
    world.sockets_blocked = false;
    world.server.faults = Default::default();
    let mut waited_ms = 0;
    while !matches!(world.freshness(), Freshness::Live { .. }) {
        world.run(100);
        waited_ms += 100;
        assert!(waited_ms < 60_000, "{}", world.logs.join("\n"));
    }
    world.run(10_000);
    world.assert_equal();
    let later = minutes.saturating_sub(1);
    assert!(
        world.asked <= ASKED_FIRST_MINUTE_MAX + later * ASKED_PER_MINUTE_MAX,
        "{} requests in {minutes} min",
        world.asked
    );
    assert!(
        world.tried <= TRIED_FIRST_MINUTE_MAX + later * TRIED_PER_MINUTE_MAX,
        "{} sockets in {minutes} min",
        world.tried
    );
    waited_ms
}

fn everything_down(world: &mut World) {
    world.sockets_blocked = true;
    world.server.faults.unreachable = true;
}

#[test]
fn a_server_that_is_gone_is_asked_a_bounded_number_of_times_and_found_again_soon() {
    for seed in 0..20 {
        let waited_ms = outage(seed, 1, everything_down);
        assert!(waited_ms <= 31_000 + TURN_MS_MAX, "{waited_ms}");
        let waited_ms = outage(seed, 10, everything_down);
        assert!(waited_ms <= 31_000 + TURN_MS_MAX, "{waited_ms}");
    }
}

#[test]
fn who_takes_every_socket_in_the_servers_place_and_closes_it_is_not_taken_for_the_server() {
    let mut waits = Vec::new();
    for seed in 0..20 {
        let mut world = World::live_with_seed(seed, 20);
        world.run(30_000);
        world.server.faults.unreachable = true;
        world.frozen = true;
        (world.asked, world.tried) = (0, 0);
        for _ in 0..600 {
            world.drop_sockets();
            world.run(100);
        }
        assert!(world.tried > 10, "{}", world.tried);
        assert!(
            world.asked <= ASKED_FIRST_MINUTE_MAX,
            "{} requests",
            world.asked
        );
        world.server.faults = Default::default();
        world.frozen = false;
        let back = world.now;
        while !matches!(world.freshness(), Freshness::Live { .. }) {
            world.run(100);
        }
        waits.push(world.now.since_ms(back));
        world.assert_equal();
    }
    waits.sort_unstable();
    assert!(waits[10] > 5_000, "each waits for its turn: {waits:?}");
    assert!(waits[19] <= 31_000 + TURN_MS_MAX, "{waits:?}");
}

#[test]
fn a_server_that_fails_while_sockets_open_is_asked_a_bounded_number_of_times() {
    for seed in 0..20 {
        for minutes in [1, 10] {
            let waited_ms = outage(seed, minutes, |world| {
                world.server.faults.status = Some(503);
            });
            assert!(waited_ms <= 31_000 + TURN_MS_MAX, "{waited_ms}");
        }
    }
}

#[test]
fn a_server_that_answers_nothing_is_asked_a_bounded_number_of_times() {
    outage(1, 10, |world| {
        world.sockets_blocked = true;
        world.server.faults.hang = Some("");
    });
    outage(1, 10, |world| world.server.faults.hang = Some(""));
}

#[test]
fn blocked_sockets_cost_the_pace_of_polling() {
    outage(1, 10, |world| world.sockets_blocked = true);
    outage(1, 10, |world| world.server.faults.refuse_binds = u32::MAX);
    outage(1, 10, |world| world.server.faults.swallow_binds = true);
}

#[test]
fn a_network_that_flaps_leads_to_no_storm() {
    let mut world = World::live(5);
    everything_down(&mut world);
    world.drop_sockets();
    (world.asked, world.tried) = (0, 0);
    for step in 0..600 {
        let next = Surroundings {
            online: step % 2 == 0,
            visible: step % 3 == 0,
            ..around()
        };
        world.say("a", TabMessage::Surroundings(next));
        world.run(100);
    }
    assert!(world.tried <= 80, "{} sockets", world.tried);
    assert!(world.asked <= 240, "{} requests", world.asked);
}

#[test]
fn a_young_outage_is_left_within_4_s() {
    for seed in 0..50 {
        let mut world = World::live_with_seed(seed, 5);
        world.run(30_000);
        world.sockets_blocked = true;
        world.drop_sockets();
        world.run(15_000);
        world.sockets_blocked = false;
        world.run(4_100);
        world.assert_live();
    }
}

#[test]
fn a_server_that_lets_in_and_throws_out_at_once_is_tried_less_and_less() {
    let mut world = World::live(5);
    world.tried = 0;
    for _ in 0..600 {
        world.drop_sockets();
        world.run(1_000);
    }
    // Ten minutes: a connection of a second proves nothing, so the waits stay those of an old outage.
    assert!(world.tried <= 50 + 9 * 8, "{}", world.tried);
}

#[test]
fn a_close_code_that_says_more_is_told() {
    for (code, error, reason) in [
        (1006, ConnectionError::Closed, StaleReason::SocketClosed),
        (
            1009,
            ConnectionError::ClosedTooLarge,
            StaleReason::SocketClosed,
        ),
        (
            1001,
            ConnectionError::ClosedForRestart,
            StaleReason::ServerRestarting,
        ),
        (
            1012,
            ConnectionError::ClosedForRestart,
            StaleReason::ServerRestarting,
        ),
        (
            1008,
            ConnectionError::ClosedByPolicy,
            StaleReason::SocketRefused,
        ),
        (
            4401,
            ConnectionError::ClosedByPolicy,
            StaleReason::SocketRefused,
        ),
    ] {
        let mut world = World::live(5);
        world.sockets_blocked = true;
        let socket = world.open.pop_first().unwrap();
        world.server.on_closed(socket);
        let event = SocketEvent::Closed { code };
        world.input(Input::Socket { socket, event });
        let freshness = world.freshness();
        assert!(
            matches!(freshness, Freshness::Stale { reason: told, .. } if told == reason),
            "{code} {freshness:?}"
        );
        assert_eq!(world.engine.counters().of(error), 1, "{code}");
        // Nothing of it signs anybody out, and the stream comes back.
        world.sockets_blocked = false;
        world.run(5_000);
        world.assert_live();
    }
}

#[test]
fn sockets_that_failed_while_the_server_was_away_are_not_called_blocked() {
    let mut answered_first = 0;
    for seed in 0..20 {
        let mut world = World::live_with_seed(seed, 20);
        everything_down(&mut world);
        world.drop_sockets();
        world.run(25_000);
        world.sockets_blocked = false;
        world.server.faults = Default::default();
        world.server.log.clear();
        while !matches!(world.freshness(), Freshness::Live { .. }) {
            let freshness = world.freshness();
            assert!(
                !matches!(freshness, Freshness::Polling { .. }),
                "seed {seed}: {freshness:?}"
            );
            answered_first += usize::from(world.open.is_empty() && !world.server.log.is_empty());
            world.run(50);
        }
    }
    assert!(answered_first > 0, "no answer came before a socket");
}

#[test]
fn sockets_that_are_known_to_be_blocked_stay_so_over_an_outage() {
    let mut world = World::live(5);
    world.sockets_blocked = true;
    world.drop_sockets();
    world.run(60_000);
    world.server.faults.unreachable = true;
    world.run(25_000);
    assert!(matches!(world.freshness(), Freshness::Stale { .. }));
    world.server.faults = Default::default();
    world.run(5_000);
    let freshness = world.freshness();
    let blocked = PollingReason::SocketsBlocked;
    assert!(
        matches!(freshness, Freshness::Polling { reason, .. } if reason == blocked),
        "{freshness:?}"
    );
}

#[test]
fn sockets_that_open_and_are_refused_again_and_again_count_as_blocked() {
    let mut world = World::live(5);
    world.server.faults.swallow_binds = true;
    for _ in 0..8 {
        world.drop_sockets();
        world.run(5_000);
    }
    let freshness = world.freshness();
    let blocked = PollingReason::SocketsBlocked;
    assert!(
        matches!(freshness, Freshness::Polling { reason, .. } if reason == blocked),
        "{freshness:?}"
    );
    assert_eq!(
        world
            .engine
            .counters()
            .of(SubscriptionError::SocketsBlocked),
        1
    );
    world.server.faults.swallow_binds = false;
    world.run(MINUTE_MS);
    world.assert_live();
}

#[test]
fn a_tight_rate_limit_slows_polling_down_and_says_how_slow() {
    let mut world = World::live(5);
    world.server.faults.feature_off = true;
    world.drop_sockets();
    world.run(20_000);
    let searches = |world: &mut World| {
        world.server.log.clear();
        world.run(5 * MINUTE_MS);
        let log = world.server.log.iter();
        log.filter(|(_, path, _)| path.contains("_lastUpdated=ge"))
            .count()
    };
    let before = searches(&mut world);
    let left = r#""requests";r=59000;t=6, "fhirInteractions";r=240;t=60"#;
    world.server.faults.rate_limit = Some(left.into());
    world.run(MINUTE_MS);
    let after = searches(&mut world);
    assert!(after * 2 < before, "{after} of {before}");
    let freshness = world.freshness();
    assert!(
        matches!(
            freshness,
            Freshness::Polling {
                every_ms: 60_000,
                ..
            }
        ),
        "{freshness:?}"
    );
    world.write(task(2, "completed"));
    world.run(70_000);
    world.assert_equal();
}
