//! The places of the rows: sorted, and kept sorted by moving what lies between. Never sorted anew for a change.
//!
//! Who uses it says how two rows compare where the first bytes of their keys are the same.

use std::cmp::Ordering;

use super::sort_key::Prefix;

/// One place: the row that is there, with the first bytes of its key, so that most comparisons stay in this list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) prefix: Prefix,
    pub(super) slot: u32,
}

/// See the module.
#[derive(Clone, Debug, Default)]
pub(super) struct Places(Vec<Place>);

impl Places {
    pub(super) fn as_slice(&self) -> &[Place] {
        &self.0
    }

    /// Places that are in order already.
    pub(super) fn in_order(places: Vec<Place>) -> Self {
        Self(places)
    }

    /// Everything anew: for another order only.
    pub(super) fn sort(&mut self, mut places: Vec<Place>, ties: impl Fn(u32, u32) -> Ordering) {
        places.sort_unstable_by(|left, right| compare(left, right, &ties));
        self.0 = places;
    }

    /// Where a place is: a few comparisons.
    pub(super) fn position(
        &self,
        place: &Place,
        ties: impl Fn(u32, u32) -> Ordering,
    ) -> Option<usize> {
        self.0
            .binary_search_by(|other| compare(other, place, &ties))
            .ok()
    }

    /// Takes the places at these positions out; each part between two of them is moved once.
    pub(super) fn remove(&mut self, mut positions: Vec<usize>) {
        positions.sort_unstable();
        positions.dedup();
        let Some(mut write) = positions.first().copied() else {
            return;
        };
        let ends = positions.iter().skip(1).copied().chain([self.0.len()]);
        for (position, end) in positions.iter().zip(ends) {
            self.0.copy_within(position + 1..end, write);
            write += end - position - 1;
        }
        self.0.truncate(write);
    }

    /// Puts new places where they belong: a few comparisons for each, and each part between two of them is moved once.
    pub(super) fn insert(&mut self, mut places: Vec<Place>, ties: impl Fn(u32, u32) -> Ordering) {
        let Some(filler) = places.first().copied() else {
            return;
        };
        places.sort_unstable_by(|left, right| compare(left, right, &ties));
        let mut end = self.0.len();
        let mut write = end + places.len();
        self.0.resize(write, filler);
        for place in places.into_iter().rev() {
            let at = self.0[..end].partition_point(|other| compare(other, &place, &ties).is_lt());
            self.0.copy_within(at..end, write - (end - at));
            write -= end - at + 1;
            self.0[write] = place;
            end = at;
        }
    }
}

fn compare(left: &Place, right: &Place, ties: impl Fn(u32, u32) -> Ordering) -> Ordering {
    left.prefix
        .cmp(&right.prefix)
        .then_with(|| ties(left.slot, right.slot))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use proptest::prelude::*;

    use super::*;

    fn place(number: u32) -> Place {
        // Every comparison is a tie, so that all of them are counted.
        Place {
            prefix: [0; 3],
            slot: number,
        }
    }

    fn numbers(places: &Places) -> Vec<u32> {
        places.as_slice().iter().map(|place| place.slot).collect()
    }

    #[test]
    fn a_change_among_50_000_rows_costs_a_few_comparisons() {
        let compared = Cell::new(0);
        let ties = |left: u32, right: u32| {
            compared.set(compared.get() + 1);
            left.cmp(&right)
        };
        let mut places = Places::default();
        places.sort((0..50_000).map(|number| place(number * 2)).collect(), ties);
        compared.set(0);
        let position = places.position(&place(7_000), ties);
        assert_eq!(position, Some(3_500));
        places.remove(vec![3_500]);
        places.insert(vec![place(70_001)], ties);
        assert!(compared.get() <= 2 * 17, "{} comparisons", compared.get());
        assert_eq!(places.as_slice().len(), 50_000);
    }

    #[test]
    fn a_large_panel_that_comes_in_parts_is_not_sorted_anew_for_each() {
        let compared = Cell::new(0);
        let ties = |left: u32, right: u32| {
            compared.set(compared.get() + 1);
            left.cmp(&right)
        };
        let mut places = Places::default();
        for part in 0..100 {
            let rows = (0..500).map(|row| place((row * 100 + part) * 7_919 % 65_537));
            places.insert(rows.collect(), ties);
        }
        // 9 within a part of 500 and 16 to find a place, for each of 50,000 rows.
        assert!(
            compared.get() < 50_000 * 30,
            "{} comparisons",
            compared.get()
        );
        assert!(numbers(&places).is_sorted());
    }

    proptest! {
        #[test]
        fn places_that_come_and_go_stay_sorted(
            first in proptest::collection::btree_set(0_u32..100, 0..40),
            second in proptest::collection::btree_set(100_u32..200, 0..40),
            leaving in proptest::collection::vec(0_usize..80, 0..30),
        ) {
            // Interleaved: even numbers of one and odd ones of the other.
            let first: Vec<u32> = first.into_iter().map(|number| number * 2).collect();
            let second: Vec<u32> = second.into_iter().map(|number| (number - 100) * 2 + 1).collect();
            let mut places = Places::default();
            places.insert(first.iter().copied().map(place).collect(), |left, right| left.cmp(&right));
            places.insert(second.iter().copied().map(place).collect(), |left, right| left.cmp(&right));
            let mut expected = [first, second].concat();
            expected.sort_unstable();
            prop_assert_eq!(numbers(&places), expected.clone());
            let leaving: Vec<usize> = leaving.into_iter().filter(|at| *at < expected.len()).collect();
            let mut at = 0;
            expected.retain(|_| { at += 1; !leaving.contains(&(at - 1)) });
            places.remove(leaving);
            prop_assert_eq!(numbers(&places), expected);
        }
    }
}
