use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::{
    identity::{PanelId, ResourceType, VersionId},
    protocol::{Cell, Column, ColumnKind, GoneReason, Priority},
    time::Timestamp,
};

fn view() -> PanelView {
    let column = |id: &str, kind| Column {
        id: id.into(),
        title: id.into(),
        kind,
    };
    PanelView {
        id: PanelId::new("p"),
        name: "P".into(),
        description: String::new(),
        row_type: ResourceType::Task,
        columns: vec![
            column("priority", ColumnKind::Priority),
            column("title", ColumnKind::Title),
        ],
        sort: vec![SortKey {
            column: "priority".into(),
            descending: false,
        }],
    }
}

fn id(number: u32) -> ResourceId {
    ResourceId::new(format!("{number:05}"))
}

fn row(number: u32, priority: u8, title: &str) -> Row {
    let priority = match priority {
        0 => Cell::Priority(Priority::Stat),
        1 => Cell::Priority(Priority::Urgent),
        2 => Cell::Priority(Priority::Routine),
        _ => Cell::Empty,
    };
    Row {
        id: id(number),
        version: VersionId::new("v"),
        updated: Timestamp(0),
        cells: vec![priority, Cell::Text(title.into())],
    }
}

fn changes(rows: Vec<Row>, gone: &[u32]) -> PanelChanges {
    let gone = gone.iter().map(|number| GoneRow {
        id: id(*number),
        reason: GoneReason::Deleted,
    });
    PanelChanges {
        panel: PanelId::new("p"),
        rows,
        gone: gone.collect(),
        loading: false,
    }
}

fn snapshot(sequence: u64, rows: Vec<Row>) -> SnapshotPart {
    SnapshotPart {
        sequence,
        part: 0,
        more: false,
        loading: false,
        rows,
    }
}

fn shown(table: &Table) -> Vec<(String, Vec<Cell>)> {
    let rows = table.rows().iter();
    rows.map(|row| (row.id.as_str().to_owned(), row.cells.clone()))
        .collect()
}

fn ids(table: &Table) -> Vec<&str> {
    table.rows().iter().map(|row| row.id.as_str()).collect()
}

fn ready(rows: Vec<Row>) -> Table {
    let mut table = Table::new(&view());
    table.apply_snapshot(snapshot(0, rows));
    table
}

#[test]
fn rows_are_in_the_order_of_the_panel_with_empty_cells_last() {
    let table = ready(vec![
        row(1, 9, "a"),
        row(2, 2, "b"),
        row(3, 0, "c"),
        row(4, 2, "d"),
    ]);
    assert_eq!(ids(&table), ["00003", "00002", "00004", "00001"]);
}

#[test]
fn empty_cells_are_last_in_the_other_direction_too() {
    let mut table = ready(vec![row(1, 9, "a"), row(2, 2, "b"), row(3, 0, "c")]);
    let descending = SortKey {
        column: "priority".into(),
        descending: true,
    };
    assert!(table.sort_by(&view(), &[descending]).reordered);
    assert_eq!(ids(&table), ["00002", "00003", "00001"]);
}

#[test]
fn a_changed_cell_is_named_and_a_row_that_stays_in_place_does_not_move() {
    let mut table = ready(vec![row(1, 1, "a"), row(2, 2, "b")]);
    let events = table.apply_changes(1, Some(changes(vec![row(2, 2, "new")], &[])));
    assert_eq!(events.changed, [(id(2), vec![1])]);
    assert!(!events.reordered);
}

#[test]
fn a_row_that_becomes_urgent_moves_up() {
    let mut table = ready(vec![row(1, 1, "a"), row(2, 2, "b")]);
    let events = table.apply_changes(1, Some(changes(vec![row(2, 0, "b")], &[])));
    assert!(events.reordered);
    assert_eq!(ids(&table), ["00002", "00001"]);
}

#[test]
fn a_row_that_left_is_gone_with_its_reason() {
    let mut table = ready(vec![row(1, 1, "a"), row(2, 2, "b")]);
    let events = table.apply_changes(1, Some(changes(vec![], &[1])));
    assert_eq!(events.removed.len(), 1);
    assert_eq!(ids(&table), ["00002"]);
}

#[test]
fn a_batch_that_the_snapshot_contains_is_ignored() {
    let mut table = Table::new(&view());
    table.apply_snapshot(snapshot(5, vec![row(1, 1, "new")]));
    let events = table.apply_changes(5, Some(changes(vec![row(1, 1, "old")], &[])));
    assert!(events.is_empty());
    assert_eq!(shown(&table)[0].1[1], Cell::Text("new".into()));
}

#[test]
fn batches_before_the_snapshot_are_applied_on_top_of_it() {
    let mut table = Table::new(&view());
    table.apply_changes(6, Some(changes(vec![row(1, 1, "newer")], &[])));
    table.apply_changes(7, None);
    assert!(table.is_loading());
    let events = table.apply_snapshot(snapshot(5, vec![row(1, 1, "old")]));
    assert!(events.replaced && !events.needs_snapshot);
    assert_eq!(shown(&table)[0].1[1], Cell::Text("newer".into()));
    assert!(table.apply_changes(8, None).is_empty());
}

#[test]
fn a_missing_number_asks_for_a_snapshot_and_nothing_is_applied_until_it_comes() {
    let mut table = ready(vec![row(1, 1, "a")]);
    assert!(table.apply_changes(2, None).needs_snapshot);
    table.apply_changes(3, Some(changes(vec![row(2, 1, "b")], &[])));
    assert_eq!(ids(&table), ["00001"]);
    table.apply_snapshot(snapshot(2, vec![row(1, 1, "a")]));
    assert_eq!(ids(&table), ["00001", "00002"]);
}

