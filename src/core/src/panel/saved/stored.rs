//! A panel or a view as a `Basic` resource, which works as storage on Medplum (5.0.10, `transcripts/09-basic-as-storage.json`): found by its
//! code, readable by whoever the access policy lets read `Basic`, and its definition as a text in an extension.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json, value::RawValue};

use super::check_draft;
use crate::{
    fhir, limits,
    protocol::{Draft, PanelDraft, PanelProblem, ViewDraft},
};

/// System of the code, of identifiers and of the extension. A name, not an address.
const SYSTEM: &str = "urn:panels:panel";
/// The search that finds all panels and views, below the FHIR base. A build that knows no views asks for panels alone.
pub(crate) const SEARCH: &str = "Basic?code=urn:panels:panel%7Cpanel,urn:panels:panel%7Cview";
/// The newest form that this version knows. Another field needs another number: who does not know it would drop it.
const FORMAT: u32 = 2;

/// The oldest form that can hold it, so that older versions go on reading what has nothing new in it.
fn format_of(draft: &Draft) -> u32 {
    match draft {
        Draft::Panel(panel) if !panel.paths.is_empty() => FORMAT,
        Draft::Panel(_) | Draft::View(_) => 1,
    }
}

/// The text in the extension.
#[derive(Serialize)]
struct Written<'a> {
    format: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    panel: Option<&'a PanelDraft>,
    #[serde(skip_serializing_if = "Option::is_none")]
    view: Option<&'a ViewDraft>,
}

/// The same as it is read: another form has something else in it. As raw text, so that it is read by the code that reads messages.
#[derive(Deserialize)]
struct Stored<'a> {
    format: u32,
    #[serde(borrow, default)]
    panel: Option<&'a RawValue>,
    #[serde(borrow, default)]
    view: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Basic {
    author: Author,
    code: Code,
    extension: Vec<Extension>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Author {
    reference: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Code {
    text: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Extension {
    url: String,
    value_string: Option<String>,
}

/// The resource of a new panel or view. `name` is unique for ever: whoever writes it twice writes it once ([`path_of_new`]).
pub(crate) fn resource(name: &str, draft: &Draft, author: &str, id: Option<&str>) -> String {
    let mut body = json!({
        "resourceType": "Basic",
        "identifier": [{ "system": SYSTEM, "value": name }],
        "code": code(draft),
        "author": { "reference": author },
        "extension": [extension(draft)],
    });
    if let Some(id) = id {
        body["id"] = id.into();
    }
    body.to_string()
}

/// Where a new one is written: an update of what has this name, or its creation.
pub(crate) fn path_of_new(name: &str) -> String {
    format!("Basic?identifier={SYSTEM}%7C{name}")
}

/// The patch that gives a version another content and leaves everything else in the resource as it is.
pub(crate) fn patch(raw: &str, version: &str, draft: &Draft) -> Option<String> {
    let body: Value = serde_json::from_str(raw).ok()?;
    let mut extensions = body["extension"].as_array().cloned().unwrap_or_default();
    extensions.retain(|one| one["url"] != SYSTEM);
    extensions.push(extension(draft));
    let patch = json!([
        { "op": "test", "path": "/meta/versionId", "value": version },
        { "op": "add", "path": "/code", "value": code(draft) },
        { "op": "add", "path": "/extension", "value": extensions },
    ]);
    Some(patch.to_string())
}

/// The definition in a resource, and the literal reference of whoever has made it.
pub(super) fn read(raw: &str) -> Result<(Draft, Option<String>), PanelProblem> {
    let basic: Basic = serde_json::from_str(raw).map_err(|_| PanelProblem::Unreadable)?;
    let own = basic.extension.into_iter().find(|one| one.url == SYSTEM);
    let text = own.and_then(|one| one.value_string);
    let text = text.ok_or(PanelProblem::Unreadable)?;
    let stored: Stored<'_> = serde_json::from_str(&text).map_err(|_| PanelProblem::Unreadable)?;
    if stored.format > FORMAT {
        return Err(PanelProblem::Newer);
    }
    let unreadable = |_| PanelProblem::Unreadable;
    let draft = match (stored.panel, stored.view) {
        (Some(panel), None) => Draft::Panel(serde_json::from_str(panel.get()).map_err(unreadable)?),
        (None, Some(view)) => Draft::View(serde_json::from_str(view.get()).map_err(unreadable)?),
        _ => return Err(PanelProblem::Unreadable),
    };
    let draft = check_draft(draft).map_err(PanelProblem::Draft)?;
    Ok((draft, basic.author.reference))
}

/// What a panel that cannot be read is called.
pub(super) fn name_in(raw: &str) -> Option<String> {
    let basic: Basic = serde_json::from_str(raw).ok()?;
    let name = fhir::line(&basic.code.text?, limits::PANEL_NAME_CHARS_MAX)?;
    Some(name.into())
}

fn code(draft: &Draft) -> Value {
    let code = match draft {
        Draft::Panel(_) => "panel",
        Draft::View(_) => "view",
    };
    json!({ "coding": [{ "system": SYSTEM, "code": code }], "text": draft.name() })
}

fn extension(draft: &Draft) -> Value {
    let (panel, view) = match draft {
        Draft::Panel(panel) => (Some(panel), None),
        Draft::View(view) => (None, Some(view)),
    };
    let stored = Written {
        format: format_of(draft),
        panel,
        view,
    };
    let text = serde_json::to_string(&stored).unwrap_or_default();
    json!({ "url": SYSTEM, "valueString": text })
}
