//! Request bodies as Express reads them.

use serde_json::{Value, json};

use crate::{outcome::Outcome, sandbox::HttpRequest, search::parse_query};

/// Largest body (`maxJsonSize`, 1 MB).
const BODY_BYTES_MAX: usize = 1024 * 1024;

/// The fields of a form or of a JSON body as one object; an empty one if it is neither.
pub(crate) fn form_body(request: &HttpRequest) -> Value {
    let content_type = request.header("content-type").unwrap_or_default();
    if content_type.starts_with("application/x-www-form-urlencoded") {
        let text = String::from_utf8_lossy(&request.body);
        let pairs = parse_query(&text).into_iter();
        return Value::Object(
            pairs
                .map(|(key, value)| (key, Value::String(value)))
                .collect(),
        );
    }
    serde_json::from_slice(&request.body).unwrap_or_else(|_| json!({}))
}

/// The JSON body of a FHIR request; `{}` where there is none, also for other content types (`transcripts/08a`).
pub(super) fn fhir_body(request: &HttpRequest, large_is_413: bool) -> Result<Value, Outcome> {
    if request.body.len() > BODY_BYTES_MAX {
        let mut outcome = Outcome::bad_request("File too large");
        if large_is_413 {
            outcome.status = 413;
        }
        return Err(outcome);
    }
    let content_type = request.header("content-type").unwrap_or_default();
    if !content_type.contains("json") || request.body.is_empty() {
        return Ok(json!({}));
    }
    if let Some((_, charset)) = content_type.split_once("charset=")
        && !charset
            .trim_matches('"')
            .to_ascii_lowercase()
            .starts_with("utf-")
    {
        return Err(Outcome::unsupported_media_type());
    }
    let parsed: Option<Value> = serde_json::from_slice(&request.body).ok();
    parsed
        .filter(|value| value.is_object() || value.is_array())
        .ok_or_else(|| Outcome::bad_request("Content could not be parsed"))
}