#[test]
fn a_gap_between_snapshot_and_held_batches_asks_again() {
    let mut table = Table::new(&view());
    table.apply_changes(9, None);
    assert!(table.apply_snapshot(snapshot(5, vec![])).needs_snapshot);
}

#[test]
fn parts_are_put_together_and_a_part_out_of_turn_is_refused() {
    let mut table = Table::new(&view());
    let part = |part, more, number| SnapshotPart {
        sequence: 1,
        part,
        more,
        loading: false,
        rows: vec![row(number, 1, "x")],
    };
    assert!(table.apply_snapshot(part(0, true, 1)).is_empty());
    assert!(table.is_loading());
    assert!(table.apply_snapshot(part(1, false, 2)).replaced);
    assert_eq!(table.rows().len(), 2);
    assert!(table.apply_snapshot(part(3, false, 3)).needs_snapshot);
}

#[test]
fn rows_stay_on_the_screen_until_a_new_snapshot_is_complete() {
    let mut table = ready(vec![row(1, 1, "a")]);
    table.apply_snapshot(SnapshotPart {
        more: true,
        ..snapshot(1, vec![row(2, 1, "b")])
    });
    assert_eq!(ids(&table), ["00001"]);
}

#[test]
fn too_many_batches_without_a_snapshot_ask_again_instead_of_growing() {
    let mut table = Table::new(&view());
    let asked = (1..=limits::CHANGES_BUFFERED_MAX as u64 + 1)
        .any(|sequence| table.apply_changes(sequence, None).needs_snapshot);
    assert!(asked);
}

#[test]
fn one_change_among_fifty_thousand_rows_costs_no_new_sort() {
    let rows: Vec<Row> = (0..50_000)
        .map(|number| row(number, (number % 4) as u8, "x"))
        .collect();
    let mut table = Table::new(&view());
    let started = std::time::Instant::now();
    table.apply_snapshot(snapshot(0, rows));
    let one_sort = started.elapsed();
    let started = std::time::Instant::now();
    for turn in 0..100_u32 {
        let changed = row(turn * 499, (turn % 3) as u8, "y");
        table.apply_changes(u64::from(turn) + 1, Some(changes(vec![changed], &[])));
    }
    let hundred_changes = started.elapsed();
    assert!(
        hundred_changes < one_sort * 2,
        "100 changes took {hundred_changes:?}, one sort {one_sort:?}"
    );
}

#[derive(Clone, Debug)]
enum Step {
    Put(u32, u8, u8),
    Remove(u32),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..30_u32, 0..4_u8, 0..5_u8).prop_map(|(number, priority, title)| Step::Put(number, priority, title)),
        1 => (0..30_u32).prop_map(Step::Remove),
    ]
}

fn batch(step: &Step) -> PanelChanges {
    match step {
        Step::Put(number, priority, title) => {
            changes(vec![row(*number, *priority, &format!("t{title}"))], &[])
        }
        Step::Remove(number) => changes(vec![], &[*number]),
    }
}

/// What should be shown after the steps, sorted from scratch.
fn expected(steps: &[Step]) -> Vec<(String, Vec<Cell>)> {
    let mut rows: BTreeMap<u32, Row> = BTreeMap::new();
    for step in steps {
        match step {
            Step::Put(number, priority, title) => {
                rows.insert(*number, row(*number, *priority, &format!("t{title}")));
            }
            Step::Remove(number) => {
                rows.remove(number);
            }
        }
    }
    let mut rows: Vec<Row> = rows.into_values().collect();
    let order = Order::new(&view().columns, &view().sort);
    rows.sort_by(|a, b| order.compare(a, b));
    let shown = rows.into_iter();
    shown
        .map(|row| (row.id.as_str().to_owned(), row.cells))
        .collect()
}

fn follow(table: &mut Table, steps: &[Step], from: usize) {
    for (index, step) in steps.iter().enumerate().skip(from) {
        table.apply_changes(index as u64 + 1, Some(batch(step)));
    }
}

proptest! {
    #[test]
    fn the_incremental_order_is_the_order_of_a_full_sort(steps in prop::collection::vec(step(), 0..80)) {
        let mut table = ready(vec![]);
        follow(&mut table, &steps, 0);
        prop_assert_eq!(shown(&table), expected(&steps));
        for place in 0..table.rows().len() {
            let id = table.rows().at(place).unwrap().id.clone();
            prop_assert_eq!(table.rows().place_of(&id), Some(place));
        }
    }

    #[test]
    fn a_snapshot_that_arrives_late_among_the_changes_leads_to_the_same_rows(
        steps in prop::collection::vec(step(), 1..60),
        taken in 0..60_usize,
        late in 0..60_usize,
    ) {
        let taken = taken.min(steps.len());
        let arrives = (taken + late).min(steps.len());
        let mut worker = ready(vec![]);
        follow(&mut worker, &steps[..taken], 0);
        let rows = worker.rows().iter().cloned().collect();
        let mut table = Table::new(&view());
        follow(&mut table, &steps[..arrives], 0);
        table.apply_snapshot(snapshot(taken as u64, rows));
        follow(&mut table, &steps, arrives);
        prop_assert_eq!(shown(&table), expected(&steps));
    }
}
