//! Who talks to the engine: ports become tabs by a hello, and stop being tabs when their lock is released.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    rc::Rc,
};

use gloo_timers::callback::Timeout;
use panels_core::{
    config::{Config, demo},
    engine::{Engine, EngineSettings, Input, LogLevel},
    identity::{BuildId, InstanceId, TabId},
    limits,
    protocol::{FromTab, RefusalReason, TabMessage, WorkerMessage},
};
use wasm_bindgen::prelude::*;
use web_sys::{BroadcastChannel, MessageEvent, MessagePort, SharedWorkerGlobalScope};

use crate::{
    browser, log,
    ports::Ports,
    runner::{Runner, now},
};

/// The one worker of a browser profile that may own the socket, whatever its build; and the one that has the demonstration.
const OWNER_LOCKS: [&str; 2] = ["panels-owner", "panels-demo-owner"];
/// Workers of different builds talk here; it carries build ids and nothing else.
const CONTROL_CHANNELS: [&str; 2] = ["panels-control", "panels-demo-control"];
/// Longest wait of a worker that makes room for what it still has to store. It takes some milliseconds; but a disk may hang.
const RETIRE_MS_MAX: u32 = 2_000;

/// The worker before and after the engine is there.
pub(crate) struct Admission {
    scope: SharedWorkerGlobalScope,
    /// Whether it was started for the demonstration, which goes on beside the worker of a real server.
    is_demo: bool,
    build: BuildId,
    instance: InstanceId,
    entropy: [u8; 32],
    ports: Rc<RefCell<Ports>>,
    control: Option<BroadcastChannel>,
    runner: RefCell<Option<Rc<Runner>>>,
    owner: Cell<bool>,
    /// Hellos of before this worker owned the socket, of each tab the last.
    early: RefCell<BTreeMap<TabId, (MessagePort, FromTab)>>,
    retiring: Cell<bool>,
}

impl Admission {
    pub(crate) fn new(
        scope: SharedWorkerGlobalScope,
        build: BuildId,
        entropy: [u8; 32],
    ) -> Rc<Self> {
        let name: String = entropy[..8]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let instance = InstanceId::new(name);
        let is_demo = scope.name().starts_with(demo::WORKER_NAME);
        Rc::new(Self {
            ports: Rc::new(RefCell::new(Ports::new(build.clone(), instance.clone()))),
            control: BroadcastChannel::new(CONTROL_CHANNELS[usize::from(is_demo)]).ok(),
            scope,
            is_demo,
            build,
            instance,
            entropy,
            runner: RefCell::default(),
            owner: Cell::new(false),
            early: RefCell::default(),
            retiring: Cell::new(false),
        })
    }

    /// Takes the locks, asks a worker of another build to go, and listens to tabs.
    pub(crate) fn open(self: &Rc<Self>) {
        let nothing = Closure::once_into_js(|| {});
        browser::hold_lock(&format!("panels-worker-{}", self.instance), &nothing);
        let me = self.clone();
        let owned = Closure::once_into_js(move || {
            me.owner.set(true);
            for (port, hello) in me.early.take().into_values() {
                me.heard(&port, hello);
            }
        });
        browser::hold_lock(OWNER_LOCKS[usize::from(self.is_demo)], &owned);
        self.listen_to_other_builds();
        self.ask_for_room();
        let me = self.clone();
        let said = Closure::new(move |port: MessagePort, data: JsValue| me.said(&port, &data));
        browser::take_messages(&said);
        // Lives as long as the worker.
        said.forget();
    }

