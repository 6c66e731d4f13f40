//! Port, channel, locks, timers and page events around the core's link.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    rc::Rc,
};

use gloo_timers::callback::Timeout;
use panels_core::{
    config::demo,
    identity::{BuildId, TabId},
    link::{Link, LinkEvent, LinkInput, LinkOutput},
    protocol::{FromWorker, Surroundings, TabMessage},
    time::Timestamp,
};
use wasm_bindgen::prelude::*;
use web_sys::{
    BroadcastChannel, MessageEvent, MessagePort, SharedWorker, VisibilityState, WorkerOptions,
    WorkerType,
};

/// Beside the page, as in early.js.
const WORKER_SCRIPT: &str = "./panels-worker_loader.js";

/// Start of the names of workers that serve a real server, as in early.js.
const WORKER_NAME: &str = "panels-";

/// Where early.js looks for which worker belongs to which page.
const EARLY_KEY: &str = "panels-worker";
/// What early.js calls the page.
const EARLY_PAGE: &str = "panelsPage";

use super::locks::LockManager;
use crate::state::{now, zone_offset_minutes};

type Heard = Closure<dyn FnMut(MessageEvent)>;

/// See the module.
pub(crate) struct Shell {
    is_demo: bool,
    locks: LockManager,
    link: RefCell<Link>,
    inbox: RefCell<VecDeque<LinkInput>>,
    busy: Cell<bool>,
    on_message: Box<dyn Fn(LinkEvent)>,
    port: RefCell<Option<(MessagePort, Heard)>>,
    channel: RefCell<Option<(BroadcastChannel, Heard)>>,
    alarm: RefCell<Option<Timeout>>,
}

impl Shell {
    pub(crate) fn start(
        config: String,
        is_demo: bool,
        on_message: Box<dyn Fn(LinkEvent)>,
    ) -> Option<Rc<Self>> {
        let window = web_sys::window()?;
        let supported = |name: &str| js_sys::Reflect::has(&window, &name.into()).unwrap_or(false);
        if !supported("SharedWorker") || !supported("BroadcastChannel") {
            return None;
        }
        let locks = LockManager::of(&window)?;
        let tab = TabId::new(window.crypto().ok()?.random_uuid());
        let build = BuildId::new(env!("PANELS_BUILD_ID"));
        let link = Link::new(tab.clone(), build, config, surroundings(false));
        let shell = Rc::new(Self {
            is_demo,
            locks,
            link: RefCell::new(link),
            inbox: RefCell::default(),
            busy: Cell::new(false),
            on_message,
            port: RefCell::default(),
            channel: RefCell::default(),
            alarm: RefCell::default(),
        });
        let me = shell.clone();
        let held = move || me.feed(LinkInput::LockHeld);
        shell.locks.hold(&format!("panels-tab-{tab}"), held);
        remember_for_next_start(&window, is_demo);
        shell.watch_the_page();
        Some(shell)
    }

    pub(crate) fn say(self: &Rc<Self>, message: TabMessage) {
        self.feed(LinkInput::Say(message));
    }

    fn feed(self: &Rc<Self>, input: LinkInput) {
        self.inbox.borrow_mut().push_back(input);
        if self.busy.replace(true) {
            return;
        }
        loop {
            let next = self.inbox.borrow_mut().pop_front();
            let Some(input) = next else { break };
            let now = Timestamp(js_sys::Date::now() as i64);
            self.link.borrow_mut().handle(now, input);
            loop {
                let output = self.link.borrow_mut().poll_output();
                let Some(output) = output else { break };
                self.carry_out(output);
            }
        }
        self.busy.set(false);
    }

    fn carry_out(self: &Rc<Self>, output: LinkOutput) {
        match output {
            LinkOutput::Connect => self.connect(),
            LinkOutput::Post(message) => {
                let text = serde_json::to_string(&message);
                if let (Ok(text), Some((port, _))) = (text, self.port.borrow().as_ref()) {
                    // Fails only on a closed port; the link repeats what matters.
                    let _ = port.post_message(&JsValue::from_str(&text));
                }
            }
            LinkOutput::UseChannel(name) => self.use_channel(name),
            LinkOutput::AwaitDeath(lock) => {
                let me = self.clone();
                let name = lock.clone();
                let died = move || me.feed(LinkInput::WorkerDied { lock });
                self.locks.await_release(&name, died);
            }
            LinkOutput::WakeAt(at) => {
                let wait_ms = (at.0 - js_sys::Date::now() as i64).clamp(0, 60_000);
                let me = self.clone();
                let alarm = Timeout::new(wait_ms as u32, move || me.feed(LinkInput::Timer));
                self.alarm.replace(Some(alarm));
            }
            LinkOutput::Tell(event) => (self.on_message)(*event),
        }
    }

