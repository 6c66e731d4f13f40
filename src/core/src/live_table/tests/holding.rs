//! Rows that stay where they are while somebody works on them.

use super::*;

fn ids(ids: &[&str]) -> Vec<ResourceId> {
    ids.iter().map(|id| ResourceId::new(*id)).collect()
}

/// b (stat), a (routine), c (none).
fn held(rows: &[&str]) -> LiveTable {
    let mut table = loaded();
    table.hold(ids(rows), []);
    table
}

fn gone(id: &str, reason: GoneReason) -> Option<PanelChanges> {
    let mut changes = changes(vec![], &[id]);
    if let Some(changes) = &mut changes {
        changes.gone[0].reason = reason;
    }
    changes
}

fn title<'a>(table: &'a LiveTable, id: &str) -> &'a Cell {
    &table.row(&ResourceId::new(id)).unwrap().cells[1]
}

#[test]
fn a_held_row_shows_what_it_is_now_and_moves_when_it_is_let_go() {
    let mut table = held(&["a"]);
    let now = row("a", Some(Priority::Stat), "now");
    let events = table.apply_changes(6, changes(vec![now], &[]));
    assert_eq!(order(&table), ["b", "a", "c"]);
    assert_eq!(*title(&table, "a"), Cell::Text("now".into()));
    assert_eq!(events.changed, ids(&["a"]));
    assert!(!events.reordered);
    assert_eq!(
        table.held_back(&ResourceId::new("a")),
        Some(HeldBack::Moves)
    );
    let events = table.hold([], []);
    assert!(events.reordered);
    assert_eq!(order(&table), ["a", "b", "c"]);
    assert_eq!(table.waiting(), 0);
}

#[test]
fn a_row_that_is_back_where_it_was_waits_for_nothing() {
    let mut table = held(&["a"]);
    table.apply_changes(6, changes(vec![row("a", Some(Priority::Stat), "now")], &[]));
    table.apply_changes(
        7,
        changes(vec![row("a", Some(Priority::Routine), "again")], &[]),
    );
    assert_eq!(table.waiting(), 0);
    assert!(!table.hold([], []).reordered);
}

#[test]
fn a_held_row_that_left_is_shown_with_the_reason_and_counted_no_longer() {
    let mut table = held(&["a"]);
    let done = GoneReason::LeftPanel {
        status: Some("Completed".into()),
        by: Some("A. Lee".into()),
    };
    let events = table.apply_changes(6, gone("a", done.clone()));
    assert_eq!(events.gone.len(), 1);
    assert_eq!(order(&table), ["b", "a", "c"]);
    assert_eq!((table.len(), table.waiting()), (2, 1));
    let a = ResourceId::new("a");
    assert_eq!(table.held_back(&a), Some(HeldBack::Gone(&done)));
    let again = table.apply_changes(7, gone("a", GoneReason::Deleted));
    assert!(again.gone.is_empty(), "it is told once");
    table.apply_waiting();
    assert_eq!(order(&table), ["b", "c"]);
    assert_eq!(table.row(&a), None);
}

#[test]
fn a_held_row_that_left_and_came_back_is_as_if_it_had_not_left() {
    let mut table = held(&["a"]);
    table.apply_changes(6, gone("a", GoneReason::Deleted));
    let back = row("a", Some(Priority::Routine), "back");
    table.apply_changes(7, changes(vec![back], &[]));
    assert_eq!((table.len(), table.waiting()), (3, 0));
    table.hold([], []);
    assert_eq!(order(&table), ["b", "a", "c"]);
}

#[test]
fn what_may_no_longer_be_read_is_not_held() {
    for reason in [GoneReason::AccessLost, GoneReason::Unreadable] {
        let mut table = held(&["a"]);
        table.apply_changes(6, gone("a", GoneReason::Deleted));
        table.apply_changes(7, gone("a", reason.clone()));
        assert_eq!(order(&table), ["b", "c"]);
        assert_eq!((table.len(), table.waiting()), (2, 0));
        let mut table = held(&["a"]);
        table.apply_changes(6, gone("a", reason));
        assert_eq!(order(&table), ["b", "c"]);
    }
}

#[test]
fn a_row_on_the_screen_moves_freely_and_stays_for_a_while_when_it_leaves() {
    let mut table = loaded();
    table.hold([], ids(&["a", "c"]));
    let now = row("a", Some(Priority::Stat), "now");
    table.apply_changes(6, changes(vec![now], &[]));
    assert_eq!(order(&table), ["a", "b", "c"]);
    table.apply_changes(7, gone("c", GoneReason::Deleted));
    assert_eq!(order(&table), ["a", "b", "c"]);
    table.hold(ids(&["c"]), ids(&["a"]));
    assert_eq!(order(&table), ["a", "b", "c"], "pointed at meanwhile");
    table.hold([], ids(&["a", "c"]));
    assert_eq!(order(&table), ["a", "b"]);
}

#[test]
fn another_order_and_a_snapshot_are_not_held_up() {
    let mut table = held(&["a", "b"]);
    table.apply_changes(
        6,
        changes(vec![row("a", Some(Priority::Stat), "z")], &["b"]),
    );
    assert_eq!(table.waiting(), 2);
    table.set_sort(vec![SortKey {
        column: "title".into(),
        descending: true,
    }]);
    assert_eq!((order(&table), table.waiting()), (vec!["a", "c"], 0));
    table.apply_changes(7, gone("a", GoneReason::Deleted));
    let rows = vec![row("c", None, "three")];
    table.apply_snapshot(9, 0, false, false, rows);
    assert_eq!((order(&table), table.waiting()), (vec!["c"], 0));
}
