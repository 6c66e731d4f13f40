//! Rows that stay where they are while somebody points at them, has chosen them or works on them: their content changes at once,
//! their move waits.
//!
//! What has become of such a row is counted at once too: only its place and its leaving wait. A row that its user may no longer
//! read, or that nobody can, is never held.

use super::{
    TableEvents,
    order::Places,
    rows::{Held, Rows},
    sort_key::SortKey,
};
use crate::{
    collections::Set,
    identity::ResourceId,
    protocol::{GoneReason, GoneRow, Row},
    query::Verdict,
};

/// What a row that is held will do when it no longer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeldBack<'a> {
    /// It goes to another place.
    Moves,
    /// It is no longer what was asked for.
    Mismatch,
    /// It has left the panel.
    Gone(&'a GoneReason),
}

/// What has become of a row that is shown as if it had not.
#[derive(Clone, Debug)]
pub(super) struct Waiting {
    key: SortKey,
    fate: Fate,
}

#[derive(Clone, Debug, PartialEq)]
enum Fate {
    /// It is shown, elsewhere.
    Shown,
    /// The query does not show it.
    Hidden(Verdict),
    /// It is in the panel no longer.
    Gone(GoneReason),
}

/// Rows that stay where they are.
#[derive(Clone, Debug, Default)]
pub(super) struct Holds {
    /// Whatever becomes of them.
    rows: Set<ResourceId>,
    /// Those on the screen: they move, and stay for a while when they leave, so that somebody can see why.
    seen: Set<ResourceId>,
    /// Those of which something waits.
    waiting: Set<ResourceId>,
}

impl Held {
    /// What the query says of it as it is now; `None`: it has left the panel.
    pub(super) fn verdict_now(&self) -> Option<Verdict> {
        match self.waiting.as_deref().map(|waiting| &waiting.fate) {
            None => Some(self.verdict),
            Some(Fate::Shown) => Some(Verdict::In),
            Some(Fate::Hidden(verdict)) => Some(*verdict),
            Some(Fate::Gone(_)) => None,
        }
    }

    /// The key of its content now.
    fn key_now(&self) -> &SortKey {
        let waiting = self.waiting.as_deref();
        waiting.map_or(&self.key, |waiting| &waiting.key)
    }

    /// Lets it wait for what it is now, if that is anything else than what is shown. Whether something waits.
    pub(super) fn wait_for(&mut self, key: SortKey, verdict: Verdict) -> bool {
        let fate = match verdict {
            Verdict::In => Fate::Shown,
            other => Fate::Hidden(other),
        };
        let waits = key != self.key || fate != Fate::Shown;
        self.waiting = waits.then(|| Box::new(Waiting { key, fate }));
        waits
    }

    /// The same, where time has gone by and its content is as it was.
    pub(super) fn wait_for_verdict(&mut self, verdict: Verdict) -> bool {
        let key = self.key_now().clone();
        self.wait_for(key, verdict)
    }
}

impl Holds {
    /// Whether a row that is shown stays where it is when it changes.
    pub(super) fn keeps(&self, id: &ResourceId) -> bool {
        self.rows.contains(id) || self.waiting.contains(id)
    }

    fn keeps_gone(&self, gone: &GoneRow) -> bool {
        let may_be_seen = match &gone.reason {
            GoneReason::Deleted | GoneReason::LeftPanel { .. } => true,
            GoneReason::AccessLost | GoneReason::Unreadable => false,
        };
        may_be_seen && (self.keeps(&gone.id) || self.seen.contains(&gone.id))
    }

    /// Notes whether something of a row waits.
    pub(super) fn note(&mut self, id: &ResourceId, waits: bool) {
        if waits {
            self.waiting.insert(id.clone());
        } else {
            self.waiting.remove(id);
        }
    }

    /// Rows are dropped, and whatever waited of them.
    pub(super) fn forget_waiting(&mut self) {
        self.waiting.clear();
    }
}

impl Rows {
    /// How many rows wait to move or to leave.
    pub(super) fn waiting(&self) -> usize {
        self.holds.waiting.len()
    }

    /// How many of them have left the panel.
    pub(super) fn gone_waiting(&self) -> usize {
        let waiting = self.holds.waiting.iter();
        waiting.filter(|id| self.is_gone(id)).count()
    }

    fn is_gone(&self, id: &ResourceId) -> bool {
        matches!(self.held_back(id), Some(HeldBack::Gone(_)))
    }

