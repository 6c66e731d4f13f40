//! What every part of the engine may use: the time, timers, seeded randomness, requests, and the queue of outputs.
//!
//! Must never know a part by name: parts use it, it uses none of them.

use std::collections::VecDeque;

use super::{
    LogLevel, Output, counters::Counters, rate_budget::Cost, requests::Requests,
    snapshot::Snapshot, steady::SteadyClock,
};
use crate::{
    config::Config,
    error::{EngineError, Recovery, StateError},
    identity::{SocketId, TabId},
    limits,
    protocol::{Secret, WorkerMessage},
    time::Timestamp,
    timer::TimerTable,
};

/// What waits to be taken.
#[derive(Debug)]
#[allow(
    clippy::large_enum_variant,
    reason = "nearly all are outputs, and few wait at a time"
)]
pub(crate) enum Queued {
    /// An output.
    Output(Output),
    /// Outputs that are made one by one when they are taken.
    Snapshot(Snapshot),
}

/// The surroundings of one turn of the engine.
#[derive(Debug)]
pub(crate) struct Io {
    /// Steady time of the input that is being handled: for waiting and measuring.
    pub(crate) now: Timestamp,
    steady: SteadyClock,
    /// When what is due.
    pub(crate) timers: TimerTable,
    /// For jitter only, never for secrets.
    pub(crate) rng: fastrand::Rng,
    /// HTTP requests on their way.
    pub(crate) requests: Requests,
    /// The latest time that the server named on this socket.
    pub(crate) server_time: Option<Timestamp>,
    /// The pace of the last poll, where something is polled.
    pub(crate) poll_every_ms: Option<i64>,
    /// What was seen.
    pub(crate) counters: Counters,
    /// What the hospital configured.
    pub(crate) config: Config,
    outputs: VecDeque<Queued>,
}

impl Io {
    /// An empty one.
    pub(crate) fn new(config: Config, seed: u64, now: Timestamp) -> Self {
        Self {
            now,
            steady: SteadyClock::new(now),
            timers: TimerTable::default(),
            rng: fastrand::Rng::with_seed(seed),
            requests: Requests::of_browsers(config.limits.browsers),
            server_time: None,
            poll_every_ms: None,
            counters: Counters::default(),
            config,
            outputs: VecDeque::new(),
        }
    }

    /// An input comes, and the clock says this.
    pub(crate) fn set_clock(&mut self, clock: Timestamp) {
        let set_back_ms = self.steady.advance(clock);
        self.now = self.steady.now();
        if set_back_ms > limits::CLOCK_STEP_MS {
            self.report_about(
                StateError::ClockSetBack,
                format_args!("by {} s", set_back_ms / 1000),
            );
        }
    }

    /// What the clock says at a moment of steady time: for people, and for what outlives the engine.
    pub(crate) fn clock_time(&self, steady: Timestamp) -> Timestamp {
        self.steady.clock_time(steady)
    }

    /// The moment of steady time at which the clock says this, as it goes now.
    pub(crate) fn steady_time(&self, clock: Timestamp) -> Timestamp {
        self.steady.steady_time(clock)
    }

    /// What the clock says now.
    pub(crate) fn clock_now(&self) -> Timestamp {
        self.clock_time(self.now)
    }

    /// Queues an output.
    pub(crate) fn push(&mut self, output: Output) {
        self.outputs.push_back(Queued::Output(output));
    }

    /// Queues a snapshot.
    pub(crate) fn push_snapshot(&mut self, snapshot: Snapshot) {
        self.outputs.push_back(Queued::Snapshot(snapshot));
    }

    /// Takes back what was taken: it is the next one again.
    pub(crate) fn put_back(&mut self, queued: Queued) {
        self.outputs.push_front(queued);
    }

    /// The next one.
    pub(crate) fn pop(&mut self) -> Option<Queued> {
        self.outputs.pop_front()
    }

    /// Queues a log record. The text must be free of patient data, ids of patients and secrets.
    pub(crate) fn log(&mut self, level: LogLevel, text: impl Into<String>) {
        self.push(Output::Log {
            level,
            text: text.into(),
        });
    }

    /// Counts an error without a word: one that happens often, or is told elsewhere. Tells how often it has happened.
    pub(crate) fn count(&mut self, error: impl Into<EngineError>) -> u64 {
        self.counters.errors.add(error.into())
    }

    /// Counts an error and logs it.
    pub(crate) fn report(&mut self, error: impl Into<EngineError>) {
        let error = error.into();
        self.count(error);
        self.log(level(error), error.to_string());
    }

    /// Counts an error and logs it with what it is about: a type, a status or another error, never data.
    pub(crate) fn report_about(
        &mut self,
        error: impl Into<EngineError>,
        about: impl std::fmt::Display,
    ) {
        let error = error.into();
        self.count(error);
        self.log(level(error), format!("{error}: {about}"));
    }

    /// Queues a message to one tab.
    pub(crate) fn tell(&mut self, tab: &TabId, message: WorkerMessage) {
        self.push(Output::ToTab {
            tab: tab.clone(),
            message,
        });
    }

    /// Queues a frame.
    pub(crate) fn send_frame(&mut self, socket: SocketId, text: impl Into<String>) {
        self.push(Output::SendFrame {
            socket,
            text: Secret::new(text),
        });
    }

    /// A random wait between nothing and `ms`: full jitter.
    pub(crate) fn jitter_ms(&mut self, ms: i64) -> i64 {
        self.rng.i64(0..=ms.max(0))
    }

    /// How long a periodic search should wait that wants to wait so long: the server's rate limit is for people first.
    pub(crate) fn paced_ms(&self, wanted_ms: i64) -> i64 {
        let cost = Cost {
            requests: limits::POLL_REQUESTS,
            points: limits::POLL_POINTS,
        };
        self.requests.budget().wait_ms(self.now, wanted_ms, cost)
    }

    /// Sends what may be sent now.
    pub(crate) fn pump_requests(&mut self) {
        while let Some(request) = self
            .requests
            .next_to_send(self.now, self.config.server.base_url())
        {
            self.push(Output::Http(request));
        }
        match self.requests.next_due(self.now) {
            Some(at) => self.timers.set(crate::timer::Timer::Requests, at),
            None => self.timers.stop(crate::timer::Timer::Requests),
        }
    }

    /// Forgets the requests that `which` chooses.
    pub(crate) fn cancel_requests(&mut self, which: impl Fn(&super::requests::Purpose) -> bool) {
        for request in self.requests.cancel(which) {
            self.push(Output::AbortHttp { request });
        }
    }
}

fn level(error: EngineError) -> LogLevel {
    match (error, error.recovery()) {
        (_, Recovery::Fatal) => LogLevel::Error,
        (EngineError::State(_), _) => LogLevel::Debug,
        _ => LogLevel::Warn,
    }
}
