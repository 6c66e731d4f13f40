//! How much every record takes, so that the sum is known without asking the browser, whose answer is padded and late.

use std::collections::BTreeMap;

use panels_core::cache::{CacheChange, CacheStore};

/// Bytes of the records of a cache as they are stored.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    stores: BTreeMap<CacheStore, BTreeMap<String, u64>>,
    total: u64,
}

impl Ledger {
    /// Bytes of all records.
    pub(super) fn total(&self) -> u64 {
        self.total
    }

    /// A record is there, in place of one with the same key.
    pub(super) fn put(&mut self, store: CacheStore, key: &str, bytes: u64) {
        let records = self.stores.entry(store).or_default();
        let replaced = records.insert(key.to_owned(), bytes);
        self.total = self.total + bytes - replaced.unwrap_or_default();
    }

    /// A batch was stored; `puts` are the bytes of what it put, in order.
    pub(super) fn apply(&mut self, changes: &[CacheChange], puts: impl IntoIterator<Item = u64>) {
        let mut puts = puts.into_iter();
        for change in changes {
            match change {
                CacheChange::Put(record) => {
                    let bytes = puts.next().unwrap_or_default();
                    self.put(record.store, &record.key, bytes);
                }
                CacheChange::Delete { store, key } => {
                    let records = self.stores.get_mut(store);
                    let bytes = records.and_then(|records| records.remove(key));
                    self.total -= bytes.unwrap_or_default();
                }
                CacheChange::Clear { store } => {
                    let records = self.stores.remove(store).unwrap_or_default();
                    self.total -= records.values().sum::<u64>();
                }
            }
        }
    }
}
