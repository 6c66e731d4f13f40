//! The rows that are in the document: one signal per cell, so that a change repaints the cells that differ and nothing else.
//!
//! Rows that are not in the document need no signal: a panel of 50,000 rows has about forty.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use leptos::prelude::*;
use panels_core::{
    identity::ResourceId,
    live_table::{HeldBack, LiveTable},
    protocol::{Cell, Column, GoneReason, PendingField, PendingState, Row},
};

/// A row in the document. One that left and came back, even in the same turn, is another one: whoever still holds the signals
/// of the first must not pass for the second.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct MountedRow {
    /// Which row.
    pub id: ResourceId,
    /// Number of its coming into the document.
    pub coming: u64,
}

/// Signals of one row.
#[derive(Clone)]
pub(crate) struct RowHandle {
    /// Number of its coming into the document.
    coming: u64,
    /// Content, in the order of the columns.
    pub cells: Arc<[ArcRwSignal<ShownCell>]>,
    /// Place in the order, from 0.
    pub index: ArcRwSignal<usize>,
    /// What it waits to do while somebody works on it.
    pub waits: ArcRwSignal<Option<RowWait>>,
    /// Whether the row came just now, while the panel was open.
    pub is_new: bool,
}

impl RowHandle {
    fn new(coming: u64, row: &Row, columns: &[Column], index: usize, is_new: bool) -> Self {
        let cell = |(place, column): (usize, &Column)| {
            ArcRwSignal::new(ShownCell {
                cell: cell_at(row, place).clone(),
                pending: PendingField::of_column(&row.pending, column.kind),
                changes: 0,
            })
        };
        Self {
            coming,
            cells: columns.iter().enumerate().map(cell).collect(),
            index: ArcRwSignal::new(index),
            waits: ArcRwSignal::default(),
            is_new,
        }
    }

    fn show(&self, row: &Row, columns: &[Column], marked: bool) {
        for ((place, signal), column) in self.cells.iter().enumerate().zip(columns) {
            let cell = cell_at(row, place);
            let pending = PendingField::of_column(&row.pending, column.kind);
            let (same, as_pending) =
                signal.with_untracked(|shown| (shown.cell == *cell, shown.pending == pending));
            if same && as_pending {
                continue;
            }
            signal.update(|shown| {
                shown.cell.clone_from(cell);
                shown.pending = pending;
                // How an own edit stands is no change of the content.
                shown.changes = shown.changes.wrapping_add(u32::from(marked && !same));
            });
        }
    }
}

/// What a row does as soon as it is let go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RowWait {
    /// It goes to another place.
    Moves,
    /// It is no longer what was asked for.
    Mismatch,
    /// It has left the panel.
    Gone(GoneReason),
}

impl From<HeldBack<'_>> for RowWait {
    fn from(held_back: HeldBack<'_>) -> Self {
        match held_back {
            HeldBack::Moves => Self::Moves,
            HeldBack::Mismatch => Self::Mismatch,
            HeldBack::Gone(reason) => Self::Gone(reason.clone()),
        }
    }
}

/// A cell, and how often it has changed since it came into the document.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ShownCell {
    /// What it holds.
    pub cell: Cell,
    /// How an own edit of it stands.
    pub pending: Option<PendingState>,
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
    /// How many have come so far.
    came: u64,
}

impl MountedRows {
    /// The handle of a row in the document.
    pub(super) fn get(&self, id: &ResourceId) -> Option<RowHandle> {
        self.handles.get(id).cloned()
    }

    /// Makes exactly these rows the ones with signals, and tells them in order. Rows that stay keep theirs.
    pub(super) fn keep(
        &mut self,
        window: &[(usize, ResourceId)],
        columns: &[Column],
        table: &LiveTable,
        fresh: &HashSet<ResourceId>,
    ) -> Vec<MountedRow> {
        let wanted: HashSet<&ResourceId> = window.iter().map(|(_, id)| id).collect();
        self.handles.retain(|id, _| wanted.contains(id));
        for (index, id) in window {
            if let Some(handle) = self.handles.get(id) {
                if handle.index.get_untracked() != *index {
                    handle.index.set(*index);
                }
            } else if let Some(row) = table.row(id) {
                self.came += 1;
                let is_new = fresh.contains(id);
                let handle = RowHandle::new(self.came, row, columns, *index, is_new);
                self.handles.insert(id.clone(), handle);
            }
        }
        let mounted = window.iter().filter_map(|(_, id)| {
            Some(MountedRow {
                id: id.clone(),
                coming: self.handles.get(id)?.coming,
            })
        });
        mounted.collect()
    }

    /// Shows the content that the table has now; `marked`: what differs has changed, it was not only read by now.
    pub(super) fn refresh<'a>(
        &self,
        ids: impl IntoIterator<Item = &'a ResourceId>,
        columns: &[Column],
        table: &LiveTable,
        marked: bool,
    ) {
        for id in ids {
            if let (Some(handle), Some(row)) = (self.handles.get(id), table.row(id)) {
                handle.show(row, columns, marked);
            }
        }
    }

    /// Shows of each row what it waits to do.
    pub(super) fn show_waiting(&self, table: &LiveTable) {
        for (id, handle) in &self.handles {
            let waits = table.held_back(id).map(RowWait::from);
            if handle.waits.with_untracked(|shown| *shown != waits) {
                handle.waits.set(waits);
            }
        }
    }

    /// The same for all rows in the document.
    pub(super) fn refresh_all(&self, columns: &[Column], table: &LiveTable, marked: bool) {
        self.refresh(self.handles.keys(), columns, table, marked);
    }
}
