//! Resources whose last version is not known for certain: versions so close in time that neither their frames nor their
//! stamps tell the order. A read settles each, once it is quiet; until its answer nothing newer may be claimed.

use crate::{
    collections::Map,
    identity::{ResourceKey, ResourceType},
    limits,
    time::Timestamp,
};

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Disputes {
    /// To be read at that time.
    due: Map<ResourceKey, Timestamp>,
    /// Not settled; those whose read is on its way too.
    open: Map<ResourceKey, Open>,
    doubts: Vec<ResourceType>,
    heard_until: Option<Timestamp>,
    /// What searches have proven of each type.
    proven_until: Map<ResourceType, Timestamp>,
}

/// One that is not settled.
#[derive(Clone, Copy, Debug)]
struct Open {
    /// When it was disputed last: what was asked before does not settle it.
    since: Timestamp,
    /// What disputes it was written after this, however much later it arrived.
    certain_until: Timestamp,
    /// What searches had proven of the type before. One that brought a version and could not tell whether it is the last one
    /// has proven nothing more.
    proven_until: Option<Timestamp>,
}

impl Disputes {
    /// A resource must be read before its state can be believed. With too many of them the whole type is in doubt.
    pub(super) fn add(&mut self, key: &ResourceKey, now: Timestamp) {
        self.add_due(key, now, now + limits::SETTLE_QUIET_MS);
    }

    /// The same at once.
    pub(super) fn ask(&mut self, key: &ResourceKey, now: Timestamp) {
        self.add_due(key, now, now);
    }

    fn add_due(&mut self, key: &ResourceKey, now: Timestamp, due: Timestamp) {
        if self.due.len() < limits::SETTLE_QUEUE_MAX || self.due.contains_key(key) {
            self.due.insert(key.clone(), due);
            let certain_until = self.heard_until.map_or(now, |heard| heard.min(now));
            let open = Open {
                since: now,
                certain_until,
                proven_until: self.proven_until.get(&key.kind).copied(),
            };
            let known = self.open.entry(key.clone());
            known.and_modify(|open| open.since = now).or_insert(open);
        } else if !self.doubts.contains(&key.kind) {
            self.doubts.push(key.kind.clone());
        }
    }

    /// Everything that was written until then has come: what comes from now on was written later.
    pub(crate) fn hear_until(&mut self, heard: Option<Timestamp>) {
        self.heard_until = heard;
    }

    /// Searches have proven everything of a type until then.
    pub(crate) fn prove_until(&mut self, kind: &ResourceType, proven: Timestamp) {
        self.proven_until.insert(kind.clone(), proven);
    }

    /// What of a proof of these types is certain.
    pub(crate) fn certain_proof(
        &self,
        types: &[ResourceType],
        proven: Option<Timestamp>,
    ) -> Option<Timestamp> {
        let open = self.open.iter();
        let disputed = open.filter(|(key, _)| types.contains(&key.kind));
        disputed.fold(proven, |proven, (_, open)| {
            Some(proven?.min(open.proven_until?))
        })
    }

    /// Those that have been quiet for long enough to be read.
    pub(crate) fn take_due(&mut self, now: Timestamp) -> Vec<ResourceKey> {
        let quiet = self.due.iter().filter(|(_, due)| **due <= now);
        let keys: Vec<_> = quiet.map(|(key, _)| key.clone()).collect();
        for key in &keys {
            self.due.remove(key);
        }
        keys
    }

    /// When the next one is due.
    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        self.due.values().min().copied()
    }

    /// Types that have more rows in dispute than can be read one by one.
    pub(crate) fn take_doubts(&mut self) -> Vec<ResourceType> {
        std::mem::take(&mut self.doubts)
    }

    /// A read was answered. One that was disputed again meanwhile goes on.
    pub(crate) fn settle(&mut self, key: &ResourceKey) {
        if !self.due.contains_key(key) {
            self.open.remove(key);
        }
    }

    /// It is gone for certain.
    pub(super) fn drop(&mut self, key: &ResourceKey) {
        self.due.remove(key);
        self.open.remove(key);
    }

    /// Searches asked at `asked` have read everything of a type: they settle what nothing was heard of since.
    pub(crate) fn settle_by_search(&mut self, kind: &ResourceType, asked: Timestamp) {
        let due = &self.due;
        self.open
            .retain(|key, open| key.kind != *kind || open.since > asked || due.contains_key(key));
    }

    /// Until when everything is certain, if something is not.
    pub(super) fn certain_until(&self) -> Option<Timestamp> {
        self.open.values().map(|open| open.certain_until).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::ResourceId;

    #[test]
    fn what_is_disputed_once_more_by_the_answer_of_a_read_was_in_dispute_all_the_time() {
        let key = ResourceKey::new(ResourceType::Task, ResourceId::new("t"));
        let at = |ms: i64| Timestamp(ms);
        let mut disputes = Disputes::default();
        disputes.hear_until(Some(at(10)));
        disputes.add(&key, at(20));
        let due = disputes.take_due(at(20 + limits::SETTLE_QUIET_MS));
        assert_eq!(due, std::slice::from_ref(&key));
        disputes.hear_until(Some(at(90_000)));
        disputes.add(&key, at(100_000));
        disputes.settle(&key);
        assert_eq!(disputes.certain_until(), Some(at(10)));
        // A search that was asked before the last dispute says nothing of it.
        disputes.take_due(at(200_000));
        disputes.settle_by_search(&key.kind, at(50_000));
        assert_eq!(disputes.certain_until(), Some(at(10)));
        disputes.settle_by_search(&key.kind, at(100_000));
        assert_eq!(disputes.certain_until(), None);
    }
}
