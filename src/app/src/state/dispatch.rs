//! From the worker's messages to signals.

use std::time::Duration;

use leptos::prelude::*;
use panels_core::{
    arrivals::Arrival,
    badge::WorkerVoice,
    limits,
    live_table::TableEvents,
    protocol::{Freshness, PanelChanges, SessionView, TabMessage, WorkerMessage},
};
use web_sys::VisibilityState;

use super::{AppState, PanelStore, WorkerTrouble, clock::now};
use crate::{link::LinkEvent, text};

/// Takes one event of the link.
pub(crate) fn receive(state: AppState, event: LinkEvent) {
    match event {
        LinkEvent::Message(message) => {
            state.voice.set(WorkerVoice::Heard { at: now() });
            take(state, message);
        }
        LinkEvent::ChannelChanged => {
            // Not dropped: a claim that waits behind its rows must not be shown without them.
            catch_up(state);
            if let Some(store) = state.watched() {
                store.apply(Arrival::AsRead, |table| {
                    table.restart();
                    TableEvents::default()
                });
            }
        }
        LinkEvent::WorkerLost => state.voice.set(WorkerVoice::Lost { at: now() }),
        LinkEvent::WorkerUnavailable { reason } => {
            state.trouble.set(Some(WorkerTrouble::Unavailable {
                reason: reason.to_string(),
            }));
        }
        LinkEvent::ReloadNeeded { .. } => state.trouble.set(Some(WorkerTrouble::ReloadNeeded)),
    }
}

/// Applies what waits for a frame: the tab became visible.
pub(crate) fn catch_up(state: AppState) {
    state
        .queue
        .run(&move |messages| apply(state, messages, true));
}

fn take(state: AppState, message: WorkerMessage) {
    match message {
        WorkerMessage::Snapshot { .. }
        | WorkerMessage::Changes { .. }
        | WorkerMessage::Freshness { .. } => {
            let is_awaited = is_awaited(state, &message);
            let apply = move |messages| {
                let hidden = document().visibility_state() == VisibilityState::Hidden;
                apply(state, messages, hidden);
            };
            state.queue.push(message, apply);
            if is_awaited {
                state.queue.run(&apply);
            }
        }
        WorkerMessage::Session { session, .. } => take_session(state, session),
        WorkerMessage::SignInFailed { reason } => state.sign_in_failure.set(Some(reason)),
        WorkerMessage::Panels { panels, shelf } => {
            set_if_changed(state.panels, Some(panels));
            set_if_changed(state.shelf.view, shelf);
        }
        WorkerMessage::PanelAnswer { change, verdict } => {
            state.take_panel_answer(&change, verdict);
        }
        WorkerMessage::PathSuggestions { paths } => state.shelf.paths.set(paths),
        WorkerMessage::PanelPreview(preview) => state.take_preview(preview),
        WorkerMessage::Counts { counts } => state.counts.update(|known| {
            known.extend(
                counts
                    .into_iter()
                    .filter_map(|count| Some((count.panel.clone()?, count))),
            );
        }),
        WorkerMessage::Record { record } => state.record.set(Some(*record)),
        WorkerMessage::Timeline(timeline) => state.timeline.set(Some(*timeline)),
        WorkerMessage::Storage { storage } => set_if_changed(state.storage, storage),
        WorkerMessage::Refused { reason } => state.trouble.set(Some(WorkerTrouble::Refused {
            message: text::refusal(&reason),
        })),
        WorkerMessage::Welcome { .. } => {
            state.trouble.set(None);
            state.edits.restart();
            state.lose_export();
            state.lose_settings();
            state.lose_panel_changes();
        }
        WorkerMessage::Edits { news } => state.take_edits(news),
        WorkerMessage::EditRefused { edit, reason, .. } => {
            state.take_edit_refusal(edit.as_ref(), &reason);
        }
        WorkerMessage::SignOutWarning { summary } => state.edits.warn(summary),
        WorkerMessage::Draft { record, of, text } => state.take_draft(&record, of, &text),
        WorkerMessage::ExportAnswer { panel, verdict } => {
            state.take_export_answer(&panel, verdict);
        }
        WorkerMessage::Settings(settings) => state.take_settings(settings),
        WorkerMessage::SetAside { list } => state.set_aside.set(list),
        WorkerMessage::Pong { .. } | WorkerMessage::Ending { .. } => {}
    }
}

