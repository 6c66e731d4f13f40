//! Scenarios of the whole engine against a scripted server in virtual time.

mod liveness;
mod records;
mod server;
mod servers;
mod sessions;
mod storms;
mod world;
