//! FHIR resources as they come from the server, made safe to keep and to show.
//!
//! Everything that enters passes [`parse`]: size, depth, identity and version are required, every other field is optional and
//! a wrong one is absent and counted, never fatal. Every text is sanitised here and nowhere else. This module must never
//! decide what is shown, and no error of it may hold a piece of the resource.

mod bundle;
mod date;
mod history;
mod outcome;
mod patient;
mod resource;
mod sanitise;
mod shared;
mod task;
#[cfg(test)]
mod tests;
mod tolerant;
mod types;

pub use bundle::{SearchPage, Tombstone, search_page};
pub use date::parse_date;
pub(crate) use history::{HistoryVersion, history_page};
pub use outcome::outcome_text;
pub use patient::{Contact, Patient};
pub(crate) use resource::key_of;
pub use resource::{Body, Invalid, Resource, parse};
pub use sanitise::{line, multiline};
pub(crate) use shared::SharedTexts;
pub use task::{Task, TaskPriority};
pub use types::{Concept, Note, Reference};
