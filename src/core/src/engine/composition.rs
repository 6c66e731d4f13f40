//! The composition root: wires the parts, decides nothing that a part could decide.

use super::{
    Counters, HttpAnswer, HttpFailure, Input, LogLevel, Output,
    caching::Restoring,
    exports::WaitingExport,
    io::{Io, Queued},
    requests::{Finished, Lane, Purpose, Request},
    sight::OutOfSight,
};
use crate::{
    audit::Trail,
    cache::Cache,
    collections::{Map, Set},
    config::Config,
    connection::{Connection, IdleReason},
    edit::Outbox,
    error::{ConnectionError, StateError},
    handlers::Panels,
    identity::{BuildId, InstanceId, RequestId, ResourceKey, ResourceType, TabId},
    limits,
    protocol::{
        EditsNews, Freshness, PollingReason, RecordContent, SignedOutReason, StorageView,
        WorkerMessage,
    },
    quarantine::{Quarantine, SetAside},
    reconcile::Reconcile,
    replica::Replica,
    session::{self, Session},
    settings::SettingsKeeper,
    shelf::Shelf,
    subscription::Subscriptions,
    tabs::Tabs,
    time::Timestamp,
    timer::Timer,
};

/// What an engine is made of.
#[derive(Clone)]
pub struct EngineSettings {
    /// The validated configuration of the first tab.
    pub config: Config,
    /// What the worker was built from.
    pub build: BuildId,
    /// This life of the worker.
    pub instance: InstanceId,
    /// Seed for jitter; any number.
    pub seed: u64,
    /// 32 bytes of `crypto.getRandomValues`, for what must be unguessable.
    pub entropy: [u8; 32],
}

/// See the module `engine` for the contract: [`Engine::handle`] one input, then [`Engine::poll_output`] until `None`.
#[derive(Debug)]
pub struct Engine {
    pub(super) io: Io,
    pub(super) session: Session,
    pub(super) connection: Connection,
    pub(super) subscriptions: Subscriptions,
    pub(super) reconcile: Reconcile,
    pub(super) cache: Cache,
    pub(super) restoring: Restoring,
    pub(super) told_storage: StorageView,
    /// Types of which there are more resources than may be loaded.
    pub(super) over_limit: Set<ResourceType>,
    /// Resources that could not be taken.
    pub(super) quarantine: Quarantine,
    pub(super) replica: Replica,
    pub(super) out_of_sight: OutOfSight,
    pub(super) outbox: Outbox,
    pub(super) audit: Trail,
    pub(super) settings: SettingsKeeper,
    /// Files that tabs may make as soon as it is written down.
    pub(super) exports: Vec<WaitingExport>,
    /// A tab wants to sign out, and what is stored of the outbox is not known yet.
    pub(super) sign_out_asked: Option<TabId>,
    /// How often somebody has left: the storage answers to each time by itself.
    pub(super) departures: u64,
    /// Ends of edits that go with the session, told with its end.
    pub(super) farewell: Option<EditsNews>,
    pub(super) tabs: Tabs,
    pub(super) panels: Panels,
    pub(super) shelf: Shelf,
    pub(super) polling: Option<PollingReason>,
    /// Resources that are being read, and since when.
    pub(super) reading: Map<ResourceKey, Timestamp>,
    /// Those of them that must be read once more: the answer on its way is to an older question.
    pub(super) reading_again: Set<ResourceKey>,
    /// Open records as last shown, so that a drawer keeps what was deleted under it.
    pub(super) shown: Map<ResourceKey, RecordContent>,
    pub(super) timelines: super::timelines::Timelines,
    pub(super) flushed_at: Timestamp,
    pub(super) counts_dirty: bool,
    pub(super) started: Timestamp,
    /// Since when the user has the rights of now.
    pub(super) entitled_at: Timestamp,
    pub(super) streamed: Option<Timestamp>,
    /// Sockets were found to be blocked, and that was said.
    pub(super) sockets_blocked: bool,
    /// When the machine last woke up.
    pub(super) woke_at: Option<Timestamp>,
    pub(super) told: Option<(Freshness, Timestamp)>,
    wake_at: Option<Timestamp>,
}

/// The types that are loaded and watched.
pub(super) fn watched() -> [ResourceType; 2] {
    [ResourceType::Task, ResourceType::Patient]
}

