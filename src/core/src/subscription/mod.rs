//! Subscriptions: for each watched type one for every interaction and one for deletes only, because a delete frame looks
//! like an update and only the first interaction extension counts (`transcripts/03a-events-task.json`).
//!
//! Each lives through create, token, bind, handshake. None outlives its socket, and none is ever unbound: an unbind kills
//! the Subscription for everybody (`transcripts/04b-two-sockets.json`). One that has to be replaced delivers until its
//! successor does. A handshake and heartbeats do not prove that events flow; that is the reconciliation's business.

mod calls;
mod leftovers;
pub(crate) mod plan;
mod refusal;
mod slot;
#[cfg(test)]
mod tests;
mod wire;

use crate::{
    engine::{LogLevel, io::Io, requests::Purpose},
    error::{StateError, SubscriptionError},
    identity::{ResourceId, ResourceType, SocketId},
    limits,
    protocol::PollingReason,
    time::Timestamp,
    timer::Timer,
};
use leftovers::Leftovers;
use slot::{Handshake, Next, Renewal, Slot};

/// Subscriptions of one type: all interactions, and deletes only.
const PER_TYPE: usize = 2;

/// Which life of which slot a request belongs to: answers of an earlier one are ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SlotKey {
    slot: u64,
    round: u32,
}

/// A request of the subscriptions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    /// A Subscription is created.
    Create(SlotKey),
    /// Its binding token is fetched.
    Token(SlotKey),
    /// Another token for what is bound is fetched.
    Renew(SlotKey),
    /// What is bound is written again, so that it lives on.
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
    /// A binding of a type was lost or is not believed any longer, and is being replaced.
    Doubt(ResourceType),
    /// There is no stream to be had from this server for this user.
    Refused(PollingReason),
    /// Binds fail again and again on this socket: try another one.
    SocketUseless,
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Subscriptions {
    slots: Vec<Slot>,
    slots_made: u64,
    polled: Vec<ResourceType>,
    socket: Option<SocketId>,
    leftovers: Leftovers,
    /// Nothing was bound on the last socket, or is yet on this one.
    unproven: bool,
    /// When what is left behind was deleted for the sake of a cap.
    room_made_at: Option<Timestamp>,
}

impl Subscriptions {
    /// The types that are wanted from now on, the most important first. What is there already stays untouched; what is not
    /// wanted any longer stays for a while, because people come back.
    pub(crate) fn set_types(&mut self, io: &mut Io, wanted: &[ResourceType]) {
        let streamed: Vec<_> = self.slots.iter().map(|slot| slot.kind.clone()).collect();
        let plan = plan::plan(&streamed, wanted);
        for slot in &mut self.slots {
            if plan.streamed.contains(&slot.kind) {
                slot.retires_at = None;
            } else {
                let at = io.now + limits::TYPE_RETIRES_AFTER_MS;
                slot.retires_at.get_or_insert(at);
            }
        }
        for kind in &plan.streamed {
            if !streamed.contains(kind) {
                self.make_room(io);
                self.add_type(io, kind);
            }
        }
        if !plan.polled.is_empty() && self.polled.is_empty() {
            io.report(SubscriptionError::TooManyTypes);
        }
        self.polled = plan.polled;
        self.schedule(io);
    }

    fn add_type(&mut self, io: &mut Io, kind: &ResourceType) {
        for interactions in [Interactions::All, Interactions::Deletes] {
            self.slots_made += 1;
            self.slots
                .push(Slot::new(self.slots_made, kind.clone(), interactions));
            if self.socket.is_some() {
                self.create(io, self.slots.len() - 1);
            }
        }
    }

    /// Types that nobody needs give way to one that somebody does.
    fn make_room(&mut self, io: &mut Io) {
        while self.slots.len() + PER_TYPE > limits::SUBSCRIPTIONS_MAX {
            let idle = self.slots.iter().filter(|slot| slot.retires_at.is_some());
            let Some(oldest) = idle.min_by_key(|slot| slot.retires_at) else {
                return;
            };
            let kind = oldest.kind.clone();
            self.retire(io, |slot| slot.kind == kind);
        }
    }

    fn retire(&mut self, io: &mut Io, which: impl Fn(&Slot) -> bool) {
        let (gone, kept) = std::mem::take(&mut self.slots)
            .into_iter()
            .partition(|slot| which(slot));
        self.slots = kept;
        let gone: Vec<Slot> = gone;
        for slot in &gone {
            let number = slot.number;
            io.cancel_requests(|purpose| {
                matches!(purpose, Purpose::Subscription(call) if call.key().slot == number)
            });
            for id in slot.ids() {
                self.leftovers.add(id.clone(), slot.interactions);
            }
        }
        if !gone.is_empty() {
            self.clean_up(io);
        }
    }

