//! A TCP listener that can play dead, and connections that can be broken without a word.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Waker},
    time::Duration,
};

use axum::{
    extract::connect_info::Connected,
    serve::{IncomingStream, Listener},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// Pause after a failed accept or bind, so that a lasting failure does not spin.
const RETRY_PAUSE: Duration = Duration::from_millis(20);

/// Breaks one connection: the client sees a reset, or 1006 on a socket.
#[derive(Clone, Debug, Default)]
pub(super) struct Connection(Arc<Cut>);

#[derive(Debug, Default)]
struct Cut {
    is_cut: AtomicBool,
    /// The connection that orders an outage must still get its answer.
    is_spared: AtomicBool,
    /// Whoever waits for the connection; one task owns it at any time.
    waker: Mutex<Option<Waker>>,
}

impl Connection {
    /// Outages pass this connection by from now on.
    pub(super) fn spare(&self) {
        self.0.is_spared.store(true, Ordering::SeqCst);
    }

    pub(super) fn cut(&self) {
        self.0.is_cut.store(true, Ordering::SeqCst);
        let waker = self
            .0
            .waker
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn check(&self, context: &Context<'_>) -> io::Result<()> {
        let mut waker = self.0.waker.lock().unwrap_or_else(PoisonError::into_inner);
        *waker = Some(context.waker().clone());
        if self.0.is_cut.load(Ordering::SeqCst) {
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        Ok(())
    }
}

impl Connected<IncomingStream<'_, SandboxListener>> for Connection {
    fn connect_info(stream: IncomingStream<'_, SandboxListener>) -> Self {
        stream.io().connection.clone()
    }
}

/// All connections that are open.
#[derive(Clone, Debug, Default)]
pub(super) struct Connections(Arc<Mutex<Vec<Weak<Cut>>>>);

impl Connections {
    /// Cuts all, for good.
    pub(super) fn cut_all(&self) {
        for cut in std::mem::take(&mut *self.lock())
            .iter()
            .filter_map(Weak::upgrade)
        {
            Connection(cut).cut();
        }
    }

    /// Cuts all but the spared ones.
    pub(super) fn break_down(&self) {
        for cut in self.lock().iter().filter_map(Weak::upgrade) {
            if !cut.is_spared.load(Ordering::SeqCst) {
                Connection(cut).cut();
            }
        }
    }

    fn add(&self, connection: &Connection) {
        let mut all = self.lock();
        all.retain(|cut| cut.strong_count() > 0);
        all.push(Arc::downgrade(&connection.0));
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Weak<Cut>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// See the module.
#[derive(Debug)]
pub(super) struct SandboxListener {
    /// `None` while the server plays dead: then connections are really refused.
    listener: Option<TcpListener>,
    address: SocketAddr,
    is_down: watch::Receiver<bool>,
    connections: Connections,
}

impl SandboxListener {
    pub(super) fn new(
        listener: TcpListener,
        address: SocketAddr,
        is_down: watch::Receiver<bool>,
        connections: Connections,
    ) -> Self {
        Self {
            listener: Some(listener),
            address,
            is_down,
            connections,
        }
    }
}

impl Listener for SandboxListener {
    type Io = SandboxStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (SandboxStream, SocketAddr) {
        loop {
            if *self.is_down.borrow_and_update() {
                self.listener = None;
                if self.is_down.wait_for(|is_down| !is_down).await.is_err() {
                    // The server has ended; its task is about to be aborted.
                    std::future::pending::<()>().await;
                }
            }
            let listener = match self.listener.take() {
                Some(listener) => self.listener.insert(listener),
                None => match TcpListener::bind(self.address).await {
                    Ok(listener) => self.listener.insert(listener),
                    Err(_) => {
                        tokio::time::sleep(RETRY_PAUSE).await;
                        continue;
                    }
                },
            };
            tokio::select! {
                accepted = TcpListener::accept(listener) => match accepted {
                    Ok((stream, address)) => {
                        // Frames are small and must not wait for each other; failing to say so is harmless.
                        let _ = stream.set_nodelay(true);
                        let connection = Connection::default();
                        self.connections.add(&connection);
                        return (SandboxStream { stream, connection }, address);
                    }
                    Err(_) => tokio::time::sleep(RETRY_PAUSE).await,
                },
                _ = self.is_down.changed() => {}
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

/// A connection that fails once it is cut.
#[derive(Debug)]
pub(super) struct SandboxStream {
    stream: TcpStream,
    connection: Connection,
}

impl AsyncRead for SandboxStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.connection.check(context)?;
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for SandboxStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.connection.check(context)?;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.connection.check(context)?;
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
