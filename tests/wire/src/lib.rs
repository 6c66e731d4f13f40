//! Wire conformance.

pub mod rest;
pub mod sockets;
