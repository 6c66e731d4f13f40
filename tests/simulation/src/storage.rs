//! What a browser profile keeps on disk: the session and the databases of the cache. Batches are atomic; a crash between
//! two commands leaves the first of them carried out and the rest not. Each worker has connections of its own: one that ends
//! closes nobody else's.

use std::collections::BTreeMap;

use panels_core::{
    cache::{
        CacheChange, CacheEvent, CacheFailure, CacheName, CacheRecord, CacheStore, CacheWriteId,
    },
    engine::{Input, OutboxOrder},
    protocol::Secret,
};

type Database = BTreeMap<(CacheStore, String), String>;

/// One thing that an engine wants done.
#[derive(Clone, Debug)]
pub(crate) enum Command {
    LoadSession,
    SaveSession(String),
    ForgetSession,
    Open(CacheName),
    Write(CacheWriteId, Vec<CacheChange>),
    /// Every cache, whoever opened it.
    Wipe,
    /// Something about the database of the outbox.
    Outbox(OutboxOrder),
}

impl Command {
    /// A word for the trace.
    pub(crate) fn word(&self) -> String {
        match self {
            Self::LoadSession => "load session".into(),
            Self::SaveSession(_) => "save session".into(),
            Self::ForgetSession => "forget session".into(),
            Self::Open(_) => "open cache".into(),
            Self::Write(write, changes) => format!("write #{} of {}", write.0, changes.len()),
            Self::Wipe => "wipe cache".into(),
            Self::Outbox(order) => match order {
                OutboxOrder::Open { .. } => "open outbox".into(),
                OutboxOrder::Write { write, changes } => {
                    format!("write #{} of {} to the outbox", write.0, changes.len())
                }
                OutboxOrder::Close => "close outbox".into(),
                OutboxOrder::Discard => "discard outbox".into(),
            },
        }
    }
}

/// What goes wrong with storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StorageFault {
    /// The next writes fail for lack of room.
    Full {
        /// How many.
        writes: u32,
    },
    /// The database is closed under the engine.
    Lost,
    /// What is stored cannot be read at the next start.
    Unreadable,
    /// Everything was deleted by the browser while no worker looked.
    Emptied,
    /// There is no storage from the next start on.
    Forbidden,
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Storage {
    pub(crate) session: Option<String>,
    caches: Databases,
    /// No wipe of the others touches them.
    outboxes: Databases,
    faults: Vec<StorageFault>,
}

/// The databases of one kind.
#[derive(Debug, Default)]
struct Databases {
    kept: BTreeMap<CacheName, Database>,
    /// By number of the worker.
    connections: BTreeMap<usize, Connection>,
    writes_to_fail: u32,
    unreadable: bool,
    forbidden: bool,
}

#[derive(Debug, Default)]
struct Connection {
    /// The database in use.
    open: Option<CacheName>,
    /// The database that was opened last: also when it was closed under its worker, it is the one to discard.
    last: Option<CacheName>,
}

impl Storage {
    /// Something goes wrong; returns what the engine of a worker hears at once.
    pub(crate) fn strike(&mut self, fault: StorageFault, worker: Option<usize>) -> Vec<Input> {
        self.faults.push(fault);
        let mut told = Vec::new();
        // An outbox that was open when everything was deleted is closed.
        let closes = matches!(fault, StorageFault::Lost | StorageFault::Emptied);
        if closes && self.outboxes.close_under(worker) {
            told.push(Input::Outbox(CacheEvent::Lost(CacheFailure::Closed)));
        }
        if fault == StorageFault::Lost && self.caches.close_under(worker) {
            told.push(Input::Cache(CacheEvent::Lost(CacheFailure::Closed)));
        }
        if fault == StorageFault::Emptied {
            self.session = None;
        }
        self.caches.strike(fault);
        self.outboxes.strike(fault);
        told
    }

    /// What went wrong so far.
    pub(crate) fn faults(&self) -> &[StorageFault] {
        &self.faults
    }

    /// The edits at rest.
    pub(crate) fn edits(&self) -> impl Iterator<Item = &str> {
        let texts = self.outboxes.kept.values().flat_map(BTreeMap::values);
        texts.map(String::as_str)
    }

    /// The edits at rest in the database that a worker opened last.
    pub(crate) fn edits_of(&self, worker: usize) -> impl Iterator<Item = &str> {
        let last = self.outboxes.connections.get(&worker);
        let last = last.and_then(|connection| connection.last.as_ref());
        let database = last.and_then(|name| self.outboxes.kept.get(name));
        database
            .into_iter()
            .flat_map(BTreeMap::values)
            .map(String::as_str)
    }

    /// From now on nothing goes wrong.
    pub(crate) fn heal(&mut self) {
        self.caches.heal();
        self.outboxes.heal();
    }

