//! Storage in IndexedDB, encrypted.
//!
//! A small database, the vault, holds the keys; they cannot be exported, not even by this code. Deleting a key is the wipe:
//! what it had encrypted is then noise, wherever the browser has left copies of it.
//!
//! Where the browser has no storage or forbids it nothing is kept: a reload asks for a new sign-in.

mod cache;
mod connection;
mod failure;
mod ledger;
mod requests;
mod schema;
mod seal;
#[cfg(test)]
mod tests;
mod vault;

use std::rc::Rc;

use futures_util::future::join;
use panels_core::{
    cache::{CacheFailure, CacheName, CacheStore},
    protocol::Secret,
};

use self::{
    cache::{OpenCache, Place},
    connection::Connection,
    schema::Schema,
    seal::Sealer,
    vault::{CacheKey, Vault},
};
use super::{Incident, Storage};

/// The browser's storage.
pub(crate) struct IndexedDb {
    prefix: String,
    family: Family,
    vault: Vault,
}

/// What the databases are for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    Cache,
    Outbox,
    Audit,
    Settings,
}

impl Family {
    fn word(self) -> &'static str {
        match self {
            Self::Cache => "cache",
            Self::Outbox => "outbox",
            Self::Audit => "audit",
            Self::Settings => "settings",
        }
    }

    fn schema(self) -> Schema {
        match self {
            Self::Cache => schema::cache(),
            Self::Outbox => schema::outbox(),
            Self::Audit => schema::audit(),
            Self::Settings => schema::settings(),
        }
    }

    fn stores(self) -> &'static [CacheStore] {
        match self {
            Self::Cache => CacheStore::ALL,
            Self::Outbox => schema::OUTBOX_STORES,
            Self::Audit => schema::AUDIT_STORES,
            Self::Settings => schema::SETTINGS_STORES,
        }
    }
}

impl IndexedDb {
    /// The storage of this origin. Its databases are named with this word in front.
    pub(crate) fn new(prefix: &str) -> Self {
        Self::of(prefix, Family::Cache)
    }

    fn of(prefix: &str, family: Family) -> Self {
        Self {
            prefix: prefix.to_owned(),
            family,
            vault: Vault::new(prefix, family.word()),
        }
    }

    fn database(&self, cache: &CacheName) -> String {
        format!("{}-{}-{}", self.prefix, self.family.word(), cache.as_str())
    }

    /// Deletes a cache whose key is deleted already.
    async fn finish_wipe(&self, name: &str) -> Result<(), CacheFailure> {
        connection::delete(name).await?;
        self.vault.end_wipe(name).await
    }
}

impl Storage for IndexedDb {
    type Cache = OpenCache;

    async fn load_session(&self) -> Result<Option<Secret>, CacheFailure> {
        self.vault.load_session().await
    }

    async fn save_session(&self, text: Secret) -> Result<(), CacheFailure> {
        self.vault.save_session(text).await
    }

    async fn forget_session(&self) -> Result<(), CacheFailure> {
        self.vault.forget_session().await
    }

    async fn open(
        &self,
        name: &CacheName,
        tell: impl Fn(Incident) + 'static,
    ) -> Result<OpenCache, CacheFailure> {
        let (name, tell) = (self.database(name), Rc::new(tell));
        let sealer = Sealer::new()?;
        let (schema, stores) = (self.family.schema(), self.family.stores());
        // Together: people wait for the first rows.
        let opening = Connection::open(&name, &schema);
        let (known, connection) = join(self.vault.cache_key(&name), opening).await;
        let (known, mut connection) = (known?, connection?);
        if matches!(known, CacheKey::Wiped) {
            drop(connection);
            self.finish_wipe(&name).await?;
            connection = Connection::open(&name, &schema).await?;
        }
        if let CacheKey::Present(key) = known {
            let place = Place {
                name,
                schema,
                stores,
            };
            return Ok(OpenCache::new(place, key, sealer, connection, tell));
        }
        let created = connection.created;
        let key = self.vault.new_cache_key(&name, &sealer).await?;
        let place = Place {
            name,
            schema,
            stores,
        };
        let cache = OpenCache::new(place, key, sealer, connection, tell);
        // Records without a key: the vault was lost.
        if !created && !cache.is_empty().await? {
            return Err(CacheFailure::Unreadable);
        }
        Ok(cache)
    }

    async fn wipe(&self) -> Result<(), CacheFailure> {
        // The keys first: without them the rest is noise, even if nothing more comes of this.
        let names = self.vault.begin_wipe().await?;
        for name in names {
            self.finish_wipe(&name).await?;
        }
        Ok(())
    }

    async fn discard(&self, name: &CacheName) -> Result<(), CacheFailure> {
        let name = self.database(name);
        self.vault.begin_discard(&name).await?;
        self.finish_wipe(&name).await
    }

    fn outbox(&self) -> Self {
        Self::of(&self.prefix, Family::Outbox)
    }

    fn audit(&self) -> Self {
        Self::of(&self.prefix, Family::Audit)
    }

    fn settings(&self) -> Self {
        Self::of(&self.prefix, Family::Settings)
    }
}
