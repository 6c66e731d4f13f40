//! The freshness badge: always visible, always honest.

use leptos::prelude::*;
use panels_core::{badge::BadgeWord, time::Timestamp};

use crate::{show, state::AppState, text};

/// First word: the state. Then the time up to which everything is shown, and the reason.
///
/// It is a status, but a silent one: it ticks, and a screen reader would never stop. What must be heard goes through the
/// live region.
#[component]
pub(crate) fn FreshnessBadge() -> impl IntoView {
    let state = AppState::here();
    let badge = Memo::new(move |_| state.badge());
    let word = Memo::new(move |_| badge.get().word);
    let as_of = Memo::new(move |_| badge.get().as_of);
    let time = Memo::new(move |_| as_of.get().map(show::clock));
    let reason = Memo::new(move |_| text::badge_reason(&badge.get(), state.clock.second()));
    let title = move || match (time.get(), reason.get()) {
        (Some(time), reason) if reason.is_empty() => text::complete_until(&time),
        (Some(time), reason) => format!("{} ({reason})", text::complete_until(&time)),
        (None, reason) => reason,
    };
    view! {
        <div
            class="badge"
            role="status"
            aria-label=text::CONNECTION
            aria-live="off"
            data-state=move || state_name(word.get())
            title=title
        >
            <span class="badge-text">
                <span class="badge-word">{move || text::badge_word(word.get())}</span>
                <span class="badge-rest">
                    <time datetime=move || as_of.get().map(Timestamp::to_iso)>
                        {move || time.get().map(|time| text::badge_time(word.get(), &time))}
                    </time>
                    <span class="badge-reason">
                        {move || match reason.get() {
                            reason if reason.is_empty() => String::new(),
                            reason => format!(" · {reason}"),
                        }}
                    </span>
                </span>
            </span>
        </div>
    }
}

fn state_name(word: BadgeWord) -> &'static str {
    match word {
        BadgeWord::Live => "live",
        BadgeWord::CatchingUp => "catching-up",
        BadgeWord::Polling => "polling",
        BadgeWord::Stale => "stale",
        BadgeWord::Offline => "offline",
        BadgeWord::SignedOut => "signed-out",
    }
}
