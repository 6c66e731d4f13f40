//! A person who edits, and what their tabs are told of it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    screen::Screen,
    world::{DISK_MS, Happening, World, around, task},
};
use crate::{
    engine::{Input, OutboxOrder},
    identity::{EditId, JobId, ResourceId, ResourceKey, ResourceType, VersionId},
    protocol::{
        Cell, Choice, EditField, EditOutcome, EditRefusal, EditState, EditView, EditsNews,
        FieldChange, FieldDecision, FieldValue, JobView, NewEdit, OutboxSummary, PendingState, Row,
        Surroundings, TabMessage, WorkerMessage,
    },
};

/// What a tab knows of edits.
#[derive(Default)]
pub(super) struct Edits {
    revision: Option<u64>,
    pub(super) open: BTreeMap<EditId, EditView>,
    pub(super) ended: BTreeMap<EditId, EditOutcome>,
    pub(super) jobs: BTreeMap<JobId, JobView>,
    pub(super) summary: Option<OutboxSummary>,
}

impl Edits {
    pub(super) fn take(&mut self, news: &EditsNews) {
        if !news.whole {
            if self.revision.is_some_and(|seen| news.revision <= seen) {
                return;
            }
            assert!(
                self.revision.is_some_and(|seen| news.revision == seen + 1),
                "no gaps"
            );
        } else {
            self.open.clear();
        }
        self.revision = Some(news.revision);
        self.summary = Some(news.summary.clone());
        for edit in &news.edits {
            self.open.insert(edit.id.clone(), edit.clone());
        }
        for ended in &news.ended {
            self.open.remove(&ended.id);
            self.ended.insert(ended.id.clone(), ended.outcome.clone());
        }
        for job in &news.jobs {
            self.jobs.insert(job.id.clone(), job.clone());
        }
    }
}

pub(super) fn key(id: usize) -> ResourceKey {
    ResourceKey::new(ResourceType::Task, ResourceId::new(format!("t{id}")))
}

pub(super) fn code(text: &str) -> FieldValue {
    FieldValue::Code(text.into())
}

pub(super) fn owner(reference: &str) -> FieldValue {
    FieldValue::Reference {
        reference: Some(reference.into()),
        display: Some("A name".into()),
    }
}

pub(super) fn priority(seen: Option<&str>, wanted: &str) -> Vec<FieldChange> {
    let seen = seen.map_or(FieldValue::Absent, code);
    vec![FieldChange {
        field: EditField::Priority,
        seen,
        wanted: code(wanted),
    }]
}

pub(super) fn status(seen: &str, wanted: &str) -> Vec<FieldChange> {
    vec![FieldChange {
        field: EditField::Status,
        seen: code(seen),
        wanted: code(wanted),
    }]
}

/// A label of the ward's own workflow, where there was none: the last writer wins.
pub(super) fn business_status(wanted: &str) -> Vec<FieldChange> {
    let wanted = FieldValue::Concept {
        code: None,
        system: None,
        label: wanted.into(),
    };
    vec![FieldChange {
        field: EditField::BusinessStatus,
        seen: FieldValue::Absent,
        wanted,
    }]
}

pub(super) fn note(text: &str) -> Vec<FieldChange> {
    let wanted = FieldValue::Note {
        author: None,
        name: None,
        time: None,
        text: text.into(),
    };
    vec![FieldChange {
        field: EditField::Note,
        seen: FieldValue::Absent,
        wanted,
    }]
}

/// A task with a priority.
pub(super) fn with_priority(id: usize, priority: &str) -> Value {
    let mut body = task(id, "requested");
    body["priority"] = json!(priority);
    body
}

impl World {
    pub(super) fn new_edit(&self, id: &str, record: usize, changes: Vec<FieldChange>) -> NewEdit {
        NewEdit {
            id: EditId::new(id),
            resource: key(record),
            version: VersionId::new("v1"),
            at: self.now,
            changes,
        }
    }

    /// A person types something in a tab.
    pub(super) fn edit(&mut self, tab: &str, id: &str, record: usize, changes: Vec<FieldChange>) {
        let edit = self.new_edit(id, record, changes);
        self.say(tab, TabMessage::Edit { edit });
    }

    pub(super) fn decide(&mut self, tab: &str, id: &str, choices: Vec<Choice>) {
        let version = match &self.screen(tab).edits.open[&EditId::new(id)].state {
            EditState::Conflict { conflict } => conflict.version.clone(),
            other => panic!("no conflict: {other:?}"),
        };
        let decisions = choices.into_iter().enumerate();
        let decisions = decisions.map(|(index, choice)| FieldDecision { index, choice });
        self.say(
            tab,
            TabMessage::DecideConflict {
                edit: EditId::new(id),
                version,
                decisions: decisions.collect(),
            },
        );
    }