    /// Whether some type has no subscriptions because there are too many.
    pub(crate) fn is_over_limit(&self) -> bool {
        !self.polled.is_empty()
    }

    /// Whether all subscriptions of a type are bound and believed.
    pub(crate) fn is_bound(&self, kind: &ResourceType) -> bool {
        let mut of_kind = self.slots.iter().filter(|slot| slot.kind == *kind);
        self.socket.is_some()
            && of_kind.next().is_some_and(Slot::is_trusted)
            && of_kind.all(Slot::is_trusted)
    }

    /// Whether all of them are, for every type that is needed.
    pub(crate) fn all_bound(&self) -> bool {
        let mut needed = self.slots.iter().filter(|slot| slot.retires_at.is_none());
        self.socket.is_some() && needed.all(Slot::is_trusted)
    }

    /// Ids that exist on the server because of this life.
    pub(crate) fn ids(&self) -> Vec<ResourceId> {
        let alive = self.slots.iter().flat_map(Slot::ids);
        alive.chain(self.leftovers.undeleted()).cloned().collect()
    }

    /// Ids that an earlier life may have left on the server.
    pub(crate) fn left_behind(&mut self, ids: Vec<ResourceId>) {
        self.leftovers.add_ids(ids);
    }

    /// What an event of this Subscription means; one that was given up on this socket still means the same.
    pub(crate) fn interactions_of(&self, io: &mut Io, subscription: &str) -> Interactions {
        let slot = self.slots.iter().find(|slot| slot.has_id(subscription));
        let known = slot.map(|slot| slot.interactions);
        known.unwrap_or_else(|| {
            io.count(StateError::SubscriptionUnknown);
            let former = self.leftovers.interactions_of(subscription);
            former.unwrap_or(Interactions::All)
        })
    }

    /// A socket is open: create everything anew, since a Subscription dies with its socket.
    pub(crate) fn on_opened(&mut self, io: &mut Io, socket: SocketId) {
        self.socket = Some(socket);
        self.leftovers.forget_former();
        // Where nothing could be bound last time, one goes ahead and the others follow if it can.
        let alone = std::mem::replace(&mut self.unproven, true) && self.slots_failed();
        for index in 0..self.slots.len() {
            if alone && index > 0 {
                let until = io.now + limits::BIND_ALONE_MS;
                self.slots[index].next = Next::Waiting { until };
            } else {
                self.create(io, index);
            }
        }
        self.schedule(io);
    }

    fn slots_failed(&self) -> bool {
        self.slots.iter().any(|slot| slot.attempt > 0)
    }

    /// The socket is gone, and every Subscription with it; on a half-open one the server does not know yet, so their ids
    /// are kept for deletion.
    pub(crate) fn on_lost(&mut self, io: &mut Io) {
        self.socket = None;
        io.cancel_requests(|purpose| matches!(purpose, Purpose::Subscription(_)));
        for slot in &mut self.slots {
            let ids: Vec<_> = slot.ids().cloned().collect();
            slot.drop_next();
            slot.bound = None;
            self.leftovers.add_ids(ids);
        }
        io.timers.stop(Timer::Binding);
    }

    /// There is no stream to be had: what was created for it is deleted at once, because nothing else would.
    pub(crate) fn give_up(&mut self, io: &mut Io) {
        self.on_lost(io);
        self.clean_up(io);
        self.room_made_at = None;
    }

    /// Forgets everything: the session is over.
    pub(crate) fn forget(&mut self, io: &mut Io) {
        self.on_lost(io);
        *self = Self {
            slots_made: self.slots_made,
            ..Self::default()
        };
    }

    /// Replaces the subscriptions of a type: an update was missed although they look healthy. They go on delivering
    /// meanwhile, but are not believed any longer.
    pub(crate) fn replace(&mut self, io: &mut Io, kind: &ResourceType) {
        for index in 0..self.slots.len() {
            if self.slots[index].kind == *kind
                && let Some(bound) = &mut self.slots[index].bound
            {
                bound.trusted = false;
                self.start_successor(io, index);
            }
        }
        self.schedule(io);
    }

