//! The HTTP half of websocket Subscriptions: they live in a cache, never in the store (`02a-subscribe.json`), so search,
//! history and PATCH do not know them.

use serde_json::{Value, json};

use super::{CachedSubscription, Owner};
use crate::{
    outcome::Outcome,
    sandbox::{Millis, Sandbox},
    store::Actor,
    time,
};

/// Only `author`, `project` and `compartment` make a meta extended; `X-Medplum: extended` asks for it.
const EXTENDED_META: &[&str] = &["author", "project", "account", "accounts", "compartment"];

impl Sandbox {
    pub(crate) fn subscription_create(
        &mut self,
        now: Millis,
        actor: &Actor,
        mut body: Value,
    ) -> Result<Value, Outcome> {
        if let Some(most) = self.live.reached_cap(&actor.profile) {
            return Err(Outcome::bad_request(&format!(
                "User has exceeded allotted maximum number of concurrent WebSocket subscriptions: {most}"
            )));
        }
        let id = self.ids.uuid();
        body["id"] = json!(id);
        self.stamp(now, actor, &mut body);
        self.live.store(
            &id,
            CachedSubscription::new(body.clone(), owner(actor), now),
        );
        Ok(shown(body, actor))
    }

    pub(crate) fn subscription_read(
        &mut self,
        now: Millis,
        actor: &Actor,
        id: &str,
    ) -> Result<Value, Outcome> {
        let cached = self.cached(now, actor, id)?;
        Ok(shown(cached.resource.clone(), actor))
    }

    /// A change starts the 24 hours anew and acts on live bindings at once; a write without a change does nothing.
    pub(crate) fn subscription_update(
        &mut self,
        now: Millis,
        actor: &Actor,
        id: &str,
        mut body: Value,
    ) -> Result<Value, Outcome> {
        let before = self.cached(now, actor, id)?.clone();
        body["id"] = json!(id);
        if without_meta(&body) == without_meta(&before.resource) {
            return Ok(shown(before.resource, actor));
        }
        self.stamp(now, actor, &mut body);
        self.live.store(
            id,
            CachedSubscription::new(body.clone(), before.owner(), now),
        );
        Ok(shown(body, actor))
    }

    pub(crate) fn subscription_delete(
        &mut self,
        now: Millis,
        actor: &Actor,
        id: &str,
    ) -> Result<(), Outcome> {
        self.cached(now, actor, id)?;
        self.live.remove(id, now);
        Ok(())
    }

    /// The Parameters resource with the token.
    pub(crate) fn subscription_binding_token(
        &mut self,
        now: Millis,
        actor: &Actor,
        id: &str,
    ) -> Result<Value, Outcome> {
        let _ = (now, actor, id);
        Err(Outcome::not_found())
    }

    fn cached(&self, now: Millis, actor: &Actor, id: &str) -> Result<&CachedSubscription, Outcome> {
        let found = self
            .live
            .subscription(id, now)
            .filter(|cached| cached.project == actor.project);
        found.ok_or_else(Outcome::not_found)
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

fn shown(mut resource: Value, actor: &Actor) -> Value {
    if !actor.extended
        && let Some(meta) = resource["meta"].as_object_mut()
    {
        meta.retain(|name, _| !EXTENDED_META.contains(&name.as_str()));
    }
    resource
}

/// What counts as a change: all but what the server itself writes into meta.
fn without_meta(resource: &Value) -> Value {
    let mut bare = resource.clone();
    if let Some(fields) = bare.as_object_mut() {
        fields.remove("meta");
    }
    bare
}