impl Engine {
    /// A new engine. Its first outputs ask for the stored session.
    pub fn new(settings: EngineSettings, now: Timestamp) -> Self {
        let mut io = Io::new(settings.config, settings.seed, now);
        io.push(Output::LoadSession);
        io.log(
            LogLevel::Info,
            format!("the engine of build {} starts", settings.build),
        );
        let mut engine = Self {
            io,
            session: Session::new(settings.entropy),
            connection: Connection::new(),
            subscriptions: Subscriptions::default(),
            reconcile: Reconcile::default(),
            cache: Cache::default(),
            restoring: Restoring::default(),
            told_storage: StorageView::Unknown,
            over_limit: Set::default(),
            quarantine: Quarantine::default(),
            out_of_sight: OutOfSight::default(),
            replica: Replica::default(),
            outbox: Outbox::default(),
            audit: Trail::new(settings.instance.clone()),
            settings: SettingsKeeper::default(),
            exports: Vec::new(),
            sign_out_asked: None,
            departures: 0,
            farewell: None,
            tabs: Tabs::new(settings.instance),
            panels: Panels::default(),
            shelf: Shelf::default(),
            polling: None,
            reading: Map::default(),
            reading_again: Set::default(),
            shown: Map::default(),
            timelines: Default::default(),
            flushed_at: Timestamp(i64::MIN),
            counts_dirty: false,
            started: now,
            entitled_at: now,
            streamed: None,
            sockets_blocked: false,
            woke_at: None,
            told: None,
            wake_at: None,
        };
        engine.finish();
        engine
    }

    /// Takes one input. Drain [`Engine::poll_output`] afterwards.
    pub fn handle(&mut self, now: Timestamp, input: Input) {
        self.io.set_clock(now);
        self.io.server_time = self.connection.clock().latest();
        self.replica.queue().set_now(self.io.now);
        self.notice_sleep();
        match input {
            Input::Tab { tab, message } => self.on_tab(&tab, message),
            Input::TabGone { tab } => self.on_tab_gone(&tab),
            Input::Socket { socket, event } => self.on_socket(socket, event),
            Input::Http { request, result } => self.on_http(request, result),
            // It may have come too early for what it was asked for: a clock that was set back a little makes it so.
            Input::Timer => self.wake_at = None,
            Input::SessionLoaded { text } => {
                let event = self.session.on_loaded(&mut self.io, text.as_deref());
                self.on_session(event);
            }
            Input::StorageSettled { number } if number == self.departures => self.on_left(),
            // The answer to an earlier one, for which nobody has waited.
            Input::StorageSettled { .. } => {}
            Input::Cache(event) => self.on_cache(event),
            Input::Outbox(event) => self.outbox.on_disk(&mut self.io, event),
            Input::Audit(event) => self.audit.on_disk(&mut self.io, event),
            Input::Settings(event) => self.on_settings(event),
        }
        self.run_timers();
        self.finish();
    }

    /// The next thing to do; `None` when there is nothing left.
    pub fn poll_output(&mut self) -> Option<Output> {
        loop {
            let output = match self.io.pop()? {
                Queued::Output(output) => Some(output),
                Queued::Snapshot(snapshot) => self.next_part(snapshot),
            };
            if output.is_some() {
                return output;
            }
        }
    }

    /// Resources that could not be taken, for support: which, why and when, and nothing of what is in them.
    pub fn quarantine(&self) -> Vec<SetAside> {
        self.quarantine.list()
    }

    /// What was seen so far.
    pub fn counters(&self) -> Counters {
        self.io.counters
    }

    fn on_http(&mut self, request: RequestId, result: Result<HttpAnswer, HttpFailure>) {
        let now = self.io.now;
        if let Some(error) = ConnectionError::of(&result) {
            self.io.count(error);
        }
        match self
            .io
            .requests
            .finish(request, result, now, &mut self.io.rng)
        {
            Finished::Deliver(purpose, outcome) => {
                if matches!(&outcome, Ok(answer) if answer.status == 410) {
                    self.session.check_access(&mut self.io);
                }
                self.on_answer(purpose, outcome);
            }
            Finished::NeedsToken => {
                let event = self.session.on_unauthorized(&mut self.io);
                self.on_session(event);
            }
            Finished::Retrying => {}
            Finished::Unknown => {
                self.io.count(StateError::AnswerUnknown);
            }
        }
    }

