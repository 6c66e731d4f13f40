//! The rows of one panel as a tab holds them: a snapshot and the numbered changes on top, in the order of the columns.
//!
//! Port and channel have no common order, so a snapshot and the changes around it meet here by their sequence numbers. A
//! gap is never guessed over: the table asks for a new snapshot. It never touches a document or a clock.

use std::{
    cmp::Ordering,
    collections::{HashMap, HashSet},
};

use crate::{
    identity::ResourceId,
    protocol::{Cell, Column, FhirDate, GoneRow, PanelChanges, PanelView, Row, SortKey},
};

/// Batches kept while a snapshot is awaited; more means that the snapshot is lost, and a new one is asked for.
const WAITING_BATCHES_MAX: usize = 256;

/// What a message did to the table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TableEvents {
    /// Rows that are new, by id. Not filled for a snapshot.
    pub added: Vec<ResourceId>,
    /// Rows whose content changed, by id.
    pub changed: Vec<ResourceId>,
    /// Rows that left, and why.
    pub gone: Vec<GoneRow>,
    /// Everything was replaced.
    pub replaced: bool,
    /// Order or number of rows may differ.
    pub reordered: bool,
    /// A batch is missing: ask for a new snapshot.
    pub gap: bool,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct LiveTable {
    columns: Vec<Column>,
    sort: Vec<SortKey>,
    /// Columns of the sort as indexes, with the direction.
    sort_indexes: Vec<(usize, bool)>,
    rows: HashMap<ResourceId, Row>,
    order: Vec<ResourceId>,
    /// Number of the last batch that is contained; `None` before the first snapshot.
    sequence: Option<u64>,
    /// Rows that changed since part 0 of a snapshot whose parts still come: a later part is older than they are.
    newer_than_snapshot: Option<HashSet<ResourceId>>,
    /// Batches that came before the snapshot they apply to.
    waiting: Vec<(u64, Option<PanelChanges>)>,
    loading: bool,
}

impl LiveTable {
    /// Empty, waiting for a snapshot.
    pub fn new(view: &PanelView) -> Self {
        let mut table = Self {
            columns: view.columns.clone(),
            sort: Vec::new(),
            sort_indexes: Vec::new(),
            rows: HashMap::new(),
            order: Vec::new(),
            sequence: None,
            newer_than_snapshot: None,
            waiting: Vec::new(),
            loading: true,
        };
        table.set_sort(view.sort.clone());
        table
    }

    /// Ids in order.
    pub fn order(&self) -> &[ResourceId] {
        &self.order
    }

    /// One row.
    pub fn row(&self, id: &ResourceId) -> Option<&Row> {
        self.rows.get(id)
    }

