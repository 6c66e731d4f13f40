//! The rows that are in the document: one signal per cell, so that a change repaints the cells that differ and nothing else.
//!
//! Rows that are not in the document need no signal: a panel of 50,000 rows has about forty.

use std::{
    collections::{HashMap, HashSet},
    rc::Rc,
};

use leptos::prelude::*;
use panels_core::{
    identity::ResourceId,
    live_table::LiveTable,
    protocol::{Cell, Row},
};

/// Signals of one row.
#[derive(Clone)]
pub(crate) struct RowHandle {
    /// Content, in the order of the columns.
    pub cells: Rc<[ArcRwSignal<ShownCell>]>,
    /// Place in the order, from 0.
    pub index: ArcRwSignal<usize>,
    /// Whether the row came just now, while the panel was open.
    pub is_new: bool,
}

impl RowHandle {
    fn new(row: &Row, columns: usize, index: usize, is_new: bool) -> Self {
        let cell = |place| {
            ArcRwSignal::new(ShownCell {
                cell: cell_at(row, place).clone(),
                changes: 0,
            })
        };
        Self {
            cells: (0..columns).map(cell).collect(),
            index: ArcRwSignal::new(index),
            is_new,
        }
    }

    fn show(&self, row: &Row) {
        for (place, signal) in self.cells.iter().enumerate() {
            let cell = cell_at(row, place);
            if signal.with_untracked(|shown| shown.cell != *cell) {
                signal.update(|shown| {
                    shown.cell.clone_from(cell);
                    shown.changes = shown.changes.wrapping_add(1);
                });
            }
        }
    }
}

/// A cell, and how often it has changed since it came into the document.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ShownCell {
    /// What it holds.
    pub cell: Cell,
    /// Each one is marked for a while; 0: it is as it came.
    pub changes: u32,
}

fn cell_at(row: &Row, place: usize) -> &Cell {
    row.cells.get(place).unwrap_or(&Cell::Empty)
}

/// See the module.
#[derive(Default)]
pub(super) struct MountedRows {
    handles: HashMap<ResourceId, RowHandle>,
}

impl MountedRows {
    /// The handle of a row in the document.
    pub(super) fn get(&self, id: &ResourceId) -> Option<RowHandle> {
        self.handles.get(id).cloned()
    }

    /// Makes exactly these rows the ones with signals. Rows that stay keep theirs.
    pub(super) fn keep(
        &mut self,
        window: &[(usize, ResourceId)],
        columns: usize,
        table: &LiveTable,
        fresh: &HashSet<ResourceId>,
    ) {
        let wanted: HashSet<&ResourceId> = window.iter().map(|(_, id)| id).collect();
        self.handles.retain(|id, _| wanted.contains(id));
        for (index, id) in window {
            if let Some(handle) = self.handles.get(id) {
                if handle.index.get_untracked() != *index {
                    handle.index.set(*index);
                }
            } else if let Some(row) = table.row(id) {
                let handle = RowHandle::new(row, columns, *index, fresh.contains(id));
                self.handles.insert(id.clone(), handle);
            }
        }
    }

    /// Shows the content that the table has now.
    pub(super) fn refresh<'a>(
        &self,
        ids: impl IntoIterator<Item = &'a ResourceId>,
        table: &LiveTable,
    ) {
        for id in ids {
            if let (Some(handle), Some(row)) = (self.handles.get(id), table.row(id)) {
                handle.show(row);
            }
        }
    }

    /// The same for all rows in the document.
    pub(super) fn refresh_all(&self, table: &LiveTable) {
        self.refresh(self.handles.keys(), table);
    }
}
