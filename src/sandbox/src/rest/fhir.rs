//! `/fhir/R4/*`: which interaction a request is, and its price in points.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Reply, body::fhir_body, write::check_type};
use crate::{
    ids::is_uuid,
    outcome::Outcome,
    policy::Policy,
    present::{Presentation, json_text, present},
    sandbox::{HttpRequest, Millis, Sandbox},
    search::{Page, Reader, SearchRequest, parse_query},
    store::{Actor, Version},
    time,
    validate::is_resource_type,
};

/// Points of the FHIR quota (`transcripts/08b`).
pub(super) mod points {
    pub(crate) const READ: u64 = 1;
    pub(crate) const HISTORY: u64 = 10;
    pub(crate) const SEARCH: u64 = 20;
    pub(crate) const WRITE: u64 = 100;
}

/// One FHIR request taken apart.
pub(super) struct Call<'a> {
    pub(super) request: &'a HttpRequest,
    pub(super) actor: &'a Actor,
    pub(super) query: Vec<(String, String)>,
    pub(super) body: Value,
}

impl Sandbox {
    pub(super) fn fhir(
        &mut self,
        now: Millis,
        path: &str,
        request: &HttpRequest,
        rate_limit: &mut String,
    ) -> Result<Reply, Outcome> {
        if request.method == "OPTIONS" {
            return Err(Outcome::not_found());
        }
        let large = self.options.behaviour.status_413_for_large_bodies;
        let body = fhir_body(request, large)?;
        let actor = self.authenticate(now, request)?;
        let query = request.path.split_once('?').map_or("", |(_, query)| query);
        let call = Call {
            request,
            actor: &actor,
            query: parse_query(query),
            body,
        };
        let rest = path.trim_start_matches("/fhir/R4");
        let segments: Vec<&str> = rest.split('/').filter(|part| !part.is_empty()).collect();
        // Requests refused before an interaction begins do not tell what is left.
        let charges_before = self.charges;
        let reply = self.interaction(now, &segments, call);
        if self.charges != charges_before {
            let quota = self.rates.peek(now, &quota_key(&actor), self.quota(&actor));
            rate_limit.push_str(", ");
            rate_limit.push_str(&quota.header_part("fhirInteractions"));
        }
        let minimal = request.header("prefer") == Some("return=minimal");
        reply.map(|reply| {
            if minimal && reply.is_success() {
                reply.without_body()
            } else {
                reply
            }
        })
    }

    fn interaction(
        &mut self,
        now: Millis,
        segments: &[&str],
        call: Call<'_>,
    ) -> Result<Reply, Outcome> {
        let method = call.request.method.clone();
        if let Some(name) = segments.first()
            && !is_resource_type(name)
        {
            self.charge(now, call.actor, points::READ)?;
            return Err(Outcome::unknown_type());
        }
        match (method.as_str(), segments) {
            ("GET", []) => self.search(now, call.actor, "MultipleTypes", &call.query),
            ("POST", []) => self.bundle(now, call.actor, &call.body),
            ("GET", [name]) => self.search(now, call.actor, name, &call.query),
            ("POST", [name, "_search"]) => {
                let form = String::from_utf8_lossy(&call.request.body).into_owned();
                self.search(now, call.actor, name, &parse_query(&form))
            }
            ("POST", [name]) => self.post(now, name, call),
            ("PUT" | "PATCH" | "DELETE", [name]) => self.conditional(now, name, call),
            ("GET", ["Subscription", id, "$get-ws-binding-token"]) => {
                self.binding_token(now, call.actor, id)
            }
            ("GET" | "PUT" | "DELETE", ["Subscription", id]) => self.subscription(now, id, call),
            ("GET", [name, id]) => self.get(now, name, id, &call),
            ("PUT", [name, id]) => self.put(now, name, id, call),
            ("PATCH", [name, id]) => self.patch(now, name, id, &call),
            ("DELETE", [name, id]) => {
                self.charge(now, call.actor, points::WRITE)?;
                self.remove(now, call.actor, name, id, call.request.header("if-match"))?;
                Ok(Reply::outcome(Outcome::ok()))
            }
            // A cached Subscription has an empty history (`transcripts/02a`).
            ("GET", ["Subscription", id, "_history"])
                if self.subscription_read(now, call.actor, id).is_ok() =>
            {
                self.charge(now, call.actor, points::HISTORY)?;
                let empty = json!({ "resourceType": "Bundle", "type": "history", "total": 0 });
                Ok(Reply::fhir(200, empty.to_string()))
            }
            ("POST", [name, id, "$resend"]) => {
                self.resend(now, call.actor, name, id)?;
                self.charge(now, call.actor, points::READ)?;
                Ok(Reply::outcome(Outcome::ok()))
            }
            ("GET", [name, id, "_history"]) => self.history(now, name, id, &call),
            ("GET", [name, id, "_history", version]) => {
                self.version_read(now, name, id, version, &call)
            }
            ("HEAD", _) => Err(Outcome::not_found()),
            _ => {
                self.charge(now, call.actor, points::READ)?;
                Err(Outcome::not_found())
            }
        }
    }

