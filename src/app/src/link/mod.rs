//! The tab's half of the conversation with the worker: performs what [`panels_core::link::Link`] asks for and tells it what
//! happened. It decides nothing itself.

use panels_core::protocol::{TabMessage, WorkerMessage};
use thiserror::Error;

/// One thing that the user interface should know.
#[allow(
    dead_code,
    reason = "the interface is ready for a link that is on its way"
)]
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum LinkEvent {
    /// The worker said something.
    Message(WorkerMessage),
    /// The worker is gone or silent; the link looks for a new one.
    WorkerLost,
    /// No worker is to be had.
    WorkerUnavailable {
        /// Why.
        reason: String,
    },
    /// The page must be reloaded to go on.
    ReloadNeeded {
        /// Why.
        reason: String,
    },
}

/// Why the link cannot even start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(crate) enum LinkStartError {
    /// The worker cannot be reached by this build.
    #[error("this build has no worker yet")]
    NoWorker,
}

/// Starts the conversation.
pub(crate) struct Link;

impl Link {
    /// Finds or starts the worker and keeps talking to it until the page ends.
    pub(crate) fn start(
        config_text: String,
        on_message: impl Fn(LinkEvent) + 'static,
    ) -> Result<LinkHandle, LinkStartError> {
        _ = (config_text, on_message);
        Err(LinkStartError::NoWorker)
    }
}

/// Says things to the worker.
#[derive(Clone)]
pub(crate) struct LinkHandle;

impl LinkHandle {
    /// Says something to the worker.
    pub(crate) fn send(&self, message: TabMessage) {
        _ = message;
    }
}
