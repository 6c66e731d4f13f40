//! Messages between a tab and the worker.
//!
//! They travel as JSON text (a structured clone of objects costs ten times more, design.md 3.4). Every message carries the
//! protocol version, the build and the worker's instance. Each message has a snapshot test: changing one is a decision.
//!
//! Order: hello -> welcome | refused; then requests by port, snapshots and replies by port, changes to all tabs by
//! BroadcastChannel. Port and channel have no common order, so everything that both can touch carries a sequence number.

mod draft;
mod edit;
mod export;
mod freshness;
mod from_tab;
mod from_worker;
mod panel_paths;
mod panels;
mod record;
mod row;
#[cfg(test)]
mod tests;
mod timeline;
mod views;

pub use draft::DraftOf;
pub use edit::*;
pub use export::{ExportRefusal, ExportVerdict};
pub use freshness::*;
pub use from_tab::*;
pub use from_worker::*;
pub use panel_paths::*;
pub use panels::*;
pub use record::*;
pub use row::*;
pub use timeline::*;
pub use views::*;
