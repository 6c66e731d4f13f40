//! Bodies and frames of subscriptions.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;
use serde_json::json;

use super::Interactions;
use crate::{
    identity::{ResourceId, ResourceType, is_fhir_id},
    limits,
};

const INTERACTION: &str =
    "https://medplum.com/fhir/StructureDefinition/subscription-supported-interaction";

/// Body of a Subscription: as broad as the type, filtered here, because the server never tells when a resource leaves a
/// criteria.
pub(super) fn subscription(
    kind: &ResourceType,
    interactions: Interactions,
    id: Option<&ResourceId>,
    reason: &str,
) -> String {
    let mut body = json!({
        "resourceType": "Subscription",
        "status": "active",
        "reason": reason,
        "criteria": kind.as_str(),
        "channel": { "type": "websocket" },
    });
    if interactions == Interactions::Deletes {
        body["extension"] = json!([{ "url": INTERACTION, "valueCode": "delete" }]);
    }
    if let Some(id) = id {
        body["id"] = id.as_str().into();
    }
    body.to_string()
}

/// The id of a created Subscription.
pub(super) fn created_id(body: &str) -> Option<ResourceId> {
    #[derive(Deserialize)]
    struct Wire {
        id: String,
    }
    let wire: Wire = serde_json::from_str(body).ok()?;
    is_fhir_id(&wire.id).then(|| ResourceId::new(wire.id))
}

/// The token in the answer of `$get-ws-binding-token`.
pub(super) fn binding_token(body: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Wire {
        parameter: Vec<Parameter>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Parameter {
        name: String,
        value_string: Option<String>,
    }
    let wire: Wire = serde_json::from_str(body).ok()?;
    let token = wire
        .parameter
        .into_iter()
        .find(|parameter| parameter.name == "token")?;
    token.value_string
}

/// How long a binding token lives: its claims tell when it was made and when it ends, both by the server's clock.
pub(super) fn token_life_ms(token: &str) -> i64 {
    #[derive(Deserialize)]
    struct Claims {
        iat: i64,
        exp: i64,
    }
    let claims = token.split('.').nth(1).and_then(|part| {
        let bytes = URL_SAFE_NO_PAD.decode(part).ok()?;
        serde_json::from_slice::<Claims>(&bytes).ok()
    });
    let life_ms = claims.map(|claims| claims.exp.saturating_sub(claims.iat).saturating_mul(1000));
    life_ms.map_or(limits::BINDING_TOKEN_LIFE_MS, |life_ms| {
        life_ms.clamp(
            limits::BINDING_TOKEN_LIFE_MIN_MS,
            limits::BINDING_TOKEN_LIFE_MS,
        )
    })
}

/// The frame that binds.
pub(super) fn bind_frame(token: &str) -> String {
    json!({ "type": "bind-with-token", "payload": { "token": token } }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_life_of_a_token_is_in_its_claims() {
        let token = |claims: &str| format!("x.{}.y", URL_SAFE_NO_PAD.encode(claims));
        for (text, life_ms) in [
            (token(r#"{"iat":1000,"exp":2800}"#), 1_800_000),
            (
                token(r#"{"iat":1000,"exp":1001}"#),
                limits::BINDING_TOKEN_LIFE_MIN_MS,
            ),
            (
                token(r#"{"iat":-9223372036854775808,"exp":9223372036854775807}"#),
                limits::BINDING_TOKEN_LIFE_MS,
            ),
            (token("{}"), limits::BINDING_TOKEN_LIFE_MS),
            ("opaque".into(), limits::BINDING_TOKEN_LIFE_MS),
            (String::new(), limits::BINDING_TOKEN_LIFE_MS),
        ] {
            assert_eq!(token_life_ms(&text), life_ms, "{text}");
        }
    }

    #[test]
    fn what_is_sent_to_subscribe() {
        let parse = |text: String| serde_json::from_str::<serde_json::Value>(&text).unwrap();
        let id = ResourceId::new("s1");
        insta::assert_json_snapshot!([
            parse(subscription(
                &ResourceType::Task,
                Interactions::All,
                None,
                "panels"
            )),
            parse(subscription(
                &ResourceType::Patient,
                Interactions::Deletes,
                Some(&id),
                "panels 1"
            )),
            parse(bind_frame("token")),
        ]);
    }
}
