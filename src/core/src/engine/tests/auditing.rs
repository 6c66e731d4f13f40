//! What people do, as the server hears of it: who, what, when, about which record.

use serde_json::{Value, json};

use super::{
    editing::{key, owner, priority, status, with_priority},
    world::{DISK_MS, Happening, World, task},
};
use crate::{
    audit::AuditSending,
    engine::{HttpRequest, Input, OutboxOrder},
    identity::{JobId, ResourceKey, VersionId},
    protocol::{Choice, EditField, FieldChange, FieldValue, NewEdit, TabMessage},
};

/// What the server has of audit events, and what is wrong with taking them.
#[derive(Default)]
pub(super) struct Audits {
    /// Every event that was taken, as often as it was.
    pub(super) events: Vec<Value>,
    /// Batches that came, with the number of their entries.
    pub(super) batches: Vec<usize>,
    /// Every body that came.
    pub(super) bodies: Vec<String>,
    /// Entries are answered so.
    pub(super) refuse: Option<u16>,
    /// Entries with this in them are answered 422.
    pub(super) dislike: Option<&'static str>,
    /// So many batches are taken, and nobody hears of it.
    pub(super) lose_answers: u32,
}

impl Audits {
    pub(super) fn take(&mut self, body: &str) -> (u16, String) {
        self.bodies.push(body.to_owned());
        let bundle: Value = serde_json::from_str(body).unwrap();
        assert_eq!(bundle["type"], "batch");
        let entries = bundle["entry"].as_array().unwrap();
        self.batches.push(entries.len());
        let answers = entries.iter().map(|entry| {
            assert_eq!(
                entry["request"],
                json!({ "method": "POST", "url": "AuditEvent" })
            );
            let disliked = self.dislike.filter(|word| entry.to_string().contains(word));
            let status = self.refuse.or(disliked.map(|_| 422)).unwrap_or(201);
            if status == 201 {
                self.events.push(entry["resource"].clone());
            }
            json!({ "response": { "status": status.to_string() } })
        });
        let answers: Vec<_> = answers.collect();
        let answer =
            json!({ "resourceType": "Bundle", "type": "batch-response", "entry": answers });
        (200, answer.to_string())
    }

    pub(super) fn loses_answer(&mut self, request: &HttpRequest) -> bool {
        let lost = self.lose_answers > 0 && request.url.ends_with("fhir/R4");
        self.lose_answers -= u32::from(lost);
        lost
    }

    /// What was done, in the order in which the server heard of it.
    pub(super) fn codes(&self) -> Vec<&str> {
        let codes = self.events.iter();
        let codes = codes.map(|event| event["subtype"][1]["code"].as_str().unwrap());
        codes.collect()
    }

    /// The last event of an action: its outcome and what it is about.
    pub(super) fn last(&self, code: &str) -> (String, Vec<&str>) {
        let mut events = self.events.iter().rev();
        let event = events.find(|event| event["subtype"][1]["code"] == code);
        let event = event.unwrap_or_else(|| panic!("no {code} in {:?}", self.codes()));
        let entities = event["entity"].as_array().unwrap().iter();
        let about = entities.filter_map(|entity| entity["what"]["reference"].as_str());
        let outcome = event["outcome"].as_str().unwrap().to_owned();
        (outcome, about.collect())
    }

    /// Names of the entries, in the order in which they came.
    pub(super) fn names(&self) -> Vec<&str> {
        let last = |event: &'_ Value| event["entity"].as_array().unwrap().len() - 1;
        let names = self.events.iter();
        let names = names.map(|event| event["entity"][last(event)]["name"].as_str().unwrap());
        names.collect()
    }
}

impl World {
    pub(super) fn keep_audit(&mut self, order: OutboxOrder) {
        match order {
            OutboxOrder::Open { name } => {
                for event in self.audits.open(name) {
                    self.at(DISK_MS, Happening::Input(Input::Audit(event)));
                }
            }
            OutboxOrder::Write { write, changes } => {
                let event = self.audits.write(write, changes);
                self.at(DISK_MS, Happening::Input(Input::Audit(event)));
            }
            OutboxOrder::Close => self.audits.close(),
            OutboxOrder::Discard => self.audits.discard(),
        }
    }

    pub(super) fn open_record(&mut self, tab: &str, record: ResourceKey) {
        self.say(tab, TabMessage::OpenRecord { record });
    }

