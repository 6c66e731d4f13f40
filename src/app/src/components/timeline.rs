//! The history of the record in the drawer: who changed what and when, the newest first.

use leptos::{html::Section, prelude::*};
use panels_core::{
    badge::BadgeWord,
    identity::ResourceKey,
    limits,
    protocol::{
        Cell, Earlier, TabMessage, TimelineChange, TimelineDeed, TimelineEntry, TimelineState,
        TimelineView,
    },
    text::priority_label,
};

use super::is_lost;
use crate::{show, state::AppState, text};

/// See the module. It is asked for when it is mounted.
#[component]
pub(crate) fn Timeline(
    /// The record.
    record: ResourceKey,
) -> impl IntoView {
    let state = AppState::here();
    let wanted = StoredValue::new(record);
    state.timeline.set(None);
    let section = NodeRef::<Section>::new();
    let had_focus = StoredValue::new(false);
    let ask = move |pages: usize| {
        let pages = u32::try_from(pages).unwrap_or(1);
        let record = wanted.get_value();
        state.send(TabMessage::OpenTimeline { record, pages });
    };
    ask(1);
    let view = Memo::new(move |_| {
        let view = state.timeline.get();
        view.filter(|view| wanted.with_value(|record| view.record == *record))
    });
    let entries = Memo::new(move |_| {
        view.with(|view| {
            view.as_ref()
                .map(|view| view.entries.clone())
                .unwrap_or_default()
        })
    });
    let earlier = Memo::new(move |_| {
        view.with(|view| view.as_ref().map_or(Earlier::Nothing, |view| view.earlier))
    });
    let pages = move || {
        let shown = entries.with_untracked(Vec::len);
        shown / limits::TIMELINE_PAGE_VERSIONS
    };
    let ask_by_hand = move |pages| {
        had_focus.set_value(true);
        ask(pages);
    };
    // A button that has done its work is gone, and the focus with it.
    Effect::new(move |_| {
        view.track();
        request_animation_frame(move || {
            if let Some(section) = section.try_get_untracked().flatten()
                && had_focus.try_get_value() == Some(true)
                && is_lost()
            {
                _ = section.focus();
            }
        });
    });
    view! {
        <section class="timeline" aria-label=text::TIMELINE tabindex="-1" node_ref=section>
            <h3>{text::TIMELINE}</h3>
            <StandingLine view=view again=move || ask_by_hand(pages().max(1))/>
            <ol>{move || entries.get().into_iter().map(entry).collect_view()}</ol>
            {move || (earlier.get() == Earlier::TooMuch).then(|| view! { <p class="muted">{text::TIMELINE_TOO_MUCH}</p> })}
            <Show when=move || earlier.get() == Earlier::More>
                <button class="button" type="button" on:click=move |_| ask_by_hand(pages() + 1)>{text::TIMELINE_EARLIER}</button>
            </Show>
        </section>
    }
}

/// What is said of the history as a whole.
#[component]
fn StandingLine(
    view: Memo<Option<TimelineView>>,
    again: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let state = AppState::here();
    let is_live = Memo::new(move |_| state.badge().word == BadgeWord::Live);
    let standing = Memo::new(move |_| {
        view.with(|view| match view {
            Some(view) => (view.state, view.as_of, view.entries.is_empty()),
            None => (TimelineState::Loading, None, true),
        })
    });
    let is_waiting = move || matches!(standing.get(), (TimelineState::Loading, _, true));
    let failure = move || text::timeline_failure(standing.get().0);
    let line = move || {
        let (state, as_of, is_empty) = standing.get();
        let said = match state {
            TimelineState::Loading => text::TIMELINE_LOADING,
            TimelineState::Behind => text::TIMELINE_BEHIND,
            TimelineState::Current if is_empty => text::TIMELINE_EMPTY,
            TimelineState::Current if is_live.get() => return String::new(),
            TimelineState::Current => "",
            failed => text::timeline_failure(failed).unwrap_or_default(),
        };
        match as_of {
            Some(time) => format!("{said} {}", text::timeline_as_of(&show::clock(time))),
            None => said.to_owned(),
        }
    };
    view! {
        <div class="timeline-state" role="status" data-tone=move || failure().map(|_| "warning")>
            <p class:unseen=is_waiting>{line}</p>
            <Show when=move || failure().is_some()>
                <button class="button" type="button" on:click=move |_| again()>{text::TIMELINE_AGAIN}</button>
            </Show>
        </div>
        <Show when=is_waiting>
            <div class="timeline-waiting" aria-hidden="true">
                <div class="bone"></div>
                <div class="bone"></div>
                <div class="bone"></div>
            </div>
        </Show>
    }
}

fn entry(entry: TimelineEntry) -> impl IntoView {
    let clock = AppState::here().clock;
    let author = match entry.deed {
        TimelineDeed::Unreadable => String::new(),
        _ => entry
            .author
            .unwrap_or_else(|| text::TIMELINE_NOBODY.to_owned()),
    };
    let silent = entry.deed == TimelineDeed::Changed && entry.changes.is_empty() && !entry.other;
    let notes = [
        entry.other.then(|| text::TIMELINE_OTHER.to_owned()),
        silent.then(|| text::TIMELINE_UNSEEN.to_owned()),
        (entry.left_out > 0).then(|| text::timeline_left_out(entry.left_out)),
        entry.close.then(|| text::TIMELINE_CLOSE.to_owned()),
    ];
    let notes = notes.into_iter().flatten();
    let when = entry.at.map(|at| {
        let ago = move || text::timeline_ago(&show::ago(at, clock.slow()));
        view! {
            <time class="timeline-time" datetime=at.to_iso()>{show::moment(at)} " · " {ago}</time>
        }
    });
    view! {
        <li class="timeline-entry">
            <p class="timeline-head">
                <span class="timeline-author">{author} " "</span>
                <span>{text::timeline_deed(entry.deed)} " "</span>
                {when}
            </p>
            <ul>
                {entry.changes.into_iter().map(change).collect_view()}
                {notes.map(|note| view! { <li class="muted">{note}</li> }).collect_view()}
            </ul>
        </li>
    }
}

/// Lines and words tell the old from the new, not colour alone.
fn change(change: TimelineChange) -> impl IntoView {
    let (from, arrow, to) = if change.was.is_some() && change.now.is_some() {
        (text::TIMELINE_FROM, " → ", text::TIMELINE_TO)
    } else {
        ("", "", "")
    };
    let label = text::timeline_label(&change.label, change.was.is_some(), change.now.is_some());
    view! {
        <li>
            <span class="timeline-label">{label} ": "</span>
            <span class="unseen">{from}</span>
            {change.was.map(|was| view! { <del>{value(was)}</del> })}
            <span aria-hidden="true">{arrow}</span>
            <span class="unseen">{to}</span>
            {change.now.map(|now| view! { <ins>{value(now)}</ins> })}
        </li>
    }
}

/// A value in words.
fn value(cell: Cell) -> String {
    match cell {
        Cell::Hidden(hiding) => text::hidden(hiding).to_owned(),
        Cell::Text(text) => text,
        Cell::Priority(priority) => priority_label(priority).to_owned(),
        Cell::Date(date) => show::date(date),
        Cell::Moment(time) => show::moment(time),
        Cell::Person { name, me: true, .. } => text::timeline_you(&name),
        Cell::Person { name, .. } => name,
        _ => text::TIMELINE_NONE.to_owned(),
    }
}
