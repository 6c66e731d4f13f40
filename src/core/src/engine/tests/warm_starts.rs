//! The worker ends and another one starts: what was stored comes back, marked with its time, and only changes are read.

use super::world::{World, task};
use crate::{
    cache::{CacheFailure, CacheStore},
    engine::HttpMethod,
    identity::{PanelId, ResourceId, ResourceKey, ResourceType},
    limits,
    protocol::{
        CatchUpReason, Freshness, RecordState, SessionView, StorageProblem, StorageView,
        TabMessage, WorkerMessage,
    },
};

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;

fn rows(world: &World, name: &str) -> usize {
    let panel = PanelId::new("open-tasks");
    world
        .screen(name)
        .rows
        .get(&panel)
        .map_or(0, std::collections::BTreeMap::len)
}

fn rows_read(world: &World) -> usize {
    world.server.log.iter().map(|(_, _, rows)| rows).sum()
}

fn searches(world: &World) -> usize {
    let searches = world
        .server
        .log
        .iter()
        .filter(|(method, path, _)| *method == HttpMethod::Get && path.contains('?'));
    searches.count()
}

fn look(world: &mut World, name: &str) {
    let panel = PanelId::new("open-tasks");
    let rows = (0..20)
        .map(|id| ResourceId::new(format!("t{id}")))
        .collect();
    world.say(
        name,
        TabMessage::Viewing {
            panel,
            first: 0,
            rows,
        },
    );
}

/// A world with so many tasks that has been live for long enough to have stored everything.
fn stored(tasks: usize) -> World {
    let mut world = World::live(tasks);
    look(&mut world, "a");
    world.run(3 * MINUTE_MS);
    world.assert_equal();
    world
}

#[test]
fn the_topmost_rows_are_stored_however_late_a_tab_tells_of_them() {
    let mut world = World::live(300);
    // All rows are stored by then, and nothing changes that would be.
    world.run(limits::CACHE_SCREENS_EVERY_MS);
    look(&mut world, "a");
    world.run(2 * limits::CACHE_WRITE_EVERY_MS);
    world.next_life(30_000);
    world.server.faults.unreachable = true;
    world.sockets_blocked = true;
    world.hello("a");
    world.watch("a");
    world.run(10);
    let rows = &world.screen("a").rows[&PanelId::new("open-tasks")];
    assert!(rows.contains_key(&ResourceId::new("t0")));
    let first = world
        .screen("a")
        .messages
        .iter()
        .find_map(|message| match message {
            WorkerMessage::Snapshot { rows, .. } if !rows.is_empty() => Some(rows.len()),
            _ => None,
        });
    assert_eq!(first, Some(20), "they come before all others");
}

#[test]
fn the_topmost_rows_are_there_before_the_server_has_answered_anything() {
    let mut world = stored(300);
    world.next_life(30_000);
    world.server.faults.unreachable = true;
    world.sockets_blocked = true;
    world.hello("a");
    world.watch("a");
    world.run(10);
    assert!(rows(&world, "a") >= 20, "{}", rows(&world, "a"));
    world.run(1_000);
    assert_eq!(rows(&world, "a"), 300);
    let freshness = world.freshness();
    let Freshness::Stale {
        as_of: Some(as_of), ..
    } = freshness
    else {
        panic!("rows of last time are called {freshness:?}");
    };
    assert!(world.now.since_ms(as_of) >= 30_000);
    assert!(matches!(
        world.screen("a").session,
        Some(SessionView::SignedIn { .. })
    ));
}

#[test]
fn rows_of_last_time_are_marked_with_their_time_as_soon_as_they_are_there() {
    let mut world = stored(300);
    world.next_life(30_000);
    world.hello("a");
    world.watch("a");
    let mut shown = 0;
    while shown == 0 {
        world.run(1);
        shown = rows(&world, "a");
    }
    let told = world.screen("a").messages.iter().chain(&world.channel);
    let marked = told.filter(|message| {
        matches!(
            message,
            WorkerMessage::Freshness {
                freshness: Freshness::CatchingUp {
                    as_of: Some(_),
                    reason: CatchUpReason::Restored
                } | Freshness::Stale { as_of: Some(_), .. },
                ..
            }
        )
    });
    assert!(marked.count() > 0, "{shown} rows");
}

