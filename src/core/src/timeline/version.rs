//! One version of a record, as far as comparing needs it.

use serde_json::{Map, Value};

use crate::{
    fhir::{self, Resource},
    identity::VersionId,
    limits,
    time::Timestamp,
};

/// What the server itself writes into `meta`: it differs in each version, and says nothing of what was changed.
const WRITTEN_BY_SERVER: [&str; 8] = [
    "versionId",
    "lastUpdated",
    "author",
    "onBehalfOf",
    "project",
    "account",
    "accounts",
    "compartment",
];

/// A version.
#[derive(Debug)]
pub(crate) enum Version {
    /// It was written.
    Written(Box<Written>),
    /// The record was deleted.
    Deleted {
        /// Name of that version.
        version: Option<VersionId>,
        /// When.
        at: Option<Timestamp>,
    },
    /// It came in a shape that cannot be shown.
    Unreadable,
}

/// A version that was written.
#[derive(Debug)]
pub(crate) struct Written {
    /// What is shown of it.
    pub(crate) resource: Resource,
    /// Its tags.
    pub(super) tags: Vec<String>,
    /// What each field holds, without what the server writes itself.
    pub(super) fields: Map<String, Value>,
}

impl Version {
    /// Its name, where there is one.
    pub(super) fn name(&self) -> Option<&VersionId> {
        match self {
            Self::Written(written) => Some(&written.resource.version),
            Self::Deleted { version, .. } => version.as_ref(),
            Self::Unreadable => None,
        }
    }

    /// When it was written.
    pub(super) fn at(&self) -> Option<Timestamp> {
        match self {
            Self::Written(written) => Some(written.resource.updated),
            Self::Deleted { at, .. } => *at,
            Self::Unreadable => None,
        }
    }
}

impl Written {
    /// A version that passed [`fhir::parse`].
    pub(crate) fn new(resource: Resource) -> Self {
        let mut fields = match serde_json::from_str(&resource.raw) {
            Ok(Value::Object(fields)) => fields,
            _ => Map::new(),
        };
        let tags = tags(&fields);
        if let Some(Value::Object(meta)) = fields.get_mut("meta") {
            meta.retain(|name, _| !WRITTEN_BY_SERVER.contains(&name.as_str()));
            if meta.is_empty() {
                fields.remove("meta");
            }
        }
        Self {
            tags,
            fields,
            resource,
        }
    }
}

fn tags(body: &Map<String, Value>) -> Vec<String> {
    let tags = body.get("meta").and_then(|meta| meta["tag"].as_array());
    let tags = tags.into_iter().flatten().take(limits::FIELD_ELEMENTS_MAX);
    let line = |text: &Value| fhir::line(text.as_str()?, limits::LINE_CHARS_MAX);
    tags.filter_map(|tag| line(&tag["display"]).or_else(|| line(&tag["code"])))
        .map(String::from)
        .collect()
}
