//! Live events: websocket Subscriptions, sockets, binding tokens and the frames that writes cause.

use serde_json::Value;

use crate::{
    ids::Ids,
    options::Options,
    outcome::Outcome,
    sandbox::{HttpResponse, Millis, Sandbox, SocketId, SocketOutput},
    store::{Commit, Store},
};

/// What the live half may look at while it handles a commit.
#[derive(Debug)]
pub(crate) struct World<'a> {
    pub(crate) options: &'a Options,
    pub(crate) store: &'a Store,
    pub(crate) ids: &'a mut Ids,
}

/// State of the live half.
#[derive(Debug, Default)]
pub struct Live {}

impl Live {
    /// Called once for every successful write, inside the write.
    pub(crate) fn on_commit(&mut self, now: Millis, commit: &Commit, world: World<'_>) {
        let _ = (now, commit, world);
    }
}

/// The HTTP half of websocket Subscriptions. They live in a cache, never in the store (`transcripts/02a`).
impl Sandbox {
    pub(crate) fn subscription_create(
        &mut self,
        now: Millis,
        actor: &crate::store::Actor,
        body: Value,
    ) -> Result<Value, Outcome> {
        let _ = (now, actor, body);
        Err(Outcome::not_found())
    }

    pub(crate) fn subscription_read(
        &mut self,
        now: Millis,
        actor: &crate::store::Actor,
        id: &str,
    ) -> Result<Value, Outcome> {
        let _ = (now, actor, id);
        Err(Outcome::not_found())
    }

    pub(crate) fn subscription_update(
        &mut self,
        now: Millis,
        actor: &crate::store::Actor,
        id: &str,
        body: Value,
    ) -> Result<Value, Outcome> {
        let _ = (now, actor, id, body);
        Err(Outcome::not_found())
    }

    pub(crate) fn subscription_delete(
        &mut self,
        now: Millis,
        actor: &crate::store::Actor,
        id: &str,
    ) -> Result<(), Outcome> {
        let _ = (now, actor, id);
        Err(Outcome::not_found())
    }

    /// The Parameters resource with the token.
    pub(crate) fn subscription_binding_token(
        &mut self,
        now: Millis,
        actor: &crate::store::Actor,
        id: &str,
    ) -> Result<Value, Outcome> {
        let _ = (now, actor, id);
        Err(Outcome::not_found())
    }
}

/// Sockets.
impl Sandbox {
    /// A client asks for an upgrade of this path (with query). An error is the raw answer that refuses it.
    pub fn socket_open(&mut self, now: Millis, path: &str) -> Result<SocketId, HttpResponse> {
        let _ = (now, path);
        Err(HttpResponse {
            status: 404,
            ..HttpResponse::default()
        })
    }

    /// A text frame (or a binary one read as text) arrived.
    pub fn socket_frame(&mut self, now: Millis, socket: SocketId, text: &str) {
        let _ = (now, socket, text);
    }

    /// The client is gone.
    pub fn socket_closed(&mut self, now: Millis, socket: SocketId) {
        let _ = (now, socket);
    }

    /// Lets time pass.
    pub fn tick(&mut self, now: Millis) {
        let _ = now;
    }

    /// When [`Sandbox::tick`] has something to do.
    pub fn next_tick(&self) -> Option<Millis> {
        None
    }

    /// The next thing to do to a socket.
    pub fn poll_socket(&mut self) -> Option<SocketOutput> {
        None
    }
}
