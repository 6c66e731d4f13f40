//! `POST /oauth2/token`: authorization code with PKCE, refresh with rotation, client credentials.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{ACCESS_SECONDS, Login, REFRESH_SECONDS, password::challenge, wants_refresh};
use crate::{
    rest::{Reply, form_body},
    sandbox::{HttpRequest, Millis, Sandbox},
};

/// An OAuth error: `error` and `error_description`.
type Refusal = (&'static str, &'static str);

const fn invalid(text: &'static str) -> Refusal {
    ("invalid_request", text)
}

impl Sandbox {
    pub(crate) fn token(&mut self, now: Millis, request: &HttpRequest) -> Reply {
        let content_type = request.header("content-type").unwrap_or_default();
        if !content_type.starts_with("application/x-www-form-urlencoded") {
            return Reply::text(400, "text/html; charset=utf-8", "Unsupported content type");
        }
        let form = form_body(request);
        let granted = match form["grant_type"].as_str().unwrap_or_default() {
            "" => Err(invalid("Missing grant_type")),
            "authorization_code" => self.grant_code(now, &form),
            "refresh_token" => self.grant_refresh(now, &form),
            "client_credentials" => self.grant_client(now, &form, request),
            _ => Err(invalid("Unsupported grant_type")),
        };
        match granted {
            Ok(body) => Reply::json(200, body),
            Err((error, text)) => {
                Reply::json(400, json!({ "error": error, "error_description": text }))
            }
        }
    }

    fn grant_code(&mut self, now: Millis, form: &Value) -> Result<Value, Refusal> {
        let code = form["code"].as_str().ok_or(invalid("Missing code"))?;
        let id = self
            .auth
            .codes
            .get(code)
            .cloned()
            .ok_or(invalid("Invalid code"))?;
        let mut login = self
            .auth
            .logins
            .get(&id)
            .cloned()
            .ok_or(invalid("Invalid code"))?;
        // Medplum's own client sends an empty one when it has none.
        if let Some(client) = form["client_id"]
            .as_str()
            .filter(|client| !client.is_empty())
            && login.client.as_deref() != Some(client)
        {
            return Err(invalid("Invalid client"));
        }
        if login.granted {
            // Using a code twice ends the whole session (RFC 6749 section 4.1.2).
            self.auth.revoke(&id);
            return Err(("invalid_grant", "Token already granted"));
        }
        if login.revoked {
            return Err(("invalid_grant", "Token revoked"));
        }
        match (&login.challenge, form["code_verifier"].as_str()) {
            (None, _) => return Err(invalid("Missing verification context")),
            (Some(_), None) => return Err(invalid("Missing code verifier")),
            (Some(wanted), Some(verifier)) => {
                if challenge(&login.challenge_method, verifier) != *wanted {
                    return Err(invalid("Invalid code verifier"));
                }
            }
        }
        login.granted = true;
        self.finish(now, login)
    }

    fn grant_refresh(&mut self, now: Millis, form: &Value) -> Result<Value, Refusal> {
        let token = form["refresh_token"]
            .as_str()
            .ok_or(invalid("Missing refresh_token"))?;
        let claims = self.auth.keys.verify(now, token).cloned();
        let claims = claims.ok_or(invalid("Invalid refresh token"))?;
        let id = claims["login_id"].as_str().unwrap_or_default();
        let login = self
            .auth
            .logins
            .get(id)
            .cloned()
            .ok_or(invalid("Invalid token"))?;
        if login.revoked {
            return Err(("invalid_grant", "Token revoked"));
        }
        let secret = claims["refresh_secret"].as_str();
        let current = secret.is_some() && login.refresh_secret.as_deref() == secret;
        let raced = login.rotated.as_ref().is_some_and(|(old, at)| {
            Some(old.as_str()) == secret && now - at <= self.options.refresh_race_ms
        });
        if !current && !raced {
            return Err(invalid("Invalid token"));
        }
        self.finish(now, login)
    }

