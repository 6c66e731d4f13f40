//! What goes over the network: connections, frames, requests, and what the server does by itself.

use panels_core::{
    engine::{HttpFailure, HttpRequest, Input, SocketEvent},
    identity::SocketId,
};
use panels_sandbox::sandbox::SocketOutput;

use super::{Event, ToServer, ToWorker, World};
use crate::{
    network::{Conn, Way},
    queue::Millis,
    server::path_of,
    trace::Who,
};

/// Close code of a connection that just broke.
const ABNORMAL: u16 = 1006;
/// While the server is away nothing is due, but its return has to be noticed.
const DOWN_TICK_MS: Millis = 100;

impl World {
    /// A worker opens a socket. TCP, TLS and the upgrade count as one way up.
    pub(super) fn open_conn(&mut self, worker: usize, socket: SocketId) {
        let profile = self.workers[worker].profile;
        let conn = self.conns.len();
        self.conns.push(Conn {
            worker,
            profile,
            socket,
            server: None,
            client_open: true,
            silent_until: 0,
            up_after: 0,
            down_after: 0,
        });
        self.workers[worker].conn = Some(conn);
        let path = &mut self.profiles[profile].path;
        if path.refused_until(self.now).is_some() {
            return self.tell_conn(conn, self.now + 1, SocketEvent::Closed { code: ABNORMAL });
        }
        let arrival = path.arrival(self.now, Way::Up);
        self.queue
            .push(arrival, Event::Server(ToServer::Open(conn)));
    }

    /// The client's end hears something.
    fn tell_conn(&mut self, conn: usize, at: Millis, event: SocketEvent) {
        let worker = self.conns[conn].worker;
        self.queue
            .push(at, Event::Worker(worker, ToWorker::Conn(conn, event)));
    }

    pub(super) fn send_up(&mut self, conn: usize, text: String) {
        let arrival = self.arrival(conn, Way::Up);
        if let Some(at) = self.conns[conn].pass(arrival, Way::Up) {
            self.queue
                .push(at, Event::Server(ToServer::Frame(conn, text)));
        }
    }

    fn arrival(&mut self, conn: usize, way: Way) -> Millis {
        let profile = self.conns[conn].profile;
        self.profiles[profile].path.arrival(self.now, way)
    }

    /// The client closes its end; the server learns of it when the network lets it, or never.
    pub(super) fn close_conn(&mut self, conn: usize) {
        self.conns[conn].client_open = false;
        let arrival = self.arrival(conn, Way::Up);
        if let Some(at) = self.conns[conn].pass(arrival, Way::Up) {
            self.queue.push(at, Event::Server(ToServer::Closed(conn)));
        }
    }

    /// Both ends find the connection broken.
    pub(super) fn break_conn(&mut self, conn: usize, at: Millis) {
        self.conns[conn].silent_until = Millis::MAX;
        self.queue.push(at, Event::Server(ToServer::Closed(conn)));
        self.tell_conn(conn, at, SocketEvent::Closed { code: ABNORMAL });
    }

    /// Connections of a profile that the server or the client still holds.
    pub(super) fn conns_of(&self, profile: usize) -> Vec<usize> {
        let conns = self.conns.iter().enumerate();
        conns
            .filter(|(_, conn)| {
                conn.profile == profile && (conn.client_open || conn.server.is_some())
            })
            .map(|(index, _)| index)
            .collect()
    }

    pub(super) fn reach_server(&mut self, what: ToServer) {
        match what {
            ToServer::Tick => {
                self.tick_at = None;
                let clock = self.server.clock(self.now);
                self.server.sandbox.tick(clock);
            }
            ToServer::Open(conn) => self.accept(conn),
            ToServer::Frame(conn, text) => {
                if let Some(socket) = self.conns[conn].server {
                    let clock = self.server.clock(self.now);
                    if !self.server.sandbox.is_down(clock) {
                        self.server.sandbox.socket_frame(clock, socket, &text);
                    }
                }
            }
            ToServer::Closed(conn) => {
                if let Some(socket) = self.conns[conn].server.take() {
                    self.by_server.remove(&socket);
                    let clock = self.server.clock(self.now);
                    self.server.sandbox.socket_closed(clock, socket);
                }
            }
            ToServer::Http(worker, request, deadline) => self.serve(worker, &request, deadline),
        }
        self.drain_server();
    }

