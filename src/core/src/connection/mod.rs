//! The one socket: connecting, staying alive, noticing death, coming back.
//!
//! Owns the socket's life, not its meaning: frames go to the subscriptions. At most one socket exists; events of an older
//! one are ignored. A socket that is open proves nothing about subscriptions.

mod backoff;
mod clock;
mod close;
pub(crate) mod frame;
mod probe;
mod state;

use std::collections::VecDeque;

use crate::{
    engine::{LogLevel, Output, io::Io},
    error::{ConnectionError, StateError},
    identity::SocketId,
    limits,
    protocol::StaleReason,
    time::Timestamp,
    timer::Timer,
};
use backoff::Backoff;
pub(crate) use clock::ServerClock;
use probe::Probes;
pub(crate) use state::{IdleReason, Open, State};

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
    /// When the sockets that failed last, without ever carrying a stream, were tried.
    failed: VecDeque<Timestamp>,
    tried_at: Timestamp,
    hinted_at: Option<Timestamp>,
}

impl Connection {
    /// Idle.
    pub(crate) fn new() -> Self {
        Self {
            state: State::Idle(IdleReason::NobodySignedIn),
            last: 0,
            backoff: Backoff::default(),
            clock: ServerClock::default(),
            lost_since: None,
            failed: VecDeque::new(),
            tried_at: Timestamp(i64::MIN),
            hinted_at: None,
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

    /// When the first of the sockets was tried that make it likely that all fail: enough of them, in a row, none of which ever
    /// carried a stream.
    pub(crate) fn failing_since(&self) -> Option<Timestamp> {
        let enough = self.failed.len() >= limits::SOCKETS_BLOCKED_AFTER;
        self.failed.front().copied().filter(|_| enough)
    }

    /// Somebody wants a stream.
    pub(crate) fn start(&mut self, io: &mut Io) {
        if matches!(self.state, State::Idle(_)) {
            self.lost_since = Some(io.now);
            self.connect(io, 0, StaleReason::Connecting);
        }
    }

    /// Nobody wants a stream any longer.
    pub(crate) fn stop(&mut self, io: &mut Io, reason: IdleReason) {
        self.drop_socket(io);
        self.enter(io, State::Idle(reason));
        self.backoff = Backoff::default();
        self.lost_since = None;
        self.failed.clear();
        self.hinted_at = None;
        stop_timers(io);
    }

    /// The network may be back, the user looks again or asks: do not wait longer than necessary. Whether the hint was
    /// followed: nobody else should follow one that was not.
    pub(crate) fn on_hint(&mut self, io: &mut Io) -> bool {
        // A network that flaps, or many tabs that say the same, must not lead to attempt after attempt.
        if self
            .hinted_at
            .is_some_and(|at| io.now.since_ms(at) < limits::HINT_EVERY_MS)
        {
            return false;
        }
        self.hinted_at = Some(io.now);
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
            State::Open(open) if open.probes.is_quiet() => {
                self.probe(io, limits::PONG_TIMEOUT_MS);
            }
            State::Open(_) | State::Idle(_) | State::Connecting { .. } => {}
        }
        true
    }

    /// The machine slept: the socket may be dead, and what was buffered is old.
    pub(crate) fn on_wake(&mut self, io: &mut Io) -> Option<Event> {
        match &mut self.state {
            State::Open(open) => {
                open.doubted = true;
                io.timers
                    .set(Timer::ProvenHealthy, io.now + limits::PROVEN_HEALTHY_MS);
                if open.heartbeat_seen {
                    io.timers
                        .set(Timer::HeartbeatDue, io.now + limits::HEARTBEAT_TIMEOUT_MS);
                }
                if open.probes.len() >= limits::PINGS_OUTSTANDING_MAX {
                    io.report(ConnectionError::Silent);
                    return Some(self.lose(io, StaleReason::SocketSilent));
                }
                self.probe(io, limits::PONG_TIMEOUT_AFTER_WAKE_MS);
            }
            State::Connecting {
                attempt, reason, ..
            } => {
                // It was started on a network that may be gone.
                let (attempt, reason) = (*attempt, *reason);
                self.drop_socket(io);
                self.connect(io, attempt, reason);
            }
            State::Idle(_) | State::Backoff { .. } => {
                self.on_hint(io);
            }
        }
        None
    }

    /// The socket is open.
    pub(crate) fn on_opened(&mut self, io: &mut Io, socket: SocketId) -> Option<Event> {
        if !matches!(self.state, State::Connecting { socket: current, .. } if current == socket) {
            io.count(StateError::SocketUnknown);
            return None;
        }
        let open = State::Open(Open {
            socket,
            since: io.now,
            proven_at: io.now,
            doubted: false,
            useful: false,
            probes: Probes::default(),
            heard_at: io.now,
            heartbeat_seen: false,
        });
        self.enter(io, open);
        self.clock.restart();
        io.timers.stop(Timer::ConnectTimeout);
        io.timers
            .set(Timer::ProvenHealthy, io.now + limits::PROVEN_HEALTHY_MS);
        io.timers.set(Timer::Ping, io.now + limits::PING_EVERY_MS);
        Some(Event::Opened)
    }

    /// The socket is closed, or could not be opened.
    pub(crate) fn on_closed(&mut self, io: &mut Io, socket: SocketId, code: u16) -> Option<Event> {
        if self.current() != Some(socket) {
            io.count(StateError::SocketUnknown);
            return None;
        }
        let (closed, reason) = close::meaning(code);
        let error = match self.state {
            State::Connecting { .. } => ConnectionError::ConnectFailed,
            _ => closed,
        };
        io.report_about(error, code);
        Some(self.lose(io, reason))
    }

    /// Whether a frame comes from the socket in use; notes that it is alive.
    pub(crate) fn on_frame(&mut self, io: &mut Io, socket: SocketId) -> bool {
        match &mut self.state {
            State::Open(open) if open.socket == socket => {
                if !open.doubted {
                    open.heard_at = io.now;
                }
                true
            }
            _ => {
                io.count(StateError::SocketUnknown);
                false
            }
        }
    }

    /// The answer to a ping.
    pub(crate) fn on_pong(&mut self, io: &mut Io) {
        if let State::Open(open) = &mut self.state
            && let Some(sent) = open.probes.answer()
        {
            // What was proven is that the server was alive when it answered, which is not before the ping.
            open.proven_at = open.proven_at.max(sent);
            if open.probes.is_quiet() {
                if std::mem::take(&mut open.doubted) {
                    // All that was buffered has come before this answer; the clock may have been set meanwhile.
                    self.clock.relearn();
                }
                io.timers.stop(Timer::PongDue);
                io.timers.set(Timer::Ping, io.now + limits::PING_EVERY_MS);
            }
        }
    }

    /// A bundle with the server's time inside; whether it is fresh.
    pub(crate) fn on_server_time(&mut self, now: Timestamp, stamped: Timestamp) -> bool {
        let fresh = self.clock.observe(now, stamped) <= limits::HEARTBEAT_LATE_MS;
        if let State::Open(open) = &mut self.state
            && fresh
        {
            open.heard_at = now;
        }
        fresh
    }

    /// A fresh heartbeat.
    pub(crate) fn on_heartbeat(&mut self, io: &mut Io) {
        if let State::Open(open) = &mut self.state {
            open.heartbeat_seen = true;
            io.timers
                .set(Timer::HeartbeatDue, io.now + limits::HEARTBEAT_TIMEOUT_MS);
        }
    }

    /// One of the connection's timers.
    pub(crate) fn on_timer(&mut self, io: &mut Io, timer: Timer) -> Option<Event> {
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
                let proven = open.proven_at > open.since && !open.doubted;
                if proven && self.lost_since.is_none() {
                    self.backoff.reset();
                } else {
                    io.timers
                        .set(Timer::ProvenHealthy, io.now + limits::PING_EVERY_MS);
                }
                None
            }
            (Timer::Ping, State::Open(open)) if open.probes.is_quiet() => {
                self.probe(io, limits::PONG_TIMEOUT_MS);
                None
            }
            (Timer::PongDue, State::Open(_)) => self.on_silence(io),
            (Timer::HeartbeatDue, State::Open(open)) if open.heartbeat_seen => {
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

    fn on_silence(&mut self, io: &mut Io) -> Option<Event> {
        let State::Open(open) = &mut self.state else {
            return None;
        };
        let waited_ms = io.now.since_ms(open.probes.newest()?);
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
        if let State::Open(open) = &mut self.state {
            open.probes.send(io.now);
            let socket = open.socket;
            io.send_frame(socket, r#"{"type":"ping"}"#);
            io.timers.stop(Timer::Ping);
            io.timers.set(Timer::PongDue, io.now + patience_ms);
        }
    }

    fn connect(&mut self, io: &mut Io, attempt: u32, reason: StaleReason) {
        self.last += 1;
        self.tried_at = io.now;
        let socket = SocketId(self.last);
        let connecting = State::Connecting {
            socket,
            attempt,
            reason,
        };
        self.enter(io, connecting);
        let url = socket_url(io.config.server.base_url());
        io.push(Output::OpenSocket { socket, url });
        io.timers
            .set(Timer::ConnectTimeout, io.now + limits::CONNECT_TIMEOUT_MS);
    }

    fn lose(&mut self, io: &mut Io, reason: StaleReason) -> Event {
        if !self.open().is_some_and(|open| open.useful) {
            self.failed.push_back(self.tried_at);
            if self.failed.len() > limits::SOCKETS_BLOCKED_AFTER {
                self.failed.pop_front();
            }
        }
        self.drop_socket(io);
        stop_timers(io);
        self.lost_since.get_or_insert(io.now);
        let wait_ms = self.backoff.next_wait_ms(io.now, &mut io.rng);
        let until = io.now + wait_ms;
        self.enter(io, State::Backoff { until, reason });
        io.timers.set(Timer::Reconnect, until);
        Event::Lost
    }

    /// Subscriptions are bound to the socket: sockets are of use here.
    pub(crate) fn on_useful(&mut self) {
        self.failed.clear();
        if let State::Open(open) = &mut self.state {
            open.useful = true;
        }
    }

    /// The stream is whole again.
    pub(crate) fn recovered(&mut self) {
        self.lost_since = None;
    }

    fn enter(&mut self, io: &mut Io, state: State) {
        io.log(LogLevel::Info, format!("connection: {state}"));
        self.state = state;
    }

    fn current(&self) -> Option<SocketId> {
        match &self.state {
            State::Connecting { socket, .. } => Some(*socket),
            State::Open(open) => Some(open.socket),
            State::Idle(_) | State::Backoff { .. } => None,
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
