//! Panels and views that people make, in this tab: what is being typed, and what was deleted last.

use leptos::prelude::*;
use panels_core::{
    identity::PanelChangeId,
    panel_edit::{Answered, Deletion, PanelEdit, Saving, Typed, ViewEdit},
    protocol::{
        Draft, Made, PanelChange, PanelDraft, PanelPreview, PanelVerdict, PanelView,
        PathSuggestion, PreviewAsk, Saved, ShelfState, ShelfView, TabMessage,
    },
};

use super::{AppState, Dialog};
use crate::text;

/// What this tab knows of panels that people make.
#[derive(Clone, Copy)]
pub(crate) struct PanelShelf {
    /// What the worker says of those on the server.
    pub view: RwSignal<ShelfView>,
    /// The panel that is being typed. It stays when its dialog is closed.
    pub edit: RwSignal<Option<PanelEdit>>,
    /// The view that is being typed. It stays too.
    pub view_edit: RwSignal<Option<ViewEdit>>,
    /// What was made, and where nobody has gone to yet.
    pub made: RwSignal<Option<Made>>,
    /// What was deleted last.
    pub deletion: RwSignal<Option<Deletion>>,
    /// Which paths there are in the records of which its rows are made.
    pub paths: RwSignal<Vec<PathSuggestion>>,
    /// Some rows of it, and what it was like then.
    pub preview: RwSignal<Option<(PanelDraft, PanelPreview)>>,
    /// How many workers there were: what was asked of one the next one does not answer.
    pub worker: RwSignal<u32>,
    /// The last question for a preview.
    asked: StoredValue<Option<PreviewAsk>>,
}

impl PanelShelf {
    pub(super) fn new() -> Self {
        Self {
            view: RwSignal::new(ShelfView::default()),
            edit: RwSignal::new(None),
            view_edit: RwSignal::new(None),
            made: RwSignal::new(None),
            deletion: RwSignal::new(None),
            paths: RwSignal::new(Vec::new()),
            preview: RwSignal::new(None),
            worker: RwSignal::new(0),
            asked: StoredValue::new(None),
        }
    }

    /// Why no panel can be made or changed, if so.
    pub(crate) fn closed(self) -> Option<&'static str> {
        self.view.with(|view| match (view.state, view.bar) {
            (ShelfState::Off, _) => Some(text::PANELS_OFF),
            (ShelfState::Forbidden, _) | (_, Some(_)) => Some(text::PANELS_READ_ONLY),
            _ => None,
        })
    }

    /// Somebody else may sit down here.
    pub(super) fn forget(self) {
        self.view.set(ShelfView::default());
        self.edit.set(None);
        self.view_edit.set(None);
        self.made.set(None);
        self.deletion.set(None);
        self.paths.set(Vec::new());
        self.preview.set(None);
        self.asked.set_value(None);
    }
}

impl AppState {
    /// Opens the dialog in which a panel is typed. What was typed of the same and not saved is still there.
    pub(crate) fn edit_panel(self, edit: PanelEdit) {
        let before = self.shelf.edit.get_untracked();
        self.shelf.edit.set(Some(edit.following(before)));
        self.dialog.set(Some(Dialog::Panel));
    }

    /// Gives up what was typed.
    pub(crate) fn drop_panel_edit(self) {
        self.close(Dialog::Panel);
        self.shelf.edit.set(None);
        self.shelf.preview.set(None);
    }

    /// Asks for some rows of the panel that is being typed.
    pub(crate) fn ask_preview(self, draft: PanelDraft) {
        let before = self.shelf.asked.get_value();
        let number = before.map_or(0, |before| before.number.wrapping_add(1));
        let ask = PreviewAsk { number, draft };
        self.shelf.asked.set_value(Some(ask.clone()));
        self.send(TabMessage::PreviewPanel(Box::new(ask)));
    }

    /// The answer, unless something else was asked for since.
    pub(super) fn take_preview(self, preview: PanelPreview) {
        let asked = self.shelf.asked.get_value();
        if let Some(asked) = asked.filter(|asked| asked.number == preview.number) {
            self.shelf.preview.set(Some((asked.draft, preview)));
        }
    }

    /// Saves what was typed.
    pub(crate) fn save_panel(self) {
        self.submit(self.shelf.edit);
    }

