//! Edits that are asked for again come in any order: each tab tells a new worker what it has asked for and what was not stored
//! when it finds that worker. They are made in the order in which they were typed.

use super::{Outbox, Stage};
use crate::{engine::io::Io, identity::ResourceKey, limits, time::Timestamp};

impl Outbox {
    /// Edits of a record that are here already and were typed after one that is asked for again, and what came after those.
    /// None where one of them is no longer waiting for its turn: what may have been sent stays where it is.
    ///
    /// What was typed a moment ago is the last, whatever a clock that was set since says of others.
    pub(super) fn typed_after(&self, io: &Io, key: &ResourceKey, at: Timestamp) -> Vec<u64> {
        let now = io.clock_now();
        if now.since_ms(at) < limits::EDIT_ASKED_AGAIN_AFTER_MS {
            return Vec::new();
        }
        let later = self
            .of(key)
            .skip_while(|(_, entry)| entry.at <= at || entry.at > now);
        let later: Vec<_> = later.collect();
        let all_wait = later
            .iter()
            .all(|(number, entry)| entry.stage == Stage::Waiting && !self.may_be_sent(*number));
        if !all_wait {
            return Vec::new();
        }
        later.into_iter().map(|(number, _)| number).collect()
    }

    /// Puts edits behind the one that came last, in their order, each built on those before it.
    pub(super) fn put_behind(&mut self, io: &Io, numbers: Vec<u64>) {
        for number in numbers {
            if let Some(entry) = self.remove(number) {
                let later = self.append(io, entry);
                self.build_on_found(later);
            }
        }
    }
}
