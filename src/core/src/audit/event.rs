//! Entries as FHIR R4 `AuditEvent`s (<https://hl7.org/fhir/R4/auditevent.html>), and what the server says to a batch of them.
//!
//! Everything that is in an entry goes, and nothing else. `entity` of the last place describes the entry itself: its `name` is
//! unique, so that one that was sent twice can be told; number and hashes are there to compare the chain with.

use serde_json::{Value, json};

use super::{deed::What, entry::Entry};
use crate::identity::ResourceType;

const EVENT_TYPE: &str = "http://terminology.hl7.org/CodeSystem/audit-event-type";
const INTERACTION: &str = "http://hl7.org/fhir/restful-interaction";
const DICOM: &str = "http://dicom.nema.org/resources/ontology/DCM";
const ENTITY_TYPE: &str = "http://terminology.hl7.org/CodeSystem/audit-entity-type";
const ENTITY_ROLE: &str = "http://terminology.hl7.org/CodeSystem/object-role";
const SOURCE_TYPE: &str = "http://terminology.hl7.org/CodeSystem/security-source-type";
/// Our own words for the actions, beside those of the standard.
const OWN: &str = "urn:panels:audit";

/// A code of a system, and what it is called.
type Code = (&'static str, &'static str, &'static str);

const REST: Code = (EVENT_TYPE, "rest", "RESTful Operation");
const READ: Code = (INTERACTION, "read", "read");
const PATCH: Code = (INTERACTION, "patch", "patch");
const BATCH: Code = (INTERACTION, "batch", "batch");
const AUTHENTICATION: Code = (DICOM, "110114", "User Authentication");
const LOGIN: Code = (DICOM, "110122", "Login");
const LOGOUT: Code = (DICOM, "110123", "Logout");
const EXPORT: Code = (DICOM, "110106", "Export");
const ALERT: Code = (DICOM, "110113", "Security Alert");
const LOG: Code = (DICOM, "110101", "Audit Log Used");

/// Type, subtype and action of the standard.
fn kind(what: What) -> (Code, Code, &'static str) {
    match what {
        What::SignedIn => (AUTHENTICATION, LOGIN, "E"),
        What::SignedOut | What::SessionEnded => (AUTHENTICATION, LOGOUT, "E"),
        What::Viewed => (REST, READ, "R"),
        What::EditApplied
        | What::EditRolledBack
        | What::EditDiscarded
        | What::KeptMine
        | What::TookTheirs
        | What::Merged
        | What::Overwrote
        | What::Superseded
        | What::AlreadySo => (REST, PATCH, "U"),
        What::JobBegan | What::JobEnded => (REST, BATCH, "E"),
        What::Exported => (EXPORT, READ, "R"),
        What::Missed | What::Broken => (ALERT, LOG, "E"),
    }
}

fn coding((system, code, display): Code) -> Value {
    json!({ "system": system, "code": code, "display": display })
}

fn entity_code(system: &str, code: &str) -> Value {
    json!({ "system": system, "code": code })
}

/// The entry as a resource.
pub(super) fn resource(entry: &Entry) -> Value {
    let deed = &entry.draft.deed;
    let (kind, subtype, action) = kind(deed.what);
    let own = json!({ "system": OWN, "code": deed.what.code() });
    json!({
        "resourceType": "AuditEvent",
        "type": coding(kind),
        "subtype": [coding(subtype), own],
        "action": action,
        "recorded": entry.draft.at.to_iso(),
        "outcome": deed.outcome.code(),
        "agent": [{ "who": { "reference": &*entry.draft.who }, "requestor": true }],
        "source": {
            "observer": { "display": "Panels" },
            "type": [entity_code(SOURCE_TYPE, "1")],
        },
        "entity": entities(entry),
    })
}

fn entities(entry: &Entry) -> Vec<Value> {
    let deed = &entry.draft.deed;
    let mut entities = Vec::new();
    for key in deed.record.iter().chain(&deed.patient) {
        let (kind, role) = match key.kind {
            ResourceType::Patient => ("1", "1"),
            _ => ("2", "4"),
        };
        entities.push(json!({
            "what": { "reference": key.to_string() },
            "type": entity_code(ENTITY_TYPE, kind),
            "role": entity_code(ENTITY_ROLE, role),
        }));
    }
    let mut details = vec![
        ("number", entry.number.to_string()),
        ("previous", entry.previous.as_str().to_owned()),
        ("hash", entry.hash.as_str().to_owned()),
    ];
    details.extend(deed.job.as_ref().map(|job| ("job", job.to_string())));
    details.extend(deed.size.map(|size| ("size", size.to_string())));
    let details = details.into_iter();
    let details = details.map(|(name, text)| json!({ "type": name, "valueString": text }));
    entities.push(json!({
        "name": &*entry.draft.id,
        "type": entity_code(ENTITY_TYPE, "4"),
        "role": entity_code(ENTITY_ROLE, "13"),
        "detail": details.collect::<Vec<_>>(),
    }));
    entities
}

/// A batch that creates them.
pub(super) fn batch<'a>(entries: impl Iterator<Item = &'a Entry>) -> String {
    let entries = entries.map(|entry| {
        json!({
            "request": { "method": "POST", "url": "AuditEvent" },
            "resource": resource(entry),
        })
    });
    let entries: Vec<_> = entries.collect();
    json!({ "resourceType": "Bundle", "type": "batch", "entry": entries }).to_string()
}

/// The status of each entry of a batch, in order; `None` if it is no answer to a batch.
pub(super) fn statuses(body: &str) -> Option<Vec<u16>> {
    let body: Value = serde_json::from_str(body).ok()?;
    if body["resourceType"] != "Bundle" {
        return None;
    }
    let status = |entry: &Value| {
        let text = entry["response"]["status"].as_str()?;
        text.get(..3)?.parse().ok()
    };
    // What has no status may be anything: it is asked for again.
    let entries = body["entry"].as_array()?.iter();
    Some(entries.map(|entry| status(entry).unwrap_or(0)).collect())
}
