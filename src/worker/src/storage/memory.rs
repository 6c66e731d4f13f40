//! Storage in memory: what a perfect browser would do, and on demand a failing one. For tests only; the engine itself holds
//! everything that it works with.

use std::{
    cell::RefCell,
    collections::{BTreeMap, VecDeque},
    ops::ControlFlow,
    rc::Rc,
};

use panels_core::{
    cache::{CacheChange, CacheFailure, CacheName, CacheRecord, CacheStore},
    protocol::Secret,
};

use super::{Cache, Incident, Storage};

type Listener = Rc<dyn Fn(Incident)>;
type Records = BTreeMap<(CacheStore, String), Secret>;

/// A storage whose clones share one content, as the workers of a browser profile do.
#[derive(Clone, Default)]
pub(crate) struct Memory {
    content: Rc<Content>,
    /// Its outboxes.
    outboxes: Rc<Content>,
    /// Its audit trails.
    audits: Rc<Content>,
    /// Its settings.
    settings: Rc<Content>,
}

#[derive(Default)]
struct Content {
    session: RefCell<Option<Secret>>,
    caches: RefCell<BTreeMap<CacheName, Records>>,
    /// What the next calls about caches fail with.
    failures: RefCell<VecDeque<CacheFailure>>,
    listener: RefCell<Option<Listener>>,
}

impl Content {
    fn fail(&self) -> Result<(), CacheFailure> {
        match self.failures.borrow_mut().pop_front() {
            Some(failure) => Err(failure),
            None => Ok(()),
        }
    }
}

impl Memory {
    /// The next call about a cache fails; of several the first fails first.
    pub(super) fn fail_next(&self, failure: CacheFailure) {
        self.content.failures.borrow_mut().push_back(failure);
    }

    /// Something happens to the cache that was opened last.
    pub(super) fn happen(&self, incident: Incident) {
        if let Some(listener) = self.listener() {
            listener(incident);
        }
    }

    /// Who listens to the cache that was opened last.
    pub(super) fn listener(&self) -> Option<Listener> {
        self.content.listener.borrow().clone()
    }
}

/// An open cache.
pub(crate) struct OpenMemory {
    content: Rc<Content>,
    name: CacheName,
}

impl Storage for Memory {
    type Cache = OpenMemory;

    async fn load_session(&self) -> Result<Option<Secret>, CacheFailure> {
        Ok(self.content.session.borrow().clone())
    }

    async fn save_session(&self, text: Secret) -> Result<(), CacheFailure> {
        self.content.session.replace(Some(text));
        Ok(())
    }

    async fn forget_session(&self) -> Result<(), CacheFailure> {
        self.content.session.take();
        Ok(())
    }

    async fn open(
        &self,
        name: &CacheName,
        tell: impl Fn(Incident) + 'static,
    ) -> Result<OpenMemory, CacheFailure> {
        self.content.fail()?;
        self.content.listener.replace(Some(Rc::new(tell)));
        let mut caches = self.content.caches.borrow_mut();
        caches.entry(name.clone()).or_default();
        Ok(OpenMemory {
            content: self.content.clone(),
            name: name.clone(),
        })
    }

    async fn wipe(&self) -> Result<(), CacheFailure> {
        self.content.fail()?;
        self.content.caches.borrow_mut().clear();
        Ok(())
    }

    async fn discard(&self, name: &CacheName) -> Result<(), CacheFailure> {
        self.content.fail()?;
        self.content.caches.borrow_mut().remove(name);
        Ok(())
    }

    fn outbox(&self) -> Self {
        Self {
            content: self.outboxes.clone(),
            ..self.clone()
        }
    }

    fn audit(&self) -> Self {
        Self {
            content: self.audits.clone(),
            ..self.clone()
        }
    }

    fn settings(&self) -> Self {
        Self {
            content: self.settings.clone(),
            ..self.clone()
        }
    }
}

impl Cache for OpenMemory {
    async fn read(
        &self,
        mut found: impl AsyncFnMut(CacheRecord) -> ControlFlow<()>,
    ) -> Result<u64, CacheFailure> {
        let records = self.content.caches.borrow().get(&self.name).cloned();
        let records = records.ok_or(CacheFailure::Closed)?;
        let bytes = bytes(&records);
        self.content.fail()?;
        for ((store, key), text) in records {
            if found(CacheRecord { store, key, text }).await.is_break() {
                break;
            }
        }
        Ok(bytes)
    }

    async fn write(&self, changes: &[CacheChange]) -> Result<u64, CacheFailure> {
        self.content.fail()?;
        let mut caches = self.content.caches.borrow_mut();
        let records = caches.get_mut(&self.name).ok_or(CacheFailure::Closed)?;
        for change in changes.iter().cloned() {
            match change {
                CacheChange::Put(CacheRecord { store, key, text }) => {
                    records.insert((store, key), text);
                }
                CacheChange::Delete { store, key } => {
                    records.remove(&(store, key));
                }
                CacheChange::Clear { store } => records.retain(|(of, _), _| *of != store),
            }
        }
        Ok(bytes(records))
    }

    async fn revive(&self) -> Result<(), CacheFailure> {
        self.content.fail()
    }
}

fn bytes(records: &Records) -> u64 {
    records
        .values()
        .map(|text| text.reveal().len() as u64)
        .sum()
}
