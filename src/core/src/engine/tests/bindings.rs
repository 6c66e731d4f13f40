//! The scripted server's Subscriptions: what is created, bound to sockets, and ends (`transcripts/04c-silent-death.json`).

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::server::{Server, bundle, outcome, status};
use crate::{engine::HttpMethod, identity::SocketId, time::Timestamp};

const TOKEN_LIFE_MS: i64 = 60 * 60_000;
const LIFE_MS: i64 = 24 * 60 * 60_000;

pub(super) struct Subscription {
    kind: String,
    deletes_only: bool,
    pub(super) bound: Option<SocketId>,
    deaf: bool,
    /// End of the token that it was bound with.
    bound_until: Timestamp,
    dies_at: Timestamp,
    reason: String,
}

impl Subscription {
    fn delivers(&self, now: Timestamp) -> bool {
        !self.deaf && now < self.bound_until && now < self.dies_at
    }
}

impl Server {
    pub(super) fn frames(
        &mut self,
        now: Timestamp,
        kind: &str,
        body: &Value,
        delete: bool,
    ) -> Vec<(SocketId, String)> {
        if self.faults.newest {
            self.subscriptions.retain(|_, subscription| {
                subscription.bound.is_none()
                    || (now < subscription.bound_until && now < subscription.dies_at)
            });
        }
        if self.faults.lose_frames > 0 {
            self.faults.lose_frames -= 1;
            return Vec::new();
        }
        if !self.sees(body) {
            return Vec::new();
        }
        let fires = self.subscriptions.iter().filter(|(_, subscription)| {
            subscription.kind == kind
                && subscription.delivers(now)
                && (delete || !subscription.deletes_only)
        });
        let frames = fires.filter_map(|(id, subscription)| {
            let status = status("event-notification", id);
            let text = bundle(now, &[status, json!({ "resource": body })]);
            Some((subscription.bound?, text))
        });
        frames.collect()
    }

    pub(super) fn heartbeats(&self, now: Timestamp) -> Vec<(SocketId, String)> {
        let mut sockets: BTreeMap<SocketId, Vec<Value>> = BTreeMap::new();
        for (id, subscription) in &self.subscriptions {
            if let Some(socket) = subscription.bound {
                let entries = sockets.entry(socket).or_default();
                entries.push(status("heartbeat", id));
            }
        }
        sockets
            .into_iter()
            .map(|(socket, entries)| (socket, bundle(now, &entries)))
            .collect()
    }

    pub(super) fn on_closed(&mut self, socket: SocketId) {
        self.subscriptions
            .retain(|_, subscription| subscription.bound != Some(socket));
    }

    pub(super) fn deafen(&mut self) {
        for subscription in self.subscriptions.values_mut() {
            subscription.deaf = true;
        }
    }

    pub(super) fn on_frame(
        &mut self,
        now: Timestamp,
        socket: SocketId,
        text: &str,
    ) -> Option<String> {
        let frame: Value = serde_json::from_str(text).unwrap();
        match frame["type"].as_str().unwrap() {
            "ping" => Some(r#"{"type":"pong"}"#.into()),
            "bind-with-token" => {
                self.bind(now, socket, frame["payload"]["token"].as_str().unwrap())
            }
            other => panic!("unexpected frame {other}"),
        }
    }

    fn bind(&mut self, now: Timestamp, socket: SocketId, token: &str) -> Option<String> {
        if self.faults.swallow_binds {
            return None;
        }
        let (id, until) = token.split_once('@').unwrap();
        let until = Timestamp(until.parse().unwrap());
        if self.faults.refuse_binds > 0 || until <= now {
            self.faults.refuse_binds = self.faults.refuse_binds.saturating_sub(1);
            let text = "Token failed to validate. Check token expiry.";
            return Some(outcome(text).to_string());
        }
        match self.subscriptions.get_mut(id) {
            Some(subscription) => {
                subscription.bound = Some(socket);
                subscription.bound_until = until;
            }
            None if self.faults.newest => return None,
            None => {}
        }
        Some(bundle(now, &[status("handshake", id)]))
    }

    pub(super) fn on_subscription(
        &mut self,
        now: Timestamp,
        method: HttpMethod,
        path: &str,
        body: &str,
    ) -> (u16, String) {
        let id = path.split('/').nth(3).unwrap_or_default().to_owned();
        let not_found = || (404, outcome("Not found").to_string());
        match method {
            _ if self.faults.may_not_subscribe => (403, outcome("Forbidden").to_string()),
            HttpMethod::Post => self.subscribe(now, body),
            HttpMethod::Delete => match self.subscriptions.remove(&id) {
                Some(_) => (200, "{}".into()),
                None => not_found(),
            },
            HttpMethod::Put if self.faults.refuse_extensions => not_found(),
            HttpMethod::Put => match self.subscriptions.get_mut(&id) {
                Some(subscription) if now < subscription.dies_at => {
                    let body: Value = serde_json::from_str(body).unwrap();
                    assert_eq!(body["id"], id.as_str());
                    let reason = body["reason"].as_str().unwrap();
                    if subscription.reason != reason {
                        subscription.dies_at = now + LIFE_MS;
                        subscription.reason = reason.into();
                    }
                    (200, "{}".into())
                }
                _ => not_found(),
            },
            HttpMethod::Get if path.ends_with("/$get-ws-binding-token") => {
                self.binding_token(now, &id)
            }
            HttpMethod::Get | HttpMethod::Patch => not_found(),
        }
    }

    fn subscribe(&mut self, now: Timestamp, body: &str) -> (u16, String) {
        let bound = self
            .subscriptions
            .values()
            .filter(|one| one.bound.is_some());
        if self.faults.cap.is_some_and(|cap| bound.count() >= cap) {
            let text = "User has exceeded allotted maximum number of concurrent WebSocket subscriptions: 20";
            return (400, outcome(text).to_string());
        }
        let body: Value = serde_json::from_str(body).unwrap();
        self.ids += 1;
        let id = format!("sub{}", self.ids);
        let subscription = Subscription {
            kind: body["criteria"].as_str().unwrap().into(),
            deletes_only: body["extension"][0]["valueCode"] == "delete",
            bound: None,
            deaf: false,
            bound_until: now,
            dies_at: now + LIFE_MS,
            reason: body["reason"].as_str().unwrap().into(),
        };
        self.subscriptions.insert(id.clone(), subscription);
        let created = json!({ "resourceType": "Subscription", "id": id });
        (201, created.to_string())
    }

    fn binding_token(&self, now: Timestamp, id: &str) -> (u16, String) {
        if self.faults.feature_off {
            let text = "WebSocket subscriptions not enabled for current project";
            return (400, outcome(text).to_string());
        }
        let alive = self
            .subscriptions
            .get(id)
            .is_some_and(|one| now < one.dies_at);
        if !alive {
            let text = "Error reading subscription: Not found";
            return (400, outcome(text).to_string());
        }
        let token = format!("{id}@{}", (now + TOKEN_LIFE_MS).0);
        let token = json!({ "resourceType": "Parameters", "parameter": [{ "name": "token", "valueString": token }] });
        (200, token.to_string())
    }
}
