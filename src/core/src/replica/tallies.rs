//! Counts of every panel, kept up to date row by row, so that a home screen costs nothing.

use super::{Entry, IN_DRAWER, Membership};
use crate::{
    fhir::Resource,
    panel::{Contribution, Tally},
};

/// One tally for each panel, in the order of the panel list.
#[derive(Debug, Default)]
pub(super) struct Tallies(Vec<Tally>);

impl Tallies {
    pub(super) fn get(&self, index: usize) -> Option<&Tally> {
        self.0.get(index)
    }

    /// A row changed from what it was to what it is.
    pub(super) fn update(
        &mut self,
        before: Option<&Entry>,
        after: Option<(&Resource, Membership)>,
    ) {
        if let Some(entry) = before {
            let row = Contribution::of(&entry.resource);
            self.each(entry.members, |tally| tally.remove(&row));
        }
        if let Some((resource, members)) = after {
            let row = Contribution::of(resource);
            self.each(members, |tally| tally.add(&row));
        }
    }

    fn each(&mut self, members: Membership, change: impl Fn(&mut Tally)) {
        let mut rest = members & !IN_DRAWER;
        while rest != 0 {
            let index = rest.trailing_zeros() as usize;
            if self.0.len() <= index {
                self.0.resize_with(index + 1, Tally::default);
            }
            change(&mut self.0[index]);
            rest &= rest - 1;
        }
    }
}
