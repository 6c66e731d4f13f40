//! Edits: what a person may change, how that is said to the server, and what becomes of it where others write too.
//!
//! Everything in here is pure, except [`outbox`], which asks the server. The wire format is in [`crate::protocol`]; how a tab
//! uses it is told in `crate::engine::edits`.
//!
//! - A change is one field from the value seen to the value wanted. It goes out as JSON Patch with a `test` of the value
//!   seen, because shipping servers ignore `If-Match` on PATCH (`transcripts/05a-update-if-match.json`). So edits of
//!   different fields merge on the server, atomically.
//! - A field that is not there cannot be tested for with anything that was recorded; and to append is not idempotent. Both
//!   are guarded by a `test` of `meta.versionId` instead, which costs a second try under contention and never a double note.
//! - Whoever lost a race reads and merges anew: seen, mine, theirs, by the table in [`policy`].

mod answer;
mod change;
mod document;
mod editable;
mod field;
mod merge;
mod outbox;
mod patch;
pub mod permission;
pub mod policy;
#[cfg(test)]
pub(crate) mod tests;
pub mod transitions;
pub mod typing;
mod validate;
mod value;

pub use answer::TEST_FAILED;
pub(crate) use editable::editable;
pub(crate) use outbox::{Asker, Author, Call, Event as EditEvent, Outbox, Subject};
pub(crate) use permission::Veil;
pub use permission::{EditBar, Permissions};
