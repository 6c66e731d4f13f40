//! From a committed write to event frames: at most once, without order, without replay, and silent when it fails.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Value, json};

use super::{
    EventFate, Live, Surroundings, Write,
    frames::{self, EventText},
};
use crate::{
    present::json_text,
    sandbox::{Millis, SocketId},
    store::Interaction,
};

/// What waits for its time: writes to be evaluated, events held back.
#[derive(Clone, Debug, Default)]
pub(super) struct Queue {
    waiting: BTreeMap<(Millis, u64), Waiting>,
    sequence: u64,
}

#[derive(Clone, Debug)]
enum Waiting {
    Write(OwnedWrite),
    Event {
        socket: SocketId,
        subscription: String,
        text: Arc<EventText>,
    },
}

#[derive(Clone, Debug)]
struct OwnedWrite {
    project: String,
    interaction: Interaction,
    resource: Arc<Value>,
    previous: Option<Arc<Value>>,
}

impl Queue {
    fn push(&mut self, due: Millis, waiting: Waiting) {
        self.sequence += 1;
        self.waiting.insert((due, self.sequence), waiting);
    }

    pub(super) fn next_due(&self) -> Option<Millis> {
        self.waiting.keys().next().map(|(due, _)| *due)
    }

    fn pop_due(&mut self, now: Millis) -> Option<Waiting> {
        let entry = self.waiting.first_entry()?;
        if entry.key().0 <= now {
            Some(entry.remove())
        } else {
            None
        }
    }

    pub(super) fn shift(&mut self, by_ms: Millis) {
        let waiting = std::mem::take(&mut self.waiting).into_iter();
        self.waiting = waiting
            .map(|((due, sequence), what)| ((due + by_ms, sequence), what))
            .collect();
    }

    pub(super) fn clear(&mut self) {
        self.waiting.clear();
    }
}

impl Live {
    /// A write was committed. Call it before the HTTP answer leaves: a frame may come first (`03d-load-order-latency.json`).
    pub fn committed(&mut self, around: &mut impl Surroundings, write: &Write<'_>, now: Millis) {
        match self.options.evaluation_delay_ms {
            None => self.evaluate(around, write, now),
            Some(delay) => {
                let owned = OwnedWrite {
                    project: write.project.to_owned(),
                    interaction: write.interaction,
                    resource: write.resource.clone(),
                    previous: write.previous.cloned(),
                };
                self.queue.push(now + delay, Waiting::Write(owned));
            }
        }
    }

    pub(super) fn run_queue(&mut self, around: &mut impl Surroundings, now: Millis) {
        while let Some(waiting) = self.queue.pop_due(now) {
            match waiting {
                Waiting::Write(owned) => {
                    let write = Write {
                        project: &owned.project,
                        interaction: owned.interaction,
                        resource: &owned.resource,
                        previous: owned.previous.as_ref(),
                    };
                    self.evaluate(around, &write, now);
                }
                Waiting::Event {
                    socket,
                    subscription,
                    text,
                } => self.send_event(around, socket, &subscription, &text, now),
            }
        }
    }

    fn evaluate(&mut self, around: &mut impl Surroundings, write: &Write<'_>, now: Millis) {
        if write.resource["resourceType"] == "AuditEvent" || self.sockets.is_empty() {
            return;
        }
        let matching = self.matching(around, write, now);
        if matching.is_empty() || !around.has_feature(write.project) {
            return;
        }
        let mut common: Option<Arc<EventText>> = None;
        for id in matching {
            for socket in self.receivers(around, &id, now) {
                let text =
                    match self.stripped(around, write, &id) {
                        Some(resource) => Arc::new(event_text(around, &resource, now)),
                        None => Arc::clone(common.get_or_insert_with(|| {
                            Arc::new(event_text(around, write.resource, now))
                        })),
                    };
                self.deliver(around, socket, &id, &text, now);
            }
        }
    }

    /// Ids of the Subscriptions that match and whose author may read the resource at this moment.
    fn matching(
        &mut self,
        around: &impl Surroundings,
        write: &Write<'_>,
        now: Millis,
    ) -> Vec<String> {
        self.forget_expired(now);
        let all_interactions = self.options.looks_at_all_interactions;
        let mut allowed: BTreeMap<&str, bool> = BTreeMap::new();
        let mut matching = Vec::new();
        for (id, cached) in &self.cache {
            let fires = cached.project == write.project
                && self.sockets.values().any(|socket| socket.is_bound(id))
                && cached.matches(write, all_interactions);
            let may_read = |membership: &&str| around.may_read(membership, write.resource);
            if fires
                && *allowed
                    .entry(cached.membership.as_str())
                    .or_insert_with_key(may_read)
            {
                matching.push(id.clone());
            }
        }
        matching
    }

