//! Subscriptions and sockets: binds, heartbeats, events, and every silent death of a recorded Medplum.
//!
//! Sans I/O: frames and committed writes go in with the time, [`SocketOutput`]s come out of [`Live::poll`]. It knows nothing
//! of HTTP, storage or signatures; what it must ask about them it asks of [`Surroundings`]. It must never tell a client
//! more than the recorded server does: a dead binding keeps its heartbeats, an expired one is silent.

mod binding;
mod counts;
pub mod criteria;
mod delivery;
mod event_faults;
pub mod fhirpath;
mod frames;
mod parameters;
mod period;
mod rest;
mod restart;
mod socket;
mod sockets;
mod subscription;
mod world;

#[cfg(test)]
mod junk_tests;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use serde::Deserialize;
use serde_json::Value;

pub(crate) use self::world::World;
pub use self::{
    counts::LiveCounts,
    event_faults::{Dose, EventFate, EventFaults},
    restart::Stop,
    subscription::{CachedSubscription, Owner},
};
use self::{delivery::Queue, socket::Socket};
use crate::{
    sandbox::{Millis, SocketId, SocketOutput},
    store::Interaction,
};

/// One global timer of the server, not one per socket (`02a-subscribe.json`).
pub const HEARTBEAT_INTERVAL_MS: Millis = 10_000;
/// Incoming frames above this close the socket with 1009, as `maxJsonSize` of a default server does.
pub const FRAME_BYTES_MAX: usize = 1024 * 1024;

/// A committed write, as Subscriptions see it.
#[derive(Clone, Debug)]
pub struct Write<'a> {
    /// Project of the resource.
    pub project: &'a str,
    /// What happened.
    pub interaction: Interaction,
    /// The resource with its extended meta; of a delete, the last live version.
    pub resource: &'a Arc<Value>,
    /// The version before; none on create and restore. On delete it equals `resource`.
    pub previous: Option<&'a Arc<Value>>,
}

/// What later server versions do differently.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LiveOptions {
    /// At most this many bound Subscriptions per user, checked at create (20 since 2025-06).
    pub subscriptions_per_user_max: Option<usize>,
    /// Writes are evaluated this long after their request (a queue since 2026-03); `None`: inside it.
    pub evaluation_delay_ms: Option<Millis>,
    /// A binding whose token expired or whose login was revoked is purged with its Subscription at the next write.
    pub purges_dead_bindings: bool,
    /// Binding a Subscription that the cache has forgotten gets no handshake and no heartbeats.
    pub ignores_binds_of_dead_ids: bool,
    /// Any of several interaction extensions counts; in 5.0.10 only the first.
    pub looks_at_all_interactions: bool,
    /// Fields that the policy hides are stripped from frames (since 2026-09), and so is the extended meta.
    pub strips_hidden_fields: bool,
}

impl LiveOptions {
    /// As the newest server sources describe it.
    pub fn latest() -> Self {
        Self {
            subscriptions_per_user_max: Some(20),
            evaluation_delay_ms: Some(15),
            purges_dead_bindings: true,
            ignores_binds_of_dead_ids: true,
            looks_at_all_interactions: true,
            strips_hidden_fields: true,
        }
    }
}

/// What the sockets must ask the rest of the server.
pub trait Surroundings {
    /// A new unique id.
    fn fresh_id(&mut self) -> String;
    /// The claims of a token that is well signed and not expired.
    fn verify(&self, token: &str, now: Millis) -> Option<Value>;
    /// Whether this login is neither revoked nor gone.
    fn is_login_active(&self, login: &str) -> bool;
    /// Whether the project has the feature `websocket-subscriptions`.
    fn has_feature(&self, project: &str) -> bool;
    /// Whether the policy of this membership lets it read `resource` now.
    fn may_read(&self, membership: &str, resource: &Value) -> bool;
    /// `resource` as this membership sees it in REST answers.
    fn visible(&self, membership: &str, resource: &Value) -> Value;
    /// The resource with attachment addresses signed for one delivery; `None`: it has none.
    fn with_signed_attachments(&mut self, resource: &Value, now: Millis) -> Option<Value>;
    /// Base address of the FHIR API, ending in `/`.
    fn fhir_base(&self) -> String;
}

/// All Subscriptions and sockets of a server.
///
/// Contract: call one method with the time, then drain [`Live::poll`]. [`Live::tick`] may be called at any time.
#[derive(Clone, Debug)]
pub struct Live {
    options: LiveOptions,
    cache: BTreeMap<String, CachedSubscription>,
    /// Nothing in the cache expires before: it is looked through no more often than necessary.
    first_expiry: Millis,
    sockets: BTreeMap<SocketId, Socket>,
    next_socket: u64,
    next_heartbeat_at: Millis,
    queue: Queue,
    outputs: VecDeque<SocketOutput>,
    counts: LiveCounts,
    /// What goes wrong with events on purpose.
    pub faults: EventFaults,
}

impl Live {
    /// No Subscription, no socket.
    pub fn new(options: LiveOptions, seed: u64, now: Millis) -> Self {
        Self {
            options,
            cache: BTreeMap::new(),
            first_expiry: Millis::MAX,
            sockets: BTreeMap::new(),
            next_socket: 1,
            next_heartbeat_at: now + HEARTBEAT_INTERVAL_MS,
            queue: Queue::default(),
            outputs: VecDeque::new(),
            counts: LiveCounts::default(),
            faults: EventFaults::new(seed),
        }
    }

