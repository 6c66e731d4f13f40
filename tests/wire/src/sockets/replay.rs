//! Replays a transcript step by step against a [`Sandbox`] with a clock of its own.
//!
//! Every step is checked. Frames may come in any order inside one write; a frame that nothing expects is a failure, except
//! heartbeats, which most recordings leave out.

use std::collections::{BTreeMap, BTreeSet};

use panels_sandbox::{
    Sandbox,
    sandbox::{HttpRequest, HttpResponse, Millis, SocketId, SocketOutput},
};
use serde_json::{Value, json};

use super::placeholders::Bindings;

/// A frame may stand in the recording after the next note: the recording client wrote when it had waited enough.
const NOTES_OF_DELAY_MAX: usize = 2;

/// What a socket showed.
#[derive(Clone, Debug, PartialEq)]
enum Seen {
    Frame(Value),
    Closed(u16),
}

/// A step that the sandbox is known to answer differently, and why.
#[derive(Clone, Copy, Debug)]
pub struct Deviation {
    /// Position of the step in the file.
    pub step: usize,
    /// Why.
    pub reason: &'static str,
}

/// What the recording did outside the protocol, or left out: called before every step, it does what the step needs.
pub type Hook = fn(&mut Replay, step: &Value);

/// One transcript being replayed.
#[derive(Debug)]
pub struct Replay {
    /// The server.
    pub sandbox: Sandbox,
    /// Its clock.
    pub now: Millis,
    /// Placeholders.
    pub bindings: Bindings,
    /// `Authorization` header by who acts.
    pub authorizations: BTreeMap<String, String>,
    /// Sockets by name.
    pub sockets: BTreeMap<String, SocketId>,
    start: Millis,
    notes: usize,
    deviating: BTreeSet<usize>,
    seen: Vec<(SocketId, usize, Seen)>,
    owed: Vec<(usize, SocketId, Value)>,
    failures: BTreeMap<usize, String>,
}

impl Replay {
    /// A replay that begins now.
    pub fn new(sandbox: Sandbox, now: Millis) -> Self {
        Self {
            sandbox,
            now,
            bindings: Bindings::default(),
            authorizations: BTreeMap::new(),
            sockets: BTreeMap::new(),
            start: now,
            notes: 0,
            deviating: BTreeSet::new(),
            seen: Vec::new(),
            owed: Vec::new(),
            failures: BTreeMap::new(),
        }
    }

    /// Replays all steps. `Err` lists every step that is not as recorded or not as deviating as claimed.
    pub fn run(
        mut self,
        transcript: &Value,
        hook: Hook,
        deviations: &[Deviation],
    ) -> Result<(), String> {
        self.start = self.now;
        self.deviating = deviations.iter().map(|deviation| deviation.step).collect();
        let steps = transcript["steps"].as_array().cloned().unwrap_or_default();
        for (index, step) in steps.iter().enumerate() {
            self.advance_to(step["t_ms"].as_i64().unwrap_or_default());
            if let Err(problem) = self.step(index, step, hook) {
                self.failures.insert(index, problem);
            }
            self.settle();
        }
        self.check_nothing_is_owed();
        self.check_nothing_is_left(steps.len(), 0);
        if let Err(problem) = self.bindings.times_in_order() {
            self.failures.insert(steps.len(), problem);
        }
        for deviation in deviations {
            if self.failures.remove(&deviation.step).is_none() {
                let text = format!(
                    "is as recorded although it is listed as deviating: {}",
                    deviation.reason
                );
                self.failures.insert(deviation.step, text);
            }
        }
        if self.failures.is_empty() {
            return Ok(());
        }
        let lines = self.failures.iter().map(|(index, problem)| {
            let step = steps.get(*index).map(short).unwrap_or_default();
            format!("step {index} {step}\n    {problem}")
        });
        Err(lines.collect::<Vec<_>>().join("\n"))
    }

    fn step(&mut self, index: usize, step: &Value, hook: Hook) -> Result<(), String> {
        let is_note = step.get("note").is_some();
        if is_note {
            self.notes += 1;
            self.check_nothing_is_owed();
            self.check_nothing_is_left(index, NOTES_OF_DELAY_MAX);
        }
        hook(self, step);
        self.collect();
        if is_note {
            return Ok(());
        }
        if let Some(exchange) = step.get("http") {
            return self.http(&exchange["request"], &exchange["response"]);
        }
        let name = step["socket"].as_str().unwrap_or_default();
        if let Some(url) = step["ws_open"].as_str() {
            return self.open(name, url);
        }
        if step.get("ws_error").is_some() || step.get("ws_upgrade_refused").is_some() {
            return if self.sockets.contains_key(name) {
                Err("the socket was accepted".to_owned())
            } else {
                Ok(())
            };
        }
        if let Some(close) = step.get("ws_close") {
            return self.close(name, close);
        }
        let socket = *self
            .sockets
            .get(name)
            .ok_or_else(|| format!("{name} is not open"))?;
        if let Some(frame) = step.get("ws_send") {
            let text = match frame {
                Value::String(text) => text.clone(),
                other => self.bindings.fill_value(other)?.to_string(),
            };
            self.sandbox.socket_frame(self.now, socket, &text);
            self.collect();
            return Ok(());
        }
        if let Some(frame) = step.get("ws_recv") {
            self.receive(index, socket, frame);
            return Ok(());
        }
        Err("a step of an unknown kind".to_owned())
    }

