//! What the world tells the engine.

use crate::{
    cache::CacheEvent,
    identity::{RequestId, SocketId, TabId},
    protocol::TabMessage,
};

/// One thing that happened. The time is an argument beside it.
#[derive(Clone, Debug)]
pub enum Input {
    /// A tab sent a message. The shell has checked version and instance and holds the tab's lock request for a hello.
    Tab {
        /// Which tab.
        tab: TabId,
        /// What it said.
        message: TabMessage,
    },
    /// The lock of a tab was released, or it said goodbye: it is gone.
    TabGone {
        /// Which tab.
        tab: TabId,
    },
    /// Something happened to a socket.
    Socket {
        /// Which socket.
        socket: SocketId,
        /// What happened.
        event: SocketEvent,
    },
    /// A request ended.
    Http {
        /// Which request.
        request: RequestId,
        /// How.
        result: Result<HttpAnswer, HttpFailure>,
    },
    /// Time passed: the moment asked for by [`super::Output::WakeAt`], or any other.
    Timer,
    /// The stored session was read (`None`: there is none, or it cannot be read).
    SessionLoaded {
        /// As given to [`super::Output::SaveSession`].
        text: Option<String>,
    },
    /// Everything that was asked of the storages before [`super::Output::SettleStorage`] is done.
    StorageSettled {
        /// As given there.
        number: u64,
    },
    /// The storage of the cache tells something.
    Cache(CacheEvent),
    /// The storage of the outbox tells something, in the same words.
    Outbox(CacheEvent),
    /// The storage of the audit trail tells something, in the same words.
    Audit(CacheEvent),
    /// The storage of the settings tells something, in the same words.
    Settings(CacheEvent),
}

/// What can happen to a socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SocketEvent {
    /// It is open.
    Opened,
    /// A text frame.
    Frame(String),
    /// It is closed, or could not be opened. No further event of this socket follows.
    Closed {
        /// Close code; 1006 when the connection just broke.
        code: u16,
    },
}

/// An answer of the server, whatever its status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpAnswer {
    /// HTTP status.
    pub status: u16,
    /// The body as text.
    pub body: String,
    /// The `RateLimit` header, where the server exposes it.
    pub rate_limit: Option<String>,
}

/// Why there is no answer. It says nothing about whether a write happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HttpFailure {
    /// The server cannot be reached, or the answer broke off, or CORS forbids it: a browser cannot tell these apart.
    Unreachable,
    /// No answer within [`super::HttpRequest::timeout_ms`].
    TimedOut,
    /// The body is larger than the limit.
    TooLarge,
}
