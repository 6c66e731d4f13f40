//! A cache that is open: records are encrypted before a transaction begins and decrypted after it has ended.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    ops::ControlFlow,
    rc::Rc,
};

use futures_util::future::join;
use indexed_db_futures::transaction::TransactionDurability;
use panels_core::cache::{CacheChange, CacheFailure, CacheRecord, CacheStore};
use wasm_bindgen::JsValue;
use web_sys::CryptoKey;

use super::{
    connection::Connection,
    ledger::Ledger,
    requests::{clear, commit, delete, page, put},
    schema::Schema,
    seal::{self, Sealer, Sealing},
};
use crate::storage::{Cache, Incident};

/// Records that are read at once, with as many on their way: a segment is up to 1 MB before it is compressed.
const PAGE_RECORDS: u32 = 8;
/// Records that are encrypted at once. Each is in memory twice meanwhile.
const SEALINGS_MAX: usize = 8;

/// Where a cache is.
pub(super) struct Place {
    /// Name of the database.
    pub(super) name: String,
    /// How the database looks.
    pub(super) schema: Schema,
    /// Its stores, in the order of reading.
    pub(super) stores: &'static [CacheStore],
}

/// An open cache.
pub(crate) struct OpenCache {
    place: Place,
    key: CryptoKey,
    sealer: Sealer,
    connection: Rc<RefCell<Option<Rc<Connection>>>>,
    /// Somebody else wants to delete it, or has: it must not be opened again.
    gone: Rc<Cell<bool>>,
    tell: Rc<dyn Fn(Incident)>,
    ledger: RefCell<Ledger>,
}

impl OpenCache {
    pub(super) fn new(
        place: Place,
        key: CryptoKey,
        sealer: Sealer,
        connection: Connection,
        tell: Rc<dyn Fn(Incident)>,
    ) -> Self {
        let cache = Self {
            place,
            key,
            sealer,
            connection: Rc::default(),
            gone: Rc::default(),
            tell,
            ledger: RefCell::default(),
        };
        cache.hold(connection);
        cache
    }

    /// Holds a connection and listens to what happens to it.
    fn hold(&self, mut connection: Connection) -> Rc<Connection> {
        let (held, gone, tell) = (
            self.connection.clone(),
            self.gone.clone(),
            self.tell.clone(),
        );
        connection.watch(move |incident| {
            // Closed as soon as nothing uses it: whoever wants to delete it waits for that.
            if let Some(connection) = held.take() {
                let connection: Rc<Connection> = connection;
                connection.close();
            }
            if incident == Incident::TakenOver {
                gone.set(true);
            }
            tell(incident);
        });
        let connection = Rc::new(connection);
        self.connection.replace(Some(connection.clone()));
        connection
    }

    async fn reopen(&self) -> Result<Rc<Connection>, CacheFailure> {
        self.connection.take();
        if self.gone.get() {
            return Err(CacheFailure::Closed);
        }
        let reopened = Connection::open(&self.place.name, &self.place.schema).await;
        let connection = reopened.map_err(|_| CacheFailure::Closed)?;
        if connection.created {
            // It is empty now: what the engine believes to be stored is not.
            self.gone.set(true);
            return Err(CacheFailure::Closed);
        }
        Ok(self.hold(connection))
    }

    /// Does something with the connection; once more with a new one if it was lost.
    async fn connected<T>(
        &self,
        operation: impl AsyncFn(&Connection) -> Result<T, CacheFailure>,
    ) -> Result<T, CacheFailure> {
        let held = self.connection.borrow().clone();
        if let Some(connection) = held {
            match operation(&connection).await {
                Err(CacheFailure::Closed) => {}
                outcome => return outcome,
            }
        }
        let connection = self.reopen().await?;
        operation(&connection).await
    }

    async fn page(
        &self,
        store: CacheStore,
        after: Option<&str>,
    ) -> Result<Vec<(String, JsValue)>, CacheFailure> {
        self.connected(async |connection| {
            let reading = connection.reading(&[store.name()])?;
            page(&reading, store.name(), after, PAGE_RECORDS).await
        })
        .await
    }