    /// One HTTP exchange, compared with the recorded one.
    fn http(&mut self, request: &Value, expected: &Value) -> Result<(), String> {
        if expected.get("error").is_some() {
            return if self.sandbox.is_down(self.now) {
                Ok(())
            } else {
                Err("the server is up".to_owned())
            };
        }
        let answer = self.send(request)?;
        self.collect();
        if json!(answer.status) != expected["status"] {
            let body = String::from_utf8_lossy(&answer.body).into_owned();
            return Err(format!(
                "expected status {}, got {}: {body}",
                expected["status"], answer.status
            ));
        }
        for (name, value) in expected["headers"].as_object().into_iter().flatten() {
            let actual = answer
                .header(name)
                .ok_or_else(|| format!("header {name} is missing"))?;
            self.bindings
                .matches(value, &json!(actual))
                .map_err(|problem| format!("header {name}{problem}"))?;
        }
        let body = match serde_json::from_slice(&answer.body) {
            Ok(value) => value,
            Err(_) if answer.body.is_empty() => Value::Null,
            Err(_) => json!(String::from_utf8_lossy(&answer.body)),
        };
        self.bindings
            .matches(&expected["body"], &body)
            .map_err(|problem| format!("body{problem}"))
    }

    /// Sends a request as it stands in a transcript.
    pub fn send(&mut self, request: &Value) -> Result<HttpResponse, String> {
        let mut headers: Vec<(String, String)> = Vec::new();
        for (name, value) in request["headers"].as_object().into_iter().flatten() {
            headers.push((
                name.clone(),
                self.bindings.fill(value.as_str().unwrap_or_default())?,
            ));
        }
        if let Some(who) = request["as"].as_str() {
            let value = self
                .authorizations
                .get(who)
                .ok_or_else(|| format!("{who} is nobody"))?;
            headers.push(("authorization".to_owned(), value.clone()));
        }
        let body = match &request["body"] {
            Value::Null => Vec::new(),
            Value::String(text) => self.bindings.fill(text)?.into_bytes(),
            other => self.bindings.fill_value(other)?.to_string().into_bytes(),
        };
        let request = HttpRequest {
            method: request["method"].as_str().unwrap_or_default().to_owned(),
            path: encode(
                &self
                    .bindings
                    .fill(request["path"].as_str().unwrap_or_default())?,
            ),
            headers,
            body,
        };
        Ok(self.sandbox.http(self.now, &request))
    }

    fn open(&mut self, name: &str, url: &str) -> Result<(), String> {
        let path = url
            .splitn(4, '/')
            .nth(3)
            .map_or_else(|| "/".to_owned(), |path| format!("/{path}"));
        self.sockets.remove(name);
        // A refusal is checked by the step that follows.
        if let Ok(socket) = self.sandbox.socket_open(self.now, &path) {
            self.sockets.insert(name.to_owned(), socket);
        }
        Ok(())
    }

    fn close(&mut self, name: &str, close: &Value) -> Result<(), String> {
        let Some(socket) = self.sockets.remove(name) else {
            return Ok(());
        };
        if close["by"] == "client" {
            self.sandbox.socket_closed(self.now, socket);
            self.collect();
            return Ok(());
        }
        let expected = close["code"].as_u64();
        let position = self.seen.iter().position(|(from, _, seen)| {
            *from == socket
                && matches!(seen, Seen::Closed(code) if Some(u64::from(*code)) == expected)
        });
        let position =
            position.ok_or_else(|| format!("the server did not close with {expected:?}"))?;
        self.seen.remove(position);
        Ok(())
    }

    fn receive(&mut self, index: usize, socket: SocketId, frame: &Value) {
        let is_heartbeat = |frame: &Value| frame["entry"][0]["resource"]["type"] == "heartbeat";
        let waits_for_heartbeat = is_heartbeat(frame);
        if waits_for_heartbeat {
            // Those from before the last note are ones that the recording left out.
            let notes = self.notes;
            self.seen.retain(|(_, seen_at, seen)| match seen {
                Seen::Frame(frame) => *seen_at == notes || !is_heartbeat(frame),
                Seen::Closed(_) => true,
            });
        }
        self.owed.push((index, socket, frame.clone()));
        self.settle();
        if waits_for_heartbeat && self.owed.iter().any(|(owed, _, _)| *owed == index) {
            self.pass((self.sandbox.live().next_tick() - self.now).max(1));
            self.settle();
        }
    }