    /// Sockets bound to the Subscription by a token that still counts.
    fn receivers(&mut self, around: &impl Surroundings, id: &str, now: Millis) -> Vec<SocketId> {
        let mut alive = Vec::new();
        let mut dead = Vec::new();
        for (socket, state) in &self.sockets {
            let Some(binding) = state.binding(id) else {
                continue;
            };
            let is_alive =
                binding.expires_s > now.div_euclid(1000) && around.is_login_active(&binding.login);
            if is_alive {
                alive.push(*socket);
            } else {
                dead.push(*socket);
            }
        }
        if self.options.purges_dead_bindings && !dead.is_empty() {
            for socket in dead {
                if let Some(state) = self.sockets.get_mut(&socket) {
                    state.unbind(id);
                }
            }
            self.cache.remove(id);
        }
        alive
    }

    fn stripped(&self, around: &impl Surroundings, write: &Write<'_>, id: &str) -> Option<Value> {
        if !self.options.strips_hidden_fields {
            return None;
        }
        let membership = &self.cache.get(id)?.membership;
        Some(around.visible(membership, write.resource))
    }

    /// Sends an event, or does to it what the fault switches say.
    fn deliver(
        &mut self,
        around: &mut impl Surroundings,
        socket: SocketId,
        id: &str,
        text: &Arc<EventText>,
        now: Millis,
    ) {
        match self.faults.fate() {
            EventFate::Deliver => self.send_event(around, socket, id, text, now),
            EventFate::Lose => self.counts.events_lost += 1,
            EventFate::Duplicate => {
                self.counts.events_duplicated += 1;
                self.send_event(around, socket, id, text, now);
                self.send_event(around, socket, id, text, now);
            }
            EventFate::Delay(delay) => {
                self.counts.events_delayed += 1;
                let waiting = Waiting::Event {
                    socket,
                    subscription: id.to_owned(),
                    text: Arc::clone(text),
                };
                self.queue.push(now + delay, waiting);
            }
        }
    }

    fn send_event(
        &mut self,
        around: &mut impl Surroundings,
        socket: SocketId,
        id: &str,
        text: &EventText,
        now: Millis,
    ) {
        if self.sockets.contains_key(&socket) {
            let frame = frames::event(text, id, now, || around.fresh_id());
            self.counts.events_sent += 1;
            self.send(socket, frame);
        }
    }
}

fn event_text(around: &mut impl Surroundings, resource: &Value, now: Millis) -> EventText {
    let reference = format!(
        "{}/{}",
        resource["resourceType"].as_str().unwrap_or_default(),
        resource["id"].as_str().unwrap_or_default()
    );
    let full_url = Value::String(format!("{}{reference}", around.fhir_base())).to_string();
    let focus = match display(resource) {
        Some(display) => json!({"reference": reference, "display": display}),
        None => json!({"reference": reference}),
    };
    let signed = around.with_signed_attachments(resource, now);
    EventText {
        focus: json_text(&focus),
        resource: json_text(signed.as_ref().unwrap_or(resource)),
        full_url,
    }
}

/// As Medplum's `getDisplayString`: a person's name, a plain `name`, else the text or the codings of `code`.
fn display(resource: &Value) -> Option<String> {
    if let Some(name) = resource["name"].as_array().and_then(|names| names.first()) {
        let parts = ["prefix", "given"]
            .into_iter()
            .flat_map(|part| name[part].as_array().into_iter().flatten());
        let words: Vec<&str> = parts
            .filter_map(Value::as_str)
            .chain(name["family"].as_str())
            .collect();
        let shown = name["text"]
            .as_str()
            .map_or_else(|| words.join(" "), str::to_owned);
        return Some(shown).filter(|shown| !shown.is_empty());
    }
    if let Some(name) = resource["name"].as_str() {
        return Some(name.to_owned());
    }
    let code = &resource["code"];
    if let Some(text) = code["text"].as_str() {
        return Some(text.to_owned());
    }
    let codings = code["coding"].as_array()?;
    let shown = codings.iter().filter_map(|coding| {
        coding["display"]
            .as_str()
            .or_else(|| coding["code"].as_str())
    });
    Some(shown.collect::<Vec<_>>().join(", ")).filter(|shown| !shown.is_empty())
}
