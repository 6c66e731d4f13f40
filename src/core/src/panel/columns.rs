//! The columns there are: for each type of row, which cells a panel can show, in the order in which they are offered.

use crate::{
    hidden::Element,
    identity::ResourceType,
    protocol::{Column, ColumnKind, PanelDraft, PanelRows, PathColumn, PathFormat},
};

/// A column, as it is known by its stable name.
type Known = (&'static str, &'static str, ColumnKind, Option<Element>);

/// Columns of a task that panels show unless they say otherwise; see [`TASK_MORE`].
const TASK: &[Known] = &[
    (
        "priority",
        "Priority",
        ColumnKind::Priority,
        Some(Element::Priority),
    ),
    ("due", "Due", ColumnKind::Due, Some(Element::Due)),
    ("title", "Task", ColumnKind::Title, Some(Element::Title)),
    (
        "patient",
        "Patient",
        ColumnKind::Patient,
        Some(Element::TaskPatient),
    ),
    (
        "status",
        "Status",
        ColumnKind::Status,
        Some(Element::Status),
    ),
    (
        "assignee",
        "Assignee",
        ColumnKind::Person,
        Some(Element::Owner),
    ),
    ("age", "Age", ColumnKind::Age, Some(Element::Authored)),
    ("changed", "Last change", ColumnKind::Changed, None),
];
/// Those that are offered beside them.
const TASK_MORE: &[Known] = &[
    (
        "requester",
        "Requested by",
        ColumnKind::Person,
        Some(Element::Requester),
    ),
    (
        "description",
        "Description",
        ColumnKind::Text,
        Some(Element::Description),
    ),
];
/// Columns of a patient that panels show unless they say otherwise; see [`PATIENT_MORE`].
const PATIENT: &[Known] = &[
    ("name", "Name", ColumnKind::Title, Some(Element::Name)),
    (
        "birthDate",
        "Date of birth",
        ColumnKind::BirthDate,
        Some(Element::BirthDate),
    ),
    ("sex", "Sex", ColumnKind::Text, Some(Element::Sex)),
    ("mrn", "MRN", ColumnKind::Text, Some(Element::RecordNumber)),
    ("openTasks", "Open tasks", ColumnKind::Workload, None),
    ("changed", "Last change", ColumnKind::Changed, None),
];
/// Those that are offered beside them.
const PATIENT_MORE: &[Known] = &[
    ("phone", "Phone", ColumnKind::Text, Some(Element::Contacts)),
    (
        "address",
        "Address",
        ColumnKind::Text,
        Some(Element::Address),
    ),
];

impl PanelRows {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::OpenTasks, Self::MyTasks, Self::Patients];

    /// Type of the rows.
    pub fn row_type(self) -> ResourceType {
        match self {
            Self::MyTasks | Self::OpenTasks => ResourceType::Task,
            Self::Patients => ResourceType::Patient,
        }
    }

    /// Every column there is for such rows.
    pub fn columns(self) -> Vec<Column> {
        let (usual, more) = match self.row_type() {
            ResourceType::Patient => (PATIENT, PATIENT_MORE),
            ResourceType::Task | ResourceType::Custom(_) => (TASK, TASK_MORE),
        };
        usual.iter().chain(more).map(column).collect()
    }

    /// The columns that such rows have unless a panel says otherwise.
    pub fn usual_columns(self) -> Vec<Column> {
        let usual = match self.row_type() {
            ResourceType::Patient => PATIENT,
            ResourceType::Task | ResourceType::Custom(_) => TASK,
        };
        usual.iter().map(column).collect()
    }
}

impl PanelDraft {
    /// Every column that it can show: those that there are, and those that were added to it.
    pub fn known_columns(&self) -> Vec<Column> {
        let mut columns = self.rows.columns();
        columns.extend(self.paths.iter().map(PathColumn::column));
        columns
    }

    /// Those that it shows, in their order.
    pub fn shown_columns(&self) -> Vec<Column> {
        let known = self.known_columns();
        let shown = self.columns.iter();
        shown
            .filter_map(|id| known.iter().find(|column| column.id == *id).cloned())
            .collect()
    }
}

impl PathColumn {
    /// What a tab needs to draw it.
    pub fn column(&self) -> Column {
        Column {
            id: self.id.clone(),
            title: self.title.clone(),
            kind: match self.format {
                PathFormat::Text => ColumnKind::Text,
                PathFormat::Number => ColumnKind::Number,
                PathFormat::Date => ColumnKind::Date,
                PathFormat::DateTime => ColumnKind::DateTime,
                PathFormat::Boolean => ColumnKind::Flag,
                PathFormat::Tags => ColumnKind::Tags,
                PathFormat::Person => ColumnKind::Named,
            },
        }
    }
}

/// What a column shows, where the access policy can hide it.
pub(super) fn element_of(column: &str) -> Option<Element> {
    let all = [TASK, TASK_MORE, PATIENT, PATIENT_MORE];
    let mut known = all.into_iter().flatten();
    known.find(|(id, ..)| *id == column)?.3
}

/// Whether a column shows something of another record than that of its row: who belongs to a panel cannot hang on it.
pub(super) fn is_joined(kind: ColumnKind) -> bool {
    matches!(kind, ColumnKind::Patient | ColumnKind::Workload)
}

fn column((id, title, kind, _): &Known) -> Column {
    Column {
        id: (*id).to_owned(),
        title: (*title).to_owned(),
        kind: *kind,
    }
}
