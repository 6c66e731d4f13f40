//! One subscription through its life: what is bound, and what is on its way to be bound in its place.
//!
//! Both can be there at once: a binding that has to be replaced goes on delivering until its successor does.

use super::Interactions;
use crate::{
    identity::{ResourceId, ResourceType},
    limits,
    time::Timestamp,
};

/// One subscription.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) number: u64,
    pub(super) kind: ResourceType,
    pub(super) interactions: Interactions,
    /// What delivers.
    pub(super) bound: Option<Bound>,
    /// What is to deliver.
    pub(super) next: Next,
    /// Counts what was on its way, so that answers of an earlier attempt are ignored.
    pub(super) round: u32,
    /// Failures in a row, on whatever sockets: a server in trouble is not asked more often because the socket changes.
    pub(super) attempt: u32,
    /// Binds among them that the socket did not answer well.
    pub(super) binds_failed: u32,
    /// Nobody needs the type any longer: given up then, unless somebody comes back.
    pub(super) retires_at: Option<Timestamp>,
}

/// A subscription on its way.
#[derive(Debug)]
pub(super) enum Next {
    /// None is needed.
    None,
    /// Waiting before the next try.
    Waiting { until: Timestamp },
    /// Being created.
    Creating,
    /// Its token is being fetched.
    Tokening { id: ResourceId, asked: Timestamp },
    /// The bind was sent; the handshake is awaited.
    Binding {
        id: ResourceId,
        token: Token,
        deadline: Timestamp,
    },
}

/// The life of a binding token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) renew_at: Timestamp,
    pub(super) ends_at: Timestamp,
}

impl Token {
    /// A token asked for then, which lives so long: counted from the question, so never longer than the server counts.
    pub(super) fn new(asked: Timestamp, life_ms: i64) -> Self {
        Self {
            renew_at: asked + life_ms / 6 * 5,
            ends_at: asked + life_ms,
        }
    }
}

/// A binding.
#[derive(Debug)]
pub(super) struct Bound {
    pub(super) id: ResourceId,
    /// The round in which it was made.
    pub(super) round: u32,
    pub(super) since: Timestamp,
    pub(super) token: Token,
    /// Whether it is believed to deliver everything.
    pub(super) trusted: bool,
    /// When the Subscription has to be written again.
    pub(super) extend_at: Timestamp,
    /// When the Subscription ends unless it is written again.
    pub(super) dies_at: Timestamp,
    pub(super) extensions: u32,
    /// Heartbeats in a row without it.
    pub(super) missed: u32,
    pub(super) renewal: Renewal,
}

/// Renewal of a token without a gap: same id, new token, second bind.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Renewal {
    /// Not needed yet.
    None,
    /// It failed for a reason that passes; tried again then.
    Waiting { until: Timestamp },
    /// The token is being fetched.
    Asking { asked: Timestamp },
    /// The second bind was sent.
    Binding { token: Token, deadline: Timestamp },
}

/// What a handshake meant.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Handshake {
    /// The binding is new; the one before it, if any, is to be deleted.
    Bound(Option<ResourceId>),
    /// The binding goes on with another token.
    Renewed,
    /// Nothing was asked of this id.
    Unasked,
}

impl Slot {
    pub(super) fn new(number: u64, kind: ResourceType, interactions: Interactions) -> Self {
        Self {
            number,
            kind,
            interactions,
            bound: None,
            next: Next::None,
            round: 0,
            attempt: 0,
            binds_failed: 0,
            retires_at: None,
        }
    }

    /// Whether one of its Subscriptions has that id.
    pub(super) fn has_id(&self, subscription: &str) -> bool {
        self.ids().any(|id| id.as_str() == subscription)
    }

    /// Ids that exist on the server because of it.
    pub(super) fn ids(&self) -> impl Iterator<Item = &ResourceId> {
        let next = match &self.next {
            Next::Tokening { id, .. } | Next::Binding { id, .. } => Some(id),
            Next::None | Next::Waiting { .. } | Next::Creating => None,
        };
        self.bound.iter().map(|bound| &bound.id).chain(next)
    }

    /// Subscriptions that exist on the server because of it, or are about to.
    pub(super) fn existing(&self) -> usize {
        self.ids().count() + usize::from(matches!(self.next, Next::Creating))
    }

