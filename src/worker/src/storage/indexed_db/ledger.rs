//! How much every record takes, so that the sum is known without asking the browser, whose answer is padded and late.

use panels_core::cache::{CacheChange, CacheStore};

/// Bytes of the records of a cache as they are stored. A plain list: there are some hundreds.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    records: Vec<Record>,
    total: u64,
}

#[derive(Debug)]
struct Record {
    store: CacheStore,
    key: String,
    bytes: u64,
}

impl Ledger {
    /// Bytes of all records.
    pub(super) fn total(&self) -> u64 {
        self.total
    }

    /// A record was found that is not in the list.
    pub(super) fn add(&mut self, store: CacheStore, key: &str, bytes: u64) {
        let key = key.to_owned();
        self.records.push(Record { store, key, bytes });
        self.total += bytes;
    }

    /// A batch was stored; `puts` are the bytes of what it put, in order.
    pub(super) fn apply(&mut self, changes: &[CacheChange], puts: impl IntoIterator<Item = u64>) {
        let mut puts = puts.into_iter();
        for change in changes {
            match change {
                CacheChange::Put(record) => {
                    self.remove(record.store, Some(&record.key));
                    let bytes = puts.next().unwrap_or_default();
                    self.add(record.store, &record.key, bytes);
                }
                CacheChange::Delete { store, key } => self.remove(*store, Some(key)),
                CacheChange::Clear { store } => self.remove(*store, None),
            }
        }
    }

    /// Removes one record, or all of a store.
    fn remove(&mut self, store: CacheStore, key: Option<&str>) {
        let total = &mut self.total;
        self.records.retain(|record| {
            let gone = record.store == store && key.is_none_or(|key| record.key == key);
            if gone {
                *total -= record.bytes;
            }
            !gone
        });
    }
}
