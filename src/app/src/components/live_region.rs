//! What screen readers hear without being asked.

use leptos::prelude::*;
use panels_core::badge::BadgeWord;

use crate::{state::AppState, text};

/// What a screen reader was told last about the connection.
#[derive(Clone, Copy)]
enum Heard {
    Nothing,
    Live,
    Lost,
}

/// The two live regions of the page, and the one thing that is always told: a change of the connection.
#[component]
pub(crate) fn LiveRegion() -> impl IntoView {
    let state = AppState::here();
    let announcer = state.announcer;
    let word = Memo::new(move |_| state.badge().word);
    // Only what was there can be lost, and only what was lost can be back.
    Effect::new(move |heard: Option<Heard>| {
        let heard = heard.unwrap_or(Heard::Nothing);
        match (word.get(), heard) {
            (BadgeWord::Live, Heard::Lost) => {
                announcer.alert("");
                announcer.say(text::CONNECTION_BACK);
                Heard::Live
            }
            (BadgeWord::Polling, Heard::Lost) => {
                announcer.alert("");
                announcer.say(text::CONNECTION_POLLING);
                Heard::Live
            }
            (BadgeWord::Live | BadgeWord::Polling, Heard::Nothing) => Heard::Live,
            (BadgeWord::Stale | BadgeWord::Offline, Heard::Live) => {
                announcer.alert(text::CONNECTION_LOST);
                Heard::Lost
            }
            (BadgeWord::SignedOut, _) => {
                announcer.alert("");
                Heard::Nothing
            }
            (_, heard) => heard,
        }
    });
    view! {
        <div class="unseen" role="log" aria-live="polite" aria-label=text::UPDATES>{move || announcer.polite()}</div>
        <div class="unseen" aria-live="assertive">{move || announcer.assertive()}</div>
    }
}
