//! The chain of entries: each follows on the hash of the one before it. Pure; knows no storage and no server.

use super::entry::{Draft, Entry, Fate, Hash};

/// Where a chain is not what was written. The first such place is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Break {
    /// An entry is not there, or not in its place.
    #[error("entry {number} is missing")]
    Missing {
        /// Its number.
        number: u64,
    },
    /// An entry does not follow on the one before it.
    #[error("entry {number} does not follow on the one before it")]
    Unlinked {
        /// Its number.
        number: u64,
    },
    /// An entry is not what was hashed.
    #[error("entry {number} was changed")]
    Changed {
        /// Its number.
        number: u64,
    },
    /// What tells where the chain begins and ends is missing or cannot be read.
    #[error("the ends of the chain are not known")]
    Unanchored,
}

impl Break {
    /// The number of the entry; 0 for the ends.
    pub(super) fn number(self) -> u64 {
        match self {
            Self::Missing { number } | Self::Unlinked { number } | Self::Changed { number } => {
                number
            }
            Self::Unanchored => 0,
        }
    }
}

/// A place in the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    /// Number of the entry.
    pub(super) number: u64,
    /// Its hash.
    pub(super) hash: Hash,
}

impl Mark {
    /// Before everything.
    pub(super) fn start() -> Self {
        Self {
            number: 0,
            hash: Hash::none(),
        }
    }

    fn of(entry: &Entry) -> Self {
        Self {
            number: entry.number,
            hash: entry.hash.clone(),
        }
    }
}

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Chain {
    /// What the first entry that is still here follows on.
    pub(super) anchor: Mark,
    /// In order.
    pub(super) entries: Vec<Entry>,
    /// How many of them the server does not have.
    waiting: usize,
}

impl Chain {
    /// A new one.
    pub(super) fn new() -> Self {
        Self::of(Mark::start(), Vec::new())
    }

    /// One that was stored.
    pub(super) fn of(anchor: Mark, entries: Vec<Entry>) -> Self {
        let waiting = entries.iter().filter(|entry| entry.fate == Fate::Waiting);
        let waiting = waiting.count();
        Self {
            anchor,
            entries,
            waiting,
        }
    }

    /// Its end.
    pub(super) fn last(&self) -> Mark {
        let last = self.entries.last();
        last.map_or_else(|| self.anchor.clone(), Mark::of)
    }

    /// The number of its end.
    pub(super) fn last_number(&self) -> u64 {
        let last = self.entries.last();
        last.map_or(self.anchor.number, |entry| entry.number)
    }

    /// The end among the entries up to that number.
    pub(super) fn last_of(&self, number: u64) -> Mark {
        let known = self.entries.iter().rev();
        let last = known
            .filter(|entry| entry.number <= number)
            .map(Mark::of)
            .next();
        last.unwrap_or_else(|| self.anchor.clone())
    }

    /// Adds an entry; returns its number.
    pub(super) fn append(&mut self, draft: Draft) -> u64 {
        let last = self.last();
        let number = last.number + 1;
        self.entries.push(Entry::new(number, last.hash, draft));
        self.waiting += 1;
        number
    }

    fn place(&self, number: u64) -> Option<usize> {
        let entries = &self.entries;
        let found = entries.binary_search_by_key(&number, |entry| entry.number);
        found.ok()
    }

    /// The entry of this number.
    pub(super) fn get(&self, number: u64) -> Option<&Entry> {
        self.place(number).map(|place| &self.entries[place])
    }

    /// The server has an entry, or will never take it.
    pub(super) fn settle(&mut self, number: u64, fate: Fate) {
        if let Some(place) = self.place(number) {
            let entry = &mut self.entries[place];
            self.waiting -= usize::from(entry.fate == Fate::Waiting);
            entry.fate = fate;
        }
    }

    /// How many entries the server does not have.
    pub(super) fn waiting(&self) -> usize {
        self.waiting
    }

    /// Entries that the server does not have, in order.
    pub(super) fn unsent(&self) -> impl Iterator<Item = &Entry> {
        let entries = self.entries.iter();
        entries.filter(|entry| entry.fate == Fate::Waiting)
    }

    /// Forgets the oldest entries that the server has, beyond so many. Never one that is waiting, nor what comes after it.
    /// Returns their numbers.
    pub(super) fn trim(&mut self, keep: usize) -> Vec<u64> {
        if self.entries.len() <= keep {
            return Vec::new();
        }
        let settled = self.entries.iter();
        let settled = settled
            .take_while(|entry| entry.fate != Fate::Waiting)
            .count();
        let over = self.entries.len().saturating_sub(keep).min(settled);
        let gone: Vec<Entry> = self.entries.drain(..over).collect();
        if let Some(last) = gone.last() {
            self.anchor = Mark::of(last);
        }
        gone.into_iter().map(|entry| entry.number).collect()
    }

    /// Whether every entry is what was written, in its place, and follows on the one before it.
    pub(super) fn verify(&self) -> Result<(), Break> {
        let mut before = self.anchor.clone();
        for entry in &self.entries {
            let number = before.number + 1;
            if entry.number != number {
                return Err(Break::Missing { number });
            }
            if entry.previous != before.hash {
                return Err(Break::Unlinked { number });
            }
            if entry.hash != Hash::of(&entry.hashed()) {
                return Err(Break::Changed { number });
            }
            before = Mark::of(entry);
        }
        Ok(())
    }

    /// The same, for a chain of which it is known how far it went.
    pub(super) fn verify_to(&self, last: &Mark) -> Result<(), Break> {
        self.verify()?;
        let here = self.last_of(last.number);
        if here.number < last.number {
            let number = here.number + 1;
            return Err(Break::Missing { number });
        }
        if here.hash != last.hash {
            let number = last.number;
            return Err(Break::Changed { number });
        }
        Ok(())
    }
}
