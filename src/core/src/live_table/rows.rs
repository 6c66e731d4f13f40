//! Rows by id and by place.
//!
//! A change costs what it changes: a few comparisons, and moving the places between where a row was and where it is.

use std::{cmp::Ordering, ops::Range};

use super::{
    TableEvents,
    order::{Place, Places},
    sort_key::{SortColumn, SortKey},
};
use crate::{
    collections::Map,
    identity::ResourceId,
    protocol::{GoneRow, Row},
};

/// A row and its key in the current order.
#[derive(Clone, Debug)]
struct Held {
    row: Row,
    key: SortKey,
    /// Whether it has a place; not so only in the middle of a change.
    placed: bool,
}

/// See the module.
#[derive(Clone, Debug, Default)]
pub(super) struct Rows {
    columns: Vec<SortColumn>,
    slots: Vec<Option<Held>>,
    free: Vec<u32>,
    by_id: Map<ResourceId, u32>,
    places: Places,
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
            places: self.places.as_slice(),
            rows: self,
        }
    }

    pub(super) fn get(&self, id: &ResourceId) -> Option<&Row> {
        self.held(*self.by_id.get(id)?).map(|held| &held.row)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Row> {
        self.slots.iter().flatten().map(|held| &held.row)
    }

    /// Keeps the order.
    pub(super) fn clear(&mut self) {
        let columns = std::mem::take(&mut self.columns);
        *self = Self {
            columns,
            ..Self::default()
        };
    }

    /// Orders anew.
    pub(super) fn sort(&mut self, columns: Vec<SortColumn>) {
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
    }

    pub(super) fn position(&self, id: &ResourceId) -> Option<usize> {
        let slot = *self.by_id.get(id)?;
        let held = self.held(slot)?;
        let place = Place {
            prefix: held.key.prefix(),
            slot,
        };
        self.places
            .position(&place, |left, right| self.ties(left, right))
    }

    /// Takes rows that are new or changed, and drops those that left.
    pub(super) fn apply(&mut self, rows: Vec<Row>, gone: Vec<GoneRow>, events: &mut TableEvents) {
        let mut scratch = Vec::new();
        let rows = rows.into_iter().map(|row| {
            let key = SortKey::of(&self.columns, &row.cells, &mut scratch);
            (row, key)
        });
        let rows: Vec<(Row, SortKey)> = rows.collect();
        // Found before anything changes: a search among rows of which some have new keys would go astray.
        let leaving = gone.iter().filter_map(|gone| self.position(&gone.id));
        let moving = rows.iter().filter(|(row, key)| self.moves(&row.id, key));
        let leaving = leaving.chain(moving.filter_map(|(row, _)| self.position(&row.id)));
        let leaving: Vec<usize> = leaving.collect();
        self.places.remove(leaving);
        for gone in gone {
            if let Some(slot) = self.by_id.remove(&gone.id) {
                self.slots[slot as usize] = None;
                self.free.push(slot);
                events.gone.push(gone);
            }
        }
        let mut entering = Vec::new();
        for (row, key) in rows {
            self.put(row, key, &mut entering, events);
        }
        events.reordered = !entering.is_empty() || !events.gone.is_empty();
        self.place(&entering);
    }

    /// Stores a row; one that needs a place is added to `entering`.
    fn put(&mut self, row: Row, key: SortKey, entering: &mut Vec<u32>, events: &mut TableEvents) {
        let known = self.by_id.get(&row.id).copied();
        if let Some(slot) = known
            && let Some(held) = &mut self.slots[slot as usize]
        {
            events.changed.push(row.id.clone());
            if held.placed && held.key != key {
                held.placed = false;
                entering.push(slot);
            }
            held.row = row;
            held.key = key;
            return;
        }
        events.added.push(row.id.clone());
        let id = row.id.clone();
        let held = Some(Held {
            row,
            key,
            placed: false,
        });
        let slot = match self.free.pop() {
            Some(slot) => {
                self.slots[slot as usize] = held;
                slot
            }
            None => {
                self.slots.push(held);
                (self.slots.len() - 1) as u32
            }
        };
        self.by_id.insert(id, slot);
        entering.push(slot);
    }

    fn place(&mut self, entering: &[u32]) {
        let mut fresh = Vec::with_capacity(entering.len());
        for slot in entering {
            if let Some(held) = &mut self.slots[*slot as usize] {
                held.placed = true;
                fresh.push(Place {
                    prefix: held.key.prefix(),
                    slot: *slot,
                });
            }
        }
        let mut places = std::mem::take(&mut self.places);
        places.insert(fresh, |left, right| self.ties(left, right));
        self.places = places;
    }

    fn moves(&self, id: &ResourceId, key: &SortKey) -> bool {
        let slot = self.by_id.get(id).copied();
        slot.and_then(|slot| self.held(slot))
            .is_some_and(|held| held.key != *key)
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
