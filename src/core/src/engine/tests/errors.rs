//! Every kind of error is counted when it happens: one scenario for each. The match is exhaustive, so that a new kind asks
//! for its scenario.

use super::{
    subscriptions::too_many_types,
    world::{World, task},
};
use crate::{
    cache::CacheFailure,
    engine::{Counters, HttpAnswer, Input, SocketEvent},
    error::{ConnectionError, EngineError, ProcessingError, StateError, SubscriptionError},
    identity::{PanelId, RequestId, ResourceKey, SocketId},
    protocol::TabMessage,
};

const MINUTE_MS: i64 = 60_000;

#[test]
fn every_kind_of_error_is_counted() {
    let mut uncounted = Vec::new();
    for error in EngineError::all() {
        let counters = match error {
            EngineError::Connection(error) => connection(error),
            EngineError::Subscription(error) => subscription(error),
            EngineError::Processing(error) => processing(error),
            EngineError::State(error) => state(error),
        };
        if counters.of(error) == 0 {
            uncounted.push(error);
        }
    }
    assert_eq!(uncounted, []);
}

fn close(world: &mut World, code: u16) {
    let socket = world.open.pop_first().unwrap();
    let event = SocketEvent::Closed { code };
    world.input(Input::Socket { socket, event });
}

fn connection(error: ConnectionError) -> Counters {
    let mut world = World::live(5);
    let faults = &mut world.server.faults;
    match error {
        ConnectionError::ConnectTimedOut => {
            world.drop_sockets();
            while world.engine.counters().of(error) == 0 {
                world.lose_openings();
                world.run(4);
            }
        }
        ConnectionError::ConnectFailed => world.sockets_blocked = true,
        ConnectionError::Closed => close(&mut world, 1006),
        ConnectionError::ClosedForRestart => close(&mut world, 1012),
        ConnectionError::ClosedByPolicy => close(&mut world, 1008),
        ConnectionError::ClosedTooLarge => close(&mut world, 1009),
        ConnectionError::Silent => world.frozen = true,
        ConnectionError::HeartbeatLost => {
            world.run(15_000);
            world.server.subscriptions.clear();
            world.run(30_000);
        }
        ConnectionError::Unreachable => faults.unreachable = true,
        ConnectionError::TimedOut => faults.hang = Some("fhir"),
        ConnectionError::AnswerTooLarge => faults.too_large = true,
        ConnectionError::ServerFailed => faults.status = Some(502),
        ConnectionError::RateLimited => faults.status = Some(429),
        ConnectionError::Unauthorized => world.server.valid_access = 99,
        ConnectionError::RenewalFailed => {
            world.run(54 * MINUTE_MS);
            world.server.faults.status = Some(503);
            world.run(5 * MINUTE_MS);
        }
        ConnectionError::IdentityUnknown => {
            // Something answers in the server's place when it is asked who this is.
            world.server.faults.membership_gone = true;
            world.say("a", read("Task/t9"));
            world.run(7);
            world.server.faults.guest_page = true;
        }
        ConnectionError::RenewalRefused => {
            faults.refuse_refresh = true;
            world.server.valid_access = 99;
        }
        ConnectionError::SessionEnded => {
            faults.no_refresh_token = true;
            world.say("a", TabMessage::SignOut);
            world.run(100);
            world.sign_in("a");
            world.run(2_000);
            world.server.valid_access = 99;
        }
        ConnectionError::AccessRemoved => faults.membership_gone = true,
    }
    world.drop_sockets();
    world.run(45_000);
    world.engine.counters()
}

fn read(reference: &str) -> TabMessage {
    let record = ResourceKey::from_reference(reference).unwrap();
    TabMessage::OpenRecord { record }
}

fn subscription(error: SubscriptionError) -> Counters {
    let mut world = World::live(5);
    world.run(15_000);
    let faults = &mut world.server.faults;
    match error {
        SubscriptionError::CreateFailed => faults.status = Some(500),
        SubscriptionError::TokenFailed => faults.hang = Some("$get-ws-binding-token"),
        SubscriptionError::BindRefused => faults.refuse_binds = 1,
        SubscriptionError::BindTimedOut => faults.swallow_binds = true,
        SubscriptionError::NotInHeartbeat => {
            world.server.subscriptions.pop_last();
            world.run(30_000);
        }
        SubscriptionError::BindingExpired => world.suspend(2 * 60 * MINUTE_MS),
        SubscriptionError::ExtensionRefused => {
            faults.refuse_extensions = true;
            world.run(20 * 60 * MINUTE_MS);
        }
        SubscriptionError::EventMissed => {
            faults.lose_frames = 1;
            world.write(task(1, "completed"));
            world.run(70_000);
        }
        SubscriptionError::SocketUseless | SubscriptionError::SocketsBlocked => {
            faults.swallow_binds = true;
            world.drop_sockets();
            world.run(3 * MINUTE_MS);
        }
        SubscriptionError::FeatureOff => faults.feature_off = true,
        SubscriptionError::NotPermitted => faults.may_not_subscribe = true,
        SubscriptionError::CapReached => faults.cap = Some(0),
        SubscriptionError::TooManyTypes => return too_many_types(),
    }
    world.run(2_000);
    world.drop_sockets();
    world.run(30_000);
    world.engine.counters()
}

