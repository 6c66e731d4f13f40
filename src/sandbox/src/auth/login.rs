//! `/auth/login`, `/auth/profile`, `/auth/revoke` and the rest of `/auth/*` but `/auth/me`.

use serde_json::{Value, json};

use super::{Login, hash_password};
use crate::{
    outcome::Outcome,
    rest::{Reply, form_body},
    sandbox::{HttpRequest, Millis, Sandbox},
};

/// Shortest password that is looked at.
const PASSWORD_LEN_MIN: usize = 5;
/// How long the cookie for a silent second sign-in lives.
const COOKIE_SECONDS: i64 = 3600;

impl Sandbox {
    pub(crate) fn auth_route(
        &mut self,
        now: Millis,
        route: &str,
        request: &HttpRequest,
    ) -> Result<Reply, Outcome> {
        let body = form_body(request);
        match (request.method.as_str(), route) {
            ("POST", "login") => self.login(now, &body, request),
            ("POST", "profile") => self.choose_profile(&body),
            ("POST", "method") => Ok(Reply::json(200, json!({}))),
            ("POST", "newuser") => Err(Outcome::bad_request("Recaptcha token is required")),
            ("POST", "revoke") => {
                let actor = self.authenticate(now, request)?;
                self.revoke_login(&actor, body["loginId"].as_str().unwrap_or_default())
            }
            ("GET", "me") => {
                let actor = self.authenticate(now, request)?;
                self.me(&actor)
            }
            _ => Ok(Reply::cannot(request)),
        }
    }

    fn login(
        &mut self,
        now: Millis,
        body: &Value,
        request: &HttpRequest,
    ) -> Result<Reply, Outcome> {
        let text = |key: &str| body[key].as_str().unwrap_or_default();
        let mut issues = Vec::new();
        if !looks_like_email(text("email")) {
            issues.push(("email", "Valid email address is required"));
        }
        if text("password").len() < PASSWORD_LEN_MIN {
            issues.push((
                "password",
                "Invalid password, must be at least 5 characters",
            ));
        }
        if !issues.is_empty() {
            return Err(Outcome::form(&self.ids.uuid(), &issues));
        }
        let client = body["clientId"].as_str().filter(|id| !id.is_empty());
        let mut project = body["projectId"].as_str().map(str::to_owned);
        if let Some(id) = client {
            let client = self
                .store
                .current("ClientApplication", id)
                .ok_or_else(Outcome::not_found)?;
            project = client.value["meta"]["project"].as_str().map(str::to_owned);
        }
        let user = self
            .user_of(text("email"))
            .ok_or_else(|| Outcome::bad_request("User not found"))?;
        let memberships = self.memberships_of(&user, project.as_deref());
        if memberships.is_empty() {
            return Err(Outcome::bad_request("User not found"));
        }
        let stored = &self
            .store
            .resolve(&user)
            .map(|version| version.value.clone());
        let hash = stored
            .as_ref()
            .and_then(|user| user["passwordHash"].as_str())
            .unwrap_or_default();
        if hash_password(&user, text("password")) != hash {
            return Err(Outcome::bad_request("Email or password is invalid"));
        }
        let scope = if text("scope").is_empty() {
            "openid"
        } else {
            text("scope")
        };
        let mut login = Login {
            id: self.ids.uuid(),
            user,
            client: client.map(str::to_owned),
            scope: scope.to_owned(),
            nonce: text("nonce").to_owned(),
            remember: body["remember"] == true,
            challenge: body["codeChallenge"].as_str().map(str::to_owned),
            challenge_method: text("codeChallengeMethod").to_owned(),
            cookie: self.ids.secret(32),
            at: now,
            address: request
                .header("x-forwarded-for")
                .unwrap_or("127.0.0.1")
                .to_owned(),
            ..Login::default()
        };
        if let [only] = memberships.as_slice() {
            login.membership = only["id"].as_str().unwrap_or_default().to_owned();
        }
        let mut reply = self.login_answer(&mut login, &memberships);
        if let Some(client) = client {
            let value = format!(
                "medplum-{client}={}; Max-Age={COOKIE_SECONDS}; Path=/; Expires={}; HttpOnly; Secure; SameSite=None",
                login.cookie,
                crate::time::http_date(now + COOKIE_SECONDS * 1000)
            );
            reply.headers.push(("set-cookie".into(), value.into()));
        }
        self.auth.logins.insert(login.id.clone(), login);
        Ok(reply)
    }

