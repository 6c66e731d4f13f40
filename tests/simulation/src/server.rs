//! The server: a copy of a prepared sandbox with its clinic, and the clock it believes in.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use panels_core::engine::{HttpAnswer, HttpRequest};
use panels_sandbox::{
    Sandbox,
    clinic::{Clinic, ClinicOptions},
    faults::{Command, Served},
    options::{Behaviour, Limits, Options},
    sandbox::{HttpRequest as Asked, HttpResponse, SocketId},
};
use serde_json::Value;

use crate::{
    checkers::Words,
    plan::{ServerPlan, Size},
    queue::Millis,
    truth::{Cause, Reading, Truth, User},
};

/// Base address as the engine is configured with it.
pub(crate) const BASE: &str = "https://medplum.test/";
/// When every run starts: 2026-11-22T10:00:00Z.
pub(crate) const START: Millis = 1_795_341_600_000;
/// Path of the socket.
const SOCKET_PATH: &str = "/ws/subscriptions-r4";

/// A sandbox filled once, to be copied.
#[derive(Debug)]
struct Prepared {
    sandbox: Sandbox,
    clinic: Clinic,
    truth: Truth,
    words: Words,
}

thread_local! {
    static PREPARED: RefCell<BTreeMap<Size, Rc<Prepared>>> = RefCell::default();
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) sandbox: Sandbox,
    pub(crate) clinic: Clinic,
}

impl Server {
    /// A server, what it holds, and the words in it that must stay secret.
    pub(crate) fn new(size: Size, plan: &ServerPlan, seed: u64) -> (Self, Truth, Words) {
        let prepared = prepare(size);
        let mut sandbox = prepared.sandbox.clone();
        sandbox.reseed(seed);
        sandbox.reconfigure(options(plan));
        let mut server = Self {
            sandbox,
            clinic: prepared.clinic.clone(),
        };
        if plan.clock_ahead_ms != 0 {
            server.command(
                START,
                Command::ClockSkew {
                    ms: plan.clock_ahead_ms,
                },
            );
        }
        (server, prepared.truth.clone(), prepared.words.clone())
    }

    /// The server's own clock.
    pub(crate) fn clock(&self, now: Millis) -> Millis {
        now + self.sandbox.clock_skew_ms()
    }

    /// Carries out a fault.
    pub(crate) fn command(&mut self, now: Millis, command: Command) {
        let clock = self.clock(now);
        // One that finds nothing to act on (no subscription is bound) is no fault this time.
        let _ = self.sandbox.command(clock, command);
    }

    /// A fault as `POST /control` takes it.
    pub(crate) fn command_json(&mut self, now: Millis, command: Value) {
        if let Ok(command) = serde_json::from_value(command) {
            self.command(now, command);
        }
    }

    /// Serves a request: the answer and how long it is held back, or nothing: the connection breaks.
    pub(crate) fn serve(
        &mut self,
        now: Millis,
        request: &HttpRequest,
        address: &str,
    ) -> Option<(HttpAnswer, Millis)> {
        let clock = self.clock(now);
        match self.sandbox.serve(clock, &asked(request, address)) {
            Served::Answer { response, delay_ms } => {
                let exposed = self.sandbox.options().behaviour.rate_limit_header_exposed;
                Some((answer(response, exposed), delay_ms as Millis))
            }
            Served::Drop => None,
        }
    }

    /// Accepts a socket, or not.
    pub(crate) fn open_socket(&mut self, now: Millis) -> Option<SocketId> {
        let clock = self.clock(now);
        self.sandbox.socket_open(clock, SOCKET_PATH).ok()
    }

    /// When it has something to do by itself.
    pub(crate) fn next_tick(&self) -> Option<Millis> {
        let at = self.sandbox.next_tick()?;
        Some(at - self.sandbox.clock_skew_ms())
    }
}

fn prepare(size: Size) -> Rc<Prepared> {
    PREPARED.with_borrow_mut(|prepared| {
        let entry = prepared.entry(size);
        entry.or_insert_with(|| Rc::new(fill(size))).clone()
    })
}

fn fill(size: Size) -> Prepared {
    let mut sandbox = Sandbox::new(options(&ServerPlan::default()), START);
    let asked = ClinicOptions {
        patients: size.patients,
        tasks: size.tasks,
        seed: size.tasks as u64,
    };
    let clinic = Clinic::open(&mut sandbox, asked, START);
    let Ok(clinic) = clinic else {
        unreachable!("the sandbox accepts its own clinic");
    };
    let memberships: Vec<_> = sandbox.iterate("ProjectMembership").cloned().collect();
    let users = clinic.accounts.iter().map(|account| {
        let own = memberships
            .iter()
            .find(|membership| membership["profile"]["reference"] == account.profile.as_str());
        User {
            profile: account.profile.clone(),
            membership: own
                .and_then(|membership| membership["id"].as_str())
                .unwrap_or_default()
                .to_owned(),
            email: account.email.clone(),
            reading: if account.access.starts_with("own") {
                Reading::OwnTasks
            } else {
                Reading::Everything
            },
            reading_since: 0,
        }
    });
    let mut truth = Truth::new(users.collect());
    for kind in ["Patient", "Task"] {
        for version in sandbox.store().iterate(kind) {
            let id = version.value["id"].as_str().unwrap_or_default();
            let content = Some((version.version_id.as_str(), &version.value));
            truth.commit(0, kind, id, content, Cause::Write);
        }
    }
    Prepared {
        clinic,
        truth,
        words: Words::of(&sandbox),
        sandbox,
    }
}

fn options(plan: &ServerPlan) -> Options {
    Options {
        seed: 1,
        base_url: BASE.to_owned(),
        live: plan.live,
        behaviour: if plan.latest {
            Behaviour::latest()
        } else {
            Behaviour::default()
        },
        limits: if plan.tight_limits {
            Limits {
                user_fhir_points: 4_000,
                ..Limits::default()
            }
        } else {
            Limits::unlimited()
        },
        access_seconds: plan.access_seconds,
        cheap_signatures: true,
        ..Options::default()
    }
}

fn asked(request: &HttpRequest, address: &str) -> Asked {
    let headers = request.headers().into_iter();
    let headers = headers.map(|(name, value)| (name.to_owned(), value.reveal().to_owned()));
    let address = ("x-forwarded-for".to_owned(), address.to_owned());
    let headers = std::iter::once(address).chain(headers);
    let body = request.body.as_ref();
    Asked {
        method: request.method.as_str().to_owned(),
        path: path_of(&request.url).to_owned(),
        headers: headers.collect(),
        body: body.map_or_else(Vec::new, |body| body.text.reveal().as_bytes().to_vec()),
    }
}

/// The path and query of an address below [`BASE`].
pub(crate) fn path_of(url: &str) -> &str {
    url.get(BASE.len() - 1..).unwrap_or_default()
}

fn answer(response: HttpResponse, limits_exposed: bool) -> HttpAnswer {
    let rate_limit = if limits_exposed {
        response.header("ratelimit").map(str::to_owned)
    } else {
        None
    };
    HttpAnswer {
        status: response.status,
        rate_limit,
        body: String::from_utf8(response.body).unwrap_or_default(),
    }
}
