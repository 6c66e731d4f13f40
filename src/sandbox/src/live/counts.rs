//! Figures about sockets and events, for the control endpoint and tests.

use serde::Serialize;

/// Counts since the start, and (the first three) how many there are now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LiveCounts {
    /// Open sockets.
    pub sockets: usize,
    /// Bindings over all sockets, dead ones included.
    pub bindings: usize,
    /// Cached Subscriptions.
    pub subscriptions: usize,
    /// Sockets ever opened.
    pub sockets_opened: u64,
    /// Handshakes sent.
    pub handshakes_sent: u64,
    /// Heartbeat bundles sent.
    pub heartbeats_sent: u64,
    /// Event frames sent.
    pub events_sent: u64,
    /// Event frames lost on purpose.
    pub events_lost: u64,
    /// Event frames sent twice on purpose.
    pub events_duplicated: u64,
    /// Event frames held back on purpose.
    pub events_delayed: u64,
}
