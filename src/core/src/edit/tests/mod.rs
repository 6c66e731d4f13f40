//! The pure part of editing, by example and by property.

mod answers;
mod merging;
pub(crate) mod patcher;
mod patches;
mod permissions;
mod tags;
mod validation;
mod values;

use serde_json::{Value, json};

use super::document::Document;
use crate::{
    identity::VersionId,
    protocol::{EditField, FieldChange, FieldValue},
};

fn document(body: Value) -> Document {
    let mut body = body;
    body["resourceType"] = json!("Task");
    body["id"] = json!("t1");
    body["meta"] = json!({ "versionId": "v1", "lastUpdated": "2026-11-22T10:00:00.000Z" });
    Document {
        version: VersionId::new("v1"),
        body,
    }
}

fn change(field: EditField, seen: FieldValue, wanted: FieldValue) -> FieldChange {
    FieldChange {
        field,
        seen,
        wanted,
    }
}

fn code(text: &str) -> FieldValue {
    FieldValue::Code(text.into())
}

fn owner(reference: &str) -> FieldValue {
    FieldValue::Reference {
        reference: Some(reference.into()),
        display: Some("A name".into()),
    }
}

fn note(text: &str) -> FieldValue {
    FieldValue::Note {
        author: Some("Practitioner/me".into()),
        name: Some("Ada".into()),
        time: Some(crate::time::Timestamp(1_000)),
        text: text.into(),
    }
}

fn phone(value: &str) -> FieldValue {
    FieldValue::Contact {
        system: Some("phone".into()),
        value: value.into(),
    }
}
