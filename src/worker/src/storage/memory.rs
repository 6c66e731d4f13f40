//! Storage in memory: what a perfect browser would do. For tests only; the engine itself holds everything that it works with.

use std::{cell::RefCell, rc::Rc};

use panels_core::{cache::CacheFailure, protocol::Secret};

use super::Storage;

/// A storage whose clones share one content, as the workers of a browser profile do.
#[derive(Clone, Default)]
pub(crate) struct Memory(Rc<Content>);

#[derive(Default)]
struct Content {
    session: RefCell<Option<Secret>>,
}

impl Storage for Memory {
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
}
