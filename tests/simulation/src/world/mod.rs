//! The world of one run: everything virtual around the real engine, link and sandbox, and the loop that goes from one event
//! to the next.

mod ambush;
mod drafting;
mod editing;
mod local;
mod net;
mod people;
mod rest;
mod steps;
mod tabs;
mod workers;
mod writes;

use std::collections::{BTreeMap, VecDeque};

use fastrand::Rng;
use panels_core::{engine::Input, error::SubscriptionError, protocol::FromTab};
use panels_sandbox::sandbox::SocketId as ServerSocket;

use crate::{
    action::Ambush,
    checkers::{Drafts, Ledger, Violation, Words},
    network::{Conn, Path},
    plan::Plan,
    planted::Planted,
    profile::Profile,
    queue::{Millis, Queue},
    server::{START, Server},
    storage::{Command, Storage},
    tab::{Tab, ToTab},
    trace::{Trace, Who},
    truth::Truth,
    worker::{PortNo, Worker},
};

/// What a run may not exceed, besides some for every second that is planned: more means that it goes round in circles.
const EVENTS_MAX: u64 = 2_000_000;
/// A person with a few tabs makes tens of events in a second, a storm thousands.
const EVENTS_PER_SECOND_MAX: u64 = 100;

/// One thing that will happen.
#[derive(Debug)]
pub(crate) enum Event {
    /// A step of the plan.
    Step(usize),
    /// Something reaches a worker.
    Worker(usize, ToWorker),
    /// Something reaches a tab.
    Tab(usize, ToTab),
    /// Something reaches the server.
    Server(ToServer),
    /// The storage of a worker's profile carries out a command; what it tells belongs to that opening of the cache.
    Storage(usize, u64, Command),
    /// A worker may hold the owner lock of its profile.
    Owner(usize),
    /// Somebody signs in.
    SignIn(usize),
    /// A profile wakes up.
    Wake(usize),
    /// The network of a profile is back, and the browser says so.
    Online(usize, bool),
    /// What a sign-out of a worker left on disk is looked at.
    Wiped(usize),
    /// A claim about freshness must have become true by now.
    Claim(Box<crate::checkers::Claim>),
    /// A lag that was noticed must be over, or the tab must not say `Live`.
    Deadline(usize),
}

/// What can reach a worker.
#[derive(Debug)]
pub(crate) enum ToWorker {
    /// Its script has run.
    Ready,
    /// A message of a tab, by that port.
    Port(usize, PortNo, Box<FromTab>),
    /// The alarm of that number.
    Alarm(u64),
    /// The engine hears something.
    Input(Box<Input>),
    /// The engine hears something of the cache, if that opening is still the one in use.
    Cache(u64, Box<Input>),
    /// The same of the outbox.
    Outbox(u64, Box<Input>),
    /// The engine hears something of a connection, if it is still the one in use.
    Conn(usize, panels_core::engine::SocketEvent),
    /// A tab is gone.
    TabDied(usize),
    /// A worker of another build wants to take over.
    Retire,
}

/// What can reach the server.
#[derive(Debug)]
pub(crate) enum ToServer {
    /// Its own timer.
    Tick,
    /// Somebody wants a socket.
    Open(usize),
    /// A frame.
    Frame(usize, String),
    /// The end of a connection.
    Closed(usize),
    /// A request of a worker, and when its patience ends.
    Http(usize, Box<panels_core::engine::HttpRequest>, Millis),
}

