//! A panel as a `Basic` resource, which works as storage on Medplum (5.0.10, `transcripts/09-basic-as-storage.json`): found by its
//! code, readable by whoever the access policy lets read `Basic`, and its definition as a text in an extension.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::check;
use crate::{
    fhir, limits,
    protocol::{PanelDraft, PanelProblem},
};

/// System of the code, of identifiers and of the extension. A name, not an address.
const SYSTEM: &str = "urn:panels:panel";
/// The search that finds all panels, below the FHIR base.
pub(crate) const SEARCH: &str = "Basic?code=urn:panels:panel%7Cpanel";
/// The form that this version writes. Another field needs another number: who does not know it would drop it.
const FORMAT: u32 = 1;

/// The text in the extension.
#[derive(Serialize, Deserialize)]
struct Stored<P> {
    format: u32,
    panel: P,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Basic {
    code: Code,
    extension: Vec<Extension>,
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

/// The resource of a new panel. `name` is unique for ever: whoever writes it twice writes it once ([`path_of_new`]).
pub(crate) fn resource(name: &str, draft: &PanelDraft, author: &str, id: Option<&str>) -> String {
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

/// Where a new panel is written: an update of what has this name, or its creation.
pub(crate) fn path_of_new(name: &str) -> String {
    format!("Basic?identifier={SYSTEM}%7C{name}")
}

/// The patch that gives a version another content and leaves everything else in the resource as it is.
pub(crate) fn patch(raw: &str, version: &str, draft: &PanelDraft) -> Option<String> {
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

/// The definition in a resource.
pub(super) fn read(raw: &str) -> Result<PanelDraft, PanelProblem> {
    let basic: Basic = serde_json::from_str(raw).map_err(|_| PanelProblem::Unreadable)?;
    let own = basic.extension.into_iter().find(|one| one.url == SYSTEM);
    let text = own.and_then(|one| one.value_string);
    let text = text.ok_or(PanelProblem::Unreadable)?;
    let stored: Stored<Value> =
        serde_json::from_str(&text).map_err(|_| PanelProblem::Unreadable)?;
    if stored.format > FORMAT {
        return Err(PanelProblem::Newer);
    }
    let draft: PanelDraft =
        serde_json::from_value(stored.panel).map_err(|_| PanelProblem::Unreadable)?;
    check(draft).map_err(PanelProblem::Draft)
}

/// What a panel that cannot be read is called.
pub(super) fn name_in(raw: &str) -> Option<String> {
    let basic: Basic = serde_json::from_str(raw).ok()?;
    let name = fhir::line(&basic.code.text?, limits::PANEL_NAME_CHARS_MAX)?;
    Some(name.into())
}

fn code(draft: &PanelDraft) -> Value {
    json!({ "coding": [{ "system": SYSTEM, "code": "panel" }], "text": draft.name })
}

fn extension(draft: &PanelDraft) -> Value {
    let stored = Stored {
        format: FORMAT,
        panel: draft,
    };
    let text = serde_json::to_string(&stored).unwrap_or_default();
    json!({ "url": SYSTEM, "valueString": text })
}
