//! The strip under the bar: that what is shown is old, and what one can do about it.

use leptos::prelude::*;
use panels_core::{badge::BadgeWord, protocol::TabMessage};

use super::{Icon, Shape};
use crate::{
    show,
    state::{AppState, WorkerTrouble},
    text,
};

/// Everything that the badge is too small for.
#[component]
pub(crate) fn Notices() -> impl IntoView {
    view! {
        <TroubleNotice/>
        <OldNotice/>
    }
}

#[component]
fn OldNotice() -> impl IntoView {
    let state = AppState::here();
    let badge = Memo::new(move |_| state.badge());
    let word = Memo::new(move |_| badge.get().word);
    let sentence = Memo::new(move |_| {
        let badge = badge.get();
        text::old_rows(badge.word, badge.as_of.map(show::clock_short).as_deref())
    });
    let tone = move || {
        if word.get().is_old() {
            "danger"
        } else {
            "warning"
        }
    };
    let shown = Memo::new(move |_| word.get().is_old() || word.get() == BadgeWord::Polling);
    view! {
        <Show when=move || shown.get()>
            <section class="notice" data-tone=tone aria-label=text::CONNECTION_NOTICE>
                <Icon shape=Shape::Attention/>
                <span class="notice-text">
                    {move || sentence.get()} " "
                    <span class="muted">{move || text::badge_reason(&badge.get(), state.clock.second())}</span>
                </span>
                <Show when=move || word.get() == BadgeWord::Stale>
                    <button class="button" type="button" on:click=move |_| state.send(TabMessage::RetryNow)>
                        {text::TRY_NOW}
                    </button>
                </Show>
            </section>
        </Show>
    }
}

#[component]
fn TroubleNotice() -> impl IntoView {
    let state = AppState::here();
    let message = Memo::new(move |_| match state.trouble.get() {
        Some(WorkerTrouble::ReloadNeeded) => Some(text::RELOAD_NEEDED.to_owned()),
        Some(WorkerTrouble::Refused { message }) => Some(message),
        Some(WorkerTrouble::Unavailable { .. }) | None => None,
    });
    view! {
        <Show when=move || message.with(Option::is_some)>
            <section class="notice" aria-label=text::NOTICE>
                <Icon shape=Shape::Attention/>
                <span class="notice-text">{move || message.get()}</span>
                <button class="button" type="button" on:click=move |_| reload()>{text::RELOAD}</button>
            </section>
        </Show>
    }
}

/// Loads the page anew.
pub(crate) fn reload() {
    _ = window().location().reload();
}