    fn binding_token(&mut self, now: Millis, actor: &Actor, id: &str) -> Result<Reply, Outcome> {
        self.require_websocket_feature(actor)?;
        if let Err(refusal) = self.charge(now, actor, points::READ) {
            // A throttled user gets 400 here (`transcripts/08b`).
            let details = refusal.body["issue"][0]["diagnostics"]
                .as_str()
                .unwrap_or_default();
            return Err(Outcome::bad_request(&format!(
                "Error reading subscription: Too Many Requests ({details})"
            )));
        }
        let parameters = self.subscription_binding_token(now, actor, id)?;
        Ok(Reply::fhir(200, json_text(&parameters)))
    }

    fn subscription(&mut self, now: Millis, id: &str, call: Call<'_>) -> Result<Reply, Outcome> {
        match call.request.method.as_str() {
            "GET" => {
                self.charge(now, call.actor, points::READ)?;
                let resource = self.subscription_read(now, call.actor, id)?;
                Ok(subscription_reply(200, call.actor, resource))
            }
            "PUT" => {
                self.charge(now, call.actor, points::WRITE)?;
                let resource = self.subscription_update(now, call.actor, id, call.body)?;
                Ok(subscription_reply(200, call.actor, resource))
            }
            _ => {
                self.charge(now, call.actor, points::WRITE)?;
                self.subscription_delete(now, call.actor, id)?;
                Ok(Reply::outcome(Outcome::ok()))
            }
        }
    }

    fn post(&mut self, now: Millis, name: &str, call: Call<'_>) -> Result<Reply, Outcome> {
        if name == "Subscription" {
            self.charge(now, call.actor, points::WRITE)?;
            let resource = self.subscription_create(now, call.actor, call.body)?;
            let id = resource["id"].as_str().unwrap_or_default();
            let location = format!("{}fhir/R4/Subscription/{id}", self.options.base_url);
            let reply = subscription_reply(201, call.actor, resource);
            return Ok(reply.with("location", location));
        }
        if let Some(condition) = call.request.header("if-none-exist") {
            let query = parse_query(condition);
            return self.conditional_create(now, call.actor, name, &query, call.body);
        }
        check_type(name, &call.body)?;
        self.charge(now, call.actor, points::WRITE)?;
        let version = self.create(now, call.actor, name, call.body)?;
        self.created(call.actor, &version)
    }

    /// 201 with its three headers.
    pub(super) fn created(&self, actor: &Actor, version: &Version) -> Result<Reply, Outcome> {
        let name = version.value["resourceType"].as_str().unwrap_or_default();
        let id = version.value["id"].as_str().unwrap_or_default();
        let location = format!("{}fhir/R4/{name}/{id}", self.options.base_url);
        let mut reply = self.resource_reply(201, actor, version)?;
        reply.headers.push(("location".into(), location.into()));
        Ok(reply)
    }

    fn put(&mut self, now: Millis, name: &str, id: &str, call: Call<'_>) -> Result<Reply, Outcome> {
        if call.body["resourceType"] != name {
            return Err(Outcome::bad_request("Incorrect resource type"));
        }
        if call.body["id"] != id {
            return Err(Outcome::bad_request("Incorrect resource ID"));
        }
        self.charge(now, call.actor, points::WRITE)?;
        if !is_uuid(id) {
            return Err(Outcome::bad_request("Invalid id"));
        }
        let version = self.update(now, call.actor, call.body, call.request.header("if-match"))?;
        self.resource_reply(200, call.actor, &version)
    }

