//! The HTTP half of websocket Subscriptions: they live in a cache, never in the store (`02a-subscribe.json`), so search,
//! history and PATCH do not know them.

use serde_json::{Value, json};

use super::{CachedSubscription, Owner, Surroundings, Write};
use crate::{
    auth::ACCESS_SECONDS,
    outcome::Outcome,
    policy::Access,
    sandbox::{Millis, Sandbox},
    store::{Actor, Interaction},
    time, validate,
};

const TYPE: &str = "Subscription";

impl Sandbox {
    pub(crate) fn subscription_create(
        &mut self,
        now: Millis,
        actor: &Actor,
        mut body: Value,
    ) -> Result<Value, Outcome> {
        if body["channel"]["type"] != "websocket" {
            return self
                .create(now, actor, TYPE, body)
                .map(|version| version.value.as_ref().clone());
        }
        if !self.policy(actor)?.can(Access::Create, TYPE) {
            return Err(Outcome::forbidden());
        }
        validate::drop_empty(&mut body);
        validate::check(&body)?;
        if let Some(most) = self.live.reached_cap(&actor.profile) {
            return Err(Outcome::bad_request(&format!(
                "User has exceeded allotted maximum number of concurrent WebSocket subscriptions: {most}"
            )));
        }
        let id = self.ids.uuid();
        body["id"] = json!(id);
        self.stamp(now, actor, &mut body);
        self.permit(actor, Access::Create, &body)?;
        self.live.store(
            &id,
            CachedSubscription::new(body.clone(), owner(actor), now),
        );
        Ok(body)
    }

    pub(crate) fn subscription_read(
        &mut self,
        now: Millis,
        actor: &Actor,
        id: &str,
    ) -> Result<Value, Outcome> {
        Ok(self.cached(now, actor, Access::Read, id)?.resource.clone())
    }

    /// A change starts the 24 hours anew and acts on live bindings at once; a write without a change does nothing.
    pub(crate) fn subscription_update(
        &mut self,
        now: Millis,
        actor: &Actor,
        id: &str,
        mut body: Value,
    ) -> Result<Value, Outcome> {
        let before = self.cached(now, actor, Access::Update, id)?.clone();
        validate::drop_empty(&mut body);
        validate::check(&body)?;
        body["id"] = json!(id);
        if without_meta(&body) == without_meta(&before.resource) {
            return Ok(before.resource);
        }
        self.stamp(now, actor, &mut body);
        self.permit(actor, Access::Update, &body)?;
        self.live.store(
            id,
            CachedSubscription::new(body.clone(), before.owner(), now),
        );
        Ok(body)
    }

    pub(crate) fn subscription_delete(
        &mut self,
        now: Millis,
        actor: &Actor,
        id: &str,
    ) -> Result<(), Outcome> {
        self.cached(now, actor, Access::Delete, id)?;
        self.live.remove(id, now);
        Ok(())
    }

