//! The vault: a small database with the keys, and with the session at rest.
//!
//! It is open only while it is used, and its changes are on the disk when they are done: a key that was deleted stays so.

use indexed_db_futures::transaction::TransactionDurability;
use panels_core::{cache::CacheFailure, protocol::Secret};
use wasm_bindgen::JsCast;

use super::{
    connection::{Connection, Schema},
    requests::{checked, commit, delete, get, put},
    seal::Sealer,
};

/// Version of the vault. A vault of another version is emptied: everybody signs in again.
const VAULT_VERSION: u8 = 1;
/// Keys by the name of what they encrypt.
const KEYS: &str = "keys";
/// The session.
const SESSIONS: &str = "sessions";
/// Name of the one session, and of its key.
const SESSION: &str = "session";

/// The vault of an origin.
pub(super) struct Vault {
    name: String,
}

impl Vault {
    pub(super) fn new(prefix: &str) -> Self {
        Self {
            name: format!("{prefix}-vault"),
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
        let sealed = sealer.seal(&key, SESSION, &text)?.done().await?;
        let vault = self.connect().await?;
        let writing = vault.writing(&[KEYS, SESSIONS], TransactionDurability::Strict)?;
        put(&writing, KEYS, SESSION, key.into())?;
        put(&writing, SESSIONS, SESSION, sealed)?;
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

    async fn connect(&self) -> Result<Connection, CacheFailure> {
        let schema = Schema {
            version: VAULT_VERSION,
            stores: vec![KEYS, SESSIONS],
        };
        Connection::open(&self.name, &schema).await
    }
}
