//! Sessions: signing in, renewing, ending.

use super::world::{World, task};
use crate::{
    engine::HttpMethod,
    protocol::{
        Freshness, Secret, SessionView, SignInFailure, SignedOutReason, TabMessage, WorkerMessage,
    },
};

#[test]
fn a_wrong_password_is_told_to_the_tab_that_typed_it() {
    let mut world = World::new();
    world.hello("a");
    world.hello("b");
    let password = Secret::new("wrong");
    world.say(
        "a",
        TabMessage::SignIn {
            email: "a".into(),
            password,
        },
    );
    world.run(1_000);
    let failed = WorkerMessage::SignInFailed {
        reason: SignInFailure::WrongCredentials,
    };
    assert!(world.screen("a").messages.contains(&failed));
    assert!(!world.screen("b").messages.contains(&failed));
}

#[test]
fn an_unreachable_server_is_a_typed_failure() {
    let mut world = World::new();
    world.server.faults.unreachable = true;
    world.hello("a");
    let password = Secret::new("pw");
    world.say(
        "a",
        TabMessage::SignIn {
            email: "a".into(),
            password,
        },
    );
    world.run(1_000);
    let failed = WorkerMessage::SignInFailed {
        reason: SignInFailure::ServerUnreachable,
    };
    assert!(world.screen("a").messages.contains(&failed));
}

#[test]
fn one_refresh_serves_every_request_that_was_answered_401() {
    let mut world = World::live(5);
    let before = world.server.refreshes;
    world.server.valid_access = 999;
    world.drop_sockets();
    world.run(6_000);
    world.assert_live();
    assert_eq!(world.server.refreshes, before + 1);
}

#[test]
fn a_server_error_during_the_refresh_signs_nobody_out() {
    let mut world = World::live(5);
    world.server.faults.status = Some(503);
    world.run(65 * 60_000);
    assert!(matches!(
        world.screen("a").session,
        Some(SessionView::SignedIn { .. })
    ));
    assert!(!matches!(world.freshness(), Freshness::NeedsSignIn { .. }));
    world.server.faults.status = None;
    world.run(90_000);
    world.assert_live();
}

#[test]
fn a_refused_refresh_ends_the_session() {
    let mut world = World::live(5);
    world.server.faults.refuse_refresh = true;
    world.run(60 * 60_000);
    let reason = SignedOutReason::SessionEnded;
    assert_eq!(world.freshness(), Freshness::NeedsSignIn { reason });
    assert_eq!(
        world.screen("a").session,
        Some(SessionView::SignedOut { reason })
    );
    assert!(world.open.is_empty());
    assert_eq!(world.stored, None);
}

#[test]
fn signing_out_revokes_closes_forgets_and_tells_every_tab() {
    let mut world = World::live(5);
    world.hello("b");
    world.say("a", TabMessage::SignOut);
    world.run(1_000);
    let reason = SignedOutReason::UserSignedOut;
    for name in ["a", "b"] {
        assert_eq!(
            world.screen(name).session,
            Some(SessionView::SignedOut { reason })
        );
    }
    assert!(world.open.is_empty());
    assert_eq!(world.stored, None);
    let revoked = (HttpMethod::Post, "oauth2/logout".to_owned(), 0);
    assert!(world.server.log.contains(&revoked));
    let log_length = world.server.log.len();
    world.run(300_000);
    assert_eq!(
        world.server.log.len(),
        log_length,
        "nothing is asked for nobody"
    );
}

#[test]
fn somebody_else_can_sign_in_after_a_sign_out() {
    let mut world = World::live(5);
    world.say("a", TabMessage::SignOut);
    world.run(1_000);
    world.say(
        "a",
        TabMessage::SignIn {
            email: "b".into(),
            password: Secret::new("pw"),
        },
    );
    world.run(2_000);
    world.watch("a");
    world.assert_live();
    world.write(task(2, "completed"));
    world.run(20);
    world.assert_equal();
}

#[test]
fn a_stored_session_is_restored_without_a_password() {
    let stored = World::live(5).stored;
    let mut world = World::restored(2, stored);
    world.server.refresh = 1;
    world.hello("a");
    world.run(2_000);
    assert!(
        matches!(
            world.screen("a").session,
            Some(SessionView::SignedIn { .. })
        ),
        "{:?}",
        world.logs
    );
}

#[test]
fn a_removed_member_is_signed_out_although_the_token_is_valid() {
    let mut world = World::live(5);
    world.server.faults.membership_gone = true;
    // The next search says so at the latest, a minute on.
    world.run(70_000);
    let reason = SignedOutReason::AccessRemoved;
    assert_eq!(world.freshness(), Freshness::NeedsSignIn { reason });
    assert!(world.open.is_empty());
    assert_eq!(world.stored, None);
    assert!(world.screen("a").rows.is_empty());
}

