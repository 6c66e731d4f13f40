//! Signing and reading tokens: ES256 JWTs (RFC 7518 section 3.4).

use std::collections::HashMap;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::signing::Signer;
use crate::{ids::Ids, present::json_text, sandbox::Millis};

/// Tokens remembered as signed here before the expired ones are dropped.
const KNOWN_MAX: usize = 100_000;

/// The key pair of the server and the tokens it has signed.
#[derive(Clone)]
pub(crate) struct Keys {
    signer: Signer,
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
        Self {
            signer: Signer::new(ids, cheap),
            id: ids.uuid(),
            known: HashMap::new(),
        }
    }

    /// A signed token. `claims` must hold `iat`, `nbf` and `exp` in seconds.
    pub(crate) fn sign(&mut self, claims: Value) -> String {
        let header = json!({ "alg": "ES256", "kid": self.id, "typ": "JWT" });
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(json_text(value));
        let signed = format!("{}.{}", encode(&header), encode(&claims));
        let signature = self.signer.sign(&signed);
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
        let mut key = json!({ "kid": self.id, "alg": "ES256", "use": "sig" });
        if let (Some(key), Value::Object(curve)) = (key.as_object_mut(), self.signer.public()) {
            key.extend(curve);
        }
        json!({ "keys": [key] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_verifies_with_the_published_key_and_expires() {
        let mut keys = Keys::new(&mut Ids::new(1), false);
        let token = keys.sign(json!({ "sub": "x", "exp": 10 }));
        assert!(keys.verify(9_999, &token).is_some());
        assert!(keys.verify(10_000, &token).is_none());
        assert!(keys.verify(0, "garbage").is_none());
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        assert!(keys.signer.verifies(signed, &signature));
        assert_eq!(keys.public()["keys"][0]["crv"], "P-256");
    }
}
