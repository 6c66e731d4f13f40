//! The requests of the subscriptions and what their answers lead to.

use super::{
    Call, Event, SlotKey, Subscriptions,
    refusal::{Refusal, classify},
    slot::{Next, Renewal, Slot, Token},
    wire,
};
use crate::{
    engine::{
        HttpMethod,
        io::Io,
        requests::{Outcome, Purpose, Request, Retry},
    },
    error::SubscriptionError,
    identity::ResourceId,
    limits,
    protocol::PollingReason,
};

impl Call {
    pub(super) fn key(self) -> SlotKey {
        match self {
            Self::Create(key) | Self::Token(key) | Self::Renew(key) | Self::Extend(key) => key,
        }
    }
}

impl Subscriptions {
    /// An answer to one of the calls.
    pub(crate) fn on_answer(&mut self, io: &mut Io, call: Call, outcome: &Outcome) -> Vec<Event> {
        let key = call.key();
        let Some(index) = self.position(key).filter(|_| self.socket.is_some()) else {
            return Vec::new();
        };
        let slot = &self.slots[index];
        let bound_round = slot.bound.as_ref().map(|bound| bound.round);
        let events = match call {
            Call::Create(_) if slot.round == key.round => self.on_created(io, index, outcome),
            Call::Token(_) if slot.round == key.round => self.on_token(io, index, outcome),
            Call::Renew(_) if bound_round == Some(key.round) => {
                self.on_renewal(io, index, outcome);
                Vec::new()
            }
            Call::Extend(_) if bound_round == Some(key.round) => {
                self.on_extended(io, index, outcome);
                Vec::new()
            }
            _ => Vec::new(),
        };
        self.schedule(io);
        events
    }

    /// Another subscription is to take the place of what is bound, unless one is on its way.
    pub(super) fn start_successor(&mut self, io: &mut Io, index: usize) {
        let slot = &mut self.slots[index];
        if let Some(bound) = &mut slot.bound {
            bound.renewal = Renewal::None;
        }
        if matches!(slot.next, Next::None) {
            self.create(io, index);
        }
    }

    /// Creates a subscription. A successor waits while too many exist already: a few more than planned may, for a moment.
    pub(super) fn create(&mut self, io: &mut Io, index: usize) {
        let existing: usize = self.slots.iter().map(Slot::existing).sum();
        if self.slots[index].bound.is_some()
            && existing >= limits::SUBSCRIPTIONS_WITH_SUCCESSORS_MAX
        {
            self.start_over(io, index, limits::SUCCESSOR_WAIT_MS);
            return;
        }
        let slot = &mut self.slots[index];
        if let Some(id) = slot.drop_next() {
            self.leftovers.add(id, slot.interactions);
        }
        slot.next = Next::Creating;
        let key = SlotKey {
            slot: slot.number,
            round: slot.round,
        };
        let body = wire::subscription(&slot.kind, slot.interactions, None, "panels");
        io.requests.send(Request {
            timeout_ms: limits::SUBSCRIBE_TIMEOUT_MS,
            ..Request::fhir(
                Purpose::Subscription(Call::Create(key)),
                HttpMethod::Post,
                "fhir/R4/Subscription",
                body,
            )
        });
    }

    fn on_created(&mut self, io: &mut Io, index: usize, outcome: &Outcome) -> Vec<Event> {
        let created = match outcome {
            Ok(answer) if answer.status == 201 => wire::created_id(&answer.body),
            _ => None,
        };
        let Some(id) = created else {
            io.count(SubscriptionError::CreateFailed);
            return self.on_refusal(io, index, outcome);
        };
        let slot = &mut self.slots[index];
        slot.next = Next::Tokening {
            id: id.clone(),
            asked: io.now,
        };
        let key = SlotKey {
            slot: slot.number,
            round: slot.round,
        };
        ask_token(io, Call::Token(key), &id);
        Vec::new()
    }

    /// The server gives tokens or binds again: nobody has to wait out what it refused before. That it creates says nothing: it
    /// does so without the feature too, and then each creation would hurry the next for ever.
    pub(super) fn hurry_others(&mut self, io: &mut Io) {
        for slot in &mut self.slots {
            if let Next::Waiting { until } = &mut slot.next {
                *until = (*until).min(io.now + io.jitter_ms(limits::HINT_RECONNECT_MS));
            }
        }
    }

