//! The engine in front of a sandbox, in virtual time, with one tab: every output is carried out at once.

use std::{collections::VecDeque, time::Duration};

use cpu_time::ThreadTime;
use panels_core::{
    cache::{CacheChange, CacheEvent, CacheRecord, CacheStore},
    config::Config,
    engine::{
        Engine, EngineSettings, HttpAnswer, HttpRequest, Input, OutboxOrder, Output, SocketEvent,
    },
    identity::{BuildId, InstanceId, SocketId, TabId},
    protocol::{Secret, Surroundings, TabMessage, WorkerMessage},
    time::Timestamp,
};
use panels_sandbox::{
    Sandbox,
    clinic::{Clinic, DEMO_PASSWORD},
    faults::Served,
    sandbox::{HttpRequest as Asked, SocketOutput},
};
use std::collections::BTreeMap;

use crate::clinic::{self, BASE, NOW_MS};

/// See the module.
pub(crate) struct Client {
    pub(crate) engine: Engine,
    pub(crate) sandbox: Sandbox,
    pub(crate) clinic: Clinic,
    pub(crate) now_ms: i64,
    /// Messages to the tab.
    pub(crate) messages: Vec<WorkerMessage>,
    /// Time that the engine took.
    pub(crate) busy: Duration,
    /// The longest time that it took for one input.
    pub(crate) longest: Duration,
    /// What is stored.
    pub(crate) disk: BTreeMap<(CacheStore, String), String>,
    session: Option<String>,
    inputs: VecDeque<Input>,
    sockets: BTreeMap<u64, SocketId>,
    wake_ms: Option<i64>,
}

impl Client {
    /// A tab has said hello.
    pub(crate) fn new() -> Self {
        let (sandbox, clinic) = clinic::open();
        let mut client = Self {
            engine: engine(NOW_MS),
            sandbox,
            clinic,
            now_ms: NOW_MS,
            messages: Vec::new(),
            busy: Duration::ZERO,
            longest: Duration::ZERO,
            disk: BTreeMap::new(),
            session: None,
            inputs: VecDeque::new(),
            sockets: BTreeMap::new(),
            wake_ms: None,
        };
        client.say_hello();
        client
    }

    /// The worker is started anew, with what was stored.
    pub(crate) fn restart(&mut self) {
        for (number, _) in std::mem::take(&mut self.sockets) {
            let socket = panels_sandbox::sandbox::SocketId(number);
            self.sandbox.socket_closed(self.now_ms, socket);
        }
        self.inputs.clear();
        self.messages.clear();
        self.wake_ms = None;
        self.engine = engine(self.now_ms);
        self.say_hello();
    }

    fn say_hello(&mut self) {
        self.say(TabMessage::Hello {
            version_min: 1,
            version_max: 1,
            config: config(),
            surroundings: Surroundings {
                visible: true,
                online: true,
                woke: false,
                zone_offset_minutes: 0,
            },
        });
    }

    /// The first demo account signs in.
    pub(crate) fn sign_in(&mut self) {
        let email = self.clinic.accounts[0].email.clone();
        let password = Secret::new(DEMO_PASSWORD);
        self.say(TabMessage::SignIn { email, password });
    }

    /// The tab says something.
    pub(crate) fn say(&mut self, message: TabMessage) {
        let tab = TabId::new("tab");
        self.inputs.push_back(Input::Tab { tab, message });
        self.settle();
    }

    /// Lets so much time pass.
    pub(crate) fn run(&mut self, ms: i64) {
        let end_ms = self.now_ms + ms;
        loop {
            let ticks = [self.wake_ms, self.sandbox.next_tick()];
            let next_ms = ticks.into_iter().flatten().min().unwrap_or(end_ms);
            if next_ms > end_ms {
                break;
            }
            self.now_ms = self.now_ms.max(next_ms);
            self.sandbox.tick(self.now_ms);
            if self.wake_ms.is_some_and(|at| at <= self.now_ms) {
                self.wake_ms = None;
                self.inputs.push_back(Input::Timer);
            }
            self.settle();
        }
        self.now_ms = end_ms;
    }

    /// Carries out everything until nothing is left to do now.
    pub(crate) fn settle(&mut self) {
        loop {
            self.hear_sockets();
            while let Some(output) = self.engine.poll_output() {
                self.carry_out(output);
            }
            let Some(input) = self.inputs.pop_front() else {
                return;
            };
            let started = ThreadTime::now();
            self.engine.handle(Timestamp(self.now_ms), input);
            let took = started.elapsed();
            self.busy += took;
            self.longest = self.longest.max(took);
        }
    }

    /// Forgets how long the engine took so far.
    pub(crate) fn reset_clock(&mut self) {
        self.busy = Duration::ZERO;
        self.longest = Duration::ZERO;
    }

    fn hear_sockets(&mut self) {
        while let Some(output) = self.sandbox.poll_socket() {
            let (number, event) = match output {
                SocketOutput::Send(socket, text) => (socket.0, SocketEvent::Frame(text)),
                SocketOutput::Terminate(socket) => (socket.0, SocketEvent::Closed { code: 1006 }),
                SocketOutput::Close(socket, code) => (socket.0, SocketEvent::Closed { code }),
            };
            if let Some(socket) = self.sockets.get(&number).copied() {
                self.inputs.push_back(Input::Socket { socket, event });
            }
        }
    }

