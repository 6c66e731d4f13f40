//! A signed-in engine between a sandbox and somebody who changes what crosses.

use std::{cell::OnceCell, collections::VecDeque};

use panels_core::{
    cache::{CacheEvent, CacheRecord, CacheStore},
    config::Config,
    engine::{
        Engine, EngineSettings, HttpAnswer, HttpFailure, HttpRequest, Input, OutboxOrder, Output,
        SocketEvent,
    },
    identity::{BuildId, InstanceId, PanelId, SocketId, TabId},
    protocol::{Freshness, Secret, Surroundings, TabMessage, WorkerMessage},
    time::Timestamp,
};
use panels_sandbox::{
    Sandbox,
    clinic::{Clinic, ClinicOptions, DEMO_PASSWORD},
    faults::{Command, Served},
    options::{Limits, Options},
    sandbox::{HttpRequest as Asked, SocketOutput},
};

use crate::{clean::assert_clean, hostile, tape::Tape};

const BASE: &str = "https://medplum.test/";
const START_MS: i64 = 1_795_341_600_000;
/// Steps of one run: more of them find little that fewer do not.
const STEPS_MAX: usize = 300;
/// Steps in which whatever was begun is done, if nobody meddles.
const FAITHFUL_STEPS: usize = 40;
/// Outputs of one input: more would be a loop.
const OUTPUTS_MAX: usize = 10_000;

thread_local! {
    static PREPARED: OnceCell<(Sandbox, Clinic)> = const { OnceCell::new() };
}

/// Runs an engine, with the bytes as the will of whoever changes what crosses.
///
/// # Panics
/// If the engine does, if it does not come to rest, or if it tells a tab what must not be shown.
pub fn engine(data: &[u8]) {
    let mut session = Session::at_work();
    let mut tape = Tape::new(data);
    for _ in 0..STEPS_MAX {
        if tape.is_at_end() {
            break;
        }
        session.meddle(&mut tape);
        session.step(&mut tape);
    }
    // Whatever it was told, it goes on.
    session.go_on();
}

/// See the module.
pub(crate) struct Session {
    engine: Engine,
    sandbox: Sandbox,
    now: i64,
    wake: Option<i64>,
    /// What is on its way to the engine.
    coming: VecDeque<Input>,
    /// The engine's sockets with the sandbox's.
    sockets: Vec<(SocketId, panels_sandbox::sandbox::SocketId)>,
    /// The freshness that was told last.
    pub(crate) freshness: Option<Freshness>,
    /// The most rows of one message.
    pub(crate) rows: usize,
}

impl Session {
    /// Somebody is signed in and sees rows.
    pub(crate) fn at_work() -> Self {
        let (mut session, email) = Self::new();
        session.go_on();
        session.say(TabMessage::SignIn {
            email,
            password: Secret::new(DEMO_PASSWORD),
        });
        session.go_on();
        for panel in ["open-tasks", "patients"] {
            let panel = PanelId::new(panel);
            session.say(TabMessage::Watch { panel });
        }
        session.go_on();
        session
    }

    /// Nobody meddles for a while.
    pub(crate) fn go_on(&mut self) {
        for _ in 0..FAITHFUL_STEPS {
            self.step(&mut Tape::new(&[]));
        }
    }

    /// An engine that a tab has greeted, and the address of somebody who may sign in.
    fn new() -> (Self, String) {
        let (sandbox, email) = PREPARED.with(|prepared| {
            let (sandbox, clinic) = prepared.get_or_init(prepare);
            (sandbox.clone(), clinic.accounts[0].email.clone())
        });
        let config = format!("{{\"server\":\"{BASE}\"}}");
        let Ok(parsed) = Config::parse(&config) else {
            unreachable!("the configuration is a valid one");
        };
        let settings = EngineSettings {
            config: parsed,
            build: BuildId::new("fuzz"),
            instance: InstanceId::new("fuzz"),
            seed: 1,
            entropy: [7; 32],
        };
        let mut session = Self {
            engine: Engine::new(settings, Timestamp(START_MS)),
            sandbox,
            now: START_MS,
            wake: None,
            coming: VecDeque::new(),
            sockets: Vec::new(),
            freshness: None,
            rows: 0,
        };
        session.say(TabMessage::Hello {
            version_min: 1,
            version_max: 1,
            config,
            surroundings: Surroundings {
                visible: true,
                online: true,
                woke: false,
                zone_offset_minutes: 0,
            },
        });
        (session, email)
    }

