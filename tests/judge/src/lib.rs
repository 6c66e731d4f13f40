//! The judge of the browser tests: compares what a tab showed and claimed, moment by moment, with the server's own log of
//! writes.
//!
//! Pure: a log of writes and a log of a tab go in, violations and figures come out. It must share no code with the core, or
//! a bug of the core would excuse itself, and it must never ask the tab what is right.

mod edits;
mod history;
mod panel;
mod replay;
mod rest;
#[cfg(test)]
mod tests;
mod verdict;
mod watch;

use std::sync::Arc;

use serde_json::Value;

pub use self::{
    edits::{EditFigures, EditLog, EditViolation, Histories, judge_edits},
    panel::Panel,
    replay::{Rules, judge},
    rest::{SeenRow, compare_at_rest},
    verdict::{Claim, Figures, Verdict, Violation},
    watch::{Record, WatchLog, Word},
};

/// Milliseconds since 1970, by the one clock of the test machine.
pub type Millis = i64;

/// One committed write.
#[derive(Clone, Debug)]
pub struct Write {
    /// When, by a clock that nobody puts off.
    pub at: Millis,
    /// `Task` or `Patient`.
    pub kind: String,
    /// Id of the resource.
    pub id: String,
    /// `meta.lastUpdated`, by the server's clock.
    pub stamp: Millis,
    /// What it is from now on; `None`: deleted.
    pub content: Option<Arc<Value>>,
}
