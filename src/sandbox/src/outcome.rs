//! FHIR OperationOutcomes: what a request that did not give a resource is answered with.
//!
//! The texts are those a real server sends; clients match on them.

use serde_json::{Value, json};

/// An OperationOutcome with the HTTP status that goes with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// HTTP status.
    pub status: u16,
    /// The resource, without the tracing extension (which is added per HTTP answer).
    pub body: Value,
}

impl Outcome {
    fn new(status: u16, id: Option<&str>, code: &str, text: &str) -> Self {
        let severity = if status < 400 { "information" } else { "error" };
        let mut body = json!({
            "resourceType": "OperationOutcome",
            "issue": [{ "severity": severity, "code": code, "details": { "text": text } }],
        });
        if let Some(id) = id {
            body["id"] = id.into();
        }
        Self { status, body }
    }

    /// 200 `ok`.
    pub fn ok() -> Self {
        Self::new(200, Some("ok"), "informational", "All OK")
    }

    /// 400 without id, code `invalid`.
    pub fn bad_request(text: &str) -> Self {
        Self::new(400, None, "invalid", text)
    }

    /// 400 of the validator, code `structure`, naming the place.
    pub fn structure(text: &str, expression: &str) -> Self {
        let mut outcome = Self::new(400, None, "structure", text);
        outcome.body["issue"][0]["expression"] = json!([expression]);
        outcome
    }

    /// 401.
    pub fn unauthorized() -> Self {
        Self::new(401, Some("unauthorized"), "login", "Unauthorized")
    }

    /// 403.
    pub fn forbidden() -> Self {
        Self::new(403, Some("forbidden"), "forbidden", "Forbidden")
    }

    /// 404.
    pub fn not_found() -> Self {
        Self::new(404, Some("not-found"), "not-found", "Not found")
    }

    /// 409 with the SQL state a serialisation failure has (`transcripts/05c`).
    pub fn conflict() -> Self {
        let mut outcome = Self::new(
            409,
            Some("conflict"),
            "conflict",
            "could not serialize access due to concurrent update",
        );
        outcome.body["issue"][0]["details"]["coding"] = json!([{ "code": "40001" }]);
        outcome
    }

    /// 410.
    pub fn gone() -> Self {
        Self::new(410, Some("gone"), "deleted", "Gone")
    }

    /// 412 of an `If-Match` that no longer holds.
    pub fn precondition_failed() -> Self {
        Self::new(
            412,
            Some("precondition-failed"),
            "processing",
            "Precondition Failed",
        )
    }

    /// 412 of a conditional operation that is not about exactly one resource.
    pub fn multiple_matches() -> Self {
        Self::new(
            412,
            Some("multiple-matches"),
            "multiple-matches",
            "Multiple resources found matching condition",
        )
    }

    /// 429 of a quota, with the counters as diagnostics.
    pub fn too_many_requests(diagnostics: &str) -> Self {
        let mut outcome = Self::new(
            429,
            Some("too-many-requests"),
            "throttled",
            "Too Many Requests",
        );
        outcome.body["issue"][0]["diagnostics"] = diagnostics.into();
        outcome
    }

    /// 201, as it stands in batch answers.
    pub fn created() -> Self {
        Self::new(201, Some("created"), "informational", "Created")
    }

    /// 415.
    pub fn unsupported_media_type() -> Self {
        Self::new(
            415,
            Some("unsupported-media-type"),
            "not-supported",
            "Unsupported media type",
        )
    }

    /// 500 with the error text as diagnostics.
    pub fn exception(diagnostics: &str) -> Self {
        let mut outcome = Self::new(500, None, "exception", "Internal server error");
        outcome.body["issue"][0]["diagnostics"] = diagnostics.into();
        outcome
    }

    /// 400 of the form checks of `/auth/*`: one issue per (field, text), and an id that is random on every answer.
    pub fn form(id: &str, issues: &[(&str, &str)]) -> Self {
        let issue: Vec<Value> = issues
            .iter()
            .map(|(field, text)| {
                json!({
                    "severity": "error", "code": "invalid", "expression": [field], "details": { "text": text },
                })
            })
            .collect();
        Self {
            status: 400,
            body: json!({ "resourceType": "OperationOutcome", "id": id, "issue": issue }),
        }
    }

    /// 400 for a type that does not exist.
    pub fn unknown_type() -> Self {
        Self::new(400, None, "structure", "Unknown resource type")
    }

    /// 400 with several issues of the validator.
    pub fn issues(issue: Vec<Value>) -> Self {
        Self {
            status: 400,
            body: json!({ "resourceType": "OperationOutcome", "issue": issue }),
        }
    }

    /// The text of the first issue.
    pub fn text(&self) -> &str {
        self.body["issue"][0]["details"]["text"]
            .as_str()
            .unwrap_or_default()
    }
}
