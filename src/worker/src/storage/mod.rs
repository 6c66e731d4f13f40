//! What outlives the worker: the session at rest, and the cache.
//!
//! Decides nothing: what is kept, and when it is forgotten, is up to the engine. Where the browser offers no storage the
//! engine is told so, and nothing is kept: it holds all that it works with in its own memory.

mod caches;
pub(crate) mod indexed_db;
mod keeper;
#[cfg(test)]
mod memory;
mod queue;
#[cfg(test)]
mod tests;

use std::ops::ControlFlow;

use panels_core::{
    cache::{CacheChange, CacheFailure, CacheName, CacheRecord},
    protocol::Secret,
};

pub(crate) use keeper::Keeper;

/// A place to keep things. Whoever uses it waits for one call about the session, and for one call about caches, to end
/// before the next.
pub(crate) trait Storage {
    /// A cache that is open. It is closed when it is dropped.
    type Cache: Cache;

    /// The stored session; `None` if there is none.
    async fn load_session(&self) -> Result<Option<Secret>, CacheFailure>;

    /// Replaces the stored session.
    async fn save_session(&self, text: Secret) -> Result<(), CacheFailure>;

    /// Deletes the stored session and what could read it.
    async fn forget_session(&self) -> Result<(), CacheFailure>;

    /// Opens a cache, an empty one if there is none. `tell` hears what happens to it while it is open.
    async fn open(
        &self,
        name: &CacheName,
        tell: impl Fn(Incident) + 'static,
    ) -> Result<Self::Cache, CacheFailure>;

    /// Deletes every cache, those of earlier lives too, and what could read them. None is open.
    async fn wipe(&self) -> Result<(), CacheFailure>;

    /// Deletes one cache and what could read it. It is not open.
    async fn discard(&self, name: &CacheName) -> Result<(), CacheFailure>;

    /// The same storage for outboxes: caches that no wipe of the others takes along, that are never emptied because of their
    /// version, and whose batches survive a loss of power.
    fn outbox(&self) -> Self;

    /// The same for audit trails.
    fn audit(&self) -> Self;

    /// The same for settings.
    fn settings(&self) -> Self;
}

/// What happens to an open cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Incident {
    /// The browser closed it; it may be possible to open it again.
    Disconnected,
    /// Somebody else wants to delete or replace it. It is closed and stays so.
    TakenOver,
}

/// A cache that is open. A call that fails with [`CacheFailure::Closed`] has tried to open it again.
pub(crate) trait Cache: 'static {
    /// Finds every record, in the order of the stores and then of the keys, until `found` has enough. Tells the bytes that
    /// the records take.
    async fn read(
        &self,
        found: impl AsyncFnMut(CacheRecord) -> ControlFlow<()>,
    ) -> Result<u64, CacheFailure>;

    /// Carries out all of the changes, in order, or none. Tells the bytes that all records take then.
    async fn write(&self, changes: &[CacheChange]) -> Result<u64, CacheFailure>;

    /// Makes sure that it is still there.
    async fn revive(&self) -> Result<(), CacheFailure>;
}
