//! A tiny scripted Medplum: just the answers that the engine asks for, with virtual time. Shares no code with the engine.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::bindings::Subscription;
use crate::{
    engine::{HttpAnswer, HttpFailure, HttpMethod, HttpRequest},
    identity::SocketId,
    time::Timestamp,
};

pub(super) const BASE: &str = "https://medplum.test/";

pub(super) struct Stored {
    pub(super) body: Value,
    pub(super) version: u64,
    pub(super) updated: Timestamp,
    pub(super) deleted: bool,
}

/// What is wrong with the server at the moment.
#[derive(Default)]
pub(super) struct Faults {
    pub(super) unreachable: bool,
    pub(super) status: Option<u16>,
    pub(super) feature_off: bool,
    pub(super) refuse_binds: u32,
    pub(super) refuse_refresh: bool,
    pub(super) lose_frames: u32,
    /// Paths with this in them are never answered.
    pub(super) hang: Option<&'static str>,
    /// Binds are not answered.
    pub(super) swallow_binds: bool,
    /// The policy forbids Subscription.
    pub(super) may_not_subscribe: bool,
    /// Subscriptions cannot be written again.
    pub(super) refuse_extensions: bool,
    /// As many as a user may have bound.
    pub(super) cap: Option<usize>,
    /// As newer servers do it: no handshake for a Subscription that is gone, and a binding with an expired token is purged
    /// by the next write.
    pub(super) newest: bool,
    /// The user is no longer a member: everything answers 410.
    pub(super) membership_gone: bool,
    /// Something in between answers everything with its own page.
    pub(super) guest_page: bool,
    /// Answers are larger than anybody takes.
    pub(super) too_large: bool,
    /// Searches find something that is no resource.
    pub(super) junk_entries: bool,
    /// Every page says that another one follows.
    pub(super) endless: bool,
    /// As with a super admin: there is no refresh token.
    pub(super) no_refresh_token: bool,
    /// The `RateLimit` header.
    pub(super) rate_limit: Option<String>,
    /// The user sees only tasks for this owner, without tombstones; everything else answers 404.
    pub(super) only_owner: Option<String>,
    /// Fields of tasks that the policy hides: in answers, and not in frames (Medplum 5.0.10, `transcripts/07b-restricted-events.json`).
    pub(super) hidden_fields: Vec<&'static str>,
    /// They are hidden of the tasks of this owner only.
    pub(super) hidden_of: Option<&'static str>,
    /// Cursors fail, as with a page full of one millisecond.
    pub(super) cursors_fail: bool,
    /// Until then every FHIR request is answered 429.
    pub(super) throttled_until: Option<Timestamp>,
    /// Somebody else signs in.
    pub(super) profile: Option<&'static str>,
    /// What is wrong with writes.
    pub(super) writes: super::server_writes::WriteFaults,
}

#[derive(Default)]
pub(super) struct Server {
    pub(super) resources: BTreeMap<(String, String), Stored>,
    pub(super) subscriptions: BTreeMap<String, Subscription>,
    pub(super) faults: Faults,
    pub(super) access: u64,
    pub(super) valid_access: u64,
    pub(super) refresh: u64,
    pub(super) refreshes: u32,
    pub(super) page: usize,
    /// Method, path and number of rows answered.
    pub(super) log: Vec<(HttpMethod, String, usize)>,
    /// Frames of what requests have written.
    pub(super) outgoing: Vec<(SocketId, String)>,
    pub(super) history: super::server_writes::History,
    pub(super) audits: super::auditing::Audits,
    versions: u64,
    pub(super) ids: u64,
}

impl Server {
    /// Writes a resource; returns the frames of it.
    pub(super) fn write(&mut self, now: Timestamp, mut body: Value) -> Vec<(SocketId, String)> {
        self.versions += 1;
        let kind = body["resourceType"].as_str().unwrap().to_owned();
        let id = body["id"].as_str().unwrap().to_owned();
        body["meta"] =
            json!({ "versionId": format!("v{}", self.versions), "lastUpdated": now.to_iso() });
        self.history.note(&kind, &id, &body);
        let stored = Stored {
            body: body.clone(),
            version: self.versions,
            updated: now,
            deleted: false,
        };
        self.resources.insert((kind.clone(), id), stored);
        self.frames(now, &kind, &body, false)
    }

    pub(super) fn delete(
        &mut self,
        now: Timestamp,
        kind: &str,
        id: &str,
    ) -> Vec<(SocketId, String)> {
        self.history.note_deleted(now, kind, id);
        let stored = self
            .resources
            .get_mut(&(kind.to_owned(), id.to_owned()))
            .unwrap();
        stored.deleted = true;
        stored.updated = now;
        let body = stored.body.clone();
        self.frames(now, kind, &body, true)
    }

    /// Whether this is never answered.
    pub(super) fn hangs(&mut self, request: &HttpRequest) -> bool {
        let hangs = self
            .faults
            .hang
            .is_some_and(|part| request.url.contains(part));
        if hangs {
            self.log.push((request.method, "hangs".into(), 0));
        }
        hangs
    }

