//! What people edit, by what is on their screen, and what they decide.

use panels_core::{
    edit::transitions,
    identity::{EditId, JobId, ResourceId, ResourceKey, ResourceType, VersionId},
    protocol::{
        Choice, ColumnKind, EditField, EditState, EditView, FhirDate, FieldChange, FieldDecision,
        FieldValue, NewEdit, TabMessage,
    },
};

use super::World;
use crate::{action::Editing, trace::Who, truth::Panel};

/// Records of a job.
const JOB_RECORDS_MAX: usize = 6;
/// People meet at the top of a list.
const TOP_ROWS: usize = 3;
/// Fields of a task that are in a table.
const FIELDS: [EditField; 5] = [
    EditField::Owner,
    EditField::Status,
    EditField::Priority,
    EditField::Due,
    EditField::BusinessStatus,
];

impl World {
    /// Somebody does something with edits in a tab; what does not suit the moment is left out.
    pub(super) fn edit(&mut self, tab: usize, editing: Editing, pick: u32) {
        if self.tabs[tab].checks.user().is_none() {
            return;
        }
        match editing {
            Editing::Field => self.edit_row(tab, pick, 1),
            Editing::TwoFields => self.edit_row(tab, pick, 2),
            Editing::Note => self.add_note(tab, pick),
            Editing::Contact => self.edit_in_record(tab, pick),
            Editing::Many => self.edit_many(tab, pick),
            Editing::Undo => self.undo(tab, pick),
            Editing::UndoJob => self.undo_job(tab, pick),
            Editing::Decide | Editing::Retry | Editing::Discard => {
                self.settle_one(tab, editing, pick);
            }
            Editing::Type => self.type_word(tab, pick),
            Editing::GiveUp => self.give_up_text(tab, pick),
        }
    }

    /// Somebody who wants to sign out is told what would be lost.
    pub(super) fn be_warned(&mut self, tab: usize) {
        let discards = self.calm || self.editor.bool();
        self.trace.line(self.now, Who::Tab(tab), || {
            format!("< is warned; discards: {discards}")
        });
        if discards {
            self.ledger
                .let_go_of_tab(tab, "its user signed out over it");
            if let Some(user) = self.tabs[tab].checks.user() {
                self.drafts.let_go_of_all(self.tabs[tab].profile, user);
            }
            self.say(tab, TabMessage::SignOutDiscarding);
        }
    }

    /// After everything has healed people bring to an end what waits for them.
    pub(super) fn settle_edits(&mut self) {
        for profile in 0..self.profiles.len() {
            let tabs = self.tabs_of(profile);
            let Some(tab) = tabs.first().copied() else {
                continue;
            };
            let waiting = self.tabs[tab].edits.conflicts().len();
            for _ in 0..waiting {
                let pick = self.editor.u32(..);
                self.settle_one(tab, Editing::Decide, pick);
            }
            let editing = [Editing::Retry, Editing::Discard][self.editor.usize(..2)];
            let stopped = self.tabs[tab].edits.rolled_back().len();
            for nth in 0..stopped {
                self.settle_one(tab, editing, nth as u32);
            }
        }
    }

    fn edit_row(&mut self, tab: usize, pick: u32, fields: usize) {
        let Some((key, version)) = self.row_to_edit(tab, pick) else {
            return;
        };
        let mut changes: Vec<FieldChange> = Vec::new();
        for _ in 0..fields {
            let field = FIELDS[self.editor.usize(..FIELDS.len())];
            if changes.iter().any(|change| change.field == field) {
                continue;
            }
            let seen = self.seen(tab, &key, field);
            changes.extend(seen.and_then(|seen| self.wish(field, seen)));
        }
        self.say_edit(tab, key, version, changes);
    }

    fn add_note(&mut self, tab: usize, pick: u32) {
        let Some((key, version)) = self.row_to_edit(tab, pick) else {
            return;
        };
        let text = format!("note {}", self.edits_named);
        let note = FieldValue::Note {
            author: None,
            name: None,
            time: None,
            text,
        };
        let change = FieldChange {
            field: EditField::Note,
            seen: FieldValue::Absent,
            wanted: note,
        };
        self.say_edit(tab, key, version, vec![change]);
    }

