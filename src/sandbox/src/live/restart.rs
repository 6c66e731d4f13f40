//! What operators and networks do to sockets: drop, freeze, purge, restart.

use super::{HEARTBEAT_INTERVAL_MS, Live, Surroundings};
use crate::sandbox::{Millis, SocketId, SocketOutput};

/// How a server process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Killed, or stopped outside production mode: nothing is cleaned up, old binding tokens work again.
    Crash,
    /// Stopped in production mode: the Subscriptions of its sockets are deleted.
    Graceful,
}

impl Live {
    /// Breaks every socket; the server notices and cleans up as after any close.
    pub fn drop_sockets(&mut self, now: Millis) {
        for socket in self.open_sockets() {
            self.outputs.push_back(SocketOutput::Terminate(socket));
            self.closed(socket, now);
        }
    }

    /// Ends the process: every client sees 1006, whether it was bound or not (`04g-server-restart.json`).
    pub fn stop(&mut self, stop: Stop, now: Millis) {
        for socket in self.open_sockets() {
            self.outputs.push_back(SocketOutput::Terminate(socket));
            match stop {
                Stop::Graceful => self.closed(socket, now),
                Stop::Crash => {
                    self.sockets.remove(&socket);
                }
            }
        }
        self.queue.clear();
    }

    /// The new process has begun: its heartbeat timer starts anew.
    pub fn started(&mut self, now: Millis) {
        self.next_heartbeat_at = now + HEARTBEAT_INTERVAL_MS;
    }

    /// The clock was put forward (or back) by that much: what runs on timers keeps its distance, tokens do not.
    pub fn shift_clock(&mut self, by_ms: Millis) {
        self.next_heartbeat_at += by_ms;
        self.queue.shift(by_ms);
        for cached in self.cache.values_mut() {
            cached.expires_at += by_ms;
        }
        self.first_expiry = Millis::MIN;
        for socket in self.sockets.values_mut() {
            if let Some(at) = socket.thaws_at() {
                socket.freeze(Some(at + by_ms));
            }
        }
    }

    /// Lets nothing pass on the sockets that are open now, until [`Live::thaw_all`] or that time.
    pub fn freeze(&mut self, thaws_at: Option<Millis>) {
        for socket in self.sockets.values_mut() {
            socket.freeze(thaws_at);
        }
    }

    /// Ends every freeze.
    pub fn thaw_all(&mut self, around: &mut impl Surroundings, now: Millis) {
        for socket in self.open_sockets() {
            self.thaw(around, socket, now);
        }
    }

    /// Everything that was buffered passes at once, in both directions.
    pub(super) fn thaw(&mut self, around: &mut impl Surroundings, socket: SocketId, now: Millis) {
        let Some(state) = self.sockets.get_mut(&socket) else {
            return;
        };
        let (outgoing, incoming) = state.thaw();
        self.outputs.extend(
            outgoing
                .into_iter()
                .map(|text| SocketOutput::Send(socket, text)),
        );
        for text in incoming {
            self.handle(around, socket, &text, now);
        }
    }

    /// Forgets a cached Subscription as Redis may do; its bindings and heartbeats go on. Without an id, the first bound
    /// one. Returns the id.
    pub fn evict(&mut self, id: Option<&str>) -> Option<String> {
        let id = match id {
            Some(id) => id.to_owned(),
            None => self.bound_subscriptions().into_iter().next()?,
        };
        self.cache.remove(&id).map(|_| id)
    }

    /// Sends any text to a socket (all of them without an id). Returns how many got it.
    pub fn inject(&mut self, socket: Option<SocketId>, text: &str) -> usize {
        let receivers: Vec<SocketId> = self
            .open_sockets()
            .into_iter()
            .filter(|open| socket.is_none_or(|only| only == *open))
            .collect();
        for receiver in &receivers {
            self.send(*receiver, text.to_owned());
        }
        receivers.len()
    }
}
