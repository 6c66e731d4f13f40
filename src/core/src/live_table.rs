//! The rows of one panel as a tab holds them: a snapshot and the numbered changes on top; in the order, and as far as, a query wants
//! them.
//!
//! Port and channel have no common order, so a snapshot and the changes around it meet here by their sequence numbers. A
//! gap is never guessed over: the table asks for a new snapshot. It never touches a document or a clock.

mod holding;
mod order;
mod rows;
mod sort_key;
#[cfg(test)]
mod tests;

use crate::{
    collections::Set,
    identity::ResourceId,
    protocol::{Column, ColumnKind, GoneRow, PanelChanges, PanelView, Row, SortKey},
    query::{BandCounts, Matcher, Query, Today},
};
pub use holding::HeldBack;
pub use rows::Order;
use rows::Rows;

/// Batches kept while a snapshot is awaited; more means that the snapshot is lost, and a new one is asked for.
const WAITING_BATCHES_MAX: usize = 256;

/// What a message did to the table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TableEvents {
    /// Rows that are new among those shown, by id. Not filled for a snapshot.
    pub added: Vec<ResourceId>,
    /// Rows that were shown and whose content changed, by id.
    pub changed: Vec<ResourceId>,
    /// Rows that were shown and left the panel, and why; those that are held are shown all the same.
    pub gone: Vec<GoneRow>,
    /// Everything was replaced.
    pub replaced: bool,
    /// Order or number of rows may differ.
    pub reordered: bool,
    /// A batch is missing: ask for a new snapshot.
    pub gap: bool,
}

fn sort_columns(sort: &[SortKey], columns: &[Column]) -> Vec<sort_key::SortColumn> {
    let places = sort.iter().filter_map(|key| {
        let mut columns = columns.iter();
        let index = columns.position(|column| column.id == key.column)?;
        Some((index, key.descending))
    });
    places.collect()
}

/// The places of those rows that are the first in the order of a panel. For a few of them: no sort is made for that.
pub(crate) fn first_rows(view: &PanelView, rows: &[Row], count_max: usize) -> Vec<usize> {
    let columns = sort_columns(&view.sort, &view.columns);
    let mut scratch = Vec::new();
    let mut first: Vec<(sort_key::SortKey, usize)> = Vec::new();
    for (place, row) in rows.iter().enumerate() {
        let key = sort_key::SortKey::of(&columns, &row.cells, &mut scratch);
        let before = first
            .iter()
            .take_while(|(other, at)| (other, &rows[*at].id) < (&key, &row.id));
        let before = before.count();
        if before < count_max {
            first.insert(before, (key, place));
            first.truncate(count_max);
        }
    }
    first.into_iter().map(|(_, place)| place).collect()
}

/// See the module.
#[derive(Clone, Debug)]
pub struct LiveTable {
    columns: Vec<Column>,
    sort: Vec<SortKey>,
    rows: Rows,
    /// Number of the last batch that is contained; `None` before the first snapshot.
    sequence: Option<u64>,
    /// Rows that changed since part 0 of a snapshot whose parts still come: a later part is older than they are.
    newer_than_snapshot: Option<Set<ResourceId>>,
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
            rows: Rows::default(),
            sequence: None,
            newer_than_snapshot: None,
            waiting: Vec::new(),
            loading: true,
        };
        table.set_sort(view.sort.clone());
        table
    }

    /// Ids of the rows that are shown, in order.
    pub fn order(&self) -> Order<'_> {
        self.rows.order()
    }

    /// How many rows there are, shown or not.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no row, shown or not.
    pub fn is_empty(&self) -> bool {
        self.rows.len() == 0
    }

    /// How many of the rows that the rest of the query shows are in each band; `None` for a panel without bands.
    pub fn bands(&self) -> Option<BandCounts> {
        let mut columns = self.columns.iter();
        let has_bands = columns.any(|column| column.kind == ColumnKind::Due);
        has_bands.then(|| self.rows.bands())
    }

    /// How many rows are left out because what the query asks for is hidden from the user.
    pub fn undecided(&self) -> usize {
        self.rows.undecided()
    }

    /// The place of a row that is shown, without a search through all of them.
    pub fn position(&self, id: &ResourceId) -> Option<usize> {
        self.rows.position(id)
    }

    /// One row.
    pub fn row(&self, id: &ResourceId) -> Option<&Row> {
        self.rows.get(id)
    }

    /// All rows, in no order.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter()
    }

    /// Holds rows where they are, whatever becomes of them, and lets go of those that were held before. Of `seen`, the rows on the
    /// screen, those that leave from now on stay too, until they are let go of the next time. What is held is told by
    /// [`Self::held_back`]; a snapshot, another query or another order is not held up.
    pub fn hold(
        &mut self,
        rows: impl IntoIterator<Item = ResourceId>,
        seen: impl IntoIterator<Item = ResourceId>,
    ) -> TableEvents {
        let (rows, seen) = (rows.into_iter().collect(), seen.into_iter().collect());
        moved(self.rows.hold(rows, seen))
    }

    /// Lets everything happen that waits. What is held stays held, where it comes to.
    pub fn apply_waiting(&mut self) -> TableEvents {
        moved(self.rows.settle_all())
    }

    /// How many rows wait to move or to leave.
    pub fn waiting(&self) -> usize {
        self.rows.waiting()
    }

    /// How many of them are shown though they have left the panel.
    pub fn leaving(&self) -> usize {
        self.rows.gone_waiting()
    }

    /// What a row that is shown waits to do.
    pub fn held_back(&self, id: &ResourceId) -> Option<HeldBack<'_>> {
        self.rows.held_back(id)
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
        self.rows.sort(sort_columns(&sort, &self.columns));
        self.sort = sort;
    }

    /// Shows what a query wants; an empty order is that of the panel.
    pub fn set_query(&mut self, query: &Query, default_sort: &[SortKey], today: Today) {
        let sort = match query.sort.is_empty() {
            true => default_sort,
            false => &query.sort,
        };
        if self.sort != sort {
            self.set_sort(sort.to_vec());
        }
        self.rows
            .set_query(Matcher::new(query, &self.columns), today);
    }

    /// Time has gone by: what was for today may be overdue. Whether what is shown or counted may have changed.
    pub fn tick(&mut self, today: Today) -> bool {
        self.rows.tick(today)
    }

    /// Numbers are counted anew from here on. What is shown stays until the next snapshot.
    pub fn restart(&mut self) {
        self.sequence = None;
        self.newer_than_snapshot = None;
        self.waiting.clear();
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
        if part == 0 && self.sequence.is_some_and(|applied| applied > sequence) {
            // The channel was faster than the port: what is shown is newer already.
            return TableEvents::default();
        }
        if part == 0 {
            self.rows.clear();
            self.sequence = Some(sequence);
            self.newer_than_snapshot = Some(Set::default());
            self.loading = loading;
        } else if self.newer_than_snapshot.is_none() {
            // The rest of a snapshot that has been given up.
            return TableEvents::default();
        }
        let newer = self.newer_than_snapshot.get_or_insert_default();
        let rows = rows.into_iter().filter(|row| !newer.contains(&row.id));
        let rows = rows.collect();
        self.rows
            .apply(rows, Vec::new(), &mut TableEvents::default());
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
        if events.gap {
            // They came before the next snapshot is asked for, so it contains them.
            self.waiting.clear();
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
        self.rows.apply(changes.rows, changes.gone, &mut events);
        events
    }
}

fn moved(reordered: bool) -> TableEvents {
    TableEvents {
        reordered,
        ..TableEvents::default()
    }
}
