//! Who talks to the engine: ports become tabs by a hello, and stop being tabs when their lock is released.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use gloo_timers::callback::Timeout;
use panels_core::{
    config::Config,
    engine::{Engine, EngineSettings, Input},
    identity::{BuildId, InstanceId, TabId},
    limits,
    protocol::{FromTab, RefusalReason, TabMessage, WorkerMessage},
};
use wasm_bindgen::prelude::*;
use web_sys::{BroadcastChannel, MessageEvent, MessagePort, SharedWorkerGlobalScope};

use crate::{
    browser,
    ports::Ports,
    runner::{Runner, now},
};

/// The one worker of a browser profile that may own the socket, whatever its build.
const OWNER_LOCK: &str = "panels-owner";
/// Workers of different builds talk here; it carries build ids and nothing else.
const CONTROL_CHANNEL: &str = "panels-control";
/// Longest wait of a worker that makes room for what it still has to store. It takes some milliseconds; but a disk may hang.
const RETIRE_MS_MAX: u32 = 2_000;

/// The worker before and after the engine is there.
pub(crate) struct Admission {
    scope: SharedWorkerGlobalScope,
    build: BuildId,
    instance: InstanceId,
    entropy: [u8; 32],
    ports: Rc<RefCell<Ports>>,
    runner: RefCell<Option<Rc<Runner>>>,
    owner: Cell<bool>,
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
        Rc::new(Self {
            ports: Rc::new(RefCell::new(Ports::new(build.clone(), instance.clone()))),
            scope,
            build,
            instance,
            entropy,
            runner: RefCell::default(),
            owner: Cell::new(false),
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
        });
        browser::hold_lock(OWNER_LOCK, &owned);
        self.make_room_for_others();
        let me = self.clone();
        let connected = Closure::new(move |port: MessagePort| me.connected(&port));
        browser::take_connections(&connected);
        // Lives as long as the worker.
        connected.forget();
    }

    fn make_room_for_others(self: &Rc<Self>) {
        let Ok(control) = BroadcastChannel::new(CONTROL_CHANNEL) else {
            return;
        };
        let me = self.clone();
        let heard = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            if event
                .data()
                .as_string()
                .is_some_and(|build| build != me.build.as_str())
            {
                me.retire();
            }
        });
        control.set_onmessage(Some(heard.as_ref().unchecked_ref()));
        let _ = control.post_message(&JsValue::from_str(self.build.as_str()));
        heard.forget();
        // The channel must not be collected while the worker lives.
        std::mem::forget(control);
    }

    /// Makes room for a worker of another build. What is to be kept is kept first: the next worker goes on with it.
    fn retire(&self) {
        if self.retiring.replace(true) {
            return;
        }
        let reason = limits::ENDING_RETIRED.to_owned();
        self.ports
            .borrow()
            .to_each(&WorkerMessage::Ending { reason });
        let Some(runner) = self.runner() else {
            return self.scope.close();
        };
        let (done, late) = (self.scope.clone(), self.scope.clone());
        runner.finish(move || done.close());
        Timeout::new(RETIRE_MS_MAX, move || late.close()).forget();
    }

    fn connected(self: &Rc<Self>, port: &MessagePort) {
        let me = self.clone();
        let from = port.clone();
        let heard = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let text = event.data().as_string().unwrap_or_default();
            if let Ok(message) = serde_json::from_str::<FromTab>(&text) {
                me.heard(&from, message);
            }
        });
        port.set_onmessage(Some(heard.as_ref().unchecked_ref()));
        heard.forget();
    }

    fn heard(self: &Rc<Self>, port: &MessagePort, message: FromTab) {
        let hello = matches!(message.body, TabMessage::Hello { .. });
        if !hello && message.instance.as_ref() != Some(&self.instance) {
            let reason = RefusalReason::InstanceChanged;
            return self.refuse(port, reason);
        }
        if let TabMessage::Hello { config, .. } = &message.body {
            if !self.owner.get() {
                // The tab says hello again; by then the worker before this one has gone.
                return;
            }
            if let Err(reason) = self.ensure_engine(config) {
                return self.refuse(port, reason);
            }
            if self
                .ports
                .borrow_mut()
                .add(message.tab.clone(), port.clone())
            {
                self.await_death(message.tab.clone());
            }
        }
        let gone = message.body == TabMessage::Goodbye;
        if let Some(runner) = self.runner() {
            if gone {
                runner.feed(Input::TabGone { tab: message.tab });
            } else {
                let (tab, message) = (message.tab, message.body);
                runner.feed(Input::Tab { tab, message });
            }
        }
    }

    fn ensure_engine(self: &Rc<Self>, config: &str) -> Result<(), RefusalReason> {
        if self.runner.borrow().is_some() {
            return Ok(());
        }
        let config = Config::parse(config).map_err(|error| RefusalReason::ConfigInvalid {
            message: error.to_string(),
        })?;
        let mut seed = [0; 8];
        seed.copy_from_slice(&self.entropy[8..16]);
        let settings = EngineSettings {
            config,
            build: self.build.clone(),
            instance: self.instance.clone(),
            seed: u64::from_le_bytes(seed),
            entropy: self.entropy,
        };
        let runner = Runner::start(Engine::new(settings, now()), self.ports.clone());
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
