//! The one socket: connecting, staying alive, noticing death, coming back.
//!
//! Owns the socket's life, not its meaning: frames go to the subscriptions. At most one socket exists; events of an older
//! one are ignored. A socket that is open proves nothing about subscriptions.

mod backoff;
mod clock;
pub(crate) mod frame;

use crate::{
    engine::{LogLevel, Output, io::Io},
    error::ConnectionError,
    identity::SocketId,
    limits,
    protocol::StaleReason,
    time::Timestamp,
    timer::Timer,
};
use backoff::Backoff;
pub(crate) use clock::ServerClock;

/// Where the connection is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum State {
    /// Nobody wants a stream.
    Idle,
    /// A socket is being opened.
    Connecting {
        /// Which.
        socket: SocketId,
        /// Failures before this one.
        attempt: u32,
        /// Why there is none yet.
        reason: StaleReason,
    },
    /// A socket is open.
    Open(Open),
    /// Waiting for the next attempt.
    Backoff {
        until: Timestamp,
        reason: StaleReason,
    },
}

/// An open socket.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Open {
    /// Which.
    pub(crate) socket: SocketId,
    /// Since when.
    pub(crate) since: Timestamp,
    /// When the answer to a ping last proved it alive.
    pub(crate) proven_at: Timestamp,
    ping_sent: Option<Timestamp>,
    heard_at: Timestamp,
    heartbeat_seen: bool,
}

/// What the rest of the engine must react to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// A new socket is open: bind.
    Opened,
    /// The socket is gone: nothing is bound.
    Lost,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Connection {
    state: State,
    last: u64,
    backoff: Backoff,
    clock: ServerClock,
    lost_since: Option<Timestamp>,
    failed_in_a_row: u32,
}

impl Connection {
    /// Idle.
    pub(crate) fn new() -> Self {
        Self {
            state: State::Idle,
            last: 0,
            backoff: Backoff::default(),
            clock: ServerClock::default(),
            lost_since: None,
            failed_in_a_row: 0,
        }
    }

    /// Where it is.
    pub(crate) fn state(&self) -> &State {
        &self.state
    }

    /// The open socket.
    pub(crate) fn open(&self) -> Option<&Open> {
        match &self.state {
            State::Open(open) => Some(open),
            _ => None,
        }
    }

    /// Since when there is no stream, if there is none.
    pub(crate) fn lost_since(&self) -> Option<Timestamp> {
        self.lost_since
    }

    /// The server's clock.
    pub(crate) fn clock(&self) -> &ServerClock {
        &self.clock
    }

    /// Sockets that failed in a row without ever opening.
    pub(crate) fn failed_in_a_row(&self) -> u32 {
        self.failed_in_a_row
    }

    /// Somebody wants a stream.
    pub(crate) fn start(&mut self, io: &mut Io) {
        if self.state == State::Idle {
            self.lost_since = Some(io.now);
            self.connect(io, 0, StaleReason::Connecting);
        }
    }

    /// Nobody wants a stream any longer.
    pub(crate) fn stop(&mut self, io: &mut Io) {
        self.drop_socket(io);
        self.state = State::Idle;
        self.backoff = Backoff::default();
        self.lost_since = None;
        self.failed_in_a_row = 0;
        stop_timers(io);
    }

    /// The network may be back, the user looks again or asks: do not wait longer than necessary.
    pub(crate) fn on_hint(&mut self, io: &mut Io) {
        match &self.state {
            State::Backoff { until, reason } => {
                let soon = io.now + io.jitter_ms(limits::HINT_RECONNECT_MS);
                if soon < *until {
                    self.state = State::Backoff {
                        until: soon,
                        reason: *reason,
                    };
                    io.timers.set(Timer::Reconnect, soon);
                }
            }
            State::Open(_) => self.probe(io, limits::PONG_TIMEOUT_MS),
            State::Idle | State::Connecting { .. } => {}
        }
    }

    /// The machine slept: the socket may be dead, and what was buffered is old.
    pub(crate) fn on_wake(&mut self, io: &mut Io) {
        if let State::Open(open) = &mut self.state {
            open.ping_sent = None;
            self.probe(io, limits::PONG_TIMEOUT_AFTER_WAKE_MS);
        } else {
            self.on_hint(io);
        }
    }

