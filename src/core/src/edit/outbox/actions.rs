//! What the user does: types, takes back, decides, sends again, discards.

use super::{
    Outbox,
    entry::{Author, Entry, FORMAT, Stage, Subject, undo_id},
    jobs::Job,
    strand::Step,
};
use crate::{
    edit::{
        Permissions,
        merge::is_possible,
        validate::{self, Writer},
    },
    engine::io::Io,
    identity::{EditId, JobId, ResourceKey, VersionId},
    limits,
    protocol::{
        Choice, EditField, EditOutcome, EditRefusal, FieldChange, FieldDecision, FieldValue,
        NewEdit,
    },
    time::Timestamp,
};

/// Who edits, and what they may.
#[derive(Clone, Debug)]
pub(crate) struct Asker<'a> {
    /// Reference of the user.
    pub(crate) profile: &'a str,
    /// Name of the user.
    pub(crate) name: &'a str,
    /// What the access policy lets them do.
    pub(crate) permissions: &'a Permissions,
}

impl Outbox {
    /// Takes an edit. One that is known already is taken for the same. `subject`: what the record is called.
    pub(crate) fn add(
        &mut self,
        io: &Io,
        asker: &Asker<'_>,
        edit: NewEdit,
        subject: Subject,
        job: Option<&JobId>,
    ) -> Result<(), EditRefusal> {
        let author = self.writer()?;
        if author.profile != asker.profile {
            return Err(EditRefusal::NotSignedIn);
        }
        if let Some(done) = self.end_of(&edit.id) {
            let outcome = done.outcome.clone();
            let job = job.and_then(|job| self.jobs.get_mut(job));
            job.into_iter().for_each(|job| job.count(&outcome));
            return Ok(());
        }
        if self.find(&edit.id).is_some() {
            return Ok(());
        }
        self.check_room(&edit.resource)?;
        let writer = Writer {
            profile: asker.profile,
            name: asker.name,
            now: edit.at,
        };
        let mut changes = validate::validate(&edit.resource.kind, edit.changes, &writer)?;
        for change in &changes {
            let may = asker.permissions.may_make(&edit.resource.kind, change);
            may.map_err(|bar| EditRefusal::Barred {
                field: change.field,
                bar,
            })?;
        }
        let later = self.typed_after(io, &edit.resource, edit.at);
        let before = later.first().copied().unwrap_or(u64::MAX);
        self.build_on_own(&edit.resource, before, &mut changes);
        if changes.is_empty() {
            return Err(EditRefusal::NothingToChange);
        }
        let entry = Entry {
            format: FORMAT,
            id: edit.id,
            author,
            job: job.cloned(),
            resource: edit.resource,
            subject,
            version: edit.version,
            at: edit.at,
            changes,
            undoes: false,
            stage: Stage::Waiting,
        };
        self.append(io, entry);
        self.put_behind(io, later);
        Ok(())
    }

    /// Takes an edit back: one that was not sent is discarded, another is followed by its reverse.
    pub(crate) fn undo(&mut self, io: &Io, id: &EditId) -> Result<(), EditRefusal> {
        self.undo_in(io, id, None)
    }

    fn undo_in(&mut self, io: &Io, id: &EditId, job: Option<&JobId>) -> Result<(), EditRefusal> {
        let author = self.writer()?;
        let undone = undo_id(id);
        if self.find(&undone).is_some() {
            return Ok(());
        }
        if let Some(end) = self.end_of(&undone) {
            // A second click does no harm. One that was discarded by its user, or lost against a colleague, is not done in silence.
            let is_so = matches!(
                end.outcome,
                EditOutcome::Applied { .. } | EditOutcome::AlreadySo
            );
            return is_so.then_some(()).ok_or(EditRefusal::NotUndoable);
        }
        let known = match self.find(id) {
            Some(number) if !self.may_be_sent(number) => return self.discard_number(number),
            Some(number) => self.held.get(&number),
            None => {
                let done = self.end_of(id).filter(|done| done.undoable);
                done.map(|done| &done.entry)
            }
        };
        let entry = known.cloned().ok_or(EditRefusal::NotUndoable)?;
        self.check_room(&entry.resource)?;
        let reversed = entry.changes.into_iter().rev().map(|change| FieldChange {
            field: change.field,
            seen: change.wanted,
            wanted: change.seen,
        });
        let reverse = Entry {
            author,
            id: undone,
            changes: reversed.collect(),
            undoes: true,
            at: io.clock_now(),
            job: job.cloned(),
            stage: Stage::Waiting,
            ..entry
        };
        self.note_taken_back(id);
        self.append(io, reverse);
        Ok(())
    }

