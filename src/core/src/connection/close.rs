//! What a close code says (RFC 6455 section 7.4, and the registry it names).
//!
//! Medplum itself sends none but 1006 and 1009 (`transcripts/04g-server-restart.json`, `08d-websocket-errors.json`); proxies
//! and load balancers in front of it send the others.

use crate::{error::ConnectionError, protocol::StaleReason};

/// The kind of error and the reason that is shown.
pub(super) fn meaning(code: u16) -> (ConnectionError, StaleReason) {
    match code {
        // Going away, service restart, try again later.
        1001 | 1012 | 1013 => (
            ConnectionError::ClosedForRestart,
            StaleReason::ServerRestarting,
        ),
        1009 => (ConnectionError::ClosedTooLarge, StaleReason::SocketClosed),
        // Internal error, bad gateway.
        1011 | 1014 => (ConnectionError::Closed, StaleReason::ServerError),
        // Policy violation, a protocol that somebody on the way does not take, and the codes of applications.
        1002 | 1003 | 1007 | 1008 | 1010 | 3000..=4999 => {
            (ConnectionError::ClosedByPolicy, StaleReason::SocketRefused)
        }
        _ => (ConnectionError::Closed, StaleReason::SocketClosed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_has_its_reason() {
        for (code, reason) in [
            (1000, StaleReason::SocketClosed),
            (1001, StaleReason::ServerRestarting),
            (1005, StaleReason::SocketClosed),
            (1006, StaleReason::SocketClosed),
            (1008, StaleReason::SocketRefused),
            (1009, StaleReason::SocketClosed),
            (1011, StaleReason::ServerError),
            (1012, StaleReason::ServerRestarting),
            (1015, StaleReason::SocketClosed),
            (4401, StaleReason::SocketRefused),
            (65_535, StaleReason::SocketClosed),
        ] {
            assert_eq!(meaning(code).1, reason, "{code}");
        }
    }
}
