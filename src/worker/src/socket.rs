//! The one WebSocket.
//!
//! Dropping a [`Socket`] closes it without waiting for the close handshake: a server that answers late must not hold up the
//! next connection.

use futures_util::{
    FutureExt, SinkExt, StreamExt,
    future::{AbortHandle, Abortable, poll_fn},
    stream::SplitSink,
};
use gloo_net::websocket::{Message, State, WebSocketError, futures::WebSocket};
use panels_core::engine::SocketEvent;
use std::{cell::RefCell, rc::Rc};
use wasm_bindgen_futures::spawn_local;

/// Code of a connection that just broke (RFC 6455 7.4.1).
pub(crate) const ABNORMAL_CLOSURE: u16 = 1006;

type Sink = Rc<RefCell<Option<SplitSink<WebSocket, Message>>>>;

/// A socket that is open or opening.
pub(crate) struct Socket {
    sink: Sink,
    reader: AbortHandle,
}

impl Socket {
    /// Starts to open; `tell` hears everything that happens to it until it is dropped.
    pub(crate) fn open(url: &str, tell: impl Fn(SocketEvent) + 'static) -> Option<Self> {
        let mut socket = WebSocket::open(url).ok()?;
        let shared: Sink = Rc::default();
        let handed = shared.clone();
        let (reader, registration) = AbortHandle::new_pair();
        let conversation = async move {
            // Asked of the whole: the half of a split one is ready at once. It is also ready once it has failed.
            let ready = poll_fn(|context| socket.poll_ready_unpin(context)).await;
            let is_open = ready.is_ok() && matches!(socket.state(), State::Open);
            let (sink, mut stream) = socket.split();
            if is_open {
                handed.replace(Some(sink));
                tell(SocketEvent::Opened);
            }
            while let Some(message) = stream.next().await {
                match message {
                    Ok(Message::Text(text)) => tell(SocketEvent::Frame(text)),
                    Ok(Message::Bytes(_)) => {}
                    Err(WebSocketError::ConnectionClose(close)) => {
                        return tell(SocketEvent::Closed { code: close.code });
                    }
                    Err(_) => {}
                }
            }
            tell(SocketEvent::Closed {
                code: ABNORMAL_CLOSURE,
            });
        };
        let conversation = Abortable::new(conversation, registration);
        spawn_local(async move {
            // Aborted or ended: either way the owner knows.
            let _ = conversation.await;
        });
        Some(Self {
            sink: shared,
            reader,
        })
    }

    /// Sends a frame. On a socket that is not open it is lost, as on any broken connection.
    pub(crate) fn send(&self, text: &str) {
        if let Some(sink) = self.sink.borrow_mut().as_mut() {
            // A split sink holds one message back until it is flushed; an open browser socket takes it at once.
            let _ = sink.send(Message::Text(text.to_owned())).now_or_never();
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.reader.abort();
        self.sink.take();
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use crate::browser::next_turn;

    #[wasm_bindgen_test]
    async fn a_socket_that_nobody_answers_was_never_open() {
        let told = Rc::new(RefCell::new(Vec::new()));
        let telling = told.clone();
        let tell = move |event| telling.borrow_mut().push(event);
        let socket = Socket::open("ws://127.0.0.1:1/", tell).unwrap();
        // Lost, as on any socket that is not open.
        socket.send("{}");
        let closed = SocketEvent::Closed {
            code: ABNORMAL_CLOSURE,
        };
        while !told.borrow().contains(&closed) {
            next_turn().await;
        }
        assert_eq!(*told.borrow(), [closed]);
    }
}
