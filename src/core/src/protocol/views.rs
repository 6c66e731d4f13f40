//! Saved views: slices of one panel. What is shown of it, in which order, and which of its columns.

use serde::{Deserialize, Serialize};

use super::{PanelDraft, SortKey};
use crate::{
    identity::{ResourceId, VersionId},
    layout::Layout,
    query::{Band, Filter},
};

/// What a view is made of. Stored as it is here: see [`crate::panel::saved`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ViewDraft {
    /// Its name, up to [`crate::limits::PANEL_NAME_CHARS_MAX`].
    pub name: String,
    /// The panel that it is a slice of, as in an address: [`crate::identity::PanelId::address`].
    pub panel: String,
    /// Who has a use for it.
    pub audience: Audience,
    /// The columns that are shown.
    pub columns: Layout,
    /// All of them must hold for a row, beside those of the panel.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<Filter>,
    /// The part of the queue that is looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub band: Option<Band>,
    /// The order; empty for that of the panel.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sort: Vec<SortKey>,
}

/// Who sees a view. A personal one is not listed for others; it is no secret from whoever may read `Basic` on the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Audience {
    /// Whoever has saved it.
    Personal,
    /// Everybody who sees the panel.
    Shared,
}

/// What is saved on the server, and which version of it is known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Saved<D> {
    /// Id of the resource that holds it.
    pub id: ResourceId,
    /// The version that is shown.
    pub version: VersionId,
    /// What it is made of.
    pub draft: D,
}

/// A panel that is saved on the server.
pub type SavedPanel = Saved<PanelDraft>;
/// A view that is saved on the server.
pub type SavedView = Saved<ViewDraft>;

impl<D: Into<Draft>> Saved<D> {
    /// The same as one of the things that can be saved.
    pub fn widen(self) -> Saved<Draft> {
        Saved {
            id: self.id,
            version: self.version,
            draft: self.draft.into(),
        }
    }
}

impl Saved<Draft> {
    /// The same as what it is; `None` where it is something else.
    pub fn narrow<D: TryFrom<Draft>>(self) -> Option<Saved<D>> {
        Some(Saved {
            id: self.id,
            version: self.version,
            draft: D::try_from(self.draft).ok()?,
        })
    }
}

/// What can be saved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Draft {
    /// A panel.
    Panel(PanelDraft),
    /// A view of one.
    View(ViewDraft),
}

impl Draft {
    /// Its name.
    pub fn name(&self) -> &str {
        match self {
            Self::Panel(panel) => &panel.name,
            Self::View(view) => &view.name,
        }
    }
}

impl From<PanelDraft> for Draft {
    fn from(panel: PanelDraft) -> Self {
        Self::Panel(panel)
    }
}

impl From<ViewDraft> for Draft {
    fn from(view: ViewDraft) -> Self {
        Self::View(view)
    }
}

impl TryFrom<Draft> for PanelDraft {
    type Error = Draft;

    fn try_from(draft: Draft) -> Result<Self, Draft> {
        match draft {
            Draft::Panel(panel) => Ok(panel),
            other => Err(other),
        }
    }
}

impl TryFrom<Draft> for ViewDraft {
    type Error = Draft;

    fn try_from(draft: Draft) -> Result<Self, Draft> {
        match draft {
            Draft::View(view) => Ok(view),
            other => Err(other),
        }
    }
}
