//! The sandbox over real TCP, met by a WebSocket client that shares no code with it.

// Helpers of an integration test are not test functions for clippy.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use panels_sandbox::{
    clinic::{ClinicOptions, DEMO_PASSWORD},
    sandbox::HttpRequest,
    server::{RunningServer, ServerOptions, start},
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest},
};

type Client = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Nothing here takes longer on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

async fn server() -> RunningServer {
    let clinic = ClinicOptions {
        patients: 5,
        tasks: 10,
        seed: 1,
    };
    start(ServerOptions {
        clinic,
        control: true,
        ..ServerOptions::default()
    })
    .await
    .unwrap()
}

async fn connect(server: &RunningServer) -> Client {
    let (client, _) = connect_async(format!("ws://{}/ws/subscriptions-r4", server.address()))
        .await
        .unwrap();
    client
}

/// The next frame; `None`: the connection ended without a close frame (a browser says 1006).
async fn next(client: &mut Client) -> Option<Message> {
    match tokio::time::timeout(PATIENCE, client.next()).await.unwrap() {
        Some(Ok(message)) => Some(message),
        Some(Err(_)) | None => None,
    }
}

async fn next_json(client: &mut Client) -> Value {
    match next(client).await {
        Some(Message::Text(text)) => serde_json::from_str(&text).unwrap(),
        other => panic!("expected a text frame, got {other:?}"),
    }
}

fn order(server: &RunningServer, command: &Value) -> Value {
    server
        .sandbox()
        .with(|sandbox, now| sandbox.command_text(now, command.to_string().as_bytes()))
        .unwrap()
}

/// One exchange with the sandbox inside, as a signed-in user.
fn exchange(server: &RunningServer, token: &str, method: &str, path: &str, body: &Value) -> Value {
    let request = HttpRequest {
        method: method.to_owned(),
        path: path.to_owned(),
        headers: vec![
            ("content-type".to_owned(), "application/json".to_owned()),
            ("authorization".to_owned(), format!("Bearer {token}")),
        ],
        body: if body.is_null() {
            Vec::new()
        } else {
            body.to_string().into_bytes()
        },
    };
    let answer = server
        .sandbox()
        .with(|sandbox, now| sandbox.http(now, &request));
    assert!(
        answer.status < 300,
        "{}",
        String::from_utf8_lossy(&answer.body)
    );
    serde_json::from_slice(&answer.body).unwrap()
}

/// Signs in over TCP as a browser would, with PKCE.
async fn sign_in(server: &RunningServer, email: &str) -> String {
    let verifier = "v".repeat(50);
    let login = json!({"email": email, "password": DEMO_PASSWORD, "scope": "openid",
        "codeChallenge": verifier, "codeChallengeMethod": "plain"});
    let code = post(
        server,
        "/auth/login",
        "application/json",
        &login.to_string(),
    )
    .await["code"]
        .clone();
    let form = format!(
        "grant_type=authorization_code&code={}&code_verifier={verifier}",
        code.as_str().unwrap()
    );
    let tokens = post(
        server,
        "/oauth2/token",
        "application/x-www-form-urlencoded",
        &form,
    )
    .await;
    tokens["access_token"].as_str().unwrap().to_owned()
}

/// A request written by hand: no HTTP client is shared with the sandbox either.
async fn post(server: &RunningServer, path: &str, content_type: &str, body: &str) -> Value {
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: sandbox\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    stream
        .write_all(format!("{head}{body}").as_bytes())
        .await
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
}

/// Subscribes and binds; returns the id.
async fn subscribe(
    server: &RunningServer,
    token: &str,
    client: &mut Client,
    criteria: &str,
) -> String {
    let subscription = json!({"resourceType": "Subscription", "status": "active", "reason": "panels",
        "criteria": criteria, "channel": {"type": "websocket"}});
    let created = exchange(
        server,
        token,
        "POST",
        "/fhir/R4/Subscription",
        &subscription,
    );
    let id = created["id"].as_str().unwrap().to_owned();
    let path = format!("/fhir/R4/Subscription/{id}/$get-ws-binding-token");
    let binding = exchange(server, token, "GET", &path, &Value::Null);
    let bind = json!({"type": "bind-with-token", "payload": {"token": binding["parameter"][0]["valueString"]}});
    client.send(Message::text(bind.to_string())).await.unwrap();
    assert_eq!(kind(&next_json(client).await), "handshake");
    id
}

