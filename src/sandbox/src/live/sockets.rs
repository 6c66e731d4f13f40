//! Sockets as the server shell sees them: which paths are one, what goes in, what comes out.

use super::{Live, World};
use crate::{
    colleagues::Colleagues,
    sandbox::{HttpResponse, Millis, Sandbox, SocketId, SocketOutput},
};

/// Sockets.
impl Sandbox {
    /// A client asks for an upgrade of this path (with query). An error is the raw answer that refuses it.
    pub fn socket_open(&mut self, now: Millis, path: &str) -> Result<SocketId, HttpResponse> {
        let refusal = |status| {
            Err(HttpResponse {
                status,
                ..HttpResponse::default()
            })
        };
        if !is_socket_path(path) {
            return refusal(404);
        }
        if self.refuses_sockets(now) {
            return refusal(503);
        }
        Ok(self.live.open())
    }

    /// A text frame (or a binary one read as text) arrived.
    pub fn socket_frame(&mut self, now: Millis, socket: SocketId, text: &str) {
        let (live, mut world) = self.halves();
        live.frame(&mut world, socket, text.to_owned(), now);
    }

    /// The client is gone.
    pub fn socket_closed(&mut self, now: Millis, socket: SocketId) {
        self.live.closed(socket, now);
    }

    /// Lets time pass.
    pub fn tick(&mut self, now: Millis) {
        self.tick_faults(now);
        if self.is_down(now) {
            return;
        }
        self.with_colleagues(|colleagues, sandbox| colleagues.step(now, sandbox));
        let (live, mut world) = self.halves();
        live.tick(&mut world, now);
    }

    /// When [`Sandbox::tick`] has something to do.
    pub fn next_tick(&self) -> Option<Millis> {
        let work = self.colleagues().and_then(Colleagues::next_due);
        Some(work.unwrap_or(Millis::MAX).min(self.live.next_tick()))
    }

    /// The next thing to do to a socket.
    pub fn poll_socket(&mut self) -> Option<SocketOutput> {
        self.live.poll()
    }

    /// Sockets and Subscriptions, for tests and fault switches that reach past the wire.
    pub fn live_mut(&mut self) -> &mut Live {
        &mut self.live
    }

    /// Sockets and Subscriptions.
    pub fn live(&self) -> &Live {
        &self.live
    }

    /// The live half and what it may look at.
    pub(crate) fn halves(&mut self) -> (&mut Live, World<'_>) {
        let world = World {
            options: &self.options,
            store: &self.store,
            ids: &mut self.ids,
            auth: &self.auth,
        };
        (&mut self.live, world)
    }
}

/// The second segment of the raw request target decides, and the query is not cut off (`08d-websocket-errors.json`).
fn is_socket_path(path: &str) -> bool {
    path.split('/').nth(2) == Some("subscriptions-r4")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_segment_of_the_path_decides() {
        for path in [
            "/ws/subscriptions-r4",
            "/x/subscriptions-r4/more",
            "/ws/subscriptions-r4/?x=1",
        ] {
            assert!(is_socket_path(path), "{path}");
        }
        for path in [
            "/ws/subscriptions-r4?x=1",
            "/subscriptions-r4",
            "/api/ws/subscriptions-r4",
            "/ws/subscriptions-R4",
            "/",
        ] {
            assert!(!is_socket_path(path), "{path}");
        }
    }
}
