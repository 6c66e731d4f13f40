//! Edits and sessions: kept for the rightful user, never sent by another, never lost by a sign-out without a word.

use super::{
    editing::{note, priority},
    world::{Happening, World},
};
use crate::{
    cache::{CacheFailure, CacheStore},
    engine::{HttpMethod, Input},
    identity::PanelId,
    limits,
    protocol::{OutboxSummary, SessionView, SignedOutReason, TabMessage, WorkerMessage},
};

fn signed_out(world: &World) -> bool {
    matches!(
        world.screen("a").session,
        Some(SessionView::SignedOut { .. })
    )
}

fn warning(world: &World) -> Option<OutboxSummary> {
    let mut messages = world.screen("a").messages.iter().rev();
    messages.find_map(|message| match message {
        WorkerMessage::SignOutWarning { summary } => Some(summary.clone()),
        _ => None,
    })
}

/// Records of the outbox on the disk.
fn stored(world: &World) -> usize {
    world.edits.count(CacheStore::Outbox)
}

/// An edit that cannot be sent.
fn unsent() -> World {
    let mut world = World::live(5);
    world.server.faults.writes.refuse = Some((503, "Down"));
    world.edit("a", "e1", 1, priority(None, "stat"));
    world.run(200);
    assert_eq!(stored(&world), 1);
    world
}

#[test]
fn a_sign_out_with_unsent_edits_warns_and_does_nothing_else() {
    let mut world = unsent();
    world.say("a", TabMessage::SignOut);
    world.run(200);
    assert!(!signed_out(&world));
    assert_eq!(warning(&world).unwrap().unsent, 1);
    world.server.faults.writes.refuse = None;
    world.run(60_000);
    world.assert_applied("a", "e1");
    world.say("a", TabMessage::SignOut);
    world.run(200);
    assert!(signed_out(&world));
    assert!(
        world.edits.databases.is_empty(),
        "nothing is left, not even an empty database"
    );
}

#[test]
fn a_confirmed_sign_out_discards_every_edit_and_its_key() {
    let mut world = unsent();
    world.say("a", TabMessage::SignOut);
    world.say("a", TabMessage::SignOutDiscarding);
    world.run(200);
    assert!(signed_out(&world));
    assert!(world.edits.databases.is_empty());
    world.server.faults.writes.refuse = None;
    world.sign_in("a");
    world.run(60_000);
    assert!(world.server.task(1).get("priority").is_none());
}

#[test]
fn a_refused_renewal_keeps_the_edits_and_sends_them_when_the_same_user_is_back() {
    let mut world = unsent();
    world.server.faults.refuse_refresh = true;
    world.server.valid_access += 100;
    world.run(60_000);
    assert!(signed_out(&world));
    assert_eq!(
        world.engine.signed_out(),
        Some(SignedOutReason::SessionEnded)
    );
    assert_eq!(stored(&world), 1);
    assert_eq!(world.disk.databases.len(), 0, "the rows are gone");
    world.server.faults.writes.refuse = None;
    world.server.faults.refuse_refresh = false;
    world.sign_in("a");
    world.run(5_000);
    assert_eq!(world.server.task(1)["priority"], "stat");
    assert_eq!(world.edits.unended(), 0);
}

#[test]
fn what_was_discarded_with_a_session_is_asked_for_again_by_no_tab() {
    let mut world = unsent();
    world.say("a", TabMessage::SignOutDiscarding);
    world.run(200);
    assert!(signed_out(&world));
    // It has heard of the end: what it asked for is over.
    assert_eq!(
        world.outcome("a", "e1"),
        Some(&crate::protocol::EditOutcome::Discarded)
    );
}

#[test]
fn nobody_is_told_of_an_end_before_the_disk_has_forgotten_what_ends() {
    let mut world = unsent();
    world.say("a", TabMessage::SignOutDiscarding);
    world.say("a", TabMessage::SignOutDiscarding);
    assert_eq!(world.screen("a").session, Some(SessionView::Restoring));
    assert_eq!(world.outcome("a", "e1"), None);
    world.run(1);
    assert!(signed_out(&world));
    assert_eq!(
        world.outcome("a", "e1"),
        Some(&crate::protocol::EditOutcome::Discarded)
    );
}

#[test]
fn a_disk_that_hangs_keeps_nobody_signed_in() {
    let mut world = unsent();
    world.say("a", TabMessage::SignOutDiscarding);
    let is_settled = |of: &Happening| matches!(of, Happening::Input(Input::StorageSettled { .. }));
    world.queue.retain(|_, happening| !is_settled(happening));
    world.run(limits::DEPARTURE_MAX_MS - 1);
    assert!(!signed_out(&world));
    world.run(1);
    assert!(signed_out(&world));
}

#[test]
fn a_sign_out_that_comes_after_the_end_of_the_session_discards_nothing() {
    let mut world = unsent();
    // Nothing more can be stored: what is to be kept stays in memory.
    world.edits.failure = Some(CacheFailure::Full);
    world.edit("a", "e2", 2, priority(None, "stat"));
    world.server.faults.refuse_refresh = true;
    world.server.valid_access += 100;
    world.run(60_000);
    assert!(signed_out(&world));
    world.say("a", TabMessage::SignOut);
    world.say("a", TabMessage::SignOutDiscarding);
    world.run(200);
    assert_eq!(warning(&world), None, "nobody is here to be asked");
    assert_eq!(stored(&world), 1);
    world.edits.failure = None;
    world.server.faults.refuse_refresh = false;
    world.server.faults.writes.refuse = None;
    world.sign_in("a");
    world.run(5_000);
    assert_eq!(world.server.task(1)["priority"], "stat");
    assert_eq!(world.server.task(2)["priority"], "stat");
}

