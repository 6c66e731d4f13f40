//! Connections to a database: opened within a time limit, closed when dropped.

use std::ops::Deref;

use futures_util::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use indexed_db_futures::{
    Build,
    database::Database,
    error::OpenDbError,
    transaction::{Transaction, TransactionDurability, TransactionMode, TransactionOptions},
};
use panels_core::cache::CacheFailure;
use wasm_bindgen_futures::spawn_local;

use super::failure;

/// Patience with a database that does not open: an older page gets a moment to let go of it, and a large one to recover from a
/// crash of the browser.
const PATIENCE_MS: u32 = 5_000;

/// What a database has to look like.
#[derive(Clone, Debug)]
pub(super) struct Schema {
    /// Its version. Another version is emptied, whether older or newer.
    pub(super) version: u8,
    /// Names of its stores. Keys are given with the values.
    pub(super) stores: Vec<&'static str>,
}

/// An open database.
pub(super) struct Connection {
    database: Database,
}

impl Deref for Connection {
    type Target = Database;

    fn deref(&self) -> &Database {
        &self.database
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        // Waits by itself for transactions that were committed.
        self.database.clone().close();
    }
}

impl Connection {
    /// Opens a database, and makes it anew if it is of another version.
    pub(super) async fn open(name: &str, schema: &Schema) -> Result<Self, CacheFailure> {
        let (name, schema) = (name.to_owned(), schema.clone());
        let opening = Box::pin(async move { open_or_replace(&name, &schema).await });
        match select(opening, TimeoutFuture::new(PATIENCE_MS)).await {
            Either::Left((opened, _)) => opened,
            Either::Right(((), opening)) => {
                // What opens later must not stay open: it would block others in its turn.
                spawn_local(async move { drop(opening.await) });
                Err(CacheFailure::Blocked)
            }
        }
    }

    /// A transaction that reads.
    pub(super) fn reading(&self, stores: &[&str]) -> Result<Transaction<'_>, CacheFailure> {
        let transaction = self.database.transaction(stores).build();
        transaction.map_err(|error| failure::of_use(&error))
    }

    /// A transaction that writes. It does nothing unless it is committed.
    pub(super) fn writing(
        &self,
        stores: &[&str],
        durability: TransactionDurability,
    ) -> Result<Transaction<'_>, CacheFailure> {
        let options = TransactionOptions::new().with_durability(durability);
        let transaction = self
            .database
            .transaction(stores)
            .with_mode(TransactionMode::Readwrite)
            .with_options(options)
            .build();
        transaction.map_err(|error| failure::of_use(&error))
    }
}

async fn open_or_replace(name: &str, schema: &Schema) -> Result<Connection, CacheFailure> {
    let opened = match open_at_version(name, schema).await {
        Err(OpenDbError::Base(error))
            if failure::name(&error).as_deref() == Some(failure::VERSION_ERROR) =>
        {
            let deleting = Database::delete_by_name(name);
            let deleted = deleting.map_err(|error| failure::of_open(&error))?.await;
            deleted.map_err(|error| failure::of_open(&error.into()))?;
            open_at_version(name, schema).await
        }
        opened => opened,
    };
    opened.map_err(|error| failure::of_open(&error))
}

async fn open_at_version(name: &str, schema: &Schema) -> Result<Connection, OpenDbError> {
    let wanted = schema.stores.clone();
    let database = Database::open(name)
        .with_version(schema.version)
        .with_on_upgrade_needed(move |_, database| {
            let present: Vec<String> = database.object_store_names().collect();
            for store in present {
                database.delete_object_store(&store)?;
            }
            for store in wanted {
                database.create_object_store(store).build()?;
            }
            Ok(())
        })
        .await?;
    Ok(Connection { database })
}
