//! Conditional create, update, patch and delete: the resource is named by a search.

use serde_json::Value;

use super::{
    Reply,
    fhir::{Call, points},
};
use crate::{
    outcome::Outcome,
    sandbox::{Millis, Sandbox},
    store::{Actor, Version},
};

/// What a condition named.
pub(super) enum Named {
    Nothing,
    One(String),
}

impl Sandbox {
    /// The one resource a condition names; several are 412. No condition at all means every resource (`transcripts/08a`).
    pub(super) fn named(
        &mut self,
        now: Millis,
        actor: &Actor,
        name: &str,
        query: &[(String, String)],
    ) -> Result<Named, Outcome> {
        let mut query = query.to_vec();
        query.retain(|(key, _)| key != "_count");
        query.push(("_count".to_owned(), "2".to_owned()));
        let page = self.find(now, actor, name, &query)?;
        match page.ids.as_slice() {
            [] => Ok(Named::Nothing),
            [only] => Ok(Named::One(only.clone())),
            _ => Err(Outcome::multiple_matches()),
        }
    }

    pub(super) fn conditional_create(
        &mut self,
        now: Millis,
        actor: &Actor,
        name: &str,
        query: &[(String, String)],
        body: Value,
    ) -> Result<Reply, Outcome> {
        match self.named(now, actor, name, query)? {
            Named::One(id) => {
                let version = self.readable(actor, name, &id)?.clone();
                self.resource_reply(200, actor, &version)
            }
            Named::Nothing => {
                self.charge(now, actor, points::WRITE)?;
                let version = self.create(now, actor, name, body)?;
                self.created(actor, &version)
            }
        }
    }

    /// PUT, PATCH and DELETE on a type. `If-Match` is not looked at (`transcripts/05b`).
    pub(super) fn conditional(
        &mut self,
        now: Millis,
        name: &str,
        call: Call<'_>,
    ) -> Result<Reply, Outcome> {
        let named = self.named(now, call.actor, name, &call.query)?;
        self.charge(now, call.actor, points::WRITE)?;
        match (call.request.method.as_str(), named) {
            ("PUT", named) => {
                let (version, is_new) = self.upsert(now, call.actor, name, named, call.body)?;
                if is_new {
                    self.created(call.actor, &version)
                } else {
                    self.resource_reply(200, call.actor, &version)
                }
            }
            (_, Named::Nothing) => Err(Outcome::not_found()),
            ("PATCH", Named::One(id)) => {
                let version = self.apply_patch(now, call.actor, name, &id, &call.body, None)?;
                self.resource_reply(200, call.actor, &version)
            }
            (_, Named::One(id)) => {
                self.remove(now, call.actor, name, &id, None)?;
                Ok(Reply::outcome(Outcome::ok()))
            }
        }
    }

    /// Creates or replaces; says whether it is new.
    pub(super) fn upsert(
        &mut self,
        now: Millis,
        actor: &Actor,
        name: &str,
        named: Named,
        mut body: Value,
    ) -> Result<(Version, bool), Outcome> {
        match named {
            Named::Nothing => Ok((self.create(now, actor, name, body)?, true)),
            Named::One(id) => {
                if body["resourceType"] != name {
                    return Err(Outcome::bad_request("Incorrect resource type"));
                }
                body["id"] = id.into();
                Ok((self.update(now, actor, body, None)?, false))
            }
        }
    }
}
