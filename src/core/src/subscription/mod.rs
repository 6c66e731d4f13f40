//! Subscriptions: for each watched type one for every interaction and one for deletes only, because a delete frame looks
//! like an update and only the first interaction extension counts (`transcripts/03a-events-task.json`).
//!
//! Each lives through create, token, bind, handshake. None outlives its socket, and none is ever unbound: an unbind kills
//! the Subscription for everybody (`transcripts/04b-two-sockets.json`). A handshake and heartbeats do not prove that events
//! flow; that is the reconciliation's business.

mod refusal;
mod slot;
mod wire;

use crate::{
    engine::{
        HttpMethod, LogLevel,
        io::Io,
        requests::{Outcome, Purpose, Request, Retry},
    },
    error::SubscriptionError,
    identity::{ResourceId, ResourceType, SocketId},
    limits,
    protocol::PollingReason,
    timer::Timer,
};
use refusal::{Refusal, classify};
use slot::{Bound, Renewal, Slot, SlotState};

/// Which slot a request belongs to. The round tells answers of an earlier life apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SlotKey {
    slot: usize,
    round: u32,
}

/// A request of the subscriptions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    /// The Subscription is created.
    Create(SlotKey),
    /// The binding token is fetched.
    Token(SlotKey),
    /// The Subscription is written again, so that it lives on.
    Extend(SlotKey),
}

/// Which interactions a subscription is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Interactions {
    /// Create, update and delete.
    All,
    /// Delete only.
    Deletes,
}

/// What the rest of the engine must react to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// All subscriptions of a type are bound: read what was missed.
    Bound(ResourceType),
    /// A binding of a type was lost and is being replaced.
    Doubt(ResourceType),
    /// There is no stream to be had from this server for this user.
    Refused(PollingReason),
    /// Binds fail again and again on this socket: try another one.
    SocketUseless,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Subscriptions {
    slots: Vec<Slot>,
    socket: Option<SocketId>,
    dead: Vec<ResourceId>,
}

impl Subscriptions {
    /// For these types; nothing is created before a socket is open.
    pub(crate) fn new(types: &[ResourceType]) -> Self {
        let pairs = types.iter().flat_map(|kind| {
            [Interactions::All, Interactions::Deletes].map(|which| Slot::new(kind.clone(), which))
        });
        Self {
            slots: pairs.collect(),
            socket: None,
            dead: Vec::new(),
        }
    }

    /// Whether all subscriptions of a type are bound.
    pub(crate) fn is_bound(&self, kind: &ResourceType) -> bool {
        self.socket.is_some() && self.of(kind).all(|slot| slot.bound().is_some())
    }

    /// Whether all of them are.
    pub(crate) fn all_bound(&self) -> bool {
        self.socket.is_some() && self.slots.iter().all(|slot| slot.bound().is_some())
    }

    /// Ids that exist on the server because of this life.
    pub(crate) fn ids(&self) -> Vec<ResourceId> {
        let alive = self.slots.iter().filter_map(Slot::id);
        alive.chain(&self.dead).cloned().collect()
    }

    /// Ids that an earlier life may have left on the server.
    pub(crate) fn left_behind(&mut self, ids: Vec<ResourceId>) {
        self.dead.extend(ids);
        self.trim_dead();
    }

    /// What an event of this Subscription means. Events of a Subscription that was replaced count as ordinary ones.
    pub(crate) fn interactions_of(&self, subscription: &str) -> Interactions {
        let slot = self.slots.iter().find(|slot| slot.has_id(subscription));
        slot.map_or(Interactions::All, |slot| slot.interactions)
    }

    /// A socket is open: create everything anew, since a Subscription dies with its socket.
    pub(crate) fn on_opened(&mut self, io: &mut Io, socket: SocketId) {
        self.socket = Some(socket);
        for index in 0..self.slots.len() {
            self.slots[index].attempt = 0;
            self.create(io, index);
        }
        self.schedule(io);
    }

