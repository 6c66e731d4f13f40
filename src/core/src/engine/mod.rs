//! The engine: one value that owns all logic of the worker.
//!
//! Contract: *feed it one input with the time, drain its outputs, act on them.* Nothing else may happen between the two. A
//! spurious wake-up is harmless. Illegal input is logged and ignored, never a panic.

mod input;
mod output;

pub use input::*;
pub use output::*;
