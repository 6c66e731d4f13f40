//! What the cache asks of the storage around it: named stores of records, written in atomic batches.
//!
//! The storage compresses (JSON shrinks to a tenth), encrypts and keeps; it never looks into a text. One database belongs to
//! one user of one project of one server, in one schema version.

use crate::protocol::Secret;

/// Version of everything that is stored. A cache of another version is deleted, not migrated: it can be loaded again.
pub const CACHE_SCHEMA_VERSION: u8 = 4;

/// A database.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CacheName(Box<str>);

impl CacheName {
    /// Wraps a name. It must be free of anything that names a person: databases are listed in the clear.
    pub fn new(name: impl Into<Box<str>>) -> Self {
        Self(name.into())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

macro_rules! stores {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// The stores of a database.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum CacheStore {
            $($(#[$doc])* $name,)*
        }

        impl CacheStore {
            /// All of them, in the order in which they are loaded: what paints first comes first.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// Its name in the database.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

stores! {
    /// Connection parameters; never a token.
    Parameters = "parameters",
    /// The first rows of each panel as last shown: painted before anything else is read.
    Screens = "screens",
    /// Panel definitions.
    Panels = "panels",
    /// How far each type was read, and how many rows that were.
    Cursors = "cursors",
    /// Full resources, in batches.
    Segments = "segments",
    /// The last updates, for the log and for conflicts.
    Recent = "recent",
    /// Edits that were not sent yet: used in a database of its own, because it must outlive the rows.
    Outbox = "outbox",
    /// The audit trail: used in a database of its own, because it must outlive rows and edits.
    Audit = "audit",
    /// What users have chosen of how things look: used in a database of its own, because it must outlive sessions.
    Settings = "settings",
}

/// One record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheRecord {
    /// Where.
    pub store: CacheStore,
    /// Which. Stored in the clear: never an id of a patient or anything about one. Records of a store are ordered by it.
    pub key: String,
    /// What. Stored encrypted.
    pub text: Secret,
}

/// One change of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CacheChange {
    /// Adds or replaces a record.
    Put(CacheRecord),
    /// Deletes a record; that it is not there is no error.
    Delete {
        /// Where.
        store: CacheStore,
        /// Which.
        key: String,
    },
    /// Deletes every record of a store.
    Clear {
        /// Which store.
        store: CacheStore,
    },
}

/// Number of a batch; its end is told with the same number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CacheWriteId(pub u64);

/// What the storage tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CacheEvent {
    /// A stored record, in the order of [`CacheStore::ALL`] and then of the keys.
    Record(CacheRecord),
    /// Everything that was stored has been told; batches may be written.
    Ready {
        /// Bytes of all records as they are stored: compressed and encrypted.
        stored_bytes: u64,
    },
    /// A batch was stored whole (`Ok`) or not at all (`Err`).
    Written {
        /// Which batch.
        write: CacheWriteId,
        /// What came of it; where it was stored, the bytes of all records as they are stored now.
        result: Result<u64, CacheFailure>,
    },
    /// The storage cannot be used, or no longer: from now on nothing is kept. After this no further event follows until the
    /// cache is opened again.
    Lost(CacheFailure),
}

/// Why the storage does not keep something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CacheFailure {
    /// The browser has none, or forbids it: private mode, a policy.
    #[error("the browser offers no storage")]
    Unavailable,
    /// Another page holds an older version open and does not let go.
    #[error("another page blocks the storage")]
    Blocked,
    /// There is no room.
    #[error("the storage is full")]
    Full,
    /// It was closed under us: deleted by the user, taken over by a newer version, or broken.
    #[error("the storage was closed")]
    Closed,
    /// What is stored cannot be read: the key is gone, or a record is damaged.
    #[error("the stored data cannot be read")]
    Unreadable,
}
