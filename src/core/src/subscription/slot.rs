//! One subscription through its life.

use super::Interactions;
use crate::{
    identity::{ResourceId, ResourceType},
    limits,
    time::Timestamp,
};

/// One subscription.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) kind: ResourceType,
    pub(super) interactions: Interactions,
    pub(super) state: SlotState,
    /// Counts lives, so that answers of an earlier one are ignored.
    pub(super) round: u32,
    /// Failures in a row on this socket.
    pub(super) attempt: u32,
}

/// Where it is.
#[derive(Debug)]
pub(super) enum SlotState {
    /// No socket.
    Idle,
    /// Waiting before the next try.
    Waiting { until: Timestamp },
    /// Being created.
    Creating,
    /// Its token is being fetched.
    Tokening { id: ResourceId },
    /// The bind was sent; the handshake is awaited.
    Binding { id: ResourceId, deadline: Timestamp },
    /// Bound.
    Bound(Bound),
}

/// A binding.
#[derive(Debug)]
pub(super) struct Bound {
    pub(super) id: ResourceId,
    /// When the token was last renewed.
    pub(super) bound_at: Timestamp,
    /// When the Subscription has to be written again.
    pub(super) extend_at: Timestamp,
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
    /// The token is being fetched.
    Token,
    /// The second bind was sent.
    Binding { deadline: Timestamp },
}

impl Bound {
    pub(super) fn needs_token(&self, now: Timestamp) -> bool {
        self.renewal == Renewal::None && self.bound_at + limits::BINDING_RENEW_AFTER_MS <= now
    }
}

impl Slot {
    pub(super) fn new(kind: ResourceType, interactions: Interactions) -> Self {
        Self {
            kind,
            interactions,
            state: SlotState::Idle,
            round: 0,
            attempt: 0,
        }
    }

    /// Whether this is the Subscription with that id.
    pub(super) fn has_id(&self, subscription: &str) -> bool {
        self.id().is_some_and(|id| id.as_str() == subscription)
    }

    pub(super) fn id(&self) -> Option<&ResourceId> {
        match &self.state {
            SlotState::Tokening { id } | SlotState::Binding { id, .. } => Some(id),
            SlotState::Bound(bound) => Some(&bound.id),
            _ => None,
        }
    }

    /// Back to the start; returns the id that is left behind on the server.
    pub(super) fn reset(&mut self) -> Option<ResourceId> {
        let id = self.id().cloned();
        self.state = SlotState::Idle;
        self.round = self.round.wrapping_add(1);
        id
    }

    /// A token has come: whether the bind is to be sent.
    pub(super) fn on_bind_sent(&mut self, now: Timestamp) -> bool {
        let deadline = now + limits::BIND_TIMEOUT_MS;
        match &mut self.state {
            SlotState::Tokening { id } => {
                self.state = SlotState::Binding {
                    id: id.clone(),
                    deadline,
                };
                true
            }
            SlotState::Bound(bound) if bound.renewal == Renewal::Token => {
                bound.renewal = Renewal::Binding { deadline };
                true
            }
            _ => false,
        }
    }

    /// The handshake has come.
    pub(super) fn on_handshake(&mut self, now: Timestamp) {
        match &mut self.state {
            SlotState::Binding { id, .. } => {
                self.state = SlotState::Bound(Bound {
                    id: id.clone(),
                    bound_at: now,
                    extend_at: now + limits::SUBSCRIPTION_EXTEND_AFTER_MS,
                    extensions: 0,
                    missed: 0,
                    renewal: Renewal::None,
                });
                self.attempt = 0;
            }
            SlotState::Bound(bound) => {
                bound.bound_at = now;
                bound.renewal = Renewal::None;
            }
            _ => {}
        }
    }

    /// The deadline of a bind on its way.
    pub(super) fn bind_sent(&self) -> Option<Timestamp> {
        match &self.state {
            SlotState::Binding { deadline, .. } => Some(*deadline),
            SlotState::Bound(Bound {
                renewal: Renewal::Binding { deadline },
                ..
            }) => Some(*deadline),
            _ => None,
        }
    }

    /// Some bind failed: an answer has to come soon or it was this one.
    pub(super) fn hasten(&mut self, until: Timestamp) {
        match &mut self.state {
            SlotState::Binding { deadline, .. }
            | SlotState::Bound(Bound {
                renewal: Renewal::Binding { deadline },
                ..
            }) => {
                *deadline = (*deadline).min(until);
            }
            _ => {}
        }
    }

    /// Compares with a heartbeat; whether the binding counts as dead.
    pub(super) fn audit(&mut self, now: Timestamp, listed: &[&str]) -> bool {
        let SlotState::Bound(bound) = &mut self.state else {
            return false;
        };
        if listed.contains(&bound.id.as_str()) {
            bound.missed = 0;
        } else if now.since_ms(bound.bound_at) > limits::BIND_TIMEOUT_MS {
            bound.missed += 1;
        }
        bound.missed >= limits::HEARTBEATS_MISSED_MAX
    }

    /// When it has to be looked at.
    pub(super) fn due(&self) -> Option<Timestamp> {
        match &self.state {
            SlotState::Waiting { until } => Some(*until),
            SlotState::Binding { deadline, .. } => Some(*deadline),
            SlotState::Bound(bound) => Some(match bound.renewal {
                Renewal::None => {
                    (bound.bound_at + limits::BINDING_RENEW_AFTER_MS).min(bound.extend_at)
                }
                Renewal::Token => bound.extend_at,
                Renewal::Binding { deadline } => deadline,
            }),
            SlotState::Idle | SlotState::Creating | SlotState::Tokening { .. } => None,
        }
    }
}
