//! What will happen, in the order of virtual time; what is due at the same millisecond keeps the order of its coming.

use std::{cmp::Reverse, collections::BinaryHeap};

/// Milliseconds of virtual time since 1970, as an ideal clock would show them.
pub(crate) type Millis = i64;

/// When, the how manieth, and where it is kept.
type Due = Reverse<(Millis, u64, usize)>;

/// See the module.
#[derive(Debug)]
pub(crate) struct Queue<T> {
    due: BinaryHeap<Due>,
    /// What is large stays in its place.
    places: Vec<Option<T>>,
    free: Vec<usize>,
    last: u64,
}

impl<T> Default for Queue<T> {
    fn default() -> Self {
        Self {
            due: BinaryHeap::new(),
            places: Vec::new(),
            free: Vec::new(),
            last: 0,
        }
    }
}

impl<T> Queue<T> {
    /// Adds something.
    pub(crate) fn push(&mut self, at: Millis, what: T) {
        self.last += 1;
        let place = match self.free.pop() {
            Some(place) => {
                self.places[place] = Some(what);
                place
            }
            None => {
                self.places.push(Some(what));
                self.places.len() - 1
            }
        };
        self.due.push(Reverse((at, self.last, place)));
    }

    /// When the next thing is due.
    pub(crate) fn next_due(&self) -> Option<Millis> {
        self.due.peek().map(|Reverse((at, ..))| *at)
    }

    /// Takes the next thing.
    pub(crate) fn pop(&mut self) -> Option<(Millis, T)> {
        let Reverse((at, _, place)) = self.due.pop()?;
        self.free.push(place);
        self.places[place].take().map(|what| (at, what))
    }
}
