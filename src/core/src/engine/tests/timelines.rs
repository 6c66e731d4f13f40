//! The history of an open record: read behind everything else, and never shown as newer than it is.

use serde_json::json;

use super::{
    editing::note,
    servers::{of_a_restricted_user, owned, sign_in},
    world::{World, task},
};
use crate::{
    engine::HttpMethod,
    identity::{ResourceId, ResourceKey, ResourceType},
    limits,
    protocol::{
        Earlier, RecordState, TabMessage, TimelineDeed, TimelineState, TimelineView, WorkerMessage,
    },
};

fn key(id: &str) -> ResourceKey {
    ResourceKey::new(ResourceType::Task, ResourceId::new(id))
}

fn ask(world: &mut World, tab: &str, id: &str, pages: u32) {
    let record = key(id);
    world.say(tab, TabMessage::OpenTimeline { record, pages });
}

/// As the drawer does it.
fn open(world: &mut World, tab: &str, id: &str) {
    world.say(tab, TabMessage::OpenRecord { record: key(id) });
    ask(world, tab, id, 1);
}

fn told(world: &World, tab: &str) -> Vec<TimelineView> {
    let messages = world.screen(tab).messages.iter();
    let views = messages.filter_map(|message| match message {
        WorkerMessage::Timeline(view) => Some(*view.clone()),
        _ => None,
    });
    views.collect()
}

fn last(world: &World) -> TimelineView {
    told(world, "a").pop().unwrap()
}

fn asked(world: &World) -> usize {
    let log = world.server.log.iter();
    log.filter(|(_, path, _)| path.contains("_history")).count()
}

fn deeds(view: &TimelineView) -> Vec<TimelineDeed> {
    view.entries.iter().map(|entry| entry.deed).collect()
}

#[test]
fn an_open_record_has_its_history_and_the_record_comes_first() {
    let mut world = World::live(5);
    world.write(task(1, "in-progress"));
    world.run(1_000);
    world.server.log.clear();
    open(&mut world, "a", "t1");
    assert_eq!(last(&world).state, TimelineState::Loading);
    let messages = &world.screen("a").messages;
    let place = |is: fn(&WorkerMessage) -> bool| messages.iter().position(is);
    let record = place(|message| matches!(message, WorkerMessage::Record { .. }));
    let timeline = place(|message| matches!(message, WorkerMessage::Timeline(_)));
    assert!(record < timeline);
    world.run(50);
    let view = last(&world);
    assert_eq!(
        (view.state, view.earlier),
        (TimelineState::Current, Earlier::Nothing)
    );
    assert_eq!(deeds(&view), [TimelineDeed::Changed, TimelineDeed::Created]);
    assert_eq!(view.entries[0].author.as_deref(), Some("Ben Colleague"));
    assert!(matches!(&view.entries[0].changes[..], [change] if change.label == "Status"));
    let expected = format!(
        "fhir/R4/Task/t1/_history?_count={}",
        limits::TIMELINE_PAGE_VERSIONS + 1
    );
    let sent = world
        .server
        .log
        .iter()
        .map(|(method, path, _)| (*method, &path[..]));
    assert_eq!(sent.collect::<Vec<_>>(), [(HttpMethod::Get, &expected[..])]);
}

#[test]
fn a_newer_version_comes_into_the_history_and_until_then_it_is_called_behind() {
    let mut world = World::live(5);
    open(&mut world, "a", "t1");
    world.run(5_000);
    world.write(task(1, "ready"));
    world.run(3);
    let view = last(&world);
    assert_eq!(view.state, TimelineState::Behind);
    assert_eq!(view.entries.len(), 1);
    world.run(100);
    let view = last(&world);
    assert_eq!(
        (view.state, view.entries.len()),
        (TimelineState::Current, 2)
    );
}

#[test]
fn a_storm_of_versions_is_read_at_a_bounded_rate_and_ends_complete() {
    let mut world = World::live(5);
    open(&mut world, "a", "t1");
    world.run(5_000);
    world.server.log.clear();
    for round in 0..100 {
        world.write(task(1, if round % 2 == 0 { "ready" } else { "on-hold" }));
        world.run(100);
    }
    world.run(2 * limits::TIMELINE_REFRESH_EVERY_MS);
    let most = usize::try_from(10_000 / limits::TIMELINE_REFRESH_EVERY_MS + 2).unwrap();
    assert!(asked(&world) <= most, "{}", asked(&world));
    let view = last(&world);
    assert_eq!(
        (view.state, view.earlier),
        (TimelineState::Current, Earlier::More)
    );
    let newest = world.server.resources[&("Task".into(), "t1".into())].version;
    let shown = view.entries[0].version.as_ref().unwrap();
    assert_eq!(shown.as_str(), format!("v{newest}"));
}

