//! Texts that were typed and not saved.

use serde::{Deserialize, Serialize};

use super::{EditField, FieldValue};

/// What a text is meant for that was typed and not saved: a field, and what was there when typing began. Of a note, of which
/// there are only new ones, that is nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DraftOf {
    /// The field.
    pub field: EditField,
    /// The value that it was to replace.
    pub seen: FieldValue,
}

impl DraftOf {
    /// A new note.
    pub const NOTE: Self = Self {
        field: EditField::Note,
        seen: FieldValue::Absent,
    };
}
