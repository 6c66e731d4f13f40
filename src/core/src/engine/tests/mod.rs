//! Scenarios of the whole engine against a scripted server in virtual time.

mod bindings;
mod clocks;
mod disk;
mod errors;
mod liveness;
mod outages;
mod records;
mod screen;
mod server;
mod servers;
mod sessions;
mod storms;
mod subscriptions;
mod warm_starts;
mod world;