    /// Announces the current version once more, as an update without a write: for administrators of the project.
    pub(crate) fn resend(
        &mut self,
        now: Millis,
        actor: &Actor,
        name: &str,
        id: &str,
    ) -> Result<(), Outcome> {
        if !actor.admin && !actor.super_admin {
            return Err(Outcome::forbidden());
        }
        let policy = self.policy(actor)?;
        let version = self.store.current(name, id).filter(|version| {
            policy
                .entry_for(Access::Read, &self.store, &version.value)
                .is_some()
        });
        let resource = version.ok_or_else(Outcome::not_found)?.value.clone();
        let project = resource["meta"]["project"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let write = Write {
            project: &project,
            interaction: Interaction::Update,
            resource: &resource,
            previous: Some(&resource),
        };
        let (live, mut world) = self.halves();
        live.committed(&mut world, &write, now);
        Ok(())
    }

    /// The Parameters resource with the token.
    pub(crate) fn subscription_binding_token(
        &mut self,
        now: Millis,
        actor: &Actor,
        id: &str,
    ) -> Result<Value, Outcome> {
        if let Err(refusal) = self.cached(now, actor, Access::Read, id) {
            return Err(Outcome::bad_request(&format!(
                "Error reading subscription: {}",
                refusal.text()
            )));
        }
        let claims = self.binding_claims(now, actor, id);
        let token = self.auth.keys.sign(claims);
        let address = self.options.base_url.replacen("http", "ws", 1);
        Ok(json!({
            "resourceType": "Parameters",
            "parameter": [
                {"name": "token", "valueString": token},
                {"name": "expiration", "valueDateTime": time::instant(now + ACCESS_SECONDS * 1000)},
                {"name": "subscription", "valueString": id},
                {"name": "websocket-url", "valueUrl": format!("{address}ws/subscriptions-r4")},
            ],
        }))
    }

    /// An hour, whatever the client's own lifetime is. With HTTP Basic there is no login, and the bind will fail
    /// (`02b-subscribe-refused.json`).
    fn binding_claims(&mut self, now: Millis, actor: &Actor, id: &str) -> Value {
        let login = actor
            .login
            .as_deref()
            .and_then(|login| self.auth.logins.get(login));
        let client = login.and_then(|login| login.client.clone());
        let subject = match login.and_then(|login| login.user.strip_prefix("User/")) {
            Some(user) => user.to_owned(),
            None => actor
                .profile
                .rsplit('/')
                .next()
                .unwrap_or_default()
                .to_owned(),
        };
        let scope = login.map_or_else(|| "openid".to_owned(), |login| login.scope.clone());
        let seconds = now.div_euclid(1000);
        let mut claims = json!({
            "sub": subject, "username": subject, "scope": scope, "profile": actor.profile, "subscription_id": id,
            "iat": seconds, "nbf": seconds, "exp": seconds + ACCESS_SECONDS, "iss": self.options.base_url,
            // Two tokens of one second are two tokens.
            "jti": self.ids.secret(8),
        });
        if let Some(login) = &actor.login {
            claims["login_id"] = json!(login);
        }
        if let Some(client) = client {
            claims["client_id"] = json!(client);
            claims["aud"] = json!(client);
        }
        claims
    }

    /// Creating a Subscription works without the feature; a token is refused, before anything else is looked at.
    pub(crate) fn require_websocket_feature(&mut self, actor: &Actor) -> Result<(), Outcome> {
        let (_, world) = self.halves();
        if world.has_feature(&actor.project) {
            return Ok(());
        }
        Err(Outcome::bad_request(
            "WebSocket subscriptions not enabled for current project",
        ))
    }

    /// The cached Subscription, if this actor may do that with it: 403 by type, 404 by content.
    fn cached(
        &self,
        now: Millis,
        actor: &Actor,
        access: Access,
        id: &str,
    ) -> Result<&CachedSubscription, Outcome> {
        let policy = self.policy(actor)?;
        if !policy.can(access, TYPE) {
            return Err(Outcome::forbidden());
        }
        let found = self.live.subscription(id, now);
        let visible = found.filter(|cached| {
            policy
                .entry_for(access, &self.store, &cached.resource)
                .is_some()
        });
        visible.ok_or_else(Outcome::not_found)
    }

    fn permit(&self, actor: &Actor, access: Access, body: &Value) -> Result<(), Outcome> {
        let policy = self.policy(actor)?;
        policy
            .entry_for(access, &self.store, body)
            .map(|_| ())
            .ok_or_else(Outcome::forbidden)
    }

    fn stamp(&mut self, now: Millis, actor: &Actor, body: &mut Value) {
        if !body["meta"].is_object() {
            body["meta"] = json!({});
        }
        let meta = &mut body["meta"];
        meta["versionId"] = json!(self.ids.uuid());
        meta["lastUpdated"] = json!(time::instant(now));
        meta["author"] = json!({"reference": actor.profile});
        meta["project"] = json!(actor.project);
        meta["compartment"] = json!([{"reference": format!("Project/{}", actor.project)}]);
    }
}

fn owner(actor: &Actor) -> Owner<'_> {
    Owner {
        project: &actor.project,
        author: &actor.profile,
        membership: &actor.membership,
    }
}

/// What counts as a change: all but what the server itself writes into meta.
fn without_meta(resource: &Value) -> Value {
    let mut bare = resource.clone();
    if let Some(fields) = bare.as_object_mut() {
        fields.remove("meta");
    }
    bare
}
