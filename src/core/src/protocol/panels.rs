//! Panels that are saved on the server: what they are made of, and what becomes of a change of one or of a view.

use serde::{Deserialize, Serialize};

use super::{Draft, EditBar, PathColumn, Saved, SavedView, SortKey};
use crate::{
    fhir::Invalid,
    identity::{PanelId, ResourceId, VersionId},
    query::Filter,
};

/// Live counts of one panel, for the home screen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PanelCounts {
    /// Which panel; empty only in the default value.
    pub panel: Option<PanelId>,
    /// Rows.
    pub rows: u32,
    /// Tasks past their due date; `None` where nobody can tell, because the access policy hides due dates.
    pub overdue: Option<u32>,
    /// Tasks of priority stat or asap or urgent; `None` as above.
    pub urgent: Option<u32>,
    /// Tasks without an owner; `None` as above.
    pub unassigned: Option<u32>,
    /// Whether the worker is still loading.
    pub loading: bool,
    /// Whether there are more resources than `limits.resourcesMax` lets a browser load: rows are missing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub incomplete: bool,
    /// Resources of the panel's type that could not be read: their rows are missing.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub set_aside: u32,
}

/// What a saved panel is made of. Stored as it is here: see [`crate::panel::saved`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PanelDraft {
    /// Its name, up to [`crate::limits::PANEL_NAME_CHARS_MAX`].
    pub name: String,
    /// One sentence, up to [`crate::limits::PANEL_DESCRIPTION_CHARS_MAX`].
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// What its rows are taken from.
    pub rows: PanelRows,
    /// Names of its columns in order, of those that [`PanelRows::columns`] knows and of [`Self::paths`].
    pub columns: Vec<String>,
    /// Columns that people have added to those there are, shown or not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<PathColumn>,
    /// All of them must hold for a row.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<Filter>,
    /// Default order; ties are settled by row id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sort: Vec<SortKey>,
}

/// What the rows of a panel are taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum PanelRows {
    /// Open tasks of whoever looks at it.
    MyTasks,
    /// Every open task.
    OpenTasks,
    /// Patients whose record is in use.
    Patients,
}

/// What is known of the panels on the server, and of their views.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ShelfView {
    /// Whether they are known.
    pub state: ShelfState,
    /// The views of panels that this user sees, in the order of their names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub views: Vec<SavedView>,
    /// Those that cannot be shown. They are left as they are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unusable: Vec<UnusablePanel>,
    /// Why none can be created or changed, if so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bar: Option<EditBar>,
}

/// Whether the panels on the server are known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ShelfState {
    /// They are being read for the first time.
    #[default]
    Reading,
    /// They are known.
    Known,
    /// They were read before; the last attempt failed, and another one follows.
    Old,
    /// They could not be read yet; another attempt follows.
    Unavailable,
    /// The access policy does not let this user read them.
    Forbidden,
    /// `sharedPanels` is off in config.json.
    Off,
}

/// A panel that cannot be shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UnusablePanel {
    /// Id of the resource that holds it.
    pub id: ResourceId,
    /// Its name, as far as it has one.
    pub name: Option<String>,
    /// Why.
    pub problem: PanelProblem,
}

/// Why a stored panel cannot be shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum PanelProblem {
    /// It was saved by a newer version of Panels.
    Newer,
    /// It holds no definition that can be read.
    Unreadable,
    /// It is no valid resource.
    Resource(Invalid),
    /// Something in it is not allowed.
    Draft(DraftProblem),
    /// There are more than [`crate::limits::SAVED_PANELS_MAX`], or than [`crate::limits::SAVED_VIEWS_MAX`].
    OverLimit,
}

/// What is wrong with a draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum DraftProblem {
    /// It has no name.
    NameMissing,
    /// The name is over its limit.
    NameTooLong,
    /// The description is over its limit.
    DescriptionTooLong,
    /// It has no column.
    NoColumns,
    /// A column is not known, or is there twice; or there are too many.
    Column {
        /// Which.
        id: String,
    },
    /// A filter is on a column that cannot be filtered by, or does not fit it.
    Filter {
        /// Which column.
        column: String,
    },
    /// The order is by a column that is not there.
    Sort {
        /// Which column.
        column: String,
    },
    /// A column with a path has no name of its own that such a column can have.
    PathName {
        /// Which column.
        id: String,
    },
    /// It has no heading.
    PathTitleMissing,
    /// The heading is over its limit.
    PathTitleTooLong,
    /// Its path cannot be read.
    Path {
        /// Heading of the column.
        title: String,
    },
    /// There are more than [`crate::limits::PATH_COLUMNS_MAX`] of them.
    TooManyPaths,
}

/// A change of the panels on the server, or of their views.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum PanelChange {
    /// A new one. Asking twice under one name is asking once.
    Create {
        /// What it is made of.
        draft: Draft,
    },
    /// Another content.
    Replace {
        /// Which.
        id: ResourceId,
        /// The version that was changed.
        version: VersionId,
        /// What it shall be made of.
        draft: Draft,
    },
    /// It shall be gone.
    Delete {
        /// Which.
        id: ResourceId,
        /// The version that the user has seen: one that somebody has changed since stays.
        version: VersionId,
    },
    /// One that was deleted comes back under its id, unless somebody else has brought it back as something else.
    Restore {
        /// Which.
        id: ResourceId,
        /// What it was made of.
        draft: Draft,
    },
}

/// What a change has led to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Made {
    /// A panel, as it is called now.
    Panel(PanelId),
    /// A view.
    View(ResourceId),
}

/// What became of a change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum PanelVerdict {
    /// It is saved, or gone, and every tab knows.
    Done {
        /// What is there now; `None` where it is gone, or not to be seen by this user.
        made: Option<Made>,
    },
    /// Somebody else has changed it meanwhile: nothing was written.
    Conflict {
        /// What they made of it.
        theirs: Box<Saved<Draft>>,
        /// By whom, if the server tells.
        author: Option<String>,
    },
    /// Nothing was written, or nobody knows: asking again is safe.
    Refused {
        /// Why.
        reason: PanelRefusal,
    },
}

/// Why a change was not made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum PanelRefusal {
    /// Nobody is signed in.
    NotSignedIn,
    /// The user may not.
    Forbidden,
    /// It is gone.
    Gone,
    /// It was made by something that this version cannot read; it is left as it is.
    NotReadable,
    /// Something in it is not allowed.
    Draft(DraftProblem),
    /// There are [`crate::limits::SAVED_PANELS_MAX`] already, or so many views.
    TooMany,
    /// The server refused it.
    Invalid {
        /// Text of the server, sanitised.
        message: String,
    },
    /// The server did not answer, or with something that tells nothing. It may have been written.
    NoAnswer,
}

fn is_zero(count: &u32) -> bool {
    *count == 0
}
