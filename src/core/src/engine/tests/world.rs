//! The engine between scripted tabs and a scripted server, in virtual time: each step goes to the next thing that happens.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{
    disk::Disk,
    screen::{Screen, show},
    server::{BASE, Server},
};
use crate::{
    config::Config,
    engine::{Engine, EngineSettings, HttpRequest, Input, Output, SocketEvent},
    identity::{BuildId, InstanceId, PanelId, ResourceId, SocketId, TabId, VersionId},
    protocol::{Freshness, Secret, Surroundings, TabMessage, WorkerMessage},
    time::Timestamp,
};

const HTTP_MS: i64 = 5;
const FRAME_MS: i64 = 2;
pub(super) const DISK_MS: i64 = 3;
const HEARTBEAT_MS: i64 = 10_000;

pub(super) enum Happening {
    Input(Input),
    Reaches(HttpRequest),
    Opens(SocketId),
    FrameToServer(SocketId, String),
    Heartbeat,
}

pub(super) struct World {
    pub(super) engine: Engine,
    pub(super) server: Server,
    pub(super) now: Timestamp,
    pub(super) screens: BTreeMap<TabId, Screen>,
    pub(super) channel: Vec<WorkerMessage>,
    pub(super) stored: Option<String>,
    pub(super) disk: Disk,
    /// The databases of the outbox.
    pub(super) edits: Disk,
    pub(super) audits: Disk,
    pub(super) settings: Disk,
    pub(super) logs: Vec<String>,
    pub(super) open: BTreeSet<SocketId>,
    pub(super) opened: usize,
    /// Requests that were sent, whatever became of them, and sockets that were tried.
    pub(super) asked: usize,
    pub(super) tried: usize,
    /// The network swallows what goes over sockets, in both directions, and nobody is told.
    pub(super) frozen: bool,
    /// New sockets cannot be opened.
    pub(super) sockets_blocked: bool,
    /// By how much the browser's clock is ahead of the server's.
    pub(super) clock_ahead_ms: i64,
    pub(super) queue: BTreeMap<(Timestamp, u64), Happening>,
    last: u64,
    pub(super) wake: Option<Timestamp>,
    sequence: u64,
}

pub(super) fn tab(name: &str) -> TabId {
    TabId::new(name)
}

pub(super) fn task(id: usize, status: &str) -> Value {
    json!({
        "resourceType": "Task", "id": format!("t{id}"), "status": status, "intent": "order",
        "for": { "reference": format!("Patient/p{}", id % 5) },
    })
}

impl World {
    pub(super) fn new() -> Self {
        Self::with_seed(1)
    }

    pub(super) fn with_seed(seed: u64) -> Self {
        Self::restored(seed, None)
    }

    /// A world in which an earlier life of the worker stored a session.
    pub(super) fn restored(seed: u64, stored: Option<String>) -> Self {
        let start = Timestamp::parse("2026-11-22T10:00:00.000Z").unwrap();
        let now = if stored.is_some() {
            start + 60 * 60_000
        } else {
            start
        };
        let settings = EngineSettings {
            config: Config::parse(&config()).unwrap(),
            build: BuildId::new("test"),
            instance: InstanceId::new("i1"),
            seed,
            entropy: [1; 32],
        };
        let mut world = Self {
            engine: Engine::new(settings, now),
            server: Server::default(),
            now,
            screens: BTreeMap::new(),
            channel: Vec::new(),
            stored,
            disk: Disk::default(),
            edits: Disk::default(),
            audits: Disk::default(),
            settings: Disk::default(),
            logs: Vec::new(),
            open: BTreeSet::new(),
            opened: 0,
            asked: 0,
            tried: 0,
            frozen: false,
            sockets_blocked: false,
            clock_ahead_ms: 0,
            queue: BTreeMap::new(),
            last: 0,
            wake: None,
            sequence: 0,
        };
        world.at(HEARTBEAT_MS, Happening::Heartbeat);
        for patient in 0..5 {
            let body = json!({ "resourceType": "Patient", "id": format!("p{patient}") });
            world.server.write(now - 1_000_000, body);
        }
        world.drain();
        world
    }

