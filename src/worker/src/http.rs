//! Fetch: one request of the engine.

use gloo_net::http::{Method, RequestBuilder};
use panels_core::engine::{HttpAnswer, HttpFailure, HttpMethod, HttpRequest};
use web_sys::{AbortController, ReferrerPolicy, RequestCache, RequestCredentials, RequestRedirect};

/// Largest answer that is read: a page of 1,000 resources is below 1 MB.
const ANSWER_BYTES_MAX: usize = 32 * 1024 * 1024;

/// Sends it and waits for the whole answer.
pub(crate) async fn exchange(
    request: HttpRequest,
    abort: Option<AbortController>,
) -> Result<HttpAnswer, HttpFailure> {
    let unreachable = |_: gloo_net::Error| HttpFailure::Unreachable;
    let signal = abort.map(|abort| abort.signal());
    let mut builder = RequestBuilder::new(&request.url)
        .method(method(request.method))
        .cache(RequestCache::NoStore)
        .credentials(RequestCredentials::Omit)
        // Medplum redirects nothing; a redirect would take a password or a token elsewhere.
        .redirect(RequestRedirect::Error)
        .referrer_policy(ReferrerPolicy::NoReferrer)
        .abort_signal(signal.as_ref());
    for (name, value) in request.headers() {
        builder = builder.header(name, value.reveal());
    }
    let ready = match &request.body {
        Some(body) => builder.body(body.text.reveal()),
        None => builder.build(),
    };
    let answer = ready
        .map_err(unreachable)?
        .send()
        .await
        .map_err(unreachable)?;
    let announced = answer.headers().get("content-length");
    if announced.is_some_and(|bytes| bytes.parse().is_ok_and(is_too_large)) {
        return Err(HttpFailure::TooLarge);
    }
    let body = answer.text().await.map_err(unreachable)?;
    if is_too_large(body.len()) {
        return Err(HttpFailure::TooLarge);
    }
    Ok(HttpAnswer {
        status: answer.status(),
        body,
        rate_limit: answer.headers().get("ratelimit"),
    })
}

fn is_too_large(bytes: usize) -> bool {
    bytes > ANSWER_BYTES_MAX
}

fn method(method: HttpMethod) -> Method {
    match method {
        HttpMethod::Get => Method::GET,
        HttpMethod::Post => Method::POST,
        HttpMethod::Put => Method::PUT,
        HttpMethod::Patch => Method::PATCH,
        HttpMethod::Delete => Method::DELETE,
    }
}
