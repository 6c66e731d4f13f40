//! Subscriptions through the whole engine: renewed, extended, capped, refused, hanging, purged.

use super::world::{World, task};
use crate::{
    engine::{Counters, HttpMethod, Input, SocketEvent},
    error::{ConnectionError, StateError, SubscriptionError},
    identity::{PanelId, ResourceType},
    protocol::{Freshness, PollingReason},
};

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;

impl World {
    fn requests(&self, method: HttpMethod, part: &str) -> usize {
        let log = self.server.log.iter();
        log.filter(|(used, path, _)| *used == method && path.contains(part))
            .count()
    }

    fn count(&self, error: impl Into<crate::error::EngineError>) -> u64 {
        self.engine.counters().of(error)
    }

    /// Lets time pass with a write each minute that must arrive at once, and `Live` without a break.
    fn run_live(&mut self, minutes: i64) {
        for minute in 0..minutes {
            self.run(MINUTE_MS);
            self.assert_live();
            let status = if minute % 2 == 0 {
                "completed"
            } else {
                "requested"
            };
            self.write(task(2, status));
            self.run(20);
            self.assert_equal();
        }
    }
}

/// The panels of today need two types; this is what happens when panels need more than fit.
pub(super) fn too_many_types() -> Counters {
    let mut world = World::live(5);
    let names = ["Task", "Patient", "Encounter", "Flag", "Basic"];
    let wanted: Vec<_> = names.into_iter().map(ResourceType::from).collect();
    let engine = &mut world.engine;
    engine.subscriptions.set_types(&mut engine.io, &wanted);
    assert_eq!(polling(&world), Some(PollingReason::CapReached));
    world.engine.counters()
}

fn polling(world: &World) -> Option<PollingReason> {
    match world.freshness() {
        Freshness::Polling { reason, .. } => Some(reason),
        _ => None,
    }
}

#[test]
fn tokens_are_renewed_at_50_minutes_without_a_gap() {
    let mut world = World::live(5);
    world.server.log.clear();
    world.run_live(3 * 60);
    assert_eq!(world.requests(HttpMethod::Post, "Subscription"), 0);
    assert_eq!(
        world.requests(HttpMethod::Get, "$get-ws-binding-token"),
        3 * 4
    );
    assert_eq!(world.opened, 1);
    assert_eq!(world.count(SubscriptionError::EventMissed), 0);
}

#[test]
fn subscriptions_are_extended_before_24_hours_without_a_gap() {
    let mut world = World::live(5);
    world.run(19 * HOUR_MS);
    world.server.log.clear();
    world.run_live(8 * 60);
    assert_eq!(world.requests(HttpMethod::Put, "Subscription/"), 4);
    assert_eq!(world.requests(HttpMethod::Post, "Subscription"), 0);
    assert_eq!(world.count(SubscriptionError::EventMissed), 0);
}

#[test]
fn where_an_extension_is_refused_another_one_is_bound_before_the_old_one_is_dropped() {
    let mut world = World::live(5);
    world.server.faults.refuse_extensions = true;
    world.run(19 * HOUR_MS);
    world.server.log.clear();
    world.run_live(2 * 60);
    assert_eq!(world.count(SubscriptionError::ExtensionRefused), 4);
    assert_eq!(world.requests(HttpMethod::Post, "Subscription"), 4);
    assert_eq!(world.requests(HttpMethod::Delete, "Subscription/"), 4);
    assert_eq!(world.server.subscriptions.len(), 4);
    assert_eq!(world.count(SubscriptionError::EventMissed), 0);
}

#[test]
fn a_server_that_fails_at_the_time_of_renewal_costs_nothing_while_the_token_lives() {
    let mut world = World::live(5);
    world.run(49 * MINUTE_MS);
    world.server.faults.hang = Some("$get-ws-binding-token");
    world.run_live(5);
    world.server.faults.hang = None;
    world.run_live(10);
    assert!(world.count(SubscriptionError::TokenFailed) >= 4);
    assert_eq!(world.opened, 1);
}

#[test]
fn a_token_that_ends_before_it_is_renewed_puts_the_type_in_doubt_and_what_was_missed_is_read() {
    let mut world = World::live(5);
    world.run(49 * MINUTE_MS);
    world.server.faults.hang = Some("$get-ws-binding-token");
    world.run(13 * MINUTE_MS);
    assert!(!matches!(world.freshness(), Freshness::Live { .. }));
    assert_eq!(world.count(SubscriptionError::BindingExpired), 4);
    world.write(task(2, "completed"));
    world.server.faults.hang = None;
    world.run(60_000);
    world.assert_live();
    world.assert_equal();
    assert_eq!(world.count(SubscriptionError::EventMissed), 0);
}

#[test]
fn tokens_that_ended_while_the_machine_slept_are_renewed_and_what_was_missed_is_read() {
    for newest in [false, true] {
        let mut world = World::live(5);
        world.server.faults.newest = newest;
        world.run(30_000);
        world.suspend(2 * HOUR_MS);
        world.write(task(2, "completed"));
        world.run(5_000);
        world.assert_live();
        world.assert_equal();
        world.write(task(3, "completed"));
        world.run(20);
        world.assert_equal();
        assert_eq!(world.opened, 1);
    }
}

#[test]
fn after_a_day_of_sleep_nothing_of_before_is_trusted_although_it_shakes_hands_and_beats() {
    let mut world = World::live(5);
    world.run(30_000);
    world.suspend(25 * HOUR_MS);
    world.run(5_000);
    world.assert_live();
    world.write(task(2, "completed"));
    world.run(20);
    world.assert_equal();
}

