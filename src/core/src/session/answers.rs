//! What the server's answers to the session's calls mean. Pure functions; shapes as in `transcripts/01a-sign-in.json`,
//! `01b-sign-in-errors.json` and `01c-me-userinfo-profiles.json`.

use std::hash::Hasher as _;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Call, Identity};
use crate::{
    collections::FixedHasher,
    config::Config,
    edit::Permissions,
    engine::{
        HttpAnswer,
        requests::{Outcome, throttle_wait_ms},
    },
    fhir,
    identity::{ResourceType, is_fhir_id, is_type_name},
    limits,
    protocol::{MembershipChoice, Secret, SignInFailure},
};

/// The answer to a login or to the choice of a membership.
pub(super) enum LoginAnswer {
    /// A code to exchange.
    Code(String),
    /// Several memberships.
    Choose {
        login: String,
        choices: Vec<MembershipChoice>,
    },
}

/// Tokens.
#[derive(Deserialize)]
pub(super) struct TokenAnswer {
    pub(super) access_token: String,
    pub(super) refresh_token: Option<String>,
    #[serde(rename = "expires_in", default = "hour_s")]
    pub(super) expires_in_s: i64,
}

fn hour_s() -> i64 {
    3600
}

/// The answer to a refresh.
pub(super) enum Refreshed {
    /// New tokens.
    Renewed(TokenAnswer),
    /// The session is over.
    Refused,
    /// The server could not say; perhaps it told how long to wait.
    TryLater(Option<i64>),
}

/// Body of `POST auth/login`.
pub(super) fn login_body(
    config: &Config,
    email: &str,
    password: &Secret,
    challenge: &str,
) -> String {
    let mut body = serde_json::json!({
        "email": email,
        "password": password.reveal(),
        // `offline_access` or there is no refresh token (`transcripts/01b-sign-in-errors.json`).
        "scope": "openid offline_access",
        "codeChallengeMethod": "S256",
        "codeChallenge": challenge,
    });
    if let Some(client) = &config.client_id {
        body["clientId"] = client.as_str().into();
    }
    if let Some(project) = &config.project_id {
        body["projectId"] = project.as_str().into();
    }
    body.to_string()
}

