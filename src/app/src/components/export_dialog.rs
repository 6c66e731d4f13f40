//! The question before rows are written to a file: how many, as of when, and that they leave the system. Then the file, with
//! its progress. Nothing is made before the worker has written it down.

use leptos::prelude::*;
use panels_core::{
    badge::BadgeWord, export::Form, identity::ResourceId, selection::Selection, time::Timestamp,
};

use super::{export_file::ExportFile, modal::Modal};
use crate::{
    show,
    state::{AppState, Dialog, ExportAsk, PanelStore},
    text,
};

type Store = StoredValue<PanelStore, LocalStorage>;

/// What is on its way to become a file.
#[derive(Clone, Copy)]
struct Making {
    /// The rows that were asked for, until the file is begun.
    wanted: StoredValue<Vec<ResourceId>>,
    /// For what.
    form: StoredValue<Form>,
    /// How many they are.
    all: RwSignal<usize>,
    /// The file, once it may be made.
    file: StoredValue<Option<ExportFile>, LocalStorage>,
    /// Rows that are done, while it is made.
    done: RwSignal<Option<usize>>,
    /// The browser made no file.
    failed: RwSignal<bool>,
}

/// See the module.
#[component]
pub(crate) fn ExportDialog(
    /// The panel.
    store: Store,
) -> impl IntoView {
    let state = AppState::here();
    let making = Making {
        wanted: StoredValue::new(Vec::new()),
        form: StoredValue::new(Form::Csv),
        all: RwSignal::new(0),
        file: StoredValue::new_local(None),
        done: RwSignal::new(None),
        failed: RwSignal::new(false),
    };
    state.end_export();
    on_cleanup(move || state.end_export());
    // Settled here: chosen rows that leave while this is open must not make a file of all rows.
    let chosen = store.with_value(PanelStore::selection);
    let chosen_only = chosen.with_untracked(|chosen| !chosen.is_empty());
    let busy = Memo::new(move |_| {
        making.done.get().is_some() || matches!(state.export.get(), ExportAsk::Asked { .. })
    });
    let ask = move |form: Form| {
        if busy.get_untracked() {
            return;
        }
        let rows = store.with_value(|store| match chosen_only {
            true => store
                .selected_rows()
                .into_iter()
                .map(|row| row.id)
                .collect(),
            false => store.all_rows(),
        });
        if rows.is_empty() {
            return;
        }
        let count = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        making.all.set(rows.len());
        making.wanted.set_value(rows);
        making.failed.set(false);
        making.form.set_value(form);
        let panel = store.with_value(|store| store.panel().clone());
        state.ask_export(panel, count);
    };
    Effect::new(move |_| {
        if state.export.get() == ExportAsk::Allowed {
            begin(state, store, making);
        }
    });
    let aria_disabled = move || busy.get().then_some("true");
    view! {
        <Modal
            role="alertdialog"
            labelled_by="export-title"
            described_by="export-lead"
            on_close=Callback::new(move |()| state.close(Dialog::Export))
        >
            <Question store=store chosen_only=chosen_only/>
            <Progress making=making/>
            <div class="dialog-buttons">
                <button class="button button-primary" type="button" aria-disabled=aria_disabled on:click=move |_| ask(Form::Csv)>{text::EXPORT}</button>
                // All rows of a long table are no text that anybody pastes.
                {chosen_only.then(|| view! {
                    <button class="button" type="button" aria-disabled=aria_disabled on:click=move |_| ask(Form::Text)>{text::COPY_TEXT}</button>
                })}
                <button class="button" type="button" on:click=move |_| state.close(Dialog::Export)>{text::CANCEL}</button>
            </div>
        </Modal>
    }
}

/// What the user agrees to.
#[component]
fn Question(store: Store, chosen_only: bool) -> impl IntoView {
    let selection = store.with_value(PanelStore::selection);
    let count = Memo::new(move |_| match chosen_only {
        true => selection.with(Selection::len),
        false => store.with_value(PanelStore::total),
    });
    let title = move || text::export_question(count.get(), chosen_only);
    let state = AppState::here();
    let word = Memo::new(move |_| state.badge().word);
    let as_of = Memo::new(move |_| {
        let panels = state.panels_fresh.get();
        let mine = store.with_value(|store| {
            let mut panels = panels.iter();
            panels.find(|fresh| fresh.panel == *store.panel())?.as_of
        });
        let as_of = mine.or_else(|| state.badge().as_of)?;
        Some(day_and_clock(as_of, state.clock.slow()))
    });
    let is_old = move || word.get() != BadgeWord::Live;
    let missing = move || (!chosen_only).then(|| missing(state, store)).flatten();
    let left_out = Memo::new(move |_| {
        let (all, shown) = store.with_value(|store| (store.tally().all, store.total()));
        (!chosen_only && all > shown).then(|| text::export_left_out(all - shown))
    });
    let unsaved = Memo::new(move |_| {
        state.edits.with(|list| {
            let summary = list.summary();
            summary.is_some_and(|summary| summary.unsent > 0)
        })
    });
    view! {
        <h2 id="export-title">{title}</h2>
        <ul class="dialog-list export-lead" id="export-lead">
            <li>{text::EXPORT_PATIENTS}</li>
            <li>{text::EXPORT_AUDITED}</li>
            <li class:export-old=is_old>{move || text::export_as_of(word.get(), as_of.get().as_deref())}</li>
            {move || left_out.get().map(|left_out| view! { <li>{left_out}</li> })}
            {move || missing().map(|missing| view! { <li class="export-old">{missing}</li> })}
            {move || unsaved.get().then(|| view! { <li class="export-old">{text::EXPORT_UNSAVED}</li> })}
        </ul>
    }
}

