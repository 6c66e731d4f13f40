//! Rows stay where they are while somebody works on them; which ones is for the core to say.

use std::collections::HashSet;

use leptos::prelude::*;
use panels_core::{identity::ResourceId, protocol::GoneRow, viewport::Viewport};

use super::{PanelStore, has_left};
use crate::state::clock::now;

/// A row that has to stay where it is on the screen, and its place before something changes.
pub(super) type Anchor = Option<(ResourceId, usize)>;

impl PanelStore {
    /// How many rows wait to move or to leave.
    pub(crate) fn waiting(&self) -> usize {
        self.0.tally.with(|tally| tally.waiting)
    }

    /// Whether a row is shown though it has left the panel.
    pub(crate) fn has_left(&self, id: &ResourceId) -> bool {
        has_left(&self.0.table.borrow(), id)
    }

    /// Where the table has to be scrolled, in CSS pixels.
    pub(crate) fn scroll_to(&self) -> Option<f64> {
        self.0.scroll_to.get()
    }

    /// The pointer is over a row, or over none.
    pub(crate) fn point_at(&self, row: Option<&ResourceId>) {
        self.0.holds.borrow_mut().point(now(), row);
        self.let_go();
    }

    /// A row has the focus, or none.
    pub(crate) fn focus_on(&self, row: Option<&ResourceId>) {
        self.0.holds.borrow_mut().focus(now(), row);
        self.let_go();
    }

    /// A key was pressed in the table.
    pub(crate) fn use_keyboard(&self) {
        self.0.holds.borrow_mut().use_keyboard(now());
    }

    /// A row is open in the drawer, or none.
    pub(crate) fn hold_open(&self, row: Option<&ResourceId>) {
        self.0.holds.borrow_mut().open(row);
        self.let_go();
    }

    /// Lets rows take their places that nobody works on any longer.
    pub(crate) fn let_go(&self) {
        let anchor = self.anchor();
        if self.hold() {
            self.settle(anchor);
        }
        self.return_to_the_top();
    }

    /// Lets all that waits happen now.
    pub(crate) fn apply_waiting(&self) {
        let anchor = self.anchor();
        let events = self.0.table.borrow_mut().apply_waiting();
        if events.reordered {
            self.settle(anchor);
        }
    }

    /// Rows are of another height: the first one that can be seen stays the first.
    pub(crate) fn set_row_height(&self, row_height: f64) {
        let viewport = self.viewport();
        if viewport.row_height != row_height {
            self.scroll_by_itself(viewport.with_row_height(row_height));
            self.lay_out(&HashSet::new());
        }
    }

    fn settle(&self, anchor: Anchor) {
        self.lay_out_around(anchor, &HashSet::new());
        self.keep_selection_of_shown();
        self.show_waiting();
        self.tell_phase();
    }

    /// Tells the table what is held now. Whether a row that no longer is has moved or left.
    pub(super) fn hold(&self) -> bool {
        let mut rows = self.0.holds.borrow_mut().held(now());
        self.0
            .selection
            .with_untracked(|selection| rows.extend(selection.iter().cloned()));
        let seen = self.0.seen.with_untracked(|seen| seen.rows.clone());
        self.0.table.borrow_mut().hold(rows, seen).reordered
    }

    /// Rows on the screen that left stay for a while, so that somebody can see why.
    pub(super) fn note_leaving(&self, gone: &[GoneRow]) {
        let table = self.0.table.borrow();
        let mut holds = self.0.holds.borrow_mut();
        for row in gone.iter().filter(|row| has_left(&table, &row.id)) {
            holds.leaves(now(), &row.id);
        }
    }

    pub(super) fn show_waiting(&self) {
        self.0.mounted.borrow().show_waiting(&self.0.table.borrow());
    }

    /// The row that has to stay where it is on the screen.
    pub(super) fn anchor(&self) -> Anchor {
        let row = self.0.holds.borrow().anchor(now()).cloned()?;
        let is_seen = self.0.seen.with_untracked(|seen| seen.rows.contains(&row));
        let place = self.0.table.borrow().position(&row).filter(|_| is_seen)?;
        Some((row, place))
    }

    /// Lays the rows out, scrolled by what has come or gone above the anchor.
    pub(super) fn lay_out_around(&self, anchor: Anchor, fresh: &HashSet<ResourceId>) {
        let viewport = self.viewport();
        let moved = anchor.and_then(|(row, before)| {
            let after = self.0.table.borrow().position(&row)?;
            Some(after as f64 - before as f64)
        });
        let top = viewport.scroll_top + moved.unwrap_or_default() * viewport.row_height;
        let top = top.max(0.0);
        if (top - viewport.scroll_top).abs() < 1.0 {
            return self.lay_out(fresh);
        }
        if viewport.scroll_top < 1.0 || self.0.drift.get() > 0.0 {
            self.0.drift.set(top);
        }
        self.scroll_by_itself(Viewport {
            scroll_top: top,
            ..viewport
        });
        self.lay_out(fresh);
    }

    /// Who looks at the top of the table sees what is new there as soon as nobody points at a row any longer.
    fn return_to_the_top(&self) {
        let viewport = self.viewport();
        if self.0.drift.get() < 1.0 || self.0.holds.borrow().anchor(now()).is_some() {
            return;
        }
        self.0.drift.set(0.0);
        self.scroll_by_itself(Viewport {
            scroll_top: 0.0,
            ..viewport
        });
        self.lay_out(&HashSet::new());
    }

    fn scroll_by_itself(&self, viewport: Viewport) {
        self.0.viewport.set(viewport);
        self.0.scroll_to.set(Some(viewport.scroll_top));
    }
}
