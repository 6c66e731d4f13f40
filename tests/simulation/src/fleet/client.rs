//! One browser of a fleet: an engine, a tab that watches a panel, and a storage that keeps nothing.

use panels_core::{
    cache::CacheEvent,
    config::Config,
    engine::{Engine, EngineSettings, HttpRequest, Input, Output},
    identity::{BuildId, InstanceId, PanelId, SocketId, TabId},
    limits,
    protocol::{Freshness, Secret, Surroundings, TabMessage},
    time::Timestamp,
};
use panels_sandbox::{clinic::DEMO_PASSWORD, sandbox::SocketId as ServerSocket};

use crate::{queue::Millis, server::BASE};

/// What an engine wants of the world.
pub(super) enum Want {
    Http(Box<HttpRequest>),
    Open(SocketId),
    Send(String),
    Close,
    Wake(Millis, u64),
    Hear(Box<Input>),
}

/// See the module.
pub(super) struct Client {
    engine: Engine,
    email: String,
    config: String,
    pub(super) alarm: u64,
    /// The connection in use, by the engine's number and by the server's.
    pub(super) socket: Option<SocketId>,
    pub(super) server: Option<ServerSocket>,
    /// When it first said `Live` since that is noted.
    pub(super) live_at: Option<Millis>,
}

impl Client {
    pub(super) fn new(seed: u64, email: &str, browsers: usize, now: Millis) -> Self {
        let text = format!(r#"{{"server":"{BASE}","limits":{{"browsers":{browsers}}}}}"#);
        let config = Config::parse(&text).unwrap_or_else(|_| unreachable!("it is our own"));
        let mut entropy = [0; 32];
        fastrand::Rng::with_seed(seed).fill(&mut entropy);
        let settings = EngineSettings {
            config,
            build: BuildId::new("build-1"),
            instance: InstanceId::new("instance"),
            seed,
            entropy,
        };
        Self {
            engine: Engine::new(settings, Timestamp(now)),
            email: email.to_owned(),
            config: text,
            alarm: 0,
            socket: None,
            server: None,
            live_at: None,
        }
    }

    /// Somebody opens a tab, signs in and looks at a panel.
    pub(super) fn arrival(&self) -> [Input; 4] {
        let tab = |message| Input::Tab {
            tab: TabId::new("tab"),
            message,
        };
        [
            Input::SessionLoaded { text: None },
            tab(TabMessage::Hello {
                version_min: limits::PROTOCOL_VERSION_MIN,
                version_max: limits::PROTOCOL_VERSION_MAX,
                config: self.config.clone(),
                surroundings: Surroundings {
                    visible: true,
                    online: true,
                    woke: false,
                    zone_offset_minutes: 60,
                },
            }),
            tab(TabMessage::SignIn {
                email: self.email.clone(),
                password: Secret::new(DEMO_PASSWORD),
            }),
            tab(TabMessage::Watch {
                panel: PanelId::new("open-tasks"),
            }),
        ]
    }

    /// One input; returns what the engine wants.
    pub(super) fn handle(&mut self, now: Millis, input: Input, noting_from: Millis) -> Vec<Want> {
        self.engine.handle(Timestamp(now), input);
        let mut wants = Vec::new();
        while let Some(output) = self.engine.poll_output() {
            wants.extend(self.want(output));
        }
        let noting = now >= noting_from && self.live_at.is_none();
        if noting && matches!(self.engine.freshness(), Freshness::Live { .. }) {
            self.live_at = Some(now);
        }
        wants
    }

    fn want(&mut self, output: Output) -> Option<Want> {
        Some(match output {
            Output::Http(request) => Want::Http(Box::new(request)),
            Output::OpenSocket { socket, .. } => {
                self.socket = Some(socket);
                Want::Open(socket)
            }
            Output::SendFrame { text, .. } => Want::Send(text.reveal().to_owned()),
            Output::CloseSocket { .. } => {
                self.socket = None;
                Want::Close
            }
            Output::WakeAt(at) => {
                self.alarm += 1;
                Want::Wake(at.0, self.alarm)
            }
            Output::OpenCache { .. } => {
                let ready = CacheEvent::Ready { stored_bytes: 0 };
                Want::Hear(Box::new(Input::Cache(ready)))
            }
            Output::WriteCache { write, .. } => {
                let result = Ok(0);
                let written = CacheEvent::Written { write, result };
                Want::Hear(Box::new(Input::Cache(written)))
            }
            _ => return None,
        })
    }
}
