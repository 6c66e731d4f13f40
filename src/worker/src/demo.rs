//! The demonstration: a server inside this worker, fetched when it is first needed, and driven by the clock of the worker.
//!
//! What is said to it are texts; it holds nothing of ours. It must never reach the network.

use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
};

use gloo_timers::callback::Timeout;
use js_sys::Promise;
use panels_core::{
    config::demo::BASE_URL,
    engine::{HttpAnswer, HttpFailure, HttpMethod, HttpRequest, LogLevel, SocketEvent},
};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use crate::{log, socket::ABNORMAL_CLOSURE};

/// Ticks at most this often: what a machine missed while it slept is made up for a few at a time.
const TICK_INTERVAL_MS_MIN: f64 = 2.0;
/// Ticks at least this often.
const TICK_INTERVAL_MS_MAX: f64 = 1_000.0;

#[wasm_bindgen(module = "/src/demo.js")]
extern "C" {
    fn open_demo(base_url: &str) -> Promise;
}

// As `panels-demo` exports them. What fails there breaks a connection, as a server that fails does.
#[wasm_bindgen]
extern "C" {
    type DemoServer;
    #[wasm_bindgen(method, catch)]
    fn request(
        this: &DemoServer,
        now: f64,
        method: &str,
        path: &str,
        headers: &str,
        body: &str,
    ) -> Result<Option<DemoAnswer>, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn open_socket(this: &DemoServer, now: f64, path: &str) -> Result<Option<f64>, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn frame(this: &DemoServer, now: f64, socket: f64, text: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn close_socket(this: &DemoServer, now: f64, socket: f64) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn tick(this: &DemoServer, now: f64) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn next_tick(this: &DemoServer) -> Result<Option<f64>, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn poll_socket(this: &DemoServer) -> Result<Option<DemoSocketNews>, JsValue>;

    type DemoAnswer;
    #[wasm_bindgen(method)]
    fn status(this: &DemoAnswer) -> u16;
    #[wasm_bindgen(method)]
    fn header(this: &DemoAnswer, name: &str) -> Option<String>;
    #[wasm_bindgen(method)]
    fn body(this: &DemoAnswer) -> String;

    type DemoSocketNews;
    #[wasm_bindgen(method)]
    fn socket(this: &DemoSocketNews) -> f64;
    #[wasm_bindgen(method, js_name = frame)]
    fn text(this: &DemoSocketNews) -> Option<String>;
    #[wasm_bindgen(method)]
    fn code(this: &DemoSocketNews) -> u16;
}

type Tell = Rc<dyn Fn(SocketEvent)>;

/// See the module.
pub(crate) struct Demo {
    me: Weak<Self>,
    opening: RefCell<Option<Promise>>,
    /// The one socket, by its number at the server.
    listener: RefCell<Option<(f64, Tell)>>,
    alarm: RefCell<Option<Timeout>>,
}

impl Demo {
    /// Begins to fetch it: somebody is about to sign in.
    pub(crate) fn start() -> Rc<Self> {
        let demo = Rc::new_cyclic(|me| Self {
            me: me.clone(),
            opening: RefCell::default(),
            listener: RefCell::default(),
            alarm: RefCell::default(),
        });
        let first = demo.clone();
        spawn_local(async move {
            if let Some(server) = first.server().await {
                first.carry_on(&server);
            }
        });
        demo
    }

    /// Fetched once; what did not come is asked for again next time.
    async fn server(&self) -> Option<DemoServer> {
        let opening = self
            .opening
            .borrow_mut()
            .get_or_insert_with(|| open_demo(BASE_URL))
            .clone();
        match JsFuture::from(opening).await {
            Ok(server) => Some(server.unchecked_into()),
            Err(_) => {
                self.opening.take();
                log::write(LogLevel::Warn, "the demonstration could not be loaded");
                None
            }
        }
    }

    /// Its answer to a request.
    pub(crate) async fn answer(&self, request: HttpRequest) -> Result<HttpAnswer, HttpFailure> {
        let server = self.server().await.ok_or(HttpFailure::Unreachable)?;
        let headers: String = request
            .headers()
            .iter()
            .map(|(name, value)| format!("{name}:{}\n", value.reveal()))
            .collect();
        let body = request.body.as_ref().map(|body| body.text.reveal());
        let (method, path) = (method(request.method), path(&request.url));
        let answer = server.request(now(), method, path, &headers, body.unwrap_or_default());
        self.carry_on(&server);
        let answer = answer.ok().flatten().ok_or(HttpFailure::Unreachable)?;
        Ok(HttpAnswer {
            status: answer.status(),
            body: answer.body(),
            rate_limit: answer.header("ratelimit"),
        })
    }

    /// Opens a socket; `tell` hears everything that happens to it until it is dropped.
    pub(crate) fn open(&self, url: &str, tell: impl Fn(SocketEvent) + 'static) -> DemoSocket {
        let number = Rc::new(Cell::new(None));
        let (demo, held, path) = (
            self.me.clone(),
            Rc::downgrade(&number),
            path(url).to_owned(),
        );
        spawn_local(async move {
            let Some(demo) = demo.upgrade() else { return };
            let server = demo.server().await;
            let Some(held) = held.upgrade() else { return };
            let opened = server.and_then(|server| {
                let number = server.open_socket(now(), &path).ok().flatten()?;
                Some((server, number))
            });
            let Some((server, number)) = opened else {
                return tell(SocketEvent::Closed {
                    code: ABNORMAL_CLOSURE,
                });
            };
            held.set(Some(number));
            let tell: Tell = Rc::new(tell);
            demo.listener.replace(Some((number, tell.clone())));
            tell(SocketEvent::Opened);
            demo.carry_on(&server);
        });
        DemoSocket {
            demo: self.me.clone(),
            number,
        }
    }

    /// After every call: tells what happens to the socket, and comes back in time.
    fn carry_on(&self, server: &DemoServer) {
        while let Ok(Some(news)) = server.poll_socket() {
            let listener = self.listener.borrow().clone();
            let Some((_, tell)) = listener.filter(|(number, _)| *number == news.socket()) else {
                continue;
            };
            match news.text() {
                Some(text) => tell(SocketEvent::Frame(text)),
                None => {
                    self.listener.take();
                    tell(SocketEvent::Closed { code: news.code() });
                }
            }
        }
        let next = server.next_tick().ok().flatten();
        let wait_ms = next.map_or(TICK_INTERVAL_MS_MAX, |next| next - now());
        let wait_ms = wait_ms.clamp(TICK_INTERVAL_MS_MIN, TICK_INTERVAL_MS_MAX);
        let me = self.me.clone();
        let alarm = Timeout::new(wait_ms.ceil() as u32, move || {
            if let Some(me) = me.upgrade() {
                me.with_server(|server| server.tick(now()));
            }
        });
        self.alarm.replace(Some(alarm));
    }

    /// Calls it when it is there.
    fn with_server(
        self: Rc<Self>,
        call: impl FnOnce(&DemoServer) -> Result<(), JsValue> + 'static,
    ) {
        spawn_local(async move {
            if let Some(server) = self.server().await
                && call(&server).is_ok()
            {
                self.carry_on(&server);
            }
        });
    }
}

/// A socket of the demonstration. Dropping it closes it.
pub(crate) struct DemoSocket {
    demo: Weak<Demo>,
    number: Rc<Cell<Option<f64>>>,
}

impl DemoSocket {
    /// Sends a frame. On a socket that is not open it is lost, as on any broken connection.
    pub(crate) fn send(&self, text: &str) {
        if let (Some(demo), Some(number)) = (self.demo.upgrade(), self.number.get()) {
            let text = text.to_owned();
            demo.with_server(move |server| server.frame(now(), number, &text));
        }
    }
}

impl Drop for DemoSocket {
    fn drop(&mut self) {
        if let (Some(demo), Some(number)) = (self.demo.upgrade(), self.number.get()) {
            demo.listener.borrow_mut().take_if(|(of, _)| *of == number);
            demo.with_server(move |server| server.close_socket(now(), number));
        }
    }
}

fn now() -> f64 {
    js_sys::Date::now()
}

/// What follows the host, with the slash in front.
fn path(url: &str) -> &str {
    let after_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
    after_scheme
        .find('/')
        .map_or("/", |start| &after_scheme[start..])
}

fn method(method: HttpMethod) -> &'static str {
    match method {
        HttpMethod::Get => "GET",
        HttpMethod::Post => "POST",
        HttpMethod::Put => "PUT",
        HttpMethod::Patch => "PATCH",
        HttpMethod::Delete => "DELETE",
    }
}