    /// A code, or the memberships to choose from.
    fn login_answer(&mut self, login: &mut Login, memberships: &[Value]) -> Reply {
        if !login.membership.is_empty() {
            login.code = self.ids.secret(16);
            self.auth.codes.insert(login.code.clone(), login.id.clone());
            return Reply::json(200, json!({ "login": login.id, "code": login.code }));
        }
        let list: Vec<Value> = memberships
            .iter()
            .map(|membership| {
                json!({
                    "id": membership["id"], "profile": membership["profile"],
                    "project": self.named_reference(membership["project"]["reference"].as_str().unwrap_or_default()),
                })
            })
            .collect();
        Reply::json(200, json!({ "login": login.id, "memberships": list }))
    }

    fn choose_profile(&mut self, body: &Value) -> Result<Reply, Outcome> {
        let login = body["login"]
            .as_str()
            .and_then(|id| self.auth.logins.get(id).cloned());
        let Some(profile) = body["profile"].as_str() else {
            return Err(Outcome::form(
                &self.ids.uuid(),
                &[("profile", "Missing profile")],
            ));
        };
        let mut login = login.ok_or_else(Outcome::not_found)?;
        if login.revoked {
            return Err(Outcome::bad_request("Login revoked"));
        }
        if login.granted {
            return Err(Outcome::bad_request("Login granted"));
        }
        let memberships = self.memberships_of(&login.user, None);
        if !memberships
            .iter()
            .any(|membership| membership["id"] == profile)
        {
            return Err(Outcome::bad_request("Invalid profile"));
        }
        login.membership = profile.to_owned();
        let reply = self.login_answer(&mut login, &memberships);
        self.auth.logins.insert(login.id.clone(), login);
        Ok(reply)
    }

    fn revoke_login(&mut self, actor: &crate::store::Actor, id: &str) -> Result<Reply, Outcome> {
        let own = actor
            .login
            .as_ref()
            .and_then(|id| self.auth.logins.get(id))
            .map(|login| login.user.clone());
        let target = self.auth.logins.get(id).ok_or_else(Outcome::not_found)?;
        if own.as_deref() != Some(target.user.as_str()) {
            return Err(Outcome::not_found());
        }
        self.auth.revoke(id);
        Ok(Reply::outcome(Outcome::ok()))
    }

    /// `User/<id>` of an address.
    pub(crate) fn user_of(&self, email: &str) -> Option<String> {
        let mut users = self.store.iterate("User");
        let found = users.find(|version| version.value["email"] == email)?;
        Some(format!("User/{}", found.value["id"].as_str()?))
    }

    /// The memberships of a user, oldest first.
    pub(crate) fn memberships_of(&self, user: &str, project: Option<&str>) -> Vec<Value> {
        let wanted = project.map(|id| format!("Project/{id}"));
        let all = self.store.iterate("ProjectMembership");
        all.filter(|version| version.value["user"]["reference"] == user)
            .filter(|version| {
                wanted
                    .as_deref()
                    .is_none_or(|wanted| version.value["project"]["reference"] == wanted)
            })
            .map(|version| version.value.as_ref().clone())
            .collect()
    }

    /// A reference with its display.
    pub(crate) fn named_reference(&self, reference: &str) -> Value {
        match self.store.resolve(reference) {
            Some(version) => {
                json!({ "reference": reference, "display": crate::seed::display(&version.value) })
            }
            None => json!({ "reference": reference }),
        }
    }
}

fn looks_like_email(text: &str) -> bool {
    text.split_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && host.contains('.'))
}
