//! A fleet: thousands of browsers, each with a real engine, lose their one server for a while. Counted is what the server is
//! asked in each second, before and after.
//!
//! Nothing else goes wrong, and nobody writes while the server is there: what is looked at is the load of coming back.

mod client;

use std::collections::{BTreeMap, HashMap};

use fastrand::Rng;
use panels_core::engine::{HttpFailure, HttpRequest, Input, SocketEvent};
use panels_sandbox::{
    options::Options,
    sandbox::{SocketId as ServerSocket, SocketOutput},
};
use serde_json::json;

use crate::{
    plan::{ServerPlan, Size},
    queue::{Millis, Queue},
    server::{START, Server},
};
use client::{Client, Want};

/// Way to the server and back, each.
const TRANSIT_MS: std::ops::Range<Millis> = 10..30;
/// People arrive over this time: their periodic searches are spread from the start.
const ARRIVAL_MS: Millis = 60_000;
/// From when on the load is steady: everybody has loaded and searched at least once.
const STEADY_AFTER_MS: Millis = 150_000;
/// How long the steady load is measured.
const STEADY_MS: Millis = 60_000;
/// How often the server looks after its timers.
const TICK_MS: Millis = 500;
/// A server that is away refuses at once.
const REFUSED_MS: Millis = 5;

/// How large a fleet is, and how long its server is away.
#[derive(Clone, Copy, Debug)]
pub struct FleetPlan {
    /// Browsers that are simulated.
    pub clients: usize,
    /// Browsers that the hospital says it has: with more than are simulated, these are a sample.
    pub browsers: usize,
    /// How long the server is away.
    pub outage_ms: Millis,
    /// How long to look on after that.
    pub after_ms: Millis,
    /// Where everything random comes from.
    pub seed: u64,
}

/// What was counted.
#[derive(Clone, Debug, Default)]
pub struct FleetReport {
    /// Requests in a second before, on average and at most.
    pub steady_per_s: f64,
    /// See above.
    pub steady_per_s_max: u32,
    /// Attempts to connect in a second while the server was away, at most.
    pub knocks_per_s_max: u32,
    /// Requests in each second after the return.
    pub after_per_s: Vec<u32>,
    /// Sockets opened in each second after the return.
    pub sockets_per_s: Vec<u32>,
    /// For every client, sorted: from the return until it said `Live`.
    pub live_ms: Vec<Millis>,
    /// Clients that did not.
    pub not_live: usize,
    /// Audit events that the server has.
    pub audited: usize,
}

impl FleetReport {
    /// Requests per second after the return, in the busiest of all spans of so many seconds.
    pub fn peak_per_s(&self, span_s: usize) -> f64 {
        let spans = self.after_per_s.windows(span_s);
        let busiest = spans.map(|span| span.iter().sum::<u32>()).max();
        f64::from(busiest.unwrap_or_default()) / span_s as f64
    }

    /// By when so many of a hundred clients were live.
    pub fn live_ms(&self, percent: usize) -> Millis {
        let last = self.live_ms.len().saturating_sub(1);
        let place = last * percent / 100;
        self.live_ms.get(place).copied().unwrap_or(Millis::MAX)
    }
}

impl std::fmt::Display for FleetReport {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sockets = self.sockets_per_s.iter().max().copied();
        writeln!(
            formatter,
            "requests per second before: {:.0}, at most {}\nrequests per second after: at most {} ({:.2} of before)\n\
             sockets per second while away: at most {}; after: at most {}",
            self.steady_per_s,
            self.steady_per_s_max,
            self.peak_per_s(1),
            self.peak_per_s(1) / self.steady_per_s,
            self.knocks_per_s_max,
            sockets.unwrap_or_default(),
        )?;
        let seconds = |percent| self.live_ms(percent) as f64 / 1_000.0;
        write!(
            formatter,
            "live again after: half {:.1} s, 90 % {:.1} s, all {:.1} s; not live: {}",
            seconds(50),
            seconds(90),
            seconds(100),
            self.not_live
        )
    }
}

/// What happens.
enum Event {
    Arrive(usize),
    Alarm(usize, u64),
    Hear(usize, Box<Input>),
    Serve(usize, Box<HttpRequest>),
    Accept(usize, panels_core::identity::SocketId),
    Frame(ServerSocket, String),
    Hang(ServerSocket),
    Tick,
}

