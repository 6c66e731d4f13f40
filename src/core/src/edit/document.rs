//! The text of a resource as JSON, for comparing and changing single fields.

use serde_json::Value;

use crate::{fhir::Resource, identity::VersionId};

/// A version of a resource.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Document {
    /// The version.
    pub(crate) version: VersionId,
    /// The whole of it.
    pub(crate) body: Value,
}

impl Document {
    /// The document of a resource. Its text was parsed before, so it is one.
    pub(crate) fn of(resource: &Resource) -> Self {
        Self {
            version: resource.version.clone(),
            body: serde_json::from_str(&resource.raw).unwrap_or_default(),
        }
    }
}

/// What is at a path, if it is there and not null.
pub(super) fn at<'a>(body: &'a Value, path: &[&str]) -> Option<&'a Value> {
    let mut here = body;
    for step in path {
        here = match here {
            Value::Array(items) => items.get(step.parse::<usize>().ok()?)?,
            other => other.get(step)?,
        };
    }
    (!here.is_null()).then_some(here)
}

/// A text at a path.
pub(super) fn text_at<'a>(body: &'a Value, path: &[&str]) -> Option<&'a str> {
    at(body, path)?.as_str()
}

/// The elements of a list at a path.
pub(super) fn list_at<'a>(body: &'a Value, path: &[&str]) -> &'a [Value] {
    at(body, path)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// A path as a JSON Pointer (RFC 6901). No step of ours needs an escape.
pub(super) fn pointer(path: &[&str]) -> String {
    path.iter().fold(String::new(), |mut pointer, step| {
        pointer.push('/');
        pointer.push_str(step);
        pointer
    })
}