    /// A bind succeeded.
    pub(crate) fn on_handshake(&mut self, io: &mut Io, subscription: &str) -> Vec<Event> {
        let Some(index) = self.slots.iter().position(|slot| slot.has_id(subscription)) else {
            io.count(StateError::SubscriptionUnknown);
            return Vec::new();
        };
        let kind = self.slots[index].kind.clone();
        let was_bound = self.is_bound(&kind);
        let slot = &mut self.slots[index];
        match slot.on_handshake(io.now, subscription) {
            Handshake::Bound(before) => {
                let interactions = slot.interactions;
                if std::mem::take(&mut self.unproven) {
                    self.hurry_others(io);
                }
                if let Some(before) = before {
                    self.leftovers.add(before, interactions);
                }
            }
            Handshake::Renewed => {
                slot.attempt = 0;
                // What was not believed for another reason than its token stays so: a successor is on its way.
                if let (Some(bound), Next::None) = (&mut slot.bound, &slot.next) {
                    bound.trusted = true;
                }
            }
            Handshake::Unasked => {}
        }
        self.schedule(io);
        if self.all_bound() {
            self.room_made_at = None;
            self.clean_up(io);
        }
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
        io.report(SubscriptionError::BindRefused);
        let slots = self.slots.iter_mut().enumerate();
        let mut outstanding: Vec<_> = slots
            .filter_map(|(index, slot)| Some((index, slot.bind_deadline()?)))
            .collect();
        let soon = io.now + limits::BIND_REFUSED_GRACE_MS;
        for (_, deadline) in &mut outstanding {
            **deadline = (**deadline).min(soon);
        }
        let events = match outstanding[..] {
            [(index, _)] => self.on_bind_failed(io, index),
            _ => Vec::new(),
        };
        self.schedule(io);
        events
    }

    /// A fresh heartbeat: absence from its list is death.
    pub(crate) fn on_heartbeat(&mut self, io: &mut Io, listed: &[&str]) -> Vec<Event> {
        let mut events = Vec::new();
        for index in 0..self.slots.len() {
            let slot = &mut self.slots[index];
            let Some(bound) = &mut slot.bound else {
                continue;
            };
            if bound.audit(io.now, listed) {
                io.report_about(SubscriptionError::NotInHeartbeat, &slot.kind);
                events.push(Event::Doubt(slot.kind.clone()));
                self.drop_bound(index);
                self.start_successor(io, index);
            }
        }
        self.schedule(io);
        events.dedup();
        events
    }

    /// Something is due.
    pub(crate) fn on_timer(&mut self, io: &mut Io) -> Vec<Event> {
        let mut events = Vec::new();
        let now = io.now;
        self.retire(io, |slot| slot.retires_at.is_some_and(|at| at <= now));
        if self.socket.is_some() {
            for index in 0..self.slots.len() {
                events.extend(self.on_slot_due(io, index));
            }
        }
        self.schedule(io);
        events.dedup();
        events
    }

    fn on_slot_due(&mut self, io: &mut Io, index: usize) -> Vec<Event> {
        let mut events = Vec::new();
        let slot = &mut self.slots[index];
        let now = io.now;
        if let Some(bound) = slot
            .bound
            .as_mut()
            .filter(|bound| bound.trusted && bound.is_over(now))
        {
            bound.trusted = false;
            io.report_about(SubscriptionError::BindingExpired, &slot.kind);
            events.push(Event::Doubt(slot.kind.clone()));
        }
        if slot
            .bind_deadline()
            .is_some_and(|deadline| *deadline <= now)
        {
            io.report_about(SubscriptionError::BindTimedOut, &slot.kind);
            events.extend(self.on_bind_failed(io, index));
            return events;
        }
        if matches!(slot.next, Next::Waiting { until } if until <= now) {
            self.create(io, index);
        }
        let Some(bound) = &self.slots[index].bound else {
            return events;
        };
        let renews = match bound.renewal {
            Renewal::None => bound.token.renew_at <= now,
            Renewal::Waiting { until } => until <= now,
            Renewal::Asking { .. } | Renewal::Binding { .. } => false,
        };
        if bound.dies_at <= now {
            self.start_successor(io, index);
        } else if matches!(self.slots[index].next, Next::None) && renews {
            self.renew(io, index);
        }
        if self.slots[index]
            .bound
            .as_ref()
            .is_some_and(|bound| bound.extend_at <= now)
        {
            self.extend(io, index);
        }
        events
    }

    fn drop_bound(&mut self, index: usize) {
        let slot = &mut self.slots[index];
        if let Some(bound) = slot.bound.take() {
            self.leftovers.add(bound.id, slot.interactions);
        }
    }

    fn position(&self, key: SlotKey) -> Option<usize> {
        self.slots.iter().position(|slot| slot.number == key.slot)
    }

    fn schedule(&self, io: &mut Io) {
        let due = self.slots.iter().filter_map(|slot| match self.socket {
            Some(_) => slot.due(),
            None => slot.retires_at,
        });
        match due.min() {
            Some(due) => io.timers.set(Timer::Binding, due),
            None => io.timers.stop(Timer::Binding),
        }
    }
}