    fn connect(self: &Rc<Self>) {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let kind = if self.is_demo {
            demo::WORKER_NAME
        } else {
            WORKER_NAME
        };
        options.set_name(&format!("{kind}{}", env!("PANELS_BUILD_ID")));
        let base = web_sys::window()
            .and_then(|window| window.document())
            .and_then(|document| document.base_uri().ok().flatten())
            .unwrap_or_default();
        let script = web_sys::Url::new_with_base(WORKER_SCRIPT, &base).map(|url| url.href());
        let worker =
            script.and_then(|script| SharedWorker::new_with_worker_options(&script, &options));
        let Ok(worker) = worker else {
            return self.feed(LinkInput::LoadFailed);
        };
        let me = self.clone();
        let failed = Closure::once_into_js(move || me.feed(LinkInput::LoadFailed));
        worker.set_onerror(Some(failed.unchecked_ref()));
        let port = worker.port();
        let heard = self.hearing();
        port.set_onmessage(Some(heard.as_ref().unchecked_ref()));
        if let Some((old, _)) = self.port.replace(Some((port, heard))) {
            old.close();
        }
    }

    fn use_channel(self: &Rc<Self>, name: Option<String>) {
        if let Some((old, _)) = self.channel.take() {
            old.close();
        }
        let Some(Ok(channel)) = name.map(|name| BroadcastChannel::new(&name)) else {
            return;
        };
        let heard = self.hearing();
        channel.set_onmessage(Some(heard.as_ref().unchecked_ref()));
        self.channel.replace(Some((channel, heard)));
    }

    fn hearing(self: &Rc<Self>) -> Heard {
        let me = self.clone();
        Closure::new(move |event: MessageEvent| {
            let text = event.data().as_string().unwrap_or_default();
            if let Ok(message) = serde_json::from_str::<FromWorker>(&text) {
                me.feed(LinkInput::Heard(Box::new(message)));
            }
        })
    }

    fn watch_the_page(self: &Rc<Self>) {
        let Some(window) = web_sys::window() else {
            return;
        };
        for (event, woke) in [("online", true), ("offline", false), ("pageshow", true)] {
            self.on(&window, event, move || {
                TabMessage::Surroundings(surroundings(woke))
            });
        }
        if let Some(document) = window.document() {
            self.on(&document, "visibilitychange", || {
                TabMessage::Surroundings(surroundings(false))
            });
        }
    }

    fn on(
        self: &Rc<Self>,
        target: &web_sys::EventTarget,
        event: &str,
        message: impl Fn() -> TabMessage + 'static,
    ) {
        let me = self.clone();
        let listener = Closure::<dyn FnMut()>::new(move || me.say(message()));
        let added =
            target.add_event_listener_with_callback(event, listener.as_ref().unchecked_ref());
        if added.is_ok() {
            // Lives as long as the page.
            listener.forget();
        }
    }
}

/// The next page of this build starts its worker early; after the demonstration none does, because that has a worker of its own.
fn remember_for_next_start(window: &web_sys::Window, is_demo: bool) {
    let Ok(Some(storage)) = window.local_storage() else {
        return;
    };
    let page = js_sys::Reflect::get(window, &EARLY_PAGE.into());
    let page = page.ok().and_then(|page| page.as_string());
    // What cannot be kept is started when the page is ready.
    _ = match page.filter(|_| !is_demo) {
        Some(page) => {
            let worker = format!("{page} {}", env!("PANELS_BUILD_ID"));
            storage.set_item(EARLY_KEY, &worker)
        }
        None => storage.remove_item(EARLY_KEY),
    };
}

/// What the worker has to know of the page now.
pub(crate) fn surroundings(woke: bool) -> Surroundings {
    let window = web_sys::window();
    let visibility = window
        .as_ref()
        .and_then(web_sys::Window::document)
        .map(|document| document.visibility_state());
    Surroundings {
        visible: visibility == Some(VisibilityState::Visible),
        online: window.is_none_or(|window| window.navigator().on_line()),
        woke,
        zone_offset_minutes: zone_offset_minutes(now()),
    }
}
