//! The panels that everybody has.

use super::{Condition, Filters, PanelDefinition, Sources};
use crate::{
    identity::PanelId,
    protocol::{PanelDraft, PanelRows, PanelView, SortKey},
};

/// Each with its id, its name and a sentence about it, in the order of the home screen.
const BUILT_IN: [(PanelRows, &str, &str, &str); 3] = [
    (
        PanelRows::MyTasks,
        "my-work",
        "My work",
        "Open tasks assigned to me.",
    ),
    (
        PanelRows::OpenTasks,
        "open-tasks",
        "All open tasks",
        "Every task with work left to do.",
    ),
    (
        PanelRows::Patients,
        "patients",
        "Patients",
        "Active patients and their open tasks.",
    ),
];

/// My work, all open tasks, patients: in the order of the home screen.
pub fn built_in() -> Vec<PanelDefinition> {
    let panels = BUILT_IN.into_iter();
    panels
        .map(|(rows, id, name, description)| PanelDefinition {
            view: PanelView {
                id: PanelId::new(id),
                name: name.into(),
                description: description.into(),
                row_type: rows.row_type(),
                columns: rows.usual_columns(),
                sort: usual_sort(rows),
                blind_spots: Vec::new(),
                bars: Vec::new(),
                saved: None,
            },
            conditions: conditions_of(rows),
            filters: Filters::default(),
            sources: Sources::default(),
        })
        .collect()
}

/// What the rows of a panel are taken from.
pub fn rows_of(view: &PanelView) -> PanelRows {
    if let Some(saved) = &view.saved {
        return saved.draft.rows;
    }
    let mut panels = BUILT_IN.into_iter();
    let built_in = panels.find(|(_, id, ..)| view.id.as_str() == *id);
    built_in.map_or(PanelRows::OpenTasks, |(rows, ..)| rows)
}

/// A panel without a name that shows all of such rows.
pub fn usual_draft(rows: PanelRows) -> PanelDraft {
    let columns = rows.usual_columns().into_iter();
    PanelDraft {
        name: String::new(),
        description: String::new(),
        rows,
        columns: columns.map(|column| column.id).collect(),
        paths: Vec::new(),
        filters: Vec::new(),
        sort: usual_sort(rows),
    }
}

/// What must hold for a resource to be one of these rows.
pub(super) fn conditions_of(rows: PanelRows) -> Vec<Condition> {
    match rows {
        PanelRows::MyTasks => vec![Condition::TaskOpen, Condition::TaskOwnedByMe],
        PanelRows::OpenTasks => vec![Condition::TaskOpen],
        PanelRows::Patients => vec![Condition::PatientActive],
    }
}

/// The order that such rows have unless a panel says otherwise.
fn usual_sort(rows: PanelRows) -> Vec<SortKey> {
    match rows {
        // Overdue comes before due by itself: the earlier date is first. Age is ordered by the day of writing, oldest first.
        PanelRows::MyTasks | PanelRows::OpenTasks => {
            vec![ascending("priority"), ascending("due"), ascending("age")]
        }
        PanelRows::Patients => vec![ascending("name")],
    }
}

fn ascending(column: &str) -> SortKey {
    SortKey {
        column: column.into(),
        descending: false,
    }
}
