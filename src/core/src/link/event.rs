//! What the link tells the app.

use thiserror::Error;

use crate::protocol::WorkerMessage;

/// One thing that the user interface should know.
#[allow(
    clippy::large_enum_variant,
    reason = "one at a time, handed on at once, never kept in a list"
)]
#[derive(Clone, Debug, PartialEq)]
pub enum LinkEvent {
    /// The worker said something. After each [`WorkerMessage::Welcome`] everything comes anew: session, panels, freshness,
    /// and a snapshot of each watched panel.
    Message(WorkerMessage),
    /// Numbers of changes are counted anew from here on: what waits to be applied is of the past.
    ChannelChanged,
    /// The worker is gone or silent; the link looks for a new one. What is shown may be old until the next welcome.
    WorkerLost,
    /// No worker is to be had. The link goes on trying where that can help.
    WorkerUnavailable {
        /// Why.
        reason: WorkerUnavailableReason,
    },
    /// The page must be reloaded to go on; offer it, never do it unasked.
    ReloadNeeded {
        /// Why.
        reason: ReloadReason,
    },
}

/// Why no worker is to be had. The text is for people.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum WorkerUnavailableReason {
    /// The browser has no SharedWorker or no Web Locks, or forbids them here.
    #[error("this browser cannot share one connection between tabs")]
    Unsupported,
    /// Its script cannot be loaded.
    #[error("the background part of Panels could not be loaded")]
    LoadFailed,
    /// It is there, but does not answer.
    #[error("the background part of Panels does not answer")]
    NoAnswer,
    /// Too many tabs are open.
    #[error("too many tabs of Panels are open; close one")]
    TooManyTabs,
    /// It does not accept config.json.
    #[error("config.json is not accepted: {message}")]
    ConfigInvalid {
        /// For the person who deploys.
        message: String,
    },
}

/// Why the page must be reloaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ReloadReason {
    /// The page and the worker are of different versions.
    #[error("a new version of Panels is ready; reload to use it")]
    NewVersion,
}