/// `application/x-www-form-urlencoded`: the only form that `oauth2/token` takes.
pub(super) fn form(fields: &[(&str, &str)]) -> String {
    let pairs = fields
        .iter()
        .map(|(name, value)| format!("{name}={}", percent_encode(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// Percent-encodes everything but RFC 3986 unreserved characters.
fn percent_encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(byte.into());
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// The answer to a login step.
pub(super) fn login(
    config: &Config,
    step: Call,
    outcome: &Outcome,
) -> Result<LoginAnswer, SignInFailure> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Wire {
        login: Option<String>,
        code: Option<String>,
        #[serde(default)]
        memberships: Vec<Membership>,
        #[serde(default)]
        mfa_required: bool,
        #[serde(default)]
        mfa_enroll_required: bool,
        #[serde(default)]
        email_verification_required: bool,
    }
    #[derive(Deserialize)]
    struct Membership {
        id: String,
        project: Option<Named>,
        profile: Option<Named>,
    }
    let answer = answered(outcome)?;
    if answer.status != 200 {
        return Err(refusal(config, step, answer));
    }
    let wire: Wire = serde_json::from_str(&answer.body).map_err(|_| SignInFailure::NotMedplum)?;
    let step = [
        (wire.mfa_required, "second factor"),
        (wire.mfa_enroll_required, "enrolment of a second factor"),
        (
            wire.email_verification_required,
            "verification of the e-mail address",
        ),
    ];
    if let Some((_, step)) = step.into_iter().find(|(required, _)| *required) {
        return Err(SignInFailure::Unsupported { step: step.into() });
    }
    if let Some(code) = wire.code {
        return Ok(LoginAnswer::Code(code));
    }
    let choices = wire
        .memberships
        .into_iter()
        .filter(|membership| is_fhir_id(&membership.id))
        .map(|membership| MembershipChoice {
            id: membership.id,
            project: Named::text(membership.project),
            profile: Named::text(membership.profile),
        });
    let choices: Vec<_> = choices.collect();
    match wire.login {
        Some(login) if !choices.is_empty() => Ok(LoginAnswer::Choose { login, choices }),
        _ => Err(SignInFailure::NotMedplum),
    }
}

/// A reference with a display text.
#[derive(Deserialize)]
struct Named {
    reference: Option<String>,
    display: Option<String>,
}

impl Named {
    fn text(named: Option<Self>) -> String {
        named
            .and_then(|named| named.display.or(named.reference))
            .map(|text| clean(&text))
            .unwrap_or_default()
    }
}

/// The answer to the exchange of the code.
pub(super) fn exchange(outcome: &Outcome) -> Result<TokenAnswer, SignInFailure> {
    let answer = answered(outcome)?;
    if answer.status == 200 {
        return serde_json::from_str(&answer.body).map_err(|_| SignInFailure::NotMedplum);
    }
    if answer.status == 429 {
        return Err(too_many(answer));
    }
    #[derive(Deserialize)]
    struct Wire {
        error_description: Option<String>,
    }
    match serde_json::from_str::<Wire>(&answer.body) {
        Ok(wire) if wire.error_description.as_deref() == Some("Invalid client") => {
            Err(SignInFailure::UnknownClient)
        }
        Ok(wire) => Err(SignInFailure::Refused {
            message: clean(&wire.error_description.unwrap_or_default()),
        }),
        Err(_) => Err(SignInFailure::NotMedplum),
    }
}

/// The answer to a refresh. Only an OAuth error in a 4xx ends the session: anything else may come from a proxy, a rate
/// limit or a restart.
pub(super) fn refreshed(outcome: &Outcome) -> Refreshed {
    let Ok(answer) = outcome else {
        return Refreshed::TryLater(None);
    };
    if answer.status == 200 {
        return serde_json::from_str(&answer.body)
            .map_or(Refreshed::TryLater(None), Refreshed::Renewed);
    }
    #[derive(Deserialize)]
    struct Wire {
        error: String,
    }
    let refused = matches!(answer.status, 400 | 401)
        && serde_json::from_str::<Wire>(&answer.body)
            .is_ok_and(|wire| matches!(wire.error.as_str(), "invalid_grant" | "invalid_request"));
    if refused {
        return Refreshed::Refused;
    }
    Refreshed::TryLater(
        (answer.status == 429)
            .then(|| throttle_wait_ms(&answer.body))
            .flatten(),
    )
}

/// The answer to `auth/me`.
pub(super) fn me(outcome: &Outcome) -> Result<Identity, SignInFailure> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Wire {
        project: Option<NamedProject>,
        membership: Option<Membership>,
        profile: Option<Profile>,
        access_policy: Option<Box<RawValue>>,
    }
    #[derive(Default, Deserialize)]
    struct NamedProject {
        id: Option<String>,
        name: Option<String>,
    }
    #[derive(Deserialize)]
    struct Membership {
        profile: Option<Named>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Profile {
        resource_type: String,
        id: Option<String>,
    }
    #[derive(Deserialize)]
    struct Policy {
        #[serde(default)]
        resource: Vec<PolicyResource>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct PolicyResource {
        resource_type: String,
        criteria: Option<String>,
    }
    let answer = answered(outcome)?;
    if answer.status != 200 {
        return Err(SignInFailure::Refused {
            message: outcome_text(&answer.body),
        });
    }
    let wire: Wire = serde_json::from_str(&answer.body).map_err(|_| SignInFailure::NotMedplum)?;
    let member = wire.membership.and_then(|membership| membership.profile);
    let own = wire
        .profile
        .and_then(|profile| Some(format!("{}/{}", profile.resource_type, profile.id?)));
    let profile = own
        .or_else(|| member.as_ref()?.reference.clone())
        .and_then(|text| reference(&text))
        .ok_or(SignInFailure::NotMedplum)?;
    let project = wire.project.unwrap_or_default();
    let policy = wire
        .access_policy
        .map_or(String::new(), |policy| policy.get().to_owned());
    let mut fingerprint = FixedHasher::default();
    fingerprint.write(policy.as_bytes());
    let rules = serde_json::from_str::<Policy>(&policy)
        .map_or_else(|_| Vec::new(), |policy| policy.resource);
    let partial = rules.into_iter().filter(|rule| rule.criteria.is_some());
    Ok(Identity {
        profile,
        name: Named::text(member),
        project_id: project.id.filter(|id| is_fhir_id(id)).unwrap_or_default(),
        project: clean(&project.name.unwrap_or_default()),
        restricted: partial
            .map(|rule| ResourceType::from(rule.resource_type.as_str()))
            .collect(),
        policy: fingerprint.finish(),
        permissions: Permissions::parse(&policy),
    })
}

fn answered(outcome: &Outcome) -> Result<&HttpAnswer, SignInFailure> {
    match outcome {
        Ok(answer) if answer.status >= 500 => Err(SignInFailure::ServerUnreachable),
        Ok(answer) => Ok(answer),
        Err(_) => Err(SignInFailure::ServerUnreachable),
    }
}

fn refusal(config: &Config, step: Call, answer: &HttpAnswer) -> SignInFailure {
    if answer.status == 429 {
        return too_many(answer);
    }
    let Some(outcome) = parse_outcome(&answer.body) else {
        return SignInFailure::NotMedplum;
    };
    if answer.status == 404 && step == Call::Login {
        // An unknown client id is the only 404 of a Medplum login.
        return match config.client_id {
            Some(_) => SignInFailure::UnknownClient,
            None => SignInFailure::NotMedplum,
        };
    }
    let about_input = |issue: &Issue| {
        let fields = issue.expression.iter();
        fields
            .into_iter()
            .any(|field| matches!(field.as_str(), "email" | "password"))
    };
    let text = outcome.text();
    // Whether the address exists is nobody's business: one answer for both.
    if matches!(
        text.as_str(),
        "Email or password is invalid" | "User not found"
    ) || outcome.issue.iter().any(about_input)
    {
        return SignInFailure::WrongCredentials;
    }
    SignInFailure::Refused { message: text }
}

fn too_many(answer: &HttpAnswer) -> SignInFailure {
    let wait_ms = throttle_wait_ms(&answer.body).unwrap_or(60_000);
    SignInFailure::TooManyAttempts {
        retry_after_s: u32::try_from((wait_ms + 999) / 1000).unwrap_or(60),
    }
}

#[derive(Deserialize)]
struct OutcomeWire {
    #[serde(rename = "resourceType")]
    resource_type: String,
    #[serde(default)]
    issue: Vec<Issue>,
}

#[derive(Deserialize)]
struct Issue {
    details: Option<Details>,
    #[serde(default)]
    expression: Vec<String>,
}

#[derive(Deserialize)]
struct Details {
    text: Option<String>,
}

impl OutcomeWire {
    fn text(&self) -> String {
        let texts = self
            .issue
            .iter()
            .filter_map(|issue| issue.details.as_ref()?.text.as_deref());
        clean(texts.collect::<Vec<_>>().join("; ").as_str())
    }
}

fn parse_outcome(body: &str) -> Option<OutcomeWire> {
    let outcome: OutcomeWire = serde_json::from_str(body).ok()?;
    (outcome.resource_type == "OperationOutcome").then_some(outcome)
}

/// The text of an OperationOutcome, sanitised; empty for anything else.
pub(crate) fn outcome_text(body: &str) -> String {
    parse_outcome(body)
        .map(|outcome| outcome.text())
        .unwrap_or_default()
}

/// Text of a server made safe to show: no control characters, bounded.
fn clean(text: &str) -> String {
    fhir::line(text, limits::LINE_CHARS_MAX).map_or_else(String::new, String::from)
}

/// A reference to a resource, if it is one.
fn reference(text: &str) -> Option<String> {
    let (kind, id) = text.split_once('/')?;
    (is_type_name(kind) && is_fhir_id(id)).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn asked(body: &Value) -> Result<Identity, SignInFailure> {
        me(&Ok(HttpAnswer {
            status: 200,
            body: body.to_string(),
            rate_limit: None,
        }))
    }

    #[test]
    fn names_of_people_and_projects_are_made_safe_to_show() {
        let profile = json!({ "display": "\u{202e}Ada\u{200b}" });
        let identity = asked(&json!({
            "project": { "id": "../x", "name": "Ward\u{feff} 1" },
            "membership": { "profile": profile },
            "profile": { "resourceType": "Practitioner", "id": "me" },
        }));
        let identity = identity.unwrap();
        assert_eq!(
            (&*identity.name, &*identity.project, &*identity.project_id),
            ("Ada", "Ward 1", "")
        );
    }

    #[test]
    fn who_is_no_resource_is_nobody() {
        for (kind, id) in [
            ("practitioner", "me"),
            ("Practitioner", "a/b"),
            ("P?", "\u{7}"),
        ] {
            let body = json!({ "profile": { "resourceType": kind, "id": id } });
            let failure = asked(&body).map(|identity| identity.profile);
            assert_eq!(failure, Err(SignInFailure::NotMedplum));
        }
    }
}
