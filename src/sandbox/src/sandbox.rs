//! The sandbox as one value: requests and frames in, answers and frames out.

use crate::options::Options;

/// Milliseconds since 1970-01-01T00:00:00Z.
pub type Millis = i64;

/// One WebSocket of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SocketId(pub u64);

/// An HTTP request as it arrives.
#[derive(Clone, Debug, Default)]
pub struct HttpRequest {
    /// Upper-case method.
    pub method: String,
    /// Path with query, as sent.
    pub path: String,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Raw body.
    pub body: Vec<u8>,
}

/// An HTTP answer as it leaves.
#[derive(Clone, Debug, Default)]
pub struct HttpResponse {
    /// Status.
    pub status: u16,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Raw body.
    pub body: Vec<u8>,
}

/// What the sandbox asks of the server around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SocketOutput {
    /// Send a text frame.
    Send(SocketId, String),
    /// Break the connection without a close frame (the client sees 1006).
    Terminate(SocketId),
    /// Close with this code.
    Close(SocketId, u16),
}

/// An in-memory Medplum.
///
/// Contract: call one method with the time, then drain [`Sandbox::poll_socket`]. Call [`Sandbox::tick`] when
/// [`Sandbox::next_tick`] has come; ticking too often is harmless.
#[derive(Debug)]
pub struct Sandbox {
    options: Options,
}

impl Sandbox {
    /// An empty server: no project, no account. See `clinic` for one with content.
    pub fn new(options: Options, _now: Millis) -> Self {
        Self { options }
    }

    /// Its options.
    pub fn options(&self) -> &Options {
        &self.options
    }
}