    fn listen_to_other_builds(self: &Rc<Self>) {
        let Some(control) = &self.control else {
            let text = "workers of other builds cannot be heard";
            return log::write(LogLevel::Warn, text);
        };
        let me = self.clone();
        let heard = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let other = event.data().as_string();
            if other.is_some_and(|build| build != me.build.as_str()) && me.owner.get() {
                me.retire();
            }
        });
        control.set_onmessage(Some(heard.as_ref().unchecked_ref()));
        heard.forget();
    }

    /// Asks the worker that owns the socket to go. Those who wait, as this one does, take no notice.
    fn ask_for_room(&self) {
        if let Some(control) = &self.control {
            // Lost only if the channel is closed; the next hello asks again.
            let _ = control.post_message(&JsValue::from_str(self.build.as_str()));
        }
    }

    /// Makes room for a worker of another build. What is to be kept is kept first: the next worker goes on with it.
    fn retire(&self) {
        if self.retiring.replace(true) {
            return;
        }
        let reason = limits::ENDING_RETIRED.to_owned();
        self.ports
            .borrow()
            .to_each(WorkerMessage::Ending { reason });
        let Some(runner) = self.runner() else {
            return self.scope.close();
        };
        let (done, late) = (self.scope.clone(), self.scope.clone());
        runner.finish(move || done.close());
        Timeout::new(RETIRE_MS_MAX, move || late.close()).forget();
    }

    fn said(self: &Rc<Self>, port: &MessagePort, data: &JsValue) {
        let text = data.as_string().unwrap_or_default();
        if let Ok(message) = serde_json::from_str::<FromTab>(&text) {
            self.heard(port, message);
        }
    }

    fn heard(self: &Rc<Self>, port: &MessagePort, message: FromTab) {
        if let TabMessage::Hello { config, .. } = &message.body {
            if self.retiring.get() {
                return self.refuse(port, RefusalReason::Ending);
            }
            if !self.owner.get() {
                // Answered when the worker before this one has gone. It may not have been there to listen when it was asked
                // first.
                self.ask_for_room();
                return self.keep_early(port, message);
            }
            if let Err(reason) = self.ensure_engine(config) {
                return self.refuse(port, reason);
            }
            let tab = message.tab.clone();
            if self.ports.borrow_mut().add(tab.clone(), port.clone()) {
                self.await_death(tab);
            }
        } else if message.instance.as_ref() != Some(&self.instance)
            || !self.ports.borrow().knows(&message.tab)
        {
            // Meant for a worker before this one, or by a tab that was believed dead: it has to say hello.
            return self.refuse(port, RefusalReason::InstanceChanged);
        }
        let Some(runner) = self.runner() else {
            return;
        };
        let (tab, message) = (message.tab, message.body);
        runner.feed(match message {
            TabMessage::Goodbye => Input::TabGone { tab },
            message => Input::Tab { tab, message },
        });
    }

    fn keep_early(&self, port: &MessagePort, hello: FromTab) {
        let mut early = self.early.borrow_mut();
        if early.len() >= limits::TABS_MAX {
            // Tabs that came and went; those that are there say hello again.
            early.clear();
        }
        early.insert(hello.tab.clone(), (port.clone(), hello));
    }

    fn ensure_engine(self: &Rc<Self>, config: &str) -> Result<(), RefusalReason> {
        if self.runner.borrow().is_some() {
            return Ok(());
        }
        let config = Config::parse(config).map_err(|error| RefusalReason::ConfigInvalid {
            message: error.to_string(),
        })?;
        if config.server.is_demo() != self.is_demo {
            // Somebody else owns the socket and the storage of the other kind.
            let message = "this worker was not started for this server: reload the page".into();
            return Err(RefusalReason::ConfigInvalid { message });
        }
        let server = config.server.clone();
        let mut seed = [0; 8];
        seed.copy_from_slice(&self.entropy[8..16]);
        let settings = EngineSettings {
            config,
            build: self.build.clone(),
            instance: self.instance.clone(),
            seed: u64::from_le_bytes(seed),
            entropy: self.entropy,
        };
        let engine = Engine::new(settings, now());
        let runner = Runner::start(engine, &server, self.ports.clone());
        self.runner.replace(Some(runner));
        Ok(())
    }

    fn await_death(self: &Rc<Self>, tab: TabId) {
        let me = self.clone();
        let lock = format!("panels-tab-{tab}");
        let released = Closure::once_into_js(move || {
            me.ports.borrow_mut().remove(&tab);
            if let Some(runner) = me.runner() {
                runner.feed(Input::TabGone { tab });
            }
        });
        browser::await_release(&lock, &released);
    }

    fn runner(&self) -> Option<Rc<Runner>> {
        self.runner.borrow().clone()
    }

    fn refuse(&self, port: &MessagePort, reason: RefusalReason) {
        let refusal = WorkerMessage::Refused { reason };
        self.ports.borrow().to_port(port, refusal);
    }
}
