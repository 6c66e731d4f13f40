//! What colleagues write: through the sandbox's own writes, noted in the truth.

use serde_json::{Value, json};

use super::World;
use crate::{
    action::Change,
    trace::Who,
    truth::{Cause, ResourceNo, Truth},
};

impl World {
    /// A colleague writes something; what does not suit the moment is left out.
    pub(super) fn write(&mut self, change: Change, pick: u32) {
        let written = match change {
            Change::File | Change::Admit | Change::Restore => self.create(change, pick),
            Change::CorrectPatient | Change::TogglePatient => {
                let patients = self.resources("Patient", Truth::exists);
                self.change_one(change, pick, &patients)
            }
            Change::Reopen => {
                let closed = self.resources("Task", |truth, task| !truth.is_open(task));
                self.change_one(change, pick, &closed)
            }
            Change::Delete => {
                let tasks = self.resources("Task", Truth::exists);
                self.delete(pick, &tasks)
            }
            _ => {
                let open = self.resources("Task", Truth::is_open);
                self.change_one(change, pick, &open)
            }
        };
        if let Some((kind, id)) = written {
            self.note_commit(kind, &id);
        }
        self.drain_server();
    }

    /// Several write one task at once.
    pub(super) fn contend(&mut self, pick: u32, writers: u8) {
        let open = self.resources("Task", Truth::is_open);
        let Some(id) = self.chosen(pick, &open) else {
            return;
        };
        let Some(stored) = self.server.sandbox.read("Task", &id).cloned() else {
            return;
        };
        let versions = (0..writers).map(|writer| {
            let mut version = stored.clone();
            version["description"] = json!(format!("writer {writer} of {pick}"));
            if writer % 2 == 1 {
                version["priority"] = json!(["routine", "urgent", "stat"][writer as usize % 3]);
            }
            version
        });
        let versions = versions.collect();
        let clock = self.server.clock(self.now);
        let Some(actor) = self.server.clinic.colleagues.first().cloned() else {
            return;
        };
        // Every version but the last lasts no time; each is a step of the row's history all the same.
        let before = self.history_len("Task", &id);
        let written = self
            .server
            .sandbox
            .contend_as(clock, &actor, versions, &mut self.colleague);
        if written.is_ok() {
            self.note_versions("Task", &id, before);
        }
        self.drain_server();
    }

    pub(super) fn history_len(&self, kind: &str, id: &str) -> usize {
        let row = self.server.sandbox.store().row(kind, id);
        row.map_or(0, |row| row.versions.len())
    }

    fn note_versions(&mut self, kind: &'static str, id: &str, from: usize) {
        let Some(row) = self.server.sandbox.store().row(kind, id) else {
            return;
        };
        let versions: Vec<_> = row.versions[from..].to_vec();
        self.trace.line(self.now, Who::Plan, || {
            let names = versions.iter().map(|version| {
                let short = &version.version_id[..8];
                format!("{short}@{}", version.last_updated % 100_000)
            });
            format!(
                "{kind}/{id} in contention: {}",
                names.collect::<Vec<_>>().join(" ")
            )
        });
        for version in versions {
            let content = Some((version.version_id.as_str(), &version.value));
            let number = self.truth.commit(self.now, kind, id, content, Cause::Burst);
            self.check_commit(number);
        }
    }

    /// Notes what the server holds of a resource now.
    pub(super) fn note_commit(&mut self, kind: &'static str, id: &str) {
        let current = self.server.sandbox.store().current(kind, id);
        self.trace.line(self.now, Who::Plan, || match &current {
            Some(version) => format!(
                "{kind}/{id} is {} {} owner {}",
                &version.version_id[..8],
                version.value["status"],
                version.value["owner"]["reference"]
            ),
            None => format!("{kind}/{id} is deleted"),
        });
        let content = current.map(|version| (version.version_id.as_str(), &version.value));
        let number = self.truth.commit(self.now, kind, id, content, Cause::Write);
        self.check_commit(number);
    }

    /// Live resources that suit, in a fixed order.
    pub(super) fn resources(
        &self,
        kind: &str,
        suits: impl Fn(&Truth, ResourceNo) -> bool,
    ) -> Vec<ResourceNo> {
        let truth = &self.truth;
        let numbers = (0..truth.len()).filter(|number| truth.kind(*number) == kind);
        numbers
            .filter(|number| truth.exists(*number) && suits(truth, *number))
            .collect()
    }

