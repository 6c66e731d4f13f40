//! The tab's half of the conversation with the worker, as a value: inputs in, outputs out, time as an argument.
//!
//! It says hello until somebody answers, remembers what is watched and what was edited and says it again to every new life of the
//! worker, and notices the worker's death by its lock and its silence by pings. It must never reload the page: it only asks for it.

mod asked;
mod event;
mod latest;
mod machine;
#[cfg(test)]
mod tests;

pub use event::*;
pub use machine::{Link, LinkInput, LinkOutput};
