//! Answers of a server in trouble.

use serde_json::{Value, json};

use crate::{
    outcome::Outcome,
    sandbox::{Header, HttpRequest, HttpResponse},
};

/// The answer with that status: as the sandbox itself would give it, or as a proxy in front of it would.
pub(super) fn answer(request: &HttpRequest, status: u16) -> HttpResponse {
    let body = match status {
        401 => Outcome::unauthorized().body,
        403 => Outcome::forbidden().body,
        404 => Outcome::not_found().body,
        409 => Outcome::conflict().body,
        410 => Outcome::gone().body,
        412 => Outcome::precondition_failed().body,
        429 => throttled(),
        _ => exception(),
    };
    let mut headers: Vec<Header> = vec![(
        "content-type".into(),
        "application/fhir+json; charset=utf-8".into(),
    )];
    // Without these a browser hides the status from the page.
    if let Some(origin) = request.header("origin") {
        headers.push((
            "access-control-allow-origin".into(),
            origin.to_owned().into(),
        ));
        headers.push(("access-control-allow-credentials".into(), "true".into()));
        headers.push(("vary".into(), "Origin".into()));
    }
    HttpResponse {
        status,
        headers,
        body: body.to_string().into_bytes(),
    }
}

/// As the request limiter answers (`08b-rate-limits.json`): no Retry-After, underscored keys in the diagnostics.
fn throttled() -> Value {
    let diagnostics = json!({
        "_remainingPoints": 0, "_msBeforeNext": 1000, "_consumedPoints": 60_001, "_isFirstInDuration": false, "limit": 60_000,
    });
    json!({
        "resourceType": "OperationOutcome",
        "id": "too-many-requests",
        "issue": [{
            "severity": "error",
            "code": "throttled",
            "details": {"text": "Too Many Requests"},
            "diagnostics": diagnostics.to_string(),
        }],
    })
}

fn exception() -> Value {
    json!({
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "error", "code": "exception", "details": {"text": "Internal server error"}}],
    })
}
