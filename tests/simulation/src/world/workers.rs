//! Workers: starting, admission, the loop around the engine, dying. As in `panels-worker`.

use panels_core::{
    config::Config,
    engine::{
        Engine, EngineSettings, HttpFailure, HttpMethod, Input, OutboxOrder, Output, SocketEvent,
    },
    identity::InstanceId,
    limits,
    protocol::{FromTab, RefusalReason, TabMessage, WorkerMessage},
    time::Timestamp,
};

use super::{Event, ToWorker, World};
use crate::{
    action::Ambush,
    checkers::WorkerChecks,
    network::Way,
    queue::Millis,
    storage::Command,
    tab::ToTab,
    trace::Who,
    worker::{PortNo, Worker, build_id},
};

/// How long a browser takes to fetch and start the worker's script.
const START_MS: std::ops::Range<Millis> = 20..300;
/// How long it takes until a released lock is handed on.
const LOCK_MS_MAX: Millis = 20;
/// Longest timer that browsers take.
const TIMER_MS_MAX: Millis = i32::MAX as Millis;

impl World {
    /// The worker that a tab of this build gets: the running one, or a new one.
    pub(super) fn worker_for(&mut self, profile: usize, build: u32) -> usize {
        let running = self
            .workers
            .iter()
            .position(|worker| worker.alive && worker.profile == profile && worker.build == build);
        if let Some(worker) = running {
            return worker;
        }
        let worker = self.workers.len();
        let instance = format!("{:08x}", self.rng.u32(..));
        self.workers.push(Worker {
            profile,
            build,
            build_id: build_id(build),
            instance: InstanceId::new(instance),
            alive: true,
            ready: false,
            backlog: Default::default(),
            engine: None,
            ports: Default::default(),
            channel: None,
            alarm: 0,
            conn: None,
            requests: Default::default(),
            patches: Default::default(),
            cache_openings: 0,
            said: 0,
            outbox_openings: 0,
            storage_commands_left: 0,
            started_at: self.now,
            checks: WorkerChecks::default(),
        });
        self.trace.line(self.now, Who::Worker(worker), || {
            format!("= starts for p{profile}, build {build}")
        });
        let at = self.now + self.rng.i64(START_MS);
        self.queue.push(at, Event::Worker(worker, ToWorker::Ready));
        worker
    }

    pub(super) fn reach_worker(&mut self, worker: usize, what: ToWorker) {
        if !self.workers[worker].alive {
            return;
        }
        match what {
            ToWorker::Ready => self.ready(worker),
            ToWorker::Port(tab, port, message) => {
                if self.workers[worker].ready {
                    self.heard(worker, tab, port, *message);
                } else {
                    let backlog = &mut self.workers[worker].backlog;
                    backlog.push_back((tab, port, *message));
                }
            }
            ToWorker::Alarm(number) => {
                if self.workers[worker].alarm == number {
                    self.feed(worker, Input::Timer);
                }
            }
            ToWorker::Input(input) => {
                if let Input::Http { request, .. } = &*input
                    && !self.workers[worker].requests.remove(request)
                {
                    return;
                }
                self.feed(worker, *input);
            }
            ToWorker::Cache(opening, input) => {
                if self.workers[worker].cache_openings == opening {
                    self.feed(worker, *input);
                }
            }
            ToWorker::Outbox(opening, input) => {
                if self.workers[worker].outbox_openings == opening {
                    self.feed(worker, *input);
                }
            }
            ToWorker::Conn(conn, event) => self.hear_conn(worker, conn, event),
            ToWorker::TabDied(tab) => {
                let id = self.tabs[tab].id.clone();
                self.workers[worker].ports.remove(&id);
                self.feed(worker, Input::TabGone { tab: id });
            }
            ToWorker::Retire => self.retire(worker),
        }
    }

    fn ready(&mut self, worker: usize) {
        self.workers[worker].ready = true;
        let profile = self.workers[worker].profile;
        self.profiles[profile].owners_waiting.push_back(worker);
        if self.profiles[profile].owner.is_none() {
            self.hand_on_ownership(profile);
        }
        // Those of another build are asked to make room.
        let build = self.workers[worker].build;
        for other in 0..self.workers.len() {
            let rival = &self.workers[other];
            if rival.alive && rival.ready && rival.profile == profile && rival.build != build {
                self.queue
                    .push(self.now + 1, Event::Worker(other, ToWorker::Retire));
            }
        }
        for (tab, port, message) in std::mem::take(&mut self.workers[worker].backlog) {
            self.heard(worker, tab, port, message);
        }
    }

