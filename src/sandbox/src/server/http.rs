//! HTTP in and out: requests go to the sandbox as they are, its answers leave as they are.

use std::time::Duration;

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{ConnectInfo, FromRequestParts, Request, State, ws::WebSocketUpgrade},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};

use super::{listener::Connection, shared::Shared, sockets};
use crate::{
    faults::Served,
    sandbox::{HttpRequest, HttpResponse},
};

/// Larger bodies break the connection. The sandbox itself refuses far smaller ones with an answer.
const BODY_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Larger frames fail in the transport. The sandbox closes with 1009 from 1 MB on.
const TRANSPORT_FRAME_BYTES_MAX: usize = 64 * 1024 * 1024;

/// One handler for everything: routing is the sandbox's.
pub(super) fn router(shared: Shared) -> Router {
    Router::new().fallback(serve).with_state(shared)
}

async fn serve(
    State(shared): State<Shared>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    request: Request,
) -> Response {
    if wants_socket(request.headers()) {
        return upgrade(shared, request).await;
    }
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY_BYTES_MAX).await else {
        connection.cut();
        return Response::default();
    };
    let request = HttpRequest {
        method: parts.method.as_str().to_owned(),
        path: parts
            .uri
            .path_and_query()
            .map_or("/", |path| path.as_str())
            .to_owned(),
        headers: headers(&parts.headers),
        body: body.to_vec(),
    };
    if request.path.starts_with("/control") {
        connection.spare();
    }
    let served = shared.with(|sandbox, now| sandbox.serve(now, &request));
    match served {
        Served::Answer { response, delay_ms } => {
            if delay_ms > 0 {
                tokio::time::sleep(Duration::from_millis(delay_ms)).await;
            }
            to_response(response)
        }
        Served::Drop => {
            connection.cut();
            Response::default()
        }
    }
}

fn wants_socket(headers: &HeaderMap) -> bool {
    headers
        .get(header::UPGRADE)
        .is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"websocket"))
}

/// No Origin check, no compression, and the first offered subprotocol is accepted (`08d-websocket-errors.json`).
async fn upgrade(shared: Shared, request: Request) -> Response {
    let path = request
        .uri()
        .path_and_query()
        .map_or("/", |path| path.as_str())
        .to_owned();
    let offered = request
        .headers()
        .get(header::SEC_WEBSOCKET_PROTOCOL)
        .and_then(|value| value.to_str().ok());
    let protocol = offered
        .and_then(|all| all.split(',').next())
        .map(|first| first.trim().to_owned());
    let (mut parts, _) = request.into_parts();
    let Ok(upgrade) = WebSocketUpgrade::from_request_parts(&mut parts, &shared).await else {
        let body = Body::from("Missing or invalid Sec-WebSocket-Key header");
        let mut response = Response::new(body);
        *response.status_mut() = StatusCode::BAD_REQUEST;
        return response;
    };
    match shared.open_socket(|sandbox, now| sandbox.socket_open(now, &path)) {
        Err(refusal) => to_response(refusal),
        Ok((socket, instructions)) => {
            let upgrade = match protocol {
                Some(protocol) => upgrade.protocols([protocol]),
                None => upgrade,
            };
            upgrade
                .max_message_size(TRANSPORT_FRAME_BYTES_MAX)
                .max_frame_size(TRANSPORT_FRAME_BYTES_MAX)
                .on_upgrade(move |stream| sockets::run(shared, socket, stream, instructions))
        }
    }
}

fn headers(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), text(value)))
        .collect()
}

fn to_response(response: HttpResponse) -> Response {
    let mut out = Response::new(Body::from(response.body));
    *out.status_mut() =
        StatusCode::from_u16(response.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in response.headers {
        if let (Ok(name), Ok(value)) =
            (HeaderName::try_from(&*name), HeaderValue::try_from(&*value))
        {
            out.headers_mut().append(name, value);
        }
    }
    out
}
