//! What a browser profile keeps on disk: the session and the databases of the cache. Batches are atomic; a crash between
//! two commands leaves the first of them carried out and the rest not.

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
    databases: BTreeMap<CacheName, Database>,
    /// The database in use.
    open: Option<CacheName>,
    /// The database that was opened last: also when it was closed under its worker, it is the one to discard.
    last: Option<CacheName>,
    /// The databases of the outbox, which no wipe of the others touches.
    outboxes: Option<Box<Self>>,
    writes_to_fail: u32,
    unreadable: bool,
    forbidden: bool,
    faults: Vec<StorageFault>,
}

impl Storage {
    /// Something goes wrong; returns what the engine hears at once.
    pub(crate) fn strike(&mut self, fault: StorageFault) -> Vec<Input> {
        self.faults.push(fault);
        let mut told = Vec::new();
        if let Some(outboxes) = &mut self.outboxes {
            // One that was open when everything was deleted is closed.
            if fault == StorageFault::Emptied && outboxes.open.take().is_some() {
                told.push(Input::Outbox(CacheEvent::Lost(CacheFailure::Closed)));
            }
            told.extend(outboxes.strike(fault).into_iter().map(of_outbox));
        }
        match fault {
            StorageFault::Full { writes } => self.writes_to_fail = writes,
            StorageFault::Lost => {
                if self.open.take().is_some() {
                    told.push(Input::Cache(CacheEvent::Lost(CacheFailure::Closed)));
                }
            }
            StorageFault::Unreadable => self.unreadable = true,
            StorageFault::Emptied => {
                self.session = None;
                self.databases.clear();
            }
            StorageFault::Forbidden => self.forbidden = true,
        }
        told
    }

    /// What went wrong so far.
    pub(crate) fn faults(&self) -> &[StorageFault] {
        &self.faults
    }

    /// The edits at rest: those of the database in use, or of every one.
    pub(crate) fn edits(&self, in_use: bool) -> impl Iterator<Item = &str> {
        let outboxes = self.outboxes.iter().flat_map(move |outboxes| {
            let wanted = move |name: &CacheName| !in_use || outboxes.last.as_ref() == Some(name);
            let named = outboxes.databases.iter();
            named.filter(move |(name, _)| wanted(name))
        });
        outboxes.flat_map(|(_, database)| database.values().map(String::as_str))
    }

    /// From now on nothing goes wrong.
    pub(crate) fn heal(&mut self) {
        self.writes_to_fail = 0;
        self.unreadable = false;
        self.forbidden = false;
        if let Some(outboxes) = &mut self.outboxes {
            outboxes.heal();
        }
    }

    /// The worker ended: whatever it had open is closed.
    pub(crate) fn close(&mut self) {
        self.open = None;
        self.last = None;
        if let Some(outboxes) = &mut self.outboxes {
            outboxes.close();
        }
    }

    /// Carries out a command; returns what the engine hears.
    pub(crate) fn carry_out(&mut self, command: Command) -> Vec<Input> {
        match command {
            Command::LoadSession => {
                let text = self.session.clone().filter(|_| !self.unreadable);
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
            Command::Open(name) => self.open(name),
            Command::Write(write, changes) => self.write(write, changes),
            Command::Wipe => {
                self.open = None;
                self.databases.clear();
                Vec::new()
            }
            Command::Outbox(order) => self.keep_edits(order),
        }
    }

    fn keep_edits(&mut self, order: OutboxOrder) -> Vec<Input> {
        let forbidden = self.forbidden;
        let outboxes = self.outboxes.get_or_insert_default();
        outboxes.forbidden = forbidden;
        let told = match order {
            OutboxOrder::Open { name } => outboxes.open(name),
            OutboxOrder::Write { write, changes } => outboxes.write(write, changes),
            OutboxOrder::Close => {
                outboxes.open = None;
                Vec::new()
            }
            OutboxOrder::Discard => {
                outboxes.open = None;
                let last = outboxes.last.take();
                last.and_then(|name| outboxes.databases.remove(&name));
                Vec::new()
            }
        };
        told.into_iter().map(of_outbox).collect()
    }

    fn open(&mut self, name: CacheName) -> Vec<Input> {
        self.open = None;
        self.last = Some(name.clone());
        let lost = |failure| vec![Input::Cache(CacheEvent::Lost(failure))];
        if self.forbidden {
            return lost(CacheFailure::Unavailable);
        }
        if std::mem::take(&mut self.unreadable) {
            self.databases.remove(&name);
            return lost(CacheFailure::Unreadable);
        }
        let database = self.databases.entry(name.clone()).or_default();
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
        self.open = Some(name);
        told
    }

    fn write(&mut self, write: CacheWriteId, changes: Vec<CacheChange>) -> Vec<Input> {
        let Some(database) = self
            .open
            .as_ref()
            .and_then(|name| self.databases.get_mut(name))
        else {
            return Vec::new();
        };
        let result = if self.writes_to_fail > 0 {
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

    /// Every text at rest that must not outlive a session, for whoever looks for what must not be there.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        let records = self.databases.values().flat_map(|database| database.iter());
        let keys = records.flat_map(|((_, key), text)| [key.as_str(), text.as_str()]);
        keys.chain(self.session.as_deref())
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
