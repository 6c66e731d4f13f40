//! The strip under the bar: that what is shown is old, and what one can do about it.

use leptos::prelude::*;
use panels_core::{
    badge::{Badge, BadgeWord},
    protocol::{StorageProblem, StorageView, TabMessage},
    time::Timestamp,
};

use super::{DemoMark, Icon, Shape};
use crate::{
    show,
    state::{AppState, WorkerTrouble},
    text,
};

/// Everything that the badge is too small for.
#[component]
pub(crate) fn Notices() -> impl IntoView {
    view! {
        <DemoMark/>
        <TroubleNotice/>
        <OldNotice/>
        <CaughtUpNotice/>
        <StorageNotice/>
    }
}

/// Whoever has read it need not look at it all day.
#[component]
fn StorageNotice() -> impl IntoView {
    let state = AppState::here();
    let dismissed = RwSignal::new(None::<StorageProblem>);
    let problem = Memo::new(move |_| match state.storage.get() {
        StorageView::MemoryOnly { reason } => Some(reason),
        StorageView::Unknown | StorageView::Kept => None,
    });
    let shown = Memo::new(move |_| problem.get().filter(|_| problem.get() != dismissed.get()));
    view! {
        <Show when=move || shown.get().is_some()>
            <section class="notice" aria-label=text::NOTICE>
                <Icon shape=Shape::Attention/>
                <span class="notice-text">{move || shown.get().map(text::memory_only)}</span>
                <button class="button" type="button" on:click=move |_| dismissed.set(problem.get())>
                    {text::DISMISS}
                </button>
            </section>
        </Show>
    }
}

/// The connection is back, and what was missed is there.
#[component]
fn CaughtUpNotice() -> impl IntoView {
    let catch_up = AppState::here().catch_up;
    let told = Memo::new(move |_| catch_up.told());
    view! {
        <Show when=move || told.get().is_some()>
            <section class="notice" data-tone="good" aria-label=text::CAUGHT_UP>
                <Icon shape=Shape::Clock/>
                <span class="notice-text">{move || told.get().map(text::caught_up)}</span>
                <button class="button" type="button" on:click=move |_| catch_up.forget()>
                    {text::DISMISS}
                </button>
            </section>
        </Show>
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
            <section
                class="notice"
                data-tone=tone
                data-polling=move || (word.get() == BadgeWord::Polling).to_string()
                aria-label=text::CONNECTION_NOTICE
            >
                <Icon shape=Shape::Attention/>
                <span class="notice-text">
                    {move || sentence.get()}
                    <span class="muted">{move || ending(&badge.get(), state.clock.second())}</span>
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

/// Offline explains itself.
fn ending(badge: &Badge, now: Timestamp) -> String {
    match text::badge_reason(badge, now) {
        reason if reason.is_empty() || badge.word == BadgeWord::Offline => ".".to_owned(),
        reason => format!(": {reason}."),
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
