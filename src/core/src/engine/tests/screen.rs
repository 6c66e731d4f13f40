//! What one tab has on its screen.

use std::collections::BTreeMap;

use super::editing::Edits;
use crate::{
    identity::{PanelId, ResourceId, VersionId},
    protocol::{Row, SessionView, WorkerMessage},
};

/// See the module.
#[derive(Default)]
pub(super) struct Screen {
    pub(super) rows: BTreeMap<PanelId, BTreeMap<ResourceId, VersionId>>,
    pub(super) messages: Vec<WorkerMessage>,
    pub(super) session: Option<SessionView>,
    /// Every row as it came last.
    pub(super) last: BTreeMap<ResourceId, Row>,
    pub(super) edits: Edits,
}

/// Draws a message.
pub(super) fn show(screen: &mut Screen, message: &WorkerMessage) {
    screen.note(message);
    match message {
        WorkerMessage::Snapshot {
            panel, part, rows, ..
        } => {
            let table = screen.rows.entry(panel.clone()).or_default();
            if *part == 0 {
                table.clear();
            }
            table.extend(rows.iter().map(|row| (row.id.clone(), row.version.clone())));
        }
        WorkerMessage::Changes { panels, .. } => {
            for change in panels {
                if let Some(table) = screen.rows.get_mut(&change.panel) {
                    for row in &change.rows {
                        table.insert(row.id.clone(), row.version.clone());
                    }
                    for gone in &change.gone {
                        table.remove(&gone.id);
                    }
                }
            }
        }
        WorkerMessage::Session { session, .. } => {
            if !matches!(session, SessionView::SignedIn { .. }) {
                screen.rows.clear();
            }
            screen.session = Some(session.clone());
        }
        _ => {}
    }
}
