//! One page of results as text: a concatenation of the texts that are kept per version.

use serde::Serialize;
use serde_json::{Value, json};

use super::{
    parse::{SearchRequest, encode_component},
    run::{Hit, Selection},
};
use crate::{
    outcome::Outcome,
    policy::{Access, Policy},
    present::{Presentation, json_text, present},
    store::{Store, Version},
    time,
};

/// A searchset.
#[derive(Debug)]
pub(crate) struct Page {
    /// The bundle as JSON.
    pub(crate) text: String,
    /// How many resources came along besides the matches; each costs a point.
    pub(crate) included: usize,
    /// Ids of the matches.
    pub(crate) ids: Vec<String>,
}

/// Where to go from a page.
#[derive(Debug, Serialize)]
struct Link {
    relation: &'static str,
    url: String,
}

/// What a page is made for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    pub(crate) store: &'a Store,
    pub(crate) policy: &'a Policy,
    pub(crate) base_url: &'a str,
    pub(crate) extended: bool,
}

impl SearchRequest {
    /// Runs the search and writes the page.
    pub(crate) fn page(&self, reader: Reader<'_>) -> Result<Page, Outcome> {
        let forbidden = self
            .types
            .iter()
            .any(|name| !reader.policy.can(Access::Search, name));
        if forbidden {
            return Err(Outcome::forbidden());
        }
        let selection = self.select(reader.store, reader.policy)?;
        let included = self.include(reader.store, reader.policy, &selection.hits)?;
        let mut text = String::with_capacity(256 + selection.hits.len() * 700);
        text.push_str("{\"resourceType\":\"Bundle\",\"type\":\"searchset\"");
        if !selection.hits.is_empty() {
            text.push_str(",\"entry\":[");
            for (index, hit) in selection.hits.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                self.write_hit(&mut text, reader, hit);
            }
            for item in &included {
                let id = item.version.value["id"].as_str().unwrap_or_default();
                text.push(',');
                open_entry(
                    &mut text,
                    reader.base_url,
                    item.resource_type,
                    id,
                    "include",
                );
                text.push_str(&plain(reader, item.version));
                text.push('}');
            }
            text.push(']');
        }
        if let Some(total) = selection.total {
            text.push_str(&format!(",\"total\":{total}"));
        }
        text.push_str(",\"link\":");
        text.push_str(&json_text(&self.links(reader.base_url, &selection)?));
        text.push('}');
        Ok(Page {
            text,
            included: included.len(),
            ids: selection.hits.iter().map(|hit| hit.id.to_owned()).collect(),
        })
    }

    fn write_hit(&self, text: &mut String, reader: Reader<'_>, hit: &Hit<'_>) {
        open_entry(text, reader.base_url, hit.resource_type, hit.id, "match");
        if hit.version.deleted || self.is_partial() {
            let mut resource = if hit.version.deleted {
                tombstone(hit)
            } else {
                serde_json::from_str(&plain(reader, hit.version)).unwrap_or_default()
            };
            if self.is_partial() {
                self.reduce(&mut resource);
            }
            text.push_str(&resource.to_string());
        } else {
            text.push_str(&plain(reader, hit.version));
        }
        text.push('}');
    }

    fn links(&self, base: &str, selection: &Selection<'_>) -> Result<Vec<Link>, Outcome> {
        let link = |relation, changes: &[(&str, Option<String>)]| Link {
            relation,
            url: self.link(base, changes),
        };
        let mut links = vec![link("self", &[])];
        let Some(first) = selection.hits.first() else {
            return Ok(links);
        };
        links.push(link("first", &[("_cursor", None), ("_offset", None)]));
        let count = self.count.unwrap_or(0);
        if let Some(next) = &selection.next {
            if self.uses_cursor() {
                let at = next.version.last_updated;
                if at == first.version.last_updated {
                    return Err(Outcome::exception("Error: Cursor fails to make progress"));
                }
                let given: Vec<&str> = selection
                    .hits
                    .iter()
                    .filter(|hit| hit.version.last_updated == at)
                    .map(|hit| hit.id)
                    .collect();
                let mut cursor = format!("2-{at}");
                if !given.is_empty() {
                    cursor = format!("{cursor}-{}", given.join(","));
                }
                links.push(link(
                    "next",
                    &[("_cursor", Some(encode_component(&cursor)))],
                ));
            } else {
                let offset = (self.offset + count).to_string();
                links.push(link("next", &[("_offset", Some(offset))]));
            }
        }
        if self.offset > 0 {
            // Not clamped: a negative offset is on the wire (`transcripts/06c`).
            let before = self.offset - count;
            let before = (before != 0).then(|| before.to_string());
            links.push(link("previous", &[("_offset", before)]));
        }
        Ok(links)
    }
}

fn plain(reader: Reader<'_>, version: &Version) -> std::sync::Arc<str> {
    let presentation = Presentation {
        store: reader.store,
        policy: reader.policy,
        extended: reader.extended,
    };
    present(presentation, version)
}

fn open_entry(text: &mut String, base: &str, resource_type: &str, id: &str, mode: &str) {
    for part in [
        "{\"fullUrl\":\"",
        base,
        "fhir/R4/",
        resource_type,
        "/",
        id,
        "\",\"search\":{\"mode\":\"",
        mode,
        "\"},\"resource\":",
    ] {
        text.push_str(part);
    }
}

/// A deleted row shows nothing but where and when.
fn tombstone(hit: &Hit<'_>) -> Value {
    json!({
        "resourceType": hit.resource_type, "id": hit.id,
        "meta": { "lastUpdated": time::instant(hit.version.last_updated) },
    })
}
