//! Panels that people make, between the tabs, the server and the rows. Decides nothing that the shelf could decide.

use super::Engine;
use crate::{
    identity::{PanelChangeId, TabId},
    protocol::{PanelChange, WorkerMessage},
    shelf::Event,
};

impl Engine {
    /// The panels of this user as they are now.
    pub(super) fn panels_message(&self) -> WorkerMessage {
        WorkerMessage::Panels {
            panels: self.panels.views(),
            shelf: self.shelf.view(),
        }
    }

    /// A tab wants to change a panel.
    pub(super) fn on_change_panel(&mut self, tab: &TabId, change: PanelChangeId, to: PanelChange) {
        let event = self.shelf.change(&mut self.io, tab, change, to);
        self.on_shelf(event.into_iter().collect());
    }

    /// Something became of the panels on the server.
    pub(super) fn on_shelf(&mut self, events: Vec<Event>) {
        for event in events {
            match event {
                Event::Changed => self.take_saved_panels(),
                Event::Answer(tab, change, verdict) => {
                    if self.tabs.is_admitted(&tab) {
                        let answer = WorkerMessage::PanelAnswer { change, verdict };
                        self.io.tell(&tab, answer);
                    }
                }
            }
        }
    }

    /// What is on its way to the tabs speaks of the panels of before: it goes first. Nobody shows the new ones yet, and those that
    /// stay show the same rows as before.
    fn take_saved_panels(&mut self) {
        self.flush_all();
        if self.panels.set_saved(&self.shelf.panels()) {
            self.reassign_all();
            self.replica.queue().clear();
        }
        let panels = self.panels_message();
        self.tabs.tell_each(&mut self.io, &panels);
        self.counts_dirty = true;
    }
}