    fn hand_on_ownership(&mut self, profile: usize) {
        if let Some(next) = self.profiles[profile].owners_waiting.front() {
            let at = self.now + self.rng.i64(0..=LOCK_MS_MAX);
            self.queue.push(at, Event::Owner(*next));
        }
    }

    /// The lock is granted; if whoever was next died meanwhile, the one after it is.
    pub(super) fn own(&mut self, worker: usize) {
        let profile = self.workers[worker].profile;
        if self.profiles[profile].owner.is_some() {
            return;
        }
        let waiting = &mut self.profiles[profile].owners_waiting;
        if waiting.front() == Some(&worker) {
            waiting.pop_front();
            self.profiles[profile].owner = Some(worker);
        } else {
            self.hand_on_ownership(profile);
        }
    }

    fn is_owner(&self, worker: usize) -> bool {
        self.profiles[self.workers[worker].profile].owner == Some(worker)
    }

    fn heard(&mut self, worker: usize, tab: usize, port: PortNo, message: FromTab) {
        let hello = matches!(message.body, TabMessage::Hello { .. });
        if !hello && message.instance.as_ref() != Some(&self.workers[worker].instance) {
            let reason = RefusalReason::InstanceChanged;
            return self.post_to_port(worker, tab, port, WorkerMessage::Refused { reason });
        }
        if let TabMessage::Hello { config, .. } = &message.body {
            if !self.is_owner(worker) {
                return;
            }
            if let Err(error) = self.ensure_engine(worker, config) {
                let reason = RefusalReason::ConfigInvalid { message: error };
                return self.post_to_port(worker, tab, port, WorkerMessage::Refused { reason });
            }
            let ports = &mut self.workers[worker].ports;
            let new = ports.insert(message.tab.clone(), (tab, port)).is_none();
            if new && !self.tabs[tab].alive {
                // Its lock is free already.
                let event = Event::Worker(worker, ToWorker::TabDied(tab));
                self.queue.push(self.now + 1, event);
            }
        }
        if self.workers[worker].engine.is_some() {
            let gone = message.body == TabMessage::Goodbye;
            let (tab, message) = (message.tab, message.body);
            let input = if gone {
                Input::TabGone { tab }
            } else {
                Input::Tab { tab, message }
            };
            self.feed(worker, input);
        }
    }

    fn ensure_engine(&mut self, worker: usize, config: &str) -> Result<(), String> {
        if self.workers[worker].engine.is_some() {
            return Ok(());
        }
        let config = Config::parse(config).map_err(|error| error.to_string())?;
        let mut entropy = [0; 32];
        self.rng.fill(&mut entropy);
        let settings = EngineSettings {
            config,
            build: self.workers[worker].build_id.clone(),
            instance: self.workers[worker].instance.clone(),
            seed: self.rng.u64(..),
            entropy,
        };
        let clock = self.worker_clock(worker);
        self.workers[worker].engine = Some(Engine::new(settings, clock));
        self.feed(worker, Input::Timer);
        Ok(())
    }

    /// The loop around the engine: one input with the time, then everything it asks for.
    pub(super) fn feed(&mut self, worker: usize, input: Input) {
        let Some(input) = self.planted_input(worker, input) else {
            return;
        };
        self.trace_input(worker, &input);
        let clock = self.worker_clock(worker);
        if self.workers[worker].engine.is_none() {
            return;
        }
        self.stats.turns += 1;
        let answers = matches!(input, Input::Http { .. }) && self.sent_patch(worker, &input);
        if let Input::Tab {
            message: TabMessage::SignOutDiscarding,
            ..
        } = &input
        {
            self.note_discarding(worker);
        }
        let Some(engine) = self.workers[worker].engine.as_mut() else {
            return;
        };
        engine.handle(clock, input);
        while let Some(output) = self.workers[worker]
            .engine
            .as_mut()
            .and_then(Engine::poll_output)
        {
            if self.planted.is_none() {
                self.check_output(worker, &output);
                self.carry_out(worker, output);
                continue;
            }
            for output in self.planted_output(worker, output) {
                self.check_output(worker, &output);
                self.carry_out(worker, output);
            }
        }
        self.check_memory(worker);
        if answers {
            self.ambush_worker(worker, Ambush::DiesAnswered);
        }
    }

    /// Whether this is the answer to an edit.
    fn sent_patch(&mut self, worker: usize, input: &Input) -> bool {
        matches!(input, Input::Http { request, .. } if self.workers[worker].patches.remove(request))
    }

