mod holding;
mod queries;

use super::*;
use crate::{
    identity::{PanelId, ResourceType, VersionId},
    protocol::{Cell, ColumnKind, GoneReason, Priority},
    time::Timestamp,
};

fn table() -> LiveTable {
    LiveTable::new(&view())
}

fn view() -> PanelView {
    let column = |id: &str, kind| Column {
        id: id.to_owned(),
        title: id.to_owned(),
        kind,
    };
    PanelView {
        id: PanelId::new("p"),
        name: "P".to_owned(),
        description: String::new(),
        row_type: ResourceType::Task,
        columns: vec![
            column("priority", ColumnKind::Priority),
            column("title", ColumnKind::Title),
        ],
        sort: vec![SortKey {
            column: "priority".to_owned(),
            descending: false,
        }],
        blind_spots: vec![],
        bars: Vec::new(),
        saved: None,
    }
}

fn row(id: &str, priority: Option<Priority>, title: &str) -> Row {
    Row {
        id: ResourceId::new(id),
        version: VersionId::new(title),
        updated: Timestamp(0),
        cells: vec![
            priority.map_or(Cell::Empty, Cell::Priority),
            Cell::Text(title.to_owned()),
        ],
        pending: vec![],
    }
}

fn changes(rows: Vec<Row>, gone: &[&str]) -> Option<PanelChanges> {
    Some(PanelChanges {
        panel: PanelId::new("p"),
        rows,
        gone: gone
            .iter()
            .map(|id| GoneRow {
                id: ResourceId::new(*id),
                reason: GoneReason::Deleted,
            })
            .collect(),
        loading: false,
    })
}

fn order(table: &LiveTable) -> Vec<&str> {
    table.order().iter().map(ResourceId::as_str).collect()
}

fn loaded() -> LiveTable {
    let mut table = table();
    table.apply_snapshot(
        5,
        0,
        false,
        false,
        vec![
            row("a", Some(Priority::Routine), "one"),
            row("b", Some(Priority::Stat), "two"),
            row("c", None, "three"),
        ],
    );
    table
}

#[test]
fn a_snapshot_is_ordered_with_empty_cells_last_in_both_directions() {
    let mut table = loaded();
    assert_eq!(order(&table), ["b", "a", "c"]);
    table.set_sort(vec![SortKey {
        column: "priority".to_owned(),
        descending: true,
    }]);
    assert_eq!(order(&table), ["a", "b", "c"]);
}

#[test]
fn a_change_moves_its_row_only_when_the_order_depends_on_it() {
    let mut table = loaded();
    let same = table.apply_changes(
        6,
        changes(vec![row("a", Some(Priority::Routine), "new")], &[]),
    );
    assert_eq!(same.changed, [ResourceId::new("a")]);
    assert!(!same.reordered);
    let moved = table.apply_changes(
        7,
        changes(vec![row("c", Some(Priority::Asap), "three")], &[]),
    );
    assert!(moved.reordered);
    assert_eq!(order(&table), ["b", "c", "a"]);
}

#[test]
fn a_row_that_left_is_gone_and_told_with_its_reason() {
    let mut table = loaded();
    let events = table.apply_changes(6, changes(vec![], &["b", "unknown"]));
    assert_eq!(events.gone.len(), 1);
    assert_eq!(order(&table), ["a", "c"]);
}

#[test]
fn batches_that_the_snapshot_contains_are_skipped() {
    let mut table = loaded();
    assert_eq!(
        table.apply_changes(5, changes(vec![], &["a"])),
        TableEvents::default()
    );
}

#[test]
fn a_gap_asks_for_a_snapshot_and_keeps_the_rows_until_then() {
    let mut table = loaded();
    assert!(table.apply_changes(8, changes(vec![], &["a"])).gap);
    assert_eq!(table.order().len(), 3);
    let events = table.apply_snapshot(
        7,
        0,
        false,
        false,
        vec![row("a", None, "x"), row("b", None, "y")],
    );
    assert!(!events.gap);
    assert_eq!(order(&table), ["b"]);
}

#[test]
fn batches_before_the_first_snapshot_apply_on_top_of_it() {
    let mut table = table();
    table.apply_changes(6, changes(vec![row("d", Some(Priority::Stat), "d")], &[]));
    table.apply_snapshot(
        5,
        0,
        false,
        false,
        vec![row("a", Some(Priority::Routine), "a")],
    );
    assert_eq!(order(&table), ["d", "a"]);
}

