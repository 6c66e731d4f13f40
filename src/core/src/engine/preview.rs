//! What a tab is told while somebody makes a panel: which paths there are, and a few rows of the panel as it is typed. Nothing of it
//! is kept, and nothing is asked of the server.

use super::Engine;
use crate::{
    identity::{ResourceId, TabId, VersionId},
    limits,
    live_table::first_rows,
    panel::{PanelDefinition, saved},
    path::PathsSeen,
    protocol::{PanelPreview, PanelRows, PanelView, PreviewAsk, Row, SavedPanel, WorkerMessage},
    replica::Entry,
};

/// In place of a name that is not typed yet.
const UNNAMED: &str = "?";

impl Engine {
    /// A tab wants to know which paths there are.
    pub(super) fn on_suggest_paths(&mut self, tab: &TabId, rows: PanelRows) {
        let kind = rows.row_type();
        let entries = self.replica.iter();
        let entries = entries.filter(|entry| entry.resource.key.kind == kind);
        let mut seen = PathsSeen::default();
        for entry in entries.take(limits::PATHS_SEEN_RESOURCES_MAX) {
            seen.look(&entry.resource.raw);
        }
        let paths = seen.suggestions();
        self.io.tell(tab, WorkerMessage::PathSuggestions { paths });
    }

    /// A tab wants to see a panel that is being typed.
    pub(super) fn on_preview_panel(&mut self, tab: &TabId, ask: PreviewAsk) {
        if self.session.identity().is_none() {
            return;
        }
        let PreviewAsk { number, mut draft } = ask;
        if draft.name.trim().is_empty() {
            UNNAMED.clone_into(&mut draft.name);
        }
        // What is wrong with it the tab knows by itself.
        let Ok(draft) = saved::check(draft) else {
            return;
        };
        let panel = saved::definition(&SavedPanel {
            id: ResourceId::new("preview"),
            version: VersionId::new("0"),
            draft,
        });
        let preview = self.preview(number, &panel);
        self.io.tell(tab, WorkerMessage::PanelPreview(preview));
    }

    fn preview(&self, number: u32, panel: &PanelDefinition) -> PanelPreview {
        let kind = &panel.view.row_type;
        let (mut looked_at, mut belonging) = (0, Vec::new());
        for entry in self.replica.iter() {
            if entry.resource.key.kind != *kind {
                continue;
            }
            looked_at += 1;
            if looked_at > limits::PREVIEW_RECORDS_MAX {
                break;
            }
            if self.panels.is_row(panel, &entry.resource) {
                belonging.push(entry);
            }
        }
        let is_all = looked_at <= limits::PREVIEW_RECORDS_MAX;
        let first = self.first_of(panel, &belonging).into_iter();
        PanelPreview {
            number,
            rows: first.map(|entry| self.row_of(panel, entry)).collect(),
            total: u32::try_from(belonging.len()).ok().filter(|_| is_all),
            loading: !self.reconcile.is_loaded(kind),
        }
    }

    /// The first in the order of the panel. Only the cells that it goes by are made for all.
    fn first_of<'a>(&self, panel: &PanelDefinition, entries: &[&'a Entry]) -> Vec<&'a Entry> {
        let mut columns = panel.view.columns.clone();
        columns.retain(|column| panel.view.sort.iter().any(|key| key.column == column.id));
        let narrow = PanelDefinition {
            view: PanelView {
                columns,
                ..panel.view.clone()
            },
            ..panel.clone()
        };
        let rows = entries.iter().map(|entry| self.row_of(&narrow, entry));
        let rows: Vec<Row> = rows.collect();
        let first = first_rows(&narrow.view, &rows, limits::PREVIEW_ROWS_MAX);
        first.into_iter().map(|place| entries[place]).collect()
    }
}
