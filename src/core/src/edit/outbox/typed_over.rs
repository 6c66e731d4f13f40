//! Edits that were typed on top of a choice: their user has seen theirs, and wants something else than at first.

use super::{Entry, Outbox, Stage, strand_answers::conflict};
use crate::{
    fhir::Resource,
    protocol::{ConflictReason, EditOutcome},
};

impl Outbox {
    /// An edit waits for the user, and the record is back at what it had seen. If something was typed on top of it meanwhile, the
    /// user had seen another value and has not seen this one since: the last wish is what they are asked about. Whether they are.
    pub(super) fn ask_about_later(
        &mut self,
        number: u64,
        now: &Resource,
        body: &serde_json::Value,
    ) -> bool {
        let Some(entry) = self.held.get(&number) else {
            return false;
        };
        let later = self.of(&now.key).filter(|(other, _)| *other > number);
        let later =
            later.filter(|(_, later)| later.is_under_way() && entry.touches(&later.changes));
        let later: Vec<_> = later.collect();
        if !later.iter().any(|(_, later)| is_typed_over(entry, later)) {
            return false;
        }
        // Where the last one is not about all of it, the first stays a choice, of the values there are now.
        let last = later.last().filter(|(_, last)| covers(last, entry));
        let (asked, of) = last.map_or((number, entry), |(last, later)| (*last, *later));
        let (by, before) = (
            of.id.clone(),
            later.iter().filter(|(other, _)| *other < asked),
        );
        let covered = before.filter(|(_, before)| covers(of, before));
        let mut gone: Vec<u64> = covered.map(|(other, _)| *other).collect();
        if asked != number {
            gone.push(number);
        }
        let mut choice = conflict(of, now, body, ConflictReason::BothChanged);
        for field in &mut choice.fields {
            field.disputed = !field.theirs.same(&field.mine);
        }
        let is_open = choice.fields.iter().any(|field| field.disputed);
        for other in gone {
            let by = by.clone();
            self.end(other, EditOutcome::Superseded { by });
        }
        // What the server holds already ends by itself.
        let stage = match is_open {
            true => Stage::Conflict { conflict: choice },
            false => Stage::Waiting,
        };
        self.set_stage(asked, stage);
        true
    }
}

/// Whether a later edit of a field saw something else than what the first one wanted: the server's value, not its own.
fn is_typed_over(first: &Entry, later: &Entry) -> bool {
    let mut pairs = first
        .changes
        .iter()
        .flat_map(|mine| later.changes.iter().map(move |next| (mine, next)));
    pairs.any(|(mine, next)| {
        mine.field == next.field && !mine.field.is_list() && !next.seen.same(&mine.wanted)
    })
}

/// Whether an edit says something of every field of an earlier one.
fn covers(later: &Entry, earlier: &Entry) -> bool {
    earlier.changes.iter().all(|change| {
        let mut next = later.changes.iter();
        !change.field.is_list() && next.any(|next| next.field == change.field)
    })
}
