//! Rows that left the sight of the user although nobody deleted them.
//!
//! A policy that was narrow for a moment leaves no trace: it makes no frame, moves no `lastUpdated`, and who asks before it and
//! after it is told the same. So the server is asked what may be read, and when it has said so, the rows are read once more. Must
//! never show a row by itself.

use super::Engine;
use crate::{
    collections::Set,
    identity::{ResourceKey, ResourceType},
    limits,
    protocol::GoneReason,
    time::Timestamp,
};

/// See the module.
#[derive(Debug, Default)]
pub(super) struct OutOfSight {
    rows: Set<ResourceKey>,
    /// Types of which too many are.
    types: Set<ResourceType>,
}

impl OutOfSight {
    fn note(&mut self, key: &ResourceKey) {
        if self.rows.len() < limits::OUT_OF_SIGHT_MAX {
            self.rows.insert(key.clone());
        } else {
            self.types.insert(key.kind.clone());
        }
    }

    /// Nobody is here any longer who could see them.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

impl Engine {
    /// The server was asked at that time and did not show a row. Whether there was one.
    pub(super) fn lose_sight(&mut self, key: &ResourceKey, asked: Timestamp) -> bool {
        let reason = GoneReason::AccessLost;
        let was_there = self.replica.delete_by_read(self.io.now, key, reason, asked);
        if was_there {
            self.out_of_sight.note(key);
            self.session.doubt_access(&mut self.io);
        }
        was_there
    }

    /// The server did not show a row of which something was heard since it was asked. How old that is nobody knows: until a read
    /// tells, what is claimed to be proven leaves it out.
    pub(super) fn doubt_sight(&mut self, key: &ResourceKey) {
        if self.replica.get(key).is_some() {
            self.replica.ask_about(key, self.io.now);
        } else {
            self.read(key);
        }
    }

    /// The server may have said what the user may read.
    pub(super) fn look_again(&mut self) {
        if let Some(since_ms) = self.session.take_confirmed_ms() {
            self.reconcile.on_access_proven(since_ms);
        }
        if !self.session.take_settled_doubt() {
            return;
        }
        let mut types: Vec<_> = self.out_of_sight.types.drain().collect();
        let rows = self.out_of_sight.rows.drain();
        let mut rows: Vec<_> = rows.filter(|key| !types.contains(&key.kind)).collect();
        // In an order that a run can be repeated in.
        rows.sort();
        types.sort();
        for key in rows {
            self.read(&key);
        }
        for kind in types {
            self.reconcile.reload_soon(&mut self.io, &kind);
        }
    }
}
