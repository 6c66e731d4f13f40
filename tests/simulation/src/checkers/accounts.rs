//! Invariant 3 at rest: every edit is accounted for, and all tabs say the same.

use panels_core::identity::EditId;

use super::ledger::Known;
use crate::{storage::StorageFault, world::World};

impl World {
    /// The first thing that is not settled of edits: something still waits, or is unknown to a tab.
    pub(crate) fn first_unsettled(&self) -> Option<String> {
        for tab in 0..self.tabs.len() {
            if !self.tabs[tab].alive {
                continue;
            }
            let edits = &self.tabs[tab].edits;
            if let Some(summary) = edits.summary() {
                let left = summary.unsent + summary.conflicts + summary.rolled_back;
                if left > 0 {
                    return Some(format!("t{tab} still has {left} edits: {summary:?}"));
                }
            }
            let pending = self.tabs[tab].table.as_ref().and_then(|(_, table)| {
                let mut rows = table.order().iter().filter_map(|id| table.row(id));
                rows.find(|row| !row.pending.is_empty())
            });
            if let Some(row) = pending {
                return Some(format!(
                    "t{tab} marks {} as pending: {:?}",
                    row.id, row.pending
                ));
            }
        }
        let mut edits = self.ledger.edits.iter();
        edits.find_map(|(id, known)| self.unaccounted(id, known))
    }

    /// Why an edit is not accounted for.
    fn unaccounted(&self, id: &EditId, known: &Known) -> Option<String> {
        // Told, or written: the end may have been told to nobody who lived.
        if known.end.is_some() || known.is_made() {
            return None;
        }
        let profile = &self.profiles[known.profile];
        // It waits for its user, who is not here: on the disk, in a worker without one, or in the tab.
        let stored = format!("\"{id}\"");
        if profile.storage.edits().any(|text| text.contains(&stored)) {
            return None;
        }
        let here = |tab: &usize| self.tabs[*tab].checks.user() == Some(known.user);
        let is_here = self.tabs_of(known.profile).iter().any(here);
        let asks = known
            .tab
            .is_some_and(|tab| self.tabs[tab].alive && known.let_go.is_none());
        if !is_here && !known.was_kept && asks {
            return None;
        }
        if !is_here && self.in_memory(known.profile, &stored) {
            return None;
        }
        // The reasons for which one may be gone, by name.
        let faults = profile.storage.faults();
        let wiped = [StorageFault::Emptied, StorageFault::Unreadable];
        if known.was_kept && faults.iter().any(|fault| wiped.contains(fault)) {
            return None;
        }
        let tab_died = !known.was_kept && known.tab.is_none_or(|tab| !self.tabs[tab].alive);
        if tab_died || (!known.was_kept && known.let_go.is_some()) {
            return None;
        }
        // What its user took back is over when the disk has it, and the worker may die before it says so: no other has to.
        if known.let_go.is_some() && !self.is_shown_anywhere(id) {
            return None;
        }
        Some(format!("{id} is lost: {known:?}"))
    }

    fn is_shown_anywhere(&self, id: &EditId) -> bool {
        let mut tabs = self.tabs.iter().filter(|tab| tab.alive);
        tabs.any(|tab| tab.edits.get(id).is_some())
    }

    fn in_memory(&self, profile: usize, id: &str) -> bool {
        let engines = self
            .workers
            .iter()
            .filter(|worker| worker.profile == profile);
        let mut engines = engines.filter_map(|worker| worker.engine.as_ref());
        engines.any(|engine| format!("{engine:?}").contains(id))
    }
}
