//! Proof key for code exchange (RFC 7636, S256).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use crate::protocol::Secret;

/// Code verifiers, derived from entropy of the platform: each is the hash of it and a counter, so that one tells nothing
/// about another. The seeded generator of the engine is for jitter and must not be used here.
pub(super) struct Verifiers {
    entropy: [u8; 32],
    used: u64,
}

impl std::fmt::Debug for Verifiers {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Verifiers(..)")
    }
}

impl Verifiers {
    /// From 32 bytes of `crypto.getRandomValues`.
    pub(super) fn new(entropy: [u8; 32]) -> Self {
        Self { entropy, used: 0 }
    }

    /// A fresh verifier: 43 characters, the length RFC 7636 section 4.1 recommends.
    pub(super) fn next(&mut self) -> Secret {
        self.used += 1;
        let mut hash = Sha256::new();
        hash.update(self.entropy);
        hash.update(self.used.to_be_bytes());
        Secret::new(URL_SAFE_NO_PAD.encode(hash.finalize()))
    }
}

/// The S256 challenge of a verifier.
pub(super) fn challenge(verifier: &Secret) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.reveal().as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_is_the_one_of_the_rfc() {
        // RFC 7636 appendix B.
        let verifier = Secret::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(
            challenge(&verifier),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }

    #[test]
    fn no_verifier_is_used_twice() {
        let mut verifiers = Verifiers::new([7; 32]);
        let (first, second) = (verifiers.next(), verifiers.next());
        assert_eq!(first.reveal().len(), 43);
        assert_ne!(first, second);
    }
}
