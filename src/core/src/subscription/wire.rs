//! Bodies and frames of subscriptions.

use serde::Deserialize;
use serde_json::json;

use super::Interactions;
use crate::identity::{ResourceId, ResourceType, is_fhir_id};

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

/// The frame that binds.
pub(super) fn bind_frame(token: &str) -> String {
    json!({ "type": "bind-with-token", "payload": { "token": token } }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

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