    fn say(&mut self, message: TabMessage) {
        let tab = TabId::new("tab");
        self.coming.push_back(Input::Tab { tab, message });
    }

    /// The next thing happens: what comes first, or the timer.
    fn step(&mut self, tape: &mut Tape<'_>) {
        self.now += 7;
        let input = match (self.coming.pop_front(), self.wake) {
            (Some(input), _) => input,
            (None, Some(at)) => {
                self.now = self.now.max(at);
                Input::Timer
            }
            (None, None) => Input::Timer,
        };
        self.feed(tape, input);
        self.sandbox.tick(self.now);
        self.hear_server(tape);
    }

    /// Somebody does something of their own.
    fn meddle(&mut self, tape: &mut Tape<'_>) {
        match tape.byte() {
            0..=159 => {}
            160..=189 => {
                let changes = 1 + u32::from(tape.byte()) % 4;
                // A sandbox that is away has nobody to write.
                let _ = self.sandbox.command(self.now, Command::Burst { changes });
                self.hear_server(tape);
            }
            190..=209 => {
                if let Some((socket, _)) = self.sockets.last() {
                    let event = SocketEvent::Frame(tape.text());
                    let socket = *socket;
                    self.coming.push_front(Input::Socket { socket, event });
                }
            }
            210..=234 => {
                if let Ok(message) = serde_json::from_str(&tape.text()) {
                    self.say(message);
                }
            }
            235..=244 => {
                let kept = tape.byte();
                let record = CacheRecord {
                    store: CacheStore::ALL[usize::from(kept) % CacheStore::ALL.len()],
                    key: tape.text(),
                    text: Secret::new(tape.text()),
                };
                let event = CacheEvent::Record(record);
                self.coming.push_front(match kept >> 6 {
                    0 => Input::Outbox(event),
                    1 => Input::Audit(event),
                    2 => Input::Settings(event),
                    _ => Input::Cache(event),
                });
            }
            245..=249 => self.now += i64::from(tape.byte()) * 1_000,
            250..=252 => self.now -= i64::from(tape.byte()) * 1_000,
            _ => {
                let text = Some(tape.text());
                self.coming.push_front(Input::SessionLoaded { text });
            }
        }
    }

    fn feed(&mut self, tape: &mut Tape<'_>, input: Input) {
        self.engine.handle(Timestamp(self.now), input);
        let mut outputs = 0;
        while let Some(output) = self.engine.poll_output() {
            outputs += 1;
            assert!(outputs < OUTPUTS_MAX, "the engine does not come to rest");
            self.carry_out(tape, output);
        }
    }