    fn carry_out(&mut self, output: Output) {
        match output {
            Output::OpenSocket { socket, .. } => {
                let opened = self
                    .sandbox
                    .socket_open(self.now_ms, "/ws/subscriptions-r4");
                let event = match opened {
                    Ok(opened) => {
                        self.sockets.insert(opened.0, socket);
                        SocketEvent::Opened
                    }
                    Err(_) => SocketEvent::Closed { code: 1006 },
                };
                self.inputs.push_back(Input::Socket { socket, event });
            }
            Output::SendFrame { socket, text } => {
                let open = self.sockets.iter().find(|(_, known)| **known == socket);
                if let Some((number, _)) = open {
                    let socket = panels_sandbox::sandbox::SocketId(*number);
                    self.sandbox
                        .socket_frame(self.now_ms, socket, text.reveal());
                }
            }
            Output::CloseSocket { socket } => self.sockets.retain(|_, known| *known != socket),
            Output::Http(request) => {
                let result = self.serve(&request);
                let request = request.id;
                let result = Ok(result);
                self.inputs.push_back(Input::Http { request, result });
            }
            Output::WakeAt(at) => self.wake_ms = Some(at.0),
            Output::ToTab { message, .. } | Output::ToAll { message } => {
                self.messages.push(message);
            }
            Output::LoadSession => {
                let text = self.session.clone();
                self.inputs.push_back(Input::SessionLoaded { text });
            }
            Output::SaveSession { text } => self.session = Some(text.reveal().to_owned()),
            Output::SettleStorage { number } => {
                self.inputs.push_back(Input::StorageSettled { number });
            }
            Output::OpenCache { .. } => self.load_cache(),
            Output::WriteCache { write, changes } => {
                for change in changes {
                    self.store(change);
                }
                let result = Ok(1);
                self.inputs
                    .push_back(Input::Cache(CacheEvent::Written { write, result }));
            }
            Output::WipeCache => self.disk.clear(),
            Output::Outbox(OutboxOrder::Open { .. }) => {
                let ready = CacheEvent::Ready { stored_bytes: 0 };
                self.inputs.push_back(Input::Outbox(ready));
            }
            Output::Outbox(OutboxOrder::Write { write, .. }) => {
                let result = Ok(1);
                self.inputs
                    .push_back(Input::Outbox(CacheEvent::Written { write, result }));
            }
            Output::AbortHttp { .. }
            | Output::UseChannel { .. }
            | Output::ForgetSession
            | Output::Outbox(_)
            | Output::Audit(_)
            | Output::Settings(_)
            | Output::Log { .. } => {}
        }
    }

    fn store(&mut self, change: CacheChange) {
        match change {
            CacheChange::Put(record) => {
                let text = record.text.reveal().to_owned();
                self.disk.insert((record.store, record.key), text);
            }
            CacheChange::Delete { store, key } => {
                self.disk.remove(&(store, key));
            }
            CacheChange::Clear { store } => self.disk.retain(|(other, _), _| *other != store),
        }
    }

    fn load_cache(&mut self) {
        for store in CacheStore::ALL {
            let stored = self.disk.iter().filter(|((other, _), _)| other == store);
            for ((_, key), text) in stored {
                let record = CacheRecord {
                    store: *store,
                    key: key.clone(),
                    text: Secret::new(text.clone()),
                };
                self.inputs
                    .push_back(Input::Cache(CacheEvent::Record(record)));
            }
        }
        let ready = CacheEvent::Ready { stored_bytes: 1 };
        self.inputs.push_back(Input::Cache(ready));
    }

    fn serve(&mut self, request: &HttpRequest) -> HttpAnswer {
        let served = self.sandbox.serve(self.now_ms, &asked(request));
        let Served::Answer { response, .. } = served else {
            unreachable!("no fault is commanded");
        };
        HttpAnswer {
            status: response.status,
            rate_limit: None,
            body: String::from_utf8(response.body).unwrap_or_default(),
        }
    }
}

fn config() -> String {
    format!(r#"{{"server":"{BASE}"}}"#)
}

fn engine(now_ms: i64) -> Engine {
    let Ok(config) = Config::parse(&config()) else {
        unreachable!("the configuration is valid");
    };
    let settings = EngineSettings {
        config,
        build: BuildId::new("bench"),
        instance: InstanceId::new("bench"),
        seed: 1,
        entropy: [1; 32],
    };
    Engine::new(settings, Timestamp(now_ms))
}

fn asked(request: &HttpRequest) -> Asked {
    let headers = request.headers().into_iter();
    let headers = headers.map(|(name, value)| (name.to_owned(), value.reveal().to_owned()));
    let body = request.body.as_ref();
    Asked {
        method: request.method.as_str().to_owned(),
        path: request
            .url
            .get(BASE.len() - 1..)
            .unwrap_or_default()
            .to_owned(),
        headers: headers.collect(),
        body: body.map_or_else(Vec::new, |body| body.text.reveal().as_bytes().to_vec()),
    }
}
