//! Scenarios of the whole engine against a scripted server in virtual time.

mod clocks;
mod disk;
mod liveness;
mod records;
mod server;
mod servers;
mod sessions;
mod storms;
mod warm_starts;
mod world;
