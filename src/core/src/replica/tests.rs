//! The rule of acceptance, one case each, and as a property: whatever the order, duplication and loss of frames, a search
//! afterwards leaves exactly what the server holds.

use proptest::prelude::*;

use super::*;
use crate::{
    fhir, limits,
    update_queue::{Batch, Lane},
};

mod answers;

fn task(id: &str, version: u64, updated: i64) -> Resource {
    let updated = Timestamp(1_700_000_000_000 + updated).to_iso();
    let raw = format!(
        r#"{{"resourceType":"Task","id":"{id}","status":"requested","intent":"order","for":{{"reference":"Patient/p"}},"meta":{{"versionId":"v{version}","lastUpdated":"{updated}"}}}}"#
    );
    fhir::parse(&raw).unwrap()
}

fn patient(version: u64, updated: i64) -> Resource {
    let updated = Timestamp(1_700_000_000_000 + updated).to_iso();
    let raw = format!(
        r#"{{"resourceType":"Patient","id":"p","meta":{{"versionId":"v{version}","lastUpdated":"{updated}"}}}}"#
    );
    fhir::parse(&raw).unwrap()
}

fn key(id: &str) -> ResourceKey {
    ResourceKey::new(ResourceType::Task, ResourceId::new(id))
}

fn version(replica: &Replica, id: &str) -> Option<String> {
    replica
        .get(&key(id))
        .map(|entry| entry.resource.version.as_str().to_owned())
}

fn changed(replica: &mut Replica) -> Vec<ResourceKey> {
    match replica.queue().take(usize::MAX, |_| Lane::Rest) {
        Batch::Changes(changes) => changes.into_iter().map(|change| change.key).collect(),
        Batch::Everything => panic!("the queue has overflowed"),
    }
}

const NOW: Timestamp = Timestamp(0);

#[test]
fn a_late_frame_does_not_overwrite_a_newer_version() {
    let mut replica = Replica::default();
    replica.accept(NOW, task("t", 2, 9_000), 1, Source::Frame);
    let verdict = replica.accept(NOW, task("t", 1, 1_000), 1, Source::Frame);
    assert_eq!(verdict, Verdict::Late);
    assert_eq!(version(&replica, "t").as_deref(), Some("v2"));
    assert!(replica.disputes().take_due(Timestamp(i64::MAX)).is_empty());
}

#[test]
fn a_version_that_was_not_known_does_not_bring_back_what_a_read_found_deleted() {
    for source in [Source::Frame, Source::Search(Timestamp(20))] {
        let mut replica = Replica::default();
        replica.accept(NOW, task("t", 1, 1_000), 1, Source::Frame);
        replica.delete_by_read(Timestamp(30), &key("t"), GoneReason::Deleted, Timestamp(30));
        // Written before it was deleted, and told late.
        let verdict = replica.accept(Timestamp(40), task("t", 2, 2_000), 1, source);
        assert_eq!(verdict, Verdict::Late);
        assert_eq!(version(&replica, "t"), None);
        let due = Timestamp(40 + limits::SETTLE_QUIET_MS);
        assert_eq!(replica.disputes().take_due(due), [key("t")]);
        // Unless it was created again: the read tells.
        replica.accept(due + 5, task("t", 2, 2_000), 1, Source::Read(due));
        assert_eq!(version(&replica, "t").as_deref(), Some("v2"));
    }
}

#[test]
fn versions_out_of_order_within_two_seconds_are_settled_by_a_read() {
    let mut replica = Replica::default();
    replica.accept(NOW, task("t", 2, 1_500), 1, Source::Frame);
    replica.accept(NOW, task("t", 1, 1_000), 1, Source::Frame);
    assert!(
        replica
            .disputes()
            .take_due(Timestamp(limits::SETTLE_QUIET_MS - 1))
            .is_empty()
    );
    let asked = Timestamp(limits::SETTLE_QUIET_MS);
    assert_eq!(replica.disputes().take_due(asked), [key("t")]);
    // The server's commit order was the other way round: the read is believed.
    let verdict = replica.accept(asked + 5, task("t", 1, 1_000), 1, Source::Read(asked));
    assert_eq!(verdict, Verdict::Settled);
    assert_eq!(version(&replica, "t").as_deref(), Some("v1"));
}