    /// What a row waits to do.
    pub(super) fn held_back(&self, id: &ResourceId) -> Option<HeldBack<'_>> {
        let held = self.find(id)?;
        held.waiting.as_deref().map(|waiting| match &waiting.fate {
            Fate::Shown => HeldBack::Moves,
            Fate::Hidden(_) => HeldBack::Mismatch,
            Fate::Gone(reason) => HeldBack::Gone(reason),
        })
    }

    /// Holds these rows from now on, and lets go of others. Whether any of those has moved or left.
    pub(super) fn hold(&mut self, rows: Set<ResourceId>, seen: Set<ResourceId>) -> bool {
        let waiting = self.holds.waiting.iter();
        let free = waiting.filter(|id| !rows.contains(*id)).cloned().collect();
        self.holds.rows = rows;
        self.holds.seen = seen;
        self.settle(free)
    }

    /// Lets all that waits happen; rows that are held are held where they come to. Whether anything did.
    pub(super) fn settle_all(&mut self) -> bool {
        let all = self.holds.waiting.iter().cloned().collect();
        self.settle(all)
    }

    /// Of rows that leave, those that stay for a while; the others are given back.
    pub(super) fn hold_back_gone(
        &mut self,
        gone: Vec<GoneRow>,
        events: &mut TableEvents,
    ) -> Vec<GoneRow> {
        let (kept, others): (Vec<_>, Vec<_>) = gone.into_iter().partition(|gone| {
            let is_shown = |held: &Held| held.verdict == Verdict::In;
            self.holds.keeps_gone(gone) && self.find(&gone.id).is_some_and(is_shown)
        });
        for gone in kept {
            let Some(held) = self.find_mut(&gone.id) else {
                continue;
            };
            let (before, band, key) = (held.verdict_now(), held.band, held.key_now().clone());
            let fate = Fate::Gone(gone.reason.clone());
            held.waiting = Some(Box::new(Waiting { key, fate }));
            // What was on its way is told by others from here on.
            held.row.pending.clear();
            self.holds.note(&gone.id, true);
            events.changed.push(gone.id.clone());
            if let Some(before) = before {
                self.query.discount(before, band);
                events.gone.push(gone);
            }
        }
        others
    }

    /// Of rows that are new or changed, those that change where they are; the others are given back.
    pub(super) fn hold_back_changes(
        &mut self,
        rows: Vec<Row>,
        events: &mut TableEvents,
    ) -> Vec<Row> {
        let mut scratch = Vec::new();
        let mut others = Vec::with_capacity(rows.len());
        for row in rows {
            let is_shown = |held: &Held| held.verdict == Verdict::In;
            if !self.holds.keeps(&row.id) || !self.find(&row.id).is_some_and(is_shown) {
                others.push(row);
                continue;
            }
            let key = SortKey::of(&self.columns, &row.cells, &mut scratch);
            let new = self.query.judge(row, key);
            let id = new.row.id.clone();
            let Some(held) = self.find_mut(&id) else {
                continue;
            };
            let (before, band) = (held.verdict_now(), held.band);
            held.row = new.row;
            held.band = new.band;
            let waits = held.wait_for(new.key, new.verdict);
            self.holds.note(&id, waits);
            if let Some(before) = before {
                self.query.discount(before, band);
            }
            self.query.count(new.verdict, new.band);
            events.changed.push(id);
        }
        others
    }

    /// Lets what waits of these rows happen.
    fn settle(&mut self, ids: Vec<ResourceId>) -> bool {
        let slots: Vec<u32> = ids.iter().filter_map(|id| self.slot_of(id)).collect();
        // Found before anything changes, as everywhere.
        let find = |places: &Places| {
            let places = slots
                .iter()
                .filter_map(|slot| self.position_in(places, *slot));
            places.collect::<Vec<usize>>()
        };
        let (all, shown) = (find(&self.places), self.shown.as_ref().map(find));
        self.places.remove(all);
        if let (Some(places), Some(shown)) = (&mut self.shown, shown) {
            places.remove(shown);
        }
        let (mut entering, mut appearing) = (Vec::new(), Vec::new());
        for (id, slot) in ids.iter().zip(&slots) {
            self.holds.note(id, false);
            let Some(held) = self.find_mut(id) else {
                continue;
            };
            let verdict = held.verdict_now();
            if let Some(waiting) = held.waiting.take() {
                held.key = waiting.key;
            }
            match verdict {
                Some(verdict) => {
                    held.verdict = verdict;
                    entering.push(*slot);
                    appearing.extend((verdict == Verdict::In).then_some(*slot));
                }
                None => _ = self.remove(id),
            }
        }
        self.place_all(&entering, &appearing);
        !slots.is_empty()
    }
}