    /// Long enough for everything that waits to be sent.
    pub(super) fn run_until_audited(&mut self) {
        for _ in 0..100 {
            if self.engine.audit().unsent == 0 {
                return;
            }
            self.run(10_000);
        }
        panic!("{:?}", self.engine.audit());
    }
}

#[test]
fn a_sign_in_and_the_records_that_are_opened_are_told_together() {
    let mut world = World::live(5);
    world.open_record("a", key(1));
    world.run(1_000);
    world.open_record("a", ResourceKey::from_reference("Patient/p3").unwrap());
    world.run_until_audited();
    assert_eq!(world.server.audits.batches, [3]);
    assert_eq!(world.server.audits.codes(), ["sign-in", "view", "view"]);
    let about = world.server.audits.last("view");
    assert_eq!(about, ("0".into(), vec!["Patient/p3"]));
    let task = &world.server.audits.events[1];
    assert_eq!(task["entity"][0]["what"]["reference"], "Task/t1");
    assert_eq!(task["entity"][1]["what"]["reference"], "Patient/p1");
    assert_eq!(task["agent"][0]["who"]["reference"], "Practitioner/me");
    let state = world.engine.audit();
    assert_eq!((state.entries, state.unsent), (3, 0));
    assert_eq!(state.integrity, Ok(()));
    assert_eq!(state.sending, AuditSending::InTime);
    assert!(state.kept);
}

#[test]
fn a_record_that_is_out_of_reach_is_a_view_that_failed() {
    let mut world = World::live(5);
    let nowhere = ResourceKey::from_reference("Patient/nobody").unwrap();
    world.open_record("a", nowhere);
    world.run_until_audited();
    let about = world.server.audits.last("view");
    assert_eq!(about, ("4".into(), vec!["Patient/nobody"]));
}

#[test]
fn a_drawer_that_is_opened_again_and_again_is_one_view_in_a_quarter_of_an_hour() {
    let mut world = World::live(5);
    for minute in 0..20 {
        world.open_record("a", key(1));
        world.run(30_000);
        world.say("a", TabMessage::CloseRecord);
        world.write(task(1, "requested"));
        world.run(30_000);
        let views = world.server.audits.codes();
        let views = views.iter().filter(|code| **code == "view").count();
        assert_eq!(views, if minute < 15 { 1 } else { 2 }, "minute {minute}");
    }
}

#[test]
fn an_edit_is_told_when_it_is_applied_and_when_it_is_rolled_back() {
    let mut world = World::live(5);
    world.edit("a", "e1", 1, priority(None, "urgent"));
    world.run_until_audited();
    let about = world.server.audits.last("edit-applied");
    assert_eq!(about, ("0".into(), vec!["Task/t1", "Patient/p1"]));
    world.server.faults.writes.forbid = Some("asap");
    world.edit("a", "e2", 2, priority(None, "asap"));
    world.run(1_000);
    world.run_until_audited();
    let about = world.server.audits.last("edit-rolled-back");
    assert_eq!(about, ("8".into(), vec!["Task/t2", "Patient/p2"]));
}

/// A colleague changes a task just before an edit of it arrives.
fn met(mine: Vec<FieldChange>, theirs: Value) -> World {
    let mut world = World::live(5);
    world.go_offline();
    world.run(100);
    world.edit("a", "e1", 1, mine);
    world.run(1_000);
    world.server.faults.unreachable = false;
    world.write(theirs);
    world.server.faults.unreachable = true;
    world.go_online();
    world.run(5_000);
    world
}

#[test]
fn a_conflict_that_the_user_decides_is_told_with_the_decision() {
    for (choice, code) in [
        (Choice::KeepMine, "conflict-kept-mine"),
        (Choice::TakeTheirs, "conflict-took-theirs"),
    ] {
        let mut world = met(priority(None, "urgent"), with_priority(1, "stat"));
        world.decide("a", "e1", vec![choice]);
        world.run(1_000);
        world.run_until_audited();
        let about = world.server.audits.last(code);
        assert_eq!(about, ("0".into(), vec!["Task/t1", "Patient/p1"]));
    }
}

#[test]
fn what_was_decided_by_itself_is_told_too() {
    for (theirs, code) in [
        (with_priority(1, "urgent"), "conflict-already-so"),
        (task(1, "accepted"), "conflict-merged"),
    ] {
        let mut world = met(priority(None, "urgent"), theirs);
        world.run_until_audited();
        world.server.audits.last(code);
    }
}

