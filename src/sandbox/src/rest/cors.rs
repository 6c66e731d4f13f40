//! Cross-origin headers (`transcripts/08c`): every origin is allowed, with credentials.

use super::Reply;
use crate::sandbox::HttpRequest;

const PREFIXES: [&str; 4] = ["/fhir/", "/auth/", "/oauth2/", "/.well-known/"];
const EXPOSED: &str = "Content-Location,ETag,Last-Modified,Location";

/// Whether the path takes part.
fn applies(path: &str) -> bool {
    PREFIXES.iter().any(|prefix| path.starts_with(prefix)) || path == "/fhir"
}

/// The headers of an answer to a request that names its origin.
pub(super) fn headers(
    path: &str,
    request: &HttpRequest,
    rate_limit: bool,
) -> Vec<(String, String)> {
    let Some(origin) = request.header("origin").filter(|_| applies(path)) else {
        return Vec::new();
    };
    let exposed = if rate_limit {
        format!("{EXPOSED},RateLimit")
    } else {
        EXPOSED.to_owned()
    };
    vec![
        ("access-control-allow-origin".to_owned(), origin.to_owned()),
        (
            "access-control-allow-credentials".to_owned(),
            "true".to_owned(),
        ),
        ("access-control-expose-headers".to_owned(), exposed),
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
            "GET,HEAD,PUT,PATCH,POST,DELETE".to_owned(),
        )
        .with("vary", "Origin, Access-Control-Request-Headers".to_owned())
        .with("content-length", "0".to_owned());
    if let Some(asked) = request.header("access-control-request-headers") {
        reply = reply.with("access-control-allow-headers", asked.to_owned());
    }
    reply.headers.extend(headers(path, request, rate_limit));
    Some(reply)
}
