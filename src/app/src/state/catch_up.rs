//! What changed in the panel that is shown while the connection was away, told once when it is back.

use std::{collections::HashSet, time::Duration};

use leptos::prelude::*;
use panels_core::{identity::ResourceId, live_table::TableEvents};

/// How long it is told, in milliseconds: it is no alarm, and whoever was away with the connection may be back later.
const TOLD_FOR_MS: u64 = 30_000;

/// How many rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CaughtUp {
    /// Those that are new or changed.
    pub changed: usize,
    /// Those that left.
    pub gone: usize,
}

#[derive(Debug, Default)]
struct Missed {
    changed: HashSet<ResourceId>,
    gone: HashSet<ResourceId>,
}

/// See the module.
#[derive(Clone, Copy)]
pub(crate) struct CatchUp {
    missed: StoredValue<Missed>,
    told: RwSignal<Option<CaughtUp>>,
    /// How often it was told: what is told later is not taken back by what was told before.
    times: StoredValue<u32>,
}

impl CatchUp {
    /// Nothing was missed so far.
    pub(super) fn new() -> Self {
        Self {
            missed: StoredValue::new(Missed::default()),
            told: RwSignal::new(None),
            times: StoredValue::new(0),
        }
    }

    /// Rows come that changed while the connection was away.
    pub(super) fn note(self, events: &TableEvents) {
        self.missed.update_value(|missed| {
            for id in events.added.iter().chain(&events.changed) {
                missed.gone.remove(id);
                missed.changed.insert(id.clone());
            }
            for gone in &events.gone {
                missed.changed.remove(&gone.id);
                missed.gone.insert(gone.id.clone());
            }
        });
    }

    /// Nothing is missing any longer.
    pub(super) fn tell(self) {
        let missed = self.missed.try_update_value(std::mem::take);
        let told = missed.map(|missed| CaughtUp {
            changed: missed.changed.len(),
            gone: missed.gone.len(),
        });
        let Some(told) = told.filter(|told| told.changed + told.gone > 0) else {
            return;
        };
        self.told.set(Some(told));
        self.times.update_value(|times| *times += 1);
        let time = self.times.get_value();
        let end = move || {
            if self.times.get_value() == time {
                self.told.set(None);
            }
        };
        set_timeout(end, Duration::from_millis(TOLD_FOR_MS));
    }

    /// What is told now.
    pub(crate) fn told(self) -> Option<CaughtUp> {
        self.told.get()
    }

    /// It was read, or is about another panel.
    pub(crate) fn forget(self) {
        self.missed.set_value(Missed::default());
        self.told.set(None);
    }
}
