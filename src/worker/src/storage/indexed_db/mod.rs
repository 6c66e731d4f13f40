//! Storage in IndexedDB, encrypted.
//!
//! A small database, the vault, holds the keys; they cannot be exported, not even by this code. Deleting a key is the wipe:
//! what it had encrypted is then noise, wherever the browser has left copies of it.
//!
//! Where the browser has no storage or forbids it nothing is kept: a reload asks for a new sign-in.

mod connection;
mod failure;
mod requests;
mod seal;
mod vault;

use panels_core::{cache::CacheFailure, protocol::Secret};

use super::Storage;

/// The browser's storage.
pub(crate) struct IndexedDb {
    vault: vault::Vault,
}

impl IndexedDb {
    /// The storage of this origin. Its databases are named with this word in front.
    pub(crate) fn new(prefix: &str) -> Self {
        Self {
            vault: vault::Vault::new(prefix),
        }
    }
}

impl Storage for IndexedDb {
    async fn load_session(&self) -> Result<Option<Secret>, CacheFailure> {
        self.vault.load_session().await
    }

    async fn save_session(&self, text: Secret) -> Result<(), CacheFailure> {
        self.vault.save_session(text).await
    }

    async fn forget_session(&self) -> Result<(), CacheFailure> {
        self.vault.forget_session().await
    }
}
