//! What will happen, in the order of virtual time; what is due at the same millisecond keeps the order of its coming.

use std::collections::BTreeMap;

/// Milliseconds of virtual time since 1970, as an ideal clock would show them.
pub(crate) type Millis = i64;

/// See the module.
#[derive(Debug)]
pub(crate) struct Queue<T> {
    waiting: BTreeMap<(Millis, u64), T>,
    last: u64,
}

impl<T> Default for Queue<T> {
    fn default() -> Self {
        Self {
            waiting: BTreeMap::new(),
            last: 0,
        }
    }
}

impl<T> Queue<T> {
    /// Adds something.
    pub(crate) fn push(&mut self, at: Millis, what: T) {
        self.last += 1;
        self.waiting.insert((at, self.last), what);
    }

    /// When the next thing is due.
    pub(crate) fn next_due(&self) -> Option<Millis> {
        self.waiting.keys().next().map(|(at, _)| *at)
    }

    /// Takes the next thing.
    pub(crate) fn pop(&mut self) -> Option<(Millis, T)> {
        self.waiting.pop_first().map(|((at, _), what)| (at, what))
    }
}
