//! One task per socket: frames in, instructions out.

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use tokio::sync::mpsc::UnboundedReceiver;

use super::shared::{Instruction, Shared};
use crate::sandbox::SocketId;

/// Carries a socket until either side ends it, then tells the sandbox.
pub(super) async fn run(
    shared: Shared,
    socket: SocketId,
    mut stream: WebSocket,
    mut instructions: UnboundedReceiver<Instruction>,
) {
    loop {
        tokio::select! {
            instruction = instructions.recv() => match instruction {
                Some(Instruction::Send(text)) => {
                    if stream.send(Message::Text(text.into())).await.is_err() {
                        break;
                    }
                }
                Some(Instruction::Close(code)) => {
                    let frame = CloseFrame { code, reason: "".into() };
                    // The client may be gone already; then there is nothing to close.
                    let _ = stream.send(Message::Close(Some(frame))).await;
                    break;
                }
                // Dropping the stream ends TCP without a close frame: the client sees 1006.
                Some(Instruction::Terminate) | None => break,
            },
            message = stream.recv() => match message {
                Some(Ok(Message::Text(text))) => shared.with(|sandbox, now| sandbox.socket_frame(now, socket, &text)),
                Some(Ok(Message::Binary(bytes))) => {
                    let text = String::from_utf8_lossy(&bytes).into_owned();
                    shared.with(|sandbox, now| sandbox.socket_frame(now, socket, &text));
                }
                // Protocol pings and the closing handshake are answered by the transport, at the next receive.
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Close(_))) => {}
                Some(Err(_)) | None => break,
            },
        }
    }
    shared.close_socket(socket);
}