struct Fleet {
    now: Millis,
    queue: Queue<Event>,
    server: Server,
    rng: Rng,
    clients: Vec<Client>,
    by_socket: HashMap<ServerSocket, usize>,
    requests: BTreeMap<Millis, u32>,
    sockets: BTreeMap<Millis, u32>,
    /// From when on it is noted when clients become live.
    noting_from: Millis,
}

/// Runs a fleet.
pub fn run(plan: FleetPlan) -> FleetReport {
    let size = Size {
        patients: 3,
        tasks: 10,
    };
    let (mut server, truth, _) = Server::new(size, &ServerPlan::default(), plan.seed);
    let options = Options {
        sessions_listed_max: 1,
        ..server.sandbox.options().clone()
    };
    server.sandbox.reconfigure(options);
    let email = truth.users()[0].email.clone();
    let mut rng = Rng::with_seed(plan.seed);
    let clients = (0..plan.clients).map(|_| Client::new(rng.u64(..), &email, plan.browsers, START));
    let mut fleet = Fleet {
        now: START,
        queue: Queue::default(),
        server,
        clients: clients.collect(),
        rng,
        by_socket: HashMap::new(),
        requests: BTreeMap::new(),
        sockets: BTreeMap::new(),
        noting_from: Millis::MAX,
    };
    for client in 0..plan.clients {
        let at = START + fleet.rng.i64(0..ARRIVAL_MS);
        fleet.queue.push(at, Event::Arrive(client));
    }
    fleet.queue.push(START, Event::Tick);
    let gone_at = START + STEADY_AFTER_MS + STEADY_MS;
    let back_at = gone_at + plan.outage_ms;
    fleet.run_until(gone_at);
    let restart = json!({ "do": "restart", "how": "crash", "downMs": plan.outage_ms });
    fleet.server.command_json(gone_at, restart);
    fleet.drain();
    fleet.run_until(back_at);
    fleet.noting_from = back_at;
    for client in &mut fleet.clients {
        client.live_at = None;
    }
    fleet.run_until(back_at + plan.after_ms);
    fleet.report(gone_at, back_at)
}

