//! What tabs ask for.

use super::Engine;
use crate::{
    edit::DraftPlace,
    error::StateError,
    identity::{PanelId, ResourceKey, TabId},
    protocol::{RefusalReason, Surroundings, TabMessage, WorkerMessage},
    replica::IN_DRAWER,
    tabs,
};

impl Engine {
    /// A message of a tab.
    pub(super) fn on_tab(&mut self, tab: &TabId, message: TabMessage) {
        if let TabMessage::Hello {
            version_min,
            version_max,
            config,
            surroundings,
        } = message
        {
            self.on_hello(tab, version_min, version_max, &config, surroundings);
            return;
        }
        if !self.tabs.is_admitted(tab) {
            self.io.report(StateError::TabNotAdmitted);
            return;
        }
        match message {
            TabMessage::Hello { .. } => {}
            TabMessage::Surroundings(next) => self.on_surroundings(tab, next),
            TabMessage::SignIn { email, password } => {
                let event = self
                    .session
                    .sign_in(&mut self.io, tab.clone(), &email, &password);
                self.on_session(event);
            }
            TabMessage::ChooseMembership { membership } => {
                let event = self.session.choose(&mut self.io, tab.clone(), &membership);
                self.on_session(event);
            }
            TabMessage::SignOut => self.on_sign_out(tab),
            TabMessage::SignOutDiscarding => self.on_sign_out_discarding(),
            TabMessage::Edit { .. }
            | TabMessage::EditMany { .. }
            | TabMessage::UndoEdit { .. }
            | TabMessage::UndoJob { .. }
            | TabMessage::DecideConflict { .. }
            | TabMessage::RetryEdit { .. }
            | TabMessage::DiscardEdit { .. }
            | TabMessage::ListEdits => self.on_edit_message(tab, message),
            TabMessage::KeepDraft {
                record,
                of,
                text,
                sitting,
            } => {
                let place = DraftPlace {
                    tab: tab.clone(),
                    sitting,
                    resource: record,
                    of,
                };
                self.outbox.keep_draft(&self.io, place, &text);
            }
            TabMessage::DraftsForgotten => self.outbox.forget_who_has_drafts(tab),
            TabMessage::ChangePanel { change, to } => self.on_change_panel(tab, change, *to),
            TabMessage::SetSettings(change) => self.on_set_settings(&change),
            TabMessage::ReadPanels => self.shelf.read(&mut self.io),
            TabMessage::SuggestPaths { rows } => self.on_suggest_paths(tab, rows),
            TabMessage::PreviewPanel(ask) => self.on_preview_panel(tab, *ask),
            TabMessage::Export { panel, rows } => self.on_export(tab, panel, rows),
            TabMessage::ListSetAside => {
                let list = self.quarantine.list();
                self.io.tell(tab, WorkerMessage::SetAside { list });
            }
            TabMessage::Watch { panel } => self.on_watch(tab, panel),
            TabMessage::Unwatch { panel } => {
                self.tabs.watch(tab, panel, false);
                self.watch_types();
            }
            TabMessage::Viewing { panel, first, rows } => {
                if self.panels.index(&panel).is_some() {
                    self.tabs.view(tab, panel, first, rows);
                }
            }
            TabMessage::OpenRecord { record } => self.on_open_record(tab, record),
            TabMessage::OpenTimeline { record, pages } => {
                self.on_open_timeline(tab, &record, pages as usize);
            }
            TabMessage::CloseRecord => {
                if let Some(record) = self.tabs.set_record(tab, None) {
                    self.release_record(&record);
                }
            }
            TabMessage::RetryNow => {
                if self.connection.on_hint(&mut self.io) {
                    self.io.requests.skip_turn(self.io.now);
                    self.io.requests.hurry();
                    self.retry_stream();
                    if self.connection.open().is_none() {
                        self.reconcile.hurry(&mut self.io);
                    }
                }
            }
            TabMessage::Ping { nonce } => self.io.tell(tab, WorkerMessage::Pong { nonce }),
            TabMessage::Goodbye => self.on_tab_gone(tab),
        }
    }

    fn on_hello(
        &mut self,
        tab: &TabId,
        version_min: u16,
        version_max: u16,
        config: &str,
        surroundings: Surroundings,
    ) {
        if let Some(reason) = tabs::refusal(&self.io.config, version_min, version_max, config) {
            self.io.tell(tab, WorkerMessage::Refused { reason });
            return;
        }
        self.obey_stricter(config);
        if !self.tabs.admit(&mut self.io, tab, surroundings) {
            let reason = RefusalReason::TooManyTabs;
            self.io.tell(tab, WorkerMessage::Refused { reason });
            return;
        }
        let session = self.session_message();
        self.io.tell(tab, session);
        if let Some(settings) = self.settings_message() {
            self.io.tell(tab, settings);
        }
        if self.session.identity().is_some() {
            let panels = self.panels_message();
            self.io.tell(tab, panels);
        }
        self.tell_state(tab);
    }

    fn tell_state(&mut self, tab: &TabId) {
        if self.session.identity().is_some() {
            let counts = self.count_all();
            self.io.tell(tab, WorkerMessage::Counts { counts });
        }
        let message = self.freshness_message();
        self.io.tell(tab, message);
        let storage = self.storage();
        self.io.tell(tab, WorkerMessage::Storage { storage });
        self.tell_all_edits(tab);
    }

    fn on_surroundings(&mut self, tab: &TabId, next: Surroundings) {
        let Some(before) = self.tabs.set_surroundings(tab, next.clone()) else {
            return;
        };
        let back = next.online && !before.online;
        let looked_at = next.visible && !before.visible;
        if next.woke {
            self.on_woke();
        } else if (back || looked_at) && self.connection.on_hint(&mut self.io) {
            self.io.requests.skip_turn(self.io.now);
            self.io.requests.hurry();
        }
        if next.zone_offset_minutes != before.zone_offset_minutes
            && self
                .panels
                .set_day(self.io.clock_now(), self.tabs.zone_offset_minutes())
        {
            self.reassign_all();
        }
    }

    fn on_watch(&mut self, tab: &TabId, panel: PanelId) {
        let Some(index) = self.panels.index(&panel) else {
            self.io.report(StateError::PanelUnknown);
            return;
        };
        self.tabs.watch(tab, panel.clone(), true);
        self.watch_types();
        let types = self.panels.types(index);
        self.use_types(&types);
        // What went by channel before the tab listened to it is lost: say it again.
        self.tell_state(tab);
        self.send_snapshot(tab, &panel);
    }

    fn on_open_record(&mut self, tab: &TabId, record: ResourceKey) {
        if self.session.identity().is_none() {
            // Nothing is read for nobody. The tab asks again when it hears of the session.
            return;
        }
        let before = self.tabs.set_record(tab, Some(record.clone()));
        if let Some(before) = before.filter(|before| *before != record) {
            self.release_record(&before);
        }
        if let Some(entry) = self.replica.get(&record) {
            let members = entry.members | IN_DRAWER;
            self.replica.pin(&record, members);
        } else {
            self.read(&record);
        }
        self.send_record(tab, &record, None);
    }
}
