//! From a request to an answer: limits, routes, and the headers that every answer has.

use super::{Reply, cors};
use crate::{
    outcome::Outcome,
    sandbox::{HttpRequest, HttpResponse, Millis, Sandbox},
};

/// Headers of every answer.
const COMMON: [(&str, &str); 7] = [
    ("cache-control", "no-store, no-cache, must-revalidate"),
    ("pragma", "no-cache"),
    (
        "content-security-policy",
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none';",
    ),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("x-xss-protection", "1; mode=block"),
];

impl Sandbox {
    /// One HTTP exchange.
    pub fn http(&mut self, now: Millis, request: &HttpRequest) -> HttpResponse {
        let whole = request.path.split('?').next().unwrap_or_default();
        let path = whole.strip_prefix("/api").unwrap_or(whole).to_owned();
        let exposes = self.options.behaviour.rate_limit_header_exposed;
        if let Some(reply) = cors::preflight(&path, request, exposes) {
            let mut response = reply.finish(&mut self.ids);
            add_common(&mut response);
            return response;
        }
        let mut rate_limit = String::new();
        let reply = match self.limit_requests(now, &path, request, &mut rate_limit) {
            Ok(()) => self.route(now, &path, request, &mut rate_limit),
            Err(refusal) => Reply::json(refusal.status, refusal.body),
        };
        let mut response = reply.finish(&mut self.ids);
        if request.method == "HEAD" {
            response.body.clear();
        }
        response
            .headers
            .push(("ratelimit".into(), rate_limit.into()));
        add_common(&mut response);
        let cross = cors::headers(&path, request, exposes);
        let vary = if cross.is_empty() {
            "Accept-Encoding"
        } else {
            "Origin, Accept-Encoding"
        };
        response.headers.push(("vary".into(), vary.into()));
        response.headers.extend(cross);
        response
    }

    fn route(
        &mut self,
        now: Millis,
        path: &str,
        request: &HttpRequest,
        rate_limit: &mut String,
    ) -> Reply {
        if request.method == "OPTIONS" && path == "/healthcheck" {
            return Reply::text(200, "text/plain", "GET, HEAD");
        }
        if request.method == "GET"
            && let Some(reply) = self.discovery(path)
        {
            return reply;
        }
        let reply = if let Some(route) = path.strip_prefix("/auth/") {
            self.auth_route(now, route, request)
        } else if let Some(route) = path.strip_prefix("/oauth2/") {
            self.oauth_route(now, route, request)
        } else if path == "/fhir/R4" || path.starts_with("/fhir/R4/") {
            self.fhir(now, path, request, rate_limit)
        } else {
            Ok(Reply::cannot(request))
        };
        reply.unwrap_or_else(Reply::outcome)
    }

    /// Requests are counted per address; sign-in has a small limit of its own, `/auth/me` does not count there.
    fn limit_requests(
        &mut self,
        now: Millis,
        path: &str,
        request: &HttpRequest,
        header: &mut String,
    ) -> Result<(), Outcome> {
        let address = request.header("x-forwarded-for").unwrap_or("direct");
        let address = address.rsplit(',').next().unwrap_or_default().trim();
        let sign_in =
            path != "/auth/me" && (path.starts_with("/auth/") || path.starts_with("/oauth2/"));
        let (key, limit) = if sign_in {
            (format!("auth {address}"), self.options.limits.auth_requests)
        } else {
            (format!("any {address}"), self.options.limits.requests)
        };
        let taken = self.rates.consume(now, &key, 1, limit);
        *header = self.rates.peek(now, &key, limit).header_part("requests");
        taken.map(|_| ())
    }
}

fn add_common(response: &mut HttpResponse) {
    let common = COMMON.map(|(name, value)| (name.into(), value.into()));
    response.headers.extend(common);
}
