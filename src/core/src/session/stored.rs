//! What survives a reload: the refresh token, for the server it belongs to, for one shift.

use serde::{Deserialize, Serialize};

use super::Identity;
use crate::{limits, protocol::Secret, time::Timestamp};

/// The stored session; the shell encrypts it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct StoredSession {
    version: u32,
    server: String,
    pub(super) refresh_token: Secret,
    pub(super) signed_in_at: Timestamp,
    /// Who that is; not known yet between the first token and the answer to who am I.
    pub(super) identity: Option<Identity>,
}

const VERSION: u32 = 2;

impl StoredSession {
    /// The text to store.
    pub(super) fn save(
        server: &str,
        refresh_token: &Secret,
        signed_in_at: Timestamp,
        identity: Option<&Identity>,
    ) -> Secret {
        let stored = Self {
            version: VERSION,
            server: server.into(),
            refresh_token: refresh_token.clone(),
            signed_in_at,
            identity: identity.cloned(),
        };
        Secret::new(serde_json::to_string(&stored).unwrap_or_default())
    }

    /// The session in a stored text, unless it is of another version or server, too old, or from the future.
    pub(super) fn restore(text: &str, server: &str, now: Timestamp) -> Option<Self> {
        let stored: Self = serde_json::from_str(text).ok()?;
        let age_ms = now.since_ms(stored.signed_in_at);
        let fits = stored.version == VERSION && stored.server == server;
        // A clock that was set back a little since is no reason to ask for the password.
        let ages = -limits::SESSION_AHEAD_MAX_MS..limits::SESSION_AGE_MAX_MS;
        (fits && ages.contains(&age_ms)).then_some(stored)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_session_is_restored_within_one_shift_only() {
        let saved = StoredSession::save("https://a/", &Secret::new("r"), Timestamp(1_000), None);
        let restore = |server, now| StoredSession::restore(saved.reveal(), server, Timestamp(now));
        assert_eq!(
            restore("https://a/", 2_000).unwrap().refresh_token,
            Secret::new("r")
        );
        assert!(restore("https://b/", 2_000).is_none());
        assert!(restore("https://a/", 1_000 + limits::SESSION_AGE_MAX_MS).is_none());
        assert!(restore("https://a/", 0).is_some());
        assert!(restore("https://a/", -limits::SESSION_AHEAD_MAX_MS).is_none());
        assert!(StoredSession::restore("nonsense", "https://a/", Timestamp(0)).is_none());
    }
}
