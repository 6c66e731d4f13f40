//! A demonstration without any server: the sandbox with its colleagues, as a wasm file of its own.
//!
//! The worker fetches it only when a demonstration is asked for, and talks to it in texts and numbers: a request and its
//! answer, frames of sockets, and the time. It is pure, as the sandbox is: it reads no clock, keeps nothing, and must never
//! reach the network. Nobody in its clinic is real.

mod clinic;

fn main() {
    // What is exported waits for calls.
}