    /// Whoever carries requests out owes an answer in time; one that never comes must not hold up anything.
    fn give_up_overdue(&mut self) {
        while let Some(request) = self.io.requests.overdue(self.io.now) {
            self.io.push(Output::AbortHttp { request });
            self.on_http(request, Err(HttpFailure::TimedOut));
        }
    }

    pub(super) fn on_session(&mut self, event: Option<session::Event>) {
        match event {
            None | Some(session::Event::Renewed) => {}
            Some(session::Event::Changed) => self.tell_session(),
            Some(session::Event::Failed(tab, reason)) => {
                self.tell_session();
                if self.tabs.is_admitted(&tab) {
                    self.io.tell(&tab, WorkerMessage::SignInFailed { reason });
                }
            }
            Some(session::Event::SignedIn) => {
                self.on_signed_in();
                self.note_sign_in();
            }
            Some(session::Event::SignedOut) => self.on_signed_out(),
            Some(session::Event::Switched) => self.on_switched(),
        }
    }

    fn on_signed_in(&mut self) {
        let Some(identity) = self.session.identity().cloned() else {
            return;
        };
        self.io.log(LogLevel::Info, "signed in");
        self.entitled_at = self.io.now;
        if !self.session.is_restored() {
            // Somebody waits for the first rows.
            self.io.requests.skip_turn(self.io.now);
        }
        self.panels = Panels::built_in(&identity.profile, &identity.permissions);
        self.panels
            .set_day(self.io.clock_now(), self.tabs.zone_offset_minutes());
        self.tabs.open_channel(&mut self.io);
        self.tell_session();
        self.open_settings(&identity);
        let bar = identity.permissions.may_write(&ResourceType::from("Basic"));
        self.shelf.start(&mut self.io, &identity.profile, bar.err());
        let panels = self.panels_message();
        self.tabs.tell_each(&mut self.io, &panels);
        self.watch_types();
        self.connection.start(&mut self.io);
        self.open_cache(&identity);
        self.open_outbox(&identity);
        self.open_audit(&identity);
        self.io
            .timers
            .set(Timer::Tick, self.io.now + limits::TICK_MS);
        self.counts_dirty = true;
    }

    /// The server knows the user by other rights than the stored session did: nothing of before may be shown.
    fn on_switched(&mut self) {
        self.io
            .log(LogLevel::Info, "the rights of the user have changed");
        self.forget_rows();
        self.on_signed_in();
    }

    pub(super) fn forget_rows(&mut self) {
        self.cache.wipe(&mut self.io);
        self.restoring = Restoring::default();
        self.over_limit.clear();
        self.quarantine.clear();
        self.out_of_sight.clear();
        self.subscriptions.forget(&mut self.io);
        self.connection
            .stop(&mut self.io, IdleReason::NobodySignedIn);
        self.reconcile.forget(&mut self.io);
        self.replica.wipe();
        self.panels = Panels::default();
        self.shelf.forget(&mut self.io);
        self.reading.clear();
        self.reading_again.clear();
        self.shown.clear();
        self.forget_timelines();
        self.polling = None;
        self.streamed = None;
        for timer in [
            Timer::Tick,
            Timer::Flush,
            Timer::Counts,
            Timer::Settle,
            Timer::StreamRetry,
        ] {
            self.io.timers.stop(timer);
        }
        self.tabs.close_channel(&mut self.io);
    }

    /// Reads one resource; once more if that is under way, since nobody knows when the server was asked.
    pub(super) fn read(&mut self, key: &ResourceKey) {
        if self.reading.contains_key(key) {
            self.reading_again.insert(key.clone());
            return;
        }
        self.reading.insert(key.clone(), self.io.now);
        let path = format!("fhir/R4/{key}");
        let mut request = Request::get(Purpose::Read(key.clone()), path);
        if self.tabs.is_open(key) {
            request.lane = Lane::First;
        }
        self.io.requests.send(request);
    }

    fn run_timers(&mut self) {
        while let Some(timer) = self.io.timers.take_expired(self.io.now) {
            self.on_timer(timer);
        }
    }

