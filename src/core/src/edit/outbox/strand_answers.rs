//! What answers of the server mean for the edits of a record.

use super::{
    Entry, Outbox, Stage,
    plan::plan,
    retry_at,
    strand::{Call, Event, Run, Step},
};
use crate::{
    edit::{
        answer::{Answer, Reading, TEST_FAILED, of_patch, of_read},
        change::Standing,
        document::Document,
        merge::fields_to_decide,
        policy::{Strategy, strategy},
    },
    engine::{io::Io, requests::Outcome},
    fhir::Resource,
    identity::{ResourceKey, VersionId},
    limits,
    protocol::{Conflict, ConflictReason, EditOutcome, FieldChange, RollbackReason},
};

impl Outbox {
    /// The answer to one of the calls. `in_doubt`: it is being asked whether the user is still a member.
    pub(crate) fn on_answer(
        &mut self,
        io: &mut Io,
        call: Call,
        outcome: &Outcome,
        in_doubt: bool,
    ) -> Option<Event> {
        match call {
            Call::Patch(key) => self.on_patched(io, &key, outcome),
            Call::Read(key) => {
                self.on_read(io, &key, outcome, in_doubt);
                None
            }
            Call::History(key) => {
                self.on_history(io, &key, outcome);
                None
            }
        }
    }

    fn on_patched(&mut self, io: &mut Io, key: &ResourceKey, outcome: &Outcome) -> Option<Event> {
        let strand = self.strands.get_mut(key)?;
        let Step::Sending(run) = &strand.step else {
            return None;
        };
        let (run, asked) = (run.clone(), strand.asked);
        match of_patch(key, outcome) {
            Answer::Version(resource) => {
                self.strands.remove(key);
                self.settle(&run, &resource);
                return Some(Event::Written(resource, asked));
            }
            Answer::Contention | Answer::Later => {
                strand.rounds += 1;
                let at = retry_at(io, strand.rounds);
                self.send_patch(io, key, at);
            }
            Answer::Refused(reason) => {
                strand.rounds += 1;
                strand.refused = Some((reason, run));
                let doubt = !strand.in_doubt.is_empty();
                self.read(io, key, doubt, None);
            }
            Answer::Unknown => {
                strand.in_doubt = run.edits.iter().map(|going| going.number).collect();
                self.read(io, key, true, None);
            }
        }
        None
    }

    /// The server has written a version: edits whose changes are in it have ended, others were not let through.
    fn settle(&mut self, run: &Run, resource: &Resource) {
        let body = Document::of(resource).body;
        let left = run
            .changes
            .iter()
            .filter(|change| change.standing(&body) != Standing::Wanted);
        let left: Vec<_> = left.map(|change| change.field).collect();
        for going in &run.edits {
            let Some(entry) = self.held.get(&going.number) else {
                continue;
            };
            let kept = entry
                .changes
                .iter()
                .find(|change| left.contains(&change.field));
            match kept.map(|change| change.field) {
                Some(field) => self.roll_back(going.number, RollbackReason::ReadOnly { field }),
                None => {
                    let outcome = EditOutcome::Applied {
                        version: Some(resource.version.clone()),
                        overwrote: going.overwrites.clone(),
                        undoable: true,
                    };
                    self.end(going.number, outcome);
                }
            }
        }
    }

    fn on_read(&mut self, io: &mut Io, key: &ResourceKey, outcome: &Outcome, in_doubt: bool) {
        let Some(strand) = self.strands.get(key) else {
            return;
        };
        let Step::Reading { doubt } = strand.step else {
            return;
        };
        match of_read(key, outcome) {
            Reading::Version(resource) if doubt => self.look_for_it(io, key, &resource),
            Reading::Version(resource) => self.merge_into(io, key, &resource),
            Reading::Absent(reason) if !(in_doubt && reason == RollbackReason::Deleted) => {
                self.strands.remove(key);
                let rolled_back = |entry: &Entry| matches!(entry.stage, Stage::RolledBack { .. });
                let gone = self.of(key).filter(|(_, entry)| !rolled_back(entry));
                for number in gone.map(|(number, _)| number).collect::<Vec<_>>() {
                    let reason = reason.clone();
                    self.set_stage(number, Stage::RolledBack { reason });
                }
            }
            Reading::Absent(_) | Reading::Unusable => {
                let wait_ms = limits::EDIT_READ_AGAIN_MS / 2;
                let again = io.now + wait_ms + io.jitter_ms(wait_ms);
                self.read(io, key, doubt, Some(again));
            }
        }
    }

    /// What may have been sent was carried out.
    pub(super) fn end_made(&mut self, made: &[u64], version: &VersionId) {
        for number in made {
            let overwrote = match self.held.get(number).map(|entry| &entry.stage) {
                Some(Stage::Sent { overwrites, .. }) => overwrites.clone(),
                _ => Vec::new(),
            };
            let outcome = EditOutcome::Applied {
                version: Some(version.clone()),
                overwrote,
                undoable: true,
            };
            self.end(*number, outcome);
        }
    }

