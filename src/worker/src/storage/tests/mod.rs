//! One suite of tests for every storage, at the border to the engine: what it asks of a keeper, and what it hears.
//!
//! Each test has a storage of its own; a second keeper of the same storage is the worker after a reload.

mod audit;
pub(super) mod cache;
mod failures;
mod nothing;
pub(super) mod outbox;
mod session;
mod settings;
mod turns;

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    future::poll_fn,
    rc::Rc,
    task::{Poll, Waker},
};

use panels_core::{
    cache::{CacheEvent, CacheName},
    engine::Input,
};

use super::{Keeper, Storage, indexed_db::IndexedDb, memory::Memory};

/// A storage that starts empty, and that can be opened again.
pub(super) trait Fixture: Storage + 'static {
    /// The storage with this name.
    fn named(name: &str) -> Self;
}

impl Fixture for IndexedDb {
    fn named(name: &str) -> Self {
        Self::new(name)
    }
}

thread_local! {
    static MEMORIES: RefCell<Vec<(String, Memory)>> = RefCell::default();
    static NUMBER: Cell<u32> = Cell::default();
}

impl Fixture for Memory {
    fn named(name: &str) -> Self {
        MEMORIES.with_borrow_mut(|memories| {
            if let Some((_, known)) = memories.iter().find(|(known, _)| known == name) {
                return known.clone();
            }
            let new = Self::default();
            memories.push((name.to_owned(), new.clone()));
            new
        })
    }
}

/// A name that no other test uses, nor any run before.
pub(super) fn unused_name() -> String {
    let number = NUMBER.get();
    NUMBER.set(number + 1);
    format!("test-{}-{number}", js_sys::Date::now())
}

/// Name of a cache.
pub(super) fn cache_name(name: &str) -> CacheName {
    CacheName::new(name)
}

/// What the engine would see: a keeper, and what it told.
pub(super) struct Seen<S: Storage> {
    /// The keeper.
    pub(super) keeper: Keeper<S>,
    told: Rc<RefCell<Told>>,
}

#[derive(Default)]
struct Told {
    inputs: VecDeque<Input>,
    waiting: Option<Waker>,
}

impl<S: Fixture> Seen<S> {
    /// A worker that starts with the storage of this name.
    pub(super) fn start(name: &str) -> Self {
        Self::with(Some(S::named(name)))
    }

    /// One that keeps nothing.
    pub(super) fn without_storage() -> Self {
        Self::with(None)
    }

    fn with(storage: Option<S>) -> Self {
        let told = Rc::<RefCell<Told>>::default();
        let heard = told.clone();
        let keeper = Keeper::new(storage, move |input| heard.borrow_mut().push(input));
        Self { keeper, told }
    }

    /// The next thing that is told.
    pub(super) async fn next(&self) -> Input {
        poll_fn(|context| {
            let mut told = self.told.borrow_mut();
            match told.inputs.pop_front() {
                Some(input) => Poll::Ready(input),
                None => {
                    told.waiting = Some(context.waker().clone());
                    Poll::Pending
                }
            }
        })
        .await
    }

    /// The next thing that is told about a cache.
    pub(super) async fn next_event(&self) -> CacheEvent {
        match self.next().await {
            Input::Cache(event) => event,
            other => panic!("{other:?}"),
        }
    }

    /// The session that was loaded.
    pub(super) async fn next_session(&self) -> Option<String> {
        match self.next().await {
            Input::SessionLoaded { text } => text,
            other => panic!("{other:?}"),
        }
    }

    /// Waits until everything asked for is done.
    pub(super) async fn finished(&self) {
        self.finished_with(|_| ()).await;
    }

    /// The same; `heard` hears what is told meanwhile.
    pub(super) async fn finished_with(&self, heard: impl Fn(Input)) {
        let told = self.told.clone();
        // An input that no storage tells.
        let end = move || told.borrow_mut().push(Input::Timer);
        self.keeper.finish(end);
        loop {
            match self.next().await {
                Input::Timer => return,
                input => heard(input),
            }
        }
    }
}

impl Told {
    fn push(&mut self, input: Input) {
        self.inputs.push_back(input);
        if let Some(waker) = self.waiting.take() {
            waker.wake();
        }
    }
}

/// Runs generic tests on every storage.
macro_rules! on_every_storage {
    ($($test:ident,)*) => {
        mod memory {
            $(#[wasm_bindgen_test::wasm_bindgen_test]
            async fn $test() {
                super::$test::<crate::storage::memory::Memory>().await;
            })*
        }
        mod indexed_db {
            $(#[wasm_bindgen_test::wasm_bindgen_test]
            async fn $test() {
                super::$test::<crate::storage::indexed_db::IndexedDb>().await;
            })*
        }
    };
}
use on_every_storage;