    /// The socket is gone, and every Subscription with it; on a half-open one the server does not know yet, so their ids
    /// are kept for deletion.
    pub(crate) fn on_lost(&mut self, io: &mut Io) {
        self.socket = None;
        io.cancel_requests(|purpose| matches!(purpose, Purpose::Subscription(_)));
        for slot in &mut self.slots {
            self.dead.extend(slot.reset());
        }
        self.trim_dead();
        io.timers.stop(Timer::Binding);
    }

    /// Forgets everything: the session is over.
    pub(crate) fn forget(&mut self, io: &mut Io) {
        self.on_lost(io);
        self.dead.clear();
    }

    /// Replaces the subscriptions of a type: an update was missed although they look healthy.
    pub(crate) fn replace(&mut self, io: &mut Io, kind: &ResourceType) {
        for index in 0..self.slots.len() {
            if self.slots[index].kind == *kind && self.slots[index].bound().is_some() {
                self.recreate(io, index);
            }
        }
        self.schedule(io);
    }

    /// An answer to one of the calls.
    pub(crate) fn on_answer(&mut self, io: &mut Io, call: Call, outcome: &Outcome) -> Vec<Event> {
        let (Call::Create(key) | Call::Token(key) | Call::Extend(key)) = call;
        let known = self
            .slots
            .get(key.slot)
            .is_some_and(|slot| slot.round == key.round);
        if !known || self.socket.is_none() {
            return Vec::new();
        }
        let events = match call {
            Call::Create(_) => self.on_created(io, key.slot, outcome),
            Call::Token(_) => self.on_token(io, key.slot, outcome),
            Call::Extend(_) => self.on_extended(io, key.slot, outcome),
        };
        self.schedule(io);
        events
    }

    /// A bind succeeded.
    pub(crate) fn on_handshake(&mut self, io: &mut Io, subscription: &str) -> Vec<Event> {
        let Some(index) = self.slots.iter().position(|slot| slot.has_id(subscription)) else {
            return Vec::new();
        };
        let was_bound = self.is_bound(&self.slots[index].kind);
        self.slots[index].on_handshake(io.now);
        self.schedule(io);
        if self.all_bound() {
            self.clean_up(io);
        }
        let kind = self.slots[index].kind.clone();
        if !was_bound && self.is_bound(&kind) {
            io.log(
                LogLevel::Info,
                format!("the subscriptions of {kind} are bound"),
            );
            return vec![Event::Bound(kind)];
        }
        Vec::new()
    }

    /// A bind failed. The frame does not say which: with one on its way it is that one, else those that stay unanswered.
    pub(crate) fn on_refused(&mut self, io: &mut Io) -> Vec<Event> {
        let asked = |slot: &Slot| slot.bind_sent().is_some();
        let outstanding: Vec<_> = (0..self.slots.len())
            .filter(|index| asked(&self.slots[*index]))
            .collect();
        io.report(SubscriptionError::BindRefused);
        if let [only] = outstanding[..] {
            let events = self.fail(io, only, None);
            self.schedule(io);
            return events;
        }
        for index in outstanding {
            self.slots[index].hasten(io.now + limits::BIND_REFUSED_GRACE_MS);
        }
        self.schedule(io);
        Vec::new()
    }

    /// A fresh heartbeat: absence from its list is death.
    pub(crate) fn on_heartbeat(&mut self, io: &mut Io, listed: &[&str]) -> Vec<Event> {
        let mut events = Vec::new();
        for index in 0..self.slots.len() {
            if self.slots[index].audit(io.now, listed) {
                let kind = self.slots[index].kind.clone();
                io.report_about(SubscriptionError::NotInHeartbeat, &kind);
                self.recreate(io, index);
                events.push(Event::Doubt(kind));
            }
        }
        self.schedule(io);
        events.dedup();
        events
    }