    pub(super) fn answer(
        &mut self,
        now: Timestamp,
        request: &HttpRequest,
    ) -> Result<HttpAnswer, HttpFailure> {
        let path = request.url.strip_prefix(BASE).expect("never another host");
        if self.faults.unreachable {
            return Err(HttpFailure::Unreachable);
        }
        if self.faults.too_large {
            return Err(HttpFailure::TooLarge);
        }
        let throttled = self.faults.throttled_until.filter(|until| *until > now);
        let (status, body) = match self.faults.status {
            _ if throttled.is_some() && path.starts_with("fhir/") => {
                let wait_ms = throttled.map_or(0, |until| until.since_ms(now));
                let diagnostics = format!("{{\"_msBeforeNext\":{wait_ms}}}");
                let issue = json!([{ "code": "throttled", "diagnostics": diagnostics }]);
                (
                    429,
                    json!({ "resourceType": "OperationOutcome", "issue": issue }).to_string(),
                )
            }
            _ if self.faults.cursors_fail
                && path.contains("&_page=")
                && !path.contains("_lastUpdated,_id") =>
            {
                let issue = json!([{ "code": "exception", "diagnostics": "Error: Cursor fails to make progress" }]);
                (
                    500,
                    json!({ "resourceType": "OperationOutcome", "issue": issue }).to_string(),
                )
            }
            _ if self.faults.guest_page => (200, "<html>Welcome, guest</html>".into()),
            Some(status) => (status, outcome("Internal server error").to_string()),
            None => self.route(now, request, path),
        };
        let rows = body.matches("\"fullUrl\"").count();
        self.log.push((request.method, path.into(), rows));
        if self.loses_answer(request) {
            return Err(HttpFailure::Unreachable);
        }
        Ok(HttpAnswer {
            status,
            body,
            rate_limit: self.faults.rate_limit.clone(),
        })
    }

    fn route(&mut self, now: Timestamp, request: &HttpRequest, path: &str) -> (u16, String) {
        let body = request.body.as_ref().map_or("", |body| body.text.reveal());
        match path {
            "auth/login" if body.contains("wrong") => {
                return (400, outcome("Email or password is invalid").to_string());
            }
            "auth/login" => return (200, json!({ "login": "l", "code": "c" }).to_string()),
            "oauth2/token" => return self.token(body),
            _ => {}
        }
        let expected = format!("access-{}", self.valid_access);
        if request
            .bearer
            .as_ref()
            .is_none_or(|bearer| bearer.reveal() != expected)
        {
            return (401, outcome("Unauthorized").to_string());
        }
        if self.faults.membership_gone {
            return (410, outcome("Gone").to_string());
        }
        match (request.method, path) {
            (_, "oauth2/logout") => (200, "{}".into()),
            (_, "auth/me") => (200, self.me().to_string()),
            (method, path) if path.starts_with("fhir/R4/Subscription") => {
                self.on_subscription(now, method, path, body)
            }
            (HttpMethod::Get, _) if path.contains("/_history") => self.history_of(path),
            (HttpMethod::Get, _) if path.contains('?') => (200, self.search(now, path)),
            (HttpMethod::Get, _) => self.read_for(request, path),
            (HttpMethod::Patch, _) => self.patch(now, path, body),
            (HttpMethod::Put | HttpMethod::Delete, _) => {
                self.write_panel(now, request.method, path, body)
            }
            (HttpMethod::Post, "fhir/R4") => self.audits.take(body),
            _ => (404, outcome("Not found").to_string()),
        }
    }

    fn token(&mut self, body: &str) -> (u16, String) {
        if body.contains("refresh_token") {
            self.refreshes += 1;
            if self.faults.refuse_refresh || !body.contains(&format!("refresh-{}", self.refresh)) {
                let error =
                    json!({ "error": "invalid_grant", "error_description": "Token revoked" });
                return (400, error.to_string());
            }
        }
        self.access += 1;
        self.refresh += 1;
        self.valid_access = self.access;
        let tokens = json!({
            "access_token": format!("access-{}", self.access),
            "refresh_token": format!("refresh-{}", self.refresh),
            "expires_in": 3600,
        });
        if self.faults.no_refresh_token {
            return (
                200,
                json!({ "access_token": tokens["access_token"] }).to_string(),
            );
        }
        (200, tokens.to_string())
    }

    pub(super) fn sees(&self, body: &Value) -> bool {
        let owner = self.faults.only_owner.as_deref();
        body["resourceType"] != "Task"
            || owner.is_none_or(|owner| body["owner"]["reference"] == owner)
    }

    fn me(&self) -> Value {
        let mut me = me();
        if let Some(other) = self.faults.profile {
            me["profile"]["id"] = json!(other);
        }
        if self.faults.only_owner.is_some() {
            me["accessPolicy"] =
                json!({ "resource": [{ "resourceType": "Task", "criteria": "Task?owner=x" }] });
        }
        if !self.faults.hidden_fields.is_empty() {
            let of = self.faults.hidden_of;
            let criteria = of.map(|owner| format!("Task?owner={owner}"));
            me["accessPolicy"] = json!({ "resource": [
                { "resourceType": "Task", "criteria": criteria, "hiddenFields": self.faults.hidden_fields },
                { "resourceType": "*" },
            ] });
        }
        me
    }

