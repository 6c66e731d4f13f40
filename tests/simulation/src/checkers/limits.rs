//! Invariants 4 and 6: sockets and requests, counted where they leave the engine.

use std::collections::VecDeque;

use panels_core::{engine::Output, limits};

use crate::{queue::Millis, trace::Who, world::World};

const MINUTE_MS: Millis = 60_000;
/// Sockets that a worker may open within a minute of trouble: full jitter below 4 s makes 30 on average, hints (a person
/// who asks, a network that comes and goes) come on top.
const SOCKETS_PER_MINUTE_MAX: usize = 80;
/// Requests that a worker may send within a minute: a load of two types, four subscriptions with their tokens, and their
/// repetitions while a server answers with errors.
const REQUESTS_PER_MINUTE_MAX: usize = 240;

impl World {
    /// Looks at what an engine wants to do, before it is done.
    pub(crate) fn check_output(&mut self, worker: usize, output: &Output) {
        match output {
            Output::OpenSocket { socket, .. } => {
                self.trace.line(self.now, Who::Worker(worker), || {
                    format!("> opens socket {}", socket.0)
                });
                self.check_one_socket(worker);
            }
            Output::Http(request) => {
                self.trace.line(self.now, Who::Worker(worker), || {
                    let path = crate::server::path_of(&request.url);
                    format!("> #{} {:?} {path}", request.id.0, request.method)
                });
                self.check_requests(worker);
            }
            Output::CloseSocket { socket } => {
                self.trace.line(self.now, Who::Worker(worker), || {
                    format!("> closes socket {}", socket.0)
                });
            }
            _ => {}
        }
        self.check_secrecy(worker, output);
        self.check_edits(worker, output);
        self.check_drafts(worker, output);
    }

    fn check_one_socket(&mut self, worker: usize) {
        let profile = self.workers[worker].profile;
        let held = self.workers.iter().enumerate();
        let other = held
            .filter(|(_, other)| other.profile == profile && other.alive && other.conn.is_some())
            .map(|(index, _)| index)
            .next();
        if let Some(other) = other {
            self.violate(
                4,
                format!("w{worker} opens a socket while w{other} holds one"),
            );
        }
        let opened = count(&mut self.workers[worker].checks.sockets, self.now);
        self.stats.sockets_per_minute_max = self.stats.sockets_per_minute_max.max(opened);
        if opened > SOCKETS_PER_MINUTE_MAX {
            self.violate(
                6,
                format!("w{worker} opened {opened} sockets within a minute"),
            );
        }
    }

    fn check_requests(&mut self, worker: usize) {
        let sent = count(&mut self.workers[worker].checks.requests, self.now);
        self.stats.requests_per_minute_max = self.stats.requests_per_minute_max.max(sent);
        if sent > REQUESTS_PER_MINUTE_MAX {
            self.violate(6, format!("w{worker} sent {sent} requests within a minute"));
        }
        let waiting = self.workers[worker].requests.len() + 1;
        if waiting > limits::REQUESTS_IN_FLIGHT_MAX {
            self.violate(6, format!("w{worker} has {waiting} requests on their way"));
        }
    }
}

/// Counts one more; returns how many there were within the last minute.
fn count(times: &mut VecDeque<Millis>, now: Millis) -> usize {
    times.push_back(now);
    while times.front().is_some_and(|first| *first <= now - MINUTE_MS) {
        times.pop_front();
    }
    times.len()
}
