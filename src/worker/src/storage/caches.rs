//! The cache that is open: everything about it in order, and nothing told of one that is no longer wanted.

use std::{
    cell::{Cell, RefCell},
    ops::ControlFlow,
    rc::Rc,
};

use panels_core::{
    cache::{CacheChange, CacheEvent, CacheFailure, CacheName, CacheRecord, CacheWriteId},
    engine::{Input, LogLevel},
};

use super::{Cache, Incident, Storage, queue::Queue};
use crate::{browser, log};

/// How long records are told in one go. Between two turns sockets and tabs are heard.
const TURN_MS: f64 = 8.0;

/// Which opening of a cache something belongs to. The next one begins when the engine opens or wipes, and when it was told
/// that the cache is lost.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Generation(u64);

/// The caches of a storage, of which one at most is open.
pub(super) struct Caches<S: Storage> {
    /// Without one everything is taken and nothing kept.
    storage: Option<Rc<S>>,
    tell: Rc<dyn Fn(Input)>,
    /// What an event of these caches is to the engine.
    wrap: fn(CacheEvent) -> Input,
    queue: Queue,
    generation: Cell<Generation>,
    open: RefCell<Option<Rc<S::Cache>>>,
    /// The cache that was opened last.
    last: RefCell<Option<CacheName>>,
}

impl<S: Storage + 'static> Caches<S> {
    pub(super) fn new(
        storage: Option<Rc<S>>,
        tell: Rc<dyn Fn(Input)>,
        wrap: fn(CacheEvent) -> Input,
    ) -> Rc<Self> {
        Rc::new(Self {
            storage,
            tell,
            wrap,
            queue: Queue::default(),
            generation: Cell::new(Generation(0)),
            open: RefCell::default(),
            last: RefCell::default(),
        })
    }

    /// Opens a cache and tells what is in it. Writes that were asked for before are still carried out, silently.
    pub(super) fn open(self: &Rc<Self>, name: CacheName) {
        let generation = self.next_generation();
        self.last.replace(Some(name.clone()));
        let caches = self.clone();
        self.queue.push(async move {
            caches.open.take();
            if caches.generation.get() != generation {
                return;
            }
            match caches.open_and_tell(generation, &name).await {
                Ok(stored_bytes) => caches.say(generation, CacheEvent::Ready { stored_bytes }),
                Err(failure) => caches.lose(generation, failure),
            }
        });
    }

    /// Stores a batch in the cache that is open.
    pub(super) fn write(self: &Rc<Self>, write: CacheWriteId, changes: Vec<CacheChange>) {
        let generation = self.generation.get();
        let caches = self.clone();
        self.queue.push(async move {
            let cache = caches.open.borrow().clone();
            let result = match (cache, &caches.storage) {
                (Some(cache), _) => cache.write(&changes).await,
                (None, Some(_)) => return,
                (None, None) => Ok(0),
            };
            match result {
                // What is full or refused may have room or be allowed again; what is closed is not.
                Err(CacheFailure::Closed) => caches.lose(generation, CacheFailure::Closed),
                result => caches.say(generation, CacheEvent::Written { write, result }),
            }
        });
    }

    /// Deletes every cache, with everything that was to be written: what an earlier life left is of nobody any more.
    pub(super) fn wipe(self: &Rc<Self>) {
        self.next_generation();
        self.open.take();
        let caches = self.clone();
        self.queue.push(async move {
            if let Some(storage) = &caches.storage
                && let Err(failure) = storage.wipe().await
            {
                let text = format!("caches could not be deleted: {failure}");
                log::write(LogLevel::Error, &text);
            }
        });
    }

    /// Closes the cache that is open, after everything that was to be written.
    pub(super) fn close(self: &Rc<Self>) {
        self.next_generation();
        let caches = self.clone();
        self.queue.push(async move {
            caches.open.take();
        });
    }

    /// Deletes the cache that was opened last, with everything that was to be written.
    pub(super) fn discard(self: &Rc<Self>) {
        self.next_generation();
        self.open.take();
        let Some(name) = self.last.take() else {
            return;
        };
        let caches = self.clone();
        self.queue.push(async move {
            caches.open.take();
            if let Some(storage) = &caches.storage
                && let Err(failure) = storage.discard(&name).await
            {
                let text = format!("a cache could not be deleted: {failure}");
                log::write(LogLevel::Error, &text);
            }
        });
    }

    /// Calls back when everything asked for so far is done.
    pub(super) fn finish(&self, then: impl FnOnce() + 'static) {
        self.queue.push(async move { then() });
    }

    async fn open_and_tell(
        self: &Rc<Self>,
        generation: Generation,
        name: &CacheName,
    ) -> Result<u64, CacheFailure> {
        let Some(storage) = &self.storage else {
            return Ok(0);
        };
        let caches = Rc::downgrade(self);
        let watch = move |incident| {
            if let Some(caches) = caches.upgrade() {
                caches.happened(generation, incident);
            }
        };
        let cache = Rc::new(storage.open(name, watch).await?);
        if self.generation.get() != generation {
            return Ok(0);
        }
        self.open.replace(Some(cache.clone()));
        let mut turn = Turn::new();
        cache
            .read(async |record: CacheRecord| {
                turn.share().await;
                if self.generation.get() != generation {
                    return ControlFlow::Break(());
                }
                self.say(generation, CacheEvent::Record(record));
                ControlFlow::Continue(())
            })
            .await
    }

    fn happened(self: &Rc<Self>, generation: Generation, incident: Incident) {
        match incident {
            Incident::TakenOver => self.lose(generation, CacheFailure::Closed),
            Incident::Disconnected => {
                let caches = self.clone();
                self.queue.push(async move {
                    let cache = caches.open.borrow().clone();
                    if let Some(cache) = cache.filter(|_| caches.generation.get() == generation)
                        && let Err(failure) = cache.revive().await
                    {
                        caches.lose(generation, failure);
                    }
                });
            }
        }
    }

    /// Tells something about an opening, unless the engine wants to hear no more of it.
    fn say(&self, generation: Generation, event: CacheEvent) {
        if self.generation.get() == generation {
            (self.tell)((self.wrap)(event));
        }
    }

    fn lose(&self, generation: Generation, failure: CacheFailure) {
        if self.generation.get() == generation {
            self.next_generation();
            self.open.take();
            (self.tell)((self.wrap)(CacheEvent::Lost(failure)));
        }
    }

    fn next_generation(&self) -> Generation {
        let next = Generation(self.generation.get().0 + 1);
        self.generation.set(next);
        next
    }
}

/// Time for one go.
struct Turn {
    began_at: f64,
}

impl Turn {
    fn new() -> Self {
        Self {
            began_at: js_sys::Date::now(),
        }
    }

    /// Lets everybody else go first if it has taken long.
    async fn share(&mut self) {
        let taken_ms = js_sys::Date::now() - self.began_at;
        // A clock that was set back is no reason to go on for hours.
        if !(0.0..TURN_MS).contains(&taken_ms) {
            browser::next_turn().await;
            self.began_at = js_sys::Date::now();
        }
    }
}
