//! A storage for caches: what was written is there in the next life, whole batches or nothing.

use std::collections::BTreeMap;

use crate::{
    cache::{
        CacheChange, CacheEvent, CacheFailure, CacheName, CacheRecord, CacheStore, CacheWriteId,
    },
    protocol::Secret,
};

type Records = BTreeMap<(CacheStore, String), String>;

#[derive(Default)]
pub(super) struct Disk {
    pub(super) databases: BTreeMap<CacheName, Records>,
    open: Option<CacheName>,
    /// Every batch fails with this.
    pub(super) failure: Option<CacheFailure>,
    /// There is none at all.
    pub(super) absent: bool,
    /// It never answers.
    pub(super) mute: bool,
    pub(super) batches: usize,
}

impl Disk {
    /// Everything that lies on it.
    pub(super) fn text(&self) -> String {
        let records = self.databases.values().flat_map(BTreeMap::values);
        records.map(String::as_str).collect()
    }

    pub(super) fn open(&mut self, name: CacheName) -> Vec<CacheEvent> {
        if self.mute {
            return Vec::new();
        }
        if self.absent {
            return vec![CacheEvent::Lost(CacheFailure::Unavailable)];
        }
        let records = self.databases.entry(name.clone()).or_default();
        self.open = Some(name);
        let stored_bytes = records.values().map(|text| text.len() as u64).sum();
        let told = records.iter().map(|((store, key), text)| {
            CacheEvent::Record(CacheRecord {
                store: *store,
                key: key.clone(),
                text: Secret::new(text.as_str()),
            })
        });
        told.chain([CacheEvent::Ready { stored_bytes }]).collect()
    }

    pub(super) fn write(&mut self, write: CacheWriteId, changes: Vec<CacheChange>) -> CacheEvent {
        let records = self
            .open
            .as_ref()
            .and_then(|name| self.databases.get_mut(name));
        let deletes = |change: &CacheChange| matches!(change, CacheChange::Delete { .. });
        let failure = self.failure.filter(|failure| {
            // To delete needs no room.
            *failure != CacheFailure::Full || !changes.iter().all(deletes)
        });
        let (Some(records), None) = (records, failure) else {
            let failure = self.failure.unwrap_or(CacheFailure::Closed);
            return CacheEvent::Written {
                write,
                result: Err(failure),
            };
        };
        self.batches += 1;
        for change in changes {
            match change {
                CacheChange::Put(record) => {
                    records.insert((record.store, record.key), record.text.reveal().to_owned());
                }
                CacheChange::Delete { store, key } => {
                    records.remove(&(store, key));
                }
                CacheChange::Clear { store } => records.retain(|(other, _), _| *other != store),
            }
        }
        let result = Ok(records.values().map(|text| text.len() as u64).sum());
        CacheEvent::Written { write, result }
    }

    /// Deletes the one that is open.
    pub(super) fn discard(&mut self) {
        if let Some(name) = self.open.take() {
            self.databases.remove(&name);
        }
    }

    pub(super) fn close(&mut self) {
        self.open = None;
    }

    pub(super) fn wipe(&mut self) {
        self.open = None;
        self.databases.clear();
    }

    /// Edits that have not ended, and drafts.
    pub(super) fn unended(&self) -> usize {
        let records = self.databases.values().flat_map(|records| records.values());
        let unended = records.filter(|text| !text.contains("\"outcome\""));
        unended.count()
    }

    /// Records of a store in the only database.
    pub(super) fn count(&self, store: CacheStore) -> usize {
        let records = self.databases.values().flat_map(BTreeMap::keys);
        records.filter(|(other, _)| *other == store).count()
    }
}
