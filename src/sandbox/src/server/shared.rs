//! The sandbox that all connections share, and the channels to its sockets.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::{mpsc, watch};

use super::{clock::system_now, listener::Connections};
use crate::sandbox::{Millis, Sandbox, SocketId, SocketOutput};

/// One instruction for the task of a socket.
#[derive(Debug)]
pub(super) enum Instruction {
    Send(String),
    Close(u16),
    Terminate,
}

/// See the module.
#[derive(Clone, Debug)]
pub(super) struct Shared {
    inner: Arc<Mutex<Inner>>,
    is_down: watch::Sender<bool>,
    connections: Connections,
}

#[derive(Debug)]
struct Inner {
    sandbox: Sandbox,
    sockets: HashMap<SocketId, mpsc::UnboundedSender<Instruction>>,
}

impl Shared {
    pub(super) fn new(sandbox: Sandbox) -> Self {
        Self {
            inner: Arc::new(Mutex::new(Inner {
                sandbox,
                sockets: HashMap::new(),
            })),
            is_down: watch::Sender::new(false),
            connections: Connections::default(),
        }
    }

    /// Calls the sandbox with the time, then does what it asks for.
    pub(super) fn with<T>(&self, act: impl FnOnce(&mut Sandbox, Millis) -> T) -> T {
        let mut inner = self.lock();
        let now = system_now() + inner.sandbox.clock_skew_ms();
        let result = act(&mut inner.sandbox, now);
        self.drain(&mut inner, now);
        result
    }

    /// As [`Shared::with`], for a new socket: its channel exists before anything can be sent to it.
    pub(super) fn open_socket<E>(
        &self,
        open: impl FnOnce(&mut Sandbox, Millis) -> Result<SocketId, E>,
    ) -> Result<(SocketId, mpsc::UnboundedReceiver<Instruction>), E> {
        let mut inner = self.lock();
        let now = system_now() + inner.sandbox.clock_skew_ms();
        let socket = open(&mut inner.sandbox, now)?;
        let (sender, receiver) = mpsc::unbounded_channel();
        inner.sockets.insert(socket, sender);
        Ok((socket, receiver))
    }

    pub(super) fn close_socket(&self, socket: SocketId) {
        self.lock().sockets.remove(&socket);
        self.with(|sandbox, now| sandbox.socket_closed(now, socket));
    }

    pub(super) fn is_down(&self) -> watch::Receiver<bool> {
        self.is_down.subscribe()
    }

    pub(super) fn connections(&self) -> &Connections {
        &self.connections
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // A panic elsewhere must not take the whole server down with it.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn drain(&self, inner: &mut Inner, now: Millis) {
        while let Some(output) = inner.sandbox.poll_socket() {
            let (socket, instruction) = match output {
                SocketOutput::Send(socket, text) => (socket, Instruction::Send(text)),
                SocketOutput::Close(socket, code) => (socket, Instruction::Close(code)),
                SocketOutput::Terminate(socket) => (socket, Instruction::Terminate),
            };
            if let Some(channel) = inner.sockets.get(&socket) {
                // Its task may just have ended: then nobody is left to tell.
                let _ = channel.send(instruction);
            }
        }
        let is_down = inner.sandbox.is_down(now);
        let changes = self
            .is_down
            .send_if_modified(|known| std::mem::replace(known, is_down) != is_down);
        if changes && is_down {
            self.connections.break_down();
        }
    }
}

/// Access to the sandbox of a running server.
#[derive(Clone, Debug)]
pub struct SandboxHandle(Shared);

impl SandboxHandle {
    pub(super) fn new(shared: Shared) -> Self {
        Self(shared)
    }

    /// Calls the sandbox with the server's time; frames that result are sent.
    pub fn with<T>(&self, act: impl FnOnce(&mut Sandbox, Millis) -> T) -> T {
        self.0.with(act)
    }

    pub(super) fn break_connections(&self) {
        self.0.connections.cut_all();
    }
}
