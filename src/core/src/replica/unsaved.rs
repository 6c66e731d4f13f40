//! Rows that changed since they were last stored, and rows that come back from the store.
//!
//! Must never tell the tabs: who restores rows tells them when all of them are there.

use super::{Entry, IN_DRAWER, Membership, Replica};
use crate::{
    collections::Set,
    fhir::Resource,
    identity::{ResourceKey, ResourceType},
    time::Timestamp,
};

/// Keys of changed rows, as long as somebody stores them.
#[derive(Debug, Default)]
pub(super) struct Unsaved(Option<Set<ResourceKey>>);

impl Unsaved {
    pub(super) fn mark(&mut self, key: &ResourceKey) {
        if let Some(keys) = &mut self.0 {
            keys.insert(key.clone());
        }
    }
}

impl Replica {
    /// Notes from now on which rows change, or stops to.
    pub(crate) fn note_unsaved(&mut self, on: bool) {
        self.unsaved.0 = on.then(Set::default);
    }

    /// Notes every row as changed: nothing of it is stored any longer.
    pub(crate) fn all_unsaved(&mut self) {
        if let Some(keys) = &mut self.unsaved.0 {
            keys.extend(self.rows.keys().cloned());
        }
    }

    /// Whether anything is not stored.
    pub(crate) fn has_unsaved(&self) -> bool {
        self.unsaved_count() > 0
    }

    /// How many rows are not stored.
    pub(crate) fn unsaved_count(&self) -> usize {
        self.unsaved.0.as_ref().map_or(0, Set::len)
    }

    /// Takes at most so many keys of rows to store.
    pub(crate) fn take_unsaved(&mut self, count_max: usize) -> Vec<ResourceKey> {
        let Some(keys) = &mut self.unsaved.0 else {
            return Vec::new();
        };
        if keys.len() <= count_max {
            return keys.drain().collect();
        }
        let some: Vec<_> = keys.iter().take(count_max).cloned().collect();
        for key in &some {
            keys.remove(key);
        }
        some
    }

    /// Gives keys back that could not be stored.
    pub(crate) fn give_back_unsaved(&mut self, keys: impl IntoIterator<Item = ResourceKey>) {
        if let Some(unsaved) = &mut self.unsaved.0 {
            unsaved.extend(keys);
        }
    }

    /// A row to store; `None` if it is not there or only a drawer shows it.
    pub(crate) fn to_store(&self, key: &ResourceKey) -> Option<&Resource> {
        let entry = self.rows.get(key).filter(|entry| is_kept(entry))?;
        Some(&entry.resource)
    }

    /// Types of which there are rows.
    pub(crate) fn kinds(&self) -> impl Iterator<Item = &ResourceType> {
        let some = self.counts.iter().filter(|(_, count)| **count > 0);
        some.map(|(kind, _)| kind)
    }

    /// Keys of all rows to store.
    pub(crate) fn keys_to_store(&self) -> impl Iterator<Item = &ResourceKey> {
        let kept = self.rows.iter().filter(|(_, entry)| is_kept(entry));
        kept.map(|(key, _)| key)
    }

    /// A row comes back from the store, where the later one of two versions is the state that was seen last, whatever its
    /// time says. What the server has said since, in a frame or an answer, is newer than both.
    pub(crate) fn restore(&mut self, resource: Resource, members: Membership) {
        let known = self.rows.get(&resource.key);
        if known.is_none_or(is_stored) {
            self.put(resource, members, None, (NEVER, NEVER));
        }
    }

    /// The store says that a row left.
    pub(crate) fn restore_gone(&mut self, key: &ResourceKey) {
        if self.rows.get(key).is_some_and(is_stored) {
            self.remove(key);
        }
    }

    /// Drops every row of a type: what is stored of it cannot be trusted.
    pub(crate) fn drop_type(&mut self, kind: &ResourceType) {
        let keys = self.rows.keys().filter(|key| key.kind == *kind);
        for key in keys.cloned().collect::<Vec<_>>() {
            self.remove(&key);
        }
    }

    fn remove(&mut self, key: &ResourceKey) {
        if let Some(entry) = self.rows.remove(key) {
            self.tallies.update(Some(&entry), None);
            self.joins.update(key, Some(&entry.resource), None);
            if let Some(count) = self.counts.get_mut(&key.kind) {
                *count = count.saturating_sub(1);
            }
        }
    }
}

/// When the server said in this life what only the store says.
const NEVER: Timestamp = Timestamp(i64::MIN);

/// Whether only the store knows of it.
fn is_stored(entry: &Entry) -> bool {
    entry.taken_at == NEVER
}

fn is_kept(entry: &Entry) -> bool {
    entry.members & !IN_DRAWER != 0
}