    /// Whether there is any record.
    pub(super) async fn is_empty(&self) -> Result<bool, CacheFailure> {
        for store in self.place.stores {
            if !self.page(*store, None).await?.is_empty() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn tell_page(
        &self,
        store: CacheStore,
        sealed: Vec<(String, JsValue)>,
        found: &mut impl AsyncFnMut(CacheRecord) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, CacheFailure> {
        let mut opening = Vec::with_capacity(sealed.len());
        for (key, sealed) in sealed {
            let place = address(&self.place.name, store, &key);
            let text = self.sealer.open(&self.key, &place, &sealed)?;
            let bytes = seal::stored_bytes(&sealed);
            self.ledger.borrow_mut().add(store, &key, bytes);
            opening.push((key, text));
        }
        for (key, text) in opening {
            let text = text.done().await?;
            let told = found(CacheRecord { store, key, text }).await;
            if told.is_break() {
                return Ok(told);
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Encrypted values of the records that are put, in their order.
    async fn seal(&self, changes: &[CacheChange]) -> Result<VecDeque<JsValue>, CacheFailure> {
        let mut sealed = VecDeque::with_capacity(changes.len());
        let mut running: VecDeque<Sealing> = VecDeque::with_capacity(SEALINGS_MAX);
        for change in changes {
            let CacheChange::Put(record) = change else {
                continue;
            };
            if running.len() == SEALINGS_MAX
                && let Some(first) = running.pop_front()
            {
                sealed.push_back(first.done().await?);
            }
            let place = address(&self.place.name, record.store, &record.key);
            let sealing = self.sealer.seal(&self.key, &place, &record.text).await?;
            running.push_back(sealing);
        }
        for last in running {
            sealed.push_back(last.done().await?);
        }
        Ok(sealed)
    }
}

#[cfg(test)]
impl OpenCache {
    /// Closes the connection behind the back of the cache, with or without a word.
    pub(super) fn disconnect(&self, event: Option<&web_sys::Event>) {
        let Some(connection) = self.connection.borrow().clone() else {
            return;
        };
        connection.close();
        if let Some(event) = event {
            connection.dispatch(event);
        }
    }
}

impl Cache for OpenCache {
    async fn read(
        &self,
        mut found: impl AsyncFnMut(CacheRecord) -> ControlFlow<()>,
    ) -> Result<u64, CacheFailure> {
        let stores = self.place.stores;
        let mut progress = Some(Progress::FIRST);
        let mut page = self.page(stores[0], None).await?;
        while let Some(here) = progress {
            progress = here.next(stores, &page);
            // The next page is on its way while this one is decrypted and told.
            let next = async {
                match &progress {
                    Some(next) => self.page(stores[next.store], next.after.as_deref()).await,
                    None => Ok(Vec::new()),
                }
            };
            let (told, next) =
                join(self.tell_page(stores[here.store], page, &mut found), next).await;
            if told?.is_break() {
                break;
            }
            page = next?;
        }
        Ok(self.ledger.borrow().total())
    }

    async fn write(&self, changes: &[CacheChange]) -> Result<u64, CacheFailure> {
        let Some(batch) = Batch::of(changes) else {
            return Ok(self.ledger.borrow().total());
        };
        let sealed = self.seal(changes).await?;
        self.connected(async |connection| {
            let writing = connection.writing(&batch.stores, batch.durability)?;
            let mut values = sealed.iter();
            for change in changes {
                match change {
                    CacheChange::Put(record) => {
                        let value = values.next().ok_or(CacheFailure::Unavailable)?;
                        put(&writing, record.store.name(), &record.key, value)?;
                    }
                    CacheChange::Delete { store, key } => delete(&writing, store.name(), key)?,
                    CacheChange::Clear { store } => clear(&writing, store.name())?,
                }
            }
            commit(writing).await
        })
        .await?;
        let mut ledger = self.ledger.borrow_mut();
        ledger.apply(changes, sealed.iter().map(seal::stored_bytes));
        Ok(ledger.total())
    }

    async fn revive(&self) -> Result<(), CacheFailure> {
        let any = self.place.stores[0].name();
        self.connected(async |connection| connection.reading(&[any]).map(drop))
            .await
    }
}

/// How far a cache was read.
struct Progress {
    /// Position in [`Place::stores`].
    store: usize,
    /// The last key that was read.
    after: Option<String>,
}

impl Progress {
    const FIRST: Self = Self {
        store: 0,
        after: None,
    };

    /// Where to go on after the page that was read here; `None` at the end.
    fn next(&self, stores: &[CacheStore], page: &[(String, JsValue)]) -> Option<Self> {
        if page.len() == PAGE_RECORDS as usize {
            let after = page.last().map(|(key, _)| key.clone());
            return Some(Self {
                store: self.store,
                after,
            });
        }
        let store = self.store + 1;
        (store < stores.len()).then_some(Self { store, after: None })
    }
}

/// How a batch is to be stored.
struct Batch {
    stores: Vec<&'static str>,
    durability: TransactionDurability,
}

impl Batch {
    /// `None` if there is nothing to do.
    fn of(changes: &[CacheChange]) -> Option<Self> {
        let touched = |store: &CacheStore| changes.iter().any(|change| store_of(change) == *store);
        let stores: Vec<CacheStore> = CacheStore::ALL.iter().copied().filter(touched).collect();
        if stores.is_empty() {
            return None;
        }
        Some(Self {
            // An edit and what is written about it must survive a power cut; the rest can be loaded again.
            durability: if stores.iter().copied().any(is_irreplaceable) {
                TransactionDurability::Strict
            } else {
                TransactionDurability::Relaxed
            },
            stores: stores.into_iter().map(CacheStore::name).collect(),
        })
    }
}

fn is_irreplaceable(store: CacheStore) -> bool {
    matches!(store, CacheStore::Outbox | CacheStore::Audit)
}

fn store_of(change: &CacheChange) -> CacheStore {
    match change {
        CacheChange::Put(record) => record.store,
        CacheChange::Delete { store, .. } | CacheChange::Clear { store } => *store,
    }
}

/// What is authenticated with a record, so that it cannot be moved.
fn address(name: &str, store: CacheStore, key: &str) -> String {
    format!("{name}\0{}\0{key}", store.name())
}
