use proptest::prelude::*;

use super::*;
use crate::identity::{ResourceId, ResourceType};

fn key(number: usize) -> ResourceKey {
    ResourceKey::new(ResourceType::Task, ResourceId::new(number.to_string()))
}

fn keys(batch: Batch) -> Vec<String> {
    match batch {
        Batch::Changes(changes) => changes
            .iter()
            .map(|change| change.key.id.to_string())
            .collect(),
        Batch::Everything => panic!("the queue has overflowed"),
    }
}

fn queue(rows: usize) -> UpdateQueue {
    let mut queue = UpdateQueue::default();
    for number in 0..rows {
        queue.mark(&key(number), 1, None);
    }
    queue
}

/// Row 7 is urgent and on the screen, row 8 is on the screen.
fn lane(key: &ResourceKey) -> Lane {
    match key.id.as_str() {
        "7" => Lane::UrgentOnScreen,
        "8" => Lane::OnScreen,
        _ => Lane::Rest,
    }
}

#[test]
fn what_somebody_sees_goes_first_and_urgent_work_first_of_all() {
    let mut queue = queue(10);
    assert_eq!(keys(queue.take(3, lane)), ["7", "8", "0"]);
    assert_eq!(keys(queue.take(3, lane)), ["1", "2", "3"]);
    assert_eq!(keys(queue.take(9, lane)), ["4", "5", "6", "9"]);
    assert!(queue.is_empty());
}

#[test]
fn a_row_that_has_waited_too_long_goes_before_what_is_seen() {
    let mut queue = queue(5);
    queue.set_now(Timestamp(limits::UPDATE_AGE_MAX_MS));
    for number in 5..10 {
        queue.mark(&key(number), 1, None);
    }
    assert_eq!(keys(queue.take(6, lane)), ["0", "1", "2", "3", "4", "7"]);
}

#[test]
fn a_row_that_changes_twice_is_sent_once_and_keeps_its_place() {
    let mut queue = queue(3);
    queue.mark(&key(0), 0, Some(GoneReason::Deleted));
    let Batch::Changes(changes) = queue.take(9, lane) else {
        panic!("the queue has overflowed");
    };
    assert_eq!(changes.len(), 3);
    assert_eq!(changes[0].was, 1);
    assert_eq!(changes[0].reason, Some(GoneReason::Deleted));
}

#[test]
fn more_than_is_remembered_becomes_a_snapshot_once() {
    let mut queue = queue(limits::UPDATE_QUEUE_ROWS_MAX + 5);
    assert!(!queue.is_empty());
    assert!(matches!(queue.take(500, lane), Batch::Everything));
    assert!(queue.is_empty());
    queue.mark(&key(1), 1, None);
    assert_eq!(keys(queue.take(500, lane)), ["1"]);
}

proptest! {
    #[test]
    fn every_change_is_sent_exactly_once_in_whatever_batches(
        marks in prop::collection::vec(0..40_usize, 0..120),
        sizes in prop::collection::vec(1..20_usize, 1..10),
    ) {
        let mut queue = UpdateQueue::default();
        for number in &marks {
            queue.mark(&key(*number), 1, None);
        }
        let mut sent = Vec::new();
        for size in sizes.iter().cycle() {
            if queue.is_empty() {
                break;
            }
            sent.extend(keys(queue.take(*size, lane)));
        }
        let mut expected: Vec<_> = marks.iter().map(ToString::to_string).collect();
        expected.sort_unstable();
        expected.dedup();
        sent.sort_unstable();
        prop_assert_eq!(sent, expected);
    }
}