#[test]
fn a_removed_member_does_not_see_rows_as_deleted_for_long() {
    let mut world = World::live(5);
    world.server.faults.membership_gone = true;
    let record = crate::identity::ResourceKey::from_reference("Task/t77").unwrap();
    world.say("a", TabMessage::OpenRecord { record });
    world.run(30);
    let reason = SignedOutReason::AccessRemoved;
    assert_eq!(world.freshness(), Freshness::NeedsSignIn { reason });
}

#[test]
fn a_deleted_record_costs_a_question_and_nobody_is_signed_out() {
    let mut world = World::live(5);
    world.run(30_000);
    world.server.log.clear();
    for id in 0..4 {
        world.delete("Task", &format!("t{id}"));
        let record = crate::identity::ResourceKey::from_reference(&format!("Task/t{id}")).unwrap();
        world.say("a", TabMessage::OpenRecord { record });
        world.run(500);
    }
    world.assert_live();
    let asked = world
        .server
        .log
        .iter()
        .filter(|(_, path, _)| path == "auth/me");
    assert!(asked.count() <= 1);
}

#[test]
fn the_page_of_a_guest_network_is_not_asked_all_the_time() {
    let mut world = World::live(5);
    world.run(2 * 60_000);
    world.server.faults.guest_page = true;
    world.server.log.clear();
    let watched_ms = 10 * 60_000;
    world.run(watched_ms);
    let log = world.server.log.iter();
    let asked = log.filter(|(_, path, _)| path == "auth/me").count();
    let most = watched_ms / (crate::limits::SESSION_CHECK_AGAIN_MS / 2);
    assert!(asked > 1 && asked as i64 <= most, "{asked} of {most}");
}

#[test]
fn the_page_of_a_guest_network_signs_nobody_out() {
    let stored = World::live(5).stored;
    let mut world = World::restored(2, stored);
    world.server.refresh = 1;
    world.server.faults.guest_page = true;
    world.hello("a");
    world.run(5 * 60_000);
    assert!(!matches!(world.freshness(), Freshness::NeedsSignIn { .. }));
    assert!(world.stored.is_some());
    world.server.faults.guest_page = false;
    world.run(2 * 60_000);
    assert!(matches!(
        world.screen("a").session,
        Some(SessionView::SignedIn { .. })
    ));
    world.watch("a");
    world.assert_live();
}

#[test]
fn a_guest_page_in_the_middle_of_a_session_costs_nothing_but_freshness() {
    let mut world = World::live(5);
    world.server.faults.guest_page = true;
    world.drop_sockets();
    world.run(70 * 60_000);
    assert!(matches!(
        world.screen("a").session,
        Some(SessionView::SignedIn { .. })
    ));
    assert!(!matches!(world.freshness(), Freshness::Live { .. }));
    world.server.faults.guest_page = false;
    world.run(2 * 60_000);
    world.assert_live();
    world.assert_equal();
}

#[test]
fn a_code_is_exchanged_once_even_if_the_answer_never_comes() {
    // Twice would revoke the login (`transcripts/01a-sign-in.json`).
    let mut world = World::new();
    world.server.faults.hang = Some("oauth2/token");
    world.hello("a");
    world.sign_in("a");
    world.run(60_000);
    let exchanges = world
        .server
        .log
        .iter()
        .filter(|(_, path, _)| path == "hangs");
    assert_eq!(exchanges.count(), 1);
    let failed = WorkerMessage::SignInFailed {
        reason: SignInFailure::ServerUnreachable,
    };
    assert!(world.screen("a").messages.contains(&failed));
}

#[test]
fn two_renewals_are_never_on_their_way_at_once() {
    // Only the later one's refresh token would work (`transcripts/01a-sign-in.json`).
    let mut world = World::live(5);
    world.run(54 * 60_000);
    let before = world.server.refreshes;
    // Every request is answered 401, the timer of the renewal is due, and the machine wakes up.
    world.server.valid_access = 999;
    world.suspend(10 * 60_000);
    world.run(10_000);
    world.assert_live();
    assert_eq!(world.server.refreshes, before + 1);
}

#[test]
fn a_rate_limit_on_renewals_signs_nobody_out() {
    let mut world = World::live(5);
    world.server.faults.status = Some(429);
    world.run(62 * 60_000);
    assert!(!matches!(world.freshness(), Freshness::NeedsSignIn { .. }));
    world.server.faults.status = None;
    world.run(3 * 60_000);
    world.assert_live();
}
