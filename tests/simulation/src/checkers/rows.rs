//! Invariant 2 at every step, and the bookkeeping of what each tab lacks.

use panels_core::{
    identity::ResourceId,
    live_table::TableEvents,
    protocol::{PendingState, Row},
};

use super::{Behind, STALENESS_BOUND_MS, Shown};
use crate::{
    queue::Millis,
    truth::{ResourceNo, Standing},
    world::{Event, World},
};

/// So long after a write its event may still be evaluated, or be on its way.
const EVALUATED_AFTER_MS: Millis = 2_000;

/// Whether an edit on its way is laid over a row: then it may be in a panel that it is only about to enter, or to leave.
fn is_on_its_way(row: &Row) -> bool {
    let states = row.pending.iter().map(|pending| pending.state);
    states
        .into_iter()
        .any(|state| matches!(state, PendingState::Waiting | PendingState::Sending))
}

impl World {
    /// The rows of a tab changed.
    pub(crate) fn check_rows(&mut self, tab: usize, events: &TableEvents) {
        if events.replaced {
            self.tabs[tab].checks.loaded = true;
            for number in 0..self.truth.len() {
                self.check_row(tab, number);
            }
            return;
        }
        let gone = events.gone.iter().map(|gone| &gone.id);
        let touched: Vec<ResourceId> = events
            .added
            .iter()
            .chain(&events.changed)
            .chain(gone)
            .cloned()
            .collect();
        for id in touched {
            match self.truth.number(id.as_str()) {
                Some(number) => self.check_row(tab, number),
                None => self.violate(2, format!("t{tab} shows {id}, which nobody wrote")),
            }
        }
    }

    /// The server holds something new of a resource, or shows it to others than before.
    pub(crate) fn check_commit(&mut self, number: ResourceNo) {
        for tab in 0..self.tabs.len() {
            if self.tabs[tab].alive && self.tabs[tab].table.is_some() {
                self.note_standing(tab, number);
            }
        }
    }

    fn check_row(&mut self, tab: usize, number: ResourceNo) {
        let Some(user) = self.tabs[tab].checks.user else {
            return;
        };
        let Some(shown) = self.note_standing(tab, number) else {
            return;
        };
        let Some((panel, table)) = self.tabs[tab].table.as_ref() else {
            return;
        };
        if shown.is_none() && table.is_loading() {
            // Not there yet, or not there any longer: nobody can tell.
            return;
        }
        let panel = *panel;
        let before = self.tabs[tab].checks.places.get(&number).copied();
        let forward = self
            .truth
            .place_from(user, panel, number, shown, before.unwrap_or(0));
        if let Some(place) = forward {
            self.tabs[tab].checks.places.insert(number, place);
            return;
        }
        let (Some(before), Some(place)) = (before, self.truth.place(user, panel, number, shown))
        else {
            return;
        };
        self.tabs[tab].checks.places.insert(number, place);
        let contended = self.truth.is_contended(user, panel, number, place, before);
        if !contended && !self.was_forbidden(tab) {
            let name = self.truth.name(number);
            self.violate(
                2,
                format!("t{tab} went back in {name}: from step {before} of its history to {place}"),
            );
        }
    }

    /// Compares a row of a tab with the truth; returns what is shown.
    fn note_standing(&mut self, tab: usize, number: ResourceNo) -> Option<Shown> {
        let user = self.tabs[tab]
            .checks
            .user
            .filter(|_| self.tabs[tab].checks.loaded)?;
        let (panel, table) = self.tabs[tab].table.as_ref()?;
        let panel = *panel;
        if !self.truth.belongs(number, panel) {
            return None;
        }
        let row = table.row(&ResourceId::new(self.truth.id(number)));
        let shown = match row {
            None => None,
            Some(row) => match self.truth.version(row.version.as_str()) {
                Some(version) => Some(version),
                None => {
                    let what = format!("t{tab} shows a version that nobody wrote: {}", row.version);
                    self.violate(2, what);
                    return None;
                }
            },
        };
        let on_its_way = row.is_some_and(is_on_its_way);
        match self.truth.standing(user, panel, number, shown) {
            // It is shown as it will be, and where it will be.
            Standing::Behind { .. } | Standing::Never
                if on_its_way && self.truth.current_version(number) == shown =>
            {
                self.tabs[tab].checks.behind.remove(&number);
                return None;
            }
            Standing::Never if on_its_way => {
                // With an edit laid over it, a version that belongs to no panel is shown; what came before it is not lacking.
                let shown_at = shown.map(|version| self.truth.committed_at(version));
                let behind = &mut self.tabs[tab].checks.behind;
                let lacking = behind.get(&number).map(|behind| behind.since);
                if shown_at >= lacking {
                    behind.remove(&number);
                }
                return None;
            }
            Standing::Right => {
                if let Some(behind) = self.tabs[tab].checks.behind.remove(&number)
                    && self.tabs[tab].surroundings.visible
                    && !self.unreliable
                    && behind.since > 0
                {
                    self.stats.lag_ms_max = self.stats.lag_ms_max.max(self.now - behind.since);
                }
            }
            Standing::Behind { since, cause } => {
                let behind = Behind { since, cause };
                let known = self.tabs[tab].checks.behind.insert(number, behind);
                if known.is_none_or(|known| known.since != since) {
                    let due = since.max(self.now - STALENESS_BOUND_MS) + STALENESS_BOUND_MS + 1;
                    self.queue.push(due.max(self.now), Event::Deadline(tab));
                }
            }
            // An event that was evaluated after the policy had changed brings what was written before.
            Standing::Never
                if self.now - self.truth.users()[user].reading_since < EVALUATED_AFTER_MS => {}
            Standing::Never => {
                let name = self.truth.name(number);
                let id = panel.id();
                self.violate(
                    2,
                    format!("t{tab} shows a {name} that never belonged to {id}"),
                );
            }
        }
        Some(shown)
    }
}
