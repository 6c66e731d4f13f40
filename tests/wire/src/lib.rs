//! Wire conformance.

pub mod sockets;
