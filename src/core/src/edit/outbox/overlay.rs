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
        let on_their_way = self.on_their_way(key);
        let is_shown = |number: u64| on_their_way.iter().any(|(other, _)| *other == number);
        let held_up = self.of(key).filter(|(number, _)| !is_shown(*number));
        // Where a value is shown that is on its way, that is what is said of it.
        let mut pending = fields(on_their_way.iter().map(|(_, entry)| *entry));
        let waiting = fields(held_up.map(|(_, entry)| entry));
        let shown = pending.len();
        for field in waiting {
            if pending[..shown]
                .iter()
                .all(|known| known.field != field.field)
            {
                pending.push(field);
            }
        }
        pending
    }
}

/// The fields of edits; of one that several change, the most serious state.
fn fields<'a>(entries: impl Iterator<Item = &'a Entry>) -> Vec<PendingField> {
    let mut fields: Vec<PendingField> = Vec::new();
    for entry in entries {
        let state = state(entry);
        for change in &entry.changes {
            let known = fields.iter_mut().find(|known| known.field == change.field);
            match known {
                Some(known) => known.state = known.state.max(state),
                None => fields.push(PendingField {
                    field: change.field,
                    state,
                }),
            }
        }
    }
    fields
}

fn state(entry: &Entry) -> PendingState {
    match entry.stage {
        Stage::Waiting => PendingState::Waiting,
        Stage::Sent { .. } => PendingState::Sending,
        Stage::RolledBack { .. } => PendingState::RolledBack,
        Stage::Conflict { .. } => PendingState::Conflict,
    }
}
