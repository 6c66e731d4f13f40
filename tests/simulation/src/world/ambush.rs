//! What happens to an edit on its way: races that chance alone would seldom bring about.

use panels_core::engine::{HttpAnswer, HttpMethod, HttpRequest};
use serde_json::{Value, json};

use super::World;
use crate::{
    action::Ambush,
    queue::Millis,
    server::path_of,
    storage::Command,
    trace::Who,
    truth::{Reading, Truth},
};

/// Fields that others change while somebody edits them, as pointers.
const PLACES: [&str; 7] = [
    "/status",
    "/priority",
    "/owner",
    "/businessStatus",
    "/restriction/period/end",
    "/note/-",
    "/telecom/0",
];

/// A patch on its way.
pub(super) struct Patched {
    kind: &'static str,
    id: String,
    /// What it changes first.
    place: String,
    versions_before: usize,
    after: Option<Ambush>,
    /// The server does not even look at it.
    contended: bool,
}

impl World {
    /// The record of a request that edits.
    fn patched(&self, request: &HttpRequest) -> Option<Patched> {
        if request.method != HttpMethod::Patch {
            return None;
        }
        let path = path_of(&request.url).strip_prefix("/fhir/R4/")?;
        let (kind, id) = path.split_once('/')?;
        let kind = ["Task", "Patient"]
            .into_iter()
            .find(|known| *known == kind)?;
        let body = request.body.as_ref()?.text.reveal();
        let operations: Vec<Value> = serde_json::from_str(body).ok()?;
        let first = operations
            .iter()
            .find(|operation| operation["op"] != "test")?;
        Some(Patched {
            kind,
            id: id.to_owned(),
            place: first["path"].as_str()?.to_owned(),
            versions_before: 0,
            after: None,
            contended: false,
        })
    }

    /// An edit reaches the server.
    pub(super) fn before_patch(&mut self, worker: usize, request: &HttpRequest) -> Option<Patched> {
        let mut patched = self.patched(request)?;
        let (kind, id) = (patched.kind, patched.id.clone());
        let next = self.ambushes.front().copied();
        match next {
            Some(Ambush::Contention) => patched.contended = true,
            Some(Ambush::Overtaken) => self.overtake(kind, &id, &patched.place),
            Some(Ambush::Deleted) if kind == "Task" => self.delete_task(&id),
            Some(Ambush::Narrowed) => {
                if let Some(user) = self.workers[worker].checks.user {
                    self.unreliable = true;
                    self.set_policy(user, Reading::OwnTasks);
                }
            }
            Some(
                Ambush::AnswerLost
                | Ambush::AnswerLostAndOvertaken
                | Ambush::Switched
                | Ambush::DiesServed,
            ) => patched.after = next,
            _ => {}
        }
        if patched.contended || patched.after.is_some() || self.is_sprung(next, kind) {
            self.ambushes.pop_front();
            self.trace
                .line(self.now, Who::Plan, || format!("ambush: {next:?}"));
        }
        patched.versions_before = self.history_len(kind, &id);
        Some(patched)
    }

    fn is_sprung(&self, next: Option<Ambush>, kind: &str) -> bool {
        match next {
            Some(Ambush::Overtaken | Ambush::Narrowed) => true,
            Some(Ambush::Deleted) => kind == "Task",
            _ => false,
        }
    }

    /// What the server answers to an edit that it cannot serialise.
    pub(super) fn contention(patched: Option<&Patched>) -> Option<(HttpAnswer, Millis)> {
        patched.filter(|patched| patched.contended)?;
        let outcome = json!({ "resourceType": "OperationOutcome", "id": "conflict", "issue": [{
            "severity": "error", "code": "conflict", "details": {
                "coding": [{ "code": "40001" }],
                "text": "could not serialize access due to concurrent update",
            },
        }] });
        let answer = HttpAnswer {
            status: 409,
            rate_limit: None,
            body: outcome.to_string(),
        };
        Some((answer, 0))
    }

    /// The server has done what it does with an edit. Returns whether the answer is lost.
    pub(super) fn after_patch(&mut self, worker: usize, patched: Patched) -> bool {
        let Patched { kind, id, .. } = patched;
        self.note_patch(kind, &id, patched.versions_before);
        match patched.after {
            Some(Ambush::AnswerLost) => return true,
            Some(Ambush::AnswerLostAndOvertaken) => {
                self.overtake(kind, &id, &patched.place);
                return true;
            }
            Some(Ambush::DiesServed) => self.kill_worker(worker),
            Some(Ambush::Switched) => self.switch_user(worker),
            _ => {}
        }
        false
    }

