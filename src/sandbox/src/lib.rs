//! An in-memory Medplum for development and tests.
//!
//! A pure library: no I/O, no clock, no global randomness. Time and seed are arguments, requests and frames go in, answers and
//! frames come out; a small server (`main.rs`) puts sockets around it. It behaves as recorded from a real
//! Medplum (the transcripts in `tests/wire/transcripts`), traps included; what later server versions do differently is a
//! switch in [`options::Options`].
//!
//! It must never share code with `panels-core`: a bug that both share would be seen by neither.

mod auth;
pub mod clinic;
pub mod colleagues;
pub mod faults;
mod ids;
mod limits_rate;
pub mod live;
pub mod options;
pub mod outcome;
mod policy;
mod present;
mod rest;
pub mod sandbox;
mod search;
mod seed;
#[cfg(not(target_family = "wasm"))]
pub mod server;
pub mod simulation;
pub mod store;
pub mod time;
mod validate;

pub use sandbox::Sandbox;
pub use seed::{Account, NewAccount};