    /// Takes every edit of a job back, as far as that is possible, as a job of its own: `undo:` and the name of the job.
    pub(crate) fn undo_job(&mut self, io: &Io, job: &JobId) -> Result<(), EditRefusal> {
        let waiting = self
            .held
            .values()
            .filter(|entry| entry.job.as_ref() == Some(job));
        let done = self
            .done
            .values()
            .filter(|done| done.undoable && done.entry.job.as_ref() == Some(job));
        let edits = waiting
            .map(|entry| &entry.id)
            .chain(done.map(|done| &done.entry.id));
        let edits: Vec<EditId> = edits.cloned().collect();
        if edits.is_empty() {
            return Err(EditRefusal::NotUndoable);
        }
        let undone = JobId::new(format!("undo:{job}"));
        self.begin_job(io, &undone, edits.len())?;
        edits
            .iter()
            .try_for_each(|edit| self.undo_in(io, edit, Some(&undone)))
    }

    /// Begins a job; `false` if it is there already.
    pub(crate) fn begin_job(
        &mut self,
        io: &Io,
        job: &JobId,
        edits: usize,
    ) -> Result<bool, EditRefusal> {
        self.writer()?;
        if self.jobs.contains_key(job) {
            return Ok(false);
        }
        if edits > self.room().min(limits::JOB_EDITS_MAX) {
            return Err(EditRefusal::OutboxFull {
                limit: self.room().min(limits::JOB_EDITS_MAX),
            });
        }
        if self.jobs.len() >= limits::JOBS_MAX {
            let oldest = self.jobs.iter().min_by_key(|(_, job)| job.at);
            let oldest = oldest.map(|(job, _)| job.clone());
            oldest.map(|job| self.jobs.remove(&job));
        }
        self.jobs
            .insert(job.clone(), Job::new(io.clock_now(), edits));
        self.news.job(job);
        self.deeds.begin(job, edits);
        Ok(true)
    }

    /// An edit of a job was not taken.
    pub(crate) fn refuse_in_job(&mut self, job: &JobId, key: &ResourceKey, reason: EditRefusal) {
        if let Some(known) = self.jobs.get_mut(job) {
            known.refuse(key, reason);
            self.news.job(job);
        }
    }

    /// The user has decided. A decision about values that are not theirs any longer is not taken: the conflict is told again.
    pub(crate) fn decide(
        &mut self,
        asker: &Asker<'_>,
        id: &EditId,
        version: &VersionId,
        decisions: &[FieldDecision],
        now: Timestamp,
    ) -> Result<(), EditRefusal> {
        self.writer()?;
        let Some(number) = self.find(id) else {
            // Somebody was faster, in another tab.
            return Ok(());
        };
        let Some(entry) = self.held.get(&number) else {
            return Ok(());
        };
        let Stage::Conflict { conflict } = &entry.stage else {
            return Ok(());
        };
        if conflict.version != *version {
            self.news.change(id);
            return Ok(());
        }
        let mut changes = Vec::new();
        let mut given_up = Vec::new();
        for (index, field) in conflict.fields.iter().enumerate() {
            let decision = decisions.iter().find(|decision| decision.index == index);
            let choice = match decision.map(|decision| decision.choice.clone()) {
                Some(choice) => choice,
                None if field.disputed => {
                    let field = field.field;
                    return Err(EditRefusal::ValueInvalid { field });
                }
                None => Choice::KeepMine,
            };
            let wanted = match choice {
                Choice::TakeTheirs => {
                    given_up.push(FieldChange {
                        field: field.field,
                        seen: field.seen.clone(),
                        wanted: field.mine.clone(),
                    });
                    continue;
                }
                Choice::KeepMine => field.mine.clone(),
                Choice::Write { value } => decided(field.field, value, asker, now)?,
            };
            let change = FieldChange {
                field: field.field,
                seen: field.theirs.clone(),
                wanted,
            };
            let possible = entry.undoes || is_possible(change.field, &change.seen, &change.wanted);
            if !possible {
                validate::check_step(&change)?;
            }
            if !change.seen.same(&change.wanted) {
                changes.push(change);
            }
        }
        self.take_decision(number, changes, &given_up);
        Ok(())
    }