impl Fleet {
    fn run_until(&mut self, end: Millis) {
        while let Some((at, event)) = self
            .queue
            .next_due()
            .filter(|at| *at < end)
            .and_then(|_| self.queue.pop())
        {
            self.now = at;
            self.happen(event);
        }
        self.now = end;
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Arrive(client) => {
                for input in self.clients[client].arrival() {
                    self.feed(client, input);
                }
            }
            Event::Alarm(client, number) => {
                if self.clients[client].alarm == number {
                    self.feed(client, Input::Timer);
                }
            }
            Event::Hear(client, input) => self.feed(client, *input),
            Event::Serve(client, request) => self.serve(client, &request),
            Event::Accept(client, socket) => self.accept(client, socket),
            Event::Frame(socket, text) => {
                if !self.is_down() {
                    let clock = self.server.clock(self.now);
                    self.server.sandbox.socket_frame(clock, socket, &text);
                    self.drain();
                }
            }
            Event::Hang(socket) => {
                self.by_socket.remove(&socket);
                let clock = self.server.clock(self.now);
                self.server.sandbox.socket_closed(clock, socket);
            }
            Event::Tick => {
                let clock = self.server.clock(self.now);
                self.server.sandbox.tick(clock);
                self.drain();
                self.queue.push(self.now + TICK_MS, Event::Tick);
            }
        }
    }

    fn is_down(&self) -> bool {
        self.server.sandbox.is_down(self.server.clock(self.now))
    }

    fn transit_ms(&mut self) -> Millis {
        self.rng.i64(TRANSIT_MS)
    }

    fn hear(&mut self, client: usize, after_ms: Millis, input: Input) {
        let event = Event::Hear(client, Box::new(input));
        self.queue.push(self.now + after_ms, event);
    }

    /// One input, and what the engine wants after it.
    fn feed(&mut self, client: usize, input: Input) {
        let wants = self.clients[client].handle(self.now, input, self.noting_from);
        for want in wants {
            self.carry_out(client, want);
        }
    }

    fn carry_out(&mut self, client: usize, want: Want) {
        let second = self.now.div_euclid(1_000);
        match want {
            Want::Http(request) => {
                *self.requests.entry(second).or_default() += 1;
                let at = self.now + self.transit_ms();
                self.queue.push(at, Event::Serve(client, request));
            }
            Want::Open(socket) => {
                *self.sockets.entry(second).or_default() += 1;
                let at = self.now + self.transit_ms();
                self.queue.push(at, Event::Accept(client, socket));
            }
            Want::Send(text) => {
                if let Some(socket) = self.clients[client].server {
                    // TCP keeps the order: every frame takes the same time.
                    let at = self.now + TRANSIT_MS.end;
                    self.queue.push(at, Event::Frame(socket, text));
                }
            }
            Want::Close => {
                if let Some(socket) = self.clients[client].server.take() {
                    let at = self.now + TRANSIT_MS.end;
                    self.queue.push(at, Event::Hang(socket));
                }
            }
            Want::Wake(at, alarm) => self.queue.push(at, Event::Alarm(client, alarm)),
            Want::Hear(input) => self.hear(client, 1, *input),
        }
    }

    fn serve(&mut self, client: usize, request: &HttpRequest) {
        let served = self.server.serve(self.now, request, "10.0.0.1");
        let result = match served {
            Some((answer, _)) => Ok(answer),
            None => Err(HttpFailure::Unreachable),
        };
        let after_ms = match result {
            Ok(_) => self.transit_ms(),
            Err(_) => REFUSED_MS,
        };
        let request = request.id;
        self.hear(client, after_ms, Input::Http { request, result });
    }

    fn accept(&mut self, client: usize, socket: panels_core::identity::SocketId) {
        if self.clients[client].socket != Some(socket) {
            return;
        }
        let (event, after_ms) = match self.server.open_socket(self.now) {
            Some(server) => {
                self.clients[client].server = Some(server);
                self.by_socket.insert(server, client);
                (SocketEvent::Opened, TRANSIT_MS.end)
            }
            None => (SocketEvent::Closed { code: 1006 }, REFUSED_MS),
        };
        self.hear(client, after_ms, Input::Socket { socket, event });
    }

    /// Hands on what the server sends.
    fn drain(&mut self) {
        while let Some(output) = self.server.sandbox.poll_socket() {
            let (server, event) = match output {
                SocketOutput::Send(socket, text) => (socket, SocketEvent::Frame(text)),
                SocketOutput::Terminate(socket) => (socket, SocketEvent::Closed { code: 1006 }),
                SocketOutput::Close(socket, code) => (socket, SocketEvent::Closed { code }),
            };
            let Some(client) = self.by_socket.get(&server).copied() else {
                continue;
            };
            if matches!(event, SocketEvent::Closed { .. }) {
                self.by_socket.remove(&server);
                self.clients[client].server = None;
            }
            if let Some(socket) = self.clients[client].socket {
                self.hear(client, TRANSIT_MS.end, Input::Socket { socket, event });
            }
        }
    }

    fn report(&self, gone_at: Millis, back_at: Millis) -> FleetReport {
        let seconds = |counts: &BTreeMap<Millis, u32>, from: Millis, to: Millis| -> Vec<u32> {
            let seconds = from.div_euclid(1_000)..to.div_euclid(1_000);
            seconds
                .map(|second| counts.get(&second).copied().unwrap_or_default())
                .collect()
        };
        let steady = seconds(&self.requests, gone_at - STEADY_MS, gone_at);
        let knocks = seconds(&self.sockets, gone_at, back_at);
        let mut live_ms: Vec<_> = self
            .clients
            .iter()
            .filter_map(|client| client.live_at)
            .map(|at| at - back_at)
            .collect();
        live_ms.sort_unstable();
        FleetReport {
            steady_per_s: f64::from(steady.iter().sum::<u32>()) / steady.len().max(1) as f64,
            steady_per_s_max: steady.iter().copied().max().unwrap_or_default(),
            knocks_per_s_max: knocks.iter().copied().max().unwrap_or_default(),
            after_per_s: seconds(&self.requests, back_at, self.now),
            sockets_per_s: seconds(&self.sockets, back_at, self.now),
            not_live: self.clients.len() - live_ms.len(),
            live_ms,
            audited: self.server.sandbox.iterate("AuditEvent").count(),
        }
    }
}
