//! Pages of a search.

use serde::Deserialize;

use super::{
    resource::{Invalid, object, read_key},
    tolerant::{Field, Reader},
};
use crate::{identity::ResourceKey, limits, time::Timestamp};

/// One page of a search, its entries still as text: each is parsed on its own, so that a bad one costs only itself.
#[derive(Debug, Default)]
pub struct SearchPage<'a> {
    /// The resources, untouched, each to be given to [`super::parse`].
    pub entries: Vec<&'a str>,
    /// Deleted resources: a search with `_deleted=true` has nothing else.
    pub tombstones: Vec<Tombstone>,
    /// Entries that could not be read.
    pub malformed: usize,
    /// Address of the next page, to be followed as it is.
    pub next: Option<String>,
}

/// A resource that the server says is deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tombstone {
    /// Which.
    pub key: ResourceKey,
    /// When it was deleted.
    pub deleted: Timestamp,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct BundleFields<'a> {
    #[serde(borrow)]
    pub(super) resource_type: Field<'a>,
    #[serde(borrow)]
    pub(super) entry: Field<'a>,
    #[serde(borrow)]
    link: Field<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct EntryFields<'a> {
    #[serde(borrow)]
    pub(super) resource: Field<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct LinkFields<'a> {
    #[serde(borrow)]
    relation: Field<'a>,
    #[serde(borrow)]
    url: Field<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct TombstoneFields<'a> {
    #[serde(borrow)]
    resource_type: Field<'a>,
    #[serde(borrow)]
    id: Field<'a>,
    #[serde(borrow)]
    meta: Field<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct TombstoneMeta<'a> {
    #[serde(borrow)]
    version_id: Field<'a>,
    #[serde(borrow)]
    last_updated: Field<'a>,
}

/// Reads one page of a search. A bundle without `entry` is an empty page (Medplum 5.0.10, `transcripts/06a-paging-cursor.json`).
pub fn search_page(body: &str) -> Result<SearchPage<'_>, Invalid> {
    if body.len() > limits::PAGE_BYTES_MAX {
        return Err(Invalid::TooLarge { bytes: body.len() });
    }
    let bundle: BundleFields<'_> = object(body).ok_or(Invalid::Malformed)?;
    let mut reader = Reader::default();
    if reader.read::<&str>(bundle.resource_type) != Some("Bundle") {
        return Err(Invalid::Type);
    }
    let mut page = SearchPage {
        next: next_link(&mut reader, bundle.link),
        ..SearchPage::default()
    };
    let entries: Vec<Field<'_>> = reader.read(bundle.entry).unwrap_or_default();
    page.malformed =
        usize::from(reader.malformed) + entries.len().saturating_sub(limits::PAGE_ENTRIES_MAX);
    for entry in entries.into_iter().take(limits::PAGE_ENTRIES_MAX) {
        let resource = reader
            .object::<EntryFields<'_>>(entry)
            .and_then(|entry| entry.resource.text());
        match resource {
            Some(resource) => match tombstone(resource) {
                Some(tombstone) => page.tombstones.push(tombstone),
                None => page.entries.push(resource),
            },
            None => page.malformed += 1,
        }
    }
    Ok(page)
}

fn next_link(reader: &mut Reader, links: Field<'_>) -> Option<String> {
    reader.elements(links).into_iter().find_map(|link| {
        let link: LinkFields<'_> = reader.object(link)?;
        (reader.read::<&str>(link.relation)? == "next").then_some(())?;
        reader.read::<String>(link.url)
    })
}

/// A deleted resource has an id and a time but no version (Medplum 5.0.10, `transcripts/06b-tombstones.json`).
fn tombstone(raw: &str) -> Option<Tombstone> {
    // Nearly everything has a version, and pages are large: reading each entry twice is worth avoiding.
    if raw.contains(r#""versionId""#) {
        return None;
    }
    let fields: TombstoneFields<'_> = object(raw)?;
    let mut reader = Reader::default();
    let key = read_key(&mut reader, fields.resource_type, fields.id).ok()?;
    let meta: TombstoneMeta<'_> = reader.object(fields.meta)?;
    if meta.version_id.is_present() {
        return None;
    }
    let deleted = reader.instant(meta.last_updated)?;
    Some(Tombstone { key, deleted })
}
