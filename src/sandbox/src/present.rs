//! A stored version as one reader gets to see it: without hidden fields, without extended meta unless asked for.

use std::sync::Arc;

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
    resource.to_string().into()
}
