//! Signing and reading tokens: ES256 JWTs (RFC 7518 section 3.4).

use std::collections::HashMap;

use crate::{ids::Ids, present::json_text, sandbox::Millis};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use p256::ecdsa::{Signature, SigningKey, signature::Signer};
use serde_json::{Value, json};

/// Tokens remembered as signed here before the expired ones are dropped.
const KNOWN_MAX: usize = 100_000;

/// The key pair of the server and the tokens it has signed.
#[derive(Clone)]
pub(crate) struct Keys {
    key: SigningKey,
    /// Signs with a digest instead of the key.
    cheap: bool,
    pub(crate) id: String,
    /// Claims of signed tokens. Having signed a text is proof enough; so a request costs a look-up, not a curve operation.
    known: HashMap<String, Value>,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Keys")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl Keys {
    pub(crate) fn new(ids: &mut Ids, cheap: bool) -> Self {
        let key = loop {
            // Nearly every 32 bytes are a key: the order of P-256 is close to 2^256.
            if let Ok(key) = SigningKey::from_slice(&ids.bytes()) {
                break key;
            }
        };
        Self {
            key,
            cheap,
            id: ids.uuid(),
            known: HashMap::new(),
        }
    }

    /// A signed token. `claims` must hold `iat`, `nbf` and `exp` in seconds.
    pub(crate) fn sign(&mut self, claims: Value) -> String {
        let header = json!({ "alg": "ES256", "kid": self.id, "typ": "JWT" });
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(json_text(value));
        let signed = format!("{}.{}", encode(&header), encode(&claims));
        let signature = if self.cheap {
            cheap_signature(&signed)
        } else {
            let signature: Signature = self.key.sign(signed.as_bytes());
            signature.to_bytes().to_vec()
        };
        let token = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature));
        if self.known.len() > KNOWN_MAX {
            let newest = claims["iat"].as_i64().unwrap_or(0);
            self.known
                .retain(|_, claims| claims["exp"].as_i64() > Some(newest));
        }
        self.known.insert(token.clone(), claims);
        token
    }

    /// The claims of a token of this server that has not expired.
    pub(crate) fn verify(&self, now: Millis, token: &str) -> Option<&Value> {
        let claims = self.known.get(token)?;
        (claims["exp"].as_i64()? * 1000 > now).then_some(claims)
    }

    /// The public key (RFC 7517).
    pub(crate) fn public(&self) -> Value {
        let point = self.key.verifying_key().to_encoded_point(false);
        let encode = |part: Option<&p256::FieldBytes>| {
            part.map(|bytes| URL_SAFE_NO_PAD.encode(bytes))
                .unwrap_or_default()
        };
        json!({ "keys": [{
            "kid": self.id, "alg": "ES256", "kty": "EC", "use": "sig",
            "x": encode(point.x()), "y": encode(point.y()), "crv": "P-256",
        }] })
    }
}

/// As long as a signature, and another one for every text; that it proves nothing is no matter, see `known`.
fn cheap_signature(signed: &str) -> Vec<u8> {
    let hash = signed
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
    hash.to_be_bytes().repeat(8)
}

#[cfg(test)]
mod tests {
    use p256::ecdsa::signature::Verifier;

    use super::*;

    #[test]
    fn a_token_verifies_with_the_published_key_and_expires() {
        let mut keys = Keys::new(&mut Ids::new(1), false);
        let token = keys.sign(json!({ "sub": "x", "exp": 10 }));
        assert!(keys.verify(9_999, &token).is_some());
        assert!(keys.verify(10_000, &token).is_none());
        assert!(keys.verify(0, "garbage").is_none());
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let signature = Signature::from_slice(&URL_SAFE_NO_PAD.decode(signature).unwrap()).unwrap();
        assert!(
            keys.key
                .verifying_key()
                .verify(signed.as_bytes(), &signature)
                .is_ok()
        );
        assert_eq!(keys.public()["keys"][0]["crv"], "P-256");
    }
}
