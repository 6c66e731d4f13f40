//! What the engine asks of the world.

use crate::{
    cache::{CacheChange, CacheName, CacheWriteId},
    identity::{RequestId, SocketId, TabId},
    protocol::{Secret, WorkerMessage},
    time::Timestamp,
};

/// One thing to do. Outputs are carried out in order.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Open a WebSocket. Exactly one is open at a time: the engine closes the old one first.
    OpenSocket {
        /// Its number from now on.
        socket: SocketId,
        /// `wss://..` address.
        url: String,
    },
    /// Send a text frame.
    SendFrame {
        /// On which socket.
        socket: SocketId,
        /// The frame. Holds a token: not to be logged.
        text: Secret,
    },
    /// Close a socket; its events are ignored from now on, a `Closed` need not come.
    CloseSocket {
        /// Which.
        socket: SocketId,
    },
    /// Send an HTTP request.
    Http(HttpRequest),
    /// Forget a request: abort it if possible; its answer is ignored.
    AbortHttp {
        /// Which.
        request: RequestId,
    },
    /// Come back with [`super::Input::Timer`] at this moment. Replaces the moment asked for before.
    WakeAt(Timestamp),
    /// To one tab, by its port.
    ToTab {
        /// Which tab.
        tab: TabId,
        /// What.
        message: WorkerMessage,
    },
    /// To all tabs at once, by the session's BroadcastChannel.
    ToAll {
        /// What.
        message: WorkerMessage,
    },
    /// The BroadcastChannel to use from now on; `None` closes it.
    UseChannel {
        /// Name of the channel.
        name: Option<String>,
    },
    /// Read the stored session and answer with [`super::Input::SessionLoaded`].
    LoadSession,
    /// Store this, encrypted; it survives a reload.
    SaveSession {
        /// Opaque text of the engine; holds a token.
        text: Secret,
    },
    /// Delete the stored session and the key that can read it.
    ForgetSession,
    /// Answer with [`super::Input::StorageSettled`] when everything that was asked of every storage before this is done, or cannot be.
    SettleStorage {
        /// Comes back with the answer.
        number: u64,
    },
    /// Open this database, and tell what is in it: every record, then [`crate::cache::CacheEvent::Ready`]; or
    /// [`crate::cache::CacheEvent::Lost`]. One that is open is closed first.
    OpenCache {
        /// Which.
        name: CacheName,
    },
    /// Store a batch: all of it or nothing. Batches are stored in order.
    WriteCache {
        /// Its number.
        write: CacheWriteId,
        /// Its changes, to be carried out in order.
        changes: Vec<CacheChange>,
    },
    /// Close the database that is open; delete every database of the cache and the keys that can read them, those of
    /// earlier sessions too. No event of them follows.
    WipeCache,
    /// Something about the database of the outbox.
    Outbox(OutboxOrder),
    /// The same about the database of the audit trail: another one beside both. Its events are [`super::Input::Audit`].
    Audit(OutboxOrder),
    /// The same about the database of the settings. Its events are [`super::Input::Settings`].
    Settings(OutboxOrder),
    /// Something worth knowing, free of patient data and secrets.
    Log {
        /// How important.
        level: LogLevel,
        /// What, in lower case.
        text: String,
    },
}

/// What becomes of the database of the outbox: one for each user, with a key of its own, and beside that of the cache. The
/// events of it are [`super::Input::Outbox`].
#[derive(Clone, Debug, PartialEq)]
pub enum OutboxOrder {
    /// Open this one, as [`Output::OpenCache`]. One of another version is never deleted: it counts as
    /// [`crate::cache::CacheFailure::Unavailable`].
    Open {
        /// Which.
        name: CacheName,
    },
    /// Store a batch, as [`Output::WriteCache`], in such a way that it survives a loss of power.
    Write {
        /// Its number.
        write: CacheWriteId,
        /// Its changes, to be carried out in order.
        changes: Vec<CacheChange>,
    },
    /// Close the one that is open. What is in it stays, also when caches are wiped. No event follows.
    Close,
    /// Close the one that was opened last, delete it, and its key first. No event follows.
    Discard,
}

/// An HTTP request.
#[derive(Clone, Debug, PartialEq)]
pub struct HttpRequest {
    /// Its number; the answer carries it.
    pub id: RequestId,
    /// Method.
    pub method: HttpMethod,
    /// Absolute address.
    pub url: String,
    /// Access token for the `Authorization: Bearer` header.
    pub bearer: Option<Secret>,
    /// Body with its content type.
    pub body: Option<HttpBody>,
    /// Ask for the extended form of resources, which names the author of a version: header `X-Medplum: extended`.
    pub extended: bool,
    /// Give up after so many milliseconds.
    pub timeout_ms: u32,
}

impl HttpRequest {
    /// The headers to send, by their names in lower case. What follows the body is in here, the body is not.
    pub fn headers(&self) -> Vec<(&'static str, Secret)> {
        let mut headers = Vec::new();
        if let Some(bearer) = &self.bearer {
            let value = Secret::new(format!("Bearer {}", bearer.reveal()));
            headers.push(("authorization", value));
        }
        if self.extended {
            headers.push(("x-medplum", Secret::new("extended")));
        }
        if let Some(body) = &self.body {
            headers.push(("content-type", Secret::new(body.content_type)));
        }
        headers
    }
}

/// See [`HttpRequest::method`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HttpMethod {
    /// Read or search.
    Get,
    /// Create, or sign in.
    Post,
    /// Replace.
    Put,
    /// Change.
    Patch,
    /// Delete.
    Delete,
}

impl HttpMethod {
    /// As it is sent.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// A request body.
#[derive(Clone, Debug, PartialEq)]
pub struct HttpBody {
    /// Value of `Content-Type`.
    pub content_type: &'static str,
    /// The text; may hold a password or a token.
    pub text: Secret,
}

/// How important a log record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogLevel {
    /// A step on the way.
    Debug,
    /// A change of state.
    Info,
    /// Something unexpected that was handled.
    Warn,
    /// Something that a person should look at.
    Error,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_says_who_asks_in_which_form_and_what_its_body_is() {
        let mut request = HttpRequest {
            id: RequestId(1),
            method: HttpMethod::Patch,
            url: "https://x.org/fhir/R4/Task/1".into(),
            bearer: Some(Secret::new("t")),
            body: Some(HttpBody {
                content_type: "application/json-patch+json",
                text: Secret::new("[]"),
            }),
            extended: true,
            timeout_ms: 1,
        };
        let told = [
            ("authorization", Secret::new("Bearer t")),
            ("x-medplum", Secret::new("extended")),
            ("content-type", Secret::new("application/json-patch+json")),
        ];
        assert_eq!(request.headers(), told);
        (request.bearer, request.body, request.extended) = (None, None, false);
        assert_eq!(request.headers(), []);
        assert_eq!(request.method.as_str(), "PATCH");
    }
}