    /// Opens the dialog in which a view is named. The name that was typed for the same and not saved is still there.
    pub(crate) fn edit_view(self, edit: ViewEdit) {
        let before = self.shelf.view_edit.get_untracked();
        self.shelf.view_edit.set(Some(edit.with_names_of(before)));
        self.dialog.set(Some(Dialog::View));
    }

    /// Gives up the view that was typed.
    pub(crate) fn drop_view_edit(self) {
        self.close(Dialog::View);
        self.shelf.view_edit.set(None);
    }

    /// Saves the view that was typed.
    pub(crate) fn save_view(self) {
        self.submit(self.shelf.view_edit);
    }

    fn submit<D: Typed>(self, typed: RwSignal<Option<Saving<D>>>) {
        let Some(change) = self.panel_change() else {
            return;
        };
        let asked = typed.try_update(|edit| edit.as_mut()?.submit(change.clone()));
        if let Some(to) = asked.flatten() {
            self.ask_panel(change, to);
        }
    }

    /// Deletes a panel or a view. It can be taken back.
    pub(crate) fn delete_saved(self, what: Saved<Draft>) {
        let Some(change) = self.panel_change() else {
            return;
        };
        let (deletion, to) = Deletion::start(what, change.clone());
        self.shelf.deletion.set(Some(deletion));
        self.ask_panel(change, to);
    }

    /// Takes back the panel that was deleted last.
    pub(crate) fn restore_panel(self) {
        let Some(change) = self.panel_change() else {
            return;
        };
        let asked = self
            .shelf
            .deletion
            .try_update(|deletion| Some(deletion.as_mut()?.restore(change.clone())));
        if let Some(to) = asked.flatten() {
            self.ask_panel(change, to);
        }
    }

    fn panel_change(self) -> Option<PanelChangeId> {
        let name = self.edits.name(self)?;
        Some(name.panel_change())
    }

    fn ask_panel(self, change: PanelChangeId, to: PanelChange) {
        let to = Box::new(to);
        self.send(TabMessage::ChangePanel { change, to });
    }

    /// What became of a change.
    pub(super) fn take_panel_answer(self, change: &PanelChangeId, verdict: PanelVerdict) {
        let deleted = self.shelf.deletion.try_update(|deletion| {
            let answered = deletion.as_mut()?.answer(change, verdict.clone());
            if matches!(answered, Answered::Done(_)) {
                *deletion = None;
            }
            Some(answered)
        });
        if !matches!(deleted.flatten(), None | Some(Answered::Ignored)) {
            return;
        }
        if let Some(made) = answered(self.shelf.edit, change, &verdict) {
            self.announcer.say(text::PANEL_SAVED);
            self.drop_panel_edit();
            self.shelf.made.set(made);
        } else if let Some(made) = answered(self.shelf.view_edit, change, &verdict) {
            self.announcer.say(text::VIEW_SAVED);
            self.drop_view_edit();
            self.shelf.made.set(made);
        }
    }

    /// Another worker has come: what the one before was asked it will not answer.
    pub(super) fn lose_panel_changes(self) {
        self.shelf.worker.update(|count| *count += 1);
        lose(self.shelf.edit);
        lose(self.shelf.view_edit);
        self.shelf.deletion.maybe_update(|deletion| {
            deletion.iter_mut().for_each(Deletion::lose);
            deletion.is_some()
        });
    }

    /// The panel that an address names.
    pub(crate) fn panel_at(self, address: &str) -> Option<PanelView> {
        self.panels.with(|panels| {
            let mut panels = panels.as_ref()?.iter();
            panels.find(|view| view.id.address() == address).cloned()
        })
    }
}

/// What came of what is typed, where the answer was about it and it is saved.
fn answered<D: Typed>(
    typed: RwSignal<Option<Saving<D>>>,
    change: &PanelChangeId,
    verdict: &PanelVerdict,
) -> Option<Option<Made>> {
    let answered = typed.try_update(|edit| Some(edit.as_mut()?.answer(change, verdict.clone())));
    match answered.flatten()? {
        Answered::Done(made) => Some(made),
        Answered::Ignored | Answered::Open => None,
    }
}

fn lose<D: Typed>(typed: RwSignal<Option<Saving<D>>>) {
    typed.maybe_update(|edit| {
        let saving = edit.as_ref().is_some_and(Saving::is_saving);
        edit.iter_mut().for_each(Saving::lose);
        saving
    });
}
