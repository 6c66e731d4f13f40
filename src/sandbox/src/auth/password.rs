//! Passwords are kept as a salted hash, as a server would; the cost of a real one (bcrypt) is left out on purpose.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

/// The hash of a password with its salt.
pub(crate) fn hash(salt: &str, password: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(format!("{salt}:{password}")))
}

/// The PKCE challenge of a verifier (RFC 7636 section 4.2).
pub(super) fn challenge(method: &str, verifier: &str) -> String {
    if method == "plain" {
        verifier.to_owned()
    } else {
        URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
    }
}