    /// All rows, in no order.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.rows.values()
    }

    /// Whether a snapshot has come.
    pub fn has_snapshot(&self) -> bool {
        self.sequence.is_some()
    }

    /// Whether more rows are on their way.
    pub fn is_loading(&self) -> bool {
        self.loading || self.sequence.is_none() || self.newer_than_snapshot.is_some()
    }

    /// The current order.
    pub fn sort(&self) -> &[SortKey] {
        &self.sort
    }

    /// Orders by other columns.
    pub fn set_sort(&mut self, sort: Vec<SortKey>) {
        self.sort_indexes = sort
            .iter()
            .filter_map(|key| {
                let index = self
                    .columns
                    .iter()
                    .position(|column| column.id == key.column)?;
                Some((index, key.descending))
            })
            .collect();
        self.sort = sort;
        let mut order = std::mem::take(&mut self.order);
        order.sort_by(|left, right| self.compare(left, right));
        self.order = order;
    }

    /// Takes one part of a snapshot.
    pub fn apply_snapshot(
        &mut self,
        sequence: u64,
        part: u32,
        more: bool,
        loading: bool,
        rows: Vec<Row>,
    ) -> TableEvents {
        if part == 0 {
            self.rows.clear();
            self.order.clear();
            self.sequence = Some(sequence);
            self.newer_than_snapshot = Some(HashSet::new());
            self.loading = loading;
        } else if self.newer_than_snapshot.is_none() {
            // The rest of a snapshot that has been given up.
            return TableEvents::default();
        }
        let newer = self.newer_than_snapshot.get_or_insert_default();
        let rows: Vec<Row> = rows
            .into_iter()
            .filter(|row| !newer.contains(&row.id))
            .collect();
        self.put(rows);
        if !more {
            self.newer_than_snapshot = None;
        }
        let mut events = TableEvents {
            replaced: true,
            reordered: true,
            ..TableEvents::default()
        };
        for (sequence, changes) in std::mem::take(&mut self.waiting) {
            events.gap |= self.apply_changes(sequence, changes).gap;
        }
        events
    }

    /// Takes one batch of the channel; `changes` is what it holds for this panel.
    pub fn apply_changes(&mut self, sequence: u64, changes: Option<PanelChanges>) -> TableEvents {
        let Some(applied) = self.sequence else {
            self.waiting.push((sequence, changes));
            let lost = self.waiting.len() > WAITING_BATCHES_MAX;
            if lost {
                self.waiting.clear();
            }
            return TableEvents {
                gap: lost,
                ..TableEvents::default()
            };
        };
        if sequence <= applied {
            return TableEvents::default();
        }
        if sequence > applied + 1 {
            // What is shown stays until the new snapshot comes; batches are kept for it.
            self.sequence = None;
            self.newer_than_snapshot = None;
            self.waiting = vec![(sequence, changes)];
            return TableEvents {
                gap: true,
                ..TableEvents::default()
            };
        }
        self.sequence = Some(sequence);
        changes.map_or_else(TableEvents::default, |changes| self.merge(changes))
    }

    fn merge(&mut self, changes: PanelChanges) -> TableEvents {
        self.loading = changes.loading;
        if let Some(newer) = &mut self.newer_than_snapshot {
            newer.extend(changes.rows.iter().map(|row| row.id.clone()));
            newer.extend(changes.gone.iter().map(|gone| gone.id.clone()));
        }
        let mut events = TableEvents::default();
        for gone in changes.gone {
            if self.rows.remove(&gone.id).is_some() {
                events.gone.push(gone);
            }
        }
        let mut moved = HashSet::new();
        let mut fresh = Vec::new();
        for row in changes.rows {
            let Some(old) = self.rows.get_mut(&row.id) else {
                events.added.push(row.id.clone());
                fresh.push(row);
                continue;
            };
            events.changed.push(row.id.clone());
            let stays = self
                .sort_indexes
                .iter()
                .all(|(index, _)| old.cells.get(*index) == row.cells.get(*index));
            if stays {
                *old = row;
            } else {
                moved.insert(row.id.clone());
                fresh.push(row);
            }
        }
        events.reordered = !fresh.is_empty() || !events.gone.is_empty();
        if events.reordered {
            let rows = &self.rows;
            self.order
                .retain(|id| rows.contains_key(id) && !moved.contains(id));
            self.put(fresh);
        }
        events
    }

    /// Adds rows that are not in the order yet, by one merge of two ordered runs.
    fn put(&mut self, rows: Vec<Row>) {
        let mut ids: Vec<ResourceId> = rows.iter().map(|row| row.id.clone()).collect();
        self.rows
            .extend(rows.into_iter().map(|row| (row.id.clone(), row)));
        ids.sort_by(|left, right| self.compare(left, right));
        ids.dedup();
        let old = std::mem::take(&mut self.order);
        let mut merged = Vec::with_capacity(old.len() + ids.len());
        let mut old = old.into_iter().peekable();
        for id in ids {
            while let Some(first) = old.next_if(|first| self.compare(first, &id).is_lt()) {
                merged.push(first);
            }
            merged.push(id);
        }
        merged.extend(old);
        self.order = merged;
    }

    fn compare(&self, left: &ResourceId, right: &ResourceId) -> Ordering {
        let (Some(left_row), Some(right_row)) = (self.rows.get(left), self.rows.get(right)) else {
            return left.cmp(right);
        };
        self.sort_indexes
            .iter()
            .map(|(index, descending)| {
                compare_cells(
                    left_row.cells.get(*index),
                    right_row.cells.get(*index),
                    *descending,
                )
            })
            .find(|ordering| ordering.is_ne())
            .unwrap_or_else(|| left.cmp(right))
    }
}

