//! The vault: a small database with the keys, and with the session at rest.
//!
//! It is open only while it is used, and its changes are on the disk when they are done: a key that was deleted stays so.

use indexed_db_futures::transaction::TransactionDurability;
use panels_core::{cache::CacheFailure, protocol::Secret};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::CryptoKey;

use super::{
    connection::Connection,
    requests::{checked, commit, delete, get, page, put},
    schema::{self, KEYS, SESSIONS},
    seal::Sealer,
};

/// Caches that are deleted in one go: each user of a browser profile has one, and each wipe takes all.
const CACHES_MAX: u32 = 256;
/// Name of the one session, and of its key.
const SESSION: &str = "session";

/// What the vault knows about a cache.
pub(super) enum CacheKey {
    /// Its key.
    Present(CryptoKey),
    /// Its key was deleted, but the wipe was interrupted before the cache was.
    Wiped,
    /// Nothing.
    Missing,
}

/// The vault of an origin.
pub(super) struct Vault {
    name: String,
    /// Names of the keys of its caches begin so: those of others are none of its business.
    family: &'static str,
}

impl Vault {
    pub(super) fn new(prefix: &str, family: &'static str) -> Self {
        Self {
            name: format!("{prefix}-vault"),
            family,
        }
    }

    /// The session; `None` if there is none.
    pub(super) async fn load_session(&self) -> Result<Option<Secret>, CacheFailure> {
        let vault = self.connect().await?;
        let (key, sealed) = {
            let reading = vault.reading(&[KEYS, SESSIONS])?;
            let key = get(&reading, KEYS, SESSION)?;
            let sealed = get(&reading, SESSIONS, SESSION)?;
            (key.await, sealed.await)
        };
        let (Some(key), Some(sealed)) = (checked(key)?, checked(sealed)?) else {
            return Ok(None);
        };
        let opening = Sealer::new()?.open(&key.unchecked_into(), SESSION, &sealed)?;
        opening.done().await.map(Some)
    }

    /// Replaces the session. Each one gets a key of its own, so that nothing opens those before it.
    pub(super) async fn save_session(&self, text: Secret) -> Result<(), CacheFailure> {
        let sealer = Sealer::new()?;
        let key = sealer.new_key().await?;
        let sealed = sealer.seal(&key, SESSION, &text).await?.done().await?;
        let vault = self.connect().await?;
        let writing = vault.writing(&[KEYS, SESSIONS], TransactionDurability::Strict)?;
        put(&writing, KEYS, SESSION, &key)?;
        put(&writing, SESSIONS, SESSION, &sealed)?;
        commit(writing).await
    }

    /// Deletes the session and its key.
    pub(super) async fn forget_session(&self) -> Result<(), CacheFailure> {
        let vault = self.connect().await?;
        let writing = vault.writing(&[KEYS, SESSIONS], TransactionDurability::Strict)?;
        delete(&writing, KEYS, SESSION)?;
        delete(&writing, SESSIONS, SESSION)?;
        commit(writing).await
    }

    /// What the vault knows about a cache.
    pub(super) async fn cache_key(&self, cache: &str) -> Result<CacheKey, CacheFailure> {
        let vault = self.connect().await?;
        let reading = vault.reading(&[KEYS])?;
        let key = checked(get(&reading, KEYS, &self.key_name(cache))?.await)?;
        Ok(match key.map(JsCast::dyn_into) {
            None => CacheKey::Missing,
            Some(Ok(key)) => CacheKey::Present(key),
            Some(Err(_)) => CacheKey::Wiped,
        })
    }

    /// Makes the key of a cache.
    pub(super) async fn new_cache_key(
        &self,
        cache: &str,
        sealer: &Sealer,
    ) -> Result<CryptoKey, CacheFailure> {
        let key = sealer.new_key().await?;
        self.put_cache_key(cache, &key).await?;
        Ok(key)
    }

    /// Deletes the key of every cache and notes that the caches are still to be deleted; tells which.
    pub(super) async fn begin_wipe(&self) -> Result<Vec<String>, CacheFailure> {
        let vault = self.connect().await?;
        let keys = page(&vault.reading(&[KEYS])?, KEYS, None, CACHES_MAX).await?;
        let caches = keys.iter().filter_map(|(name, _)| self.cache_of(name));
        let caches: Vec<_> = caches.map(str::to_owned).collect();
        self.mark_wiped(&vault, &caches).await?;
        Ok(caches)
    }

    /// Deletes the key of a cache and notes that the cache is still to be deleted.
    pub(super) async fn begin_discard(&self, cache: &str) -> Result<(), CacheFailure> {
        let vault = self.connect().await?;
        self.mark_wiped(&vault, &[cache.to_owned()]).await
    }

    async fn mark_wiped(&self, vault: &Connection, caches: &[String]) -> Result<(), CacheFailure> {
        let writing = vault.writing(&[KEYS], TransactionDurability::Strict)?;
        for cache in caches {
            put(&writing, KEYS, &self.key_name(cache), &JsValue::TRUE)?;
        }
        commit(writing).await
    }

    /// Forgets that there was such a cache.
    pub(super) async fn end_wipe(&self, cache: &str) -> Result<(), CacheFailure> {
        let vault = self.connect().await?;
        let writing = vault.writing(&[KEYS], TransactionDurability::Strict)?;
        delete(&writing, KEYS, &self.key_name(cache))?;
        commit(writing).await
    }

    async fn put_cache_key(&self, cache: &str, value: &JsValue) -> Result<(), CacheFailure> {
        let vault = self.connect().await?;
        let writing = vault.writing(&[KEYS], TransactionDurability::Strict)?;
        put(&writing, KEYS, &self.key_name(cache), value)?;
        commit(writing).await
    }

    fn key_name(&self, cache: &str) -> String {
        format!("{} {cache}", self.family)
    }

    /// The cache that a key is for; `None` for that of the session, and of others.
    fn cache_of<'a>(&self, key: &'a str) -> Option<&'a str> {
        key.strip_prefix(self.family)?.strip_prefix(' ')
    }

    async fn connect(&self) -> Result<Connection, CacheFailure> {
        Connection::open(&self.name, &schema::vault()).await
    }
}
