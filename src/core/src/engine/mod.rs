//! The engine: one value that owns all logic of the worker.
//!
//! Contract: *feed it one input with the time, drain its outputs, act on them.* Nothing else may happen between the two. A
//! spurious wake-up is harmless. Illegal input is logged and ignored, never a panic.

mod answers;
mod auditing;
mod caching;
mod composition;
mod connectivity;
mod counters;
mod departure;
mod edits;
mod exports;
mod freshness;
mod input;
pub(crate) mod io;
mod output;
mod preview;
mod publish;
mod rate_budget;
pub(crate) mod requests;
mod requests_from_tabs;
mod saved_panels;
mod settings;
mod sight;
mod snapshot;
mod steady;
mod stream;
mod telling_freshness;
#[cfg(test)]
mod tests;
mod timelines;

pub use composition::{Engine, EngineSettings};
pub use counters::Counters;
pub use input::*;
pub use output::*;
