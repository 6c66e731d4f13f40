//! The tab's half of the conversation with the worker: performs what [`panels_core::link::Link`] asks for and tells it what
//! happened. It decides nothing itself.

mod locks;
mod shell;

pub(crate) use panels_core::link::LinkEvent;
use panels_core::protocol::TabMessage;
pub(crate) use shell::surroundings;
use std::rc::Rc;
use thiserror::Error;

/// Why the link cannot even start. The page shows it instead of the product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(crate) enum LinkStartError {
    /// SharedWorker, Web Locks or secure randomness is missing.
    #[error(
        "this browser cannot share one connection between tabs; open the page over https in a current browser"
    )]
    Unsupported,
}

/// Starts the conversation.
pub(crate) struct Link;

impl Link {
    /// Finds or starts the worker, that of the demonstration or the other, and keeps talking to it until the page ends. `on_message` is called from the event loop.
    pub(crate) fn start(
        config_text: String,
        is_demo: bool,
        on_message: impl Fn(LinkEvent) + 'static,
    ) -> Result<LinkHandle, LinkStartError> {
        let shell = shell::Shell::start(config_text, is_demo, Box::new(on_message));
        shell.map(LinkHandle).ok_or(LinkStartError::Unsupported)
    }
}

/// Says things to the worker. What is said while the worker is away is said again when it is back.
#[derive(Clone)]
pub(crate) struct LinkHandle(Rc<shell::Shell>);

impl LinkHandle {
    /// Says something to the worker.
    pub(crate) fn send(&self, message: TabMessage) {
        self.0.say(message);
    }
}