    fn grant_client(
        &mut self,
        now: Millis,
        form: &Value,
        request: &HttpRequest,
    ) -> Result<Value, Refusal> {
        let header = request
            .header("authorization")
            .and_then(|text| text.strip_prefix("Basic "));
        let pair = header
            .and_then(|text| String::from_utf8(STANDARD.decode(text).ok()?).ok())
            .and_then(|text| {
                text.split_once(':')
                    .map(|(id, secret)| (id.to_owned(), secret.to_owned()))
            });
        let field = |key: &str| form[key].as_str().map(str::to_owned);
        let (id, secret) = match pair {
            Some((id, secret)) => (id, Some(secret)),
            None => (
                field("client_id").ok_or(invalid("Missing client_id"))?,
                field("client_secret"),
            ),
        };
        let secret = secret.ok_or(invalid("Missing client_secret"))?;
        let client = self
            .store
            .current("ClientApplication", &id)
            .ok_or(invalid("Invalid client"))?;
        if client.value["secret"] != secret.as_str() {
            return Err(invalid("Invalid secret"));
        }
        let profile = format!("ClientApplication/{id}");
        let membership =
            super::membership_of_profile(&self.store, &profile).ok_or(invalid("Invalid client"))?;
        let login = Login {
            membership: membership["id"].as_str().unwrap_or_default().to_owned(),
            id: self.ids.uuid(),
            client: Some(id),
            scope: field("scope").unwrap_or_else(|| "openid".to_owned()),
            granted: true,
            at: now,
            ..Login::default()
        };
        self.finish(now, login)
    }

    /// Signs the tokens of a login, rotates its refresh secret and keeps it.
    fn finish(&mut self, now: Millis, mut login: Login) -> Result<Value, Refusal> {
        let membership = self.store.current("ProjectMembership", &login.membership);
        let membership = membership.ok_or(invalid("Invalid token"))?.value.clone();
        let profile = membership["profile"]["reference"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let project = membership["project"]["reference"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let subject = match login.user.strip_prefix("User/") {
            Some(user) => user.to_owned(),
            None => login.client.clone().unwrap_or_default(),
        };
        let seconds = now.div_euclid(1000);
        let lifetime = self.access_seconds(login.client.as_deref());
        let issuer = self.options.base_url.clone();
        let stamp = |mut claims: Value, lifetime: i64| {
            claims["iat"] = seconds.into();
            claims["nbf"] = seconds.into();
            claims["iss"] = issuer.clone().into();
            claims["exp"] = (seconds + lifetime).into();
            claims
        };
        let mut access = json!({
            "login_id": login.id, "sub": subject, "username": subject, "scope": login.scope, "profile": profile,
            "jti": self.ids.secret(8),
        });
        let mut identity = json!({
            "login_id": login.id, "fhirUser": profile, "sub": subject, "nonce": login.nonce,
            "auth_time": login.at.div_euclid(1000), "jti": self.ids.secret(8),
        });
        if let Some(client) = &login.client {
            access["client_id"] = client.clone().into();
            access["aud"] = client.clone().into();
            identity["aud"] = client.clone().into();
        }
        let super_admin = self
            .store
            .resolve(&project)
            .is_some_and(|found| found.value["superAdmin"] == true);
        let refreshable = !login.user.is_empty()
            && !super_admin
            && (login.remember || wants_refresh(&login.scope));
        let mut answer = json!({
            "token_type": "Bearer", "expires_in": lifetime, "scope": login.scope,
            "id_token": self.auth.keys.sign(stamp(identity, ACCESS_SECONDS)),
            "access_token": self.auth.keys.sign(stamp(access, lifetime)),
            "project": self.named_reference(&project), "profile": self.named_reference(&profile),
            "smart_style_url": format!("{issuer}fhir/R4/.well-known/smart-styles.json"),
            "need_patient_banner": false,
        });
        if refreshable {
            let secret = self.ids.secret(32);
            let claims = json!({ "login_id": login.id, "refresh_secret": secret });
            answer["refresh_token"] = self.auth.keys.sign(stamp(claims, REFRESH_SECONDS)).into();
            let before = login.refresh_secret.replace(secret);
            let raced = login
                .rotated
                .as_ref()
                .is_some_and(|(_, at)| now - at <= self.options.refresh_race_ms);
            if let Some(before) = before.filter(|_| !raced) {
                login.rotated = Some((before, now));
            }
        }
        self.auth.logins.insert(login.id.clone(), login);
        Ok(answer)
    }

    /// `ClientApplication.accessTokenLifetime` like `2s`, else the server's own.
    fn access_seconds(&self, client: Option<&str>) -> i64 {
        let client = client.and_then(|id| self.store.current("ClientApplication", id));
        let text = client.and_then(|client| client.value["accessTokenLifetime"].as_str());
        let parsed = text.and_then(|text| {
            let unit = text.chars().next_back()?;
            let factor = match unit {
                's' => 1,
                'm' => 60,
                'h' => 3600,
                'd' => 86_400,
                'w' => 604_800,
                _ => return None,
            };
            Some(text[..text.len() - 1].parse::<i64>().ok()? * factor)
        });
        parsed.unwrap_or(self.options.access_seconds)
    }
}
