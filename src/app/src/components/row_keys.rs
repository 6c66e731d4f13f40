//! One key, one edit of the focused row: it is taken over, or completed. What the row shows is what the edit names as seen. Where
//! the access policy forbids it for every row that is said at once; else whether it may be done is for the worker to say.

use panels_core::{
    identity::{ResourceId, ResourceKey},
    keys::Command,
    protocol::{EditField, FieldValue},
    selection::change_of_row,
};

use crate::{
    state::{AppState, PanelStore},
    text,
};

/// Makes the edit that a key asks for; `false` if it asks for none.
pub(super) fn edit_by_key(
    state: AppState,
    store: &PanelStore,
    id: &ResourceId,
    command: Command,
) -> bool {
    let (field, wanted) = match command {
        Command::AssignToMe => (EditField::Owner, state.me()),
        Command::Complete => (
            EditField::Status,
            Some(FieldValue::Code("completed".to_owned())),
        ),
        _ => return false,
    };
    if let Some(bar) = store.view().bar(field) {
        state.say_of_rows(text::bar(bar).to_owned());
        return true;
    }
    wanted.is_some_and(|wanted| edit_row(state, store, id, field, &wanted))
}

/// Makes one edit of a row; `false` if the row is not there.
pub(super) fn edit_row(
    state: AppState,
    store: &PanelStore,
    id: &ResourceId,
    field: EditField,
    wanted: &FieldValue,
) -> bool {
    let view = store.view();
    let Some(row) = store.row(id) else {
        return false;
    };
    if let Some(change) = change_of_row(view, &row, field, wanted) {
        let record = ResourceKey::new(view.row_type.clone(), id.clone());
        state.edit(record, row.version, vec![change]);
    }
    true
}
