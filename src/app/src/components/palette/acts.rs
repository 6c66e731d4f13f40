//! What the commands are, which of them are closed and why, and what each does.

use std::collections::BTreeSet;

use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use panels_core::{
    identity::{EditId, PanelId},
    panel_edit::PanelEdit,
    protocol::{ColumnKind, PanelRows, PanelView, TabMessage},
    query::{Assignee, Band, Query, Test},
    settings::{Density, SettingsChange, ThemeChoice},
};

use crate::{
    address,
    components::{
        export_button::export_closed,
        focus::{focus_first, give_back_later},
        save_panel_button::panel_of,
        view_tabs::view_of,
    },
    state::{AppState, Dialog, PanelStore},
    text,
};

/// What a command does.
#[derive(Clone, PartialEq)]
pub(super) enum Act {
    Panel(PanelId),
    Home,
    Search,
    Show(Assignee),
    ShowBand(Band),
    Clear,
    Export,
    NewPanel,
    SavePanel,
    SaveView,
    Inbox,
    Undo(Option<EditId>),
    Shortcuts,
    Settings,
    Choose(SettingsChange),
    SignOut,
}

/// A command as it is listed.
#[derive(Clone, PartialEq)]
pub(super) struct Entry {
    pub(super) act: Act,
    pub(super) label: String,
    /// Why it cannot be done now.
    pub(super) closed: Option<&'static str>,
}

/// All commands, as things are now.
pub(super) fn entries(state: AppState) -> Vec<Entry> {
    let store = state.watched();
    let here = store.as_ref().map(PanelStore::panel);
    let panel = |panel: PanelView| {
        let closed = (here == Some(&panel.id)).then_some(text::ALREADY_HERE);
        (Act::Panel(panel.id), text::go_to(&panel.name), closed)
    };
    let mut all: Vec<(Act, String, Option<&'static str>)> = Vec::new();
    all.extend(
        state
            .panels
            .get()
            .unwrap_or_default()
            .into_iter()
            .map(panel),
    );
    let home = here.is_none().then_some(text::ALREADY_HERE);
    all.push((Act::Home, text::GO_HOME.to_owned(), home));
    let no_panel = here.is_none().then_some(text::NO_PANEL_OPEN);
    all.push((Act::Search, text::SEARCH.to_owned(), no_panel));
    let presets = [
        (Act::Show(Assignee::Me), text::SHOW_MINE.to_owned()),
        (
            Act::Show(Assignee::Nobody),
            text::SHOW_UNASSIGNED.to_owned(),
        ),
    ];
    let bands = Band::ALL.map(|band| (Act::ShowBand(band), text::show_band(text::band(band))));
    for (act, label) in presets.into_iter().chain(bands) {
        let closed = preset_closed(store.as_ref(), &act);
        all.push((act, label, closed));
    }
    let asked = |store: &PanelStore| store.query().shows_all().then_some(text::NOTHING_ASKED);
    let clear = no_panel.or_else(|| store.as_ref().and_then(asked));
    all.push((Act::Clear, text::CLEAR_ALL.to_owned(), clear));
    let export = |store: &PanelStore| {
        let nothing = (store.total() == 0).then_some(text::EXPORT_NOTHING);
        export_closed(state, store).or(nothing)
    };
    let export = no_panel.or_else(|| store.as_ref().and_then(export));
    all.push((Act::Export, text::EXPORT_CSV.to_owned(), export));
    let closed = state.shelf.closed();
    all.push((Act::NewPanel, text::NEW_PANEL.to_owned(), closed));
    let save = match store
        .as_ref()
        .is_some_and(|store| store.view().saved.is_some())
    {
        true => text::CHANGE_PANEL,
        false => text::SAVE_AS_PANEL,
    };
    let closed = no_panel.or(closed);
    all.push((Act::SavePanel, save.to_owned(), closed));
    all.push((Act::SaveView, text::SAVE_AS_VIEW.to_owned(), closed));
    let waits = state.edits.with(|list| {
        let summary = list.summary();
        summary.is_some_and(|summary| summary.conflicts + summary.rolled_back > 0)
    });
    let inbox = (!waits).then_some(text::NOTHING_WAITS);
    all.push((Act::Inbox, text::OWN_EDITS.to_owned(), inbox));
    let saved = state.edits.toast().and_then(|toast| toast.undo);
    let undo = saved.is_none().then_some(text::NOTHING_TO_UNDO);
    all.push((Act::Undo(saved), text::UNDO_LAST.to_owned(), undo));
    all.push((Act::Shortcuts, text::SHORTCUTS.to_owned(), None));
    all.push((Act::Settings, text::SETTINGS.to_owned(), None));
    let chosen = state.settings.get();
    for theme in ThemeChoice::ALL {
        let closed = (chosen.theme == *theme).then_some(text::ALREADY_SO);
        let act = Act::Choose(SettingsChange::Theme(*theme));
        all.push((act, text::theme(*theme).to_owned(), closed));
    }
    for density in Density::ALL {
        let closed = (chosen.density == *density).then_some(text::ALREADY_SO);
        let act = Act::Choose(SettingsChange::Density(*density));
        all.push((act, text::density(*density), closed));
    }
    all.push((Act::SignOut, text::SIGN_OUT.to_owned(), None));
    let entry = |(act, label, closed)| Entry { act, label, closed };
    all.into_iter().map(entry).collect()
}

/// The query with what a command shows.
fn with_preset(store: &PanelStore, act: &Act) -> Option<Query> {
    let query = store.query();
    let mut columns = store.view().columns.iter();
    match act {
        Act::Show(owner) => {
            let column = columns.find(|column| column.kind == ColumnKind::Person)?;
            let owners = Test::Owner(BTreeSet::from([owner.clone()]));
            Some(query.with_filter(&column.id, Some(owners)))
        }
        Act::ShowBand(band) => {
            columns.find(|column| column.kind == ColumnKind::Due)?;
            Some(Query {
                band: Some(*band),
                ..query
            })
        }
        _ => None,
    }
}

fn preset_closed(store: Option<&PanelStore>, act: &Act) -> Option<&'static str> {
    let Some(store) = store else {
        return Some(text::NO_PANEL_OPEN);
    };
    match with_preset(store, act) {
        None => Some(text::NO_SUCH_COLUMN),
        Some(query) => (query == store.query()).then_some(text::ALREADY_SO),
    }
}

