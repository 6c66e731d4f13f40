//! Storage in memory: what a perfect browser would do. For tests only; the engine itself holds everything that it works with.

use std::{cell::RefCell, collections::BTreeMap, ops::ControlFlow, rc::Rc};

use panels_core::{
    cache::{CacheChange, CacheFailure, CacheName, CacheRecord, CacheStore},
    protocol::Secret,
};

use super::{Cache, Incident, Storage};

type Records = BTreeMap<(CacheStore, String), Secret>;

/// A storage whose clones share one content, as the workers of a browser profile do.
#[derive(Clone, Default)]
pub(crate) struct Memory(Rc<Content>);

#[derive(Default)]
struct Content {
    session: RefCell<Option<Secret>>,
    caches: RefCell<BTreeMap<CacheName, Records>>,
}

/// An open cache.
pub(crate) struct OpenMemory {
    content: Rc<Content>,
    name: CacheName,
}

impl Storage for Memory {
    type Cache = OpenMemory;

    async fn load_session(&self) -> Result<Option<Secret>, CacheFailure> {
        Ok(self.0.session.borrow().clone())
    }

    async fn save_session(&self, text: Secret) -> Result<(), CacheFailure> {
        self.0.session.replace(Some(text));
        Ok(())
    }

    async fn forget_session(&self) -> Result<(), CacheFailure> {
        self.0.session.take();
        Ok(())
    }

    async fn open(
        &self,
        name: &CacheName,
        _tell: impl Fn(Incident) + 'static,
    ) -> Result<OpenMemory, CacheFailure> {
        let mut caches = self.0.caches.borrow_mut();
        caches.entry(name.clone()).or_default();
        Ok(OpenMemory {
            content: self.0.clone(),
            name: name.clone(),
        })
    }

    async fn wipe(&self, name: &CacheName) -> Result<(), CacheFailure> {
        self.0.caches.borrow_mut().remove(name);
        Ok(())
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
        for ((store, key), text) in records {
            if found(CacheRecord { store, key, text }).await.is_break() {
                break;
            }
        }
        Ok(bytes)
    }

    async fn write(&self, changes: &[CacheChange]) -> Result<u64, CacheFailure> {
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
        Ok(())
    }
}

fn bytes(records: &Records) -> u64 {
    records
        .values()
        .map(|text| text.reveal().len() as u64)
        .sum()
}
