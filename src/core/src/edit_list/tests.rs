use super::*;
use crate::{
    identity::{ResourceId, ResourceType},
    protocol::{EditOutcome, RollbackReason, StorageView},
    time::Timestamp,
};

fn key(id: &str) -> ResourceKey {
    ResourceKey::new(ResourceType::Task, ResourceId::new(id))
}

fn edit(id: &str, at: i64, state: EditState) -> EditView {
    EditView {
        id: EditId::new(id),
        job: None,
        resource: key("t1"),
        title: "Call back".into(),
        patient: None,
        at: Timestamp(at),
        changes: Vec::new(),
        undoes: false,
        kept: true,
        state,
    }
}

fn rolled_back() -> EditState {
    EditState::RolledBack {
        reason: RollbackReason::Forbidden,
    }
}

fn ended(id: &str) -> EndedEdit {
    EndedEdit {
        id: EditId::new(id),
        job: None,
        resource: key("t1"),
        outcome: EditOutcome::AlreadySo,
    }
}

fn news(revision: u64, whole: bool, edits: Vec<EditView>, ended: Vec<EndedEdit>) -> EditsNews {
    EditsNews {
        revision,
        whole,
        summary: OutboxSummary {
            unsent: edits.len(),
            conflicts: 0,
            rolled_back: 0,
            room: 10,
            storage: StorageView::Kept,
            unreadable: 0,
            drafts: 0,
        },
        edits,
        ended,
        jobs: Vec::new(),
    }
}

fn ids(list: &EditList) -> Vec<&str> {
    let edits = list.of(&key("t1")).into_iter();
    edits.map(|edit| edit.id.as_str()).collect()
}

/// A list that has heard of everything: two edits.
fn of_two() -> EditList {
    let mut list = EditList::default();
    let edits = vec![
        edit("b", 1, EditState::Waiting),
        edit("a", 2, EditState::Sending),
    ];
    list.apply(news(3, true, edits, vec![]));
    list
}

#[test]
fn edits_are_listed_in_the_order_in_which_they_were_typed() {
    assert_eq!(ids(&of_two()), ["b", "a"]);
}

#[test]
fn an_edit_that_has_ended_goes_and_is_told_once() {
    let mut list = of_two();
    let events = list.apply(news(4, false, vec![], vec![ended("a")]));
    assert_eq!(events.ended, [ended("a")]);
    assert_eq!(ids(&list), ["b"]);
    let again = list.apply(news(4, false, vec![], vec![ended("a")]));
    assert_eq!(again, EditListEvents::default());
}

#[test]
fn after_a_gap_everything_is_asked_for_and_nothing_is_guessed() {
    let mut list = of_two();
    let events = list.apply(news(5, false, vec![], vec![ended("a")]));
    assert!(events.gap);
    assert_eq!(ids(&list), ["b", "a"]);
    let events = list.apply(news(
        5,
        true,
        vec![edit("b", 1, EditState::Sending)],
        vec![],
    ));
    assert!(!events.gap);
    assert_eq!(ids(&list), ["b"]);
}

#[test]
fn news_before_everything_are_a_gap() {
    let mut list = EditList::default();
    assert!(list.apply(news(7, false, vec![], vec![])).gap);
}

#[test]
fn everything_as_of_an_older_number_than_the_news_changes_nothing() {
    let mut list = of_two();
    list.apply(news(4, false, vec![], vec![ended("a")]));
    list.apply(news(
        3,
        true,
        vec![edit("a", 2, EditState::Sending)],
        vec![],
    ));
    assert_eq!(ids(&list), ["b"]);
}

#[test]
fn an_edit_that_needs_the_user_is_told_once() {
    let mut list = of_two();
    let events = list.apply(news(4, false, vec![edit("a", 2, rolled_back())], vec![]));
    assert_eq!(events.rolled_back, [EditId::new("a")]);
    assert_eq!(list.rolled_back().len(), 1);
    let events = list.apply(news(5, true, vec![edit("a", 2, rolled_back())], vec![]));
    assert!(events.rolled_back.is_empty());
}

#[test]
fn another_life_of_the_worker_counts_anew() {
    let mut list = of_two();
    list.restart();
    assert_eq!(ids(&list), [""; 0]);
    list.apply(news(
        1,
        true,
        vec![edit("a", 2, EditState::Waiting)],
        vec![],
    ));
    assert_eq!(ids(&list), ["a"]);
}