fn kind(frame: &Value) -> &str {
    frame["entry"][0]["resource"]["type"]
        .as_str()
        .unwrap_or_default()
}

fn new_task() -> Value {
    json!({"do": "write", "create": {"resourceType": "Task", "status": "requested", "intent": "order"}})
}

#[tokio::test]
async fn a_signed_in_client_sees_what_a_colleague_writes() {
    let server = server().await;
    let token = sign_in(&server, "ada@example.com").await;
    let mut client = connect(&server).await;
    let id = subscribe(&server, &token, &mut client, "Task").await;
    let written = order(&server, &new_task());
    let frame = next_json(&mut client).await;
    assert_eq!(
        frame["entry"][0]["resource"]["subscription"]["reference"],
        format!("Subscription/{id}")
    );
    assert_eq!(frame["entry"][1]["resource"]["id"], written["id"]);
    assert_eq!(
        frame["entry"][1]["resource"]["meta"]["versionId"],
        written["meta"]["versionId"]
    );
    server.stop().await;
}

#[tokio::test]
async fn a_restricted_client_sees_only_its_own_tasks() {
    let server = server().await;
    let token = sign_in(&server, "cora@example.com").await;
    let mut client = connect(&server).await;
    subscribe(&server, &token, &mut client, "Task").await;
    order(&server, &new_task());
    let own = server.clinic().accounts[2].profile.clone();
    let mut task = new_task();
    task["create"]["owner"] = json!({"reference": own});
    let written = order(&server, &task);
    assert_eq!(
        next_json(&mut client).await["entry"][1]["resource"]["id"],
        written["id"]
    );
    server.stop().await;
}