/// Empty cells are last in either direction.
fn compare_cells(left: Option<&Cell>, right: Option<&Cell>, descending: bool) -> Ordering {
    let filled = |cell: Option<&Cell>| cell.is_some_and(|cell| !is_empty(cell));
    match (
        left.filter(|_| filled(left)),
        right.filter(|_| filled(right)),
    ) {
        (Some(left), Some(right)) if descending => compare_filled(right, left),
        (Some(left), Some(right)) => compare_filled(left, right),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    }
}

fn is_empty(cell: &Cell) -> bool {
    match cell {
        Cell::Empty => true,
        Cell::Text(text) => text.is_empty(),
        Cell::Workload { open, .. } => *open == 0,
        _ => false,
    }
}

fn compare_filled(left: &Cell, right: &Cell) -> Ordering {
    match (left, right) {
        (Cell::Priority(left), Cell::Priority(right)) => left.cmp(right),
        (Cell::Moment(left), Cell::Moment(right)) => left.cmp(right),
        (Cell::Date(left), Cell::Date(right)) => date_key(left).cmp(&date_key(right)),
        (Cell::Text(left), Cell::Text(right)) => compare_texts(left, right),
        (Cell::Status { label: left, .. }, Cell::Status { label: right, .. })
        | (Cell::Person { name: left, .. }, Cell::Person { name: right, .. })
        | (Cell::Patient { name: left, .. }, Cell::Patient { name: right, .. }) => {
            compare_texts(left, right)
        }
        (
            Cell::Workload {
                open: left,
                worst: left_worst,
                ..
            },
            Cell::Workload {
                open: right,
                worst: right_worst,
                ..
            },
        ) => left_worst
            .map_or(u8::MAX, |priority| priority as u8)
            .cmp(&right_worst.map_or(u8::MAX, |priority| priority as u8))
            .then(right.cmp(left)),
        // A code that the standard does not know is a text among priorities: after all of them. "Equal" would be no order at
        // all, because the priorities around it differ.
        _ => kind_rank(left).cmp(&kind_rank(right)),
    }
}

fn kind_rank(cell: &Cell) -> u8 {
    match cell {
        Cell::Priority(_) => 0,
        Cell::Status { .. } => 1,
        Cell::Date(_) => 2,
        Cell::Moment(_) => 3,
        Cell::Person { .. } => 4,
        Cell::Patient { .. } => 5,
        Cell::Workload { .. } => 6,
        Cell::Text(_) => 7,
        Cell::Empty => 8,
    }
}

fn compare_texts(left: &str, right: &str) -> Ordering {
    left.chars()
        .flat_map(char::to_lowercase)
        .cmp(right.chars().flat_map(char::to_lowercase))
}

/// Year, month, day and the milliseconds of an instant: a less precise date is before a more precise one in it.
fn date_key(date: &FhirDate) -> (i64, u8, u8, i64) {
    match *date {
        FhirDate::Year(year) => (i64::from(year), 0, 0, 0),
        FhirDate::Month(year, month) => (i64::from(year), month, 0, 0),
        FhirDate::Day(year, month, day) => (i64::from(year), month, day, 0),
        FhirDate::Instant(time) => {
            let day = crate::time::CivilDay::from_days(time.0.div_euclid(crate::time::DAY_MS));
            (i64::from(day.year()), day.month(), day.day(), time.0)
        }
    }
}

#[cfg(test)]
mod tests;
