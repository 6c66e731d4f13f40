//! The stream as a whole: socket, subscriptions and reconciliation told of each other, and polling where there is none.
//! Decides nothing that one of them could decide.

use super::{Engine, SocketEvent, composition::watched};
use crate::{
    connection::{self, IdleReason},
    error::StateError,
    identity::SocketId,
    limits,
    protocol::{PollingReason, StaleReason},
    subscription,
    timer::Timer,
};

impl Engine {
    /// Something happened to a socket.
    pub(super) fn on_socket(&mut self, socket: SocketId, event: SocketEvent) {
        match event {
            SocketEvent::Opened => {
                let event = self.connection.on_opened(&mut self.io, socket);
                self.on_connection(event);
            }
            SocketEvent::Closed { code } => {
                let event = self.connection.on_closed(&mut self.io, socket, code);
                self.on_connection(event);
            }
            SocketEvent::Frame(text) => {
                if self.connection.on_frame(&mut self.io, socket) {
                    self.on_frame(&text);
                }
            }
        }
    }

    /// The connection changed.
    pub(super) fn on_connection(&mut self, event: Option<connection::Event>) {
        match event {
            Some(connection::Event::Opened) => {
                if let Some(open) = self.connection.open() {
                    let socket = open.socket;
                    let now = self.io.now;
                    if !self.io.requests.on_socket_opened(now) {
                        self.io.timers.set(Timer::Ping, now);
                    }
                    self.wait_for_turn();
                    self.subscriptions.on_opened(&mut self.io, socket);
                }
            }
            Some(connection::Event::Lost) => {
                self.io.requests.on_stream_lost(self.io.now);
                self.subscriptions.on_lost(&mut self.io);
                self.reconcile.on_lost(&mut self.io);
            }
            None => {}
        }
    }

    /// A timer is so much too late that the machine must have slept, or its clock was set forward: which one is not
    /// known, so both are treated alike.
    pub(super) fn notice_sleep(&mut self) {
        let late_ms = self
            .io
            .timers
            .next()
            .map_or(0, |due| self.io.now.since_ms(due));
        if late_ms > limits::SLEPT_MS {
            self.io.report(StateError::Slept);
            self.on_woke();
        }
    }

    /// The server was heard.
    pub(super) fn on_heard(&mut self) {
        if self.io.requests.on_frame(self.io.now, &mut self.io.rng) {
            self.wait_for_turn();
        }
    }

    /// Everything is bound and read once requests have their turn.
    fn wait_for_turn(&mut self) {
        if let Some(turn) = self.io.requests.turn() {
            self.reconcile.leave_to_rebind(&mut self.io, turn);
        }
    }

    /// The machine woke up: nothing is known of the socket until it answers, and a search need not wait for that.
    pub(super) fn on_woke(&mut self) {
        let now = self.io.now;
        if self
            .woke_at
            .is_some_and(|at| now.since_ms(at) < limits::WAKE_ONCE_MS)
        {
            return;
        }
        self.woke_at = Some(now);
        self.io.requests.on_woke(now);
        self.io.requests.skip_turn(now);
        self.io.requests.hurry();
        let event = self.connection.on_wake(&mut self.io);
        self.on_connection(event);
        self.reconcile.on_wake(&mut self.io);
        self.shelf.read(&mut self.io);
    }

    /// The union of what all tabs need, the most important first: what the home screen counts, then what is on screen.
    pub(super) fn watch_types(&mut self) {
        if self.session.identity().is_none() {
            return;
        }
        let mut wanted = Vec::from(watched());
        for index in 0..self.panels.len() {
            if self.tabs.is_watched(self.panels.id(index)) {
                wanted.extend(self.panels.types(index));
            }
        }
        self.subscriptions.set_types(&mut self.io, &wanted);
    }

    /// The subscriptions changed.
    pub(super) fn on_subscriptions(&mut self, events: Vec<subscription::Event>) {
        for event in events {
            match event {
                subscription::Event::Bound(kind) => self.reconcile.on_bound(&mut self.io, &kind),
                subscription::Event::Doubt(kind) => self.reconcile.on_doubt(&mut self.io, &kind),
                subscription::Event::SocketUseless => {
                    let event = self
                        .connection
                        .reset(&mut self.io, StaleReason::SocketSilent);
                    self.on_connection(event);
                }
                subscription::Event::Refused(reason) => self.give_up_stream(reason),
            }
        }
    }

    fn give_up_stream(&mut self, reason: PollingReason) {
        self.polling = Some(reason);
        self.subscriptions.give_up(&mut self.io);
        self.connection
            .stop(&mut self.io, IdleReason::Refused(reason));
        self.reconcile.on_lost(&mut self.io);
        let wait_ms =
            limits::STREAM_RETRY_MS * 3 / 4 + self.io.jitter_ms(limits::STREAM_RETRY_MS / 2);
        self.io
            .timers
            .set(Timer::StreamRetry, self.io.now + wait_ms);
    }

    /// Tries a stream that was refused again, because somebody asks.
    pub(super) fn retry_stream(&mut self) {
        if self.session.identity().is_some() {
            self.connection.start(&mut self.io);
        }
    }
}
