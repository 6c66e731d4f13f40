//! What only a browser's storage can do: be looked into, tampered with, held open, taken away, full or forbidden.

mod failures;
mod outboxes;
mod raw;
mod secrecy;

use panels_core::cache::{CacheChange, CacheEvent, CacheStore};

use super::IndexedDb;
use crate::storage::tests::{
    Seen,
    cache::{opened, put},
    cache_name, unused_name,
};

/// A worker whose cache `ward` is open and empty, and the name of its storage.
async fn start() -> (Seen<IndexedDb>, String) {
    let name = unused_name();
    let seen = Seen::start(&name);
    assert!(opened(&seen, "ward").await.is_empty());
    (seen, name)
}

/// Name of the database of the cache `ward`.
fn ward(name: &str) -> String {
    format!("{name}-cache-ward")
}

fn vault(name: &str) -> String {
    format!("{name}-vault")
}

fn ward_key(name: &str) -> String {
    format!("cache {}", ward(name))
}

/// A batch of one record.
fn batch(key: &str) -> Vec<CacheChange> {
    vec![put(CacheStore::Recent, key, "Ada Lovelace")]
}

/// How it ends when the cache is opened in another life of the worker.
async fn reopened(name: &str) -> CacheEvent {
    let seen = Seen::<IndexedDb>::start(name);
    seen.keeper.open_cache(cache_name("ward"));
    loop {
        match seen.next_event().await {
            CacheEvent::Record(_) => {}
            end => return end,
        }
    }
}
