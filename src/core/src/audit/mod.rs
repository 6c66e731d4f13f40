//! The audit trail: who looked at what, changed what and decided what, and when.
//!
//! - **Nothing clinical.** An entry names an action, its outcome, the user, and records by type and id. It never holds a name, a
//!   title, the value of a field, a note, an e-mail address or a token: [`Deed`] has no place for them, and what is free text by
//!   type (ids that tabs make up) is cut down to the characters of an id.
//! - **A chain.** Each entry carries the hash of the one before it and its own, so that [`Chain::verify`] finds what was changed,
//!   taken out or moved. It proves nothing against somebody who can write the whole log anew; the hashes that were sent to the
//!   server do.
//! - **A durable queue.** An entry is stored before it is sent, in a database of its own with a key of its own, one for each user
//!   of a project of a server, beside the outbox. What is lost with an answer is sent again: a reader of `AuditEvent` tells
//!   duplicates by the `name` of the entity that describes the entry.
//! - **In nobody's way.** Batches of the last lane, at most [`crate::limits::AUDIT_BATCH_MAX`] entries each
//!   [`crate::limits::AUDIT_EVERY_MS`]. A user who may not create `AuditEvent` is asked for nothing: the trail stays here.
//!
//! When the user signs out, what is left goes at once in the name of the session that ends. If all of it was taken the database
//! is deleted with its key; else it stays, encrypted, until the same user signs in again, as after a session that ends by itself.
//! It is never dropped without being counted.

mod chain;
mod deed;
mod entry;
mod event;
mod keeping;
mod sending;
#[cfg(test)]
mod tests;
mod trail;

pub use chain::Break;
pub(crate) use deed::{Deed, Outcome, What};
pub(crate) use sending::Call;
pub(crate) use trail::Trail;

/// How the trail of whoever is signed in is, for diagnostics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditState {
    /// Entries on this machine.
    pub entries: usize,
    /// Those of them that the server does not have yet.
    pub unsent: usize,
    /// Those of them that the server did not take and will not take.
    pub refused: usize,
    /// What was not written down for lack of room since an entry last said so.
    pub missed: u64,
    /// Whether they are what was written.
    pub integrity: Result<(), Break>,
    /// Whether they are on the disk.
    pub kept: bool,
    /// Whether they go to the server.
    pub sending: AuditSending,
}

/// See [`AuditState::sending`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditSending {
    /// Nobody is signed in, or it is not known yet what is stored.
    Closed,
    /// Everything was sent, or goes in time.
    InTime,
    /// The last tries failed.
    Failing {
        /// How many.
        tries: u32,
    },
    /// The server does not let this user write audit events: not tried again in this session.
    Refused {
        /// What it answered.
        status: u16,
    },
}
