//! An answer before its common headers are put on.

use std::{borrow::Cow, sync::Arc};

use serde_json::{Value, json};

use crate::{
    ids::Ids,
    outcome::Outcome,
    present::json_text,
    sandbox::{Header, HttpRequest, HttpResponse},
};

/// `application/fhir+json`.
const FHIR: &str = "application/fhir+json; charset=utf-8";
const JSON: &str = "application/json; charset=utf-8";

/// What goes into the body.
#[derive(Clone, Debug)]
enum Body {
    Empty,
    Text(String),
    /// The kept text of a version.
    Kept(Arc<str>),
    /// An outcome gets the tracing extension when it leaves, unless it is the one of the request limiter.
    Outcome(Value),
}

/// Status, own headers and body.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<Header>,
    content_type: Option<&'static str>,
    body: Body,
}

impl Reply {
    fn new(status: u16, content_type: Option<&'static str>, body: Body) -> Self {
        Self {
            status,
            headers: Vec::new(),
            content_type,
            body,
        }
    }

    /// Plain JSON.
    pub(crate) fn json(status: u16, body: Value) -> Self {
        Self::new(status, Some(JSON), Body::Text(json_text(&body)))
    }

    /// A FHIR resource as text.
    pub(crate) fn fhir(status: u16, text: String) -> Self {
        Self::new(status, Some(FHIR), Body::Text(text))
    }

    /// A FHIR resource as its kept text.
    pub(crate) fn kept(status: u16, text: Arc<str>) -> Self {
        Self::new(status, Some(FHIR), Body::Kept(text))
    }

    /// Any text.
    pub(crate) fn text(status: u16, content_type: &'static str, text: &str) -> Self {
        Self::new(status, Some(content_type), Body::Text(text.into()))
    }

    /// No body.
    pub(crate) fn empty(status: u16) -> Self {
        Self::new(status, None, Body::Empty)
    }

    /// An OperationOutcome.
    pub(crate) fn outcome(outcome: Outcome) -> Self {
        Self::new(outcome.status, Some(FHIR), Body::Outcome(outcome.body))
    }

    /// The page Express shows for a route that does not exist.
    pub(crate) fn cannot(request: &HttpRequest) -> Self {
        let path = request.path.split('?').next().unwrap_or_default();
        let text = format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Error</title>\n</head>\n<body>\n<pre>Cannot {} {path}</pre>\n</body>\n</html>\n",
            request.method
        );
        Self::text(404, "text/html; charset=utf-8", &text)
    }

    /// Adds a header.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<Cow<'static, str>>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// `Prefer: return=minimal` empties bodies of every kind (`transcripts/05b`).
    pub(crate) fn without_body(mut self) -> Self {
        self.body = Body::Empty;
        self
    }

    /// Whether the body is a resource and no outcome.
    pub(crate) fn is_success(&self) -> bool {
        self.status < 300
    }

    /// The answer with content type and length.
    pub(super) fn finish(self, ids: &mut Ids) -> HttpResponse {
        let text = match self.body {
            Body::Empty => String::new(),
            Body::Text(text) => text,
            Body::Kept(text) => (*text).to_owned(),
            Body::Outcome(mut body) => {
                body["extension"] = tracing(ids);
                json_text(&body)
            }
        };
        let mut headers = self.headers;
        if let Some(content_type) = self.content_type {
            headers.push(("content-type".into(), content_type.into()));
        }
        if self.status != 304 && self.status != 204 {
            headers.push(("content-length".into(), text.len().to_string().into()));
        }
        HttpResponse {
            status: self.status,
            headers,
            body: text.into_bytes(),
        }
    }
}

fn tracing(ids: &mut Ids) -> Value {
    json!([{
        "url": "https://medplum.com/fhir/StructureDefinition/tracing",
        "extension": [
            { "url": "requestId", "valueId": ids.uuid() },
            { "url": "traceId", "valueId": ids.uuid() },
        ],
    }])
}
