//! What was seen so far, for diagnostics: how the stream behaved, and how often each kind of error happened.

use crate::error::{EngineError, ErrorCounts};

/// See the module.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Events of the stream.
    pub events: u64,
    /// Versions that came twice.
    pub duplicates: u64,
    /// Versions that came after a newer one.
    pub late: u64,
    /// Reads that settled a dispute.
    pub settled: u64,
    /// Times that more rows had changed than are remembered, so that every panel was sent whole.
    pub snapshots_forced: u64,
    /// Errors by kind.
    pub errors: ErrorCounts,
}

impl Counters {
    /// How often an error of this kind happened.
    pub fn of(&self, error: impl Into<EngineError>) -> u64 {
        self.errors.of(error)
    }
}
