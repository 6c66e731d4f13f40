//! A stored version as one reader gets to see it: without hidden fields, without extended meta unless asked for.

use std::sync::Arc;

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value};

use crate::{
    policy::{self, Access, Policy},
    store::{Store, Version},
};

/// `meta` elements that only `X-Medplum: extended` shows.
pub(crate) const EXTENDED_META: [&str; 5] =
    ["author", "project", "account", "accounts", "compartment"];

/// Who reads, and how.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Presentation<'a> {
    pub(crate) store: &'a Store,
    pub(crate) policy: &'a Policy,
    pub(crate) extended: bool,
}

/// The JSON text of a version for this reader; the kept text where nothing has to be taken away.
pub(crate) fn present(reader: Presentation<'_>, version: &Version) -> Arc<str> {
    let resource_type = version.value["resourceType"].as_str().unwrap_or_default();
    let untouched = reader.policy.is_open(Access::Read, resource_type);
    if untouched && !reader.extended {
        return version.text.clone();
    }
    let mut resource = version.value.as_ref().clone();
    let entry = reader
        .policy
        .entry_for(Access::Read, reader.store, &version.value);
    if let Some(entry) = entry {
        policy::hide(entry, &mut resource);
    }
    if !reader.extended
        && let Some(meta) = resource["meta"].as_object_mut()
    {
        for key in EXTENDED_META {
            meta.remove(key);
        }
    }
    json_text(&resource).into()
}

/// The JSON text of a value: quicker than its `Display`.
pub(crate) fn json_text(value: &impl Serialize) -> String {
    // A tree with text for keys can always be written.
    serde_json::to_string(value).unwrap_or_default()
}

/// The JSON text of a resource without the meta that only `X-Medplum: extended` shows. Nothing is copied for it: this runs
/// at every write.
pub(crate) fn plain_text(resource: &Value) -> Arc<str> {
    match resource.as_object() {
        Some(fields) => json_text(&Plain(fields)).into(),
        None => "{}".into(),
    }
}

/// A resource without extended meta.
struct Plain<'a>(&'a Map<String, Value>);

/// Its meta.
struct PlainMeta<'a>(&'a Map<String, Value>);

impl Serialize for Plain<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in self.0 {
            match value.as_object().filter(|_| name == "meta") {
                Some(meta) => map.serialize_entry(name, &PlainMeta(meta))?,
                None => map.serialize_entry(name, value)?,
            }
        }
        map.end()
    }
}

impl Serialize for PlainMeta<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let shown = self.0.iter();
        serializer.collect_map(shown.filter(|(name, _)| !EXTENDED_META.contains(&name.as_str())))
    }
}