#[test]
fn a_record_that_is_opened_before_it_has_come_back_is_shown_without_a_server() {
    let mut world = stored(300);
    world.next_life(30_000);
    world.server.faults.unreachable = true;
    world.sockets_blocked = true;
    world.hello("a");
    let record = ResourceKey::new(ResourceType::Task, ResourceId::new("t299"));
    let open = TabMessage::OpenRecord { record };
    while !matches!(
        world.screen("a").session,
        Some(SessionView::SignedIn { .. })
    ) {
        world.run(1);
    }
    world.say("a", open);
    world.run(5_000);
    let told = world.screen("a").messages.iter().rev();
    let mut records = told.filter_map(|message| match message {
        WorkerMessage::Record { record } => Some(record.state.clone()),
        _ => None,
    });
    assert_eq!(records.next(), Some(RecordState::Present));
}

#[test]
fn a_batch_that_overtakes_the_rows_of_last_time_cannot_hide_them() {
    let mut world = stored(30);
    world.next_life(30_000);
    world.server.faults.unreachable = true;
    world.sockets_blocked = true;
    world.hello("a");
    world.watch("a");
    world.run(1_000);
    let numbers = world.screen("a").messages.iter();
    let numbers = numbers.filter_map(|message| match message {
        WorkerMessage::Snapshot { sequence, rows, .. } => Some((*sequence, rows.len())),
        _ => None,
    });
    let numbers: Vec<_> = numbers.collect();
    let (first, empty) = numbers[0];
    let (last, full) = numbers[numbers.len() - 1];
    assert_eq!(empty, 0);
    assert!(full > 0);
    assert!(
        last > first,
        "a tab that takes the next batch for the one after {first} would believe to have everything"
    );
}

#[test]
fn a_warm_start_reads_only_what_changed() {
    let mut world = stored(300);
    world.next_life(30_000);
    world.write(task(3, "completed"));
    world.write(task(700, "requested"));
    world.delete("Task", "t9");
    world.hello("a");
    world.watch("a");
    world.run(3_000);
    world.assert_live();
    world.assert_equal();
    assert!(
        rows_read(&world) < 20,
        "{} rows were read",
        rows_read(&world)
    );
}

#[test]
fn rows_of_last_time_that_lack_one_that_was_forbidden_for_a_moment_are_not_called_complete() {
    let mut world = stored(50);
    // A row whose last version only a read tells, and a server that does not let it be read for a moment. Another one comes.
    world.write(task(9, "requested"));
    world.write(task(9, "requested"));
    world.run(200);
    world.server.faults.status = Some(403);
    world.run(200);
    world.server.faults.status = None;
    world.write(task(300, "requested"));
    world.run(1_500);
    world.next_life(500);
    world.server.faults.unreachable = true;
    world.sockets_blocked = true;
    world.hello("a");
    world.watch("a");
    world.run(1_000);
    // As many rows as were stored before, by chance.
    assert!(matches!(
        world.freshness(),
        Freshness::Stale { as_of: None, .. }
    ));
    world.server.faults.unreachable = false;
    world.sockets_blocked = false;
    world.run(20_000);
    world.assert_live();
    world.assert_equal();
}

#[test]
fn a_change_that_was_not_stored_before_the_worker_died_is_read_again() {
    let mut world = stored(50);
    world.write(task(3, "completed"));
    world.write(task(800, "requested"));
    world.run(10);
    world.next_life(1_000);
    world.hello("a");
    world.watch("a");
    world.run(3_000);
    world.assert_live();
    world.assert_equal();
}

#[test]
fn asleep_for_ten_minutes_a_day_and_a_month_each_takes_its_own_path() {
    let mut requests = Vec::new();
    for (away_ms, checks_members, loads) in [
        (10 * MINUTE_MS, false, false),
        (DAY_MS, true, false),
        (30 * DAY_MS, true, true),
    ] {
        let mut world = World::live(300);
        world.run(2 * MINUTE_MS);
        world.sleep(away_ms);
        world.write(task(3, "completed"));
        world.delete("Task", "t9");
        world.server.log.clear();
        world.run(10_000);
        world.assert_live();
        world.assert_equal();
        let asked = |part: &str| {
            world
                .server
                .log
                .iter()
                .any(|(_, path, _)| path.contains(part))
        };
        assert_eq!(asked("?_id="), checks_members && !loads, "{away_ms}");
        assert_eq!(
            rows_read(&world) > 300,
            loads || checks_members,
            "{away_ms}"
        );
        requests.push(searches(&world));
    }
    assert!(requests.iter().all(|count| *count <= 16), "{requests:?}");
}

#[test]
fn a_session_of_yesterday_is_over_and_its_rows_are_gone() {
    let mut world = stored(40);
    world.next_life(DAY_MS);
    world.hello("a");
    world.run(1_000);
    assert!(matches!(
        world.screen("a").session,
        Some(SessionView::SignedOut { .. })
    ));
    assert!(world.disk.databases.is_empty());
}

