//! Texts that were typed and not saved: nothing that happens to a tab or a worker takes them along.

use super::{editing::key, world::World};
use crate::{
    cache::{CacheFailure, CacheStore},
    limits,
    protocol::{DraftOf, EditField, FieldValue, SessionView, TabMessage, WorkerMessage},
};

fn keep(world: &mut World, tab: &str, record: usize, text: &str) {
    keep_of(world, tab, record, DraftOf::NOTE, text);
}

fn keep_of(world: &mut World, tab: &str, record: usize, of: DraftOf, text: &str) {
    keep_in(world, tab, 0, record, of, text);
}

/// What a tab types after it has forgotten as many times.
fn keep_in(world: &mut World, tab: &str, sitting: u32, record: usize, of: DraftOf, text: &str) {
    let message = TabMessage::KeepDraft {
        record: key(record),
        of,
        text: text.into(),
        sitting,
    };
    world.say(tab, message);
    world.run(50);
}

/// What is typed over a label of the ward's own workflow.
fn business_status(seen: &str) -> DraftOf {
    DraftOf {
        field: EditField::BusinessStatus,
        seen: FieldValue::Code(seen.into()),
    }
}

fn open(world: &mut World, tab: &str, record: usize) {
    let record = key(record);
    world.say(tab, TabMessage::OpenRecord { record });
    world.run(50);
}

/// What a tab was given, in order.
fn given(world: &World, tab: &str) -> Vec<String> {
    let messages = world.screen(tab).messages.iter();
    let drafts = messages.filter_map(|message| match message {
        WorkerMessage::Draft { text, .. } => Some(text.clone()),
        _ => None,
    });
    drafts.collect()
}

/// Another worker, with somebody signed in, that does not know yet what is stored.
fn next_life_before_the_outbox_is_open(world: &mut World) {
    world.next_life(1_000);
    world.hello("a");
    for _ in 0..100 {
        if let Some(SessionView::SignedIn { .. }) = world.screen("a").session {
            break;
        }
        world.run(1);
    }
}

fn stored(world: &World) -> usize {
    world.edits.count(CacheStore::Outbox)
}

/// Long enough for every tab to have come back.
fn settle(world: &mut World) {
    world.run(limits::DRAFT_ADOPTED_AFTER_MS + limits::TICK_MS);
}

/// The server ends the session, and lets whoever it was in again.
fn end_session(world: &mut World) {
    world.server.faults.refuse_refresh = true;
    world.server.valid_access += 100;
    world.run(60_000);
    world.server.faults.refuse_refresh = false;
}

fn live() -> World {
    let mut world = World::live(5);
    settle(&mut world);
    world
}

#[test]
fn what_was_typed_in_a_tab_that_is_gone_comes_back_where_the_record_is_opened() {
    let mut world = live();
    keep(&mut world, "a", 1, "Called, no ans");
    keep(&mut world, "a", 1, "Called, no answer");
    assert_eq!(stored(&world), 1);
    world.hello("b");
    open(&mut world, "b", 1);
    assert!(given(&world, "b").is_empty(), "it is still typed elsewhere");
    world.tab_gone("a");
    world.run(50);
    assert_eq!(given(&world, "b"), ["Called, no answer"]);
    world.hello("c");
    open(&mut world, "c", 1);
    assert!(given(&world, "c").is_empty(), "given once");
    keep(&mut world, "b", 1, "");
    assert_eq!(stored(&world), 0, "added or deleted there");
}

#[test]
fn a_killed_worker_takes_no_draft_along() {
    let mut world = live();
    keep(&mut world, "a", 1, "half a thought");
    world.next_life(1_000);
    world.hello("b");
    world.run(2_000);
    open(&mut world, "b", 1);
    settle(&mut world);
    assert_eq!(given(&world, "b"), ["half a thought"]);
}

#[test]
fn what_a_tab_says_before_the_stored_draft_is_known_counts() {
    for now in ["", "half a thought and more"] {
        let mut world = live();
        keep(&mut world, "a", 1, "half a thought");
        next_life_before_the_outbox_is_open(&mut world);
        keep(&mut world, "a", 1, now);
        world.run(500);
        open(&mut world, "a", 1);
        settle(&mut world);
        assert!(given(&world, "a").is_empty(), "it knows");
        assert_eq!(stored(&world), usize::from(!now.is_empty()));
    }
}

#[test]
fn a_tab_that_outlives_the_worker_keeps_what_is_typed_in_it() {
    let mut world = live();
    keep(&mut world, "a", 1, "half a thought");
    world.next_life(1_000);
    world.hello("b");
    world.run(500);
    open(&mut world, "b", 1);
    world.hello("a");
    // It says so as soon as somebody is signed in.
    keep(&mut world, "a", 1, "half a thought");
    settle(&mut world);
    assert!(given(&world, "b").is_empty());
    open(&mut world, "a", 1);
    assert!(given(&world, "a").is_empty(), "it has it");
    keep(&mut world, "a", 1, "half a thought and more");
    assert_eq!(stored(&world), 1, "the same draft");
}