#[test]
fn a_search_settles_what_nothing_was_heard_of_since_it_was_asked() {
    let mut replica = Replica::default();
    replica.accept(Timestamp(10), task("t", 2, 1_500), 1, Source::Frame);
    let before = replica.accept(
        Timestamp(12),
        task("t", 1, 1_000),
        1,
        Source::Search(Timestamp(9)),
    );
    assert_eq!(before, Verdict::Late);
    let after = replica.accept(
        Timestamp(30),
        task("t", 1, 1_000),
        1,
        Source::Search(Timestamp(20)),
    );
    assert_eq!(after, Verdict::Settled);
    assert_eq!(version(&replica, "t").as_deref(), Some("v1"));
}

#[test]
fn a_search_that_was_asked_after_a_write_and_answered_before_it_brings_nothing_back() {
    let mut replica = Replica::default();
    replica.accept(Timestamp(0), task("t", 1, 1_000), 1, Source::Frame);
    replica.accept(
        Timestamp(40),
        task("t", 2, 9_000),
        1,
        Source::Write(Timestamp(10)),
    );
    let verdict = replica.accept(
        Timestamp(60),
        task("t", 1, 1_000),
        1,
        Source::Search(Timestamp(20)),
    );
    assert_eq!(verdict, Verdict::Late);
    assert_eq!(version(&replica, "t").as_deref(), Some("v2"));
}

#[test]
fn a_write_that_met_the_version_of_somebody_else_is_settled_by_a_read() {
    for (heard, disputed) in [(Timestamp(20), true), (Timestamp(5), false)] {
        let mut replica = Replica::default();
        replica.accept(heard, task("t", 1, 1_000), 1, Source::Frame);
        let write = Source::Write(Timestamp(10));
        replica.accept(Timestamp(40), task("t", 2, 1_050), 1, write);
        let due = Timestamp(40 + limits::SETTLE_QUIET_MS);
        let asked = !replica.disputes().take_due(due).is_empty();
        assert_eq!(asked, disputed, "heard at {heard:?}");
    }
}

#[test]
fn a_frame_of_what_a_read_found_out_of_sight_is_settled_by_another_read() {
    let mut replica = Replica::default();
    replica.accept(Timestamp(0), task("t", 1, 1_000), 1, Source::Frame);
    replica.delete_by_read(
        Timestamp(10),
        &key("t"),
        GoneReason::AccessLost,
        Timestamp(10),
    );
    let verdict = replica.accept(Timestamp(20), task("t", 2, 5_000), 1, Source::Frame);
    assert_eq!(
        verdict,
        Verdict::Late,
        "written before or after, nobody knows"
    );
    let due = Timestamp(20 + limits::SETTLE_QUIET_MS);
    assert_eq!(replica.disputes().take_due(due), [key("t")]);
    let read = Source::Read(due);
    let verdict = replica.accept(due + 5, task("t", 2, 5_000), 1, read);
    assert_eq!(verdict, Verdict::Applied);
}

#[test]
fn an_answer_to_an_older_question_than_the_read_that_found_it_out_of_sight_brings_nothing_back() {
    for source in [Source::Write(Timestamp(5)), Source::Read(Timestamp(5))] {
        let mut replica = Replica::default();
        replica.accept(Timestamp(0), task("t", 1, 1_000), 1, Source::Frame);
        replica.delete_by_read(
            Timestamp(10),
            &key("t"),
            GoneReason::AccessLost,
            Timestamp(10),
        );
        let verdict = replica.accept(Timestamp(20), task("t", 2, 5_000), 1, source);
        assert_eq!(verdict, Verdict::Late, "{source:?}");
        let due = Timestamp(20 + limits::SETTLE_QUIET_MS);
        assert_eq!(replica.disputes().take_due(due), [key("t")]);
    }
}

#[test]
fn a_read_that_was_overtaken_by_a_frame_is_not_believed() {
    let mut replica = Replica::default();
    replica.accept(Timestamp(0), task("t", 1, 1_000), 1, Source::Frame);
    replica.accept(Timestamp(20), task("t", 3, 9_000), 1, Source::Frame);
    replica.accept(
        Timestamp(30),
        task("t", 2, 5_000),
        1,
        Source::Read(Timestamp(10)),
    );
    assert_eq!(version(&replica, "t").as_deref(), Some("v3"));
}

#[test]
fn a_deleted_row_does_not_come_back_by_a_late_frame_but_by_a_new_version() {
    let mut replica = Replica::default();
    replica.accept(NOW, task("t", 2, 2_000), 1, Source::Frame);
    assert!(replica.delete_by_frame(NOW, &task("t", 2, 2_000)));
    for (number, updated) in [(2, 2_000), (1, 1_000)] {
        replica.accept(NOW, task("t", number, updated), 1, Source::Frame);
        assert_eq!(version(&replica, "t"), None);
    }
    replica.accept(NOW, task("t", 3, 7_000), 1, Source::Frame);
    assert_eq!(version(&replica, "t").as_deref(), Some("v3"));
}