#[test]
fn more_is_read_for_whoever_asks_and_never_more_than_the_limit() {
    let mut world = World::live(5);
    let many = limits::TIMELINE_PAGES_MAX * limits::TIMELINE_PAGE_VERSIONS + 5;
    for round in 0..many {
        world.write(json!({ "resourceType": "Task", "id": "t1", "status": "requested", "description": round.to_string() }));
        world.run(200);
    }
    world.run(5_000);
    open(&mut world, "a", "t1");
    world.run(50);
    for pages in 1..=limits::TIMELINE_PAGES_MAX + 2 {
        ask(&mut world, "a", "t1", u32::try_from(pages).unwrap());
        assert_eq!(last(&world).state, TimelineState::Loading);
        world.run(50);
        let view = last(&world);
        let pages = pages.min(limits::TIMELINE_PAGES_MAX);
        assert_eq!(view.entries.len(), pages * limits::TIMELINE_PAGE_VERSIONS);
        assert!(
            view.entries
                .iter()
                .all(|entry| entry.deed == TimelineDeed::Changed)
        );
        let is_last = pages == limits::TIMELINE_PAGES_MAX;
        assert_eq!(
            view.earlier,
            if is_last {
                Earlier::TooMuch
            } else {
                Earlier::More
            }
        );
    }
}

#[test]
fn who_may_not_read_it_is_told_so_and_not_asked_for_again() {
    let mut world = World::live(5);
    world.server.faults.writes.no_history = true;
    open(&mut world, "a", "t1");
    world.run(50);
    assert_eq!(last(&world).state, TimelineState::NotAllowed);
    world.server.log.clear();
    world.write(task(1, "ready"));
    world.run(60_000);
    assert_eq!(asked(&world), 0);
    world.assert_live();
    world.server.faults.writes.no_history = false;
    ask(&mut world, "a", "t1", 1);
    world.run(50);
    assert_eq!(last(&world).state, TimelineState::Current);
}

#[test]
fn what_the_server_does_not_give_is_asked_for_again_at_once_by_a_person_and_slowly_by_itself() {
    let mut world = World::live(5);
    world.server.faults.guest_page = true;
    open(&mut world, "a", "t1");
    world.run(20);
    world.server.faults.guest_page = false;
    assert_eq!(last(&world).state, TimelineState::Unavailable);
    assert_eq!(last(&world).as_of, None);
    ask(&mut world, "a", "t1", 1);
    world.run(20);
    assert_eq!(last(&world).state, TimelineState::Current);

    world.server.faults.hang = Some("_history");
    world.server.log.clear();
    world.write(task(1, "ready"));
    world.run(5 * 60_000);
    world.assert_live();
    let view = last(&world);
    assert!(
        matches!(
            view.state,
            TimelineState::Unavailable | TimelineState::Offline
        ),
        "{:?}",
        view.state
    );
    assert!(
        view.as_of.is_some() && view.entries.len() == 1,
        "what was read stays"
    );
    let tries = world
        .server
        .log
        .iter()
        .filter(|(_, path, _)| path == "hangs")
        .count();
    assert!((3..=12).contains(&tries), "{tries}");
    world.server.faults.hang = None;
    world.run(limits::TIMELINE_RETRY_MAX_MS);
    let view = last(&world);
    assert_eq!(
        (view.state, view.entries.len()),
        (TimelineState::Current, 2)
    );
}

#[test]
fn without_the_server_it_says_so_at_once_and_heals_when_the_server_is_back() {
    let mut world = World::live(5);
    world.server.faults.unreachable = true;
    world.drop_sockets();
    world.run(60_000);
    open(&mut world, "a", "t1");
    assert_eq!(last(&world).state, TimelineState::Offline);
    ask(&mut world, "a", "t1", 1);
    assert_eq!(last(&world).state, TimelineState::Loading);
    world.run(30_000);
    assert_eq!(last(&world).state, TimelineState::Offline);
    world.server.faults.unreachable = false;
    world.run(60_000);
    assert_eq!(last(&world).state, TimelineState::Current);
}

#[test]
fn what_the_policy_hides_is_in_no_history() {
    let mut world = World::live(5);
    world.server.faults.hidden_fields = vec!["owner"];
    world.run(75_000);
    for owner in ["Practitioner/x-one", "Practitioner/x-two"] {
        world.write(owned(1, owner));
        world.run(1_000);
    }
    open(&mut world, "a", "t1");
    world.run(50);
    let view = last(&world);
    assert_eq!(deeds(&view).len(), 3);
    assert!(!format!("{view:?}").contains("x-one"));
    assert!(view.entries[0].changes.is_empty() && !view.entries[0].other);
    // A server that forgets to hide them: they are not shown all the same.
    world.server.faults.hidden_fields.clear();
    ask(&mut world, "a", "t1", 1);
    world.run(50);
    assert!(!format!("{:?}", told(&world, "a")).contains("x-one"));
}

