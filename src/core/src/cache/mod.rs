//! The cache: what survives the worker, so that a warm start paints at once and reads only what changed.

mod contract;

pub use contract::*;