/// Whether these are the rows for which somebody looks at an empty table: they wait for no frame, which then paints them.
fn is_awaited(state: AppState, message: &WorkerMessage) -> bool {
    let WorkerMessage::Snapshot { panel, rows, .. } = message else {
        return false;
    };
    let is_empty = |store: PanelStore| store.panel() == panel && store.total_untracked() == 0;
    !rows.is_empty()
        && document().visibility_state() == VisibilityState::Visible
        && state.watched().is_some_and(is_empty)
}

fn take_session(state: AppState, session: SessionView) {
    if let SessionView::SignedOut { .. } = &session {
        state.forget_patients();
        state.forget_settings();
    }
    if let SessionView::SignedIn { .. } = &session {
        state.sign_in_failure.set(None);
        state.repeat_drafts();
    }
    set_if_changed(state.session, session);
}

fn set_if_changed<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.with_untracked(|known| *known != value) {
        signal.set(value);
    }
}

/// `unseen`: they came while nobody could see the tab.
fn apply(state: AppState, messages: Vec<WorkerMessage>, unseen: bool) {
    let (claims, rows): (Vec<_>, Vec<_>) = messages
        .into_iter()
        .partition(|message| matches!(message, WorkerMessage::Freshness { .. }));
    let claimed = claims.iter().filter_map(|message| match message {
        WorkerMessage::Freshness { freshness, .. } => Some(freshness),
        _ => None,
    });
    let read_in = state.read_in.get_untracked();
    let mut arrivals = state.arrivals.get_value();
    let arrival = arrivals.arrival(now(), claimed.clone(), read_in, unseen);
    // Each is heard, whatever the one before it said.
    let back = claimed.filter(|claim| arrivals.hear(now(), claim)).count() > 0;
    state.arrivals.set_value(arrivals);
    if back {
        let wait_ms = limits::MISSED_ROWS_COME_WITHIN_MS.unsigned_abs();
        set_timeout(
            move || tell_what_was_missed(state),
            Duration::from_millis(wait_ms),
        );
    }
    if let Some(store) = state.watched() {
        apply_rows(state, &store, rows, arrival);
    }
    if let Some(WorkerMessage::Freshness { freshness, panels }) = claims.into_iter().last() {
        note_read_in(state, &freshness);
        set_if_changed(state.freshness, freshness);
        set_if_changed(state.panels_fresh, panels);
    }
}

fn tell_what_was_missed(state: AppState) {
    if state.arrivals.get_value().is_whole() {
        state.catch_up.tell();
    }
}

/// What comes from now on is a change. Not at once: rows come by the channel and claims by the port, which keep no order between
/// them, so that the last rows of a load may come a frame after the word that it is done.
fn note_read_in(state: AppState, freshness: &Freshness) {
    let before = state.read_in.get_untracked();
    match (before, freshness.is_read_in(before)) {
        (false, true) => request_animation_frame(move || {
            request_animation_frame(move || {
                let is_so = |freshness: &Freshness| freshness.is_read_in(false);
                if state.freshness.with_untracked(is_so) {
                    state.read_in.set(true);
                }
            });
        }),
        (true, false) => state.read_in.set(false),
        _ => {}
    }
}

fn apply_rows(state: AppState, store: &PanelStore, messages: Vec<WorkerMessage>, arrival: Arrival) {
    let (mut changed, mut gone, mut gap) = (0, 0, false);
    for message in messages {
        let events = match message {
            WorkerMessage::Snapshot {
                panel,
                sequence,
                part,
                more,
                loading,
                rows,
            } if panel == *store.panel() => store.apply(arrival, |table| {
                table.apply_snapshot(sequence, part, more, loading, rows)
            }),
            WorkerMessage::Changes { sequence, panels } => {
                let mine = panels
                    .into_iter()
                    .find(|part: &PanelChanges| part.panel == *store.panel());
                store.apply(arrival, |table| table.apply_changes(sequence, mine))
            }
            _ => continue,
        };
        changed += events.changed.len() + events.added.len();
        gone += events.gone.len();
        gap |= events.gap;
        if arrival == Arrival::Missed {
            state.catch_up.note(&events);
        }
    }
    if arrival != Arrival::AsRead {
        state.announcer.count_changes(changed, gone);
    }
    if gap {
        state.send(TabMessage::Watch {
            panel: store.panel().clone(),
        });
    }
}
