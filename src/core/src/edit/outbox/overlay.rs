//! The optimistic view: a record as it will be when what is on its way has arrived.
//!
//! What waits for the user or was rolled back is not laid over, nor what follows on it: there the server's value is shown, with
//! a mark.

use super::{Entry, Outbox, Stage};
use crate::{
    edit::{document::Document, patch::Patch},
    fhir::{self, Resource},
    identity::ResourceKey,
    protocol::{PendingField, PendingState},
};

impl Outbox {
    /// Whether anything of a record is pending, cheaply.
    pub(crate) fn is_pending(&self, key: &ResourceKey) -> bool {
        !self.parked && self.by_resource.contains_key(key)
    }

    /// A record with what is on its way laid over it; `None` if nothing is. Changes of other fields by others show through.
    pub(crate) fn laid_over(&self, resource: &Resource) -> Option<Resource> {
        if !self.is_pending(&resource.key) {
            return None;
        }
        let edits = self.on_their_way(&resource.key);
        let mut changes = edits
            .iter()
            .flat_map(|(_, entry)| &entry.changes)
            .peekable();
        changes.peek()?;
        let patch = Patch::of(&Document::of(resource), changes).ok()?;
        let mut shown = fhir::parse(&patch.body.to_string()).ok()?;
        shown.author.clone_from(&resource.author);
        Some(shown)
    }

    /// Which fields of a record are pending, and how.
    pub(crate) fn pending(&self, key: &ResourceKey) -> Vec<PendingField> {
        if !self.is_pending(key) {
            return Vec::new();
        }
        let mut pending: Vec<PendingField> = Vec::new();
        for (_, entry) in self.of(key) {
            let state = state(entry);
            for change in &entry.changes {
                let known = pending.iter_mut().find(|known| known.field == change.field);
                match known {
                    Some(known) => known.state = known.state.max(state),
                    None => pending.push(PendingField {
                        field: change.field,
                        state,
                    }),
                }
            }
        }
        pending
    }
}

fn state(entry: &Entry) -> PendingState {
    match entry.stage {
        Stage::Waiting => PendingState::Waiting,
        Stage::Sent { .. } => PendingState::Sending,
        Stage::RolledBack { .. } => PendingState::RolledBack,
        Stage::Conflict { .. } => PendingState::Conflict,
    }
}