    /// Changes the switches; takes effect at once.
    pub fn set_options(&mut self, options: LiveOptions) {
        self.options = options;
    }

    /// A socket was accepted.
    pub fn open(&mut self) -> SocketId {
        let id = SocketId(self.next_socket);
        self.next_socket += 1;
        self.sockets.insert(id, Socket::default());
        self.counts.sockets_opened += 1;
        id
    }

    /// The client closed, or the connection broke: its Subscriptions are deleted, unless the one bound last is already
    /// gone: then the clean-up finds nothing to begin with and all others survive (`04a-reuse-after-close.json`).
    pub fn closed(&mut self, socket: SocketId, now: Millis) {
        self.forget_expired(now);
        let Some(gone) = self.sockets.remove(&socket) else {
            return;
        };
        if gone
            .last_bound()
            .is_some_and(|id| self.cache.contains_key(id))
        {
            for id in gone.bound_ids() {
                self.cache.remove(id);
            }
        }
    }

    /// Does what has become due.
    pub fn tick(&mut self, around: &mut impl Surroundings, now: Millis) {
        while self.next_heartbeat_at <= now {
            let at = self.next_heartbeat_at;
            self.next_heartbeat_at += HEARTBEAT_INTERVAL_MS;
            self.send_heartbeats(around, at);
        }
        self.run_queue(around, now);
        let thawing: Vec<SocketId> = self
            .sockets
            .iter()
            .filter(|(_, socket)| socket.thaws_by(now))
            .map(|(id, _)| *id)
            .collect();
        for socket in thawing {
            self.thaw(around, socket, now);
        }
    }

    /// When [`Live::tick`] has something to do.
    pub fn next_tick(&self) -> Millis {
        let thaw = self.sockets.values().filter_map(Socket::thaws_at).min();
        [self.queue.next_due(), thaw]
            .into_iter()
            .flatten()
            .fold(self.next_heartbeat_at, Millis::min)
    }

    /// The next thing to do for the server around it.
    pub fn poll(&mut self) -> Option<SocketOutput> {
        self.outputs.pop_front()
    }

    /// Sockets that are open, in order of opening.
    pub fn open_sockets(&self) -> Vec<SocketId> {
        self.sockets.keys().copied().collect()
    }

    /// Figures for the control endpoint.
    pub fn counts(&self) -> LiveCounts {
        LiveCounts {
            sockets: self.sockets.len(),
            bindings: self
                .sockets
                .values()
                .map(|socket| socket.bound_ids().count())
                .sum(),
            subscriptions: self.cache.len(),
            ..self.counts.clone()
        }
    }

    /// A Subscription as the cache has it.
    pub fn subscription(&self, id: &str, now: Millis) -> Option<&CachedSubscription> {
        self.cache.get(id).filter(|cached| cached.expires_at > now)
    }

    /// Stores a new Subscription or a really changed one: both start the 24 hours anew.
    pub fn store(&mut self, id: &str, subscription: CachedSubscription) {
        self.first_expiry = self.first_expiry.min(subscription.expires_at);
        self.cache.insert(id.to_owned(), subscription);
    }

    /// Deletes a Subscription; sockets bound to it are not told. `false`: there was none.
    pub fn remove(&mut self, id: &str, now: Millis) -> bool {
        self.forget_expired(now);
        self.cache.remove(id).is_some()
    }

    /// Lets the cached copy of a Subscription expire at that time.
    pub fn set_expiry(&mut self, id: &str, expires_at: Millis) {
        self.first_expiry = self.first_expiry.min(expires_at);
        if let Some(cached) = self.cache.get_mut(id) {
            cached.expires_at = expires_at;
        }
    }

    /// The cap, if this user has reached it: it is checked at create and counts what is bound.
    pub fn reached_cap(&self, author: &str) -> Option<usize> {
        let most = self.options.subscriptions_per_user_max?;
        let bound = self.cache.iter().filter(|(id, cached)| {
            cached.author == author && self.sockets.values().any(|socket| socket.is_bound(id))
        });
        (bound.count() >= most).then_some(most)
    }

    /// Ids of the Subscriptions that are bound somewhere, in order of id.
    pub fn bound_subscriptions(&self) -> Vec<String> {
        let bound = |id: &&String| self.sockets.values().any(|socket| socket.is_bound(id));
        self.cache.keys().filter(bound).cloned().collect()
    }

    fn forget_expired(&mut self, now: Millis) {
        if now < self.first_expiry {
            return;
        }
        self.cache.retain(|_, cached| cached.expires_at > now);
        let left = self.cache.values().map(|cached| cached.expires_at);
        self.first_expiry = left.min().unwrap_or(Millis::MAX);
    }

    fn send_heartbeats(&mut self, around: &mut impl Surroundings, at: Millis) {
        let sockets: Vec<SocketId> = self.sockets.keys().copied().collect();
        for id in sockets {
            let Some(socket) = self.sockets.get(&id) else {
                continue;
            };
            let bound: Vec<&str> = socket.bound_ids().collect();
            if bound.is_empty() {
                continue;
            }
            let text = frames::status(frames::Announcement::Heartbeat, &bound, at, || {
                around.fresh_id()
            });
            self.counts.heartbeats_sent += 1;
            self.send(id, text);
        }
    }

    /// Hands a frame to a socket, or keeps it while the socket is frozen.
    fn send(&mut self, socket: SocketId, text: String) {
        if let Some(state) = self.sockets.get_mut(&socket)
            && let Some(text) = state.pass(text)
        {
            self.outputs.push_back(SocketOutput::Send(socket, text));
        }
    }
}