#[test]
fn an_edit_that_a_later_one_takes_the_place_of_is_told_as_superseded() {
    let mut world = World::live(5);
    world.go_offline();
    world.run(100);
    world.edit("a", "e1", 1, priority(None, "urgent"));
    world.edit("a", "e2", 1, priority(Some("urgent"), "asap"));
    world.run(1_000);
    world.server.faults.unreachable = false;
    world.write(with_priority(1, "stat"));
    world.go_online();
    world.run(5_000);
    world.run_until_audited();
    world.server.audits.last("conflict-superseded");
}

#[test]
fn an_edit_of_a_field_that_nobody_else_changed_was_not_merged() {
    let mut world = World::live(5);
    let edit = |world: &mut World, id: &str, changes| {
        let version = world.server.task(1)["meta"]["versionId"].as_str().unwrap();
        let version = VersionId::new(version);
        let edit = NewEdit {
            version,
            ..world.new_edit(id, 1, changes)
        };
        world.say("a", TabMessage::Edit { edit });
    };
    edit(&mut world, "e1", priority(None, "urgent"));
    edit(&mut world, "e2", status("requested", "accepted"));
    world.run(1_000);
    edit(&mut world, "e3", priority(Some("urgent"), "asap"));
    world.run(1_000);
    world.run_until_audited();
    let codes = world.server.audits.codes();
    assert!(!codes.contains(&"conflict-merged"), "{codes:?}");
    let applied = codes.iter().filter(|code| **code == "edit-applied");
    assert_eq!(applied.count(), 3);
}

#[test]
fn a_job_is_told_when_it_begins_and_when_nothing_of_it_is_on_its_way() {
    let mut world = World::live(5);
    let change = FieldChange {
        field: EditField::Owner,
        seen: FieldValue::Absent,
        wanted: owner("Practitioner/me"),
    };
    let edits = (0..3).map(|id| world.new_edit(&format!("e{id}"), id, vec![change.clone()]));
    let edits = edits.collect();
    let job = JobId::new("tab:job 1");
    world.say("a", TabMessage::EditMany { job, edits });
    world.run(2_000);
    world.run_until_audited();
    let codes = world.server.audits.codes();
    assert_eq!(codes[1], "job-begin");
    assert_eq!(codes.last(), Some(&"job-end"));
    let ended = world.server.audits.events.last().unwrap();
    assert_eq!(ended["outcome"], "0");
    let details = ended["entity"][0]["detail"].to_string();
    assert!(
        details.contains(r#"{"type":"job","valueString":"tab:job1"}"#),
        "{details}"
    );
    assert!(
        details.contains(r#"{"type":"size","valueString":"3"}"#),
        "{details}"
    );
}

#[test]
fn a_sign_out_is_told_before_the_session_is_revoked() {
    let mut world = World::live(5);
    world.open_record("a", key(1));
    world.run(100);
    world.say("a", TabMessage::SignOut);
    world.run(1_000);
    assert_eq!(world.server.audits.codes(), ["sign-in", "view", "sign-out"]);
    let mut log = world.server.log.iter();
    let told = log.position(|(_, path, _)| path == "fhir/R4").unwrap();
    let mut rest = world.server.log[told..].iter();
    assert!(rest.any(|(_, path, _)| path == "oauth2/logout"));
    assert!(world.audits.databases.is_empty(), "nothing of it is left");
}

#[test]
fn a_session_that_ends_by_itself_is_told_when_the_same_user_is_back() {
    let mut world = World::live(5);
    world.run_until_audited();
    world.server.faults.refuse_refresh = true;
    world.run(60 * 60_000);
    assert_eq!(world.engine.audit().entries, 0, "nothing in memory");
    world.server.faults.refuse_refresh = false;
    world.sign_in("a");
    world.run(2_000);
    world.run_until_audited();
    let codes = world.server.audits.codes();
    assert_eq!(codes, ["sign-in", "session-end", "sign-in"]);
    assert_eq!(world.engine.audit().integrity, Ok(()));
}

#[test]
fn a_worker_that_comes_back_with_a_stored_session_is_no_sign_in() {
    let mut world = World::live(5);
    world.run_until_audited();
    world.next_life(5_000);
    world.hello("a");
    world.run(2_000);
    world.open_record("a", key(1));
    world.run_until_audited();
    assert_eq!(world.server.audits.codes(), ["sign-in", "view"]);
}