#[test]
fn the_delete_frame_may_come_before_or_after_its_twin() {
    for delete_first in [true, false] {
        let mut replica = Replica::default();
        replica.accept(NOW, task("t", 1, 1_000), 1, Source::Frame);
        if delete_first {
            replica.delete_by_frame(NOW, &task("t", 1, 1_000));
        }
        replica.accept(NOW, task("t", 1, 1_000), 1, Source::Frame);
        if !delete_first {
            replica.delete_by_frame(NOW, &task("t", 1, 1_000));
        }
        assert_eq!(version(&replica, "t"), None);
        let disputed = replica.disputes().take_due(Timestamp(i64::MAX));
        assert!(
            disputed.is_empty(),
            "a delete that was delivered needs no read"
        );
    }
}

#[test]
fn the_same_version_twice_asks_whether_a_delete_got_lost() {
    let mut replica = Replica::default();
    replica.accept(NOW, task("t", 1, 1_000), 1, Source::Frame);
    replica.accept(NOW, task("t", 1, 1_000), 1, Source::Frame);
    assert_eq!(
        replica
            .disputes()
            .take_due(Timestamp(limits::SETTLE_QUIET_MS)),
        [key("t")]
    );
}

#[test]
fn an_old_tombstone_does_not_remove_a_row_that_was_created_again() {
    let mut replica = Replica::default();
    replica.accept(NOW, task("t", 3, 7_000), 1, Source::Search(NOW));
    let deleted = Timestamp(1_700_000_000_000 + 3_000);
    assert!(!replica.delete_by_tombstone(NOW, &key("t"), deleted, NOW - 1));
    assert_eq!(version(&replica, "t").as_deref(), Some("v3"));
}

#[test]
fn a_tombstone_of_the_slower_walk_of_a_run_leaves_what_the_faster_one_found_created_again_to_a_read()
 {
    let mut replica = Replica::default();
    let asked = Timestamp(5);
    replica.accept(NOW, task("t", 3, 9_000), 1, Source::Search(asked));
    let deleted = Timestamp(1_700_000_000_000 + 3_000);
    assert!(!replica.delete_by_tombstone(NOW, &key("t"), deleted, asked));
    assert_eq!(version(&replica, "t").as_deref(), Some("v3"));
    let due = replica.disputes().take_due(Timestamp(i64::MAX));
    assert_eq!(due, [key("t")]);
}

#[test]
fn a_row_that_left_does_not_come_back_by_a_late_frame() {
    let mut replica = Replica::default();
    replica.accept(NOW, task("t", 1, 1_000), 1, Source::Frame);
    replica.accept(NOW, task("t", 2, 5_000), 0, Source::Frame);
    assert_eq!(version(&replica, "t"), None);
    replica.accept(NOW, task("t", 1, 1_000), 1, Source::Frame);
    assert_eq!(version(&replica, "t"), None);
}

#[test]
fn two_versions_of_one_moment_are_settled_by_a_read_even_when_one_of_them_left_the_panels() {
    let both_ways = [[(1, 0), (2, 1)], [(2, 1), (1, 0)]];
    for frames in both_ways {
        let mut replica = Replica::default();
        replica.accept(NOW, task("t", 0, 1_000), 1, Source::Frame);
        for (number, members) in frames {
            replica.accept(NOW, task("t", number, 9_000), members, Source::Frame);
        }
        let asked = Timestamp(i64::MAX);
        assert_eq!(replica.disputes().take_due(asked), [key("t")], "{frames:?}");
        replica.accept(asked, task("t", 2, 9_000), 1, Source::Read(asked));
        assert_eq!(version(&replica, "t").as_deref(), Some("v2"), "{frames:?}");
    }
}

#[test]
fn a_read_that_was_overtaken_by_a_departure_or_a_deletion_brings_nothing_back() {
    let mut replica = Replica::default();
    replica.accept(Timestamp(1), task("t", 1, 1_000), 1, Source::Frame);
    replica.accept(Timestamp(1), task("d", 1, 1_000), 1, Source::Frame);
    let asked = Timestamp(10);
    // Both change once more; one leaves the panels, the other is deleted, and only a search tells.
    replica.accept(Timestamp(20), task("t", 2, 5_000), 0, Source::Frame);
    let deleted = Timestamp(1_700_000_006_000);
    replica.delete_by_tombstone(NOW, &key("d"), deleted, Timestamp(25));
    for id in ["t", "d"] {
        let answer = task(id, 1, 1_000);
        let verdict = replica.accept(Timestamp(30), answer, 1, Source::Read(asked));
        assert!(matches!(verdict, Verdict::Late | Verdict::Duplicate));
        assert_eq!(version(&replica, id), None);
    }
}