    fn carry_out(&mut self, tape: &mut Tape<'_>, output: Output) {
        match output {
            Output::Http(request) => self.answer(tape, &request),
            Output::OpenSocket { socket, .. } => {
                let path = "/ws/subscriptions-r4";
                let event = match self.sandbox.socket_open(self.now, path) {
                    Ok(served) => {
                        self.sockets.push((socket, served));
                        SocketEvent::Opened
                    }
                    Err(_) => SocketEvent::Closed { code: 1006 },
                };
                self.coming.push_back(Input::Socket { socket, event });
            }
            Output::SendFrame { socket, text } => {
                if let Some(served) = self.served(socket) {
                    let text = hostile::text(tape, text.reveal().to_owned());
                    self.sandbox.socket_frame(self.now, served, &text);
                    self.hear_server(tape);
                }
            }
            Output::CloseSocket { socket } => {
                if let Some(served) = self.served(socket) {
                    self.sandbox.socket_closed(self.now, served);
                    self.sockets.retain(|(known, _)| *known != socket);
                }
            }
            Output::WakeAt(at) => self.wake = Some(at.0),
            Output::ToTab { message, .. } | Output::ToAll { message } => {
                assert_clean(&message);
                match message {
                    WorkerMessage::Freshness { freshness, .. } => self.freshness = Some(freshness),
                    WorkerMessage::Snapshot { rows, .. } => self.rows = self.rows.max(rows.len()),
                    _ => {}
                }
            }
            Output::LoadSession => {
                let text = None;
                self.coming.push_back(Input::SessionLoaded { text });
            }
            Output::SettleStorage { number } => {
                self.coming.push_back(Input::StorageSettled { number });
            }
            Output::OpenCache { .. } => self.coming.push_back(Input::Cache(READY)),
            Output::WriteCache { write, .. } => {
                let result = Ok(1);
                let event = CacheEvent::Written { write, result };
                self.coming.push_back(Input::Cache(event));
            }
            Output::Outbox(order) => self.coming.extend(kept(order).map(Input::Outbox)),
            Output::Audit(order) => self.coming.extend(kept(order).map(Input::Audit)),
            Output::Settings(order) => self.coming.extend(kept(order).map(Input::Settings)),
            Output::AbortHttp { .. }
            | Output::UseChannel { .. }
            | Output::SaveSession { .. }
            | Output::ForgetSession
            | Output::WipeCache
            | Output::Log { .. } => {}
        }
    }

    fn answer(&mut self, tape: &mut Tape<'_>, request: &HttpRequest) {
        let result = match self.sandbox.serve(self.now, &asked(request)) {
            Served::Answer { response, .. } => Ok(HttpAnswer {
                status: hostile::status(tape, response.status),
                rate_limit: response.header("ratelimit").map(str::to_owned),
                body: hostile::text(tape, String::from_utf8(response.body).unwrap_or_default()),
            }),
            Served::Drop => Err(HttpFailure::Unreachable),
        };
        let request = request.id;
        self.coming.push_back(Input::Http { request, result });
        self.hear_server(tape);
    }

    fn hear_server(&mut self, tape: &mut Tape<'_>) {
        while let Some(output) = self.sandbox.poll_socket() {
            let (served, event) = match output {
                SocketOutput::Send(served, text) => {
                    (served, SocketEvent::Frame(hostile::text(tape, text)))
                }
                SocketOutput::Terminate(served) => (served, SocketEvent::Closed { code: 1006 }),
                SocketOutput::Close(served, code) => (served, SocketEvent::Closed { code }),
            };
            let known = self.sockets.iter().find(|(_, known)| *known == served);
            if let Some((socket, _)) = known {
                let socket = *socket;
                self.coming.push_back(Input::Socket { socket, event });
            }
        }
    }

    fn served(&self, socket: SocketId) -> Option<panels_sandbox::sandbox::SocketId> {
        let known = self.sockets.iter().find(|(known, _)| *known == socket);
        known.map(|(_, served)| *served)
    }
}

const READY: CacheEvent = CacheEvent::Ready { stored_bytes: 0 };

/// A storage that takes everything and forgets it.
fn kept(order: OutboxOrder) -> Option<CacheEvent> {
    match order {
        OutboxOrder::Open { .. } => Some(READY),
        OutboxOrder::Write { write, .. } => Some(CacheEvent::Written {
            write,
            result: Ok(1),
        }),
        OutboxOrder::Close | OutboxOrder::Discard => None,
    }
}

fn prepare() -> (Sandbox, Clinic) {
    let options = Options {
        seed: 1,
        base_url: BASE.to_owned(),
        limits: Limits::unlimited(),
        cheap_signatures: true,
        ..Options::default()
    };
    let mut sandbox = Sandbox::new(options, START_MS);
    let size = ClinicOptions {
        patients: 3,
        tasks: 6,
        seed: 1,
    };
    match Clinic::open(&mut sandbox, size, START_MS) {
        Ok(clinic) => (sandbox, clinic),
        Err(_) => unreachable!("the sandbox accepts its own clinic"),
    }
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