    pub(super) fn undo(&mut self, tab: &str, id: &str) {
        let edit = EditId::new(id);
        self.say(tab, TabMessage::UndoEdit { edit });
    }

    /// How an edit ended, as a tab was told.
    pub(super) fn outcome(&self, tab: &str, id: &str) -> Option<&EditOutcome> {
        self.screen(tab).edits.ended.get(&EditId::new(id))
    }

    pub(super) fn assert_applied(&self, tab: &str, id: &str) {
        let outcome = self.outcome(tab, id);
        let applied = matches!(outcome, Some(EditOutcome::Applied { .. }));
        assert!(
            applied,
            "{id}: {outcome:?} {:?}\n{}",
            self.state(tab, id),
            self.logs.join("\n")
        );
    }

    /// Where an edit is, as a tab was told.
    pub(super) fn state(&self, tab: &str, id: &str) -> Option<EditState> {
        let edit = self.screen(tab).edits.open.get(&EditId::new(id));
        edit.map(|edit| edit.state.clone())
    }

    /// The row of a task as a tab shows it.
    pub(super) fn row(&self, tab: &str, record: usize) -> &Row {
        &self.screen(tab).last[&key(record).id]
    }

    pub(super) fn priority_shown(&self, tab: &str, record: usize) -> Option<&'static str> {
        match &self.row(tab, record).cells[0] {
            Cell::Priority(priority) => Some(priority.code()),
            _ => None,
        }
    }

    pub(super) fn pending(&self, tab: &str, record: usize) -> Vec<(EditField, PendingState)> {
        let pending = self.row(tab, record).pending.iter();
        pending.map(|field| (field.field, field.state)).collect()
    }

    /// Why the last edit of a tab was not taken.
    pub(super) fn refusal(&self, tab: &str) -> Option<EditRefusal> {
        let messages = self.screen(tab).messages.iter().rev();
        let mut refusals = messages.filter_map(|message| match message {
            WorkerMessage::EditRefused { reason, .. } => Some(reason.clone()),
            _ => None,
        });
        refusals.next()
    }

    /// Goes on until a patch has reached the server.
    pub(super) fn run_until_patched(&mut self) {
        let before = self.server.patches();
        for _ in 0..10_000 {
            if self.server.patches() > before {
                return;
            }
            self.run(1);
        }
        panic!("nothing was sent\n{}", self.logs.join("\n"));
    }

    /// The network is gone, and the browser knows it.
    pub(super) fn go_offline(&mut self) {
        self.say_online(false);
        self.server.faults.unreachable = true;
        self.sockets_blocked = true;
        self.drop_sockets();
    }

    pub(super) fn go_online(&mut self) {
        self.server.faults.unreachable = false;
        self.sockets_blocked = false;
        self.say_online(true);
    }

    fn say_online(&mut self, online: bool) {
        let tabs: Vec<_> = self
            .screens
            .keys()
            .map(|tab| tab.as_str().to_owned())
            .collect();
        for tab in tabs {
            let now = Surroundings { online, ..around() };
            self.say(&tab, TabMessage::Surroundings(now));
        }
    }

    pub(super) fn keep_edits(&mut self, order: OutboxOrder) {
        match order {
            OutboxOrder::Open { name } => {
                for event in self.edits.open(name) {
                    self.at(DISK_MS, Happening::Input(Input::Outbox(event)));
                }
            }
            OutboxOrder::Write { write, changes } => {
                let event = self.edits.write(write, changes);
                self.at(DISK_MS, Happening::Input(Input::Outbox(event)));
            }
            OutboxOrder::Close => self.edits.close(),
            OutboxOrder::Discard => self.edits.discard(),
        }
    }
}

impl Screen {
    /// Notes the rows of a message, and what it says of edits.
    pub(super) fn note(&mut self, message: &WorkerMessage) {
        match message {
            WorkerMessage::Snapshot { rows, .. } => self.note_rows(rows),
            WorkerMessage::Changes { panels, .. } => {
                for panel in panels {
                    self.note_rows(&panel.rows);
                }
            }
            WorkerMessage::Edits { news } => self.edits.take(news),
            _ => {}
        }
    }

    fn note_rows(&mut self, rows: &[Row]) {
        for row in rows {
            self.last.insert(row.id.clone(), row.clone());
        }
    }
}