#[tokio::test]
async fn a_frozen_socket_is_silent_and_bursts_at_the_thaw() {
    let server = server().await;
    let token = sign_in(&server, "ben@example.com").await;
    let mut client = connect(&server).await;
    subscribe(&server, &token, &mut client, "Task").await;
    order(&server, &json!({"do": "freeze"}));
    for _ in 0..3 {
        order(&server, &new_task());
    }
    client
        .send(Message::text(r#"{"type":"ping"}"#))
        .await
        .unwrap();
    let silence = tokio::time::timeout(Duration::from_millis(150), client.next()).await;
    assert!(silence.is_err(), "{silence:?}");
    order(&server, &json!({"do": "thaw"}));
    for _ in 0..3 {
        assert_eq!(kind(&next_json(&mut client).await), "event-notification");
    }
    assert_eq!(next_json(&mut client).await, json!({"type": "pong"}));
    server.stop().await;
}

#[tokio::test]
async fn an_access_token_instead_of_a_binding_token_breaks_the_connection() {
    let server = server().await;
    let token = sign_in(&server, "ada@example.com").await;
    let mut client = connect(&server).await;
    let bind = json!({"type": "bind-with-token", "payload": {"token": token}});
    client.send(Message::text(bind.to_string())).await.unwrap();
    assert_eq!(
        next_json(&mut client).await["resourceType"],
        "OperationOutcome"
    );
    assert_eq!(next(&mut client).await, None);
    server.stop().await;
}

#[tokio::test]
async fn a_cut_request_has_no_answer_but_may_have_been_carried_out() {
    let server = server().await;
    let token = sign_in(&server, "ada@example.com").await;
    let stored = || {
        order(&server, &json!({"do": "truth", "type": "Task"}))["rows"]
            .as_array()
            .unwrap()
            .len()
    };
    let before = stored();
    order(
        &server,
        &json!({"do": "cut", "written": true, "method": "POST", "next": 1}),
    );
    let body =
        json!({"resourceType": "Task", "status": "requested", "intent": "order"}).to_string();
    let head = format!(
        "POST /fhir/R4/Task HTTP/1.1\r\nhost: sandbox\r\nauthorization: Bearer {token}\r\n\
         content-type: application/fhir+json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    stream
        .write_all(format!("{head}{body}").as_bytes())
        .await
        .unwrap();
    let mut answer = Vec::new();
    // A reset or an early end: either way there is no answer.
    let _ = stream.read_to_end(&mut answer).await;
    assert!(answer.is_empty(), "{}", String::from_utf8_lossy(&answer));
    assert_eq!(stored(), before + 1);
    server.stop().await;
}

#[tokio::test]
async fn a_ping_is_answered_before_any_bind_also_in_a_binary_frame() {
    let server = server().await;
    let mut client = connect(&server).await;
    client
        .send(Message::text(r#"{"type":"ping"}"#))
        .await
        .unwrap();
    assert_eq!(next_json(&mut client).await, json!({"type": "pong"}));
    client
        .send(Message::binary(r#"{"type":"ping"}"#.as_bytes().to_vec()))
        .await
        .unwrap();
    assert_eq!(next_json(&mut client).await, json!({"type": "pong"}));
    server.stop().await;
}

#[tokio::test]
async fn only_paths_whose_second_segment_is_right_are_upgraded() {
    let server = server().await;
    for (path, is_accepted) in [
        ("/ws/subscriptions-r4", true),
        ("/anything/subscriptions-r4/more", true),
        ("/ws/subscriptions-r4/?x=1", true),
        ("/ws/subscriptions-r4?x=1", false),
        ("/subscriptions-r4", false),
        ("/ws/nope", false),
    ] {
        match connect_async(format!("ws://{}{path}", server.address())).await {
            Ok(_) => assert!(is_accepted, "{path}"),
            Err(Error::Http(answer)) => {
                assert!(!is_accepted, "{path}");
                assert_eq!(answer.status(), 404);
            }
            Err(other) => panic!("{path}: {other}"),
        }
    }
    server.stop().await;
}

#[tokio::test]
async fn the_first_offered_subprotocol_is_accepted() {
    let server = server().await;
    let url = format!("ws://{}/ws/subscriptions-r4", server.address());
    let mut request = url.into_client_request().unwrap();
    request
        .headers_mut()
        .insert("sec-websocket-protocol", "panels, other".parse().unwrap());
    let (_client, answer) = connect_async(request).await.unwrap();
    assert_eq!(answer.headers()["sec-websocket-protocol"], "panels");
    server.stop().await;
}

#[tokio::test]
async fn dropped_sockets_break_without_a_close_frame_and_new_ones_are_refused() {
    let server = server().await;
    let mut client = connect(&server).await;
    order(&server, &json!({"do": "dropSockets", "refuseMs": 60_000}));
    assert_eq!(next(&mut client).await, None);
    assert!(
        connect_async(format!("ws://{}/ws/subscriptions-r4", server.address()))
            .await
            .is_err()
    );
    order(&server, &json!({"do": "calm"}));
    connect(&server).await;
    server.stop().await;
}

#[tokio::test]
async fn a_frame_over_one_megabyte_is_closed_with_1009() {
    let server = server().await;
    let mut client = connect(&server).await;
    client
        .send(Message::text("x".repeat(1024 * 1024 + 1)))
        .await
        .unwrap();
    match next(&mut client).await {
        Some(Message::Close(Some(frame))) => assert_eq!(u16::from(frame.code), 1009),
        other => panic!("expected a close frame, got {other:?}"),
    }
    server.stop().await;
}

#[tokio::test]
async fn a_restarting_server_refuses_connections_and_comes_back_on_its_port() {
    let server = server().await;
    let mut client = connect(&server).await;
    order(
        &server,
        &json!({"do": "restart", "how": "crash", "downMs": 400}),
    );
    assert_eq!(next(&mut client).await, None);
    let refused = TcpStream::connect(server.address()).await;
    assert!(refused.is_err(), "the port was open");
    let url = format!("ws://{}/ws/subscriptions-r4", server.address());
    let back = async {
        while connect_async(url.as_str()).await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, back).await.unwrap();
    server.stop().await;
}

#[tokio::test]
async fn whoever_orders_an_outage_gets_an_answer() {
    let server = server().await;
    let order = json!({"do": "restart", "how": "graceful", "downMs": 100}).to_string();
    assert_eq!(
        post(&server, "/control", "application/json", &order).await,
        json!({"done": true})
    );
    server.stop().await;
}

#[tokio::test]
async fn a_stopped_server_frees_its_port() {
    let server = server().await;
    let address = server.address();
    let mut client = connect(&server).await;
    server.stop().await;
    assert_eq!(next(&mut client).await, None);
    tokio::net::TcpListener::bind(address).await.unwrap();
}

#[tokio::test]
async fn a_closed_socket_is_counted_out() {
    let server = server().await;
    let mut client = connect(&server).await;
    assert_eq!(
        server
            .sandbox()
            .with(|sandbox, _| sandbox.live().counts().sockets),
        1
    );
    client.close(None).await.unwrap();
    let counted_out = async {
        while server
            .sandbox()
            .with(|sandbox, _| sandbox.live().counts().sockets)
            > 0
        {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, counted_out).await.unwrap();
    server.stop().await;
}