#[test]
fn a_newer_server_that_purges_and_shakes_no_hands_with_the_dead_is_lived_with() {
    let mut world = World::live(5);
    world.server.faults.newest = true;
    world.run_live(70);
    world.server.subscriptions.pop_last();
    world.run(40_000);
    world.assert_live();
    world.write(task(2, "completed"));
    world.run(20);
    world.assert_equal();
    assert!(world.count(SubscriptionError::NotInHeartbeat) >= 1);
}

#[test]
fn a_subscription_that_is_gone_when_its_token_is_renewed_is_replaced() {
    let mut world = World::live(5);
    world.run(49 * MINUTE_MS + 55_000);
    world.server.faults.newest = true;
    // Between two heartbeats.
    world.server.subscriptions.clear();
    world.run(30_000);
    world.assert_live();
    world.write(task(2, "completed"));
    world.run(20);
    world.assert_equal();
}

#[test]
fn a_creation_that_is_never_answered_is_given_up_and_repeated() {
    let mut world = World::live(5);
    world.server.faults.hang = Some("fhir/R4/Subscription");
    world.drop_sockets();
    world.run(20_000);
    assert!(world.count(ConnectionError::TimedOut) >= 4);
    assert!(world.count(SubscriptionError::CreateFailed) >= 4);
    world.server.faults.hang = None;
    world.run(20_000);
    world.assert_live();
    world.assert_equal();
}

#[test]
fn a_bind_that_is_never_answered_leads_to_another_subscription_and_in_the_end_to_another_socket() {
    let mut world = World::live(5);
    world.server.faults.swallow_binds = true;
    world.drop_sockets();
    world.run(60_000);
    assert!(world.count(SubscriptionError::BindTimedOut) >= 16);
    assert!(world.count(SubscriptionError::SocketUseless) >= 1);
    assert!(world.opened >= 3);
    world.server.faults.swallow_binds = false;
    world.run(40_000);
    world.assert_live();
}

#[test]
fn a_user_who_may_not_subscribe_is_polled_and_comes_back_by_itself() {
    let mut world = World::live(5);
    world.server.faults.may_not_subscribe = true;
    world.drop_sockets();
    world.run(10_000);
    assert_eq!(polling(&world), Some(PollingReason::NotPermitted));
    assert_eq!(world.count(SubscriptionError::NotPermitted), 1);
    assert!(world.open.is_empty());
    world.write(task(2, "completed"));
    world.run(20_000);
    world.assert_equal();
    world.server.faults.may_not_subscribe = false;
    world.run(8 * MINUTE_MS);
    world.assert_live();
    assert_eq!(polling(&world), None);
}

#[test]
fn at_the_cap_the_panels_are_polled_until_there_is_room() {
    let mut world = World::live(5);
    world.server.faults.cap = Some(0);
    world.drop_sockets();
    world.run(15_000);
    assert_eq!(polling(&world), Some(PollingReason::CapReached));
    world.server.faults.cap = None;
    world.run(8 * MINUTE_MS);
    world.assert_live();
}

#[test]
fn what_a_half_open_socket_left_behind_is_deleted_when_it_counts_against_the_cap() {
    let mut world = World::live(5);
    world.server.faults.cap = Some(4);
    // The server does not notice that the socket is gone.
    world.frozen = true;
    world.run(8_000);
    world.frozen = false;
    world.run(15_000);
    world.assert_live();
    world.assert_equal();
    world.run(60_000);
    assert_eq!(world.server.subscriptions.len(), 4);
    assert_eq!(world.count(SubscriptionError::CapReached), 0);
}

#[test]
fn a_feature_that_is_switched_off_under_a_live_stream_is_asked_for_now_and_then_only() {
    let mut world = World::live(5);
    world.server.faults.feature_off = true;
    world.run(50 * MINUTE_MS);
    world.server.log.clear();
    world.run(10 * MINUTE_MS);
    let log = world.server.log.iter();
    let created = log.filter(|(method, path, _)| {
        *method == HttpMethod::Post && path.starts_with("fhir/R4/Subscription")
    });
    let created = created.count();
    assert!((1..=60).contains(&created), "{created}");
}

#[test]
fn what_was_created_without_the_feature_is_deleted() {
    let mut world = World::new();
    world.server.faults.feature_off = true;
    world.hello("a");
    world.sign_in("a");
    world.run(70_000);
    assert_eq!(polling(&world), Some(PollingReason::FeatureOff));
    assert_eq!(world.count(SubscriptionError::FeatureOff), 1);
    assert_eq!(world.server.subscriptions.len(), 0);
}

#[test]
fn a_late_frame_of_a_deletes_only_subscription_that_was_replaced_is_still_a_delete() {
    let mut world = World::live(5);
    world.run(30_000);
    let socket = *world.open.iter().next().unwrap();
    let key = ("Task".to_owned(), "t3".to_owned());
    let frames = world.server.delete(world.now, "Task", "t3");
    // Nothing but that one frame will ever tell.
    let stored = world.server.resources.get_mut(&key).unwrap();
    stored.deleted = false;
    stored.updated = stored.updated - 400_000;
    let (_, late) = frames.into_iter().next_back().unwrap();
    world.server.faults.refuse_extensions = true;
    world.run(20 * HOUR_MS + 10 * MINUTE_MS);
    assert!(world.count(SubscriptionError::ExtensionRefused) >= 4);
    let open_tasks = PanelId::new("open-tasks");
    assert_eq!(world.screen("a").rows[&open_tasks].len(), 5);
    let event = SocketEvent::Frame(late);
    world.input(Input::Socket { socket, event });
    world.run(2);
    assert_eq!(world.screen("a").rows[&open_tasks].len(), 4);
    assert_eq!(world.count(StateError::SubscriptionUnknown), 1);
}