    /// Something is due.
    pub(crate) fn on_timer(&mut self, io: &mut Io) -> Vec<Event> {
        let mut events = Vec::new();
        if self.socket.is_none() {
            return events;
        }
        for index in 0..self.slots.len() {
            if self.slots[index].due().is_none_or(|due| due > io.now) {
                continue;
            }
            match &self.slots[index].state {
                SlotState::Waiting { .. } => self.create(io, index),
                SlotState::Binding { .. } => events.extend(self.fail(io, index, None)),
                SlotState::Bound(bound) => match bound.renewal {
                    Renewal::Binding { .. } => events.extend(self.fail(io, index, None)),
                    _ if bound.needs_token(io.now) => self.renew(io, index),
                    _ => self.extend(io, index),
                },
                SlotState::Idle | SlotState::Creating | SlotState::Tokening { .. } => {}
            }
        }
        self.schedule(io);
        events
    }

    fn of(&self, kind: &ResourceType) -> impl Iterator<Item = &Slot> {
        self.slots.iter().filter(move |slot| slot.kind == *kind)
    }

    fn create(&mut self, io: &mut Io, index: usize) {
        let key = self.next_round(index);
        let slot = &mut self.slots[index];
        slot.state = SlotState::Creating;
        let body = wire::subscription(&slot.kind, slot.interactions, None, "panels");
        let purpose = Purpose::Subscription(Call::Create(key));
        io.requests.send(Request::fhir(
            purpose,
            HttpMethod::Post,
            "fhir/R4/Subscription",
            body,
        ));
    }

    fn on_created(&mut self, io: &mut Io, index: usize, outcome: &Outcome) -> Vec<Event> {
        match outcome {
            Ok(answer) if answer.status == 201 => match wire::created_id(&answer.body) {
                Some(id) => {
                    self.slots[index].state = SlotState::Tokening { id: id.clone() };
                    self.ask_token(io, index, &id);
                    Vec::new()
                }
                None => self.fail(io, index, None),
            },
            _ => self.refuse(io, index, outcome),
        }
    }

    fn ask_token(&mut self, io: &mut Io, index: usize, id: &ResourceId) {
        let key = SlotKey {
            slot: index,
            round: self.slots[index].round,
        };
        let purpose = Purpose::Subscription(Call::Token(key));
        let path = format!("fhir/R4/Subscription/{id}/$get-ws-binding-token");
        io.requests.send(Request {
            retry: Retry::Never,
            ..Request::get(purpose, path)
        });
    }

    fn on_token(&mut self, io: &mut Io, index: usize, outcome: &Outcome) -> Vec<Event> {
        let token = match outcome {
            Ok(answer) if answer.status == 200 => wire::binding_token(&answer.body),
            _ => return self.refuse(io, index, outcome),
        };
        let (Some(token), Some(socket)) = (token, self.socket) else {
            return self.fail(io, index, None);
        };
        if self.slots[index].on_bind_sent(io.now) {
            io.send_frame(socket, wire::bind_frame(&token));
        }
        Vec::new()
    }

    fn renew(&mut self, io: &mut Io, index: usize) {
        if let SlotState::Bound(bound) = &mut self.slots[index].state {
            bound.renewal = Renewal::Token;
            let id = bound.id.clone();
            self.ask_token(io, index, &id);
        }
    }

    fn extend(&mut self, io: &mut Io, index: usize) {
        let key = SlotKey {
            slot: index,
            round: self.slots[index].round,
        };
        let slot = &mut self.slots[index];
        if let SlotState::Bound(bound) = &mut slot.state {
            // Only a PUT that changes something extends the 24 hours (`transcripts/04c-silent-death.json`).
            bound.extensions += 1;
            bound.extend_at = io.now + limits::BINDING_RENEW_AFTER_MS;
            let reason = format!("panels {}", bound.extensions);
            let body = wire::subscription(&slot.kind, slot.interactions, Some(&bound.id), &reason);
            let path = format!("fhir/R4/Subscription/{}", bound.id);
            let purpose = Purpose::Subscription(Call::Extend(key));
            io.requests.send(Request {
                retry: Retry::Times(5),
                ..Request::fhir(purpose, HttpMethod::Put, path, body)
            });
        }
    }

