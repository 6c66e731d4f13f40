//! The one WebSocket.
//!
//! Dropping a [`Socket`] closes it without waiting for the close handshake: a server that answers late must not hold up the
//! next connection.

use futures_util::{
    FutureExt, SinkExt, StreamExt,
    future::{AbortHandle, Abortable, poll_fn},
    stream::SplitSink,
};
use gloo_net::websocket::{Message, WebSocketError, futures::WebSocket};
use panels_core::{engine::SocketEvent, identity::SocketId};
use std::{cell::RefCell, rc::Rc};
use wasm_bindgen_futures::spawn_local;

/// Code of a connection that just broke (RFC 6455 7.4.1).
const ABNORMAL_CLOSURE: u16 = 1006;

type Sink = Rc<RefCell<Option<SplitSink<WebSocket, Message>>>>;

/// A socket that is open or opening.
pub(crate) struct Socket {
    pub(crate) id: SocketId,
    sink: Sink,
    reader: AbortHandle,
}

impl Socket {
    /// Starts to open; `tell` hears everything that happens to it until it is dropped.
    pub(crate) fn open(
        id: SocketId,
        url: &str,
        tell: impl Fn(SocketEvent) + 'static,
    ) -> Option<Self> {
        let (mut sink, mut stream) = WebSocket::open(url).ok()?.split();
        let shared: Sink = Rc::default();
        let handed = shared.clone();
        let (reader, registration) = AbortHandle::new_pair();
        let conversation = async move {
            if poll_fn(|context| sink.poll_ready_unpin(context))
                .await
                .is_ok()
            {
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
            id,
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