    /// The socket is open.
    pub(crate) fn on_opened(&mut self, io: &mut Io, socket: SocketId) -> Option<Event> {
        if !matches!(self.state, State::Connecting { socket: current, .. } if current == socket) {
            return None;
        }
        self.state = State::Open(Open {
            socket,
            since: io.now,
            proven_at: io.now,
            ping_sent: None,
            heard_at: io.now,
            heartbeat_seen: false,
        });
        self.failed_in_a_row = 0;
        self.clock.restart();
        io.timers.stop(Timer::ConnectTimeout);
        io.timers
            .set(Timer::ProvenHealthy, io.now + limits::PROVEN_HEALTHY_MS);
        io.timers.set(Timer::Ping, io.now + limits::PING_EVERY_MS);
        io.log(LogLevel::Info, "the socket is open");
        Some(Event::Opened)
    }

    /// The socket is closed, or could not be opened.
    pub(crate) fn on_closed(&mut self, io: &mut Io, socket: SocketId, code: u16) -> Option<Event> {
        if self.current() != Some(socket) {
            return None;
        }
        io.log(
            LogLevel::Info,
            format!("the socket closed with code {code}"),
        );
        Some(self.lose(io, StaleReason::SocketClosed))
    }

    /// Whether a frame comes from the socket in use; notes that it is alive.
    pub(crate) fn on_frame(&mut self, io: &Io, socket: SocketId) -> bool {
        match &mut self.state {
            State::Open(open) if open.socket == socket => {
                open.heard_at = io.now;
                true
            }
            _ => false,
        }
    }

    /// The answer to a ping.
    pub(crate) fn on_pong(&mut self, io: &mut Io) {
        if let State::Open(open) = &mut self.state
            && let Some(sent) = open.ping_sent.take()
        {
            // What was proven is that the server was alive when it answered, which is not before the ping.
            open.proven_at = sent;
            io.timers.stop(Timer::PongDue);
            io.timers.set(Timer::Ping, io.now + limits::PING_EVERY_MS);
        }
    }

    /// A bundle with the server's time inside; whether it is fresh.
    pub(crate) fn on_server_time(&mut self, now: Timestamp, stamped: Timestamp) -> bool {
        self.clock.observe(now, stamped) <= limits::HEARTBEAT_LATE_MS
    }

    /// A fresh heartbeat.
    pub(crate) fn on_heartbeat(&mut self, io: &mut Io) {
        if let State::Open(open) = &mut self.state {
            open.heartbeat_seen = true;
            io.timers
                .set(Timer::HeartbeatDue, io.now + limits::HEARTBEAT_TIMEOUT_MS);
        }
    }

    /// One of the connection's timers; `due` is the moment it was set to.
    pub(crate) fn on_timer(&mut self, io: &mut Io, timer: Timer, due: Timestamp) -> Option<Event> {
        match (timer, &self.state) {
            (Timer::ConnectTimeout, State::Connecting { .. }) => {
                io.report(ConnectionError::ConnectTimedOut);
                Some(self.lose(io, StaleReason::ServerUnreachable))
            }
            (Timer::Reconnect, State::Backoff { reason, .. }) => {
                let (attempt, reason) = (self.backoff.attempt(), *reason);
                self.connect(io, attempt, reason);
                None
            }
            (Timer::ProvenHealthy, State::Open(open)) => {
                if open.proven_at > open.since {
                    self.backoff.reset();
                } else {
                    io.timers
                        .set(Timer::ProvenHealthy, io.now + limits::PING_EVERY_MS);
                }
                None
            }
            (Timer::Ping, State::Open(_)) => {
                self.probe(io, limits::PONG_TIMEOUT_MS);
                None
            }
            (Timer::PongDue, State::Open(_)) => self.on_silence(io, due),
            (Timer::HeartbeatDue, State::Open(open)) if open.heartbeat_seen => {
                if io.now.since_ms(due) > limits::SLEPT_MS {
                    self.on_wake(io);
                    io.timers
                        .set(Timer::HeartbeatDue, io.now + limits::HEARTBEAT_TIMEOUT_MS);
                    return None;
                }
                io.report(ConnectionError::HeartbeatLost);
                Some(self.lose(io, StaleReason::SocketSilent))
            }
            _ => None,
        }
    }

