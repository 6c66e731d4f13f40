//! What changed since the tabs were last told, coalesced by row.

use super::Membership;
use crate::{collections::Map, identity::ResourceKey, protocol::GoneReason};

/// A changed row.
#[derive(Clone, Debug)]
pub(crate) struct DirtyRow {
    /// Who showed it when the tabs were last told.
    pub(crate) was: Membership,
    /// Why it left those who show it no longer.
    pub(crate) reason: Option<GoneReason>,
}

/// Changed rows in the order of their first change.
#[derive(Debug, Default)]
pub(crate) struct Dirty {
    positions: Map<ResourceKey, usize>,
    rows: Vec<(ResourceKey, DirtyRow)>,
}

impl Dirty {
    /// A row changed; `was` says who showed it before this change.
    pub(super) fn mark(&mut self, key: &ResourceKey, was: Membership, reason: Option<GoneReason>) {
        if let Some((_, row)) = self
            .positions
            .get(key)
            .and_then(|at| self.rows.get_mut(*at))
        {
            row.reason = reason.or(row.reason.take());
            return;
        }
        self.positions.insert(key.clone(), self.rows.len());
        self.rows.push((key.clone(), DirtyRow { was, reason }));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub(super) fn take(&mut self) -> Vec<(ResourceKey, DirtyRow)> {
        self.positions.clear();
        std::mem::take(&mut self.rows)
    }
}
