//! Deterministic simulation: the real engine, link and table of Panels against the real sandbox, with a seeded network,
//! clock and storage around them.
//!
//! One seed is one run and reproduces it exactly. Nothing here sleeps, reads a clock or asks for randomness.

pub mod absence;
pub mod action;
mod checkers;
pub mod fleet;
pub mod network;
pub mod plan;
mod plan_edits;
pub mod planted;
mod profile;
mod queue;
pub mod run;
mod server;
pub mod shrink;
pub mod storage;
mod tab;
mod trace;
pub mod truth;
mod worker;
mod world;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

pub use checkers::{INVARIANTS, STALENESS_BOUND_MS, Violation};