    /// The worker dies at this point of its work, if that is what waits.
    pub(super) fn ambush_worker(&mut self, worker: usize, point: Ambush) {
        if self.ambushes.front() == Some(&point) {
            self.ambushes.pop_front();
            self.trace
                .line(self.now, Who::Plan, || format!("ambush: {point:?}"));
            self.kill_worker(worker);
        }
    }

    /// The disk has carried out something.
    pub(super) fn ambush_stored(&mut self, worker: usize, edits: bool) {
        if edits {
            self.ambush_worker(worker, Ambush::DiesStored);
        }
    }

    /// A colleague changes a field that people edit.
    pub(super) fn meddle(&mut self, pick: u32, field: u8) {
        let place = PLACES[usize::from(field) % PLACES.len()];
        let kind = if place.starts_with("/telecom") {
            "Patient"
        } else {
            "Task"
        };
        let all = self.resources(kind, Truth::exists);
        // Where people meet.
        let some = &all[..all.len().min(8)];
        if let Some(id) = self.chosen(pick, some) {
            self.overtake(kind, &id, place);
        }
        self.drain_server();
    }

    /// A colleague changes what an edit is about.
    fn overtake(&mut self, kind: &'static str, id: &str, place: &str) {
        let Some(mut resource) = self.server.sandbox.read(kind, id).cloned() else {
            return;
        };
        let number = self.colleague.u32(..1_000_000);
        match place.split('/').nth(1).unwrap_or_default() {
            "status" => {
                let at = resource["status"] == "in-progress";
                resource["status"] = json!(if at { "on-hold" } else { "in-progress" });
            }
            "priority" => {
                let next = ["routine", "urgent", "asap", "stat"][number as usize % 4];
                resource["priority"] = json!(next);
            }
            "owner" => {
                let staff = &self.server.clinic.ward.staff;
                resource["owner"] = staff[number as usize % staff.len()].to_json();
            }
            "businessStatus" => {
                resource["businessStatus"] = json!({ "text": format!("theirs {number}") });
            }
            "restriction" => {
                let day = format!("2028-03-{:02}", 1 + number % 28);
                resource["restriction"] = json!({ "period": { "end": day } });
            }
            "note" => {
                let note = json!({ "text": format!("colleague's {number}") });
                match resource["note"].as_array_mut() {
                    Some(notes) => notes.push(note),
                    None => resource["note"] = json!([note]),
                }
            }
            "telecom" => {
                let phone = json!({ "system": "phone", "value": format!("777-{number}") });
                resource["telecom"] = json!([phone]);
            }
            _ => {
                resource["address"] = json!([{ "city": format!("Elsewhere {number}") }]);
            }
        }
        let clock = self.server.clock(self.now);
        let project = self.server.clinic.project.clone();
        self.server
            .sandbox
            .write_as_server(clock, Some(&project), resource);
        self.note_commit(kind, id);
    }

    fn delete_task(&mut self, id: &str) {
        let number = self.truth.number(id).into_iter().collect::<Vec<_>>();
        if let Some((kind, id)) = self.delete(0, &number) {
            self.note_commit(kind, &id);
        }
    }

    /// The session of a user ends by itself, with edits in the outbox, and somebody else signs in.
    fn switch_user(&mut self, worker: usize) {
        let profile = self.workers[worker].profile;
        let Some(user) = self.workers[worker].checks.user else {
            return;
        };
        self.unreliable = true;
        self.revoke(user);
        self.profiles[profile].user = (user + 1) % self.truth.users().len().min(3);
    }

    /// Notes what an edit has written, and judges it.
    fn note_patch(&mut self, kind: &'static str, id: &str, from: usize) {
        let Some(row) = self.server.sandbox.store().row(kind, id) else {
            return;
        };
        if row.versions.len() == from || from == 0 {
            return;
        }
        let written: Vec<_> = row.versions[from - 1..].to_vec();
        for pair in written.windows(2) {
            self.trace.line(self.now, Who::Server, || {
                let short = &pair[1].version_id[..8];
                format!("{kind}/{id} is {short}, edited by {}", pair[1].author)
            });
            self.judge_patch(kind, id, &pair[0], &pair[1]);
            let content = Some((pair[1].version_id.as_str(), &pair[1].value));
            let cause = crate::truth::Cause::Write;
            let number = self.truth.commit(self.now, kind, id, content, cause);
            self.check_commit(number);
        }
    }

    /// Whether a command stores edits.
    pub(super) fn stores_edits(command: &Command) -> bool {
        use panels_core::engine::OutboxOrder;
        matches!(command, Command::Outbox(OutboxOrder::Write { .. }))
    }
}