    /// The time that an engine is told.
    fn worker_clock(&self, worker: usize) -> Timestamp {
        let clock = self.profiles[self.workers[worker].profile].clock(self.now);
        self.planted_clock(worker, clock)
    }

    fn carry_out(&mut self, worker: usize, output: Output) {
        match output {
            Output::OpenSocket { socket, .. } => self.open_conn(worker, socket),
            Output::SendFrame { socket, text } => {
                let conn = self.workers[worker].conn;
                if let Some(conn) = conn.filter(|conn| self.conns[*conn].socket == socket) {
                    self.send_up(conn, text.reveal().to_owned());
                }
            }
            Output::CloseSocket { socket } => {
                let conn = self.workers[worker].conn;
                if let Some(conn) = conn.filter(|conn| self.conns[*conn].socket == socket) {
                    self.workers[worker].conn = None;
                    self.close_conn(conn);
                }
            }
            Output::Http(request) => self.send_request(worker, request),
            Output::AbortHttp { request } => {
                self.workers[worker].requests.remove(&request);
            }
            Output::WakeAt(at) => {
                let wait_ms = at.since_ms(self.worker_clock(worker));
                let wait_ms = self.planted_wait_ms(worker, wait_ms.clamp(0, TIMER_MS_MAX));
                self.workers[worker].alarm += 1;
                let alarm = ToWorker::Alarm(self.workers[worker].alarm);
                self.queue
                    .push(self.now + wait_ms, Event::Worker(worker, alarm));
            }
            Output::ToTab { tab, message } => {
                let port = self.workers[worker].ports.get(&tab).copied();
                if let Some((tab, port)) = port {
                    self.post_to_port(worker, tab, port, message);
                }
            }
            Output::ToAll { message } => self.post_to_channel(worker, message),
            Output::UseChannel { name } => self.workers[worker].channel = name,
            Output::LoadSession => self.ask_storage(worker, Command::LoadSession),
            Output::SaveSession { text } => {
                self.ask_storage(worker, Command::SaveSession(text.reveal().to_owned()));
            }
            Output::ForgetSession => self.ask_storage(worker, Command::ForgetSession),
            Output::SettleStorage { number } => self.settle_storage(worker, number),
            Output::OpenCache { name } => {
                self.workers[worker].cache_openings += 1;
                self.ask_storage(worker, Command::Open(name));
            }
            Output::WriteCache { write, changes } => {
                self.ask_storage(worker, Command::Write(write, changes));
            }
            Output::WipeCache => {
                self.workers[worker].cache_openings += 1;
                self.ask_storage(worker, Command::Wipe);
            }
            Output::Outbox(order) => {
                if !matches!(order, OutboxOrder::Write { .. }) {
                    self.workers[worker].outbox_openings += 1;
                }
                self.ask_storage(worker, Command::Outbox(order));
            }
            Output::Audit(order) => self.take_order(worker, &order, Input::Audit),
            Output::Settings(order) => self.take_order(worker, &order, Input::Settings),
            Output::Log { text, .. } => {
                self.trace
                    .line(self.now, Who::Worker(worker), || format!("log: {text}"));
            }
        }
    }

    fn send_request(&mut self, worker: usize, request: panels_core::engine::HttpRequest) {
        self.stats.requests += 1;
        if let Some(requests) = &mut self.requests {
            let path = crate::server::path_of(&request.url);
            requests.push(format!("{:?} {path}", request.method));
        }
        self.workers[worker].requests.insert(request.id);
        let deadline = self.now + Millis::from(request.timeout_ms);
        let patches = request.method == HttpMethod::Patch;
        if patches {
            self.workers[worker].patches.insert(request.id);
        }
        let path = &mut self.profiles[self.workers[worker].profile].path;
        if path.refused_until(self.now).is_some() {
            return self.fail_request(worker, request.id, self.now + 1, HttpFailure::Unreachable);
        }
        let arrival = path.arrival(self.now, Way::Up);
        if arrival >= deadline {
            return self.fail_request(worker, request.id, deadline, HttpFailure::TimedOut);
        }
        let event = super::ToServer::Http(worker, Box::new(request), deadline);
        self.queue.push(arrival, Event::Server(event));
        if patches {
            self.ambush_worker(worker, Ambush::DiesSent);
        }
    }

    /// The engine hears that there is no answer.
    pub(super) fn fail_request(
        &mut self,
        worker: usize,
        request: panels_core::identity::RequestId,
        at: Millis,
        failure: HttpFailure,
    ) {
        let result = Err(failure);
        let input = Input::Http { request, result };
        self.queue
            .push(at, Event::Worker(worker, ToWorker::Input(Box::new(input))));
    }

