//! On the home screen: what can be done with panels that people make, and what is wrong with them.

use std::time::Duration;

use leptos::prelude::*;
use panels_core::{
    limits,
    panel_edit::{DeletionStage, PanelEdit},
    protocol::{PanelRows, PanelView, ShelfState, TabMessage},
    query::Query,
};
use web_sys::VisibilityState;

use crate::{state::AppState, text};

/// A button that makes or changes a panel. Where that is not possible it is disabled and says why.
#[component]
pub(crate) fn PanelButton(
    /// What it says.
    #[prop(into)]
    words: String,
    /// Its name, where that says more.
    #[prop(optional)]
    label: Option<String>,
    /// Whether there is little room.
    #[prop(optional)]
    quiet: bool,
    /// What it does.
    act: Callback<()>,
) -> impl IntoView {
    let state = AppState::here();
    let closed = Memo::new(move |_| state.shelf.closed());
    view! {
        <button
            class=if quiet { "button button-quiet" } else { "button" }
            type="button"
            aria-label=label
            disabled=move || closed.get().is_some()
            title=move || closed.get()
            on:click=move |_| act.run(())
        >
            {words}
        </button>
    }
}

/// Makes a new panel.
#[component]
pub(crate) fn NewPanelButton() -> impl IntoView {
    let state = AppState::here();
    let open = move |()| state.edit_panel(PanelEdit::blank(PanelRows::OpenTasks));
    view! { <PanelButton words=text::NEW_PANEL act=Callback::new(open)/> }
}

/// What can be done with a panel.
#[component]
pub(crate) fn PanelItemActs(
    /// The panel.
    panel: PanelView,
) -> impl IntoView {
    let state = AppState::here();
    let name = panel.name.clone();
    let panel = StoredValue::new(panel);
    let button = move |label: String, words: &'static str, act: fn(AppState, &PanelView)| {
        let act = Callback::new(move |()| panel.with_value(|panel| act(state, panel)));
        view! { <PanelButton words=words label=label quiet=true act=act/> }
    };
    let is_saved = panel.with_value(|panel| panel.saved.is_some());
    let own = is_saved.then(|| {
        view! {
            {button(text::change_panel(&name), text::CHANGE_SHORT, change)}
            {button(text::delete_panel(&name), text::DELETE, delete)}
        }
    });
    view! {
        <div class="panel-item-acts">
            {button(text::duplicate_panel(&name), text::DUPLICATE, duplicate)}
            {own}
        </div>
    }
}

fn change(state: AppState, panel: &PanelView) {
    if let Some(edit) = PanelEdit::of(panel, &Query::default()) {
        state.edit_panel(edit);
    }
}

fn duplicate(state: AppState, panel: &PanelView) {
    let name = text::copy_name(&panel.name);
    state.edit_panel(PanelEdit::copy_of(panel, name));
}

fn delete(state: AppState, panel: &PanelView) {
    if let Some(saved) = panel.saved.as_deref() {
        state.delete_saved(saved.clone().widen());
    }
}

/// What was deleted last, until the user leaves it alone.
#[component]
pub(crate) fn DeletedPanel() -> impl IntoView {
    let state = AppState::here();
    let deletion = state.shelf.deletion;
    let shown = move || {
        let gone = deletion.get()?;
        let name = gone.what.draft.name();
        let (words, undo, dismiss) = match &gone.stage {
            DeletionStage::Deleting(_) => (text::deleting(name), false, false),
            DeletionStage::Deleted => (text::deleted(&gone.what.draft), true, true),
            DeletionStage::Restoring(_) => (text::restoring(name), false, false),
            DeletionStage::NotDeleted(reason) => (text::not_deleted(name, reason), false, true),
            DeletionStage::NotRestored(reason) => (text::not_restored(name, reason), true, true),
        };
        let undo = undo.then(|| {
            view! { <button class="button" type="button" on:click=move |_| state.restore_panel()>{text::UNDO}</button> }
        });
        let dismiss = dismiss.then(|| {
            view! { <button class="button button-quiet" type="button" on:click=move |_| deletion.set(None)>{text::DISMISS}</button> }
        });
        Some(view! { <div class="home-gone"><span>{words}</span> {undo} {dismiss}</div> })
    };
    view! { <div role="status">{shown}</div> }
}

/// What is wrong with the panels on the server. While it is shown they are read often.
#[component]
pub(crate) fn ShelfNotes() -> impl IntoView {
    let state = AppState::here();
    let look = move || {
        if document().visibility_state() == VisibilityState::Visible {
            state.send(TabMessage::ReadPanels);
        }
    };
    look();
    let every = Duration::from_millis(limits::PANELS_LOOKED_AT_EVERY_MS);
    if let Ok(interval) = set_interval_with_handle(look, every) {
        on_cleanup(move || interval.clear());
    }
    let shelf = state.shelf.view;
    let note = move || match shelf.with(|shelf| shelf.state) {
        ShelfState::Reading => Some(text::PANELS_READING),
        ShelfState::Old => Some(text::PANELS_OLD),
        ShelfState::Unavailable => Some(text::PANELS_UNAVAILABLE),
        ShelfState::Known | ShelfState::Forbidden | ShelfState::Off => None,
    };
    let unusable = move || {
        let unusable = shelf.with(|shelf| shelf.unusable.clone());
        (!unusable.is_empty()).then(|| {
            let items = unusable.into_iter().map(|one| {
                let name = one.name.unwrap_or_else(|| text::PANEL_UNNAMED.to_owned());
                view! { <li><span class="strong">{name}</span> " " <span class="muted">{text::panel_problem(&one.problem)}</span></li> }
            });
            view! {
                <section class="home-unusable">
                    <h2>{text::PANELS_UNUSABLE}</h2>
                    <ul>{items.collect_view()}</ul>
                </section>
            }
        })
    };
    view! {
        <p class="home-note muted" role="status">{note}</p>
        {unusable}
    }
}
