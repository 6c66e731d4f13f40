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
        let ZoneChoice::Named(name) = state.settings.get().zone else {
            return None;
        };
        let now = state.clock.slow();
        match state.settings.is_zone_known() {
            false => Some(text::zone_unknown(name.as_str())),
            true if zone_offset_minutes(now) == browser_offset_minutes(now) => None,
            true => Some(text::zone_note(name.as_str())),
        }
    });
    move || {
        let is_wrong = move || !state.settings.is_zone_known();
        note.get()
            .map(|note| view! { <p class="zone-note" class:danger=is_wrong>{note}</p> })
    }
}