    /// A world with so many open tasks, in which a tab has signed in and everything is live.
    pub(super) fn live(tasks: usize) -> Self {
        Self::live_with_seed(1, tasks)
    }

    pub(super) fn live_with_seed(seed: u64, tasks: usize) -> Self {
        let mut world = Self::with_seed(seed);
        for id in 0..tasks {
            world
                .server
                .write(world.now - 500_000 + id as i64, task(id, "requested"));
        }
        world.hello("a");
        world.sign_in("a");
        world.run(2_000);
        world.watch("a");
        world.assert_live();
        world
    }

    /// The worker is killed; so much later a tab starts another one.
    pub(super) fn next_life(&mut self, away_ms: i64) {
        self.next_life_of(away_ms, &config());
    }

    pub(super) fn next_life_of(&mut self, away_ms: i64, config: &str) {
        for socket in std::mem::take(&mut self.open) {
            self.server.on_closed(socket);
        }
        self.queue.clear();
        self.screens.clear();
        self.channel.clear();
        self.now = self.now + away_ms;
        self.wake = None;
        self.at(HEARTBEAT_MS, Happening::Heartbeat);
        self.server.log.clear();
        self.engine = Engine::new(settings(config, 7, 2), self.now);
        self.drain();
    }

    pub(super) fn sign_in(&mut self, name: &str) {
        let password = Secret::new("pw");
        let email = "ada@x.org".into();
        self.say(name, TabMessage::SignIn { email, password });
    }

