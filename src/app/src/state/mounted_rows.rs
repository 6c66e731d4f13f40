//! The rows that are in the document: one signal per row, so that a change repaints that row and nothing else.
//!
//! Rows that are not in the document need no signal: a panel of 50,000 rows has about forty.

use std::collections::{HashMap, HashSet};

use leptos::prelude::*;
use panels_core::{identity::ResourceId, live_table::LiveTable, protocol::Row};

/// Signals of one row.
#[derive(Clone)]
pub(crate) struct RowHandle {
    /// Content.
    pub row: ArcRwSignal<Row>,
    /// Place in the order, from 0.
    pub index: ArcRwSignal<usize>,
    /// Whether the row came just now, while the panel was open.
    pub is_new: bool,
}

/// See the module.
#[derive(Default)]
pub(super) struct MountedRows(HashMap<ResourceId, RowHandle>);

impl MountedRows {
    /// The handle of a row in the document.
    pub(super) fn get(&self, id: &ResourceId) -> Option<RowHandle> {
        self.0.get(id).cloned()
    }

    /// Makes exactly these rows the ones with signals. Rows that stay keep theirs.
    pub(super) fn keep(
        &mut self,
        window: &[(usize, ResourceId)],
        table: &LiveTable,
        fresh: &HashSet<ResourceId>,
    ) {
        let wanted: HashSet<&ResourceId> = window.iter().map(|(_, id)| id).collect();
        self.0.retain(|id, _| wanted.contains(id));
        for (index, id) in window {
            if let Some(handle) = self.0.get(id) {
                if handle.index.get_untracked() != *index {
                    handle.index.set(*index);
                }
            } else if let Some(row) = table.row(id) {
                let handle = RowHandle {
                    row: ArcRwSignal::new(row.clone()),
                    index: ArcRwSignal::new(*index),
                    is_new: fresh.contains(id),
                };
                self.0.insert(id.clone(), handle);
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
            if let (Some(handle), Some(row)) = (self.0.get(id), table.row(id)) {
                handle.row.set(row.clone());
            }
        }
    }

    /// The same for all rows in the document.
    pub(super) fn refresh_all(&self, table: &LiveTable) {
        self.refresh(self.0.keys(), table);
    }
}
