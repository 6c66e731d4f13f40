//! Sign-in: logins (sessions), tokens, the OAuth endpoints (`transcripts/01a` to `01d`).
//!
//! Holds what is about sessions only; users, memberships and clients are resources in the store.

mod discovery;
mod jwt;
mod login;
mod me;
mod oauth;
mod password;
mod session;
mod signing;
mod token;

pub(crate) use jwt::Keys;
pub(crate) use password::hash as hash_password;

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use crate::{ids::Ids, sandbox::Millis, store::Store};

/// Lifetime of access and id tokens.
pub(crate) const ACCESS_SECONDS: i64 = 3600;
/// Lifetime of refresh tokens: two weeks.
pub(crate) const REFRESH_SECONDS: i64 = 1_209_600;

/// One session of a user or a client.
#[derive(Clone, Debug, Default)]
pub(crate) struct Login {
    pub(crate) id: String,
    /// `User/<id>`; empty for client credentials.
    pub(crate) user: String,
    /// Chosen membership; empty until a profile is chosen.
    pub(crate) membership: String,
    /// Client application it was started with.
    pub(crate) client: Option<String>,
    pub(crate) scope: String,
    pub(crate) nonce: String,
    pub(crate) remember: bool,
    pub(crate) code: String,
    pub(crate) challenge: Option<String>,
    pub(crate) challenge_method: String,
    pub(crate) cookie: String,
    pub(crate) granted: bool,
    pub(crate) revoked: bool,
    pub(crate) refresh_secret: Option<String>,
    /// The secret before the last rotation, and when that was: two refreshes may race.
    pub(crate) rotated: Option<(String, Millis)>,
    pub(crate) at: Millis,
    pub(crate) address: String,
}

/// All sessions.
#[derive(Clone, Debug)]
pub(crate) struct Auth {
    pub(crate) keys: Keys,
    pub(crate) logins: BTreeMap<String, Login>,
    codes: HashMap<String, String>,
}

impl Auth {
    pub(crate) fn new(ids: &mut Ids, cheap_signatures: bool) -> Self {
        Self {
            keys: Keys::new(ids, cheap_signatures),
            logins: BTreeMap::new(),
            codes: HashMap::new(),
        }
    }

    /// Whether a session exists and is not revoked.
    pub(crate) fn is_alive(&self, login: &str) -> bool {
        self.logins.get(login).is_some_and(|login| !login.revoked)
    }

    /// Ends a session: its access tokens die at once.
    pub(crate) fn revoke(&mut self, login: &str) {
        if let Some(login) = self.logins.get_mut(login) {
            login.revoked = true;
        }
    }
}

/// The membership of a profile reference, as clients have one.
pub(crate) fn membership_of_profile<'a>(store: &'a Store, profile: &str) -> Option<&'a Value> {
    let mut memberships = store.iterate("ProjectMembership");
    let found = memberships.find(|version| version.value["profile"]["reference"] == profile);
    found.map(|version| version.value.as_ref())
}

/// Scope words that ask for a refresh token.
pub(crate) fn wants_refresh(scope: &str) -> bool {
    scope
        .split(' ')
        .any(|word| matches!(word, "offline" | "offline_access"))
}