/// See the module.
pub(crate) struct World {
    pub(crate) plan: Plan,
    pub(crate) now: Millis,
    pub(crate) queue: Queue<Event>,
    pub(crate) server: Server,
    pub(crate) truth: Truth,
    pub(crate) profiles: Vec<Profile>,
    pub(crate) workers: Vec<Worker>,
    pub(crate) tabs: Vec<Tab>,
    pub(crate) conns: Vec<Conn>,
    pub(crate) by_server: BTreeMap<ServerSocket, usize>,
    /// For what only browsers draw: local latencies, think times.
    pub(crate) rng: Rng,
    /// For what colleagues write.
    pub(crate) colleague: Rng,
    /// For what people edit.
    pub(crate) editor: Rng,
    /// Edits that were named.
    pub(crate) edits_named: u32,
    /// What waits for edits on their way.
    pub(crate) ambushes: VecDeque<Ambush>,
    /// Every edit there ever was.
    pub(crate) ledger: Ledger,
    /// Everything that was ever half typed.
    pub(crate) drafts: Drafts,
    pub(crate) config: String,
    pub(crate) tick_at: Option<Millis>,
    pub(crate) listeners: u64,
    pub(crate) ports: u64,
    /// Deleted resources that can be restored.
    pub(crate) deleted: Vec<serde_json::Value>,
    /// The stream has been unreliable since: only the staleness bound holds.
    pub(crate) unreliable: bool,
    /// Everything has healed.
    pub(crate) calm: bool,
    pub(crate) words: Words,
    pub(crate) violation: Option<Violation>,
    pub(crate) planted: Planted,
    pub(crate) trace: Trace,
    /// Requests as they leave the engines, where somebody wants to know.
    pub(crate) requests: Option<Vec<String>>,
    pub(crate) events: u64,
    pub(crate) stats: Stats,
}

/// Figures of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Inputs that engines took.
    pub turns: u64,
    /// Requests that engines sent.
    pub requests: u64,
    /// Most requests of one worker within a minute.
    pub requests_per_minute_max: usize,
    /// Most sockets that one worker opened within a minute.
    pub sockets_per_minute_max: usize,
    /// Frames that reached engines.
    pub frames: u64,
    /// Versions that the stream should have brought and a search found, in engines that were alive at the end.
    pub missed: u64,
    /// Virtual milliseconds until everything was right after the faults had ended.
    pub settled_ms: Millis,
    /// Virtual milliseconds of the whole run.
    pub virtual_ms: Millis,
    /// Longest that a visible, live tab lacked a change.
    pub lag_ms_max: Millis,
}

impl World {
    pub(crate) fn new(plan: Plan, planted: Planted, traced: bool) -> Self {
        let mut seeds = Rng::with_seed(plan.seed);
        let (server, truth, words) = Server::new(plan.size, &plan.server, seeds.u64(..));
        let profiles = plan.profiles.iter().enumerate();
        let profiles = profiles
            .map(|(index, profile)| Profile {
                user: profile.user,
                clock_ahead_ms: profile.clock_ahead_ms,
                clock_set_at: 0,
                set_back_ms: 0,
                address: format!("10.0.0.{index}"),
                asleep_until: None,
                slept_at: 0,
                timers_resume: false,
                woke_at: 0,
                path: Path::new(profile.quality, seeds.u64(..)),
                storage: Storage::default(),
                storage_free_at: 0,
                outbox_free_at: 0,
                owner: None,
                owners_waiting: Default::default(),
                build: 1,
                signed_out_until: 0,
                sign_in_planned: false,
                online: true,
            })
            .collect();
        let mut world = Self {
            now: START,
            queue: Queue::default(),
            server,
            truth,
            profiles,
            workers: Vec::new(),
            tabs: Vec::new(),
            conns: Vec::new(),
            by_server: BTreeMap::new(),
            rng: Rng::with_seed(seeds.u64(..)),
            colleague: Rng::with_seed(seeds.u64(..)),
            editor: Rng::with_seed(plan.seed ^ 0x7479_7065),
            edits_named: 0,
            ambushes: VecDeque::new(),
            ledger: Ledger::default(),
            drafts: Drafts::default(),
            config: format!(
                // Its seeds are about rows; panels that people make are a part of them.
                r#"{{"server":"{}","sharedPanels":false}}"#,
                crate::server::BASE
            ),
            tick_at: None,
            listeners: 0,
            ports: 0,
            deleted: Vec::new(),
            unreliable: planted.makes_stream_unreliable(),
            calm: false,
            words,
            violation: None,
            planted,
            trace: Trace::new(traced, START),
            requests: None,
            events: 0,
            stats: Stats::default(),
            plan,
        };
        for index in 0..world.plan.steps.len() {
            let at = START + world.plan.steps[index].at_ms;
            world.queue.push(at, Event::Step(index));
        }
        for profile in 0..world.profiles.len() {
            for _ in 0..world.plan.profiles[profile].tabs {
                world.open_tab(profile);
            }
        }
        world.plan_tick();
        world
    }

