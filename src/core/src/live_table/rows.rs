//! Rows by id and by place, all of them and those that are shown.
//!
//! A change costs what it changes: a few comparisons, and moving the places between where a row was and where it is. Only another
//! query looks at every row, and only another order sorts.

use std::{cmp::Ordering, ops::Range};

use super::{
    TableEvents,
    holding::{Holds, Waiting},
    order::{Place, Places},
    sort_key::{SortColumn, SortKey},
};
use crate::{
    collections::Map,
    identity::ResourceId,
    protocol::{GoneRow, Row},
    query::{Band, BandCounts, Matcher, Today, Verdict},
    time::Timestamp,
};

/// A row, its key in the current order, and what the query says of it.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) row: Row,
    /// That of the place where it is shown.
    pub(super) key: SortKey,
    /// Whether it is shown.
    pub(super) verdict: Verdict,
    pub(super) band: Option<Band>,
    /// What it is by now, where it is held as it was.
    pub(super) waiting: Option<Box<Waiting>>,
}

/// What was found out about a row before it is stored.
pub(super) struct Incoming {
    pub(super) row: Row,
    pub(super) key: SortKey,
    pub(super) verdict: Verdict,
    pub(super) band: Option<Band>,
}

/// See the module.
#[derive(Clone, Debug, Default)]
pub(super) struct Rows {
    pub(super) columns: Vec<SortColumn>,
    slots: Vec<Option<Held>>,
    free: Vec<u32>,
    by_id: Map<ResourceId, u32>,
    pub(super) places: Places,
    /// Those of `places` that the query shows; `None` if these are all.
    pub(super) shown: Option<Places>,
    pub(super) query: QueryState,
    pub(super) holds: Holds,
}

/// The query, and what it makes of the rows as a whole.
#[derive(Clone, Debug, Default)]
pub(super) struct QueryState {
    matcher: Matcher,
    today: Today,
    bands: BandCounts,
    undecided: usize,
    /// When a verdict changes by itself.
    next_change: Option<Timestamp>,
}

impl QueryState {
    pub(super) fn judge(&mut self, row: Row, key: SortKey) -> Incoming {
        let verdict = self.matcher.judge(&row.cells, self.today);
        let band = self.matcher.band_of(&row.cells, self.today);
        let next = self.matcher.next_change(&row.cells, self.today);
        self.next_change = [self.next_change, next].into_iter().flatten().min();
        Incoming {
            row,
            key,
            verdict,
            band,
        }
    }

    pub(super) fn count(&mut self, verdict: Verdict, band: Option<Band>) {
        self.undecided += usize::from(verdict == Verdict::Undecided);
        if let Some(band) = counted(verdict, band) {
            self.bands.add(band);
        }
    }

    pub(super) fn discount(&mut self, verdict: Verdict, band: Option<Band>) {
        self.undecided -= usize::from(verdict == Verdict::Undecided);
        if let Some(band) = counted(verdict, band) {
            self.bands.remove(band);
        }
    }
}

/// The band that a row is counted in: whichever of them is looked at.
fn counted(verdict: Verdict, band: Option<Band>) -> Option<Band> {
    band.filter(|_| matches!(verdict, Verdict::In | Verdict::OtherBand))
}

/// Ids in order.
#[derive(Clone, Copy, Debug)]
pub struct Order<'a> {
    places: &'a [Place],
    rows: &'a Rows,
}

impl<'a> Order<'a> {
    /// How many.
    pub fn len(self) -> usize {
        self.places.len()
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.places.is_empty()
    }

    /// The one at a place.
    pub fn get(self, index: usize) -> Option<&'a ResourceId> {
        let place = self.places.get(index)?;
        self.rows.held(place.slot).map(|held| &held.row.id)
    }

    /// Those at some places; places that there are not are left out.
    pub fn range(self, range: Range<usize>) -> impl Iterator<Item = (usize, &'a ResourceId)> {
        range.map_while(move |index| Some((index, self.get(index)?)))
    }

    /// All of them.
    pub fn iter(self) -> impl Iterator<Item = &'a ResourceId> {
        self.range(0..self.len()).map(|(_, id)| id)
    }
}

