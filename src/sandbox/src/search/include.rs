//! `_include` and `_revinclude`.

use std::collections::HashSet;

use serde_json::Value;

use super::{
    params::{self, Kind},
    parse::{Inclusion, SearchRequest},
    run::Hit,
    values,
};
use crate::{
    outcome::Outcome,
    policy::{Access, Policy},
    store::{Store, Version},
};

/// Most resources of one answer, matches and included ones together (`transcripts/10`).
const SCOPE_MAX: usize = 1000;
/// How often `:iterate` goes on.
const DEPTH_MAX: usize = 5;

/// A resource that comes along.
#[derive(Clone, Copy, Debug)]
pub(super) struct Included<'a> {
    pub(super) resource_type: &'a str,
    pub(super) version: &'a Version,
}

impl SearchRequest {
    /// What the found rows bring along, each once, in the order of the parameters.
    pub(super) fn include<'a>(
        &self,
        store: &'a Store,
        policy: &Policy,
        hits: &[Hit<'a>],
    ) -> Result<Vec<Included<'a>>, Outcome> {
        let mut seen: HashSet<(&str, &str)> =
            hits.iter().map(|hit| (hit.resource_type, hit.id)).collect();
        let mut included: Vec<Included<'a>> = Vec::new();
        let mut sources: Vec<Included<'a>> = hits
            .iter()
            .map(|hit| Included {
                resource_type: hit.resource_type,
                version: hit.version,
            })
            .collect();
        for depth in 1..=DEPTH_MAX {
            let due = |inclusion: &&Inclusion| depth == 1 || inclusion.iterate;
            let mut found = Vec::new();
            for inclusion in self.include.iter().filter(due) {
                found.extend(forward(store, inclusion, &sources));
            }
            for inclusion in self.reverse_include.iter().filter(due) {
                found.extend(backward(store, inclusion, &sources));
            }
            found.retain(|item: &Included<'a>| {
                let id = item.version.value["id"].as_str().unwrap_or_default();
                policy
                    .entry_for(Access::Search, store, &item.version.value)
                    .is_some()
                    && seen.insert((item.resource_type, id))
            });
            if found.is_empty() {
                break;
            }
            let results = hits.len() + included.len() + found.len();
            if results > SCOPE_MAX {
                return Err(Outcome::bad_request(&format!(
                    "Search with _(rev)include reached query scope limit: depth={depth}, results={results}"
                )));
            }
            included.extend(&found);
            sources = found;
        }
        Ok(included)
    }
}

fn forward<'a>(
    store: &'a Store,
    inclusion: &Inclusion,
    sources: &[Included<'a>],
) -> Vec<Included<'a>> {
    let mut found = Vec::new();
    let sources = sources
        .iter()
        .filter(|source| source.resource_type == inclusion.resource_type);
    for source in sources {
        for reference in references(&source.version.value, inclusion) {
            if let Some((resource_type, _)) = reference.split_once('/') {
                let version = store.resolve(reference);
                found.extend(version.map(|version| Included {
                    resource_type,
                    version,
                }));
            }
        }
    }
    found
}

fn backward<'a>(
    store: &'a Store,
    inclusion: &Inclusion,
    sources: &[Included<'a>],
) -> Vec<Included<'a>> {
    let wanted: HashSet<String> = sources
        .iter()
        .map(|source| {
            let id = source.version.value["id"].as_str().unwrap_or_default();
            format!("{}/{id}", source.resource_type)
        })
        .collect();
    let versions = store.iterate(&inclusion.resource_type);
    versions
        .filter(|version| {
            references(&version.value, inclusion)
                .iter()
                .any(|reference| wanted.contains(*reference))
        })
        .filter_map(|version| {
            Some(Included {
                resource_type: version.value["resourceType"].as_str()?,
                version,
            })
        })
        .collect()
}

fn references<'a>(resource: &'a Value, inclusion: &Inclusion) -> Vec<&'a str> {
    let Some(param) = params::find(&inclusion.resource_type, &inclusion.code) else {
        return Vec::new();
    };
    let target = match param.kind {
        Kind::Reference(target) => target,
        _ => None,
    };
    values::all(resource, param.paths)
        .into_iter()
        .filter_map(|value| value["reference"].as_str())
        .filter(|reference| {
            target.is_none_or(|target| {
                reference
                    .split_once('/')
                    .is_some_and(|(name, _)| name == target)
            })
        })
        .collect()
}
