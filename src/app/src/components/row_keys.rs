//! One key, one edit of the focused row: `a` takes it over, `c` completes it. What the row shows is what the edit names as seen;
//! whether it may be done is for the worker to say.

use panels_core::{
    identity::{ResourceId, ResourceKey},
    protocol::{EditField, FieldValue, PanelView},
    selection::change_of_row,
};

use crate::state::{AppState, PanelStore};

/// Makes the edit of a key; `false` if the key stands for none here.
pub(super) fn edit_by_key(
    state: AppState,
    store: &PanelStore,
    view: &PanelView,
    id: &ResourceId,
    key: &str,
) -> bool {
    let (field, wanted) = match key {
        "a" => (EditField::Owner, state.me()),
        "c" => (
            EditField::Status,
            Some(FieldValue::Code("completed".to_owned())),
        ),
        _ => return false,
    };
    let (Some(wanted), Some(row)) = (wanted, store.row(id)) else {
        return false;
    };
    if let Some(change) = change_of_row(view, &row, field, &wanted) {
        let record = ResourceKey::new(view.row_type.clone(), id.clone());
        state.edit(record, row.version, vec![change]);
    }
    true
}