#[test]
fn what_a_tab_forgot_at_the_end_of_a_session_comes_back_in_whichever_opens_the_record() {
    for opens in ["a", "b"] {
        let mut world = live();
        world.hello("b");
        open(&mut world, "a", 1);
        keep(&mut world, "a", 1, "half a thought");
        end_session(&mut world);
        world.say("a", TabMessage::CloseRecord);
        world.sign_in("a");
        world.run(2_000);
        open(&mut world, opens, 1);
        settle(&mut world);
        assert_eq!(given(&world, opens), ["half a thought"]);
    }
}

#[test]
fn a_tab_that_forgot_its_own_text_gets_that_one_back_and_not_another_in_its_place() {
    let mut world = live();
    world.hello("b");
    open(&mut world, "a", 1);
    keep_of(&mut world, "b", 1, business_status("old"), "from b");
    keep_of(&mut world, "a", 1, business_status("old"), "from a");
    end_session(&mut world);
    world.say("a", TabMessage::CloseRecord);
    world.sign_in("a");
    settle(&mut world);
    open(&mut world, "a", 1);
    assert_eq!(given(&world, "a"), ["from a"]);
    keep_of(&mut world, "a", 1, business_status("old"), "from a");
    assert_eq!(stored(&world), 2);
    open(&mut world, "b", 1);
    assert_eq!(given(&world, "b"), ["from b"]);
}

#[test]
fn a_tab_that_slept_through_the_end_of_a_session_gets_back_what_it_said_before_it_heard_of_it() {
    let mut world = live();
    open(&mut world, "a", 1);
    // It was given this before it fell asleep, says so when it wakes, and then hears of the session that ended: it forgets.
    keep(&mut world, "a", 1, "half a thought");
    assert!(given(&world, "a").is_empty());
    world.say("a", TabMessage::DraftsForgotten);
    world.run(limits::TICK_MS);
    assert_eq!(given(&world, "a"), ["half a thought"]);
}

#[test]
fn what_a_tab_forgot_is_not_replaced_by_what_it_says_before_the_stored_draft_is_known() {
    let mut world = live();
    keep(&mut world, "a", 1, "before the session ended");
    next_life_before_the_outbox_is_open(&mut world);
    keep_in(&mut world, "a", 1, 1, DraftOf::NOTE, "after it");
    world.run(500);
    open(&mut world, "a", 1);
    assert_eq!(given(&world, "a"), ["before the session ended"]);
    let both = "after it\n\nbefore the session ended";
    keep_in(&mut world, "a", 1, 1, DraftOf::NOTE, both);
    assert_eq!(stored(&world), 1, "they are one from now on");
}

#[test]
fn a_full_disk_keeps_the_draft_that_it_has_until_it_takes_the_one_in_its_place() {
    let mut world = live();
    keep(&mut world, "a", 1, "half a thought");
    world.next_life(1_000);
    world.edits.failure = Some(CacheFailure::Full);
    world.hello("a");
    keep(&mut world, "a", 1, "half a thought");
    world.run(5_000);
    assert_eq!(stored(&world), 1);
}

#[test]
fn what_was_typed_while_the_storage_was_away_comes_back_and_not_what_it_had_before() {
    let mut world = live();
    keep_of(&mut world, "a", 1, business_status("old"), "half");
    world.edits.absent = true;
    world.next_life(1_000);
    world.hello("a");
    world.run(500);
    keep_of(&mut world, "a", 1, business_status("old"), "half a thought");
    world.edits.absent = false;
    world.run(2 * limits::CACHE_RETRY_MS);
    end_session(&mut world);
    world.sign_in("a");
    settle(&mut world);
    open(&mut world, "a", 1);
    assert_eq!(given(&world, "a"), ["half a thought"]);
}

#[test]
fn what_is_being_typed_stays_in_its_tab_when_the_policy_changes() {
    let mut world = live();
    world.hello("b");
    open(&mut world, "a", 1);
    open(&mut world, "b", 1);
    keep(&mut world, "a", 1, "half a thought");
    world.server.faults.hidden_fields = vec!["description"];
    let changed = |world: &World| world.logs.iter().any(|log| log.contains("rights"));
    while !changed(&world) {
        world.run(1);
    }
    // Both hear of it, and one says sooner what it has open than the other what is typed there.
    open(&mut world, "b", 1);
    keep(&mut world, "a", 1, "half a thought");
    settle(&mut world);
    assert_eq!(given(&world, "b"), Vec::<String>::new());
    world.tab_gone("a");
    world.run(50);
    assert_eq!(given(&world, "b"), ["half a thought"]);
}

#[test]
fn drafts_of_several_tabs_all_come_and_become_one() {
    let mut world = live();
    world.hello("b");
    keep(&mut world, "a", 1, "from a");
    keep(&mut world, "b", 1, "from b");
    world.tab_gone("a");
    world.tab_gone("b");
    world.hello("c");
    open(&mut world, "c", 1);
    settle(&mut world);
    assert_eq!(given(&world, "c"), ["from a", "from b"]);
    keep(&mut world, "c", 1, "from a\nfrom b");
    assert_eq!(stored(&world), 1);
}