    fn accept(&mut self, conn: usize) {
        let accepted = self.server.open_socket(self.now);
        let arrival = self.arrival(conn, Way::Down);
        let Some(at) = self.conns[conn].pass(arrival, Way::Down) else {
            return;
        };
        match accepted {
            Some(socket) => {
                self.conns[conn].server = Some(socket);
                self.by_server.insert(socket, conn);
                self.tell_conn(conn, at, SocketEvent::Opened);
            }
            None => self.tell_conn(conn, at, SocketEvent::Closed { code: ABNORMAL }),
        }
    }

    fn serve(&mut self, worker: usize, request: &HttpRequest, deadline: Millis) {
        let wanted = self.workers[worker].requests.contains(&request.id);
        let profile = self.workers[worker].profile;
        let address = self.profiles[profile].address.clone();
        let patched = self.before_patch(worker, request);
        let mut served = match Self::contention(patched.as_ref()) {
            Some(answer) => Some(answer),
            None => self.server.serve(self.now, request, &address),
        };
        if let Some(patched) = patched {
            self.planted_patch(request, &address);
            if self.after_patch(worker, patched) {
                served = None;
            }
        }
        if let Some((answer, _)) = &mut served {
            self.planted_answer(worker, request, answer);
        }
        self.trace.line(self.now, Who::Server, || {
            let status = served.as_ref().map_or(0, |(answer, _)| answer.status);
            let path = path_of(&request.url);
            format!(
                "w{worker} #{} {:?} {path} -> {status}",
                request.id.0, request.method
            )
        });
        if !wanted {
            return;
        }
        if served
            .as_ref()
            .is_some_and(|(answer, _)| answer.status == 403)
        {
            self.workers[worker].checks.forbidden_at = Some(self.now);
        }
        let path = &mut self.profiles[profile].path;
        let broken = served.is_none() || path.breaks();
        let late_ms = served.as_ref().map_or(0, |(_, late_ms)| *late_ms);
        let arrival = path.arrival(self.now + late_ms, Way::Down);
        if arrival >= deadline {
            return self.fail_request(worker, request.id, deadline, HttpFailure::TimedOut);
        }
        match served.filter(|_| !broken) {
            Some((answer, _)) => {
                let input = Input::Http {
                    request: request.id,
                    result: Ok(answer),
                };
                let event = Event::Worker(worker, ToWorker::Input(Box::new(input)));
                self.queue.push(arrival, event);
            }
            None => self.fail_request(worker, request.id, arrival, HttpFailure::Unreachable),
        }
    }

    /// Sends what the server wants to send, and plans its next move.
    pub(super) fn drain_server(&mut self) {
        while let Some(output) = self.server.sandbox.poll_socket() {
            let (socket, event) = match output {
                SocketOutput::Send(socket, text) => (socket, SocketEvent::Frame(text)),
                SocketOutput::Terminate(socket) => (socket, SocketEvent::Closed { code: ABNORMAL }),
                SocketOutput::Close(socket, code) => (socket, SocketEvent::Closed { code }),
            };
            let Some(conn) = self.by_server.get(&socket).copied() else {
                continue;
            };
            if matches!(event, SocketEvent::Closed { .. }) {
                self.by_server.remove(&socket);
                self.conns[conn].server = None;
            }
            let arrival = self.arrival(conn, Way::Down);
            if let Some(at) = self.conns[conn].pass(arrival, Way::Down) {
                self.tell_conn(conn, at, event);
            }
        }
        self.plan_tick();
    }

    /// Lets the server act by itself when it is time.
    pub(super) fn plan_tick(&mut self) {
        let clock = self.server.clock(self.now);
        let next = if self.server.sandbox.is_down(clock) {
            Some(self.now + DOWN_TICK_MS)
        } else {
            self.server.next_tick()
        };
        let Some(at) = next.map(|at| at.max(self.now + 1)) else {
            return;
        };
        if self.tick_at.is_none_or(|planned| planned > at) {
            self.tick_at = Some(at);
            self.queue.push(at, Event::Server(ToServer::Tick));
        }
    }
}
