//! Carries out what the engine wants kept, in order, and tells what came of it.
//!
//! The session has a queue of its own: a large cache must not hold it up.

use std::rc::Rc;

use panels_core::{
    engine::{Input, LogLevel},
    protocol::Secret,
};

use super::{Storage, queue::Queue};
use crate::log;

/// The engine's side of a storage.
pub(crate) struct Keeper<S> {
    storage: Rc<S>,
    tell: Rc<dyn Fn(Input)>,
    sessions: Queue,
}

impl<S: Storage + 'static> Keeper<S> {
    /// A keeper; `tell` hears the answers, never during a call.
    pub(crate) fn new(storage: S, tell: impl Fn(Input) + 'static) -> Self {
        Self {
            storage: Rc::new(storage),
            tell: Rc::new(tell),
            sessions: Queue::default(),
        }
    }

    /// Reads the session. One that cannot be read is as good as none.
    pub(crate) fn load_session(&self) {
        let (storage, tell) = (self.storage.clone(), self.tell.clone());
        self.sessions.push(async move {
            let loaded = storage.load_session().await;
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
            if let Err(failure) = storage.save_session(text).await {
                let text = format!("a reload will sign out, the session is not kept: {failure}");
                log::write(LogLevel::Warn, &text);
            }
        });
    }

    /// Forgets the session.
    pub(crate) fn forget_session(&self) {
        let storage = self.storage.clone();
        self.sessions.push(async move {
            if let Err(failure) = storage.forget_session().await {
                let text = format!("the stored session could not be deleted: {failure}");
                log::write(LogLevel::Error, &text);
            }
        });
    }
}
