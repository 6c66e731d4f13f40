//! What goes wrong on purpose: broken connections, refusals, slow answers, restarts, a wrong clock.
//!
//! The pure part: it decides, the server shell carries out. Nothing goes wrong unless somebody asks for it, by
//! [`Sandbox::command`] or, where it is enabled, `POST /control`.

mod command;
mod control;
mod refusal;
mod rules;

#[cfg(test)]
mod tests;

pub use self::{
    command::{Command, CommandError},
    rules::{Consequence, Rule},
};
use crate::{
    live::Stop,
    sandbox::{HttpRequest, HttpResponse, Millis, Sandbox},
};

/// What the server shell does with a request.
#[derive(Clone, Debug)]
pub enum Served {
    /// Answers it, after a while.
    Answer {
        /// The answer.
        response: HttpResponse,
        /// How long the answer is held back.
        delay_ms: u64,
    },
    /// Breaks its connection without an answer.
    Drop,
}

/// The faults in force.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    /// Whether `/control` answers.
    control: bool,
    rules: Vec<Rule>,
    /// No socket is accepted before this time.
    sockets_refused_until: Millis,
    /// The process plays dead until this time.
    down_until: Option<Millis>,
    clock_skew_ms: Millis,
    counts: RequestCounts,
}

/// Requests served, by what they were.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestCounts {
    /// All but `/control`.
    pub total: u64,
    /// Sign-in and tokens.
    pub auth: u64,
    /// FHIR reads by id, vread and history included.
    pub read: u64,
    /// FHIR searches.
    pub search: u64,
    /// Resources that searches found, those in batches included.
    pub found: u64,
    /// FHIR creates, updates, patches and deletes.
    pub write: u64,
    /// Batches and transactions.
    pub batch: u64,
    /// Binding tokens.
    pub binding_token: u64,
    /// CORS preflights.
    pub preflight: u64,
    /// Answered or dropped by a fault.
    pub faulted: u64,
}

impl Sandbox {
    /// One HTTP exchange with the faults in force.
    pub fn serve(&mut self, now: Millis, request: &HttpRequest) -> Served {
        let path = request.path.split('?').next().unwrap_or_default();
        if self.faults.control && (path == "/control" || path == "/control/state") {
            return Served::Answer {
                response: self.control(now, request),
                delay_ms: 0,
            };
        }
        if self.is_down(now) {
            return Served::Drop;
        }
        self.faults.counts.count(request);
        match self.faults.consequence(now, request) {
            None => Served::Answer {
                response: self.http(now, request),
                delay_ms: 0,
            },
            Some(Consequence::Slow { delay_ms }) => Served::Answer {
                response: self.http(now, request),
                delay_ms,
            },
            Some(Consequence::Drop { written }) => {
                if written {
                    self.http(now, request);
                }
                Served::Drop
            }
            Some(Consequence::Answer { status }) => Served::Answer {
                response: refusal::answer(request, status),
                delay_ms: 0,
            },
        }
    }

    /// Whether `/control` answers; else it is a path like any other.
    pub fn set_control(&mut self, enabled: bool) {
        self.faults.control = enabled;
    }

    /// Whether the process plays dead.
    pub fn is_down(&self, now: Millis) -> bool {
        self.faults.down_until.is_some_and(|until| now < until)
    }

    /// How far the server's clock is off.
    pub fn clock_skew_ms(&self) -> Millis {
        self.faults.clock_skew_ms()
    }

    /// Whether new sockets are refused.
    pub(crate) fn refuses_sockets(&self, now: Millis) -> bool {
        now < self.faults.sockets_refused_until || self.is_down(now)
    }

    /// Ends the down time when it is over.
    pub(crate) fn tick_faults(&mut self, now: Millis) {
        if self.faults.down_until.is_some_and(|until| until <= now) {
            self.faults.down_until = None;
            self.live.started(now);
        }
    }

    fn restart(&mut self, stop: Stop, down_ms: Millis, now: Millis) {
        self.live.stop(stop, now);
        self.faults.down_until = Some(now + down_ms);
    }
}