    /// Whether it is bound and believed to deliver everything.
    pub(super) fn is_trusted(&self) -> bool {
        self.bound.as_ref().is_some_and(|bound| bound.trusted)
    }

    /// Forgets what is on its way; returns the id that is left behind on the server.
    pub(super) fn drop_next(&mut self) -> Option<ResourceId> {
        self.round = self.round.wrapping_add(1);
        match std::mem::replace(&mut self.next, Next::None) {
            Next::Tokening { id, .. } | Next::Binding { id, .. } => Some(id),
            Next::None | Next::Waiting { .. } | Next::Creating => None,
        }
    }

    /// The handshake of this id has come.
    pub(super) fn on_handshake(&mut self, now: Timestamp, subscription: &str) -> Handshake {
        if let Next::Binding { id, token, .. } = &self.next
            && id.as_str() == subscription
        {
            let bound = Bound {
                id: id.clone(),
                round: self.round,
                since: now,
                token: *token,
                trusted: true,
                extend_at: now + limits::SUBSCRIPTION_EXTEND_AFTER_MS,
                dies_at: now + limits::SUBSCRIPTION_LIFE_MS,
                extensions: 0,
                missed: 0,
                renewal: Renewal::None,
            };
            self.next = Next::None;
            self.attempt = 0;
            self.binds_failed = 0;
            let before = self.bound.replace(bound);
            return Handshake::Bound(before.map(|before| before.id));
        }
        match &mut self.bound {
            Some(bound) if bound.id.as_str() == subscription => bound.on_handshake(),
            _ => Handshake::Unasked,
        }
    }

    /// The deadline of a bind on its way.
    pub(super) fn bind_deadline(&mut self) -> Option<&mut Timestamp> {
        if let Next::Binding { deadline, .. } = &mut self.next {
            return Some(deadline);
        }
        match &mut self.bound.as_mut()?.renewal {
            Renewal::Binding { deadline, .. } => Some(deadline),
            Renewal::None | Renewal::Waiting { .. } | Renewal::Asking { .. } => None,
        }
    }

    /// When it has to be looked at.
    pub(super) fn due(&self) -> Option<Timestamp> {
        let next = match &self.next {
            Next::Waiting { until } => Some(*until),
            Next::Binding { deadline, .. } => Some(*deadline),
            Next::None | Next::Creating | Next::Tokening { .. } => None,
        };
        let renewal = self.bound.as_ref().and_then(|bound| match &bound.renewal {
            // What is being replaced is not renewed.
            Renewal::None => matches!(self.next, Next::None).then_some(bound.token.renew_at),
            Renewal::Waiting { until } => Some(*until),
            Renewal::Binding { deadline, .. } => Some(*deadline),
            Renewal::Asking { .. } => None,
        });
        let end = self.bound.as_ref().and_then(Bound::due);
        [next, renewal, end, self.retires_at]
            .into_iter()
            .flatten()
            .min()
    }
}

impl Bound {
    fn on_handshake(&mut self) -> Handshake {
        // Only the answer to a bind of ours says that the new token is in use.
        let Renewal::Binding { token, .. } = self.renewal else {
            return Handshake::Unasked;
        };
        self.token = token;
        self.renewal = Renewal::None;
        Handshake::Renewed
    }

    /// Its token or its life has ended: what came since is lost.
    pub(super) fn is_over(&self, now: Timestamp) -> bool {
        self.token.ends_at <= now || self.dies_at <= now
    }

    /// Compares with a heartbeat; whether the binding counts as dead.
    pub(super) fn audit(&mut self, now: Timestamp, listed: &[&str]) -> bool {
        if listed.contains(&self.id.as_str()) {
            self.missed = 0;
        } else if now.since_ms(self.since) > limits::BIND_TIMEOUT_MS {
            self.missed += 1;
        }
        self.missed >= limits::HEARTBEATS_MISSED_MAX
    }

    /// When it has to be extended or ends.
    fn due(&self) -> Option<Timestamp> {
        // What is not believed any longer is replaced or renewed, and cannot end a second time.
        self.trusted
            .then(|| self.extend_at.min(self.token.ends_at).min(self.dies_at))
    }
}