    fn take_decision(&mut self, number: u64, changes: Vec<FieldChange>, given_up: &[FieldChange]) {
        let Some(entry) = self.held.get_mut(&number) else {
            return;
        };
        let key = entry.resource.clone();
        if changes.is_empty() {
            self.end(number, EditOutcome::TookTheirs);
        } else {
            entry.changes = changes;
            self.deeds.keep(entry);
            self.set_stage(number, Stage::Waiting);
        }
        self.rebase_after(number, &key, given_up);
    }

    /// Sends an edit once more that was rolled back.
    pub(crate) fn retry(&mut self, id: &EditId) -> Result<(), EditRefusal> {
        self.writer()?;
        let number = self.find(id).ok_or(EditRefusal::NotUndoable)?;
        let rolled_back = self
            .held
            .get(&number)
            .is_some_and(|entry| matches!(entry.stage, Stage::RolledBack { .. }));
        if rolled_back {
            self.set_stage(number, Stage::Waiting);
        }
        Ok(())
    }

    /// Discards an edit that was not sent, is asked about or was rolled back.
    pub(crate) fn discard(&mut self, id: &EditId) -> Result<(), EditRefusal> {
        self.writer()?;
        match self.find(id) {
            Some(number) if self.may_be_sent(number) => Err(EditRefusal::NotUndoable),
            Some(number) => self.discard_number(number),
            None => Ok(()),
        }
    }

    fn discard_number(&mut self, number: u64) -> Result<(), EditRefusal> {
        let Some(entry) = self.held.get(&number) else {
            return Ok(());
        };
        let (key, dropped) = (entry.resource.clone(), entry.changes.clone());
        self.end(number, EditOutcome::Discarded);
        self.rebase_after(number, &key, &dropped);
        Ok(())
    }

    /// Whether the server may have an edit already, or is just being given it.
    pub(super) fn may_be_sent(&self, number: u64) -> bool {
        let Some(entry) = self.held.get(&number) else {
            return false;
        };
        let in_run = self
            .strands
            .get(&entry.resource)
            .is_some_and(|strand| match &strand.step {
                Step::Storing(run) | Step::Sending(run) => {
                    run.edits.iter().any(|going| going.number == number)
                }
                Step::Reading { .. } | Step::Looking(_) => false,
            });
        in_run || matches!(entry.stage, Stage::Sent { .. })
    }

    /// A field that an earlier edit of the same user, before this number, changes already was seen as that edit leaves it.
    pub(super) fn build_on_own(
        &self,
        key: &ResourceKey,
        number: u64,
        changes: &mut Vec<FieldChange>,
    ) {
        for change in changes.iter_mut().filter(|change| !change.field.is_list()) {
            let own = self
                .of(key)
                .filter(|(before, entry)| *before < number && entry.is_under_way());
            let own = own
                .flat_map(|(_, entry)| &entry.changes)
                .filter(|own| own.field == change.field);
            if let Some(last) = own.last() {
                change.seen = last.wanted.clone();
            }
        }
        changes.retain(|change| !change.seen.same(&change.wanted));
    }

    fn writer(&self) -> Result<Author, EditRefusal> {
        let author = self.author.clone().filter(|_| !self.parked);
        author.ok_or(EditRefusal::NotSignedIn)
    }
}

/// A value that the user gives in a conflict.
fn decided(
    field: EditField,
    value: FieldValue,
    asker: &Asker<'_>,
    now: Timestamp,
) -> Result<FieldValue, EditRefusal> {
    let writer = Writer {
        profile: asker.profile,
        name: asker.name,
        now,
    };
    validate::cleaned(field, value, &writer).ok_or(EditRefusal::ValueInvalid { field })
}
