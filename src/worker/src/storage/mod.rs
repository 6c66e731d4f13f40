//! What outlives the worker: the session at rest.
//!
//! Decides nothing: what is kept, and when it is forgotten, is up to the engine.

pub(crate) mod indexed_db;
mod keeper;
#[cfg(test)]
mod memory;
mod queue;
#[cfg(test)]
mod suite;

use panels_core::{cache::CacheFailure, protocol::Secret};

pub(crate) use keeper::Keeper;

/// A place to keep things. Its caller waits for one call to end before it makes the next.
pub(crate) trait Storage {
    /// The stored session; `None` if there is none.
    async fn load_session(&self) -> Result<Option<Secret>, CacheFailure>;

    /// Replaces the stored session.
    async fn save_session(&self, text: Secret) -> Result<(), CacheFailure>;

    /// Deletes the stored session and what could read it.
    async fn forget_session(&self) -> Result<(), CacheFailure>;
}