    /// Matches what has been seen with what is expected, in order of expectation.
    fn settle(&mut self) {
        let mut still_owed = Vec::new();
        for (index, socket, expected) in std::mem::take(&mut self.owed) {
            let found = self.seen.iter().position(|(from, _, seen)| match seen {
                Seen::Frame(frame) => {
                    *from == socket && self.bindings.clone().matches(&expected, frame).is_ok()
                }
                Seen::Closed(_) => false,
            });
            match found {
                Some(position) => {
                    let (_, _, seen) = self.seen.remove(position);
                    if let Seen::Frame(frame) = seen
                        && let Err(problem) = self.bindings.matches(&expected, &frame)
                    {
                        self.failures.insert(index, problem);
                    }
                }
                None => still_owed.push((index, socket, expected)),
            }
        }
        self.owed = still_owed;
    }

    /// At a note everything that the recording has shown before has come.
    fn check_nothing_is_owed(&mut self) {
        for (owed, socket, expected) in std::mem::take(&mut self.owed) {
            let candidates = self.seen.iter().filter_map(|(from, _, seen)| match seen {
                Seen::Frame(frame) if *from == socket => {
                    self.bindings.clone().matches(&expected, frame).err()
                }
                _ => None,
            });
            let near = candidates.collect::<Vec<_>>().join("; ");
            if self.deviating.contains(&owed) {
                self.forgive(&expected);
            }
            self.failures
                .insert(owed, format!("never came; what came: {near}"));
        }
    }

    /// Nothing has come that the recording does not show within so many notes.
    fn check_nothing_is_left(&mut self, index: usize, notes_of_delay: usize) {
        let mut unexpected = Vec::new();
        let notes = self.notes;
        self.seen.retain(|(socket, seen_at, seen)| {
            if notes - seen_at < notes_of_delay {
                return true;
            }
            match seen {
                Seen::Frame(frame) if frame["entry"][0]["resource"]["type"] == "heartbeat" => {}
                Seen::Frame(frame) => unexpected.push(format!("{socket:?} {frame}")),
                Seen::Closed(code) => unexpected.push(format!("{socket:?} closed with {code}")),
            }
            false
        });
        if !unexpected.is_empty() {
            self.failures
                .entry(index)
                .or_insert_with(|| format!("unexpected: {}", unexpected.join("; ")));
        }
    }

    /// A frame that deviates has still come: it is the first one for the same Subscription.
    fn forgive(&mut self, expected: &Value) {
        let subscription =
            |frame: &Value| frame["entry"][0]["resource"]["subscription"]["reference"].clone();
        let Ok(wanted) = self.bindings.fill_value(&subscription(expected)) else {
            return;
        };
        let found = self.seen.iter().position(|(_, _, seen)| match seen {
            Seen::Frame(frame) => subscription(frame) == wanted,
            Seen::Closed(_) => false,
        });
        if let Some(position) = found {
            self.seen.remove(position);
        }
    }

    fn advance_to(&mut self, t_ms: Millis) {
        let wanted = self.start + t_ms;
        // Every step takes some time, so that what follows is later.
        self.pass((wanted - self.now).max(1));
    }

    /// Lets time pass.
    pub fn pass(&mut self, span_ms: Millis) {
        self.now += span_ms;
        self.sandbox.tick(self.now);
        self.collect();
    }

    /// Takes what the sandbox wants to do to its sockets.
    pub fn collect(&mut self) {
        while let Some(output) = self.sandbox.poll_socket() {
            let (socket, seen) = match output {
                SocketOutput::Send(socket, text) => {
                    let frame = serde_json::from_str(&text).unwrap_or_else(|_| json!(text));
                    (socket, Seen::Frame(frame))
                }
                SocketOutput::Terminate(socket) => (socket, Seen::Closed(1006)),
                SocketOutput::Close(socket, code) => (socket, Seen::Closed(code)),
            };
            self.seen.push((socket, self.notes, seen));
        }
    }

    /// How many event frames have come that no step has shown yet.
    pub fn event_frames(&self) -> usize {
        let events = self.seen.iter().filter(|(_, _, seen)| match seen {
            Seen::Frame(frame) => frame["entry"][0]["resource"]["type"] == "event-notification",
            Seen::Closed(_) => false,
        });
        events.count()
    }

    /// Forgets what has been seen: for steps that the recording left out.
    pub fn overlook(&mut self) {
        self.collect();
        self.seen.clear();
    }
}

/// What a URL must not contain in plain is encoded, as the recording client did.
fn encode(path: &str) -> String {
    path.chars()
        .map(|character| {
            if character == ' ' {
                "%20".to_owned()
            } else {
                character.to_string()
            }
        })
        .collect()
}

fn short(step: &Value) -> String {
    let mut text = step.to_string();
    if let Some((end, _)) = text.char_indices().nth(160) {
        text.truncate(end);
    }
    text
}
