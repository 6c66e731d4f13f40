//! A file that is about to be made: asked of the worker, which writes it down first. It must never tell that it may be made
//! unless the worker has said so of this very ask.

use leptos::prelude::*;
use panels_core::{
    identity::PanelId,
    protocol::{ExportRefusal, ExportVerdict, TabMessage},
};

use super::AppState;

/// Where it stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum ExportAsk {
    /// Nothing is asked.
    #[default]
    Idle,
    /// The worker was asked.
    Asked {
        /// Which panel.
        panel: PanelId,
        /// How many of its rows.
        rows: u32,
    },
    /// It is written down and may be made.
    Allowed,
    /// It may not be made.
    Refused(ExportRefusal),
    /// Another worker has come, which knows nothing of it.
    Unanswered,
}

impl AppState {
    /// Asks whether rows may be written to a file.
    pub(crate) fn ask_export(self, panel: PanelId, rows: u32) {
        let asked = panel.clone();
        self.export.set(ExportAsk::Asked { panel: asked, rows });
        self.send(TabMessage::Export { panel, rows });
    }

    /// It is made, or not wanted any longer: an answer that comes now makes no file.
    pub(crate) fn end_export(self) {
        self.export.set(ExportAsk::Idle);
    }

    pub(super) fn take_export_answer(self, of: &PanelId, verdict: ExportVerdict) {
        self.export.maybe_update(|ask| {
            let ExportAsk::Asked { panel, rows } = ask else {
                return false;
            };
            *ask = match verdict {
                // Of an ask that was given up.
                _ if panel != of => return false,
                ExportVerdict::Allowed { rows: allowed } if allowed != *rows => return false,
                ExportVerdict::Allowed { .. } => ExportAsk::Allowed,
                ExportVerdict::Refused { reason } => ExportAsk::Refused(reason),
            };
            true
        });
    }

    /// Another worker, or another life of it: what the one before was asked it will not answer.
    pub(super) fn lose_export(self) {
        self.export.maybe_update(|ask| {
            let asked = matches!(ask, ExportAsk::Asked { .. });
            if asked {
                *ask = ExportAsk::Unanswered;
            }
            asked
        });
    }
}
