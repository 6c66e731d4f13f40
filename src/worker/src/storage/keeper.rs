//! Carries out what the engine wants kept, in order, and tells what came of it.
//!
//! The session has a queue of its own: a large cache must not hold it up.

use std::rc::Rc;

use panels_core::{
    cache::{CacheChange, CacheName, CacheWriteId},
    engine::{Input, LogLevel, OutboxOrder},
    protocol::Secret,
};

use super::{Storage, caches::Caches, queue::Queue};
use crate::log;

/// The engine's side of a storage.
pub(crate) struct Keeper<S: Storage> {
    storage: Option<Rc<S>>,
    tell: Rc<dyn Fn(Input)>,
    sessions: Queue,
    caches: Rc<Caches<S>>,
    /// The database of the outbox: beside that of the cache, because it outlives it.
    outbox: Rc<Caches<S>>,
    /// The database of the audit trail: beside both, because it outlives them.
    audit: Rc<Caches<S>>,
    /// The database of the settings: beside all, because it outlives sessions.
    settings: Rc<Caches<S>>,
}

impl<S: Storage + 'static> Keeper<S> {
    /// A keeper; `tell` hears the answers, never during a call. Without a storage it takes everything and keeps nothing: for the
    /// demonstration, of which nothing may stay, nor come between what is of a real server.
    pub(crate) fn new(storage: Option<S>, tell: impl Fn(Input) + 'static) -> Self {
        let (storage, tell) = (storage.map(Rc::new), Rc::new(tell) as Rc<dyn Fn(Input)>);
        let beside = |other: fn(&S) -> S| storage.as_deref().map(|storage| Rc::new(other(storage)));
        Self {
            caches: Caches::new(storage.clone(), tell.clone(), Input::Cache),
            outbox: Caches::new(beside(S::outbox), tell.clone(), Input::Outbox),
            audit: Caches::new(beside(S::audit), tell.clone(), Input::Audit),
            settings: Caches::new(beside(S::settings), tell.clone(), Input::Settings),
            storage,
            tell,
            sessions: Queue::default(),
        }
    }

    /// Opens a cache and tells what is in it.
    pub(crate) fn open_cache(&self, name: CacheName) {
        self.caches.open(name);
    }

    /// Stores a batch.
    pub(crate) fn write_cache(&self, write: CacheWriteId, changes: Vec<CacheChange>) {
        self.caches.write(write, changes);
    }

    /// Deletes the cache that was opened last, and its key.
    pub(crate) fn wipe_cache(&self) {
        self.caches.wipe();
    }

    /// Does something with the database of the outbox.
    pub(crate) fn outbox(&self, order: OutboxOrder) {
        carry_out(&self.outbox, order);
    }

    /// Does something with the database of the audit trail.
    pub(crate) fn audit(&self, order: OutboxOrder) {
        carry_out(&self.audit, order);
    }

    /// Does something with the database of the settings.
    pub(crate) fn settings(&self, order: OutboxOrder) {
        carry_out(&self.settings, order);
    }

    /// Calls back when everything asked for so far is done.
    pub(crate) fn finish(&self, then: impl FnOnce() + 'static) {
        let (caches, outbox) = (self.caches.clone(), self.outbox.clone());
        let (audit, settings) = (self.audit.clone(), self.settings.clone());
        let rest = move || outbox.finish(move || audit.finish(move || settings.finish(then)));
        self.sessions.push(async move { caches.finish(rest) });
    }

    /// Reads the session. One that cannot be read is as good as none.
    pub(crate) fn load_session(&self) {
        let (storage, tell) = (self.storage.clone(), self.tell.clone());
        self.sessions.push(async move {
            let loaded = match &storage {
                Some(storage) => storage.load_session().await,
                None => Ok(None),
            };
            if let Err(failure) = &loaded {
                let text = format!("the stored session is lost: {failure}");
                log::write(LogLevel::Warn, &text);
            }
            let text = loaded.ok().flatten();
            tell(Input::SessionLoaded {
                text: text.map(|text| text.reveal().to_owned()),
            });
        });
    }

    /// Keeps the session.
    pub(crate) fn save_session(&self, text: Secret) {
        let storage = self.storage.clone();
        self.sessions.push(async move {
            if let Some(storage) = storage
                && let Err(failure) = storage.save_session(text).await
            {
                let text = format!("a reload will sign out, the session is not kept: {failure}");
                log::write(LogLevel::Warn, &text);
            }
        });
    }

    /// Forgets the session.
    pub(crate) fn forget_session(&self) {
        let storage = self.storage.clone();
        self.sessions.push(async move {
            if let Some(storage) = storage
                && let Err(failure) = storage.forget_session().await
            {
                let text = format!("the stored session could not be deleted: {failure}");
                log::write(LogLevel::Error, &text);
            }
        });
    }
}

fn carry_out<S: Storage + 'static>(caches: &Rc<Caches<S>>, order: OutboxOrder) {
    match order {
        OutboxOrder::Open { name } => caches.open(name),
        OutboxOrder::Write { write, changes } => caches.write(write, changes),
        OutboxOrder::Close => caches.close(),
        OutboxOrder::Discard => caches.discard(),
    }
}
