//! Scenarios of the whole engine against a scripted server in virtual time.

mod bindings;
mod clocks;
mod disk;
mod edit_bulk;
mod edit_conflicts;
mod edit_durability;
mod edit_rollbacks;
mod edit_sessions;
mod edit_storms;
mod editing;
mod edits;
mod errors;
mod liveness;
mod outages;
mod quarantine;
mod records;
mod screen;
mod server;
mod server_writes;
mod servers;
mod sessions;
mod storms;
mod subscriptions;
mod warm_starts;
mod world;