/// What does a command.
pub(super) fn runner(state: AppState) -> UnsyncCallback<Act> {
    let navigate = use_navigate();
    let go = move |to: String| {
        state.arriving.set(Some(to.clone()));
        navigate(&to, Default::default());
    };
    UnsyncCallback::new(move |act| match act {
        Act::Panel(panel) => go(address::panel(&panel)),
        Act::Home => go(address::HOME.to_owned()),
        Act::Search => _ = focus_first(".search"),
        Act::Show(_) | Act::ShowBand(_) => {
            let query = untrack(|| with_preset(&state.watched()?, &act));
            if let Some(query) = query {
                state.ask(query);
            }
        }
        Act::Clear => {
            if let Some(store) = state.watched() {
                state.ask(store.query_untracked().without_filters());
            }
        }
        Act::Export => state.dialog.set(Some(Dialog::Export)),
        Act::NewPanel => state.edit_panel(PanelEdit::blank(PanelRows::OpenTasks)),
        Act::SavePanel => {
            if let Some(store) = state.watched() {
                state.edit_panel(panel_of(&store));
            }
        }
        Act::SaveView => {
            if let Some(store) = state.watched() {
                state.edit_view(view_of(&store));
            }
        }
        Act::Inbox => state.dialog.set(Some(Dialog::Inbox)),
        Act::Undo(edit) => {
            if let Some(edit) = edit {
                state.undo(edit);
                give_back_later();
            }
        }
        Act::Shortcuts => state.dialog.set(Some(Dialog::Shortcuts)),
        Act::Settings => state.dialog.set(Some(Dialog::Settings)),
        Act::Choose(change) => state.choose(change),
        Act::SignOut => state.send(TabMessage::SignOut),
    })
}
