//! Addresses of screens. They carry ids only: never a name, a title or anything else about a patient.

use panels_core::identity::{PanelId, ResourceId, ResourceType, is_fhir_id};

/// The list of panels.
pub(crate) const HOME: &str = "/";

/// A panel.
pub(crate) fn panel(panel: &PanelId) -> String {
    format!("/panel/{}", panel.address())
}

/// A record, open in the drawer of a panel.
pub(crate) fn record(panel: &PanelId, kind: &ResourceType, id: &ResourceId) -> String {
    format!("/panel/{}/{kind}/{id}", panel.address())
}

/// The same place, asking for something: the query of a panel, empty for what it shows by itself.
pub(crate) fn asking(path: &str, query: &str) -> String {
    match query.strip_prefix('?').unwrap_or(query) {
        "" => path.to_owned(),
        query => format!("{path}?{query}"),
    }
}

/// Whether a path is inside a panel.
pub(crate) fn is_panel(path: &str) -> bool {
    path.contains("/panel/")
}

/// The record that the two last parts of an address name; `None` if they cannot be a FHIR type and id.
pub(crate) fn parse_record(kind: &str, id: &str) -> Option<panels_core::identity::ResourceKey> {
    let key = panels_core::identity::ResourceKey::from_reference(&format!("{kind}/{id}"))?;
    (is_fhir_id(id) && key.kind.as_str() == kind).then_some(key)
}

/// A path as a link of its own holds it.
pub(crate) fn based(path: &str) -> String {
    format!("{}{path}", base_path())
}

/// Path of the folder that the application is served from, without a slash at its end: empty at the root of a host.
pub(crate) fn base_path() -> String {
    let base = leptos::prelude::document()
        .base_uri()
        .ok()
        .flatten()
        .unwrap_or_default();
    let after_scheme = base.split_once("://").map_or("", |(_, rest)| rest);
    let path = after_scheme
        .find('/')
        .map_or("", |start| &after_scheme[start..]);
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    folder.to_owned()
}