/// Rows of the panel that the table does not have.
fn missing(state: AppState, store: Store) -> Option<String> {
    let loaded = store.with_value(PanelStore::tally).all;
    let loading = store.with_value(PanelStore::is_loading);
    let panel = store.with_value(|store| store.panel().clone());
    state.counts.with(|counts| {
        let counts = counts.get(&panel)?;
        let all = counts.rows as usize;
        match counts {
            counts if counts.incomplete => Some(text::INCOMPLETE.to_owned()),
            _ if all > loaded => Some(text::export_loaded(loaded, Some(all))),
            counts if loading || counts.loading => Some(text::export_loaded(loaded, None)),
            counts if counts.set_aside > 0 => Some(text::set_aside(counts.set_aside as usize)),
            _ => None,
        }
    })
}

/// The clock alone says nothing about rows of yesterday.
fn day_and_clock(time: Timestamp, now: Timestamp) -> String {
    match show::iso_day(time) == show::iso_day(now) {
        true => show::clock(time),
        false => show::moment(time),
    }
}

/// How far it is, or why it is not made.
#[component]
fn Progress(making: Making) -> impl IntoView {
    let state = AppState::here();
    let all = move || making.all.get();
    let bar = move || {
        making.done.get().map(|done| {
            view! {
                <p class="export-progress">
                    <progress max=all().to_string() value=done.to_string() aria-label=text::PROGRESS></progress>
                    <span>{text::export_progress(done, all())}</span>
                </p>
            }
        })
    };
    let said = move || match state.export.get() {
        _ if making.failed.get() => Some((text::EXPORT_FAILED, true)),
        ExportAsk::Asked { .. } => Some((text::EXPORT_ASKING, false)),
        ExportAsk::Refused(reason) => Some((text::export_refused(reason), true)),
        ExportAsk::Unanswered => Some((text::EXPORT_UNANSWERED, true)),
        ExportAsk::Idle | ExportAsk::Allowed => None,
    };
    view! {
        {bar}
        <p class="export-said" role="status">
            {move || said().map(|(sentence, bad)| view! { <span class:danger=bad>{sentence}</span> })}
        </p>
    }
}

/// It is written down: now it is made.
fn begin(state: AppState, store: Store, making: Making) {
    state.end_export();
    let rows = making.wanted.try_update_value(std::mem::take);
    let rows = rows.unwrap_or_default();
    let file = ExportFile::new(store.get_value(), rows, making.form.get_value());
    making.file.set_value(Some(file));
    making.done.set(Some(0));
    next_slice(state, making);
}

/// One slice in each frame. A dialog that was closed has taken its file with it.
fn next_slice(state: AppState, making: Making) {
    request_animation_frame(move || {
        let step = |file: &mut Option<ExportFile>| {
            let file = file.as_mut()?;
            Some((file.step(), file.seen()))
        };
        let Some((is_whole, seen)) = making.file.try_update_value(step).flatten() else {
            return;
        };
        making.done.set(Some(seen));
        if is_whole {
            finish(state, making);
        } else {
            next_slice(state, making);
        }
    });
}

fn finish(state: AppState, making: Making) {
    let file = making.file.try_update_value(Option::take).flatten();
    let Some(file) = file else { return };
    making.done.set(None);
    if file.form() == Form::Text {
        let (rows, all) = (file.rows(), making.all.get_untracked());
        leptos::task::spawn_local(async move {
            if file.copy().await {
                state.announcer.say(&text::copied(rows, all));
                state.close(Dialog::Export);
            } else {
                _ = making.failed.try_set(true);
            }
        });
        return;
    }
    match file.save() {
        Some(name) => {
            let all = making.all.get_untracked();
            let sentence = text::exported(file.rows(), all, &name);
            state.announcer.say(&sentence);
            state.close(Dialog::Export);
        }
        None => making.failed.set(true),
    }
}
