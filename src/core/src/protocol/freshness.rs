//! How fresh what is shown is, and why it is no fresher.

use serde::{Deserialize, Serialize};

use super::SignedOutReason;
use crate::{identity::PanelId, time::Timestamp};

/// How fresh what is shown is. The first word of the badge is the name of the state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Freshness {
    /// Connected, bound, reconciled, and proven since.
    Live {
        /// Everything until then is shown.
        as_of: Timestamp,
    },
    /// Connected, but what was missed is still being read.
    CatchingUp {
        /// Everything until then is shown; `None` before the first load.
        as_of: Option<Timestamp>,
        /// Why.
        reason: CatchUpReason,
    },
    /// No stream is to be had; a search repeats instead.
    Polling {
        /// Milliseconds between two searches.
        every_ms: u32,
        /// Everything until then is shown.
        as_of: Option<Timestamp>,
        /// Why there is no stream.
        reason: PollingReason,
    },
    /// The stream is lost; what is shown may be old.
    Stale {
        /// Since when.
        since: Timestamp,
        /// Everything until then is shown.
        as_of: Option<Timestamp>,
        /// Why.
        reason: StaleReason,
        /// When the next attempt starts, if one is planned.
        retry_at: Option<Timestamp>,
    },
    /// The browser says that there is no network.
    Offline {
        /// Since when.
        since: Timestamp,
        /// Everything until then is shown.
        as_of: Option<Timestamp>,
    },
    /// Nobody is signed in. The badge says `Signed out`.
    NeedsSignIn {
        /// Why.
        reason: SignedOutReason,
    },
}

impl Freshness {
    /// Whether all rows were read once since the user signed in; `before`: whether they had been. Until then what comes was there
    /// before, and is no change that anybody would have to be shown.
    pub fn is_read_in(&self, before: bool) -> bool {
        match self {
            Self::Live { .. } | Self::Polling { .. } => true,
            Self::NeedsSignIn { .. } => false,
            Self::CatchingUp { .. } | Self::Stale { .. } | Self::Offline { .. } => before,
        }
    }
}

/// How fresh one panel is: the measured bound of how old what it shows may be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PanelFreshness {
    /// Which panel.
    pub panel: PanelId,
    /// Everything until then is shown, as far as a whole stream tells; `None` before the first load.
    pub as_of: Option<Timestamp>,
    /// Everything until then is shown for certain: a search has read it. The age of this is the panel's staleness bound.
    pub proven: Option<Timestamp>,
}

/// Why rows are being caught up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CatchUpReason {
    /// First load.
    FirstLoad,
    /// Rows of an earlier visit are shown; what changed since is being read.
    Restored,
    /// The socket was lost and is back.
    Reconnected,
    /// The stream is in doubt (a missed update was found, a binding vanished, the machine slept).
    Doubt,
}

/// Why there is no stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum PollingReason {
    /// The project lacks the feature `websocket-subscriptions`.
    FeatureOff,
    /// The access policy forbids Subscription.
    NotPermitted,
    /// The user has too many subscriptions.
    CapReached,
    /// Sockets fail while HTTP works: something on the way blocks them.
    SocketsBlocked,
}

/// Why the stream is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum StaleReason {
    /// The first connection is not there yet.
    Connecting,
    /// The socket closed.
    SocketClosed,
    /// The socket is open, but nothing comes: half-open.
    SocketSilent,
    /// The server, or something before it, said that it stops or restarts.
    ServerRestarting,
    /// The server, or something before it, refused the socket by a policy.
    SocketRefused,
    /// The server answers with errors.
    ServerError,
    /// The server asks to slow down.
    RateLimited,
    /// The server does not answer at all.
    ServerUnreachable,
}
