//! Which segments are stored, and when all rows are written anew.
//!
//! Segments only grow in number, and superseded rows stay in them. So from time to time every row is appended once more, a
//! piece with each batch; when the last piece is stored, every segment from before holds nothing that is not written later,
//! and goes. A crash on the way costs nothing: a later segment wins.

use std::collections::VecDeque;

use crate::{identity::ResourceKey, limits};

/// One stored segment.
#[derive(Clone, Copy, Debug)]
struct Stored {
    number: u64,
    entries: usize,
}

/// All rows on their way into new segments.
#[derive(Debug)]
struct Rewrite {
    /// Segments before this one go at the end.
    first: u64,
    rest: Vec<ResourceKey>,
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Segments {
    stored: VecDeque<Stored>,
    last: u64,
    rewrite: Option<Rewrite>,
}

impl Segments {
    /// A segment was found in the storage.
    pub(super) fn found(&mut self, key: &str, entries: usize) {
        let number = key.parse().unwrap_or_default();
        self.last = self.last.max(number);
        self.stored.push_back(Stored { number, entries });
    }

    /// Number of the next segment.
    pub(super) fn next(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    /// A segment was stored.
    pub(super) fn written(&mut self, number: u64, entries: usize) {
        self.stored.push_back(Stored { number, entries });
    }

    /// Whether all rows should be written anew, `live` being how many there are.
    pub(super) fn wants_rewrite(&self, live: usize) -> bool {
        let entries: usize = self.stored.iter().map(|segment| segment.entries).sum();
        let wasteful = entries > 2 * live + limits::CACHE_SEGMENT_ROWS_MAX;
        self.rewrite.is_none() && (wasteful || self.stored.len() > limits::CACHE_SEGMENTS_MAX)
    }

    /// Starts to write all rows anew.
    pub(super) fn start_rewrite(&mut self, rows: Vec<ResourceKey>) {
        self.rewrite = Some(Rewrite {
            first: self.last + 1,
            rest: rows,
        });
    }

    /// Takes the next row to write anew.
    pub(super) fn next_row(&mut self) -> Option<ResourceKey> {
        self.rewrite.as_mut()?.rest.pop()
    }

    /// Rows that could not be stored have to be written again.
    pub(super) fn give_back(&mut self, keys: Vec<ResourceKey>) {
        if let Some(rewrite) = &mut self.rewrite {
            rewrite.rest.extend(keys);
        }
    }

    /// Segments that hold nothing any more: to be deleted with the batch that writes the last row anew.
    pub(super) fn superseded(&self) -> Vec<u64> {
        match &self.rewrite {
            Some(rewrite) if rewrite.rest.is_empty() => {
                let old = self.stored.iter().map(|segment| segment.number);
                old.filter(|number| *number < rewrite.first).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Whether rows are being written anew.
    pub(super) fn is_rewriting(&self) -> bool {
        self.rewrite.is_some()
    }

    /// The batch that deletes the superseded segments was stored.
    pub(super) fn finish_rewrite(&mut self) {
        if let Some(rewrite) = self.rewrite.take() {
            self.stored
                .retain(|segment| segment.number >= rewrite.first);
        }
    }
}

/// Key of a segment: the order of keys is the order of numbers.
pub(super) fn segment_key(number: u64) -> String {
    format!("{number:012}")
}