    /// Gives the socket up and connects anew.
    pub(crate) fn reset(&mut self, io: &mut Io, reason: StaleReason) -> Option<Event> {
        self.open().is_some().then(|| self.lose(io, reason))
    }

    fn on_silence(&mut self, io: &mut Io, due: Timestamp) -> Option<Event> {
        let State::Open(open) = &mut self.state else {
            return None;
        };
        let sent = open.ping_sent?;
        if io.now.since_ms(due) > limits::SLEPT_MS {
            // The machine slept through the deadline: the silence is ours.
            self.on_wake(io);
            return None;
        }
        let waited_ms = io.now.since_ms(sent);
        let still_talking = io.now.since_ms(open.heard_at) < limits::PONG_TIMEOUT_MS / 2;
        if still_talking && waited_ms < 2 * limits::PONG_TIMEOUT_MS {
            // The answer queues behind a burst of frames.
            io.timers
                .set(Timer::PongDue, io.now + limits::PONG_TIMEOUT_MS / 2);
            return None;
        }
        io.report(ConnectionError::Silent);
        Some(self.lose(io, StaleReason::SocketSilent))
    }

    fn probe(&mut self, io: &mut Io, patience_ms: i64) {
        if let State::Open(open) = &mut self.state
            && open.ping_sent.is_none()
        {
            open.ping_sent = Some(io.now);
            let socket = open.socket;
            io.send_frame(socket, r#"{"type":"ping"}"#);
            io.timers.stop(Timer::Ping);
            io.timers.set(Timer::PongDue, io.now + patience_ms);
        }
    }

    fn connect(&mut self, io: &mut Io, attempt: u32, reason: StaleReason) {
        self.last += 1;
        let socket = SocketId(self.last);
        self.state = State::Connecting {
            socket,
            attempt,
            reason,
        };
        let url = socket_url(&io.config.server);
        io.push(Output::OpenSocket { socket, url });
        io.timers
            .set(Timer::ConnectTimeout, io.now + limits::CONNECT_TIMEOUT_MS);
    }

    fn lose(&mut self, io: &mut Io, reason: StaleReason) -> Event {
        if matches!(self.state, State::Connecting { .. }) {
            self.failed_in_a_row += 1;
        }
        self.drop_socket(io);
        stop_timers(io);
        self.lost_since.get_or_insert(io.now);
        let wait_ms = self.backoff.next_wait_ms(io.now, &mut io.rng);
        let until = io.now + wait_ms;
        self.state = State::Backoff { until, reason };
        io.timers.set(Timer::Reconnect, until);
        Event::Lost
    }

    /// The stream is whole again.
    pub(crate) fn recovered(&mut self) {
        self.lost_since = None;
    }

    fn current(&self) -> Option<SocketId> {
        match &self.state {
            State::Connecting { socket, .. } => Some(*socket),
            State::Open(open) => Some(open.socket),
            State::Idle | State::Backoff { .. } => None,
        }
    }

    fn drop_socket(&mut self, io: &mut Io) {
        if let Some(socket) = self.current() {
            io.push(Output::CloseSocket { socket });
        }
    }
}

fn stop_timers(io: &mut Io) {
    for timer in [
        Timer::ConnectTimeout,
        Timer::Reconnect,
        Timer::ProvenHealthy,
        Timer::Ping,
        Timer::PongDue,
        Timer::HeartbeatDue,
    ] {
        io.timers.stop(timer);
    }
}

/// The second path segment decides and a query is refused (`transcripts/08d-websocket-errors.json`).
fn socket_url(server: &str) -> String {
    let address = match server.strip_prefix("https") {
        Some(rest) => format!("wss{rest}"),
        None => format!("ws{}", server.strip_prefix("http").unwrap_or(server)),
    };
    format!("{address}ws/subscriptions-r4")
}