#[test]
fn a_later_part_of_a_snapshot_does_not_undo_a_change() {
    let mut table = table();
    table.apply_snapshot(5, 0, true, false, vec![row("a", None, "a")]);
    table.apply_changes(6, changes(vec![row("b", None, "new")], &["z"]));
    table.apply_snapshot(
        5,
        1,
        false,
        false,
        vec![row("b", None, "old"), row("z", None, "z")],
    );
    assert_eq!(order(&table), ["a", "b"]);
    let title = table
        .row(&ResourceId::new("b"))
        .map(|row| row.cells[1].clone());
    assert_eq!(title, Some(Cell::Text("new".to_owned())));
}

#[test]
fn a_priority_that_nobody_knows_comes_after_those_that_are_known() {
    let mut table = table();
    let mut unknown = row("u", None, "d");
    unknown.cells[0] = Cell::Text("whenever".to_owned());
    let rows = vec![
        row("e", None, "e"),
        unknown,
        row("r", Some(Priority::Routine), "c"),
        row("s", Some(Priority::Stat), "b"),
    ];
    table.apply_snapshot(1, 0, false, false, rows);
    assert_eq!(order(&table), ["s", "r", "u", "e"]);
}

proptest::proptest! {
    #[test]
    fn however_rows_come_and_go_the_table_is_as_if_they_had_come_at_once(
        batches in proptest::collection::vec(
            proptest::collection::vec((0_u8..20, 0_u8..6, "[a-c]{0,14}"), 0..8),
            0..8,
        ),
    ) {
        let known = [Priority::Stat, Priority::Asap, Priority::Urgent, Priority::Routine];
        let mut table = table();
        table.set_sort(table.columns.iter().map(|column| SortKey { column: column.id.clone(), descending: column.id == "title" }).collect());
        table.apply_snapshot(0, 0, false, false, vec![]);
        for (sequence, batch) in (1..).zip(batches) {
            let (rows, gone): (Vec<_>, Vec<_>) = batch.into_iter().partition(|(_, priority, _)| *priority < 5);
            let rows = rows.into_iter().map(|(id, priority, title)| row(&id.to_string(), known.get(usize::from(priority)).copied(), &title));
            let gone: Vec<String> = gone.into_iter().map(|(id, ..)| id.to_string()).collect();
            let gone: Vec<&str> = gone.iter().map(String::as_str).collect();
            table.apply_changes(sequence, changes(rows.collect(), &gone));
        }
        let mut at_once = LiveTable::new(&PanelView { columns: table.columns.clone(), sort: table.sort.clone(), ..view() });
        at_once.apply_snapshot(0, 0, false, false, table.rows().cloned().collect());
        proptest::prop_assert_eq!(order(&table), order(&at_once));
        for (index, id) in table.order().range(0..usize::MAX) {
            proptest::prop_assert_eq!(table.position(id), Some(index));
        }
        proptest::prop_assert_eq!(table.order().len(), table.rows().count());
    }
}

#[test]
fn a_snapshot_that_the_channel_has_overtaken_takes_nothing_back() {
    let mut table = loaded();
    table.apply_changes(6, changes(vec![row("d", Some(Priority::Stat), "d")], &[]));
    let events = table.apply_snapshot(5, 0, false, false, vec![row("a", None, "x")]);
    assert_eq!(events, TableEvents::default());
    assert!(order(&table).contains(&"d"));
}

#[test]
fn batches_that_never_fit_do_not_ask_for_snapshots_for_ever() {
    let mut table = table();
    table.apply_changes(90, changes(vec![], &["a"]));
    assert!(table.apply_snapshot(5, 0, false, false, vec![]).gap);
    assert!(!table.apply_snapshot(5, 0, false, false, vec![]).gap);
    assert!(table.has_snapshot());
}

#[test]
fn a_new_count_begins_with_the_next_snapshot() {
    let mut table = loaded();
    table.restart();
    assert_eq!(table.order().len(), 3);
    table.apply_changes(1, changes(vec![row("d", None, "d")], &[]));
    table.apply_snapshot(0, 0, false, false, vec![row("a", None, "x")]);
    assert_eq!(order(&table), ["a", "d"]);
}
