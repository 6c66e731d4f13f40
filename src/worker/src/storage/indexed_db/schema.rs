//! What databases look like. Of the cache nothing is migrated: a database of another version, older or newer, is emptied.

use panels_core::cache::{CACHE_SCHEMA_VERSION, CacheStore};

/// Version of the vault. A vault that is emptied signs everybody out, and takes the caches with it.
const VAULT_VERSION: u8 = 1;
/// Store of the vault: keys, by the name of what they encrypt.
pub(super) const KEYS: &str = "keys";
/// Store of the vault: the session.
pub(super) const SESSIONS: &str = "sessions";

/// Version of outboxes. Edits outlive the build that has stored them.
const OUTBOX_VERSION: u8 = 1;
/// Stores of an outbox.
pub(super) const OUTBOX_STORES: &[CacheStore] = &[CacheStore::Outbox];

/// Version of audit trails.
const AUDIT_VERSION: u8 = 1;
/// Stores of an audit trail.
pub(super) const AUDIT_STORES: &[CacheStore] = &[CacheStore::Audit];

/// Version of settings.
const SETTINGS_VERSION: u8 = 1;
/// Stores of settings.
pub(super) const SETTINGS_STORES: &[CacheStore] = &[CacheStore::Settings];

/// What a database has to look like.
#[derive(Clone, Debug)]
pub(super) struct Schema {
    /// Its version.
    pub(super) version: u8,
    /// Names of its stores. Keys are given with the values.
    pub(super) stores: Vec<&'static str>,
    /// What is in a database of another version is worth more than the version: stores are added, nothing is deleted, and one
    /// that is newer is left alone.
    pub(super) lasting: bool,
}

/// The keys and the session.
pub(super) fn vault() -> Schema {
    Schema {
        version: VAULT_VERSION,
        stores: vec![KEYS, SESSIONS],
        lasting: false,
    }
}

/// A cache.
pub(super) fn cache() -> Schema {
    Schema {
        version: CACHE_SCHEMA_VERSION,
        stores: CacheStore::ALL.iter().map(|store| store.name()).collect(),
        lasting: false,
    }
}

/// An outbox.
pub(super) fn outbox() -> Schema {
    lasting(OUTBOX_VERSION, OUTBOX_STORES)
}

/// An audit trail.
pub(super) fn audit() -> Schema {
    lasting(AUDIT_VERSION, AUDIT_STORES)
}

/// Settings of all users.
pub(super) fn settings() -> Schema {
    lasting(SETTINGS_VERSION, SETTINGS_STORES)
}

fn lasting(version: u8, stores: &[CacheStore]) -> Schema {
    Schema {
        version,
        stores: stores.iter().map(|store| store.name()).collect(),
        lasting: true,
    }
}