    /// Contacts and tags are shown in the open record only.
    fn edit_in_record(&mut self, tab: usize, pick: u32) {
        let record = self.tabs[tab].record.as_ref();
        let Some((key, content)) =
            record.and_then(|record| Some((record.key.clone(), record.content.clone()?)))
        else {
            return self.open_record(tab, pick % TOP_ROWS as u32);
        };
        let wanted = |field: EditField| {
            matches!(
                field,
                EditField::Contact | EditField::AddressCity | EditField::Tag
            )
        };
        let fields: Vec<_> = content
            .editable
            .iter()
            .filter(|editable| wanted(editable.field) && editable.bar.is_none())
            .collect();
        let Some(chosen) = (pick as usize)
            .checked_rem(fields.len())
            .map(|place| fields[place])
        else {
            return self.open_record(tab, pick % TOP_ROWS as u32);
        };
        let number = self.edits_named;
        let wanted = match chosen.field {
            EditField::Contact
                if chosen.value != FieldValue::Absent && self.editor.u8(0..4) == 0 =>
            {
                FieldValue::Absent
            }
            EditField::Tag if chosen.value != FieldValue::Absent => FieldValue::Absent,
            EditField::Tag => FieldValue::Tag {
                system: None,
                code: Some(format!("tag {number}")),
                label: format!("tag {number}"),
            },
            EditField::Contact => FieldValue::Contact {
                system: Some("phone".to_owned()),
                value: format!("555-{number:04}"),
            },
            _ => FieldValue::Text(format!("Town {number}")),
        };
        let change = FieldChange {
            field: chosen.field,
            seen: chosen.value.clone(),
            wanted,
        };
        self.say_edit(tab, key, content.version, vec![change]);
    }

    fn edit_many(&mut self, tab: usize, pick: u32) {
        let Some((panel, table)) = &self.tabs[tab].table else {
            return;
        };
        if *panel == Panel::Patients {
            return;
        }
        let rows = table
            .order()
            .iter()
            .take(1 + pick as usize % JOB_RECORDS_MAX);
        let rows: Vec<_> = rows
            .filter_map(|id| Some((id.clone(), table.row(id)?.version.clone())))
            .collect();
        let field = FIELDS[self.editor.usize(..FIELDS.len())];
        let edits: Vec<_> = rows
            .into_iter()
            .filter_map(|(id, version)| {
                let key = ResourceKey::new(ResourceType::Task, id);
                let seen = self.seen(tab, &key, field)?;
                let change = self.wish(field, seen)?;
                Some(self.named(tab, key, version, vec![change]))
            })
            .collect();
        if edits.is_empty() {
            return;
        }
        let job = JobId::new(format!("job:{}", edits[0].id));
        for edit in &edits {
            self.note_typed(tab, edit);
        }
        let ids = edits.iter().map(|edit| edit.id.clone()).collect();
        let profile = self.tabs[tab].profile;
        self.ledger.jobs.push((profile, job.clone(), ids));
        self.say(tab, TabMessage::EditMany { job, edits });
    }

    fn undo(&mut self, tab: usize, pick: u32) {
        let (profile, user) = (self.tabs[tab].profile, self.tabs[tab].checks.user());
        let own = self.ledger.of(profile, user);
        let Some(edit) = nth(&own, pick).cloned() else {
            return;
        };
        self.ledger.let_go(&edit, "its user took it back");
        self.say(tab, TabMessage::UndoEdit { edit });
    }

    fn undo_job(&mut self, tab: usize, pick: u32) {
        let profile = self.tabs[tab].profile;
        let jobs = self.ledger.jobs.iter();
        let jobs = jobs.filter(|(of, ..)| *of == profile);
        let jobs: Vec<_> = jobs.map(|(_, job, _)| job.clone()).collect();
        let Some(job) = nth(&jobs, pick).cloned() else {
            return;
        };
        self.ledger
            .let_go_of_job(&job, "its user took the job back");
        self.say(tab, TabMessage::UndoJob { job });
    }

    /// One of the edits that wait for the user, or of all where something may be discarded.
    fn settle_one(&mut self, tab: usize, editing: Editing, pick: u32) {
        let edits = &self.tabs[tab].edits;
        let waiting = match editing {
            Editing::Decide => edits.conflicts(),
            Editing::Retry => edits.rolled_back(),
            _ if self.calm => edits.rolled_back(),
            _ => edits
                .conflicts()
                .into_iter()
                .chain(edits.rolled_back())
                .collect(),
        };
        let Some(view) = nth(&waiting, pick).map(|view| (*view).clone()) else {
            return;
        };
        match editing {
            Editing::Decide => self.decide(tab, view),
            Editing::Retry => {
                self.ledger.sent_again(&view.id);
                self.say(tab, TabMessage::RetryEdit { edit: view.id });
            }
            _ => {
                self.ledger.let_go(&view.id, "its user discarded it");
                self.say(tab, TabMessage::DiscardEdit { edit: view.id });
            }
        }
    }

