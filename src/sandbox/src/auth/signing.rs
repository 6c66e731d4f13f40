//! The signature under a token: ES256 (RFC 7518 section 3.4), or a digest where nobody verifies it, as in a simulation.
//!
//! Compiled to wasm, for the demonstration, there is the digest only: a curve would double what is sent and prove nothing.

#[cfg(not(target_family = "wasm"))]
pub(super) use self::es256::Signer;
#[cfg(target_family = "wasm")]
pub(super) use self::without::Signer;

#[cfg(not(target_family = "wasm"))]
mod es256 {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use p256::ecdsa::{Signature, SigningKey, signature::Signer as _};
    use serde_json::{Value, json};

    use crate::ids::Ids;

    /// A key pair.
    #[derive(Clone)]
    pub(in crate::auth) struct Signer {
        key: SigningKey,
        /// Signs with a digest instead of the key.
        cheap: bool,
    }

    impl Signer {
        pub(in crate::auth) fn new(ids: &mut Ids, cheap: bool) -> Self {
            loop {
                // Nearly every 32 bytes are a key: the order of P-256 is close to 2^256.
                if let Ok(key) = SigningKey::from_slice(&ids.bytes()) {
                    return Self { key, cheap };
                }
            }
        }

        pub(in crate::auth) fn sign(&self, text: &str) -> Vec<u8> {
            if self.cheap {
                return super::digest(text);
            }
            let signature: Signature = self.key.sign(text.as_bytes());
            signature.to_bytes().to_vec()
        }

        /// The public key (RFC 7517), as far as it is a matter of the curve.
        pub(in crate::auth) fn public(&self) -> Value {
            let point = self.key.verifying_key().to_encoded_point(false);
            let encode = |part: Option<&p256::FieldBytes>| {
                part.map(|bytes| URL_SAFE_NO_PAD.encode(bytes))
                    .unwrap_or_default()
            };
            json!({ "kty": "EC", "crv": "P-256", "x": encode(point.x()), "y": encode(point.y()) })
        }

        #[cfg(test)]
        pub(in crate::auth) fn verifies(&self, text: &str, signature: &[u8]) -> bool {
            use p256::ecdsa::signature::Verifier;
            Signature::from_slice(signature).is_ok_and(|signature| {
                let key = self.key.verifying_key();
                key.verify(text.as_bytes(), &signature).is_ok()
            })
        }
    }
}

#[cfg(target_family = "wasm")]
mod without {
    use serde_json::{Value, json};

    use crate::ids::Ids;

    /// No key at all.
    #[derive(Clone)]
    pub(in crate::auth) struct Signer;

    impl Signer {
        pub(in crate::auth) fn new(ids: &mut Ids, _cheap: bool) -> Self {
            // As many are drawn as for a key: a seed gives the same clinic everywhere.
            let _ = ids.bytes();
            Self
        }

        pub(in crate::auth) fn sign(&self, text: &str) -> Vec<u8> {
            super::digest(text)
        }

        pub(in crate::auth) fn public(&self) -> Value {
            json!({})
        }
    }
}

/// As long as a signature, and another one for every text; that it proves nothing is no matter: tokens are known by having been
/// signed here.
fn digest(signed: &str) -> Vec<u8> {
    let hash = signed
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
    hash.to_be_bytes().repeat(8)
}
