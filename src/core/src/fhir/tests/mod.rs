//! What comes from a server, well-formed and not.

mod hostile;
mod patients;
mod search;
mod tasks;

use serde_json::{Value, json};

use super::{Resource, parse};

/// A resource of a type with these fields beside what is required.
fn resource(kind: &str, fields: Value) -> Value {
    let mut body = json!({
        "resourceType": kind,
        "id": "r-1",
        "meta": { "versionId": "v-1", "lastUpdated": "2026-11-22T10:00:00.123Z" },
    });
    if let (Value::Object(body), Value::Object(fields)) = (&mut body, fields) {
        body.extend(fields);
    }
    body
}

fn parsed(kind: &str, fields: Value) -> Resource {
    parse(&resource(kind, fields).to_string()).unwrap()
}