    fn hear_conn(&mut self, worker: usize, conn: usize, event: SocketEvent) {
        if self.workers[worker].conn != Some(conn) {
            return;
        }
        let socket = self.conns[conn].socket;
        if matches!(event, SocketEvent::Closed { .. }) {
            self.workers[worker].conn = None;
            self.conns[conn].client_open = false;
        } else if matches!(event, SocketEvent::Frame(_)) {
            self.stats.frames += 1;
        }
        self.feed(worker, Input::Socket { socket, event });
    }

    fn retire(&mut self, worker: usize) {
        let ports: Vec<_> = self.workers[worker].ports.values().copied().collect();
        for (tab, port) in ports {
            let reason = limits::ENDING_RETIRED.to_owned();
            self.post_to_port(worker, tab, port, WorkerMessage::Ending { reason });
        }
        self.kill_worker(worker);
        // What is to be kept is kept first.
        self.workers[worker].storage_commands_left = u32::MAX;
    }

    /// The worker is no more: its socket and requests break, its locks are free.
    pub(super) fn kill_worker(&mut self, worker: usize) {
        if !self.workers[worker].alive {
            return;
        }
        self.trace
            .line(self.now, Who::Worker(worker), || "= dies".to_owned());
        let profile = self.workers[worker].profile;
        let dying = &mut self.workers[worker];
        dying.alive = false;
        dying.engine = None;
        dying.requests.clear();
        dying.storage_commands_left = self.rng.u32(0..4);
        if let Some(conn) = dying.conn.take() {
            self.close_conn(conn);
        }
        self.profiles[profile]
            .owners_waiting
            .retain(|waiting| *waiting != worker);
        if self.profiles[profile].owner == Some(worker) {
            self.profiles[profile].owner = None;
            self.hand_on_ownership(profile);
        }
        let lock = format!("panels-worker-{}", self.workers[worker].instance);
        for tab in 0..self.tabs.len() {
            if self.tabs[tab].alive && self.tabs[tab].worker == Some(worker) {
                let at = self.now + self.rng.i64(0..=LOCK_MS_MAX);
                self.queue
                    .push(at, Event::Tab(tab, ToTab::WorkerDied(lock.clone())));
            }
        }
    }

    /// The browser stops the worker when its last tab is gone.
    pub(super) fn stop_worker_without_tabs(&mut self, profile: usize) {
        for worker in 0..self.workers.len() {
            let used = self
                .tabs
                .iter()
                .any(|tab| tab.alive && tab.worker == Some(worker));
            if self.workers[worker].profile == profile && self.workers[worker].alive && !used {
                self.kill_worker(worker);
            }
        }
    }

    fn trace_input(&mut self, worker: usize, input: &Input) {
        self.trace
            .line(self.now, Who::Worker(worker), || match input {
                Input::Tab { tab, message } => {
                    let text = format!("{message:?}");
                    let short: String = text.chars().take(100).collect();
                    format!("< {tab} {short}")
                }
                Input::TabGone { tab } => format!("< {tab} is gone"),
                Input::Socket { socket, event } => match event {
                    SocketEvent::Frame(text) => format!("< frame {}", short(text)),
                    other => format!("< socket {} {other:?}", socket.0),
                },
                Input::Http { request, result } => match result {
                    Ok(answer) => format!("< #{} {}", request.0, answer.status),
                    Err(failure) => format!("< #{} {failure:?}", request.0),
                },
                Input::Timer => "< timer".to_owned(),
                Input::SessionLoaded { text } => format!("< session, stored: {}", text.is_some()),
                Input::StorageSettled { .. } => "< storage settled".to_owned(),
                Input::Cache(event) => format!("< cache {event:?}"),
                Input::Outbox(event) => format!("< outbox {event:?}"),
                Input::Audit(event) => format!("< audit {event:?}"),
                Input::Settings(event) => format!("< settings {event:?}"),
            });
    }
}

/// What matters of a frame.
fn short(text: &str) -> String {
    let after = |mark: &str, chars: usize| {
        let rest = text.split(mark).nth(1)?;
        Some(rest.chars().take(chars).collect::<String>())
    };
    let kind = after("\"type\":\"", 7).unwrap_or_default();
    if !text.contains("event-notification") {
        return text.chars().take(24).collect::<String>() + &kind;
    }
    let version = after("\"versionId\":\"", 8).unwrap_or_default();
    let focus = after("\"focus\":{\"reference\":\"", 13).unwrap_or_default();
    let subscription = after("\"Subscription/", 8).unwrap_or_default();
    format!("event of {subscription}: {focus} {version}")
}
