//! The panels that everybody has.

use super::{Condition, PanelDefinition};
use crate::{
    identity::{PanelId, ResourceType},
    protocol::{Column, ColumnKind, PanelView, SortKey},
};

/// My work, all open tasks, patients: in the order of the home screen.
pub fn built_in() -> Vec<PanelDefinition> {
    vec![my_work(), open_tasks(), patients()]
}

fn my_work() -> PanelDefinition {
    PanelDefinition {
        view: task_view("my-work", "My work", "Open tasks assigned to me."),
        conditions: vec![Condition::TaskOpen, Condition::TaskOwnedByMe],
    }
}

fn open_tasks() -> PanelDefinition {
    PanelDefinition {
        view: task_view(
            "open-tasks",
            "All open tasks",
            "Every task with work left to do.",
        ),
        conditions: vec![Condition::TaskOpen],
    }
}

fn patients() -> PanelDefinition {
    PanelDefinition {
        view: PanelView {
            id: PanelId::new("patients"),
            name: "Patients".into(),
            description: "Active patients and their open tasks.".into(),
            row_type: ResourceType::Patient,
            columns: vec![
                column("name", "Name", ColumnKind::Title),
                column("birthDate", "Date of birth", ColumnKind::BirthDate),
                column("sex", "Sex", ColumnKind::Text),
                column("mrn", "MRN", ColumnKind::Text),
                column("openTasks", "Open tasks", ColumnKind::Workload),
                column("changed", "Last change", ColumnKind::Changed),
            ],
            sort: vec![ascending("name")],
            blind_spots: Vec::new(),
        },
        conditions: vec![Condition::PatientActive],
    }
}

fn task_view(id: &str, name: &str, description: &str) -> PanelView {
    PanelView {
        id: PanelId::new(id),
        name: name.into(),
        description: description.into(),
        row_type: ResourceType::Task,
        columns: vec![
            column("priority", "Priority", ColumnKind::Priority),
            column("due", "Due", ColumnKind::Due),
            column("title", "Task", ColumnKind::Title),
            column("patient", "Patient", ColumnKind::Patient),
            column("status", "Status", ColumnKind::Status),
            column("assignee", "Assignee", ColumnKind::Person),
            column("age", "Age", ColumnKind::Age),
            column("changed", "Last change", ColumnKind::Changed),
        ],
        // Overdue comes before due by itself: the earlier date is first. Age is ordered by the day of writing, oldest first.
        sort: vec![ascending("priority"), ascending("due"), ascending("age")],
        blind_spots: Vec::new(),
    }
}

fn column(id: &str, title: &str, kind: ColumnKind) -> Column {
    Column {
        id: id.into(),
        title: title.into(),
        kind,
    }
}

fn ascending(column: &str) -> SortKey {
    SortKey {
        column: column.into(),
        descending: false,
    }
}
