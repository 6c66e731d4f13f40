//! What tabs ask before they write rows to a file, and what they are told.
//!
//! Nothing may leave that is not written down: a tab hears that it may when the entry of the audit trail is on the disk, or when
//! there is no disk to wait for. It must never touch the rows: the tab has them.

use super::Engine;
use crate::{
    audit::{Deed, Outcome, What},
    config::Config,
    error::StateError,
    identity::{PanelId, TabId},
    protocol::{ExportRefusal, ExportVerdict, WorkerMessage},
};

/// One file that is about to be made. A tab waits for one at a time.
#[derive(Debug)]
pub(super) struct WaitingExport {
    pub(super) tab: TabId,
    panel: PanelId,
    rows: u32,
    /// Name of the entry that has to be safe first.
    entry: Box<str>,
}

impl Engine {
    /// A tab wants to write rows to a file.
    pub(super) fn on_export(&mut self, tab: &TabId, panel: PanelId, rows: u32) {
        self.exports.retain(|waiting| waiting.tab != *tab);
        match self.write_export_down(&panel, rows) {
            Ok(entry) => self.exports.push(WaitingExport {
                tab: tab.clone(),
                panel,
                rows,
                entry,
            }),
            Err(reason) => self.answer_export(tab, panel, ExportVerdict::Refused { reason }),
        }
    }

    fn write_export_down(&mut self, panel: &PanelId, rows: u32) -> Result<Box<str>, ExportRefusal> {
        if self.session.identity().is_none() {
            return Err(ExportRefusal::NotSignedIn);
        }
        let deed = Deed::new(What::Exported).of(u64::from(rows));
        if !self.io.config.limits.export {
            // Whoever asks all the same gets past a button that is disabled.
            self.audit.note(&mut self.io, deed.with(Outcome::Serious));
            return Err(ExportRefusal::Forbidden);
        }
        let views = self.panels.views();
        let Some(view) = views.iter().find(|view| view.id == *panel) else {
            self.io.report(StateError::PanelUnknown);
            return Err(ExportRefusal::PanelUnknown);
        };
        if view.is_blind() {
            return Err(ExportRefusal::PanelBlind);
        }
        let noted = self.audit.note(&mut self.io, deed);
        noted.ok_or(ExportRefusal::NotWrittenDown)
    }

    /// The end of a turn: what is written down by now may be made.
    pub(super) fn pump_exports(&mut self) {
        if self.exports.is_empty() {
            return;
        }
        let signed_in = self.session.identity().is_some();
        for waiting in std::mem::take(&mut self.exports) {
            let rows = waiting.rows;
            let verdict = if !signed_in {
                let reason = ExportRefusal::NotSignedIn;
                ExportVerdict::Refused { reason }
            } else if self.audit.is_safe(&waiting.entry) {
                ExportVerdict::Allowed { rows }
            } else {
                self.exports.push(waiting);
                continue;
            };
            self.answer_export(&waiting.tab, waiting.panel, verdict);
        }
    }

    fn answer_export(&mut self, tab: &TabId, panel: PanelId, verdict: ExportVerdict) {
        self.io
            .tell(tab, WorkerMessage::ExportAnswer { panel, verdict });
    }

    /// The worker has the configuration of the tab that started it. One that forbids counts from when it is first heard of; one
    /// that allows does so for the next worker.
    pub(super) fn obey_stricter(&mut self, config: &str) {
        if Config::parse(config).is_ok_and(|theirs| !theirs.limits.export) {
            self.io.config.limits.export = false;
        }
    }
}