impl Rows {
    pub(super) fn order(&self) -> Order<'_> {
        Order {
            places: self.shown.as_ref().unwrap_or(&self.places).as_slice(),
            rows: self,
        }
    }

    /// How many there are, shown or not.
    pub(super) fn len(&self) -> usize {
        self.by_id.len() - self.gone_waiting()
    }

    pub(super) fn bands(&self) -> BandCounts {
        self.query.bands
    }

    pub(super) fn undecided(&self) -> usize {
        self.query.undecided
    }

    pub(super) fn get(&self, id: &ResourceId) -> Option<&Row> {
        self.find(id).map(|held| &held.row)
    }

    /// Those that are in the panel.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Row> {
        let held = self.slots.iter().flatten();
        let held = held.filter(|held| held.verdict_now().is_some());
        held.map(|held| &held.row)
    }

    pub(super) fn find(&self, id: &ResourceId) -> Option<&Held> {
        self.held(self.slot_of(id)?)
    }

    pub(super) fn find_mut(&mut self, id: &ResourceId) -> Option<&mut Held> {
        let slot = self.slot_of(id)?;
        self.slots.get_mut(slot as usize)?.as_mut()
    }

    pub(super) fn slot_of(&self, id: &ResourceId) -> Option<u32> {
        self.by_id.get(id).copied()
    }

    /// Keeps the order, the query, and what is held.
    pub(super) fn clear(&mut self) {
        let query = QueryState {
            matcher: std::mem::take(&mut self.query.matcher),
            today: self.query.today,
            next_change: self.query.next_change,
            ..QueryState::default()
        };
        self.holds.forget_waiting();
        *self = Self {
            columns: std::mem::take(&mut self.columns),
            shown: self.shown.is_some().then(Places::default),
            holds: std::mem::take(&mut self.holds),
            query,
            ..Self::default()
        };
    }

    /// Orders anew. Nothing is held over that: the user wants another order.
    pub(super) fn sort(&mut self, columns: Vec<SortColumn>) {
        self.settle_all();
        let mut scratch = Vec::new();
        let mut places = Vec::with_capacity(self.by_id.len());
        for (slot, held) in (0..).zip(&mut self.slots) {
            if let Some(held) = held {
                held.key = SortKey::of(&columns, &held.row.cells, &mut scratch);
                places.push(Place {
                    prefix: held.key.prefix(),
                    slot,
                });
            }
        }
        self.columns = columns;
        let mut sorted = std::mem::take(&mut self.places);
        sorted.sort(places, |left, right| self.ties(left, right));
        self.places = sorted;
        self.pick_shown();
    }

    /// Shows what belongs to another query. Nothing is held over that.
    pub(super) fn set_query(&mut self, matcher: Matcher, today: Today) {
        self.settle_all();
        self.judge_all(matcher, today, false);
    }

    /// Looks at every row and sorts none. `held`: those that are held stay as they are shown.
    fn judge_all(&mut self, matcher: Matcher, today: Today, held: bool) {
        self.query = QueryState {
            next_change: Some(today.next_midnight()),
            matcher,
            today,
            ..QueryState::default()
        };
        let (query, holds) = (&mut self.query, &mut self.holds);
        for row in self.slots.iter_mut().flatten() {
            if row.verdict_now().is_none() {
                continue;
            }
            let verdict = query.matcher.judge(&row.row.cells, today);
            row.band = query.matcher.band_of(&row.row.cells, today);
            let next = query.matcher.next_change(&row.row.cells, today);
            query.next_change = [query.next_change, next].into_iter().flatten().min();
            query.count(verdict, row.band);
            if held && row.verdict == Verdict::In && holds.keeps(&row.row.id) {
                let waits = row.wait_for_verdict(verdict);
                holds.note(&row.row.id, waits);
            } else {
                row.verdict = verdict;
            }
        }
        self.pick_shown();
    }

    /// Time has gone by. Whether that may have changed what is shown or counted.
    pub(super) fn tick(&mut self, today: Today) -> bool {
        let same_zone = today.zone_offset_minutes == self.query.today.zone_offset_minutes;
        let next = self.query.next_change;
        if same_zone && next.is_some_and(|next| today.now < next) {
            self.query.today = today;
            return false;
        }
        let matcher = std::mem::take(&mut self.query.matcher);
        self.judge_all(matcher, today, true);
        true
    }

    fn pick_shown(&mut self) {
        self.shown = (!self.query.matcher.takes_all()).then(|| {
            let places = self.places.as_slice().iter();
            let is_shown = |place: &&Place| self.is_shown(place.slot);
            Places::in_order(places.filter(is_shown).copied().collect())
        });
    }

    fn is_shown(&self, slot: u32) -> bool {
        self.held(slot)
            .is_some_and(|held| held.verdict == Verdict::In)
    }

    /// The place of a row among those that are shown.
    pub(super) fn position(&self, id: &ResourceId) -> Option<usize> {
        let slot = *self.by_id.get(id)?;
        let places = self.shown.as_ref().unwrap_or(&self.places);
        self.is_shown(slot)
            .then(|| self.position_in(places, slot))
            .flatten()
    }

    pub(super) fn position_in(&self, places: &Places, slot: u32) -> Option<usize> {
        let place = self.place_of(slot)?;
        places.position(&place, |left, right| self.ties(left, right))
    }

    fn place_of(&self, slot: u32) -> Option<Place> {
        let held = self.held(slot)?;
        Some(Place {
            prefix: held.key.prefix(),
            slot,
        })
    }

    /// Takes rows that are new or changed, and drops those that left.
    pub(super) fn apply(&mut self, rows: Vec<Row>, gone: Vec<GoneRow>, events: &mut TableEvents) {
        let gone = self.hold_back_gone(gone, events);
        let rows = self.hold_back_changes(rows, events);
        let mut scratch = Vec::new();
        let mut incoming = Vec::with_capacity(rows.len());
        for row in rows {
            let key = SortKey::of(&self.columns, &row.cells, &mut scratch);
            incoming.push(self.query.judge(row, key));
        }
        let shown_before = self.order().len();
        // Found before anything changes: a search among rows of which some have new keys would go astray.
        self.displace(&incoming, &gone);
        let moved = self.order().len() != shown_before;
        for gone in gone {
            if let Some(held) = self.remove(&gone.id) {
                let verdict = held.verdict_now();
                verdict
                    .into_iter()
                    .for_each(|verdict| self.query.discount(verdict, held.band));
                self.holds.note(&gone.id, false);
                if held.verdict == Verdict::In {
                    events.gone.push(gone);
                }
            }
        }
        let (mut entering, mut appearing) = (Vec::new(), Vec::new());
        for row in incoming {
            self.put(row, &mut entering, &mut appearing, events);
        }
        // A row may be in a batch twice.
        for slots in [&mut entering, &mut appearing] {
            slots.sort_unstable();
            slots.dedup();
        }
        appearing.retain(|slot| self.is_shown(*slot));
        let appears = match self.shown {
            Some(_) => !appearing.is_empty(),
            None => !entering.is_empty(),
        };
        events.reordered = moved || appears;
        self.place_all(&entering, &appearing);
    }

    /// Gives rows their places, among all and among those that are shown.
    pub(super) fn place_all(&mut self, entering: &[u32], appearing: &[u32]) {
        let mut places = std::mem::take(&mut self.places);
        self.place(&mut places, entering);
        self.places = places;
        if let Some(mut shown) = self.shown.take() {
            self.place(&mut shown, appearing);
            self.shown = Some(shown);
        }
    }

    /// Takes the places of those that leave or move.
    fn displace(&mut self, incoming: &[Incoming], gone: &[GoneRow]) {
        let slot = |id: &ResourceId| self.by_id.get(id).copied();
        let (mut leaving, mut hiding) = (Vec::new(), Vec::new());
        for slot in gone.iter().filter_map(|gone| slot(&gone.id)) {
            leaving.push(slot);
            hiding.push(slot);
        }
        for new in incoming {
            let Some(slot) = slot(&new.row.id) else {
                continue;
            };
            let moves = self.held(slot).is_some_and(|held| held.key != new.key);
            if moves {
                leaving.push(slot);
            }
            if moves || new.verdict != Verdict::In {
                hiding.push(slot);
            }
        }
        let find = |places: &Places, slots: &[u32]| {
            let positions = slots
                .iter()
                .filter_map(|slot| self.position_in(places, *slot));
            positions.collect::<Vec<usize>>()
        };
        let leaving = find(&self.places, &leaving);
        let hiding = self.shown.as_ref().map(|shown| find(shown, &hiding));
        self.places.remove(leaving);
        if let (Some(shown), Some(hiding)) = (&mut self.shown, hiding) {
            shown.remove(hiding);
        }
    }

    pub(super) fn remove(&mut self, id: &ResourceId) -> Option<Held> {
        let slot = self.by_id.remove(id)?;
        self.free.push(slot);
        self.slots[slot as usize].take()
    }

    /// Stores a row. One that needs a place is added to `entering`, one that needs a place among those shown to `appearing`.
    fn put(
        &mut self,
        new: Incoming,
        entering: &mut Vec<u32>,
        appearing: &mut Vec<u32>,
        events: &mut TableEvents,
    ) {
        let Incoming {
            row,
            key,
            verdict,
            band,
        } = new;
        self.query.count(verdict, band);
        let id = row.id.clone();
        let held = Held {
            row,
            key,
            verdict,
            band,
            waiting: None,
        };
        let known = self.by_id.get(&id).copied();
        let is_shown = verdict == Verdict::In;
        if let Some(slot) = known
            && let Some(before) = &mut self.slots[slot as usize]
        {
            let (was_shown, moves) = (before.verdict == Verdict::In, before.key != held.key);
            let (verdict, band) = (before.verdict, before.band);
            *before = held;
            self.query.discount(verdict, band);
            if moves {
                entering.push(slot);
            }
            if is_shown && (moves || !was_shown) {
                appearing.push(slot);
            }
            match (was_shown, is_shown) {
                (false, true) => events.added.push(id),
                (false, false) => {}
                (true, _) => events.changed.push(id),
            }
            return;
        }
        let slot = match self.free.pop() {
            Some(slot) => {
                self.slots[slot as usize] = Some(held);
                slot
            }
            None => {
                self.slots.push(Some(held));
                (self.slots.len() - 1) as u32
            }
        };
        self.by_id.insert(id.clone(), slot);
        entering.push(slot);
        if is_shown {
            appearing.push(slot);
            events.added.push(id);
        }
    }

    fn place(&self, places: &mut Places, slots: &[u32]) {
        let fresh = slots.iter().filter_map(|slot| self.place_of(*slot));
        places.insert(fresh.collect(), |left, right| self.ties(left, right));
    }

    fn held(&self, slot: u32) -> Option<&Held> {
        self.slots.get(slot as usize)?.as_ref()
    }

    /// Where the first bytes of the keys are the same: the rest of them, then the id.
    fn ties(&self, left: u32, right: u32) -> Ordering {
        let (Some(left), Some(right)) = (self.held(left), self.held(right)) else {
            return left.cmp(&right);
        };
        left.key
            .rest()
            .cmp(right.key.rest())
            .then_with(|| left.row.id.cmp(&right.row.id))
    }
}
