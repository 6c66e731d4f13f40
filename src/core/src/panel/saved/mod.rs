//! Panels that people make, and views of panels: read from the server, checked, and turned into what the built-in ones are.
//!
//! Their rows are always a part of those of a built-in panel, so nothing more is loaded for them. A definition that cannot be read
//! is never changed: somebody has a use for it.

mod check;
pub(crate) mod stored;
#[cfg(test)]
mod tests;

use sha2::{Digest, Sha256};

use super::{Filters, PanelDefinition, Sources, builtin};
use crate::{
    fhir::Resource,
    identity::PanelId,
    protocol::{Draft, PanelDraft, PanelProblem, PanelView, Saved, SavedPanel, UnusablePanel},
};
pub use check::{check, check_draft, check_view, may_filter};
pub(crate) use check::{check_path, new_path_id};

/// Digits of the mark of a panel: enough that two states of one panel do not meet.
const MARK_DIGITS: usize = 12;

/// What is saved in a resource.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Kept {
    /// The panel or the view.
    pub(crate) saved: Saved<Draft>,
    /// Literal reference of whoever has made it.
    pub(crate) author: Option<String>,
}

/// The panel or the view in a resource, or why it cannot be shown.
pub(crate) fn read(resource: &Resource) -> Result<Kept, UnusablePanel> {
    let (draft, author) =
        stored::read(&resource.raw).map_err(|problem| unusable(resource, problem))?;
    let saved = Saved {
        id: resource.key.id.clone(),
        version: resource.version.clone(),
        draft,
    };
    Ok(Kept { saved, author })
}

/// A panel that is left as it is.
pub(crate) fn unusable(resource: &Resource, problem: PanelProblem) -> UnusablePanel {
    UnusablePanel {
        id: resource.key.id.clone(),
        name: stored::name_in(&resource.raw),
        problem,
    }
}

/// What a saved panel is for the engine.
pub fn definition(saved: &SavedPanel) -> PanelDefinition {
    let draft = &saved.draft;
    let known = draft.known_columns();
    let columns = draft.shown_columns();
    PanelDefinition {
        sources: Sources::new(&draft.paths, &columns),
        view: PanelView {
            id: PanelId::saved(&saved.id, &mark(draft)),
            name: draft.name.clone(),
            description: draft.description.clone(),
            row_type: draft.rows.row_type(),
            columns,
            sort: draft.sort.clone(),
            blind_spots: Vec::new(),
            bars: Vec::new(),
            saved: Some(Box::new(saved.clone())),
        },
        conditions: builtin::conditions_of(draft.rows),
        filters: Filters::new(&draft.filters, &known, &draft.paths),
    }
}

/// Of what decides which rows a panel has and what is in their cells; its name and its order change neither.
fn mark(draft: &PanelDraft) -> String {
    let deciding = (draft.rows, &draft.columns, &draft.filters);
    let mut text = serde_json::to_string(&deciding).unwrap_or_default();
    if !draft.paths.is_empty() {
        text.push_str(&serde_json::to_string(&draft.paths).unwrap_or_default());
    }
    let mut mark: String = Sha256::digest(text)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    mark.truncate(MARK_DIGITS);
    mark
}