#[test]
fn a_worker_that_slept_for_a_month_loads_everything_and_shows_nothing_of_before() {
    let mut world = World::live(300);
    world.run(2 * MINUTE_MS);
    world.sleep(30 * DAY_MS);
    // Purged on the server, without tombstones.
    for id in 0..40 {
        let key = ("Task".to_owned(), format!("t{id}"));
        world.server.resources.remove(&key);
    }
    world.write(task(100, "completed"));
    world.server.log.clear();
    world.run(10_000);
    world.assert_live();
    world.assert_equal();
    assert!(rows_read(&world) > 250);
}

#[test]
fn a_damaged_store_is_not_believed() {
    for damage in ["segment", "count", "cursor"] {
        let mut world = stored(40);
        let records = world.disk.databases.values_mut().next().unwrap();
        match damage {
            "segment" => {
                let last = records
                    .keys()
                    .rfind(|(store, _)| *store == CacheStore::Segments);
                let last = last.unwrap().clone();
                records.remove(&last);
            }
            "count" => {
                let cursor = (CacheStore::Cursors, "Task".to_owned());
                let text = records[&cursor].replace(r#""rows":40"#, r#""rows":39"#);
                assert_ne!(text, records[&cursor]);
                records.insert(cursor, text);
            }
            _ => {
                records.insert((CacheStore::Cursors, "Task".into()), "{}".into());
            }
        }
        world.next_life(5_000);
        world.write(task(3, "completed"));
        world.hello("a");
        world.watch("a");
        world.run(3_000);
        world.assert_live();
        world.assert_equal();
        // And the next start is a warm one again.
        world.run(3 * MINUTE_MS);
        world.next_life(5_000);
        world.hello("a");
        world.watch("a");
        world.run(3_000);
        world.assert_live();
        world.assert_equal();
        assert!(rows_read(&world) < 20, "{damage}: {}", rows_read(&world));
    }
}

#[test]
fn without_storage_everything_works_and_the_tab_is_told() {
    let mut world = World::new();
    world.disk.absent = true;
    world.server.write(world.now, task(1, "requested"));
    world.hello("a");
    world.sign_in("a");
    world.run(2_000);
    world.watch("a");
    world.assert_live();
    world.assert_equal();
    let told = WorkerMessage::Storage {
        storage: StorageView::MemoryOnly {
            reason: StorageProblem::Unavailable,
        },
    };
    assert!(world.screen("a").messages.contains(&told) || world.channel.contains(&told));
}

#[test]
fn a_storage_that_never_answers_holds_nothing_up_for_long() {
    let mut world = stored(40);
    world.next_life(5_000);
    world.disk.mute = true;
    world.hello("a");
    world.watch("a");
    world.run(10_000);
    world.assert_live();
    world.assert_equal();
}

#[test]
fn a_batch_that_fails_is_written_when_the_storage_is_back() {
    let mut world = stored(40);
    world.disk.failure = Some(CacheFailure::Closed);
    world.write(task(3, "completed"));
    world.run(5_000);
    world.disk.failure = None;
    world.run(3 * MINUTE_MS);
    world.next_life(5_000);
    world.hello("a");
    world.watch("a");
    world.run(3_000);
    world.assert_live();
    world.assert_equal();
    assert!(rows_read(&world) < 20);
}

#[test]
fn the_log_of_segments_stays_short() {
    let mut world = stored(50);
    for round in 0..400 {
        for id in 0..50 {
            let mut body = task(id, "requested");
            body["description"] = format!("round {round}").into();
            world.write(body);
        }
        world.run(1_500);
    }
    world.run(10_000);
    assert!(world.disk.count(CacheStore::Segments) < 60);
    world.next_life(1_000);
    world.hello("a");
    world.watch("a");
    world.run(3_000);
    world.assert_equal();
    assert!(rows_read(&world) < 120, "{}", rows_read(&world));
}

#[test]
fn signing_out_leaves_nothing_stored() {
    let mut world = stored(40);
    world.say("a", TabMessage::SignOut);
    world.run(3_000);
    assert!(world.disk.databases.is_empty());
    assert!(world.stored.is_none());
}

#[test]
fn a_start_without_a_session_leaves_nothing_of_an_earlier_life() {
    let mut world = stored(20);
    world.stored = None;
    world.next_life(5_000);
    world.hello("a");
    assert!(world.disk.databases.is_empty());
}

#[test]
fn a_stored_session_whose_rights_have_changed_shows_nothing_of_before() {
    let mut world = stored(40);
    world.next_life(5_000);
    world.server.faults.only_owner = Some("Practitioner/me".into());
    world.hello("a");
    world.watch("a");
    world.run(2_000);
    world.watch("a");
    world.run(2_000);
    assert_eq!(rows(&world, "a"), 0);
}
