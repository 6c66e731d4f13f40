//! Whose times are shown, where they are not those of the machine: nobody reads a wrong time from a clock on the wall.

use leptos::prelude::*;
use panels_core::settings::ZoneChoice;

use crate::{
    state::{AppState, browser_offset_minutes, zone_offset_minutes},
    text,
};

/// See the module.
#[component]
pub(crate) fn ZoneNote() -> impl IntoView {
    let state = AppState::here();
    let note = Memo::new(move |_| {
        let (ZoneChoice::Named(name), is_known) = state.settings.zone() else {
            return None;
        };
        let now = state.clock.slow();
        if !is_known {
            return Some((text::zone_unknown(name.as_str()), true));
        }
        let differs = zone_offset_minutes(now) != browser_offset_minutes(now);
        differs.then(|| (text::zone_note(name.as_str()), false))
    });
    move || {
        note.get().map(|(note, is_wrong)| {
            view! { <span class="zone-note" class:danger=is_wrong title=note.clone()>{note.clone()}</span> }
        })
    }
}