    /// The id of one of these.
    pub(super) fn chosen(&self, pick: u32, candidates: &[ResourceNo]) -> Option<String> {
        let index = (pick as usize).checked_rem(candidates.len())?;
        Some(self.truth.id(candidates[index]).to_owned())
    }

    fn create(&mut self, change: Change, pick: u32) -> Option<(&'static str, String)> {
        let clock = self.server.clock(self.now);
        let project = self.server.clinic.project.clone();
        if change == Change::Restore {
            if self.deleted.is_empty() {
                return None;
            }
            let index = pick as usize % self.deleted.len();
            let resource = self.deleted.swap_remove(index);
            let id = resource["id"].as_str()?.to_owned();
            let sandbox = &mut self.server.sandbox;
            sandbox.write_as_server(clock, Some(&project), resource);
            return Some(("Task", id));
        }
        let (kind, resource) = if change == Change::Admit {
            ("Patient", self.new_patient(pick))
        } else {
            ("Task", self.new_task(pick))
        };
        let sandbox = &mut self.server.sandbox;
        let id = sandbox.plant_as_server(clock, Some(&project), resource);
        Some((kind, id))
    }

    pub(super) fn delete(
        &mut self,
        pick: u32,
        tasks: &[ResourceNo],
    ) -> Option<(&'static str, String)> {
        let id = self.chosen(pick, tasks)?;
        let clock = self.server.clock(self.now);
        let actor = self.server.clinic.colleagues.first()?.clone();
        let stored = self.server.sandbox.read("Task", &id)?.clone();
        self.server
            .sandbox
            .delete_as(clock, &actor, &format!("Task/{id}"))
            .ok()?;
        self.deleted.push(stored);
        Some(("Task", id))
    }

    fn change_one(
        &mut self,
        change: Change,
        pick: u32,
        candidates: &[ResourceNo],
    ) -> Option<(&'static str, String)> {
        let patient = matches!(change, Change::CorrectPatient | Change::TogglePatient);
        let kind = if patient { "Patient" } else { "Task" };
        let id = self.chosen(pick, candidates)?;
        let mut resource = self.server.sandbox.read(kind, &id)?.clone();
        self.alter(change, pick, &mut resource);
        let clock = self.server.clock(self.now);
        let project = self.server.clinic.project.clone();
        let sandbox = &mut self.server.sandbox;
        sandbox.write_as_server(clock, Some(&project), resource);
        Some((kind, id))
    }

    fn alter(&mut self, change: Change, pick: u32, resource: &mut Value) {
        match change {
            Change::Progress => {
                let next = if resource["status"] == "in-progress" {
                    "on-hold"
                } else {
                    "in-progress"
                };
                resource["status"] = json!(next);
            }
            Change::Complete => resource["status"] = json!("completed"),
            Change::Reopen => resource["status"] = json!("requested"),
            Change::Assign(to) => {
                let staff = &self.server.clinic.ward.staff;
                let index = to.map_or(3 + pick as usize % (staff.len() - 3), usize::from);
                resource["owner"] = staff[index].to_json();
            }
            Change::CorrectPatient => {
                let day = 1 + self.colleague.u8(0..28);
                resource["birthDate"] = json!(format!("1950-03-{day:02}"));
            }
            Change::TogglePatient => {
                let active = resource["active"] == false;
                resource["active"] = json!(active);
            }
            _ => {
                let priority = ["routine", "urgent", "asap", "stat"][self.colleague.usize(..4)];
                resource["priority"] = json!(priority);
            }
        }
    }

    fn new_task(&mut self, pick: u32) -> Value {
        let ward = &self.server.clinic.ward;
        let patient = &ward.patients[pick as usize % ward.patients.len()];
        let owner = &ward.staff[self.colleague.usize(..ward.staff.len().min(5))];
        json!({
            "resourceType": "Task", "status": "requested", "intent": "order", "priority": "routine",
            "code": { "text": "Follow up" }, "for": patient.to_json(), "owner": owner.to_json(),
        })
    }

    fn new_patient(&mut self, pick: u32) -> Value {
        json!({
            "resourceType": "Patient", "active": true, "birthDate": "1961-02-03",
            "name": [{ "family": format!("Newcomer{pick}"), "given": ["Quentin"] }],
        })
    }
}
