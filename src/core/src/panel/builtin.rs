//! The panels that everybody has.

use super::{Condition, Filters, PanelDefinition};
use crate::{
    identity::PanelId,
    protocol::{PanelRows, PanelView, SortKey},
};

/// My work, all open tasks, patients: in the order of the home screen.
pub fn built_in() -> Vec<PanelDefinition> {
    vec![
        panel(
            PanelRows::MyTasks,
            "my-work",
            "My work",
            "Open tasks assigned to me.",
        ),
        panel(
            PanelRows::OpenTasks,
            "open-tasks",
            "All open tasks",
            "Every task with work left to do.",
        ),
        panel(
            PanelRows::Patients,
            "patients",
            "Patients",
            "Active patients and their open tasks.",
        ),
    ]
}

fn panel(rows: PanelRows, id: &str, name: &str, description: &str) -> PanelDefinition {
    PanelDefinition {
        view: PanelView {
            id: PanelId::new(id),
            name: name.into(),
            description: description.into(),
            row_type: rows.row_type(),
            columns: rows.usual_columns(),
            sort: usual_sort(rows),
            blind_spots: Vec::new(),
            saved: None,
        },
        conditions: conditions_of(rows),
        filters: Filters::default(),
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
pub(super) fn usual_sort(rows: PanelRows) -> Vec<SortKey> {
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
