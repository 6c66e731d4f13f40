//! `/auth/me` and `/oauth2/userinfo`.

use serde_json::{Value, json};

use crate::{
    outcome::Outcome,
    policy::Policy,
    rest::Reply,
    sandbox::{Millis, Sandbox},
    store::Actor,
    time,
};

impl Sandbox {
    pub(super) fn me(&self, actor: &Actor) -> Result<Reply, Outcome> {
        let membership = self
            .store
            .current("ProjectMembership", &actor.membership)
            .ok_or_else(Outcome::gone)?;
        let project = self
            .store
            .current("Project", &actor.project)
            .ok_or_else(Outcome::gone)?;
        let profile = self
            .store
            .resolve(&actor.profile)
            .ok_or_else(Outcome::gone)?;
        let policy =
            Policy::of_membership(&self.store, &actor.membership).ok_or_else(Outcome::gone)?;
        let mut body = json!({
            "project": pick(&project.value, &["resourceType", "id", "name", "strictMode", "superAdmin"]),
            "membership": pick(&membership.value, &["resourceType", "id", "user", "profile", "admin"]),
            "profile": *profile.value,
            "config": { "resourceType": "UserConfiguration", "menu": menu(actor.admin) },
            "accessPolicy": policy.resource,
        });
        let login = actor.login.as_ref().and_then(|id| self.auth.logins.get(id));
        if let Some(login) = login.filter(|login| !login.user.is_empty()) {
            let user = self.store.resolve(&login.user).ok_or_else(Outcome::gone)?;
            body["user"] = pick(&user.value, &["resourceType", "id", "email"]);
            body["security"] = json!({
                "mfaEnrolled": false,
                "sessions": self.sessions(&login.user, &actor.membership),
                "memberships": [pick(&membership.value, &["resourceType", "id", "profile", "admin"])],
            });
        }
        Ok(Reply::json(200, body))
    }

    fn sessions(&self, user: &str, membership: &str) -> Vec<Value> {
        let own = self.auth.logins.values().filter(|login| {
            login.user == user && login.membership == membership && login.granted && !login.revoked
        });
        let listed = own.take(self.options.sessions_listed_max);
        listed.map(|login| {
            json!({
                "id": login.id, "lastUpdated": time::instant(login.at), "authMethod": "password",
                "remoteAddress": login.address,
            })
        })
        .collect()
    }

    pub(super) fn userinfo(&self, now: Millis, actor: &Actor) -> Reply {
        let id = actor.profile.split_once('/').map_or("", |(_, id)| id);
        let mut body = json!({ "sub": id });
        let scope = actor
            .login
            .as_ref()
            .and_then(|id| self.auth.logins.get(id))
            .map(|login| &login.scope);
        let has = |word: &str| scope.is_some_and(|scope| scope.split(' ').any(|own| own == word));
        let profile = self
            .store
            .resolve(&actor.profile)
            .map(|version| version.value.clone())
            .unwrap_or_default();
        if has("profile") {
            for key in [
                "middle_name",
                "website",
                "zoneinfo",
                "preferred_username",
                "picture",
                "nickname",
            ] {
                body[key] = "".into();
            }
            let name = &profile["name"][0];
            body["profile"] = actor.profile.clone().into();
            body["locale"] = "en-US".into();
            body["birthdate"] = profile["birthDate"].as_str().unwrap_or_default().into();
            body["gender"] = profile["gender"].as_str().unwrap_or_default().into();
            body["updated_at"] = (now as f64 / 1000.0).into();
            body["name"] = crate::seed::display(&profile).into();
            body["given_name"] = name["given"][0].as_str().unwrap_or_default().into();
            body["family_name"] = name["family"].as_str().unwrap_or_default().into();
        }
        if has("email") {
            let telecom = profile["telecom"].as_array().into_iter().flatten();
            let email = telecom
                .filter(|point| point["system"] == "email")
                .find_map(|point| point["value"].as_str());
            if let Some(email) = email {
                body["email"] = email.into();
                body["email_verified"] = false.into();
            }
        }
        Reply::json(200, body)
    }
}

fn pick(value: &Value, keys: &[&str]) -> Value {
    let mut picked = json!({});
    for key in keys {
        if !value[*key].is_null() {
            picked[*key] = value[*key].clone();
        }
    }
    picked
}

fn menu(admin: bool) -> Value {
    let link = |name: &str, target: &str| json!({ "name": name, "target": target });
    let types = [
        "Patient",
        "Practitioner",
        "Organization",
        "ServiceRequest",
        "DiagnosticReport",
        "Questionnaire",
    ];
    let favorites: Vec<Value> = types
        .iter()
        .map(|name| link(name, &format!("/{name}")))
        .collect();
    let mut menu = vec![json!({ "title": "Favorites", "link": favorites })];
    if admin {
        menu.push(json!({ "title": "Admin", "link": [
            link("Project", "/admin/project"), link("AccessPolicy", "/AccessPolicy"),
            link("Subscriptions", "/Subscription"), link("Batch", "/batch"), link("Config", "/admin/config"),
        ] }));
    }
    menu.into()
}
