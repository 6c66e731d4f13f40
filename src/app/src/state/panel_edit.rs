//! Panels that people make, in this tab: the one that is being typed, and the one that was deleted last.

use leptos::prelude::*;
use panels_core::{
    identity::{PanelChangeId, PanelId},
    panel_edit::{Answered, PanelEdit, Target},
    protocol::{
        PanelChange, PanelRefusal, PanelVerdict, PanelView, SavedPanel, ShelfState, ShelfView,
        TabMessage,
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
    pub deletion: RwSignal<Option<Deletion>>,
}

/// A panel that is deleted, and may come back.
#[derive(Clone, PartialEq)]
pub(crate) struct Deletion {
    /// As it was.
    pub panel: SavedPanel,
    /// Where it stands.
    pub stage: DeletionStage,
}

/// See [`Deletion`].
#[derive(Clone, PartialEq)]
pub(crate) enum DeletionStage {
    /// The server was asked to delete it.
    Deleting(PanelChangeId),
    /// It is gone.
    Deleted,
    /// The server was asked to take it back.
    Restoring(PanelChangeId),
    /// It was not deleted.
    NotDeleted(PanelRefusal),
    /// It did not come back.
    NotRestored(PanelRefusal),
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
    pub(crate) fn edit_panel(self, mut edit: PanelEdit) {
        let before = self.shelf.edit.get_untracked();
        if let Some(before) = before.filter(PanelEdit::is_changed) {
            match (&before.target, &edit.target) {
                (Target::New, Target::New) if edit.draft.name.is_empty() => {
                    edit.draft.name = before.draft.name;
                    edit.draft.description = before.draft.description;
                }
                (Target::Known { id, .. }, Target::Known { id: same, .. }) if id == same => {
                    edit = before;
                }
                _ => {}
            }
        }
        self.shelf.edit.set(Some(edit));
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
        let id = panel.id.clone();
        let stage = DeletionStage::Deleting(change.clone());
        self.shelf.deletion.set(Some(Deletion { panel, stage }));
        self.ask_panel(change, PanelChange::Delete { id });
    }

    /// Takes back the panel that was deleted last.
    pub(crate) fn restore_panel(self) {
        let Some(change) = self.panel_change() else {
            return;
        };
        let asked = self.shelf.deletion.try_update(|deletion| {
            let deletion = deletion.as_mut()?;
            deletion.stage = DeletionStage::Restoring(change.clone());
            Some(PanelChange::Restore {
                id: deletion.panel.id.clone(),
                draft: deletion.panel.draft.clone(),
            })
        });
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
        let of_deletion = self.shelf.deletion.with_untracked(|deletion| {
            deletion.as_ref().is_some_and(|deletion| {
                matches!(&deletion.stage, DeletionStage::Deleting(known) | DeletionStage::Restoring(known) if known == change)
            })
        });
        if of_deletion {
            self.take_deletion_answer(verdict);
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

    fn take_deletion_answer(self, verdict: PanelVerdict) {
        let reason = match verdict {
            PanelVerdict::Refused { reason } => Some(reason),
            PanelVerdict::Done { .. } => None,
            PanelVerdict::Conflict { .. } => Some(PanelRefusal::NoAnswer),
        };
        self.shelf.deletion.update(|deletion| {
            let Some(known) = deletion else { return };
            let was_deleting = matches!(known.stage, DeletionStage::Deleting(_));
            known.stage = match (reason, was_deleting) {
                (None, true) => DeletionStage::Deleted,
                (Some(reason), true) => DeletionStage::NotDeleted(reason),
                (Some(reason), false) => DeletionStage::NotRestored(reason),
                (None, false) => {
                    *deletion = None;
                    return;
                }
            };
        });
    }

    /// Another worker has come: what the one before was asked it will not answer.
    pub(super) fn lose_panel_changes(self) {
        self.shelf.edit.maybe_update(|edit| {
            let saving = edit.as_ref().is_some_and(PanelEdit::is_saving);
            edit.iter_mut().for_each(PanelEdit::lose);
            saving
        });
        let asked = self.shelf.deletion.with_untracked(|deletion| {
            let stage = deletion.as_ref().map(|deletion| &deletion.stage);
            matches!(
                stage,
                Some(DeletionStage::Deleting(_) | DeletionStage::Restoring(_))
            )
        });
        if asked {
            let reason = PanelRefusal::NoAnswer;
            self.take_deletion_answer(PanelVerdict::Refused { reason });
        }
    }

    /// The panel that an address names.
    pub(crate) fn panel_at(self, address: &str) -> Option<PanelView> {
        self.panels.with(|panels| {
            let mut panels = panels.as_ref()?.iter();
            panels.find(|view| view.id.address() == address).cloned()
        })
    }
}
