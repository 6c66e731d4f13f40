use super::*;
use crate::{
    identity::{PanelId, ResourceType, VersionId},
    protocol::{Column, FhirDate, Priority},
    time::Timestamp,
};

fn id(name: &str) -> ResourceId {
    ResourceId::new(name)
}

/// The rows from one to another in a table of `a` to `z`.
fn between(one: &ResourceId, other: &ResourceId) -> Vec<ResourceId> {
    let letter = |id: &ResourceId| id.as_str().bytes().next().unwrap();
    let (from, to) = (
        letter(one).min(letter(other)),
        letter(one).max(letter(other)),
    );
    (from..=to)
        .map(|letter| id(&char::from(letter).to_string()))
        .collect()
}

fn chosen(selection: &Selection) -> String {
    selection.iter().map(ResourceId::as_str).collect()
}

#[test]
fn a_range_goes_from_the_row_that_was_chosen_last_in_either_direction() {
    let mut selection = Selection::default();
    selection.toggle(&id("m")).unwrap();
    selection.extend_to(&id("p"), between).unwrap();
    assert_eq!(chosen(&selection), "mnop");
    selection.extend_to(&id("k"), between).unwrap();
    assert_eq!(chosen(&selection), "klmnop");
    selection.toggle(&id("n")).unwrap();
    assert_eq!(chosen(&selection), "klmop");
}

#[test]
fn a_range_without_a_beginning_is_its_end() {
    let mut selection = Selection::default();
    selection.extend_to(&id("c"), between).unwrap();
    assert_eq!(chosen(&selection), "c");
    selection.extend_to(&id("d"), between).unwrap();
    assert_eq!(chosen(&selection), "cd");
}

#[test]
fn a_row_that_left_the_table_is_not_chosen_any_longer_and_no_range_begins_there() {
    let mut selection = Selection::default();
    selection.toggle(&id("b")).unwrap();
    selection.toggle(&id("a")).unwrap();
    assert!(selection.retain(|row| *row != id("a")));
    assert!(!selection.retain(|row| *row != id("a")));
    assert_eq!(chosen(&selection), "b");
    selection.extend_to(&id("d"), between).unwrap();
    assert_eq!(chosen(&selection), "bd");
}

#[test]
fn more_rows_than_one_job_takes_are_not_chosen_and_nothing_of_the_choice_is_lost() {
    let mut selection = Selection::default();
    selection.toggle(&id("a")).unwrap();
    let many = |_: &ResourceId, _: &ResourceId| {
        (0..limits::JOB_EDITS_MAX)
            .map(|number| id(&format!("row{number}")))
            .collect()
    };
    let refused = selection.extend_to(&id("b"), many);
    assert_eq!(
        refused,
        Err(TooMany {
            limit: limits::JOB_EDITS_MAX
        })
    );
    assert_eq!(chosen(&selection), "a");
}

fn view() -> PanelView {
    let kinds = [
        ColumnKind::Status,
        ColumnKind::Priority,
        ColumnKind::Due,
        ColumnKind::Person,
    ];
    let columns = kinds.map(|kind| Column {
        id: format!("{kind:?}"),
        title: String::new(),
        kind,
    });
    PanelView {
        id: PanelId::new("p"),
        name: String::new(),
        description: String::new(),
        row_type: ResourceType::Task,
        columns: columns.to_vec(),
        sort: vec![],
        blind_spots: vec![],
        bars: Vec::new(),
        saved: None,
    }
}

fn row(status: &str) -> Row {
    Row {
        id: id("t"),
        version: VersionId::new("1"),
        updated: Timestamp(0),
        cells: vec![
            Cell::Status {
                code: status.to_owned(),
                label: String::new(),
                business: None,
            },
            Cell::Priority(Priority::Urgent),
            Cell::Date(FhirDate::Day(2026, 11, 26)),
            Cell::Empty,
        ],
        pending: vec![],
    }
}

#[test]
fn the_change_of_a_row_names_the_value_that_its_cell_shows() {
    let code = |code: &str| FieldValue::Code(code.to_owned());
    let change = change_of_row(
        &view(),
        &row("requested"),
        EditField::Priority,
        &code("stat"),
    );
    let change = change.unwrap();
    assert_eq!((change.seen, change.wanted), (code("urgent"), code("stat")));
    let owner = change_of_row(
        &view(),
        &row("requested"),
        EditField::Owner,
        &FieldValue::Absent,
    );
    assert_eq!(owner, None, "it is unassigned already");
    let note = FieldValue::Text("x".to_owned());
    assert_eq!(
        change_of_row(&view(), &row("requested"), EditField::Note, &note),
        None
    );
}

#[test]
fn the_statuses_offered_are_those_that_some_of_the_rows_may_get() {
    let offered = statuses(&view(), &[row("on-hold"), row("completed")]);
    assert_eq!(
        offered,
        [
            "ready",
            "in-progress",
            "completed",
            "failed",
            "cancelled",
            "entered-in-error"
        ]
    );
    assert!(statuses(&view(), &[row("entered-in-error")]).is_empty());
}

#[test]
fn who_owns_a_row_can_be_chosen_once_and_by_name() {
    let owned = |reference: Option<&str>, name: &str| {
        let mut row = row("ready");
        row.cells[3] = Cell::Person {
            reference: reference.map(str::to_owned),
            name: name.to_owned(),
            me: false,
        };
        row
    };
    let rows = [
        owned(Some("Practitioner/2"), "Ben"),
        owned(Some("Practitioner/1"), "Zoe"),
        owned(Some("Practitioner/2"), "Ben"),
        owned(None, "Somebody"),
        row("ready"),
    ];
    let found = owners(&view(), rows.iter());
    let names: Vec<&str> = found.iter().map(|owner| owner.name.as_str()).collect();
    assert_eq!(names, ["Ben", "Zoe"]);
    assert_eq!(found[0].reference, "Practitioner/2");
}