    fn decide(&mut self, tab: usize, view: EditView) {
        let EditState::Conflict { conflict } = view.state else {
            return;
        };
        let keep = self.editor.bool();
        let disputed = conflict.fields.iter().enumerate();
        let disputed = disputed.filter(|(_, field)| field.disputed);
        let decisions: Vec<_> = disputed
            .map(|(index, field)| FieldDecision {
                index,
                choice: if keep && field.mine_possible {
                    Choice::KeepMine
                } else {
                    Choice::TakeTheirs
                },
            })
            .collect();
        // What is not in dispute goes along: its value was on the screen too.
        for (index, field) in conflict.fields.iter().enumerate() {
            let taken = decisions
                .iter()
                .any(|decision| decision.index == index && decision.choice == Choice::TakeTheirs);
            if taken {
                self.ledger.gave_up(&view.id, field.field);
            } else {
                self.ledger.decided(&view.id, field.field, &field.theirs);
            }
        }
        self.say(
            tab,
            TabMessage::DecideConflict {
                edit: view.id,
                version: conflict.version,
                decisions,
            },
        );
    }

    /// A task that is on the screen.
    fn row_to_edit(&mut self, tab: usize, pick: u32) -> Option<(ResourceKey, VersionId)> {
        let (panel, table) = self.tabs[tab].table.as_ref()?;
        if *panel == Panel::Patients {
            return None;
        }
        let rows = table.order();
        let among = if self.editor.bool() {
            rows.len().min(TOP_ROWS)
        } else {
            rows.len()
        };
        let place = (pick as usize).checked_rem(among)?;
        let id: &ResourceId = rows.get(place)?;
        let version = table.row(id)?.version.clone();
        Some((ResourceKey::new(ResourceType::Task, id.clone()), version))
    }

    /// What the table shows of a field.
    fn seen(&self, tab: usize, key: &ResourceKey, field: EditField) -> Option<FieldValue> {
        let (_, table) = self.tabs[tab].table.as_ref()?;
        let row = table.row(&key.id)?;
        let kind = match field {
            EditField::Owner => ColumnKind::Person,
            EditField::Priority => ColumnKind::Priority,
            EditField::Due => ColumnKind::Due,
            _ => ColumnKind::Status,
        };
        let view = self.tabs[tab].view()?;
        let place = view.columns.iter().position(|column| column.kind == kind)?;
        FieldValue::from_cell(field, row.cells.get(place)?)
    }

    /// A change of a field to something else.
    fn wish(&mut self, field: EditField, seen: FieldValue) -> Option<FieldChange> {
        let number = self.edits_named;
        let wanted = match field {
            EditField::Status => {
                let FieldValue::Code(from) = &seen else {
                    return None;
                };
                let next = transitions::next(from);
                let open = next.iter().filter(|code| **code != "entered-in-error");
                let open: Vec<_> = open.collect();
                let place = self.editor.usize(..).checked_rem(open.len())?;
                FieldValue::Code((*open[place]).to_owned())
            }
            EditField::Priority => {
                let code = ["routine", "urgent", "asap", "stat"][self.editor.usize(..4)];
                FieldValue::Code(code.to_owned())
            }
            EditField::Owner => {
                let staff = &self.server.clinic.ward.staff;
                let owner = &staff[self.editor.usize(..staff.len().min(6))];
                FieldValue::Reference {
                    reference: Some(owner.reference.clone()),
                    display: Some(owner.display.clone()),
                }
            }
            EditField::Due => {
                let (month, day) = (1 + number / 28 % 12, 1 + number % 28);
                FieldValue::Date(FhirDate::Day(2027, month as u8, day as u8))
            }
            _ => FieldValue::Concept {
                code: None,
                system: None,
                label: format!("stage {number}"),
            },
        };
        Some(FieldChange {
            field,
            seen,
            wanted,
        })
    }

    fn named(
        &mut self,
        tab: usize,
        resource: ResourceKey,
        version: VersionId,
        changes: Vec<FieldChange>,
    ) -> NewEdit {
        self.edits_named += 1;
        NewEdit {
            id: EditId::new(format!("{}:{}", self.tabs[tab].id, self.edits_named)),
            resource,
            version,
            at: self.profiles[self.tabs[tab].profile].clock(self.now),
            changes,
        }
    }

    fn note_typed(&mut self, tab: usize, edit: &NewEdit) {
        let Some(user) = self.tabs[tab].checks.user() else {
            return;
        };
        self.trace.line(self.now, Who::Tab(tab), || {
            format!("> edits {} {}: {:?}", edit.resource, edit.id, edit.changes)
        });
        self.ledger.typed(self.tabs[tab].profile, user, tab, edit);
    }

    fn say_edit(
        &mut self,
        tab: usize,
        resource: ResourceKey,
        version: VersionId,
        changes: Vec<FieldChange>,
    ) {
        if changes.is_empty() {
            return;
        }
        let edit = self.named(tab, resource, version, changes);
        self.note_typed(tab, &edit);
        self.say(tab, TabMessage::Edit { edit });
        if self.ambushes.front() == Some(&crate::action::Ambush::TabDies) {
            self.ambushes.pop_front();
            self.kill_tab(tab);
        }
    }
}

fn nth<T>(all: &[T], pick: u32) -> Option<&T> {
    let place = (pick as usize).checked_rem(all.len())?;
    all.get(place)
}
