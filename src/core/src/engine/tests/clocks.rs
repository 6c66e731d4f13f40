//! Time that does not pass evenly: machines that sleep, clocks that are set.

use super::world::{Happening, World, task};
use crate::{
    engine::{Input, SocketEvent},
    error::StateError,
    protocol::{CatchUpReason, Freshness, TabMessage},
};

const HOUR_MS: i64 = 60 * 60_000;

impl World {
    /// The machine sleeps: no timer fires, nothing arrives, and the server gives the sockets up.
    pub(super) fn sleep(&mut self, ms: i64) {
        for socket in std::mem::take(&mut self.open) {
            self.server.on_closed(socket);
            let event = SocketEvent::Closed { code: 1006 };
            self.at(ms, Happening::Input(Input::Socket { socket, event }));
        }
        self.now = self.now + ms;
    }

    /// The machine sleeps: the server goes on, what it sends is buffered, and timers do not run (`transcripts/04e-half-open.json`).
    pub(super) fn suspend(&mut self, ms: i64) {
        let end = self.now + ms;
        while let Some(((at, _), happening)) = self.queue.pop_first() {
            if at > end {
                self.at(at.since_ms(self.now), happening);
                break;
            }
            self.now = self.now.max(at);
            match happening {
                Happening::Input(_) | Happening::Opens(_) => {
                    self.at(end.since_ms(self.now), happening);
                }
                other => {
                    self.at(0, other);
                    let wake = self.wake.take();
                    self.step();
                    self.wake = wake;
                }
            }
            if self.queue.keys().next().is_some_and(|(at, _)| *at >= end) {
                break;
            }
        }
        self.now = end;
        self.wake = self.wake.map(|wake| wake + ms);
    }

    /// Sockets that are being opened get no answer.
    pub(super) fn lose_openings(&mut self) {
        self.queue
            .retain(|_, happening| !matches!(happening, Happening::Opens(_)));
    }

    fn is_live(&self) -> bool {
        matches!(self.freshness(), Freshness::Live { .. })
    }
}

#[test]
fn after_a_sleep_nothing_is_live_until_the_socket_has_answered() {
    let mut world = World::live(5);
    world.run(500);
    world.suspend(30_000);
    let mut doubted = false;
    for _ in 0..1_100 {
        world.run(1);
        doubted |= matches!(
            world.freshness(),
            Freshness::CatchingUp {
                reason: CatchUpReason::Doubt,
                ..
            }
        );
    }
    assert!(doubted);
    world.assert_live();
    assert_eq!(world.opened, 1, "the socket survived");
    assert_eq!(world.engine.counters().of(StateError::Slept), 1);
}

#[test]
fn a_socket_that_died_in_the_sleep_is_noticed_and_the_rows_are_right_within_2_s_without_a_word_from_a_tab()
 {
    let mut world = World::live(50);
    world.run(70_000);
    world.frozen = true;
    for id in 0..40 {
        world.write(task(id, "completed"));
    }
    world.suspend(600_000);
    let woke = world.now;
    while world.screen("a").rows[&crate::identity::PanelId::new("open-tasks")].len() > 10 {
        assert!(
            world.now.since_ms(woke) < 2_000,
            "{}",
            world.logs.join("\n")
        );
        world.run(10);
    }
    world.assert_equal();
    while !world
        .logs
        .iter()
        .any(|log| log.ends_with("open but silent"))
    {
        assert!(world.now.since_ms(woke) <= 2_010);
        assert!(!world.is_live() || world.now.since_ms(woke) < 1_010);
        world.run(10);
    }
    world.frozen = false;
    world.run(10_000);
    world.assert_live();
    world.assert_equal();
}

#[test]
fn a_buffered_answer_to_an_older_ping_does_not_prove_that_the_socket_lives_after_the_sleep() {
    let mut world = World::live(5);
    // Until a ping's answer is on its way.
    let is_pong = |happening: &Happening| {
        matches!(happening, Happening::Input(Input::Socket { event: SocketEvent::Frame(text), .. })
            if text.contains("pong"))
    };
    while !world.queue.values().any(is_pong) {
        world.run(1);
    }
    world.suspend(60_000);
    world.frozen = true;
    world.run(1_100);
    while world
        .engine
        .counters()
        .of(crate::error::ConnectionError::Silent)
        == 0
    {
        assert!(!world.is_live());
        world.run(10);
    }
}

#[test]
fn ten_tabs_that_tell_of_a_wake_do_not_prolong_the_patience() {
    let mut world = World::live(5);
    world.frozen = true;
    for step in 0..10 {
        let woke = crate::protocol::Surroundings {
            woke: true,
            ..super::world::around()
        };
        world.say("a", TabMessage::Surroundings(woke));
        world.run(if step < 9 { 150 } else { 0 });
    }
    assert_eq!(
        world
            .engine
            .counters()
            .of(crate::error::ConnectionError::Silent),
        1
    );
}

#[test]
fn a_clock_set_back_an_hour_stops_nothing() {
    let mut world = World::live(5);
    world.clock_ahead_ms = -HOUR_MS;
    world.run(60_000);
    world.assert_live();
    assert_eq!(world.opened, 1);
    let Freshness::Live { as_of } = world.freshness() else {
        panic!("not live");
    };
    let clock = world.now - HOUR_MS;
    assert!(
        (0..10_000).contains(&clock.since_ms(as_of)),
        "times follow the clock"
    );
    world.frozen = true;
    world.write(task(1, "completed"));
    world.run(10_000);
    assert!(!world.is_live());
    world.frozen = false;
    world.run(10_000);
    world.assert_live();
    world.assert_equal();
    assert!(world.engine.counters().of(StateError::ClockSetBack) >= 1);
}

#[test]
fn a_clock_that_lags_a_little_stops_no_timer() {
    let mut world = World::live(5);
    world.run(20_000);
    world.frozen = true;
    world.clock_ahead_ms = -19;
    world.run(10_000);
    assert!(!world.is_live());
}

#[test]
fn a_clock_set_forward_a_day_and_back_again_costs_a_moment_of_doubt_only() {
    let mut world = World::live(5);
    for ahead_ms in [24 * HOUR_MS, 0, 24 * HOUR_MS, -24 * HOUR_MS] {
        world.clock_ahead_ms = ahead_ms;
        world.run(3_000);
        world.assert_live();
        // Heartbeats count again, or the socket would be given up for want of them.
        world.run(60_000);
        world.assert_live();
        world.write(task(
            1,
            if ahead_ms == 0 {
                "completed"
            } else {
                "requested"
            },
        ));
        world.run(20);
        world.assert_equal();
    }
    assert_eq!(world.opened, 1);
}

#[test]
fn while_a_socket_opens_a_sleep_starts_the_attempt_anew() {
    let mut world = World::live(5);
    world.sockets_blocked = true;
    world.drop_sockets();
    world.run(200);
    world.sockets_blocked = false;
    world.suspend(HOUR_MS / 2);
    world.run(3_000);
    world.assert_live();
    world.assert_equal();
}