#[test]
fn what_comes_into_dispute_was_written_after_all_that_had_come_before() {
    let mut replica = Replica::default();
    replica.disputes().hear_until(Some(Timestamp(4)));
    replica.dispute(&key("a"), Timestamp(10));
    replica.disputes().hear_until(Some(Timestamp(9)));
    assert_eq!(replica.certain_until(), Some(Timestamp(4)));
    assert_eq!(replica.disputes().take_due(Timestamp(i64::MAX)).len(), 1);
    // Asked before it was disputed, so the answer says nothing of it.
    replica
        .disputes()
        .settle_by_search(&ResourceType::Task, Timestamp(9));
    assert_eq!(replica.certain_until(), Some(Timestamp(4)));
    replica.disputes().settle(&key("a"));
    assert_eq!(replica.certain_until(), None);
}

#[test]
fn a_dispute_is_open_until_its_read_is_answered_or_a_later_search_has_read_everything() {
    let mut replica = Replica::default();
    replica.dispute(&key("a"), Timestamp(10));
    replica.dispute(&key("b"), Timestamp(20));
    assert_eq!(replica.disputes().take_due(Timestamp(i64::MAX)).len(), 2);
    assert_eq!(replica.certain_until(), Some(Timestamp(10)));
    replica.disputes().settle(&key("a"));
    assert_eq!(replica.certain_until(), Some(Timestamp(20)));
    replica
        .disputes()
        .settle_by_search(&ResourceType::Task, Timestamp(19));
    assert_eq!(replica.certain_until(), Some(Timestamp(20)));
    replica
        .disputes()
        .settle_by_search(&ResourceType::Task, Timestamp(20));
    assert_eq!(replica.certain_until(), None);
}

#[test]
fn what_went_out_of_sight_comes_back_by_a_later_question_only() {
    let mut replica = Replica::default();
    replica.accept(NOW, task("t", 1, 1_000), 1, Source::Search(NOW));
    replica.delete_by_read(NOW + 20, &key("t"), GoneReason::AccessLost, NOW + 20);
    replica.accept(NOW + 30, task("t", 1, 1_000), 1, Source::Search(NOW + 10));
    assert_eq!(version(&replica, "t"), None);
    replica.accept(NOW + 50, task("t", 1, 1_000), 1, Source::Search(NOW + 40));
    assert_eq!(version(&replica, "t").as_deref(), Some("v1"));
}

#[test]
fn what_was_asked_for_before_a_read_told_that_a_row_is_deleted_does_not_bring_it_back() {
    for source in [Source::Search as fn(Timestamp) -> Source, Source::Read] {
        let mut replica = Replica::default();
        let (asked, told) = (NOW + 10, NOW + 50);
        replica.accept(NOW, task("t", 1, 1_000), 1, Source::Frame);
        assert!(replica.delete_by_read(told, &key("t"), GoneReason::Deleted, asked));
        // Asked at the same moment, and answered with a version that nobody had heard of.
        let verdict = replica.accept(told + 5, task("t", 2, 5_000), 1, source(asked));
        assert_eq!(verdict, Verdict::Late);
        assert_eq!(version(&replica, "t"), None);
        // It may have been created again: a read tells.
        let due = replica.disputes().take_due(Timestamp(i64::MAX));
        assert_eq!(due, [key("t")]);
        let verdict = replica.accept(told + 9, task("t", 2, 5_000), 1, Source::Read(told + 6));
        assert_eq!(verdict, Verdict::Applied);
    }
}

#[test]
fn the_slower_walk_of_a_run_does_not_bring_back_what_the_faster_one_found_deleted() {
    let mut replica = Replica::default();
    let asked = Timestamp(5);
    let deleted = Timestamp(1_700_000_000_000 + 9_000);
    replica.accept(NOW, task("t", 1, 1_000), 1, Source::Frame);
    replica.delete_by_tombstone(NOW, &key("t"), deleted, asked);
    let verdict = replica.accept(NOW, task("t", 2, 4_000), 1, Source::Search(asked));
    assert_eq!(verdict, Verdict::Late);
    assert_eq!(version(&replica, "t"), None);
    // The clock of the server may have been set back before it was created again: a read tells.
    let due = replica.disputes().take_due(Timestamp(i64::MAX));
    assert_eq!(due, [key("t")]);
    let verdict = replica.accept(NOW, task("t", 2, 4_000), 1, Source::Read(Timestamp(6)));
    assert_eq!(verdict, Verdict::Applied);
}

