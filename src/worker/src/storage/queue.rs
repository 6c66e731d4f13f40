//! Jobs carried out one after the other, in the order in which they came.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    future::Future,
    pin::Pin,
    rc::Rc,
};

use wasm_bindgen_futures::spawn_local;

type Job = Pin<Box<dyn Future<Output = ()>>>;

/// A queue of jobs. A job starts when the one before it has ended.
#[derive(Clone, Default)]
pub(super) struct Queue(Rc<State>);

#[derive(Default)]
struct State {
    waiting: RefCell<VecDeque<Job>>,
    running: Cell<bool>,
}

impl Queue {
    /// Adds a job.
    pub(super) fn push(&self, job: impl Future<Output = ()> + 'static) {
        self.0.waiting.borrow_mut().push_back(Box::pin(job));
        if self.0.running.replace(true) {
            return;
        }
        let state = self.0.clone();
        spawn_local(async move {
            while let Some(job) = state.next() {
                job.await;
            }
            state.running.set(false);
        });
    }
}

impl State {
    fn next(&self) -> Option<Job> {
        self.waiting.borrow_mut().pop_front()
    }
}