    /// Runs to the end: the steps of the plan, then calm until everything is right.
    pub(crate) fn run(&mut self) {
        let end = START + self.plan.duration_ms;
        self.run_until(end);
        if self.violation.is_none() {
            self.come_to_rest();
        }
        self.stats.virtual_ms = self.now - START;
        let engines = self
            .workers
            .iter()
            .filter_map(|worker| worker.engine.as_ref());
        let missed = engines.map(|engine| engine.counters().of(SubscriptionError::EventMissed));
        self.stats.missed = missed.sum();
    }

    /// Goes from event to event up to a moment, or to the first violation.
    pub(crate) fn run_until(&mut self, end: Millis) {
        while self.violation.is_none() {
            if self.queue.next_due().is_none_or(|at| at > end) {
                self.now = end;
                return;
            }
            let Some((at, event)) = self.queue.pop() else {
                return;
            };
            self.now = self.now.max(at);
            self.events += 1;
            let planned_s = self.plan.duration_ms.unsigned_abs() / 1_000;
            if self.events > EVENTS_MAX + planned_s * EVENTS_PER_SECOND_MAX {
                return self.violate(6, "the world does not come to rest".to_owned());
            }
            self.happen(at, event);
        }
    }

    fn happen(&mut self, due: Millis, event: Event) {
        let Some(event) = self.unless_held(due, event) else {
            return;
        };
        match event {
            Event::Step(index) => self.step(index),
            Event::Worker(worker, what) => self.reach_worker(worker, what),
            Event::Tab(tab, what) => self.reach_tab(tab, what),
            Event::Server(what) => self.reach_server(what),
            Event::Storage(worker, opening, command) => self.use_storage(worker, opening, command),
            Event::Owner(worker) => self.own(worker),
            Event::SignIn(profile) => self.sign_in(profile),
            Event::Wake(profile) => self.wake(profile),
            Event::Online(profile, online) => self.set_online(profile, online),
            Event::Wiped(worker) => self.check_wiped(worker),
            Event::Claim(claim) => self.judge_claim(&claim),
            Event::Deadline(tab) => self.check_deadline(tab),
        }
    }

    /// Holds back what concerns a machine that sleeps or a tab that is stopped.
    fn unless_held(&mut self, due: Millis, event: Event) -> Option<Event> {
        let (profile, frozen) = match &event {
            Event::Worker(worker, _) | Event::Storage(worker, ..) => {
                (self.workers[*worker].profile, None)
            }
            Event::Tab(tab, _) => (self.tabs[*tab].profile, self.tabs[*tab].frozen_until),
            _ => return Some(event),
        };
        if let Some(until) = self.profiles[profile]
            .asleep_until
            .filter(|until| self.now < *until)
        {
            let profile = &self.profiles[profile];
            let is_alarm = matches!(
                event,
                Event::Worker(_, ToWorker::Alarm(_)) | Event::Tab(_, ToTab::Alarm(_))
            );
            let left_ms = if is_alarm && profile.timers_resume {
                (due - profile.slept_at).max(0)
            } else {
                0
            };
            self.queue.push(until + left_ms, event);
            return None;
        }
        if let Some(until) = frozen.filter(|until| self.now < *until) {
            self.queue.push(until, event);
            return None;
        }
        Some(event)
    }

    /// Notes the first violation; the run ends with it.
    pub(crate) fn violate(&mut self, invariant: u8, what: String) {
        if self.violation.is_none() {
            self.trace.line(self.now, Who::Check, || {
                format!("invariant {invariant}: {what}")
            });
            self.violation = Some(Violation {
                invariant,
                what,
                at_ms: self.now - START,
            });
        }
    }
}
