//! One key, one edit of the focused row: `a` takes it over, `c` completes it. What the row shows is what the edit names as seen;
//! whether it may be done is for the worker to say.

use leptos::prelude::*;
use panels_core::{
    identity::{ResourceId, ResourceKey},
    protocol::{ColumnKind, EditField, FieldChange, FieldValue, PanelView, SessionView},
};

use crate::state::{AppState, PanelStore};

/// Makes the edit of a key; `false` if the key stands for none here.
pub(crate) fn edit_by_key(
    state: AppState,
    store: &PanelStore,
    view: &PanelView,
    id: &ResourceId,
    key: &str,
) -> bool {
    let (field, column) = match key {
        "a" => (EditField::Owner, ColumnKind::Person),
        "c" => (EditField::Status, ColumnKind::Status),
        _ => return false,
    };
    let place = view.columns.iter().position(|known| known.kind == column);
    let (Some(place), Some(row)) = (place, store.row(id)) else {
        return false;
    };
    let seen = row.cells.get(place);
    let Some(seen) = seen.and_then(|cell| FieldValue::from_cell(field, cell)) else {
        return false;
    };
    let wanted = match field {
        EditField::Owner => match state.session.get_untracked() {
            SessionView::SignedIn { profile, name, .. } => FieldValue::Reference {
                reference: Some(profile),
                display: Some(name),
            },
            _ => return false,
        },
        _ => FieldValue::Code("completed".to_owned()),
    };
    if !seen.same(&wanted) {
        let change = FieldChange {
            field,
            seen,
            wanted,
        };
        let record = ResourceKey::new(view.row_type.clone(), id.clone());
        state.edit(record, row.version, vec![change]);
    }
    true
}