    fn on_extended(&mut self, io: &mut Io, index: usize, outcome: &Outcome) -> Vec<Event> {
        let done = matches!(outcome, Ok(answer) if matches!(answer.status, 200 | 201));
        if let SlotState::Bound(bound) = &mut self.slots[index].state
            && done
        {
            bound.extend_at = io.now + limits::SUBSCRIPTION_EXTEND_AFTER_MS;
            return Vec::new();
        }
        let kind = self.slots[index].kind.clone();
        self.recreate(io, index);
        vec![Event::Doubt(kind)]
    }

    fn refuse(&mut self, io: &mut Io, index: usize, outcome: &Outcome) -> Vec<Event> {
        match classify(outcome) {
            Refusal::NoStream(reason) => {
                io.log(
                    LogLevel::Warn,
                    format!("no stream from this server: {reason:?}"),
                );
                vec![Event::Refused(reason)]
            }
            Refusal::Wait(wait_ms) => self.fail(io, index, Some(wait_ms)),
            Refusal::Gone | Refusal::Other => self.fail(io, index, None),
        }
    }

    /// Starts over after a wait; a bound slot that cannot be renewed puts its type in doubt.
    fn fail(&mut self, io: &mut Io, index: usize, told_ms: Option<i64>) -> Vec<Event> {
        let slot = &mut self.slots[index];
        let was_bound = slot.bound().is_some();
        self.dead.extend(slot.reset());
        let ceiling =
            (limits::BACKOFF_BASE_MS << slot.attempt.min(10)).min(limits::BACKOFF_MAX_LATE_MS);
        slot.attempt += 1;
        let wait_ms = told_ms.unwrap_or(0) + io.jitter_ms(ceiling);
        slot.state = SlotState::Waiting {
            until: io.now + wait_ms,
        };
        self.trim_dead();
        let slot = &self.slots[index];
        let mut events = Vec::new();
        if was_bound {
            events.push(Event::Doubt(slot.kind.clone()));
        }
        if told_ms.is_none() && slot.attempt.is_multiple_of(4) {
            events.push(Event::SocketUseless);
        }
        events
    }

    fn recreate(&mut self, io: &mut Io, index: usize) {
        self.dead.extend(self.slots[index].reset());
        self.trim_dead();
        self.create(io, index);
    }

    /// Frees what earlier sockets may have left behind: it slows every write and counts against a cap.
    fn clean_up(&mut self, io: &mut Io) {
        for id in std::mem::take(&mut self.dead) {
            let path = format!("fhir/R4/Subscription/{id}");
            io.requests.send(Request {
                method: HttpMethod::Delete,
                retry: Retry::Never,
                ..Request::get(Purpose::CleanUp, path)
            });
        }
    }

    fn trim_dead(&mut self) {
        let excess = self
            .dead
            .len()
            .saturating_sub(limits::DEAD_SUBSCRIPTIONS_MAX);
        self.dead.drain(..excess);
    }

    fn next_round(&mut self, index: usize) -> SlotKey {
        let slot = &mut self.slots[index];
        slot.round = slot.round.wrapping_add(1);
        SlotKey {
            slot: index,
            round: slot.round,
        }
    }

    fn schedule(&self, io: &mut Io) {
        match self.slots.iter().filter_map(Slot::due).min() {
            Some(due) if self.socket.is_some() => io.timers.set(Timer::Binding, due),
            _ => io.timers.stop(Timer::Binding),
        }
    }
}

impl Slot {
    /// The binding, if there is one.
    fn bound(&self) -> Option<&Bound> {
        match &self.state {
            SlotState::Bound(bound) => Some(bound),
            _ => None,
        }
    }
}
