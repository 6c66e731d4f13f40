//! Where the connection is, and why.

use std::fmt;

use super::probe::Probes;
use crate::{
    identity::SocketId,
    protocol::{PollingReason, StaleReason},
    time::Timestamp,
};

/// Where the connection is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum State {
    /// No stream is wanted.
    Idle(IdleReason),
    /// A socket is being opened.
    Connecting {
        /// Which.
        socket: SocketId,
        /// Failures before this one.
        attempt: u32,
        /// Why there is none yet.
        reason: StaleReason,
    },
    /// A socket is open.
    Open(Open),
    /// Waiting for the next attempt.
    Backoff {
        /// When it starts.
        until: Timestamp,
        /// Why there is no socket.
        reason: StaleReason,
    },
}

/// Why no stream is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IdleReason {
    /// Nobody is signed in.
    NobodySignedIn,
    /// The server has none for this user; it is tried again later.
    Refused(PollingReason),
}

/// An open socket.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Open {
    /// Which.
    pub(crate) socket: SocketId,
    /// Since when.
    pub(crate) since: Timestamp,
    /// When the answer to a ping last proved it alive.
    pub(crate) proven_at: Timestamp,
    /// The machine slept: what was proven before says nothing about now, and what comes may have been buffered.
    pub(crate) doubted: bool,
    /// Subscriptions were bound to it.
    pub(super) useful: bool,
    pub(super) probes: Probes,
    pub(super) heard_at: Timestamp,
    pub(super) heartbeat_seen: bool,
}

impl fmt::Display for State {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Idle(reason) => write!(formatter, "idle ({reason:?})"),
            Self::Connecting {
                attempt, reason, ..
            } => write!(
                formatter,
                "connecting after {attempt} failures ({reason:?})"
            ),
            Self::Open(_) => formatter.write_str("open"),
            Self::Backoff { reason, .. } => {
                write!(formatter, "waiting for the next attempt ({reason:?})")
            }
        }
    }
}
