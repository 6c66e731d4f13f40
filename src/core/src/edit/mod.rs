//! Edits: what a person may change, how that is said to the server, and what becomes of it where others write too.
//!
//! Everything in here is pure, except [`outbox`], which asks the server. The wire format is in [`crate::protocol`]; how a tab
//! uses it is told in `crate::engine::edits`.
//!
//! - A change is one field from the value seen to the value wanted. It goes out as JSON Patch with a `test` of the value
//!   seen, because shipping servers ignore `If-Match` on PATCH (`transcripts/05a-update-if-match.json`), and one of
//!   `meta.versionId`: a field that is not there cannot be tested for with anything that was recorded, to append is not
//!   idempotent, and a value may be brought back by a colleague while a request of a dead worker is still on its way. So each
//!   patch is carried out once at most.
//! - Whoever lost a race reads and merges anew: seen, mine, theirs, by the table in [`policy`]. Edits of different fields both
//!   survive; under contention that costs a second try.

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
pub(crate) use outbox::{Asker, Author, Call, DraftPlace, Event as EditEvent, Outbox, Subject};
pub(crate) use permission::Veil;
pub use permission::{EditBar, Permissions};
