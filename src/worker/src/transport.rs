//! How requests and frames leave: over the network, or to the demonstration inside this worker.

use std::rc::Rc;

use futures_util::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use panels_core::{
    config::Server,
    engine::{HttpAnswer, HttpFailure, HttpRequest, SocketEvent},
    identity::SocketId,
};
use web_sys::AbortController;

use crate::{
    demo::{Demo, DemoSocket},
    http,
    socket::Socket,
};

/// See the module.
#[derive(Clone)]
pub(crate) enum Transport {
    /// A server somewhere.
    Network,
    /// None.
    Demo(Rc<Demo>),
}

impl Transport {
    /// The way to a server.
    pub(crate) fn to(server: &Server) -> Self {
        match server {
            Server::At(_) => Self::Network,
            Server::Demo => Self::Demo(Demo::start()),
        }
    }

    /// Sends a request and waits for the whole answer, or for its time limit.
    pub(crate) async fn send(
        &self,
        request: HttpRequest,
        abort: Option<AbortController>,
    ) -> Result<HttpAnswer, HttpFailure> {
        let patience = TimeoutFuture::new(request.timeout_ms);
        let handed = abort.clone();
        let exchange = std::pin::pin!(async {
            match self {
                Self::Network => http::exchange(request, handed).await,
                Self::Demo(demo) => demo.answer(request).await,
            }
        });
        match select(exchange, patience).await {
            Either::Left((result, _)) => result,
            Either::Right(_) => {
                if let Some(abort) = abort {
                    abort.abort();
                }
                Err(HttpFailure::TimedOut)
            }
        }
    }

    /// Starts to open a socket; `tell` hears everything that happens to it until it is dropped.
    pub(crate) fn open(
        &self,
        id: SocketId,
        url: &str,
        tell: impl Fn(SocketEvent) + 'static,
    ) -> Option<Wire> {
        let socket = match self {
            Self::Network => Way::Network(Socket::open(url, tell)?),
            Self::Demo(demo) => Way::Demo(demo.open(url, tell)),
        };
        Some(Wire { id, socket })
    }
}

/// A socket that is open or opening. Dropping it closes it.
pub(crate) struct Wire {
    pub(crate) id: SocketId,
    socket: Way,
}

enum Way {
    Network(Socket),
    Demo(DemoSocket),
}

impl Wire {
    /// Sends a frame. On a socket that is not open it is lost, as on any broken connection.
    pub(crate) fn send(&self, text: &str) {
        match &self.socket {
            Way::Network(socket) => socket.send(text),
            Way::Demo(socket) => socket.send(text),
        }
    }
}
