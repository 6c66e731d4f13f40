//! The whole logic of Panels, sans-IO.
//!
//! No browser, no clock, no randomness and no async in here: input comes in with the time, outputs are drained. The shells
//! around it (`panels-worker`, `panels-app`) are thin. If a bug cannot be reproduced by a test in this crate, the logic is in
//! the wrong place.
//!
//! Dependency direction: `app -> core <- worker`. This crate knows neither of them.

pub mod arrivals;
pub mod audit;
pub mod badge;
pub mod cache;
mod collections;
pub mod config;
mod connection;
pub mod draft_list;
pub mod edit;
pub mod edit_list;
pub mod engine;
pub mod error;
pub mod export;
pub mod fhir;
mod handlers;
pub mod hidden;
pub mod identity;
pub mod keys;
pub mod layout;
pub mod limits;
pub mod link;
pub mod live_table;
pub mod palette;
pub mod panel;
pub mod panel_edit;
pub mod path;
pub mod protocol;
pub mod quarantine;
pub mod query;
mod reconcile;
pub mod record;
mod replica;
pub mod row_choices;
pub mod row_holds;
pub mod selection;
mod session;
pub mod settings;
mod shelf;
pub mod show;
mod subscription;
mod tabs;
pub mod text;
pub mod time;
mod timeline;
mod timer;
mod update_queue;
pub mod view;
pub mod viewport;
