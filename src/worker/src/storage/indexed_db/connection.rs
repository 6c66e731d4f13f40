//! Connections to a database: opened within a time limit, closed when dropped.

use std::{cell::Cell, ops::Deref, rc::Rc};

use futures_util::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use indexed_db_futures::{
    Build,
    database::Database,
    error::OpenDbError,
    internals::SystemRepr,
    transaction::{Transaction, TransactionDurability, TransactionMode, TransactionOptions},
};
use panels_core::cache::CacheFailure;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::IdbDatabase;

use super::{failure, schema::Schema};
use crate::storage::Incident;

/// Patience with a database that does not open: an older page gets a moment to let go of it, and a large one to recover from a
/// crash of the browser.
const PATIENCE_MS: u32 = if cfg!(test) { 500 } else { 3_000 };

/// An open database.
pub(super) struct Connection {
    database: Database,
    /// Whether it was not there, or emptied, before it was opened.
    pub(super) created: bool,
    watch: Option<[Closure<dyn FnMut()>; 2]>,
}

impl Deref for Connection {
    type Target = Database;

    fn deref(&self) -> &Database {
        &self.database
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if self.watch.is_some() {
            let events: &IdbDatabase = self.database.as_sys();
            events.set_onclose(None);
            events.set_onversionchange(None);
        }
        self.close();
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

    /// Tells what happens to it.
    pub(super) fn watch(&mut self, tell: impl Fn(Incident) + Clone + 'static) {
        let listen = |incident: Incident| {
            let tell = tell.clone();
            Closure::<dyn FnMut()>::new(move || tell(incident))
        };
        let [closed, wanted] = [Incident::Disconnected, Incident::TakenOver].map(listen);
        let events: &IdbDatabase = self.database.as_sys();
        events.set_onclose(Some(closed.as_ref().unchecked_ref()));
        events.set_onversionchange(Some(wanted.as_ref().unchecked_ref()));
        self.watch = Some([closed, wanted]);
    }

    /// As if the browser had told something.
    #[cfg(test)]
    pub(super) fn dispatch(&self, event: &web_sys::Event) {
        let events: &IdbDatabase = self.database.as_sys();
        assert!(events.dispatch_event(event).expect("an event"));
    }

    /// Closes it. The browser waits for transactions that were committed.
    pub(super) fn close(&self) {
        self.database.clone().close();
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

/// Deletes a database.
pub(super) async fn delete(name: &str) -> Result<(), CacheFailure> {
    let deleting = Database::delete_by_name(name).map_err(|error| failure::of_open(&error))?;
    match select(deleting, TimeoutFuture::new(PATIENCE_MS)).await {
        Either::Left((deleted, _)) => deleted.map_err(|error| failure::of_open(&error.into())),
        // The browser deletes it when it can.
        Either::Right(_) => Err(CacheFailure::Blocked),
    }
}

async fn open_or_replace(name: &str, schema: &Schema) -> Result<Connection, CacheFailure> {
    let opened = match open_at_version(name, schema).await {
        Err(OpenDbError::Base(error))
            if failure::name(&error).as_deref() == Some(failure::VERSION_ERROR)
                && !schema.lasting =>
        {
            delete(name).await?;
            open_at_version(name, schema).await
        }
        opened => opened,
    };
    opened.map_err(|error| failure::of_open(&error))
}

async fn open_at_version(name: &str, schema: &Schema) -> Result<Connection, OpenDbError> {
    let created = Rc::new(Cell::new(false));
    let (wanted, lasting, upgraded) = (schema.stores.clone(), schema.lasting, created.clone());
    let database = Database::open(name)
        .with_version(schema.version)
        .with_on_upgrade_needed(move |_, database| {
            let present: Vec<String> = database.object_store_names().collect();
            upgraded.set(!lasting || present.is_empty());
            if !lasting {
                for store in &present {
                    database.delete_object_store(store)?;
                }
            }
            let missing = |store: &&str| !lasting || !present.iter().any(|known| known == store);
            for store in wanted.into_iter().filter(missing) {
                database.create_object_store(store).build()?;
            }
            Ok(())
        })
        .await?;
    Ok(Connection {
        database,
        created: created.get(),
        watch: None,
    })
}