#[test]
fn a_version_that_cannot_be_read_is_named_and_costs_nothing_but_itself() {
    let mut world = World::live(5);
    world.write(task(1, "ready"));
    world.run(1_000);
    world.server.history.spoil("Task", "t1");
    world.write(task(1, "on-hold"));
    world.run(1_000);
    open(&mut world, "a", "t1");
    world.run(50);
    assert_eq!(
        deeds(&last(&world)),
        [
            TimelineDeed::Incomparable,
            TimelineDeed::Unreadable,
            TimelineDeed::Created
        ]
    );
    assert!(
        world.engine.quarantine().is_empty(),
        "the record itself is good"
    );
}

#[test]
fn a_deletion_comes_into_the_history_of_an_open_record() {
    let mut world = World::live(5);
    open(&mut world, "a", "t1");
    world.run(5_000);
    world.delete("Task", "t1");
    world.run(100);
    let view = last(&world);
    assert_eq!(deeds(&view), [TimelineDeed::Deleted, TimelineDeed::Created]);
    assert_eq!(view.state, TimelineState::Current);
}

#[test]
fn of_a_record_that_was_taken_from_a_restricted_user_no_history_stays() {
    let mut world = of_a_restricted_user(5);
    sign_in(&mut world);
    world.assert_live();
    open(&mut world, "a", "t1");
    world.run(50);
    assert!(!last(&world).entries.is_empty());
    world.write(owned(1, "Practitioner/other"));
    world.run(100_000);
    let view = last(&world);
    assert_eq!(view.state, TimelineState::NotAllowed);
    assert!(view.entries.is_empty());
    world.write(owned(1, "Practitioner/me"));
    world.run(100_000);
    let view = last(&world);
    assert_eq!(
        (view.state, view.entries.len()),
        (TimelineState::Current, 3)
    );
}

#[test]
fn a_record_that_changes_does_not_make_a_history_that_fails_be_asked_for_more_often() {
    let mut world = World::live(5);
    world.server.faults.hang = Some("_history");
    open(&mut world, "a", "t1");
    world.server.log.clear();
    for round in 0..60 {
        world.write(task(1, if round % 2 == 0 { "ready" } else { "on-hold" }));
        world.run(1_000);
    }
    let log = world.server.log.iter();
    let tries = log.filter(|(_, path, _)| path == "hangs").count();
    assert!((1..=4).contains(&tries), "{tries}");
}

#[test]
fn unsaved_edits_are_no_part_of_it_and_saved_ones_are_of_their_author() {
    let mut world = World::live(5);
    open(&mut world, "a", "t1");
    world.run(5_000);
    world.server.faults.unreachable = true;
    world.edit("a", "e1", 1, note("called"));
    world.run(100);
    assert_eq!(last(&world).entries.len(), 1);
    world.server.faults.unreachable = false;
    world.run(60_000);
    let view = last(&world);
    assert_eq!(
        (view.state, view.entries.len()),
        (TimelineState::Current, 2)
    );
    assert_eq!(view.entries[0].author.as_deref(), Some("Ada Nurse"));
}

#[test]
fn two_tabs_share_one_reading_and_a_closed_drawer_ends_it() {
    let mut world = World::live(5);
    world.hello("b");
    world.server.log.clear();
    open(&mut world, "a", "t1");
    open(&mut world, "b", "t1");
    world.run(5_000);
    assert_eq!(asked(&world), 1);
    assert_eq!(told(&world, "b").pop(), told(&world, "a").pop());
    world.say("a", TabMessage::CloseRecord);
    world.tab_gone("b");
    world.write(task(1, "ready"));
    world.run(60_000);
    assert_eq!(asked(&world), 1);
    ask(&mut world, "a", "t1", 1);
    world.run(60_000);
    assert_eq!(asked(&world), 1, "the record is not open");
}

#[test]
fn after_a_session_nothing_of_it_is_told() {
    let mut world = World::live(5);
    world.server.faults.hang = Some("_history");
    open(&mut world, "a", "t1");
    world.run(50);
    let before = told(&world, "a").len();
    world.say("a", TabMessage::SignOut);
    world.server.faults.hang = None;
    world.run(60_000);
    ask(&mut world, "a", "t1", 1);
    world.run(1_000);
    assert_eq!(told(&world, "a").len(), before);
    let records = world.screen("a").messages.iter().rev();
    let state = records.into_iter().find_map(|message| match message {
        WorkerMessage::Record { record } => Some(record.state.clone()),
        _ => None,
    });
    assert_eq!(state, Some(RecordState::Present));
}
