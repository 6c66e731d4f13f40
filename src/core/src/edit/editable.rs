//! What can be edited of a record, with the values as an edit names them.

use super::{Permissions, document::Document, document::list_at};
use crate::{
    fhir::Resource,
    protocol::{EditField, EditableField, FieldValue},
};

/// The fields of a record: one for each, of contacts and tags one for each of them and one to add.
pub(crate) fn editable(resource: &Resource, permissions: &Permissions) -> Vec<EditableField> {
    let body = Document::of(resource).body;
    let kind = &resource.key.kind;
    let hidden = permissions.hidden();
    let mut fields = Vec::new();
    for field in EditField::ALL
        .iter()
        .copied()
        .filter(|field| field.belongs_to(kind))
    {
        // What is never seen is not shown here either, whatever a frame has brought.
        let is_seen = !hidden.is_never_seen(field.shown_as());
        let mut add = |value| {
            let bar = permissions.may_change(kind, field, &value).err();
            fields.push(EditableField { field, value, bar });
        };
        if matches!(field, EditField::Contact | EditField::Tag) && is_seen {
            let elements = list_at(&body, field.path()).iter();
            let values = elements.map(|element| FieldValue::of_element(field, element));
            values
                .filter(|value| *value != FieldValue::Absent)
                .for_each(&mut add);
        }
        add(if field.is_list() || !is_seen {
            FieldValue::Absent
        } else {
            FieldValue::read(field, &body)
        });
    }
    fields
}
