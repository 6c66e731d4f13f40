//! Panels that people make, in this tab: the one that is being typed, and the one that was deleted last.

use leptos::prelude::*;
use panels_core::{
    identity::{PanelChangeId, PanelId},
    panel_edit::{Answered, PanelDeletion, PanelEdit},
    protocol::{
        PanelChange, PanelVerdict, PanelView, SavedPanel, ShelfState, ShelfView, TabMessage,
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
    /// A panel that was made, and where nobody has gone to yet.
    pub made: RwSignal<Option<PanelId>>,
    /// The panel that was deleted last.
    pub deletion: RwSignal<Option<PanelDeletion>>,
}

impl PanelShelf {
    pub(super) fn new() -> Self {
        Self {
            view: RwSignal::new(ShelfView::default()),
            edit: RwSignal::new(None),
            made: RwSignal::new(None),
            deletion: RwSignal::new(None),
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
        self.made.set(None);
        self.deletion.set(None);
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
    }

    /// Saves what was typed.
    pub(crate) fn save_panel(self) {
        let Some(change) = self.panel_change() else {
            return;
        };
        let asked = self
            .shelf
            .edit
            .try_update(|edit| edit.as_mut()?.submit(change.clone()));
        if let Some(to) = asked.flatten() {
            self.ask_panel(change, to);
        }
    }

    /// Deletes a panel. It can be taken back.
    pub(crate) fn delete_panel(self, panel: SavedPanel) {
        let Some(change) = self.panel_change() else {
            return;
        };
        let (deletion, to) = PanelDeletion::start(panel, change.clone());
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
        let answered = self
            .shelf
            .edit
            .try_update(|edit| Some(edit.as_mut()?.answer(change, verdict)));
        if let Some(Answered::Done(panel)) = answered.flatten() {
            self.announcer.say(text::PANEL_SAVED);
            self.drop_panel_edit();
            self.shelf.made.set(panel);
        }
    }

    /// Another worker has come: what the one before was asked it will not answer.
    pub(super) fn lose_panel_changes(self) {
        self.shelf.edit.maybe_update(|edit| {
            let saving = edit.as_ref().is_some_and(PanelEdit::is_saving);
            edit.iter_mut().for_each(PanelEdit::lose);
            saving
        });
        self.shelf.deletion.maybe_update(|deletion| {
            deletion.iter_mut().for_each(PanelDeletion::lose);
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