    fn on_token(&mut self, io: &mut Io, index: usize, outcome: &Outcome) -> Vec<Event> {
        let Next::Tokening { id, asked } = &self.slots[index].next else {
            return Vec::new();
        };
        let (id, asked) = (id.clone(), *asked);
        let (Some(text), Some(socket)) = (token_in(outcome), self.socket) else {
            io.count(SubscriptionError::TokenFailed);
            return self.on_refusal(io, index, outcome);
        };
        if !self.unproven {
            self.hurry_others(io);
        }
        self.slots[index].next = Next::Binding {
            id,
            token: Token::new(asked, wire::token_life_ms(&text)),
            deadline: io.now + limits::BIND_TIMEOUT_MS,
        };
        io.send_frame(socket, wire::bind_frame(&text));
        Vec::new()
    }

    /// Another token for what is bound, before or after its token has ended.
    pub(super) fn renew(&mut self, io: &mut Io, index: usize) {
        let slot = &mut self.slots[index];
        let Some(bound) = &mut slot.bound else {
            return;
        };
        bound.renewal = Renewal::Asking { asked: io.now };
        let key = SlotKey {
            slot: slot.number,
            round: bound.round,
        };
        ask_token(io, Call::Renew(key), &bound.id.clone());
    }

    fn on_renewal(&mut self, io: &mut Io, index: usize, outcome: &Outcome) {
        let Some(bound) = &mut self.slots[index].bound else {
            return;
        };
        let Renewal::Asking { asked } = bound.renewal else {
            return;
        };
        if let (Some(text), Some(socket)) = (token_in(outcome), self.socket) {
            bound.renewal = Renewal::Binding {
                token: Token::new(asked, wire::token_life_ms(&text)),
                deadline: io.now + limits::BIND_TIMEOUT_MS,
            };
            io.send_frame(socket, wire::bind_frame(&text));
            return;
        }
        io.count(SubscriptionError::TokenFailed);
        match classify(outcome) {
            // It passes: the binding lives on meanwhile, and is asked for again in good time.
            Refusal::Wait(wait_ms) => self.renew_later(io, index, wait_ms),
            Refusal::Other => self.renew_later(io, index, 0),
            Refusal::Gone | Refusal::NoStream(_) => self.start_successor(io, index),
        }
    }

    fn renew_later(&mut self, io: &mut Io, index: usize, told_ms: i64) {
        let wait_ms = told_ms + self.backoff_ms(io, index);
        if let Some(bound) = &mut self.slots[index].bound {
            let until = io.now + wait_ms;
            bound.renewal = Renewal::Waiting { until };
        }
    }

    /// Writes the Subscription again: only a PUT that changes something extends its 24 hours
    /// (`transcripts/04c-silent-death.json`).
    pub(super) fn extend(&mut self, io: &mut Io, index: usize) {
        let slot = &mut self.slots[index];
        let Some(bound) = &mut slot.bound else {
            return;
        };
        bound.extensions += 1;
        bound.extend_at = io.now + limits::EXTENSION_REPEATED_AFTER_MS;
        let key = SlotKey {
            slot: slot.number,
            round: bound.round,
        };
        let reason = format!("panels {}", bound.extensions);
        let body = wire::subscription(&slot.kind, slot.interactions, Some(&bound.id), &reason);
        let path = format!("fhir/R4/Subscription/{}", bound.id);
        io.requests.send(Request {
            retry: Retry::Times(5),
            timeout_ms: limits::SUBSCRIBE_TIMEOUT_MS,
            ..Request::fhir(
                Purpose::Subscription(Call::Extend(key)),
                HttpMethod::Put,
                path,
                body,
            )
        });
    }

    fn on_extended(&mut self, io: &mut Io, index: usize, outcome: &Outcome) {
        let slot = &mut self.slots[index];
        let done = matches!(outcome, Ok(answer) if matches!(answer.status, 200 | 201));
        if !done {
            io.report_about(SubscriptionError::ExtensionRefused, &slot.kind);
            self.start_successor(io, index);
        } else if let Some(bound) = &mut slot.bound {
            bound.extend_at = io.now + limits::SUBSCRIPTION_EXTEND_AFTER_MS;
            bound.dies_at = io.now + limits::SUBSCRIPTION_LIFE_MS;
        }
    }

    /// A bind was refused or not answered in time.
    pub(super) fn on_bind_failed(&mut self, io: &mut Io, index: usize) -> Vec<Event> {
        if !matches!(self.slots[index].next, Next::Binding { .. }) {
            self.start_successor(io, index);
            return Vec::new();
        }
        let slot = &mut self.slots[index];
        slot.binds_failed = slot.binds_failed.saturating_add(1);
        let useless =
            slot.bound.is_none() && slot.binds_failed.is_multiple_of(limits::BINDS_FAIL_MAX);
        let events = self.fail(io, index);
        if useless {
            io.report(SubscriptionError::SocketUseless);
            return vec![Event::SocketUseless];
        }
        events
    }