    /// Starts the engine anew with another limit of rows.
    pub(super) fn with_resources_max(&mut self, rows_max: u32) -> &mut Self {
        self.with_limits(&format!(r#"{{"resourcesMax":{rows_max}}}"#))
    }

    /// Starts the engine anew with these limits in its configuration.
    pub(super) fn with_limits(&mut self, limits: &str) -> &mut Self {
        let limits = format!(r#","limits":{limits}}}"#);
        self.with_config(&config().replace('}', &limits))
    }

    /// Starts the engine anew with this configuration.
    pub(super) fn with_config(&mut self, config: &str) -> &mut Self {
        self.engine = Engine::new(settings(config, 1, 1), self.now);
        self.drain();
        self
    }

    pub(super) fn hello(&mut self, name: &str) {
        self.screens.entry(tab(name)).or_default();
        let surroundings = around();
        self.say(
            name,
            TabMessage::Hello {
                version_min: 1,
                version_max: 1,
                config: config(),
                surroundings,
            },
        );
        self.run(1);
    }

    pub(super) fn watch(&mut self, name: &str) {
        for panel in ["my-work", "open-tasks", "patients"] {
            self.say(
                name,
                TabMessage::Watch {
                    panel: PanelId::new(panel),
                },
            );
        }
    }

    /// A tab is closed: its lock is free.
    pub(super) fn tab_gone(&mut self, name: &str) {
        self.input(Input::TabGone { tab: tab(name) });
        self.screens.remove(&tab(name));
    }

    pub(super) fn say(&mut self, name: &str, message: TabMessage) {
        self.input(Input::Tab {
            tab: tab(name),
            message,
        });
    }

    pub(super) fn input(&mut self, input: Input) {
        self.engine.handle(self.now + self.clock_ahead_ms, input);
        self.drain();
    }

    /// A colleague writes.
    pub(super) fn write(&mut self, body: Value) {
        let frames = self.server.write(self.now, body);
        self.deliver(frames);
    }

    /// A colleague deletes.
    pub(super) fn delete(&mut self, kind: &str, id: &str) {
        let frames = self.server.delete(self.now, kind, id);
        self.deliver(frames);
    }

    /// Breaks every socket: both sides notice.
    pub(super) fn drop_sockets(&mut self) {
        for socket in std::mem::take(&mut self.open) {
            self.server.on_closed(socket);
            let event = SocketEvent::Closed { code: 1006 };
            self.at(0, Happening::Input(Input::Socket { socket, event }));
        }
        self.run(0);
    }

    /// Lets so many milliseconds pass.
    pub(super) fn run(&mut self, ms: i64) {
        let end = self.now + ms;
        for _ in 0..200_000 {
            let next = self.queue.keys().next().map(|(at, _)| *at);
            let Some(next) = next
                .into_iter()
                .chain(self.wake)
                .min()
                .filter(|at| *at <= end)
            else {
                self.now = end;
                return;
            };
            self.now = next.max(self.now);
            self.step();
        }
        panic!("the world does not come to rest");
    }

    pub(super) fn screen(&self, name: &str) -> &Screen {
        &self.screens[&tab(name)]
    }

    pub(super) fn freshness(&self) -> Freshness {
        self.engine.freshness()
    }

    pub(super) fn assert_live(&self) {
        let freshness = self.freshness();
        assert!(
            matches!(freshness, Freshness::Live { .. }),
            "{freshness:?}\n{}",
            self.logs.join("\n")
        );
    }

    /// Every tab shows exactly what the server holds.
    pub(super) fn assert_equal(&self) {
        let truth: BTreeMap<_, _> = self
            .server
            .resources
            .iter()
            .filter(|((kind, _), stored)| {
                kind == "Task" && !stored.deleted && stored.body["status"] == "requested"
            })
            .map(|((_, id), stored)| {
                (
                    ResourceId::new(id.as_str()),
                    VersionId::new(format!("v{}", stored.version)),
                )
            })
            .collect();
        for (tab, screen) in &self.screens {
            let shown = screen
                .rows
                .get(&PanelId::new("open-tasks"))
                .cloned()
                .unwrap_or_default();
            assert_eq!(shown, truth, "tab {tab}\n{}", self.logs.join("\n"));
        }
    }

    /// Frames reach the browser a moment later.
    pub(super) fn deliver(&mut self, frames: Vec<(SocketId, String)>) {
        for (socket, text) in frames {
            if self.open.contains(&socket) && !self.frozen {
                let event = SocketEvent::Frame(text);
                self.at(FRAME_MS, Happening::Input(Input::Socket { socket, event }));
            }
        }
    }

    pub(super) fn at(&mut self, ms: i64, happening: Happening) {
        self.last += 1;
        self.queue.insert((self.now + ms, self.last), happening);
    }

    pub(super) fn step(&mut self) {
        if self
            .queue
            .keys()
            .next()
            .is_none_or(|(at, _)| *at > self.now)
        {
            self.wake = None;
            self.input(Input::Timer);
            return;
        }
        let Some((_, happening)) = self.queue.pop_first() else {
            return;
        };
        match happening {
            Happening::Input(input) => self.input(input),
            Happening::Reaches(request) if self.server.hangs(&request) => {}
            Happening::Reaches(request) => {
                let result = self.server.answer(self.now, &request);
                let frames = std::mem::take(&mut self.server.outgoing);
                self.deliver(frames);
                self.at(
                    HTTP_MS,
                    Happening::Input(Input::Http {
                        request: request.id,
                        result,
                    }),
                );
            }
            Happening::Opens(socket) => {
                if self.sockets_blocked {
                    let event = SocketEvent::Closed { code: 1006 };
                    self.input(Input::Socket { socket, event });
                } else if self.open.insert(socket) {
                    self.opened += 1;
                    assert_eq!(self.open.len(), 1, "only one socket at a time");
                    self.input(Input::Socket {
                        socket,
                        event: SocketEvent::Opened,
                    });
                }
            }
            Happening::FrameToServer(socket, text) => {
                if self.open.contains(&socket) && !self.frozen {
                    let answer = self.server.on_frame(self.now, socket, &text);
                    self.deliver(answer.into_iter().map(|text| (socket, text)).collect());
                }
            }
            Happening::Heartbeat => {
                let frames = self.server.heartbeats(self.now);
                self.deliver(frames);
                self.at(HEARTBEAT_MS, Happening::Heartbeat);
            }
        }
    }

    fn drain(&mut self) {
        while let Some(output) = self.engine.poll_output() {
            match output {
                Output::OpenSocket { socket, url } => {
                    assert_eq!(url, "wss://medplum.test/ws/subscriptions-r4");
                    self.tried += 1;
                    self.at(HTTP_MS, Happening::Opens(socket));
                }
                Output::SendFrame { socket, text } => {
                    self.at(FRAME_MS, Happening::FrameToServer(socket, text.reveal().into()));
                }
                Output::CloseSocket { socket } => {
                    if self.open.remove(&socket) && !self.frozen {
                        self.server.on_closed(socket);
                    }
                }
                Output::Http(request) => {
                    self.asked += 1;
                    self.at(HTTP_MS, Happening::Reaches(request));
                }
                Output::AbortHttp { request } => self.queue.retain(|_, happening| {
                    !matches!(happening, Happening::Reaches(sent) if sent.id == request)
                }),
                // A browser waits for so long, whatever its clock does meanwhile.
                Output::WakeAt(at) => self.wake = Some(at - self.clock_ahead_ms),
                Output::ToTab { tab, message } => {
                    let screen = self.screens.entry(tab).or_default();
                    show(screen, &message);
                    if let WorkerMessage::Snapshot { sequence, .. } = &message {
                        self.sequence = self.sequence.max(*sequence);
                    }
                    screen.messages.push(message);
                }
                Output::ToAll { message } => {
                    if let WorkerMessage::Changes { sequence, .. } = &message {
                        assert_eq!(*sequence, self.sequence + 1, "no gaps");
                        self.sequence = *sequence;
                    }
                    for screen in self.screens.values_mut() {
                        show(screen, &message);
                    }
                    self.channel.push(message);
                }
                Output::UseChannel { name } => {
                    self.sequence = 0;
                    if name.is_none() {
                        self.channel.clear();
                    }
                }
                Output::LoadSession => {
                    let text = self.stored.clone();
                    self.at(0, Happening::Input(Input::SessionLoaded { text }));
                }
                Output::SaveSession { text } => self.stored = Some(text.reveal().into()),
                Output::ForgetSession => self.stored = None,
                Output::SettleStorage { number } => {
                    self.at(0, Happening::Input(Input::StorageSettled { number }));
                }
                Output::OpenCache { name } => {
                    for event in self.disk.open(name) {
                        self.at(DISK_MS, Happening::Input(Input::Cache(event)));
                    }
                }
                Output::WriteCache { write, changes } => {
                    let event = self.disk.write(write, changes);
                    self.at(DISK_MS, Happening::Input(Input::Cache(event)));
                }
                Output::WipeCache => {
                    self.disk.wipe();
                    self.queue
                        .retain(|_, happening| !matches!(happening, Happening::Input(Input::Cache(_))));
                }
                Output::Outbox(order) => self.keep_edits(order),
                Output::Audit(order) => self.keep_audit(order),
                Output::Settings(order) => self.keep_settings(order),
                Output::Log { text, .. } => {
                    self.logs.push(format!("{} {text}", self.now.0 % 10_000_000));
                }
            }
        }
    }
}

pub(super) fn around() -> Surroundings {
    Surroundings {
        visible: true,
        online: true,
        woke: false,
        zone_offset_minutes: 60,
    }
}

fn settings(config: &str, seed: u64, entropy: u8) -> EngineSettings {
    EngineSettings {
        config: Config::parse(config).unwrap(),
        build: BuildId::new("test"),
        instance: InstanceId::new("i2"),
        seed,
        entropy: [entropy; 32],
    }
}

pub(super) fn config() -> String {
    format!(r#"{{"server":"{BASE}","sharedPanels":false}}"#)
}