    fn on_timer(&mut self, timer: Timer) {
        match timer {
            Timer::SessionRefresh => {
                let event = self.session.on_timer(&mut self.io);
                self.on_session(event);
            }
            Timer::SessionCheck => self.session.on_check_timer(&mut self.io),
            Timer::ConnectTimeout
            | Timer::Reconnect
            | Timer::ProvenHealthy
            | Timer::Ping
            | Timer::PongDue
            | Timer::HeartbeatDue => {
                let event = self.connection.on_timer(&mut self.io, timer);
                self.on_connection(event);
            }
            Timer::Binding => {
                let events = self.subscriptions.on_timer(&mut self.io);
                self.on_subscriptions(events);
            }
            Timer::StreamRetry => self.retry_stream(),
            Timer::Requests => self.give_up_overdue(),
            Timer::Reconcile => self.reconcile.on_timer(&mut self.io),
            Timer::Settle => self.settle(),
            Timer::Cache => self.on_cache_timer(),
            Timer::Outbox => self.outbox.on_timer(&mut self.io),
            Timer::AuditStorage => self.audit.on_storage_timer(&mut self.io),
            Timer::Tick => self.on_tick(),
            Timer::Panels => self.shelf.on_timer(&mut self.io),
            Timer::Departure => self.on_left(),
            // What these announce is done at the end of every turn.
            Timer::Audit | Timer::Timelines | Timer::Flush | Timer::Counts => {}
        }
    }

    fn settle(&mut self) {
        for key in self.replica.disputes().take_due(self.io.now) {
            self.io.counters.settled += 1;
            self.read(&key);
        }
    }

    fn on_tick(&mut self) {
        if self.session.identity().is_none() {
            return;
        }
        self.session.prove_access(&mut self.io);
        self.io
            .timers
            .set(Timer::Tick, self.io.now + limits::TICK_MS);
        if self
            .panels
            .set_day(self.io.clock_now(), self.tabs.zone_offset_minutes())
        {
            self.reassign_all();
        } else if self.panels.is_due() {
            // Something is overdue by now that was not.
            self.reassign_all();
        }
    }

    /// The end of every turn: tell the tabs, send what may be sent, say when to come back.
    fn finish(&mut self) {
        for kind in self.replica.disputes().take_doubts() {
            self.reconcile.on_doubt(&mut self.io, &kind);
            self.subscriptions.replace(&mut self.io, &kind);
        }
        self.pump_edits();
        self.pump_audit();
        self.pump_exports();
        self.pump_timelines();
        self.publish();
        if let Some(at) = self.replica.disputes().next_due() {
            self.io.timers.set(Timer::Settle, at);
        }
        if self.connection.lost_since().is_some()
            && self.subscriptions.all_bound()
            && self.reconcile.all_caught_up()
        {
            self.connection.recovered();
            self.io.requests.on_stream_whole();
        }
        if self.subscriptions.all_bound() {
            self.polling = None;
            self.connection.on_useful();
        }
        self.tell_freshness();
        self.tell_storage();
        let on_screen = self.has_rows_to_paint_first();
        let shelf = self.shelf.revision();
        self.cache
            .schedule_write(&mut self.io, &self.replica, on_screen, shelf);
        self.io.pump_requests();
        let next = self.io.timers.next().map(|at| self.io.clock_time(at));
        if let Some(at) = next
            && self.wake_at != next
        {
            self.io.push(Output::WakeAt(at));
        }
        self.wake_at = next;
    }

    pub(super) fn tell_session(&mut self) {
        let message = self.session_message();
        self.tabs.tell_each(&mut self.io, &message);
    }

    pub(super) fn session_message(&self) -> WorkerMessage {
        WorkerMessage::Session {
            session: self.session.view(),
            channel: self.tabs.channel().cloned(),
        }
    }

    /// Why nobody is signed in, if so: for tests and diagnostics.
    pub fn signed_out(&self) -> Option<SignedOutReason> {
        self.session.signed_out()
    }

    pub(super) fn on_tab_gone(&mut self, tab: &TabId) {
        if let Some(record) = self.tabs.remove(tab) {
            self.release_record(&record);
        }
        self.exports.retain(|waiting| waiting.tab != *tab);
        self.watch_types();
    }
}
