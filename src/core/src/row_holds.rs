//! Which rows somebody works on, so that they stay where they are: the one under the pointer, the focused, the open and the chosen
//! ones, and for a while those that have just left the screen.
//!
//! Told by the table's views, asked by the table. Never touches a document or a clock.

use std::collections::BTreeMap;

use crate::{identity::ResourceId, limits, time::Timestamp};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct RowHolds {
    pointed: Option<(ResourceId, Timestamp)>,
    focused: Option<ResourceId>,
    open: Option<ResourceId>,
    /// When pointer or keyboard were last used in the table.
    used: Option<Timestamp>,
    /// Rows that are held until then, though nobody does anything with them.
    until: BTreeMap<ResourceId, Timestamp>,
}

impl RowHolds {
    /// The pointer is over a row, or over none.
    pub fn point(&mut self, now: Timestamp, row: Option<&ResourceId>) {
        if let Some((before, _)) = self.pointed.take()
            && Some(&before) != row
        {
            self.linger(before, now + limits::ROW_RELEASED_AFTER_MS);
        }
        self.pointed = row.map(|row| (row.clone(), now));
        if row.is_some() {
            self.used = Some(now);
        }
    }

    /// A row has the focus, or none.
    pub fn focus(&mut self, now: Timestamp, row: Option<&ResourceId>) {
        if let Some(before) = self.focused.take()
            && Some(&before) != row
        {
            self.linger(before, now + limits::ROW_RELEASED_AFTER_MS);
        }
        self.focused = row.cloned();
        if row.is_some() {
            self.used = Some(now);
        }
    }

    /// A key was pressed in the table.
    pub fn use_keyboard(&mut self, now: Timestamp) {
        self.used = Some(now);
    }

    /// A record is open in the drawer, or none.
    pub fn open(&mut self, row: Option<&ResourceId>) {
        self.open = row.cloned();
    }

    /// A row on the screen has left the panel: it stays long enough for somebody to see why.
    pub fn leaves(&mut self, now: Timestamp, row: &ResourceId) {
        self.linger(row.clone(), now + limits::ROW_LEAVING_SHOWN_MS);
    }

    /// Everything that is held now, besides the chosen rows.
    pub fn held(&mut self, now: Timestamp) -> Vec<ResourceId> {
        self.until.retain(|_, until| now < *until);
        let is_pointed =
            |(_, at): &&(ResourceId, Timestamp)| now.since_ms(*at) < limits::POINTER_RESTS_AFTER_MS;
        let pointed = self.pointed.as_ref().filter(is_pointed);
        let pointed = pointed.map(|(row, _)| row);
        let rows = [pointed, self.focused.as_ref(), self.open.as_ref()];
        let rows = rows.into_iter().flatten().chain(self.until.keys());
        rows.cloned().collect()
    }

    /// The row that has to stay where it is on the screen while others come and go above it: while somebody uses the table, the one
    /// under the pointer, or else the focused one.
    pub fn anchor(&self, now: Timestamp) -> Option<&ResourceId> {
        let in_use = |used: Timestamp| now.since_ms(used) < limits::POINTER_RESTS_AFTER_MS;
        let row = self.pointed.as_ref().map(|(row, _)| row);
        row.or(self.focused.as_ref())
            .filter(|_| self.used.is_some_and(in_use))
    }

    fn linger(&mut self, row: ResourceId, until: Timestamp) {
        let known = self.until.entry(row).or_insert(until);
        *known = until.max(*known);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000);

    fn id(id: &str) -> ResourceId {
        ResourceId::new(id)
    }

    fn held(holds: &mut RowHolds, after_ms: i64) -> Vec<String> {
        let rows = holds.held(NOW + after_ms);
        rows.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_row_is_held_while_the_pointer_is_used_over_it_and_a_moment_longer() {
        let mut holds = RowHolds::default();
        holds.point(NOW, Some(&id("a")));
        assert_eq!(held(&mut holds, 0), ["a"]);
        holds.point(NOW + 100, Some(&id("b")));
        assert_eq!(held(&mut holds, 100), ["b", "a"]);
        holds.point(NOW + 200, None);
        assert_eq!(held(&mut holds, 200), ["a", "b"]);
        assert!(held(&mut holds, 200 + limits::ROW_RELEASED_AFTER_MS).is_empty());
    }

    #[test]
    fn a_pointer_that_was_left_on_a_row_holds_it_no_longer() {
        let mut holds = RowHolds::default();
        holds.point(NOW, Some(&id("a")));
        let rest = limits::POINTER_RESTS_AFTER_MS;
        assert_eq!(held(&mut holds, rest - 1), ["a"]);
        assert_eq!(holds.anchor(NOW + rest - 1), Some(&id("a")));
        assert!(held(&mut holds, rest).is_empty());
        assert_eq!(holds.anchor(NOW + rest), None);
        holds.point(NOW + rest, Some(&id("a")));
        assert_eq!(held(&mut holds, rest), ["a"]);
    }

    #[test]
    fn the_focused_and_the_open_row_are_held_as_long_as_they_are_that() {
        let mut holds = RowHolds::default();
        holds.focus(NOW, Some(&id("a")));
        holds.open(Some(&id("b")));
        let later = 10 * limits::POINTER_RESTS_AFTER_MS;
        assert_eq!(held(&mut holds, later), ["a", "b"]);
        assert_eq!(holds.anchor(NOW + later), None, "nobody uses it");
        holds.use_keyboard(NOW + later);
        assert_eq!(holds.anchor(NOW + later), Some(&id("a")));
        holds.focus(NOW + later, None);
        holds.open(None);
        assert_eq!(held(&mut holds, later), ["a"]);
        assert!(held(&mut holds, later + limits::ROW_RELEASED_AFTER_MS).is_empty());
    }

    #[test]
    fn a_row_that_leaves_can_be_seen_for_a_while() {
        let mut holds = RowHolds::default();
        holds.leaves(NOW, &id("a"));
        let shown = limits::ROW_LEAVING_SHOWN_MS;
        assert_eq!(held(&mut holds, shown - 1), ["a"]);
        holds.point(NOW + shown - 1, Some(&id("a")));
        assert_eq!(held(&mut holds, shown), ["a"], "brought back");
    }
}
