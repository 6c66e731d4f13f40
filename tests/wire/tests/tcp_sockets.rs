//! The sandbox over real TCP, met by a WebSocket client that shares no code with it.

// Helpers of an integration test are not test functions for clippy.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use panels_sandbox::{
    clinic::ClinicOptions,
    server::{RunningServer, ServerOptions, start},
};
use serde_json::{Value, json};
use tokio::net::TcpStream;
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
