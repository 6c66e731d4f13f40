//! The order of rows: a total one, so that a row has exactly one place.

use std::cmp::Ordering;

use crate::protocol::{Cell, Column, FhirDate, Row, SortKey};

/// How rows are ordered: by some cells, then by id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Order {
    /// Position of a cell, and whether the largest comes first.
    keys: Vec<(usize, bool)>,
}

impl Order {
    /// The order that the keys name; a key of an unknown column is left out.
    pub fn new(columns: &[Column], sort: &[SortKey]) -> Self {
        let keys = sort.iter().filter_map(|key| {
            let position = columns.iter().position(|column| column.id == key.column)?;
            Some((position, key.descending))
        });
        Self {
            keys: keys.collect(),
        }
    }

    /// Which of two rows comes first. Never equal for two ids.
    pub fn compare(&self, left: &Row, right: &Row) -> Ordering {
        for (position, descending) in &self.keys {
            let a = left.cells.get(*position).unwrap_or(&Cell::Empty);
            let b = right.cells.get(*position).unwrap_or(&Cell::Empty);
            let ordering = compare_cells(a, b, *descending);
            if ordering != Ordering::Equal {
                return ordering;
            }
        }
        left.id.cmp(&right.id)
    }
}

/// Compares two cells of one column. Empty ones are last in either direction.
pub fn compare_cells(left: &Cell, right: &Cell, descending: bool) -> Ordering {
    match (is_empty(left), is_empty(right)) {
        (true, true) => Ordering::Equal,
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        (false, false) if descending => compare_filled(left, right).reverse(),
        (false, false) => compare_filled(left, right),
    }
}

fn is_empty(cell: &Cell) -> bool {
    matches!(cell, Cell::Empty | Cell::Workload { open: 0, .. })
}

fn compare_filled(left: &Cell, right: &Cell) -> Ordering {
    match (left, right) {
        (Cell::Text(a), Cell::Text(b))
        | (Cell::Status { label: a, .. }, Cell::Status { label: b, .. })
        | (Cell::Person { name: a, .. }, Cell::Person { name: b, .. }) => compare_text(a, b),
        (Cell::Priority(a), Cell::Priority(b)) => a.cmp(b),
        (Cell::Date(a), Cell::Date(b)) => date_key(*a).cmp(&date_key(*b)),
        (Cell::Moment(a), Cell::Moment(b)) => a.cmp(b),
        (Cell::Patient { .. }, Cell::Patient { .. }) => compare_patients(left, right),
        (Cell::Workload { .. }, Cell::Workload { .. }) => compare_workloads(left, right),
        // An unknown priority is a text beside known ones: kinds keep to themselves.
        (a, b) => kind_rank(a).cmp(&kind_rank(b)),
    }
}

fn compare_patients(left: &Cell, right: &Cell) -> Ordering {
    let ((a, a_born), (b, b_born)) = (patient_key(left), patient_key(right));
    compare_text(a, b).then(a_born.cmp(&b_born))
}

fn patient_key(cell: &Cell) -> (&str, Option<i64>) {
    match cell {
        Cell::Patient {
            name, birth_date, ..
        } => (name, birth_date.map(date_key)),
        _ => ("", None),
    }
}

/// More open tasks are "larger"; among equals the worse priority is.
fn compare_workloads(left: &Cell, right: &Cell) -> Ordering {
    let parts = |cell: &Cell| match cell {
        Cell::Workload { open, worst, .. } => (*open, std::cmp::Reverse(*worst)),
        _ => (0, std::cmp::Reverse(None)),
    };
    parts(left).cmp(&parts(right))
}

/// Without regard to case; the exact text settles the rest, so that the order stays total.
fn compare_text(left: &str, right: &str) -> Ordering {
    let a = left.chars().flat_map(char::to_lowercase);
    let b = right.chars().flat_map(char::to_lowercase);
    a.cmp(b).then_with(|| left.cmp(right))
}

/// A date-only value counts as the end of its day: what is due "today" comes after what is due at noon. The zone is left
/// out, because an order that depended on it would change while nobody touches anything.
fn date_key(date: FhirDate) -> i64 {
    date.end(0).0
}

fn kind_rank(cell: &Cell) -> u8 {
    match cell {
        Cell::Priority(_) => 0,
        Cell::Date(_) => 1,
        Cell::Moment(_) => 2,
        Cell::Status { .. } => 3,
        Cell::Person { .. } => 4,
        Cell::Patient { .. } => 5,
        Cell::Workload { .. } => 6,
        Cell::Text(_) => 7,
        Cell::Empty => 8,
    }
}