    fn patch(
        &mut self,
        now: Millis,
        name: &str,
        id: &str,
        call: &Call<'_>,
    ) -> Result<Reply, Outcome> {
        if !call.body.is_array() {
            return Err(Outcome::bad_request("Patch body must be an array"));
        }
        self.charge(now, call.actor, points::WRITE)?;
        let honoured = self.options.behaviour.if_match_on_patch;
        let if_match = call.request.header("if-match").filter(|_| honoured);
        let version = self.apply_patch(now, call.actor, name, id, &call.body, if_match)?;
        self.resource_reply(200, call.actor, &version)
    }

    pub(super) fn search(
        &mut self,
        now: Millis,
        actor: &Actor,
        name: &str,
        query: &[(String, String)],
    ) -> Result<Reply, Outcome> {
        let page = self.find(now, actor, name, query)?;
        Ok(Reply::fhir(200, page.text))
    }

    pub(super) fn find(
        &mut self,
        now: Millis,
        actor: &Actor,
        name: &str,
        query: &[(String, String)],
    ) -> Result<Page, Outcome> {
        let parsed = SearchRequest::parse(name, query);
        if let Err(outcome) = &parsed
            && is_syntax_error(outcome)
        {
            return Err(outcome.clone());
        }
        self.charge(now, actor, points::SEARCH)?;
        let request = parsed?;
        let policy = self.policy(actor)?;
        let page = request.page(Reader {
            store: &self.store,
            policy: &policy,
            base_url: &self.options.base_url,
            extended: actor.extended,
        })?;
        if page.included > 0 {
            self.charge(now, actor, page.included as u64)?;
        }
        self.faults.count_found(page.ids.len() + page.included);
        Ok(page)
    }

    /// A resource with its version headers.
    pub(super) fn resource_reply(
        &self,
        status: u16,
        actor: &Actor,
        version: &Version,
    ) -> Result<Reply, Outcome> {
        let text = self.text_for(actor, version)?;
        let reply = Reply::kept(status, text)
            .with("etag", format!("W/\"{}\"", version.version_id))
            .with("last-modified", time::http_date(version.last_updated));
        Ok(reply)
    }

    pub(super) fn text_for(&self, actor: &Actor, version: &Version) -> Result<Arc<str>, Outcome> {
        let policy = self.policy(actor)?;
        let presentation = Presentation {
            store: &self.store,
            policy: &policy,
            extended: actor.extended,
        };
        Ok(present(presentation, version))
    }

    pub(crate) fn policy(&self, actor: &Actor) -> Result<Arc<Policy>, Outcome> {
        Policy::of_membership(&self.store, &actor.membership).ok_or_else(Outcome::gone)
    }

    /// Takes points from the user's quota of the minute.
    pub(super) fn charge(
        &mut self,
        now: Millis,
        actor: &Actor,
        points: u64,
    ) -> Result<(), Outcome> {
        // The super admin has no quota (`transcripts/08b`).
        if actor.super_admin {
            return Ok(());
        }
        self.charges += 1;
        let limit = self.quota(actor);
        self.rates
            .consume(now, &quota_key(actor), points, limit)
            .map(|_| ())
    }

    fn quota(&self, actor: &Actor) -> u64 {
        let project = self.store.current("Project", &actor.project);
        let settings = project.and_then(|project| project.value["systemSetting"].as_array());
        let own = settings
            .into_iter()
            .flatten()
            .find(|setting| setting["name"] == "userFhirQuota");
        own.and_then(|setting| setting["valueInteger"].as_u64())
            .unwrap_or(self.options.limits.user_fhir_points)
    }
}

/// Searches that are refused before they cost anything (`transcripts/06c`).
fn is_syntax_error(outcome: &Outcome) -> bool {
    let beginnings = [
        "No types specified",
        "Invalid include value",
        "'*' is not supported",
        "Invalid format for date",
    ];
    beginnings
        .iter()
        .any(|beginning| outcome.text().starts_with(beginning))
}

fn quota_key(actor: &Actor) -> String {
    format!("fhir {}", actor.membership)
}

/// Subscriptions come from the live half as values.
fn subscription_reply(status: u16, actor: &Actor, mut resource: Value) -> Reply {
    let version = resource["meta"]["versionId"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let updated = resource["meta"]["lastUpdated"]
        .as_str()
        .and_then(time::parse)
        .unwrap_or(0);
    if let Some(meta) = resource["meta"].as_object_mut().filter(|_| !actor.extended) {
        for key in crate::present::EXTENDED_META {
            meta.remove(key);
        }
    }
    Reply::fhir(status, json_text(&resource))
        .with("etag", format!("W/\"{version}\""))
        .with("last-modified", time::http_date(updated))
}
