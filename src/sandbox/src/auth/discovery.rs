//! Discovery documents: `/.well-known/*`, `/fhir/R4/metadata`, `/healthcheck` (`transcripts/01d`).

use serde_json::{Value, json};

use crate::{rest::Reply, sandbox::Sandbox};

/// The version that was recorded.
const VERSION: &str = "5.0.10-6a4145c";
const GRANTS: [&str; 4] = [
    "client_credentials",
    "authorization_code",
    "refresh_token",
    "urn:ietf:params:oauth:grant-type:token-exchange",
];
const SCOPES: [&str; 5] = ["openid", "profile", "email", "phone", "address"];
const CLIENT_AUTH: [&str; 3] = [
    "client_secret_basic",
    "client_secret_post",
    "private_key_jwt",
];

impl Sandbox {
    /// The document of a path, if it is one.
    pub(crate) fn discovery(&self, path: &str) -> Option<Reply> {
        let body = match path {
            "/healthcheck" => json!({
                "ok": true, "version": VERSION, "platform": "linux", "runtime": "v24.21.0",
                "postgres": true, "redis": true,
            }),
            "/.well-known/openid-configuration" | "/.well-known/oauth-authorization-server" => {
                self.openid()
            }
            "/.well-known/oauth-protected-resource" => self.protected_resource(),
            "/.well-known/smart-configuration" | "/fhir/R4/.well-known/smart-configuration" => {
                self.smart()
            }
            "/.well-known/jwks.json" => self.auth.keys.public(),
            "/fhir/R4/metadata" => self.metadata(),
            _ => return None,
        };
        Some(Reply::json(200, body))
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.options.base_url)
    }

    fn openid(&self) -> Value {
        json!({
            "issuer": self.options.base_url,
            "authorization_endpoint": self.at("oauth2/authorize"),
            "token_endpoint": self.at("oauth2/token"),
            "userinfo_endpoint": self.at("oauth2/userinfo"),
            "jwks_uri": self.at(".well-known/jwks.json"),
            "introspection_endpoint": self.at("oauth2/introspect"),
            "registration_endpoint": self.at("oauth2/register"),
            "id_token_signing_alg_values_supported": ["ES256", "HS256", "RS256"],
            "grant_types_supported": GRANTS,
            "response_types_supported": ["code", "id_token", "token id_token"],
            "subject_types_supported": ["pairwise", "public"],
            "scopes_supported": SCOPES,
            "token_endpoint_auth_methods_supported": CLIENT_AUTH,
            "request_object_signing_alg_values_supported": ["none"],
            "code_challenge_methods_supported": ["S256", "plain"],
        })
    }

    fn protected_resource(&self) -> Value {
        json!({
            "resource": self.options.base_url, "issuer": self.options.base_url,
            "authorization_servers": [self.options.base_url], "scopes_supported": SCOPES,
            "bearer_methods_supported": ["header"],
            "introspection_endpoint": self.at("oauth2/introspect"),
        })
    }

    fn smart(&self) -> Value {
        json!({
            "issuer": self.options.base_url,
            "jwks_uri": self.at(".well-known/jwks.json"),
            "authorization_endpoint": self.at("oauth2/authorize"),
            "grant_types_supported": GRANTS,
            "token_endpoint": self.at("oauth2/token"),
            "token_endpoint_auth_methods_supported": CLIENT_AUTH,
            "token_endpoint_auth_signing_alg_values_supported": ["RS256", "RS384", "ES384"],
            "scopes_supported": [
                "patient/*.rs", "user/*.cruds", "openid", "fhirUser", "launch", "launch/patient",
                "offline_access", "online_access",
            ],
            "response_types_supported": ["code"],
            "introspection_endpoint": self.at("oauth2/introspect"),
            "capabilities": [
                "authorize-post", "permission-v1", "permission-v2", "client-confidential-asymmetric",
                "client-confidential-symmetric", "client-public", "context-banner", "context-ehr-patient",
                "context-ehr-encounter", "context-standalone-patient", "context-style", "launch-ehr",
                "launch-standalone", "permission-offline", "permission-patient", "permission-user",
                "sso-openid-connect",
            ],
            "code_challenge_methods_supported": ["S256"],
        })
    }

    fn metadata(&self) -> Value {
        let service = |code: &str| {
            let system = "http://terminology.hl7.org/CodeSystem/restful-security-service";
            json!({ "coding": [{ "system": system, "code": code }] })
        };
        json!({
            "resourceType": "CapabilityStatement", "status": "active", "kind": "instance",
            "software": { "name": "medplum", "version": VERSION },
            "implementation": { "description": "medplum", "url": self.at("fhir/R4/") },
            "fhirVersion": "4.0.1", "format": ["json"],
            "rest": [{
                "mode": "server",
                "security": {
                    "cors": true,
                    "service": [service("OAuth"), service("Basic"), service("SMART-on-FHIR")],
                    "extension": [{
                        "url": "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris",
                        "extension": [
                            { "url": "authorize", "valueUri": self.at("oauth2/authorize") },
                            { "url": "token", "valueUri": self.at("oauth2/token") },
                        ],
                    }],
                },
                "interaction": [{ "code": "transaction" }, { "code": "batch" }],
                "resource": [capability("Subscription"), capability("Task")],
            }],
        })
    }
}

fn capability(name: &str) -> Value {
    let codes = [
        "read",
        "vread",
        "update",
        "patch",
        "delete",
        "history-instance",
        "create",
        "search-type",
    ];
    let interaction: Vec<Value> = codes.iter().map(|code| json!({ "code": code })).collect();
    json!({
        "type": name, "profile": format!("http://hl7.org/fhir/StructureDefinition/{name}"),
        "interaction": interaction, "versioning": "versioned", "readHistory": true, "updateCreate": false,
        "conditionalCreate": true, "conditionalUpdate": true, "conditionalRead": "not-supported",
        "conditionalDelete": "single", "referencePolicy": ["literal", "logical", "local"], "searchParam": [],
    })
}
