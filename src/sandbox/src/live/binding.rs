//! Frames from clients: ping, bind, unbind, and the silence that answers everything else.

use serde_json::Value;

use super::{
    FRAME_BYTES_MAX, Live, Surroundings,
    frames::{self, Announcement},
    socket::Binding,
};
use crate::sandbox::{Millis, SocketId, SocketOutput};

const TOKEN_FAILED: &str = "Token failed to validate. Check token expiry.";

/// What a verified binding token says.
struct Claims {
    subscription: String,
    binding: Binding,
}

impl Live {
    /// A frame of a client arrived; binary ones are read as text.
    pub fn frame(
        &mut self,
        around: &mut impl Surroundings,
        socket: SocketId,
        text: String,
        now: Millis,
    ) {
        let Some(state) = self.sockets.get_mut(&socket) else {
            return;
        };
        if let Some(text) = state.admit(text) {
            self.handle(around, socket, &text, now);
        }
    }

    /// Acts on a frame that reached the server.
    pub(super) fn handle(
        &mut self,
        around: &mut impl Surroundings,
        socket: SocketId,
        text: &str,
        now: Millis,
    ) {
        if text.len() > FRAME_BYTES_MAX {
            self.outputs.push_back(SocketOutput::Close(socket, 1009));
            self.closed(socket, now);
            return;
        }
        let Ok(message) = serde_json::from_str::<Value>(text) else {
            return;
        };
        match message["type"].as_str() {
            Some("ping") => self.send(socket, frames::PONG.to_owned()),
            Some("bind-with-token") => {
                if let Some(claims) = self.claims(around, socket, &message, now) {
                    self.bind(around, socket, claims, now);
                }
            }
            Some("unbind-from-token") => {
                if let Some(claims) = self.claims(around, socket, &message, now) {
                    self.unbind(socket, &claims.subscription);
                }
            }
            // Not even an error: the sender is left waiting (`08d-websocket-errors.json`).
            _ => {}
        }
    }

    /// bind never looks at the Subscription: a valid token always gets a handshake (`04a-reuse-after-close.json`).
    fn bind(
        &mut self,
        around: &mut impl Surroundings,
        socket: SocketId,
        claims: Claims,
        now: Millis,
    ) {
        self.forget_expired(now);
        if self.options.ignores_binds_of_dead_ids && !self.cache.contains_key(&claims.subscription)
        {
            return;
        }
        let Some(state) = self.sockets.get_mut(&socket) else {
            return;
        };
        state.bind(&claims.subscription, claims.binding);
        let text = frames::status(
            Announcement::Handshake,
            &[&claims.subscription],
            now,
            || around.fresh_id(),
        );
        self.counts.handshakes_sent += 1;
        self.send(socket, text);
    }

    /// Kills the Subscription for every socket, even when this one never bound it (`04b-two-sockets.json`).
    fn unbind(&mut self, socket: SocketId, subscription: &str) {
        if let Some(state) = self.sockets.get_mut(&socket) {
            state.unbind(subscription);
        }
        self.cache.remove(subscription);
    }

    /// The claims in a bind or unbind. A missing token is ignored, a bad one is answered, a token of the wrong kind ends
    /// the connection.
    fn claims(
        &mut self,
        around: &impl Surroundings,
        socket: SocketId,
        message: &Value,
        now: Millis,
    ) -> Option<Claims> {
        let token = &message["payload"]["token"];
        let is_missing =
            matches!(token, Value::Null | Value::Bool(false)) || token == "" || token == 0;
        if is_missing {
            return None;
        }
        let Some(claims) = token.as_str().and_then(|token| around.verify(token, now)) else {
            self.send(socket, frames::error(TOKEN_FAILED));
            return None;
        };
        for name in ["subscription_id", "login_id"] {
            if claims[name].as_str().is_none_or(str::is_empty) {
                let text = format!(
                    "Token claims missing {name}. Make sure you are sending the correct token."
                );
                self.send(socket, frames::error(&text));
                self.outputs.push_back(SocketOutput::Terminate(socket));
                self.closed(socket, now);
                return None;
            }
        }
        Some(Claims {
            subscription: claims["subscription_id"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
            binding: Binding {
                login: claims["login_id"].as_str().unwrap_or_default().to_owned(),
                expires_s: claims["exp"].as_i64().unwrap_or_default(),
            },
        })
    }
}
