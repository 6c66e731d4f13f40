//! Parts of a resource: `_elements`, `_fields`, `_summary=true`.

use serde_json::{Value, json};

use super::parse::SearchRequest;
use crate::validate;

/// What `_summary=true` leaves of the types whose rest is large.
fn summary_fields(resource_type: &str) -> Option<&'static [&'static str]> {
    match resource_type {
        "Task" => Some(&[
            "basedOn",
            "groupIdentifier",
            "partOf",
            "status",
            "statusReason",
            "businessStatus",
            "intent",
            "code",
            "description",
            "focus",
            "for",
            "encounter",
            "executionPeriod",
            "requester",
            "owner",
        ]),
        "Patient" => Some(&[
            "identifier",
            "active",
            "name",
            "telecom",
            "gender",
            "birthDate",
            "deceasedBoolean",
            "deceasedDateTime",
            "address",
            "managingOrganization",
            "link",
        ]),
        _ => None,
    }
}

impl SearchRequest {
    /// Whether rows are given in part.
    pub(super) fn is_partial(&self) -> bool {
        self.summary || self.fields.is_some()
    }

    /// Leaves what was asked for, with what is mandatory, and the tag that says so.
    pub(super) fn reduce(&self, resource: &mut Value) {
        let resource_type = resource["resourceType"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let mandatory = validate::required(&resource_type);
        if let Some(object) = resource.as_object_mut() {
            let summary = summary_fields(&resource_type);
            object.retain(|key, _| {
                matches!(key.as_str(), "resourceType" | "id" | "meta")
                    || mandatory.iter().any(|name| name == key)
                    || match &self.fields {
                        Some(fields) => fields.iter().any(|field| field == key),
                        None => summary.is_none_or(|names| names.contains(&key.as_str())),
                    }
            });
        }
        let tag =
            json!({ "system": "http://hl7.org/fhir/v3/ObservationValue", "code": "SUBSETTED" });
        match resource["meta"]["tag"].as_array_mut() {
            Some(tags) => tags.push(tag),
            None => resource["meta"]["tag"] = json!([tag]),
        }
    }
}
