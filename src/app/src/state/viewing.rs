//! Tells the worker which rows are on screen, seldom enough that scrolling costs nothing.

use std::time::Duration;

use leptos::prelude::*;
use panels_core::{limits, protocol::TabMessage};

use super::{AppState, PanelStore, panel_store::Seen};

/// Between two reports. Somebody who scrolls sees a row for longer than this before reading it.
const REPORT_EVERY_MS: u64 = 250;

/// Reports now and after each change, the last of a burst at its end; until the component around it ends.
pub(crate) fn report_what_is_seen(state: AppState, store: StoredValue<PanelStore, LocalStorage>) {
    let resting = RwSignal::new(false);
    Effect::new(move |told: Option<Seen>| {
        let told = told.unwrap_or_default();
        let seen = store.with_value(PanelStore::seen);
        if resting.get() || told == seen {
            return told;
        }
        let rows = seen.rows.iter().take(limits::VIEWING_ROWS_MAX);
        state.send(TabMessage::Viewing {
            panel: store.with_value(|store| store.panel().clone()),
            first: u32::try_from(seen.first).unwrap_or(u32::MAX),
            rows: rows.cloned().collect(),
        });
        resting.set(true);
        set_timeout(
            move || _ = resting.try_set(false),
            Duration::from_millis(REPORT_EVERY_MS),
        );
        seen
    });
}
