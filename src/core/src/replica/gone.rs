//! What was there and is not any longer, remembered for a while: a bounded memory of last versions.

use std::collections::VecDeque;

use crate::{
    collections::Map,
    identity::{ResourceKey, VersionId},
    limits,
    time::Timestamp,
};

/// The last that was known of a resource.
#[derive(Clone, Debug)]
pub(super) struct Gone {
    /// When its last version was written, or when it was deleted.
    pub(super) updated: Timestamp,
    /// Its last version, if known.
    pub(super) version: Option<VersionId>,
    /// Deleted on the server; otherwise only out of everybody's sight.
    pub(super) deleted: bool,
    /// Only a read told that it was deleted, and not when: versions that are not known may have been written before.
    pub(super) at_unknown_time: bool,
    /// The latest moment for which the server is known to have held it so. An answer to an earlier question is no news.
    pub(super) known_at: Timestamp,
    /// When it was told: an answer may tell of a later moment than that at which it was asked for.
    pub(super) told_at: Timestamp,
}

/// The oldest are forgotten first: a frame that late does not exist.
#[derive(Debug, Default)]
pub(super) struct GoneMemory {
    known: Map<ResourceKey, (u64, Gone)>,
    order: VecDeque<(u64, ResourceKey)>,
    last: u64,
}

impl GoneMemory {
    pub(super) fn get(&self, key: &ResourceKey) -> Option<&Gone> {
        self.known.get(key).map(|(_, gone)| gone)
    }

    pub(super) fn remember(&mut self, key: &ResourceKey, gone: Gone) {
        self.last += 1;
        self.known.insert(key.clone(), (self.last, gone));
        self.order.push_back((self.last, key.clone()));
        while self.order.len() > limits::GONE_REMEMBERED_MAX {
            self.forget_oldest();
        }
    }

    pub(super) fn forget(&mut self, key: &ResourceKey) {
        self.known.remove(key);
    }

    fn forget_oldest(&mut self) {
        if let Some((number, key)) = self.order.pop_front()
            && self
                .known
                .get(&key)
                .is_some_and(|(current, _)| *current == number)
        {
            self.known.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::{ResourceId, ResourceType};

    #[test]
    fn the_memory_is_bounded_and_forgets_the_oldest() {
        let mut memory = GoneMemory::default();
        let key = |number: usize| {
            ResourceKey::new(ResourceType::Task, ResourceId::new(number.to_string()))
        };
        let gone = Gone {
            updated: Timestamp(1),
            version: None,
            deleted: true,
            at_unknown_time: false,
            known_at: Timestamp(1),
            told_at: Timestamp(1),
        };
        for number in 0..=limits::GONE_REMEMBERED_MAX {
            memory.remember(&key(number), gone.clone());
        }
        assert!(memory.get(&key(0)).is_none());
        assert!(memory.get(&key(1)).is_some());
        assert!(memory.known.len() <= limits::GONE_REMEMBERED_MAX);
    }
}
