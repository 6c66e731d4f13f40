//! Cross-origin headers (`transcripts/08c`): every origin is allowed, with credentials.

use super::Reply;
use crate::sandbox::{Header, HttpRequest};

const PREFIXES: [&str; 4] = ["/fhir/", "/auth/", "/oauth2/", "/.well-known/"];
const EXPOSED: &str = "Content-Location,ETag,Last-Modified,Location";

/// Whether the path takes part.
fn applies(path: &str) -> bool {
    PREFIXES.iter().any(|prefix| path.starts_with(prefix)) || path == "/fhir"
}

/// The headers of an answer to a request that names its origin.
pub(super) fn headers(path: &str, request: &HttpRequest, rate_limit: bool) -> Vec<Header> {
    let Some(origin) = request.header("origin").filter(|_| applies(path)) else {
        return Vec::new();
    };
    let exposed = if rate_limit {
        format!("{EXPOSED},RateLimit").into()
    } else {
        EXPOSED.into()
    };
    vec![
        (
            "access-control-allow-origin".into(),
            origin.to_owned().into(),
        ),
        ("access-control-allow-credentials".into(), "true".into()),
        ("access-control-expose-headers".into(), exposed),
    ]
}

/// The answer to a preflight, if it is one.
pub(super) fn preflight(path: &str, request: &HttpRequest, rate_limit: bool) -> Option<Reply> {
    if request.method != "OPTIONS" || !applies(path) || request.header("origin").is_none() {
        return None;
    }
    let mut reply = Reply::empty(204)
        .with(
            "access-control-allow-methods",
            "GET,HEAD,PUT,PATCH,POST,DELETE",
        )
        .with("vary", "Origin, Access-Control-Request-Headers")
        .with("content-length", "0");
    if let Some(asked) = request.header("access-control-request-headers") {
        reply = reply.with("access-control-allow-headers", asked.to_owned());
    }
    reply.headers.extend(headers(path, request, rate_limit));
    Some(reply)
}