#[test]
fn each_field_of_a_record_has_a_text_of_its_own() {
    let mut world = live();
    keep(&mut world, "a", 1, "a note");
    keep_of(&mut world, "a", 1, business_status("old"), "Called b");
    keep_of(&mut world, "a", 1, business_status("old"), "Called back");
    keep_of(&mut world, "a", 1, business_status("older"), "Wait");
    assert_eq!(stored(&world), 3);
    world.next_life(1_000);
    world.hello("b");
    world.run(2_000);
    open(&mut world, "b", 1);
    settle(&mut world);
    let messages = world.screen("b").messages.iter();
    let drafts = messages.filter_map(|message| match message {
        WorkerMessage::Draft { of, text, .. } => Some((of.clone(), text.as_str())),
        _ => None,
    });
    let expected = [
        (DraftOf::NOTE, "a note"),
        (business_status("old"), "Called back"),
        (business_status("older"), "Wait"),
    ];
    assert_eq!(drafts.collect::<Vec<_>>(), expected);
    keep_of(&mut world, "b", 1, business_status("old"), "");
    assert_eq!(stored(&world), 2, "saved or given up there");
}

#[test]
fn what_is_being_typed_in_a_field_is_not_replaced_by_what_was_typed_elsewhere_which_waits() {
    let mut world = live();
    world.hello("b");
    keep_of(&mut world, "a", 1, business_status("old"), "from a");
    keep_of(&mut world, "b", 1, business_status("old"), "from b");
    world.tab_gone("a");
    open(&mut world, "b", 1);
    settle(&mut world);
    assert!(given(&world, "b").is_empty());
    keep_of(&mut world, "b", 1, business_status("old"), "");
    world.run(50);
    assert_eq!(given(&world, "b"), ["from a"]);
}

#[test]
fn a_sign_out_that_would_lose_a_draft_warns() {
    let mut world = live();
    keep(&mut world, "a", 1, "half a thought");
    world.say("a", TabMessage::SignOut);
    world.run(200);
    let warned = world
        .screen("a")
        .messages
        .iter()
        .find_map(|message| match message {
            WorkerMessage::SignOutWarning { summary } => Some((summary.drafts, summary.unsent)),
            _ => None,
        });
    assert_eq!(warned, Some((1, 0)));
    world.say("a", TabMessage::SignOutDiscarding);
    world.run(200);
    assert!(matches!(
        world.screen("a").session,
        Some(SessionView::SignedOut { .. })
    ));
    assert!(world.edits.databases.is_empty(), "and then nothing is left");
}

#[test]
fn the_draft_of_one_user_is_never_shown_to_another() {
    for failure in [None, Some(CacheFailure::Full)] {
        let mut world = live();
        world.edits.failure = failure;
        keep(&mut world, "a", 1, "half a thought");
        end_session(&mut world);
        world.server.faults.profile = Some("other");
        world.tab_gone("a");
        world.hello("b");
        world.sign_in("b");
        world.run(2_000);
        open(&mut world, "b", 1);
        settle(&mut world);
        assert!(given(&world, "b").is_empty());
        world.say("b", TabMessage::SignOut);
        world.run(1_000);
        world.server.faults.profile = None;
        world.sign_in("b");
        world.run(2_000);
        open(&mut world, "b", 1);
        settle(&mut world);
        assert_eq!(given(&world, "b"), ["half a thought"], "{failure:?}");
    }
}

#[test]
fn a_draft_that_says_it_is_of_somebody_else_is_neither_shown_nor_deleted() {
    let mut world = live();
    keep(&mut world, "a", 1, "half a thought");
    for text in world
        .edits
        .databases
        .values_mut()
        .flat_map(|records| records.values_mut())
    {
        *text = text.replace("Practitioner/me", "Practitioner/other");
    }
    world.next_life(1_000);
    world.hello("b");
    world.run(2_000);
    open(&mut world, "b", 1);
    settle(&mut world);
    assert!(given(&world, "b").is_empty());
    assert_eq!(stored(&world), 1);
}

#[test]
fn a_draft_of_an_earlier_build_is_a_note() {
    let mut world = live();
    keep(&mut world, "a", 1, "half a thought");
    let records = world.edits.databases.values_mut();
    for text in records.flat_map(|records| records.values_mut()) {
        let of = r#""of":{"field":"note","seen":"absent"},"#;
        assert!(text.contains(of), "{text}");
        *text = text.replace(of, "");
    }
    world.next_life(1_000);
    world.hello("b");
    world.run(2_000);
    open(&mut world, "b", 1);
    settle(&mut world);
    assert_eq!(given(&world, "b"), ["half a thought"]);
}

#[test]
fn drafts_are_bounded_and_an_edit_beside_them_is_not_held_up() {
    let mut world = live();
    for record in 0..limits::DRAFTS_MAX + 5 {
        keep(&mut world, "a", record, "x");
    }
    assert_eq!(stored(&world), limits::DRAFTS_MAX);
    world.edit("a", "e1", 1, super::editing::note("added"));
    world.run(500);
    world.assert_applied("a", "e1");
    assert!(world.pending("a", 1).is_empty(), "a draft is no edit");
}