    /// A resource as the user gets to read it.
    pub(super) fn visible(&self, body: &Value) -> Value {
        let owner = &body["owner"]["reference"];
        let covered = self.faults.hidden_of.is_none_or(|of| owner == of);
        let mut body = body.clone();
        if covered && let Some(fields) = body.as_object_mut() {
            fields.retain(|name, _| !self.faults.hidden_fields.contains(&name.as_str()));
        }
        body
    }

    pub(super) fn read(&self, path: &str) -> (u16, String) {
        let mut parts = path.split('/').skip(2);
        let key = (
            parts.next().unwrap().to_owned(),
            parts.next().unwrap().to_owned(),
        );
        match self.resources.get(&key) {
            Some(stored) if !self.sees(&stored.body) => (404, outcome("Not found").to_string()),
            Some(stored) if stored.deleted && self.faults.only_owner.is_some() => {
                (404, outcome("Not found").to_string())
            }
            Some(stored) if stored.deleted => (410, outcome("Deleted").to_string()),
            Some(stored) => (200, self.visible(&stored.body).to_string()),
            None => (404, outcome("Not found").to_string()),
        }
    }

    fn search(&self, _now: Timestamp, path: &str) -> String {
        let (head, query) = path.split_once('?').unwrap();
        let kind = head.rsplit('/').next().unwrap();
        let parameters: Vec<(&str, &str)> = query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .collect();
        let get = |name: &str| {
            parameters
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| *value)
        };
        let deleted = get("_deleted") == Some("true");
        let since = get("_lastUpdated").map(|text| Timestamp::parse(&text[2..]).unwrap());
        let mut found: Vec<_> = self
            .resources
            .iter()
            .filter(|((stored_kind, id), stored)| {
                stored_kind == kind
                    && self.sees(&stored.body)
                    && !(deleted && self.faults.only_owner.is_some() && kind == "Task")
                    && stored.deleted == deleted
                    && since.is_none_or(|since| stored.updated >= since)
                    && get("_id").is_none_or(|ids| ids.split(',').any(|wanted| wanted == id))
                    && get("status").is_none_or(|list| {
                        list.split(',')
                            .any(|status| stored.body["status"] == status)
                    })
            })
            .collect();
        found.sort_by_key(|(_, stored)| (stored.updated, stored.version));
        if get("_sort") == Some("-_lastUpdated") {
            found.reverse();
        }
        let count: usize = get("_count").map_or(20, |text| text.parse().unwrap());
        let size = count.min(if self.page == 0 { 1000 } else { self.page });
        let offset: usize = get("_page").map_or(0, |text| text.parse().unwrap());
        let more = found.len() > offset + size && count > 1;
        let entries: Vec<_> = found.into_iter().skip(offset).take(size).map(|((_, id), stored)| {
            let resource = if deleted {
                json!({ "resourceType": kind, "id": id, "meta": { "lastUpdated": stored.updated.to_iso() } })
            } else {
                self.visible(&stored.body)
            };
            json!({ "fullUrl": "x", "resource": resource })
        }).collect();
        let mut bundle = json!({ "resourceType": "Bundle", "type": "searchset", "entry": entries });
        if self.faults.junk_entries {
            bundle["entry"] = json!([{ "search": 7 }, { "resource": { "resourceType": "Task" } }]);
        }
        if more || self.faults.endless {
            let rest: Vec<_> = parameters
                .iter()
                .filter(|(key, _)| *key != "_page")
                .map(|(key, value)| format!("{key}={value}"))
                .collect();
            let url = format!(
                "https://internal.invalid/{head}?{}&_page={}",
                rest.join("&"),
                offset + size
            );
            bundle["link"] = json!([{ "relation": "next", "url": url }]);
        }
        bundle.to_string()
    }
}

fn me() -> Value {
    json!({
        "project": { "name": "Ward" },
        "membership": { "profile": { "reference": "Practitioner/me", "display": "Ada Nurse" } },
        "profile": { "resourceType": "Practitioner", "id": "me" },
    })
}

pub(super) fn outcome(text: &str) -> Value {
    json!({ "resourceType": "OperationOutcome", "issue": [{ "severity": "error", "code": "invalid", "details": { "text": text } }] })
}

pub(super) fn status(kind: &str, id: &str) -> Value {
    json!({ "resource": {
        "resourceType": "SubscriptionStatus", "id": "x", "status": "active", "type": kind,
        "subscription": { "reference": format!("Subscription/{id}") },
    }})
}

pub(super) fn bundle(now: Timestamp, entries: &[Value]) -> String {
    json!({
        "id": "b", "resourceType": "Bundle", "type": "history",
        "timestamp": now.to_iso(), "entry": entries,
    })
    .to_string()
}
