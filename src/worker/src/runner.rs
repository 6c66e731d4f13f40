//! The loop around the engine: feeds inputs with the time, carries out outputs.
//!
//! Decides nothing about patients, rows or connections. An input that comes while outputs are carried out waits its turn.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, VecDeque},
    rc::{Rc, Weak},
};

use gloo_timers::callback::Timeout;
use panels_core::{
    config::Server,
    engine::{Engine, Input, Output, SocketEvent},
    identity::RequestId,
    time::Timestamp,
};
use wasm_bindgen_futures::spawn_local;
use web_sys::AbortController;

use crate::{
    log,
    ports::Ports,
    socket::ABNORMAL_CLOSURE,
    storage::{Keeper, indexed_db::IndexedDb},
    transport::{Transport, Wire},
};

/// First word of the names of all databases of this application.
const DATABASE_PREFIX: &str = "panels";

/// Longest timer that browsers take.
const TIMER_MS_MAX: i64 = i32::MAX as i64;

/// The engine and what it holds of the browser.
pub(crate) struct Runner {
    engine: RefCell<Engine>,
    inbox: RefCell<VecDeque<Input>>,
    busy: Cell<bool>,
    ports: Rc<RefCell<Ports>>,
    transport: Transport,
    socket: RefCell<Option<Wire>>,
    requests: RefCell<BTreeMap<RequestId, Option<AbortController>>>,
    alarm: RefCell<Option<Timeout>>,
    keeper: Keeper<IndexedDb>,
}

/// The time.
pub(crate) fn now() -> Timestamp {
    Timestamp(js_sys::Date::now() as i64)
}

impl Runner {
    pub(crate) fn start(engine: Engine, server: &Server, ports: Rc<RefCell<Ports>>) -> Rc<Self> {
        let runner = Rc::new_cyclic(|this: &Weak<Self>| {
            let this = this.clone();
            let storage = (!server.is_demo()).then(|| IndexedDb::new(DATABASE_PREFIX));
            let keeper = Keeper::new(storage, move |input| {
                if let Some(runner) = this.upgrade() {
                    runner.feed(input);
                }
            });
            Self {
                engine: RefCell::new(engine),
                inbox: RefCell::default(),
                busy: Cell::new(false),
                ports,
                transport: Transport::to(server),
                socket: RefCell::default(),
                requests: RefCell::default(),
                alarm: RefCell::default(),
                keeper,
            }
        });
        runner.feed(Input::Timer);
        runner
    }

    /// Takes an input.
    pub(crate) fn feed(self: &Rc<Self>, input: Input) {
        self.inbox.borrow_mut().push_back(input);
        if self.busy.replace(true) {
            return;
        }
        loop {
            let next = self.inbox.borrow_mut().pop_front();
            let Some(input) = next else { break };
            self.engine.borrow_mut().handle(now(), input);
            loop {
                let output = self.engine.borrow_mut().poll_output();
                let Some(output) = output else { break };
                self.carry_out(output);
            }
        }
        self.busy.set(false);
    }

    /// Calls back when everything that is to be kept is kept.
    pub(crate) fn finish(&self, then: impl FnOnce() + 'static) {
        self.keeper.finish(then);
    }

    fn carry_out(self: &Rc<Self>, output: Output) {
        match output {
            Output::OpenSocket { socket, url } => {
                self.socket.take();
                let runner = self.clone();
                let tell = move |event| runner.feed(Input::Socket { socket, event });
                let opened = self.transport.open(socket, &url, tell);
                if opened.is_none() {
                    let event = SocketEvent::Closed {
                        code: ABNORMAL_CLOSURE,
                    };
                    self.feed(Input::Socket { socket, event });
                }
                self.socket.replace(opened);
            }
            Output::SendFrame { socket, text } => {
                let held = self.socket.borrow();
                if let Some(open) = held.as_ref().filter(|open| open.id == socket) {
                    open.send(text.reveal());
                }
            }
            Output::CloseSocket { socket } => {
                let ours = self.socket.borrow().as_ref().map(|open| open.id) == Some(socket);
                if ours {
                    self.socket.take();
                }
            }
            Output::Http(request) => {
                let abort = AbortController::new().ok();
                let id = request.id;
                self.requests.borrow_mut().insert(id, abort.clone());
                let runner = self.clone();
                spawn_local(async move {
                    let result = runner.transport.send(request, abort).await;
                    if runner.requests.borrow_mut().remove(&id).is_some() {
                        runner.feed(Input::Http {
                            request: id,
                            result,
                        });
                    }
                });
            }
            Output::AbortHttp { request } => {
                let abort = self.requests.borrow_mut().remove(&request).flatten();
                if let Some(abort) = abort {
                    abort.abort();
                }
            }
            Output::WakeAt(at) => self.wake_at(at),
            Output::ToTab { tab, message } => self.ports.borrow().to_tab(&tab, message),
            Output::ToAll { message } => self.ports.borrow().to_all(message),
            Output::UseChannel { name } => self.ports.borrow_mut().use_channel(name.as_deref()),
            Output::LoadSession => self.keeper.load_session(),
            Output::SaveSession { text } => self.keeper.save_session(text),
            Output::ForgetSession => self.keeper.forget_session(),
            Output::SettleStorage { number } => {
                let runner = self.clone();
                self.keeper
                    .finish(move || runner.feed(Input::StorageSettled { number }));
            }
            Output::OpenCache { name } => self.keeper.open_cache(name),
            Output::WriteCache { write, changes } => self.keeper.write_cache(write, changes),
            Output::WipeCache => self.keeper.wipe_cache(),
            Output::Outbox(order) => self.keeper.outbox(order),
            Output::Audit(order) => self.keeper.audit(order),
            Output::Settings(order) => self.keeper.settings(order),
            Output::Log { level, text } => log::write(level, &text),
        }
    }

    fn wake_at(self: &Rc<Self>, at: Timestamp) {
        let wait_ms = at.since_ms(now()).clamp(0, TIMER_MS_MAX);
        let runner = self.clone();
        let alarm = Timeout::new(wait_ms as u32, move || runner.feed(Input::Timer));
        self.alarm.replace(Some(alarm));
    }
}
