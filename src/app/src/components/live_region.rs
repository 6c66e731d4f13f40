//! What screen readers hear without being asked.

use leptos::prelude::*;
use panels_core::badge::BadgeWord;

use crate::{state::AppState, text};

/// The two live regions of the page, and the one thing that is always told: a change of the connection.
#[component]
pub(crate) fn LiveRegion() -> impl IntoView {
    let state = AppState::here();
    let announcer = state.announcer;
    let word = Memo::new(move |_| state.badge().word);
    Effect::new(move |previous: Option<BadgeWord>| {
        let word = word.get();
        if previous.is_some_and(|previous| previous != word) {
            match word {
                BadgeWord::Stale | BadgeWord::Offline => announcer.alert(text::CONNECTION_LOST),
                BadgeWord::Live if previous != Some(BadgeWord::CatchingUp) => {
                    announcer.say(text::CONNECTION_BACK);
                }
                _ => {}
            }
        }
        word
    });
    view! {
        <div class="unseen" role="log" aria-live="polite" aria-label=text::UPDATES>{move || announcer.polite()}</div>
        <div class="unseen" aria-live="assertive">{move || announcer.assertive()}</div>
    }
}
