//! Writes of the scripted server: PATCH with its tests, history, the extended form of a resource, and what goes wrong with them
//! (`transcripts/05a-update-if-match.json`, `05c-conflict-409.json`, `07a-restricted-rest.json`).

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::server::{Server, outcome};
use crate::{
    edit::tests::patcher::patched,
    engine::{HttpMethod, HttpRequest},
    identity::SocketId,
    time::Timestamp,
};

/// What is wrong with writes at the moment.
#[derive(Default)]
pub(in crate::engine) struct WriteFaults {
    /// So many are carried out, and nobody hears of it.
    pub(super) lose_answers: u32,
    /// So many meet others.
    pub(super) contention: u32,
    /// All of them are answered so.
    pub(super) refuse: Option<(u16, &'static str)>,
    /// Those with this in them are forbidden.
    pub(super) forbid: Option<&'static str>,
    /// This field stays as it is, and nobody says so.
    pub(super) readonly: Option<&'static str>,
    /// The policy forbids to look at the history.
    pub(super) no_history: bool,
}

/// Every version of every resource, in the order of writing, with its author.
#[derive(Default)]
pub(in crate::engine) struct History {
    versions: BTreeMap<(String, String), Vec<Value>>,
    /// Whether it is this user who writes.
    mine: bool,
}

impl History {
    pub(super) fn note(&mut self, kind: &str, id: &str, body: &Value) {
        let (reference, display) = if self.mine {
            ("Practitioner/me", "Ada Nurse")
        } else {
            ("Practitioner/ben", "Ben Colleague")
        };
        let mut body = body.clone();
        body["meta"]["author"] = json!({ "reference": reference, "display": display });
        let key = (kind.to_owned(), id.to_owned());
        self.versions.entry(key).or_default().push(body);
    }

    pub(super) fn note_deleted(&mut self, now: Timestamp, kind: &str, id: &str) {
        let key = (kind.to_owned(), id.to_owned());
        let versions = self.versions.entry(key).or_default();
        versions.push(json!({ "deleted": now.to_iso() }));
    }

    /// The last version of a resource is sent in a shape that nobody can read.
    pub(super) fn spoil(&mut self, kind: &str, id: &str) {
        let key = (kind.to_owned(), id.to_owned());
        let versions = self.versions.entry(key).or_default();
        if let Some(last) = versions.last_mut() {
            last["junk"] = json!(true);
        }
    }

    /// All versions of a resource, the oldest first.
    pub(super) fn of(&self, kind: &str, id: &str) -> &[Value] {
        let key = (kind.to_owned(), id.to_owned());
        self.versions.get(&key).map_or(&[], Vec::as_slice)
    }
}

impl Server {
    /// The same user writes on another machine.
    pub(super) fn write_by_me(&mut self, now: Timestamp, body: Value) -> Vec<(SocketId, String)> {
        let before = std::mem::replace(&mut self.history.mine, true);
        let frames = self.write(now, body);
        self.history.mine = before;
        frames
    }

    /// Whether the answer to this gets lost.
    pub(super) fn loses_answer(&mut self, request: &HttpRequest) -> bool {
        let left = &mut self.faults.writes.lose_answers;
        let lost = *left > 0 && request.method == HttpMethod::Patch;
        *left -= u32::from(lost);
        lost || self.audits.loses_answer(request)
    }

    pub(super) fn read_for(&self, request: &HttpRequest, path: &str) -> (u16, String) {
        let (status, body) = self.read(path);
        let (kind, id) = key_of(path);
        match self.history.of(kind, id).last() {
            Some(last) if status == 200 && request.extended => (200, last.to_string()),
            _ => (status, body),
        }
    }

    pub(super) fn history_of(&self, path: &str) -> (u16, String) {
        let (kind, id) = key_of(path.split_once("/_history").unwrap().0);
        if self.faults.writes.no_history {
            return (403, outcome("Forbidden").to_string());
        }
        let count = path.split_once("_count=").map(|(_, count)| count.parse());
        let count = count.and_then(Result::ok).unwrap_or(100);
        let versions = self.history.of(kind, id).iter().rev().take(count);
        let entries: Vec<_> = versions
            .map(|body| match body["deleted"].as_str() {
                Some(at) => json!({ "response": { "status": "410", "lastModified": at } }),
                None if body["junk"] == true => json!({ "resource": { "resourceType": "Task" } }),
                None => json!({ "fullUrl": "x", "resource": self.visible(body) }),
            })
            .collect();
        let last = &self.resources[&(kind.to_owned(), id.to_owned())];
        if !self.sees(&last.body) || (last.deleted && self.faults.only_owner.is_some()) {
            return (404, outcome("Not found").to_string());
        }
        let bundle = json!({ "resourceType": "Bundle", "type": "history", "entry": entries });
        (200, bundle.to_string())
    }

    pub(super) fn patch(&mut self, now: Timestamp, path: &str, text: &str) -> (u16, String) {
        let (kind, id) = key_of(path);
        let (kind, id) = (kind.to_owned(), id.to_owned());
        let (status, answer) = self.read(path);
        if status != 200 {
            return (status, answer);
        }
        if let Some((status, text)) = self.faults.writes.refuse {
            return (status, outcome(text).to_string());
        }
        if self
            .faults
            .writes
            .forbid
            .is_some_and(|part| text.contains(part))
        {
            return (403, outcome("Forbidden").to_string());
        }
        if self.faults.writes.contention > 0 {
            self.faults.writes.contention -= 1;
            return (
                409,
                outcome("could not serialize access due to concurrent update").to_string(),
            );
        }
        let stored = self.resources[&(kind.clone(), id.clone())].body.clone();
        let operations: Vec<Value> = serde_json::from_str(text).unwrap();
        let mut body = match patched(stored.clone(), &operations) {
            Ok(body) => body,
            Err(text) => return (400, outcome(&text).to_string()),
        };
        if !self.sees(&body) {
            return (403, outcome("Forbidden").to_string());
        }
        if let Some(field) = self.faults.writes.readonly {
            body[field] = stored[field].clone();
        }
        if body == stored {
            return (200, stored.to_string());
        }
        self.history.mine = true;
        let frames = self.write(now, body);
        self.history.mine = false;
        self.outgoing.extend(frames);
        (200, self.history.of(&kind, &id).last().unwrap().to_string())
    }

    /// What the server holds of a task.
    pub(super) fn task(&self, id: usize) -> &Value {
        &self.resources[&("Task".to_owned(), format!("t{id}"))].body
    }

    /// Patches that reached it.
    pub(super) fn patches(&self) -> usize {
        self.log
            .iter()
            .filter(|(method, _, _)| *method == HttpMethod::Patch)
            .count()
    }
}

fn key_of(path: &str) -> (&str, &str) {
    let mut parts = path.split('/').skip(2);
    (parts.next().unwrap(), parts.next().unwrap())
}
