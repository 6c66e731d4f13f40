//! Scenarios of the whole engine against a scripted server in virtual time.

mod liveness;
mod server;
mod sessions;
mod storms;
mod world;
