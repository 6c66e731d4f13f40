//! Settings of whoever is signed in, between the tabs and [`crate::settings`].

use super::Engine;
use crate::{
    cache::{CacheEvent, user_key},
    protocol::WorkerMessage,
    session::Identity,
    settings::SettingsChange,
};

impl Engine {
    pub(super) fn open_settings(&mut self, identity: &Identity) {
        let server = self.io.config.server.base_url();
        let user = user_key(server, &identity.project_id, &identity.profile);
        self.settings.open(&mut self.io, user);
    }

    /// The storage tells something.
    pub(super) fn on_settings(&mut self, event: CacheEvent) {
        if self.settings.on_disk(&mut self.io, event) {
            self.tell_settings();
        }
    }

    /// A tab has chosen. All are told, the same tab too: it knows by that that its choice has come.
    pub(super) fn on_set_settings(&mut self, change: &SettingsChange) {
        if self.session.identity().is_some() {
            self.settings.change(&mut self.io, change);
            self.tell_settings();
        }
    }

    /// What a tab that says hello is told.
    pub(super) fn settings_message(&self) -> Option<WorkerMessage> {
        self.settings.known().map(WorkerMessage::Settings)
    }

    fn tell_settings(&mut self) {
        if let Some(settings) = self.settings_message() {
            self.tabs.tell_each(&mut self.io, &settings);
        }
    }
}