    /// Nobody can tell whether what was sent was carried out, and the record has changed since: the user is asked, except where
    /// both stay anyway, or where the record is as it was to be.
    pub(super) fn ask_about(&mut self, key: &ResourceKey, sent: &[u64], now: &Resource) {
        let body = Document::of(now).body;
        let asked = sent.iter().filter_map(|number| {
            let entry = self.held.get(number)?;
            let merges =
                |change: &FieldChange| strategy(&key.kind, change.field) == Strategy::Merge;
            let settled = entry.changes.iter().all(merges) || is_made(&entry.changes, &body);
            let why = ConflictReason::OutcomeUnknown;
            (!settled).then(|| (*number, conflict(entry, now, &body, why)))
        });
        for (number, conflict) in asked.collect::<Vec<_>>() {
            self.set_stage(number, Stage::Conflict { conflict });
        }
    }

    /// Merges what waits into what the server holds now.
    pub(super) fn merge_into(&mut self, io: &mut Io, key: &ResourceKey, now: &Resource) {
        let document = Document::of(now);
        let next = plan(&key.kind, &document, self.eligible(key));
        let refused = self
            .strands
            .get_mut(key)
            .and_then(|strand| strand.refused.take());
        if let Some((reason, run)) = refused
            && self.is_final(key, &reason, &run, &next.patch)
        {
            return self.give_up_run(key, reason, &run);
        }
        self.carry_out(io, key, now, next);
    }

    /// Whether a refusal is no matter of what others wrote meanwhile: the same question would get the same answer.
    fn is_final(
        &self,
        key: &ResourceKey,
        reason: &RollbackReason,
        run: &Run,
        next: &[serde_json::Value],
    ) -> bool {
        let rounds = self.strands.get(key).map_or(0, |strand| strand.rounds);
        let same = next == run.patch;
        let passing = match reason {
            RollbackReason::Invalid { message } => {
                message == TEST_FAILED || message.contains("Value required at path")
            }
            // A read has just found it.
            RollbackReason::NotFound | RollbackReason::Deleted => true,
            _ => false,
        };
        match (same, passing) {
            (true, false) => true,
            (true, true) => rounds >= limits::EDIT_ROUNDS_MAX,
            // Others write all the time, and the version that it is for changes each time.
            (false, false) => rounds >= limits::EDIT_ROUNDS_MAX && !next.is_empty(),
            (false, true) => false,
        }
    }

    /// The edits of a patch are refused: one of them for itself, several one by one.
    fn give_up_run(&mut self, key: &ResourceKey, reason: RollbackReason, run: &Run) {
        self.strands.remove(key);
        match &run.edits[..] {
            [only] => self.roll_back(only.number, reason),
            several => {
                // None of them was carried out.
                for going in several {
                    self.set_stage(going.number, Stage::Waiting);
                }
                self.one_by_one.insert(key.clone());
            }
        }
    }

    /// Whether the user is asked about a record.
    pub(crate) fn asks_about(&self, key: &ResourceKey) -> bool {
        let mut edits = self.of(key);
        edits.any(|(_, entry)| matches!(entry.stage, Stage::Conflict { .. }))
    }

    /// The same as [`Self::on_version`] of a record of which nothing else is known, so that a late version has to be told apart here.
    pub(crate) fn on_version_out_of_sight(&mut self, now: &Resource) {
        let is_newer = |(_, entry): (u64, &Entry)| match &entry.stage {
            Stage::Conflict { conflict } => conflict.at < now.updated,
            _ => true,
        };
        if self.of(&now.key).all(is_newer) {
            self.on_version(now);
        }
    }

    /// A record that waits for the user has a new version: what is theirs is shown as it is now, and where nothing is in
    /// dispute any longer nobody is asked.
    pub(crate) fn on_version(&mut self, now: &Resource) {
        let asked = self
            .of(&now.key)
            .filter(|(_, entry)| matches!(entry.stage, Stage::Conflict { .. }));
        let asked: Vec<u64> = asked.map(|(number, _)| number).collect();
        if asked.is_empty() {
            return;
        }
        let body = Document::of(now).body;
        for number in asked {
            let Some(entry) = self.held.get(&number) else {
                continue;
            };
            let Stage::Conflict { conflict } = &entry.stage else {
                continue;
            };
            let disputed = entry
                .changes
                .iter()
                .any(|change| matches!(change.standing(&body), Standing::Other(_)));
            let renewed = self::conflict(entry, now, &body, conflict.why);
            let theirs = |conflict: &Conflict| {
                let values = conflict.fields.iter().map(|field| field.theirs.clone());
                values.collect::<Vec<_>>()
            };
            if !disputed && conflict.why == ConflictReason::BothChanged {
                if !self.ask_about_later(number, now, &body) {
                    self.set_stage(number, Stage::Waiting);
                }
            } else if theirs(&renewed) != theirs(conflict) {
                self.set_stage(number, Stage::Conflict { conflict: renewed });
            }
        }
    }
}

/// The choice between an edit and what the server holds.
pub(super) fn conflict(
    entry: &Entry,
    now: &Resource,
    body: &serde_json::Value,
    why: ConflictReason,
) -> Conflict {
    let standings = entry.changes.iter().map(|change| change.standing(body));
    let mut fields = fields_to_decide(&entry.changes, standings.collect(), entry.undoes);
    if why == ConflictReason::OutcomeUnknown {
        for field in &mut fields {
            field.disputed = !field.theirs.same(&field.mine);
        }
    }
    Conflict {
        version: now.version.clone(),
        by: now.author.as_deref().map(str::to_owned),
        at: now.updated,
        why,
        fields,
    }
}

pub(super) fn is_made(changes: &[FieldChange], body: &serde_json::Value) -> bool {
    changes
        .iter()
        .all(|change| change.standing(body) == Standing::Wanted)
}
