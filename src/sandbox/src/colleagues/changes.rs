//! Which change comes next, and the JSON Patch that makes it.

use serde_json::{Value, json};

use super::Colleagues;
use crate::{
    clinic::{Referent, people, work},
    sandbox::{Millis, Sandbox},
    time,
};

/// One change, ready to be made.
#[derive(Debug)]
pub(super) enum Change {
    Create(Value),
    Patch {
        reference: String,
        operations: Value,
        closes: bool,
    },
    Delete(String),
}

impl Change {
    fn patch(task: &Value, operations: Value) -> Self {
        Self::Patch {
            reference: reference(task),
            operations,
            closes: false,
        }
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Claim,
    Progress,
    Reassign,
    Prioritise,
    BusinessStatus,
    Reschedule,
    Note,
    Turnover,
    Patient,
}

impl Colleagues {
    /// What somebody does next. Where nothing suits, new work is filed.
    pub(super) fn next_change(&mut self, sandbox: &Sandbox, now: Millis) -> Change {
        let kind = self.kind();
        let change = match kind {
            Kind::Turnover => self.turnover(sandbox, now),
            Kind::Patient => self.correct_patient(sandbox, now),
            _ => self
                .open_task(sandbox)
                .and_then(|task| self.work_on(kind, task, now)),
        };
        change.unwrap_or_else(|| self.file(now))
    }

    fn kind(&mut self) -> Kind {
        let weights = self.options.weights;
        let table = [
            (weights.claim, Kind::Claim),
            (weights.progress, Kind::Progress),
            (weights.reassign, Kind::Reassign),
            (weights.prioritise, Kind::Prioritise),
            (weights.business_status, Kind::BusinessStatus),
            (weights.reschedule, Kind::Reschedule),
            (weights.note, Kind::Note),
            (weights.turnover, Kind::Turnover),
            (weights.patient, Kind::Patient),
        ];
        let total: u32 = table.iter().map(|(weight, _)| weight).sum();
        let mut drawn = if total == 0 { 0 } else { self.rng.u32(..total) };
        for (weight, kind) in table {
            if drawn < weight {
                return kind;
            }
            drawn -= weight;
        }
        Kind::Turnover
    }

    fn work_on(&mut self, kind: Kind, task: &Value, now: Millis) -> Option<Change> {
        let operations = match kind {
            Kind::Claim => {
                let owner = self.other_than(&task["owner"])?;
                json!([
                    set("/owner", owner.to_json()),
                    set("/status", "accepted".into())
                ])
            }
            Kind::Progress => {
                let next = match task["status"].as_str() {
                    Some("in-progress") => "on-hold",
                    Some("draft") => "requested",
                    _ => "in-progress",
                };
                json!([set("/status", next.into())])
            }
            Kind::Reassign => json!([set("/owner", self.other_than(&task["owner"])?.to_json())]),
            Kind::Prioritise => {
                let others: Vec<&str> = ["routine", "urgent", "asap", "stat"]
                    .into_iter()
                    .filter(|priority| task["priority"] != *priority)
                    .collect();
                // Back to routine most of the time, or all work would be urgent after an hour.
                let next = if task["priority"] == "routine" || self.rng.u8(..4) == 0 {
                    *people::pick(&mut self.rng, &others)
                } else {
                    "routine"
                };
                json!([set("/priority", next.into())])
            }
            Kind::BusinessStatus => {
                let mut next = work::business_status(&mut self.rng);
                while next["text"] == task["businessStatus"]["text"] {
                    next = work::business_status(&mut self.rng);
                }
                json!([set("/businessStatus", next)])
            }
            Kind::Reschedule => {
                let due =
                    work::due(&mut self.rng, now).unwrap_or_else(|| time::instant(now + 3_600_000));
                json!([set("/restriction", json!({"period": {"end": due}}))])
            }
            Kind::Note => {
                let author = people::pick(&mut self.rng, &self.ward.staff).clone();
                let note = work::note(&mut self.rng, Some(&author), now);
                match task["note"].as_array() {
                    Some(_) => json!([set("/note/-", note)]),
                    None => json!([set("/note", json!([note]))]),
                }
            }
            Kind::Turnover | Kind::Patient => return None,
        };
        Some(Change::patch(task, operations))
    }

    /// Comes and goes in balance: above the number of tasks at the start something is finished, below it filed.
    fn turnover(&mut self, sandbox: &Sandbox, now: Millis) -> Option<Change> {
        if self.open.len() <= self.open_target {
            return Some(self.file(now));
        }
        let task = self.open_task(sandbox)?;
        if self.rng.u8(..10) == 0 {
            return Some(Change::Delete(reference(task)));
        }
        let operations = json!([set("/status", "completed".into())]);
        Some(Change::Patch {
            reference: reference(task),
            operations,
            closes: true,
        })
    }

    fn file(&mut self, now: Millis) -> Change {
        let mut task = work::new_task(&mut self.rng, &self.ward, now);
        if let Some(due) = work::due(&mut self.rng, now) {
            task["restriction"] = json!({"period": {"end": due}});
        }
        Change::Create(task)
    }

    /// A new number, or a birth date that was typed wrongly.
    fn correct_patient(&mut self, sandbox: &Sandbox, now: Millis) -> Option<Change> {
        if self.ward.patients.is_empty() {
            return None;
        }
        let reference = people::pick(&mut self.rng, &self.ward.patients)
            .reference
            .clone();
        let patient = sandbox.read("Patient", reference.rsplit_once('/')?.1)?;
        let operation = if self.rng.bool() || patient["birthDate"].is_null() {
            let phone = people::phone(&mut self.rng);
            set(
                "/telecom",
                json!([{"system": "phone", "use": "mobile", "value": phone}]),
            )
        } else {
            let shift_days = self.rng.i64(1..30) * 86_400_000;
            let born_at = patient["birthDate"]
                .as_str()
                .and_then(time::parse)
                .unwrap_or(now);
            set("/birthDate", time::date(born_at - shift_days).into())
        };
        Some(Change::Patch {
            reference,
            operations: json!([operation]),
            closes: false,
        })
    }

    /// Somebody else of the staff.
    fn other_than(&mut self, owner: &Value) -> Option<Referent> {
        let others: Vec<&Referent> = self
            .ward
            .staff
            .iter()
            .filter(|staff| owner["reference"] != staff.reference.as_str())
            .collect();
        if others.is_empty() {
            None
        } else {
            Some((*people::pick(&mut self.rng, &others)).clone())
        }
    }
}

/// `add` also replaces what is there (RFC 6902 section 4.1).
fn set(path: &str, value: Value) -> Value {
    json!({"op": "add", "path": path, "value": value})
}

fn reference(task: &Value) -> String {
    format!("Task/{}", task["id"].as_str().unwrap_or_default())
}