    fn on_refusal(&mut self, io: &mut Io, index: usize, outcome: &Outcome) -> Vec<Event> {
        match classify(outcome) {
            Refusal::NoStream(reason) => self.on_no_stream(io, index, reason),
            // Being asked to wait says nothing about the socket: no failure.
            Refusal::Wait(wait_ms) => self.start_over(io, index, wait_ms),
            Refusal::Gone | Refusal::Other => self.fail(io, index),
        }
    }

    fn on_no_stream(&mut self, io: &mut Io, index: usize, reason: PollingReason) -> Vec<Event> {
        if self.slots[index].is_trusted() {
            // A successor was refused, but what is bound delivers still.
            return self.start_over(io, index, limits::SUCCESSOR_REFUSED_WAIT_MS);
        }
        if reason == PollingReason::CapReached && self.makes_room(io) {
            return self.start_over(io, index, limits::CAP_RETRY_MS);
        }
        io.report(match reason {
            PollingReason::FeatureOff => SubscriptionError::FeatureOff,
            PollingReason::NotPermitted => SubscriptionError::NotPermitted,
            PollingReason::CapReached => SubscriptionError::CapReached,
            PollingReason::SocketsBlocked => SubscriptionError::SocketsBlocked,
        });
        vec![Event::Refused(reason)]
    }

    /// The user has too many subscriptions: what dead sockets left behind may be counted still. Deletes it, once; whether
    /// another try is worth it.
    fn makes_room(&mut self, io: &mut Io) -> bool {
        match self.room_made_at {
            Some(at) => io.now.since_ms(at) < limits::CAP_RETRY_MS,
            None if self.leftovers.undeleted().is_empty() => false,
            None => {
                self.room_made_at = Some(io.now);
                self.clean_up_by(io, 0);
                true
            }
        }
    }

    /// Starts over after so long and some jitter; what is bound goes on meanwhile.
    fn start_over(&mut self, io: &mut Io, index: usize, wait_ms: i64) -> Vec<Event> {
        let until = io.now + wait_ms + io.jitter_ms(limits::BACKOFF_BASE_MS);
        let slot = &mut self.slots[index];
        if let Some(id) = slot.drop_next() {
            self.leftovers.add(id, slot.interactions);
        }
        slot.next = Next::Waiting { until };
        Vec::new()
    }

    /// Starts over after a growing wait.
    fn fail(&mut self, io: &mut Io, index: usize) -> Vec<Event> {
        let wait_ms = self.backoff_ms(io, index);
        self.start_over(io, index, wait_ms)
    }

    fn backoff_ms(&mut self, io: &mut Io, index: usize) -> i64 {
        let slot = &mut self.slots[index];
        let ceiling =
            (limits::BACKOFF_BASE_MS << slot.attempt.min(10)).min(limits::BACKOFF_MAX_LATE_MS);
        slot.attempt = slot.attempt.saturating_add(1);
        io.jitter_ms(ceiling)
    }

    /// Frees what is not used any longer: it slows every write and counts against a cap. In no hurry: after an outage
    /// everybody does.
    pub(super) fn clean_up(&mut self, io: &mut Io) {
        self.clean_up_by(io, io.requests.clean_up_spread_ms());
    }

    fn clean_up_by(&mut self, io: &mut Io, spread_ms: i64) {
        for id in self.leftovers.take() {
            let path = format!("fhir/R4/Subscription/{id}");
            let at = io.now + io.jitter_ms(spread_ms);
            let request = Request {
                method: HttpMethod::Delete,
                retry: Retry::Never,
                ..Request::get(Purpose::CleanUp, path)
            };
            io.requests.send_at(request, at);
        }
    }
}

fn ask_token(io: &mut Io, call: Call, id: &ResourceId) {
    let path = format!("fhir/R4/Subscription/{id}/$get-ws-binding-token");
    io.requests.send(Request {
        retry: Retry::Never,
        timeout_ms: limits::SUBSCRIBE_TIMEOUT_MS,
        ..Request::get(Purpose::Subscription(call), path)
    });
}

fn token_in(outcome: &Outcome) -> Option<String> {
    match outcome {
        Ok(answer) if answer.status == 200 => wire::binding_token(&answer.body),
        _ => None,
    }
}
