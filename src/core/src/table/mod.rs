//! The tab's side of a panel: rows by id and their order, kept up to date by snapshots and changes.
//!
//! The worker decides what is newer; here the *sequence number* decides, because a snapshot (by port) and changes (by
//! channel) have no common order. One change costs O(log n) comparisons and one move of small numbers, never a new sort.
//! This module must never decide what belongs to a panel, and it knows no signal and no DOM.

mod order;
mod rows;

use std::collections::BTreeMap;

pub use order::{Order, compare_cells};
pub use rows::Rows;

use crate::{
    identity::ResourceId,
    limits,
    protocol::{GoneRow, PanelChanges, PanelView, Row, SortKey},
};

/// What a batch did to a table, for those who paint.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TableEvents {
    /// Rows that were there and whose cells differ now, with the positions of those cells.
    pub changed: Vec<(ResourceId, Vec<usize>)>,
    /// Rows that came.
    pub inserted: Vec<ResourceId>,
    /// Rows that left, and why.
    pub removed: Vec<GoneRow>,
    /// The order of the rows is another one.
    pub reordered: bool,
    /// Everything was replaced by a new snapshot: what is painted must be looked at anew.
    pub replaced: bool,
    /// Something was missed: ask for a new snapshot.
    pub needs_snapshot: bool,
}

impl TableEvents {
    /// Whether nothing at all happened.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// One part of a snapshot.
#[derive(Clone, Debug, PartialEq)]
pub struct SnapshotPart {
    /// Changes up to and including this number are contained.
    pub sequence: u64,
    /// Number of this part, from 0.
    pub part: u32,
    /// Whether further parts follow.
    pub more: bool,
    /// Whether the worker is still loading.
    pub loading: bool,
    /// Rows, in no order.
    pub rows: Vec<Row>,
}

/// How far the table follows the worker.
#[derive(Clone, Debug, PartialEq)]
enum Following {
    /// No snapshot yet, or the old one is worthless: changes are held back.
    Nothing,
    /// Parts of a snapshot have come, this one is expected next.
    Parts { sequence: u64, next_part: u32 },
    /// Up to date with this number.
    Changes { sequence: u64 },
}

/// The rows of one panel in one tab. See the module.
#[derive(Clone, Debug)]
pub struct Table {
    rows: Rows,
    following: Following,
    /// Batches that came before the snapshot that they apply to; `None` where one does not touch this panel.
    held: BTreeMap<u64, Option<PanelChanges>>,
    /// Parts of a snapshot that is not complete.
    arriving: Vec<Row>,
    loading: bool,
    complete: bool,
}

impl Table {
    /// An empty table in the panel's own order.
    pub fn new(view: &PanelView) -> Self {
        Self {
            rows: Rows::new(Order::new(&view.columns, &view.sort)),
            following: Following::Nothing,
            held: BTreeMap::new(),
            arriving: Vec::new(),
            loading: true,
            complete: false,
        }
    }

    /// The rows in order.
    pub fn rows(&self) -> &Rows {
        &self.rows
    }

    /// Whether rows may still be missing because the worker is loading, or no snapshot has been complete.
    pub fn is_loading(&self) -> bool {
        self.loading || !self.complete
    }

    /// Orders the rows in another way.
    pub fn sort_by(&mut self, view: &PanelView, sort: &[SortKey]) -> TableEvents {
        self.rows.set_order(Order::new(&view.columns, sort));
        TableEvents {
            reordered: true,
            ..TableEvents::default()
        }
    }

    /// Takes a part of a snapshot. What is shown stays until the last part is there. A part out of its turn is dropped
    /// and a new snapshot asked for.
    pub fn apply_snapshot(&mut self, part: SnapshotPart) -> TableEvents {
        let expected = part.part == 0
            || self.following
                == Following::Parts {
                    sequence: part.sequence,
                    next_part: part.part,
                };
        if !expected {
            return self.lost();
        }
        if part.part == 0 {
            self.arriving.clear();
        }
        self.arriving.extend(part.rows);
        if part.more {
            self.following = Following::Parts {
                sequence: part.sequence,
                next_part: part.part + 1,
            };
            return TableEvents::default();
        }
        self.rows.replace_all(std::mem::take(&mut self.arriving));
        self.loading = part.loading;
        self.complete = true;
        self.following = Following::Changes {
            sequence: part.sequence,
        };
        self.apply_held()
    }

    /// Takes one batch. Every batch of the channel must be given, `None` where it does not touch this panel: the numbers
    /// have no gaps, and only so is a lost message noticed.
    pub fn apply_changes(&mut self, sequence: u64, changes: Option<PanelChanges>) -> TableEvents {
        let Following::Changes { sequence: last } = self.following else {
            return self.hold(sequence, changes);
        };
        if sequence <= last {
            return TableEvents::default();
        }
        if sequence != last + 1 {
            // What comes now belongs on top of the snapshot that is asked for.
            let _ = self.hold(sequence, changes);
            return self.lost();
        }
        self.following = Following::Changes { sequence };
        changes.map_or_else(TableEvents::default, |changes| self.merge(changes))
    }

    /// Forgets everything, for a channel that counts from the start again.
    pub fn reset(&mut self, panel: &PanelView) {
        *self = Self::new(panel);
    }

    fn apply_held(&mut self) -> TableEvents {
        let mut events = TableEvents {
            replaced: true,
            reordered: true,
            ..TableEvents::default()
        };
        for (sequence, changes) in std::mem::take(&mut self.held) {
            events.needs_snapshot |= self.apply_changes(sequence, changes).needs_snapshot;
        }
        events
    }

    fn merge(&mut self, changes: PanelChanges) -> TableEvents {
        let mut events = TableEvents::default();
        self.loading = changes.loading;
        for gone in changes.gone {
            if self.rows.remove(&gone.id) {
                events.reordered = true;
                events.removed.push(gone);
            }
        }
        for row in changes.rows {
            let id = row.id.clone();
            match self.rows.upsert(row) {
                rows::Upsert::Inserted => {
                    events.reordered = true;
                    events.inserted.push(id);
                }
                rows::Upsert::Changed { cells, moved } => {
                    events.reordered |= moved;
                    events.changed.push((id, cells));
                }
                rows::Upsert::Same => {}
            }
        }
        events
    }

    fn hold(&mut self, sequence: u64, changes: Option<PanelChanges>) -> TableEvents {
        self.held.insert(sequence, changes);
        if self.held.len() > limits::CHANGES_BUFFERED_MAX {
            self.held.clear();
            return self.lost();
        }
        TableEvents::default()
    }

    /// What is shown stays until a new snapshot is complete, but no change is applied any more.
    fn lost(&mut self) -> TableEvents {
        self.following = Following::Nothing;
        TableEvents {
            needs_snapshot: true,
            ..TableEvents::default()
        }
    }
}

#[cfg(test)]
mod tests;