#[test]
fn a_change_of_a_patient_marks_the_rows_of_its_tasks_and_the_other_way_round() {
    let mut replica = Replica::default();
    replica.accept(NOW, patient(1, 0), 4, Source::Frame);
    replica.accept(NOW, task("t", 2, 0), 2, Source::Frame);
    replica.accept(NOW, task("u", 3, 0), 2, Source::Frame);
    replica.queue().clear();
    replica.accept(NOW, patient(4, 5_000), 4, Source::Frame);
    assert_eq!(changed(&mut replica).len(), 3);
    replica.accept(NOW, task("t", 5, 5_000), 0, Source::Frame);
    let keys = changed(&mut replica);
    let patient = ResourceKey::new(ResourceType::Patient, ResourceId::new("p"));
    assert_eq!(keys, [key("t"), patient]);
}

#[test]
fn more_disputes_than_can_be_settled_put_the_type_in_doubt_once() {
    let mut replica = Replica::default();
    for number in 0..=limits::SETTLE_QUEUE_MAX {
        replica.dispute(&key(&number.to_string()), NOW);
    }
    assert_eq!(replica.disputes().take_doubts(), [ResourceType::Task]);
    assert!(replica.disputes().take_doubts().is_empty());
    let asked = Timestamp(limits::SETTLE_QUIET_MS);
    assert_eq!(
        replica.disputes().take_due(asked).len(),
        limits::SETTLE_QUEUE_MAX
    );
}

#[derive(Clone, Debug)]
enum Change {
    Write { gap_ms: i64 },
    Delete { gap_ms: i64 },
}

fn history() -> impl Strategy<Value = Vec<Change>> {
    let write = (0..3_000_i64).prop_map(|gap_ms| Change::Write { gap_ms });
    let delete = (0..3_000_i64).prop_map(|gap_ms| Change::Delete { gap_ms });
    prop::collection::vec(prop_oneof![4 => write, 1 => delete], 1..12)
}

proptest! {
    #[test]
    fn any_order_duplication_and_loss_followed_by_a_search_converges(
        history in history(),
        order in prop::collection::vec((any::<prop::sample::Index>(), any::<bool>()), 0..30),
    ) {
        // The server commits in the order of its clock; frames are picked in any order, any number of times.
        let (mut frames, mut at, mut number, mut live) = (Vec::new(), 0, 0, None);
        let mut deleted_at = None;
        for change in &history {
            match change {
                Change::Write { gap_ms } => {
                    at += gap_ms + 1;
                    number += 1;
                    live = Some((number, at));
                    deleted_at = None;
                    frames.push((false, task("t", number, at)));
                }
                Change::Delete { gap_ms } => {
                    let Some((last, written)) = live.take() else { continue };
                    at += gap_ms + 1;
                    deleted_at = Some(at);
                    frames.push((true, task("t", last, written)));
                    frames.push((false, task("t", last, written)));
                }
            }
        }
        let mut replica = Replica::default();
        for (index, _) in &order {
            if frames.is_empty() { break; }
            let (delete, resource) = index.get(&frames);
            if *delete {
                replica.delete_by_frame(NOW, resource);
            } else {
                replica.accept(NOW, resource.clone(), 1, Source::Frame);
            }
        }
        // The search and its tombstones, in either order of arrival, then what is in dispute is read.
        if let Some((number, at)) = live {
            replica.accept(NOW, task("t", number, at), 1, Source::Search(NOW));
        }
        if let Some(at) = deleted_at {
            replica.delete_by_tombstone(NOW, &key("t"), Timestamp(1_700_000_000_000 + at), NOW - 1);
        }
        for disputed in replica.disputes().take_due(Timestamp(i64::MAX)) {
            match live {
                Some((number, at)) => {
                    replica.accept(Timestamp(9), task("t", number, at), 1, Source::Read(Timestamp(8)));
                }
                None => {
                    replica.delete_by_read(Timestamp(8), &disputed, GoneReason::Deleted, Timestamp(8));
                }
            }
        }
        let expected = live.map(|(number, _)| format!("v{number}"));
        prop_assert_eq!(version(&replica, "t"), expected);
    }
}
