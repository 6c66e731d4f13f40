//! Rows by id and by place.
//!
//! A row stays in its slot; the order is a list of slot numbers, so that moving one row among 50,000 moves numbers only.

use std::{cmp::Ordering, collections::HashMap};

use super::Order;
use crate::{identity::ResourceId, protocol::Row};

/// What an upsert did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Upsert {
    /// The row is new.
    Inserted,
    /// Cells at these positions differ; whether the row has another place.
    Changed { cells: Vec<usize>, moved: bool },
    /// Nothing that can be seen differs.
    Same,
}

/// Rows in order.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    order: Order,
    slots: Vec<Row>,
    by_id: HashMap<ResourceId, u32>,
    places: Vec<u32>,
}

impl Rows {
    pub(super) fn new(order: Order) -> Self {
        Self {
            order,
            ..Self::default()
        }
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The row at a place, from 0.
    pub fn at(&self, place: usize) -> Option<&Row> {
        self.slot(*self.places.get(place)?)
    }

    /// A row by its id.
    pub fn get(&self, id: &ResourceId) -> Option<&Row> {
        self.slot(*self.by_id.get(id)?)
    }

    /// The place of a row, from 0.
    pub fn place_of(&self, id: &ResourceId) -> Option<usize> {
        self.get(id).map(|row| self.search(row))
    }

    /// All rows in order.
    pub fn iter(&self) -> impl Iterator<Item = &Row> {
        self.places.iter().filter_map(|slot| self.slot(*slot))
    }

    pub(super) fn set_order(&mut self, order: Order) {
        self.order = order;
        self.sort();
    }

    /// Replaces everything: one sort instead of many moves. Of two rows with one id the later counts.
    pub(super) fn replace_all(&mut self, rows: Vec<Row>) {
        self.slots.clear();
        self.by_id.clear();
        for row in rows {
            match self.by_id.get(&row.id) {
                Some(slot) => self.replace(*slot, row),
                None => self.push(row),
            }
        }
        self.places = (0..self.slots.len() as u32).collect();
        self.sort();
    }

    pub(super) fn upsert(&mut self, row: Row) -> Upsert {
        let Some(slot) = self.by_id.get(&row.id).copied() else {
            let place = self.search(&row);
            self.places.insert(place, self.slots.len() as u32);
            self.push(row);
            return Upsert::Inserted;
        };
        let Some(known) = self.slot(slot) else {
            return Upsert::Same;
        };
        let cells = differing(known, &row);
        if cells.is_empty() {
            self.replace(slot, row);
            return Upsert::Same;
        }
        let from = self.search(known);
        self.places.remove(from);
        let to = self.search(&row);
        self.places.insert(to, slot);
        self.replace(slot, row);
        Upsert::Changed {
            cells,
            moved: from != to,
        }
    }

    pub(super) fn remove(&mut self, id: &ResourceId) -> bool {
        let Some(place) = self.place_of(id) else {
            return false;
        };
        let slot = self.places.remove(place);
        self.by_id.remove(id);
        self.fill(slot);
        true
    }

    /// The last row moves into a freed slot, so that slots stay dense.
    fn fill(&mut self, freed: u32) {
        let last = (self.slots.len() as u32).saturating_sub(1);
        if freed != last
            && let Some(moving) = self.slot(last)
        {
            let id = moving.id.clone();
            let place = self.search(moving);
            if let Some(number) = self.places.get_mut(place) {
                *number = freed;
            }
            self.by_id.insert(id, freed);
        }
        self.slots.swap_remove(freed as usize);
    }

    fn slot(&self, slot: u32) -> Option<&Row> {
        self.slots.get(slot as usize)
    }

    fn push(&mut self, row: Row) {
        self.by_id.insert(row.id.clone(), self.slots.len() as u32);
        self.slots.push(row);
    }

    fn replace(&mut self, slot: u32, row: Row) {
        if let Some(known) = self.slots.get_mut(slot as usize) {
            *known = row;
        }
    }

    fn sort(&mut self) {
        let (order, slots) = (&self.order, &self.slots);
        self.places.sort_unstable_by(|a, b| {
            match (slots.get(*a as usize), slots.get(*b as usize)) {
                (Some(a), Some(b)) => order.compare(a, b),
                _ => Ordering::Equal,
            }
        });
    }

    /// The place of a row, or where it would be.
    fn search(&self, row: &Row) -> usize {
        self.places.partition_point(|slot| {
            self.slot(*slot)
                .is_some_and(|other| self.order.compare(other, row) == Ordering::Less)
        })
    }
}

fn differing(known: &Row, new: &Row) -> Vec<usize> {
    let count = known.cells.len().max(new.cells.len());
    (0..count)
        .filter(|position| known.cells.get(*position) != new.cells.get(*position))
        .collect()
}
