//! Who may come in.

use crate::{config::Config, limits, protocol::RefusalReason};

/// Why a hello is refused, if it is.
pub(crate) fn refusal(
    config: &Config,
    version_min: u16,
    version_max: u16,
    text: &str,
) -> Option<RefusalReason> {
    if version_max < limits::PROTOCOL_VERSION_MIN || version_min > limits::PROTOCOL_VERSION_MAX {
        return Some(RefusalReason::ProtocolMismatch);
    }
    match Config::parse(text) {
        Err(error) => Some(RefusalReason::ConfigInvalid {
            message: error.to_string(),
        }),
        Ok(theirs) if theirs.server != config.server => Some(RefusalReason::ConfigInvalid {
            // One engine serves one server: the rows of two must never meet.
            message: "the server address was changed: close every tab of Panels and open it again"
                .into(),
        }),
        Ok(_) => None,
    }
}