fn processing(error: ProcessingError) -> Counters {
    let mut world = World::live(5);
    let socket = *world.open.first().unwrap();
    let frame = |world: &mut World, text: &str| {
        let event = SocketEvent::Frame(text.to_owned());
        world.input(Input::Socket { socket, event });
    };
    match error {
        ProcessingError::FrameTooLarge => {
            let text = "x".repeat(crate::limits::FRAME_BYTES_MAX + 1);
            frame(&mut world, &text);
        }
        ProcessingError::FrameMalformed => frame(&mut world, "{"),
        ProcessingError::FrameUnknown => frame(&mut world, r#"{"type":"hello"}"#),
        ProcessingError::ResourceInvalid | ProcessingError::EntryUnreadable => {
            world.server.faults.junk_entries = true;
        }
        ProcessingError::PageUnreadable => world.server.faults.guest_page = true,
        ProcessingError::SearchRefused => world.server.faults.status = Some(400),
        ProcessingError::CursorStuck => {
            world.server.page = 2;
            world.server.faults.cursors_fail = true;
            for id in 0..9 {
                world.write(task(id, "completed"));
            }
        }
        ProcessingError::SearchEndless => world.server.faults.endless = true,
        ProcessingError::ReadUnusable => {
            world.server.faults.guest_page = true;
            world.say("a", read("Task/t99"));
        }
        ProcessingError::SearchForbidden => world.server.faults.status = Some(403),
        ProcessingError::OverLimit => {
            let limited = world.with_resources_max(1_000);
            for id in 0..1_100 {
                limited.write(task(id, "requested"));
            }
            limited.hello("a");
            limited.sign_in("a");
        }
    }
    world.run(70_000);
    world.engine.counters()
}

fn state(error: StateError) -> Counters {
    let mut world = World::live(5);
    match error {
        StateError::TabNotAdmitted => world.say("nobody", TabMessage::SignOut),
        StateError::PanelUnknown => {
            let panel = PanelId::new("nothing");
            world.say("a", TabMessage::Watch { panel });
        }
        StateError::SignInOutOfTurn => world.sign_in("a"),
        StateError::ChoiceOutOfTurn => {
            let membership = "m".to_owned();
            world.say("a", TabMessage::ChooseMembership { membership });
        }
        StateError::StoredSessionUnusable => {
            world = World::restored(1, Some("nonsense".into()));
        }
        StateError::SocketUnknown => {
            let event = SocketEvent::Opened;
            let socket = SocketId(999);
            world.input(Input::Socket { socket, event });
        }
        StateError::AnswerUnknown => {
            let request = RequestId(9_999);
            let result = Ok(HttpAnswer {
                status: 200,
                body: String::new(),
                rate_limit: None,
            });
            world.input(Input::Http { request, result });
        }
        StateError::SubscriptionUnknown => {
            let (socket, _) = world.server.heartbeats(world.now).remove(0);
            let frames = world.server.write(world.now, task(1, "completed"));
            let text = frames[0]
                .1
                .replace("Subscription/sub", "Subscription/other");
            let event = SocketEvent::Frame(text);
            world.input(Input::Socket { socket, event });
        }
        StateError::Slept => world.suspend(MINUTE_MS),
        StateError::ClockSetBack => {
            world.clock_ahead_ms = -MINUTE_MS;
        }
        StateError::StorageLost => {
            world.disk.failure = Some(CacheFailure::Closed);
            world.write(task(3, "completed"));
        }
        StateError::BatchNotStored | StateError::StorageFull => {
            world.disk.failure = Some(CacheFailure::Full);
            world.write(task(3, "completed"));
        }
        StateError::OutboxNotKept => {
            world.edits.failure = Some(CacheFailure::Full);
            world.edit("a", "e1", 1, super::editing::note("x"));
        }
        StateError::StoredEditUnusable => {
            let records = world.edits.databases.values_mut().next().unwrap();
            let key = (crate::cache::CacheStore::Outbox, "1".to_owned());
            records.insert(key, "{}".into());
            world.next_life(5_000);
            world.hello("a");
        }
        StateError::AuditNotKept
        | StateError::AuditRefused
        | StateError::AuditEntryRefused
        | StateError::AuditMissed
        | StateError::AuditLost
        | StateError::AuditBroken => super::audit_queue::bring_about(&mut world, error),
        StateError::SettingsNotKept => {
            world.settings.failure = Some(CacheFailure::Full);
            world.choose(
                "a",
                crate::settings::SettingsChange::Dates(Default::default()),
            );
        }
        StateError::EditsLost => {
            let failure = CacheFailure::Unreadable;
            world.input(Input::Outbox(crate::cache::CacheEvent::Lost(failure)));
        }
        StateError::StoredRowsUnusable => {
            world.run(3 * MINUTE_MS);
            let records = world.disk.databases.values_mut().next().unwrap();
            let key = (crate::cache::CacheStore::Cursors, "Task".to_owned());
            records.insert(key, "{}".into());
            world.next_life(5_000);
            world.hello("a");
        }
    }
    world.run(20_000);
    world.engine.counters()
}
