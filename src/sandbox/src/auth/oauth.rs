//! `/oauth2/*` besides the token endpoint: authorize, userinfo, introspect, logout.

use serde_json::json;

use super::Login;
use crate::{
    outcome::Outcome,
    rest::{Reply, form_body},
    sandbox::{HttpRequest, Millis, Sandbox},
    search::{encode_component, parse_query},
};

impl Sandbox {
    pub(crate) fn oauth_route(
        &mut self,
        now: Millis,
        route: &str,
        request: &HttpRequest,
    ) -> Result<Reply, Outcome> {
        match (request.method.as_str(), route) {
            ("POST", "token") => Ok(self.token(now, request)),
            ("GET" | "POST", "userinfo") => {
                let actor = self.authenticate(now, request)?;
                Ok(self.userinfo(now, &actor))
            }
            ("POST", "introspect") => {
                self.authenticate(now, request)?;
                Ok(self.introspect(now, request))
            }
            ("GET" | "POST", "logout") => {
                let actor = self.authenticate(now, request)?;
                if let Some(login) = &actor.login {
                    self.auth.revoke(login);
                }
                Ok(Reply::outcome(Outcome::ok()))
            }
            ("GET", "authorize") => Ok(self.authorize(now, request)),
            _ => Ok(Reply::cannot(request)),
        }
    }

    fn introspect(&self, now: Millis, request: &HttpRequest) -> Reply {
        let form = form_body(request);
        let token = form["token"].as_str().unwrap_or_default();
        let claims = self.auth.keys.verify(now, token);
        let alive = claims.filter(|claims| {
            claims["login_id"]
                .as_str()
                .is_some_and(|login| self.auth.is_alive(login))
        });
        let Some(claims) = alive else {
            return Reply::json(200, json!({ "active": false }));
        };
        let mut body = json!({ "active": true });
        for key in ["iat", "exp", "iss", "sub", "client_id", "scope"] {
            if !claims[key].is_null() {
                body[key] = claims[key].clone();
            }
        }
        Reply::json(200, body)
    }

    fn authorize(&mut self, now: Millis, request: &HttpRequest) -> Reply {
        let query = request
            .path
            .split_once('?')
            .map_or("", |(_, query)| query)
            .to_owned();
        let pairs = parse_query(&query);
        let get = |key: &str| {
            let found = pairs.iter().find(|(name, _)| name == key);
            found.map(|(_, value)| value.as_str()).unwrap_or_default()
        };
        let page = |text: &str| Reply::text(400, "text/html; charset=utf-8", text);
        let Some(client) = self.store.current("ClientApplication", get("client_id")) else {
            return page("Client not found");
        };
        let redirect = get("redirect_uri");
        if redirect.is_empty() {
            return page("Missing redirect URI");
        }
        if client.value["redirectUri"] != redirect {
            return page("Invalid redirect URI");
        }
        let state = get("state");
        let back = |error: &str, text: &str| {
            let text = encode_component(text).replace("%20", "+");
            let state = encode_component(state);
            found(&format!(
                "{redirect}?error={error}&error_description={text}&state={state}"
            ))
        };
        if get("response_type") != "code" {
            return back("unsupported_response_type", "Invalid response type");
        }
        if get("scope").is_empty() {
            return back("invalid_request", "Missing scope");
        }
        let audience = get("aud");
        if !audience.is_empty() && !audience.starts_with(self.options.base_url.as_str()) {
            return back("invalid_request", "Invalid audience");
        }
        if !get("code_challenge").is_empty() && get("code_challenge_method").is_empty() {
            return back("invalid_request", "Missing code challenge method");
        }
        if get("prompt") != "none" {
            return found(&format!("{}oauth?{query}", self.options.app_base_url));
        }
        let cookie = format!("medplum-{}=", get("client_id"));
        let cookie = request.header("cookie").and_then(|text| {
            text.split("; ")
                .find_map(|part| part.strip_prefix(cookie.as_str()))
                .map(str::to_owned)
        });
        let known = self.auth.logins.values().find(|login| {
            login.granted && !login.revoked && cookie.as_deref() == Some(login.cookie.as_str())
        });
        let Some(known) = known.filter(|_| cookie.is_some()).cloned() else {
            return back("login_required", "Login required");
        };
        let login = Login {
            id: self.ids.uuid(),
            code: self.ids.secret(16),
            cookie: self.ids.secret(32),
            scope: get("scope").to_owned(),
            nonce: get("nonce").to_owned(),
            challenge: Some(get("code_challenge").to_owned()),
            challenge_method: get("code_challenge_method").to_owned(),
            granted: false,
            refresh_secret: None,
            rotated: None,
            at: now,
            ..known
        };
        let location = format!(
            "{redirect}?code={}&state={}",
            login.code,
            encode_component(state)
        );
        self.auth.codes.insert(login.code.clone(), login.id.clone());
        self.auth.logins.insert(login.id.clone(), login);
        found(&location)
    }
}

/// 302 with the text Express sends along.
fn found(location: &str) -> Reply {
    let text = format!("Found. Redirecting to {location}");
    let mut reply = Reply::text(302, "text/plain; charset=utf-8", &text);
    reply
        .headers
        .push(("location".into(), location.to_owned().into()));
    reply
}
