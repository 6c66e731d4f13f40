//! Resources that the server holds and that could not be taken: set aside, counted, and told, because a row that is missing
//! without a word is a lie.
//!
//! Remembers which, why and when; never a piece of the resource beyond its type and id. A version that can be taken ends it.

#[cfg(test)]
mod tests;

use std::hash::Hasher;

use serde::{Deserialize, Serialize};

use crate::{
    collections::{FixedHasher, Map},
    fhir::{self, Invalid},
    identity::{ResourceKey, ResourceType},
    limits,
    time::Timestamp,
};

/// What tells one resource that was set aside from another.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Name {
    /// It said who it is.
    Key(ResourceKey),
    /// It did not: its text does.
    Text(u64),
}

/// One resource that was set aside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SetAside {
    /// Which, if it said so.
    pub key: Option<ResourceKey>,
    /// Why, the last time.
    pub why: Invalid,
    /// When it last came.
    pub at: Timestamp,
    /// How often it came.
    pub count: u32,
}

/// See the module.
#[derive(Clone, Debug, Default)]
pub(crate) struct Quarantine {
    held: Map<Name, SetAside>,
}

impl Quarantine {
    /// Sets a resource aside; whether it is a new one.
    pub(crate) fn set_aside(&mut self, raw: &str, why: Invalid, now: Timestamp) -> bool {
        let key = fhir::key_of(raw);
        let name = key
            .clone()
            .map_or_else(|| Name::Text(fingerprint(raw)), Name::Key);
        if let Some(known) = self.held.get_mut(&name) {
            (known.why, known.at) = (why, now);
            known.count = known.count.saturating_add(1);
            return false;
        }
        if self.held.len() >= limits::QUARANTINE_MAX {
            return false;
        }
        let set_aside = SetAside {
            key,
            why,
            at: now,
            count: 1,
        };
        self.held.insert(name, set_aside);
        true
    }

    /// A version of it was taken, or it is deleted; whether it was here.
    pub(crate) fn release(&mut self, key: &ResourceKey) -> bool {
        !self.held.is_empty() && self.held.remove(&Name::Key(key.clone())).is_some()
    }

    /// Nobody is signed in any longer.
    pub(crate) fn clear(&mut self) {
        self.held.clear();
    }

    /// How many of a type. What does not say which it is may be anything, a broken frame too, and no later version ends it: it is
    /// in the list only.
    pub(crate) fn count(&self, kind: &ResourceType) -> u32 {
        let fits = |set_aside: &&SetAside| {
            let key = set_aside.key.as_ref();
            key.is_some_and(|key| key.kind == *kind)
        };
        let count = self.held.values().filter(fits).count();
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// All of them, the last first.
    pub(crate) fn list(&self) -> Vec<SetAside> {
        let mut all: Vec<_> = self.held.values().cloned().collect();
        all.sort_by(|one, other| (other.at, &other.key).cmp(&(one.at, &one.key)));
        all
    }
}

fn fingerprint(raw: &str) -> u64 {
    let mut hasher = FixedHasher::default();
    hasher.write(raw.as_bytes());
    hasher.finish()
}
