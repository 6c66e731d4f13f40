//! Ids of Subscriptions that are not needed any longer: to be deleted on the server, because each slows every write and
//! counts against a cap, and remembered for a while, because their last frames may still come.

use std::collections::VecDeque;

use super::Interactions;
use crate::{identity::ResourceId, limits};

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Leftovers {
    undeleted: Vec<ResourceId>,
    former: VecDeque<(ResourceId, Interactions)>,
}

impl Leftovers {
    /// A Subscription was given up.
    pub(super) fn add(&mut self, id: ResourceId, interactions: Interactions) {
        self.former.push_back((id.clone(), interactions));
        if self.former.len() > limits::FORMER_SUBSCRIPTIONS_MAX {
            self.former.pop_front();
        }
        self.add_ids([id]);
    }

    /// Subscriptions of an earlier life.
    pub(super) fn add_ids(&mut self, ids: impl IntoIterator<Item = ResourceId>) {
        for id in ids {
            if !self.undeleted.contains(&id) {
                self.undeleted.push(id);
            }
        }
        let excess = self
            .undeleted
            .len()
            .saturating_sub(limits::DEAD_SUBSCRIPTIONS_MAX);
        self.undeleted.drain(..excess);
    }

    /// What is still to be deleted.
    pub(super) fn undeleted(&self) -> &[ResourceId] {
        &self.undeleted
    }

    /// Takes what is to be deleted.
    pub(super) fn take(&mut self) -> Vec<ResourceId> {
        std::mem::take(&mut self.undeleted)
    }

    /// What an event of a Subscription that was given up on this socket means.
    pub(super) fn interactions_of(&self, subscription: &str) -> Option<Interactions> {
        let former = self.former.iter();
        former
            .into_iter()
            .find(|(id, _)| id.as_str() == subscription)
            .map(|(_, interactions)| *interactions)
    }

    /// Another socket: nothing of the earlier ones comes any more.
    pub(super) fn forget_former(&mut self) {
        self.former.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_memories_are_bounded_and_keep_the_newest() {
        let mut leftovers = Leftovers::default();
        for number in 0..500 {
            leftovers.add(ResourceId::new(format!("s{number}")), Interactions::Deletes);
        }
        assert_eq!(leftovers.undeleted().len(), limits::DEAD_SUBSCRIPTIONS_MAX);
        assert_eq!(leftovers.interactions_of("s0"), None);
        assert_eq!(
            leftovers.interactions_of("s499"),
            Some(Interactions::Deletes)
        );
        assert_eq!(leftovers.take().last(), Some(&ResourceId::new("s499")));
        assert!(leftovers.undeleted().is_empty());
    }

    #[test]
    fn an_id_is_deleted_once() {
        let mut leftovers = Leftovers::default();
        leftovers.add_ids([ResourceId::new("a"), ResourceId::new("a")]);
        assert_eq!(leftovers.take(), [ResourceId::new("a")]);
    }
}