#[test]
fn edits_of_another_user_are_neither_sent_nor_shown_nor_deleted() {
    let mut world = unsent();
    world.server.faults.refuse_refresh = true;
    world.server.valid_access += 100;
    world.run(60_000);
    world.server.faults.writes.refuse = None;
    world.server.faults.refuse_refresh = false;
    world.server.faults.profile = Some("other");
    let patches = world.server.patches();
    world.sign_in("a");
    world.run(60_000);
    world.watch("a");
    world.run(1_000);
    assert_eq!(world.server.patches(), patches, "never sent by another");
    assert!(world.screen("a").edits.open.is_empty());
    assert_eq!(world.pending("a", 1), []);
    world.edit("a", "e2", 2, note("by the other"));
    world.run(1_000);
    world.say("a", TabMessage::SignOut);
    world.run(1_000);
    assert!(signed_out(&world));
    assert_eq!(stored(&world), 1, "still there for the rightful user");
    world.server.faults.profile = None;
    world.sign_in("a");
    world.run(5_000);
    assert_eq!(world.server.task(1)["priority"], "stat");
    let authors: Vec<_> = world
        .server
        .history
        .of("Task", "t2")
        .iter()
        .map(|body| body["note"][0]["authorReference"]["reference"].clone())
        .collect();
    assert_eq!(authors.last().unwrap(), "Practitioner/other");
}

#[test]
fn a_removed_member_loses_no_edit() {
    let mut world = unsent();
    world.server.faults.membership_gone = true;
    world.run(5 * 60_000);
    assert_eq!(
        world.engine.signed_out(),
        Some(SignedOutReason::AccessRemoved)
    );
    assert_eq!(stored(&world), 1);
    world.server.faults.membership_gone = false;
    world.server.faults.writes.refuse = None;
    world.sign_in("a");
    world.run(5_000);
    assert_eq!(world.server.task(1)["priority"], "stat");
}

#[test]
fn without_storage_the_edits_of_an_ended_session_wait_in_memory_for_their_author() {
    let mut world = World::new();
    world.edits.absent = true;
    world
        .server
        .write(world.now - 500_000, super::world::task(1, "requested"));
    world.hello("a");
    world.sign_in("a");
    world.run(2_000);
    world.watch("a");
    world.server.faults.writes.refuse = Some((503, "Down"));
    world.edit("a", "e1", 1, priority(None, "stat"));
    world.run(200);
    world.server.faults.refuse_refresh = true;
    world.server.valid_access += 100;
    world.run(60_000);
    assert!(signed_out(&world));
    world.server.faults.refuse_refresh = false;
    world.server.faults.writes.refuse = None;
    world.server.faults.profile = Some("other");
    world.sign_in("a");
    world.run(5_000);
    assert!(world.server.task(1).get("priority").is_none());
    world.say("a", TabMessage::SignOut);
    world.run(1_000);
    world.server.faults.profile = None;
    world.sign_in("a");
    world.run(5_000);
    assert_eq!(world.server.task(1)["priority"], "stat");
}

#[test]
fn a_policy_that_changes_under_unsent_edits_leaves_them_where_they_are() {
    let mut world = unsent();
    world.server.faults.only_owner = Some("Practitioner/me".into());
    world.run(3 * 60_000);
    assert!(!signed_out(&world));
    assert_eq!(stored(&world), 1);
}

#[test]
fn what_was_saved_before_the_policy_changed_is_not_shown_by_the_answer_to_that() {
    let mut world = World::live(5);
    world.edit("a", "e1", 1, priority(None, "stat"));
    let patch = world.hold_up(HttpMethod::Patch, "Task/t1");
    world.is_answered_late(&patch, 10_000);
    world.server.faults.only_owner = Some("Practitioner/other".into());
    // It is refused, so that the worker asks what may be read.
    world.edit("a", "e2", 2, priority(None, "stat"));
    world.run(8_000);
    world.watch("a");
    world.run(1_000);
    let open_tasks = PanelId::new("open-tasks");
    assert!(world.screen("a").rows[&open_tasks].is_empty());
    assert_eq!(world.outcome("a", "e1"), None);
    world.run(5_000);
    world.assert_applied("a", "e1");
    assert!(world.screen("a").rows[&open_tasks].is_empty());
}

#[test]
fn nothing_is_sent_before_the_server_has_said_whose_session_it_is() {
    let mut world = unsent();
    world.server.faults.writes.refuse = None;
    world.server.faults.profile = Some("other");
    let patches = world.server.patches();
    world.next_life(1_000);
    world.server.faults.hang = Some("auth/me");
    world.hello("a");
    world.run(10_000);
    world.server.faults.hang = None;
    world.run(5 * 60_000);
    assert_eq!(
        world.server.patches() + patches,
        patches,
        "the log began anew"
    );
    assert!(world.screen("a").edits.open.is_empty());
    assert_eq!(stored(&world), 1);
}