    /// Carries out a command of a worker; returns what its engine hears.
    pub(crate) fn carry_out(&mut self, worker: usize, command: Command) -> Vec<Input> {
        match command {
            Command::LoadSession => {
                let text = self.session.clone();
                let text = text.filter(|_| !self.caches.unreadable);
                vec![Input::SessionLoaded { text }]
            }
            Command::SaveSession(text) => {
                self.session = Some(text);
                Vec::new()
            }
            Command::ForgetSession => {
                self.session = None;
                Vec::new()
            }
            Command::Open(name) => self.caches.open(worker, name),
            Command::Write(write, changes) => self.caches.write(worker, write, changes),
            Command::Wipe => {
                self.caches.kept.clear();
                self.caches.close(worker);
                Vec::new()
            }
            Command::Outbox(order) => {
                let told = match order {
                    OutboxOrder::Open { name } => self.outboxes.open(worker, name),
                    OutboxOrder::Write { write, changes } => {
                        self.outboxes.write(worker, write, changes)
                    }
                    OutboxOrder::Close => self.outboxes.close(worker),
                    OutboxOrder::Discard => self.outboxes.discard(worker),
                };
                told.into_iter().map(of_outbox).collect()
            }
        }
    }

    /// Every text at rest that must not outlive a session, for whoever looks for what must not be there.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        let records = self.caches.kept.values().flat_map(BTreeMap::iter);
        let keys = records.flat_map(|((_, key), text)| [key.as_str(), text.as_str()]);
        keys.chain(self.session.as_deref())
    }
}

impl Databases {
    fn strike(&mut self, fault: StorageFault) {
        match fault {
            StorageFault::Full { writes } => self.writes_to_fail = writes,
            StorageFault::Unreadable => self.unreadable = true,
            StorageFault::Emptied => self.kept.clear(),
            StorageFault::Forbidden => self.forbidden = true,
            StorageFault::Lost => {}
        }
    }

    fn heal(&mut self) {
        self.writes_to_fail = 0;
        self.unreadable = false;
        self.forbidden = false;
    }

    /// Closes what is open under every worker; whether it was under this one.
    fn close_under(&mut self, worker: Option<usize>) -> bool {
        let mut told = false;
        for (owner, connection) in &mut self.connections {
            told |= connection.open.take().is_some() && Some(*owner) == worker;
        }
        told
    }

    fn open(&mut self, worker: usize, name: CacheName) -> Vec<Input> {
        let connection = self.connections.entry(worker).or_default();
        connection.open = None;
        connection.last = Some(name.clone());
        let lost = |failure| vec![Input::Cache(CacheEvent::Lost(failure))];
        if self.forbidden {
            return lost(CacheFailure::Unavailable);
        }
        if std::mem::take(&mut self.unreadable) {
            self.kept.remove(&name);
            return lost(CacheFailure::Unreadable);
        }
        let database = self.kept.entry(name.clone()).or_default();
        let records = database.iter().map(|((store, key), text)| {
            let record = CacheRecord {
                store: *store,
                key: key.clone(),
                text: Secret::new(text.clone()),
            };
            Input::Cache(CacheEvent::Record(record))
        });
        let mut told: Vec<_> = records.collect();
        let stored_bytes = bytes(database);
        told.push(Input::Cache(CacheEvent::Ready { stored_bytes }));
        connection.open = Some(name);
        told
    }

    fn write(
        &mut self,
        worker: usize,
        write: CacheWriteId,
        changes: Vec<CacheChange>,
    ) -> Vec<Input> {
        let connection = self.connections.get(&worker);
        let name = connection.and_then(|connection| connection.open.as_ref());
        let Some(database) = name.and_then(|name| self.kept.get_mut(name)) else {
            return Vec::new();
        };
        // To delete needs no room.
        let deletes = |change: &CacheChange| matches!(change, CacheChange::Delete { .. });
        let result = if self.writes_to_fail > 0 && !changes.iter().all(deletes) {
            self.writes_to_fail -= 1;
            Err(CacheFailure::Full)
        } else {
            for change in changes {
                apply(database, change);
            }
            Ok(bytes(database))
        };
        vec![Input::Cache(CacheEvent::Written { write, result })]
    }

    fn close(&mut self, worker: usize) -> Vec<Input> {
        if let Some(connection) = self.connections.get_mut(&worker) {
            connection.open = None;
        }
        Vec::new()
    }

    fn discard(&mut self, worker: usize) -> Vec<Input> {
        let connection = self.connections.remove(&worker);
        if let Some(name) = connection.and_then(|connection| connection.last) {
            self.kept.remove(&name);
        }
        Vec::new()
    }
}

fn of_outbox(input: Input) -> Input {
    match input {
        Input::Cache(event) => Input::Outbox(event),
        other => other,
    }
}

fn bytes(database: &Database) -> u64 {
    let sizes = database.iter();
    sizes
        .map(|((_, key), text)| (key.len() + text.len()) as u64)
        .sum()
}

fn apply(database: &mut Database, change: CacheChange) {
    match change {
        CacheChange::Put(record) => {
            let text = record.text.reveal().to_owned();
            database.insert((record.store, record.key), text);
        }
        CacheChange::Delete { store, key } => {
            database.remove(&(store, key));
        }
        CacheChange::Clear { store } => database.retain(|(kept, _), _| *kept != store),
    }
}
