//! Invariant 3, by what engines say: no edit is forgotten, ends twice, comes back, or is shown to somebody else.

use panels_core::{
    engine::{OutboxOrder, Output},
    protocol::{
        EditOutcome, EditRefusal, EditView, EditsNews, EndedEdit, SessionView, WorkerMessage,
    },
};

use super::{
    ledger::{End, Known},
    values::{elements, stored},
};
use crate::{storage::Command, trace::Who, world::World};

impl World {
    /// What an engine says of edits.
    pub(super) fn check_edits(&mut self, worker: usize, output: &Output) {
        let (Output::ToAll { message } | Output::ToTab { message, .. }) = output else {
            return;
        };
        match message {
            WorkerMessage::Session { session, .. } => {
                if let SessionView::SignedOut { .. } = session {
                    self.note_discarded(worker);
                    self.note_departed(worker);
                }
                self.workers[worker].checks.user = match session {
                    SessionView::SignedIn { profile, .. } => self.truth.user_of(profile),
                    _ => None,
                };
            }
            WorkerMessage::Edits { news } => {
                let mut ends = news.ended.iter();
                if ends.any(|ended| ended.outcome == EditOutcome::Discarded) {
                    self.note_discarded(worker);
                }
                self.check_news(worker, news);
            }
            WorkerMessage::EditRefused {
                edit: Some(edit),
                reason,
                ..
            } if *reason != EditRefusal::NotSignedIn => {
                let known = self.ledger.edits.get_mut(edit);
                // A refusal of what somebody wants done with it is none of the edit. One that was asked for again in another life
                // of the worker may be refused there: the policy may be another one by now, and its user is told.
                let about_itself = |known: &&mut Known| {
                    known.is_new()
                        || (known.shown_by != Some(worker) && *reason != EditRefusal::NotUndoable)
                };
                if let Some(known) = known.filter(about_itself) {
                    known.end.get_or_insert(End::Refused);
                }
            }
            WorkerMessage::EditRefused { job: Some(job), .. } => {
                let jobs = self.ledger.jobs.iter().filter(|(_, known, _)| known == job);
                let edits: Vec<_> = jobs.flat_map(|(_, _, edits)| edits.clone()).collect();
                for edit in edits {
                    let known = self.ledger.edits.get_mut(&edit);
                    if let Some(known) = known.filter(|known| known.is_new()) {
                        known.end.get_or_insert(End::Refused);
                    }
                }
            }
            _ => {}
        }
    }

    fn check_news(&mut self, worker: usize, news: &EditsNews) {
        self.trace.line(self.now, Who::Worker(worker), || {
            let states = news.edits.iter().map(|edit| {
                let state = format!("{:?}", edit.state);
                let state: String = state.chars().take(160).collect();
                format!("{} kept {} {state}", edit.id, edit.kept)
            });
            let ended = news
                .ended
                .iter()
                .map(|ended| format!("{} {:?}", ended.id, ended.outcome));
            let all: Vec<_> = states.chain(ended).collect();
            format!(
                "edits {} whole {}: {}",
                news.revision,
                news.whole,
                all.join(", ")
            )
        });
        for view in &news.edits {
            self.check_shown(worker, view);
        }
        for ended in &news.ended {
            self.check_end(worker, ended);
        }
        for job in &news.jobs {
            let jobs = self
                .ledger
                .jobs
                .iter()
                .filter(|(_, known, _)| *known == job.id);
            let edits: Vec<_> = jobs.flat_map(|(_, _, edits)| edits.clone()).collect();
            for edit in edits {
                let Some(known) = self.ledger.edits.get_mut(&edit) else {
                    continue;
                };
                let refused = job.refused.iter().any(|row| row.resource == known.resource);
                // Taken in one life without a storage, refused in the next.
                let was_lost = !known.was_kept && known.shown_by != Some(worker);
                if refused && (known.is_new() || was_lost) {
                    known.end.get_or_insert(End::Refused);
                }
            }
        }
    }

    fn check_shown(&mut self, worker: usize, view: &EditView) {
        if !self.ledger.edits.contains_key(&view.id) && !self.ledger.undone(&view.id) {
            return self.violate(
                3,
                format!("w{worker} shows {}, which nobody typed", view.id),
            );
        }
        let user = self.workers[worker].checks.user;
        let Some(known) = self.ledger.edits.get_mut(&view.id) else {
            return;
        };
        known.shown = true;
        known.shown_by = Some(worker);
        known.was_kept |= view.kept;
        let whose = known.user;
        if let Some(End::Refused) = known.end {
            // Refused in one life, taken in the next.
            known.end = None;
        }
        let came_back = match &known.end {
            Some(End::Told {
                worker: before,
                outcome,
            }) => {
                let decided = matches!(outcome, EditOutcome::Discarded | EditOutcome::TookTheirs);
                // An edit has one undo: who has taken that back may ask for it again.
                let asked_again = decided && view.id.as_str().starts_with("undo:");
                let same_life = *before == worker;
                (same_life || (decided && !asked_again)).then(|| format!("{outcome:?}"))
            }
            Some(End::SignedOut { .. }) => Some("its user signed out over it".to_owned()),
            _ => None,
        };
        let profile = self.workers[worker].profile;
        if user.is_some_and(|user| user != whose) {
            self.violate(
                3,
                format!("w{worker} shows {} to u{user:?}, it is u{whose}'s", view.id),
            );
        } else if let Some(end) = came_back
            && !self.storage_failed(profile)
        {
            self.violate(3, format!("{} came back after its end: {end}", view.id));
        }
    }

    fn check_end(&mut self, worker: usize, ended: &EndedEdit) {
        let EndedEdit { id, outcome, .. } = ended;
        if !self.ledger.edits.contains_key(id) && !self.ledger.undone(id) {
            return self.violate(3, format!("w{worker} ends {id}, which nobody typed"));
        }
        if let EditOutcome::Applied { overwrote, .. } = outcome {
            for over in overwrote {
                let theirs = super::values::word(&over.seen);
                self.ledger.overwrote(id, over.field, &theirs);
            }
        }
        let Some(known) = self.ledger.edits.get_mut(id) else {
            return;
        };
        if let Some(End::SignedOut { .. }) = known.end
            && *outcome == EditOutcome::Discarded
        {
            return;
        }
        let before = known.end.replace(End::Told {
            worker,
            outcome: outcome.clone(),
        });
        if let Some(End::Told {
            worker: before,
            outcome: first,
        }) = before
            && before == worker
            // A tab that asks again is told again.
            && first != *outcome
        {
            return self.violate(3, format!("{id} ended twice: {first:?}, {outcome:?}"));
        }
        self.check_outcome(ended);
    }

    /// What is said to be applied is on the server.
    fn check_outcome(&mut self, ended: &EndedEdit) {
        let EditOutcome::Applied {
            version: Some(version),
            ..
        } = &ended.outcome
        else {
            return;
        };
        let key = &ended.resource;
        let row = self
            .server
            .sandbox
            .store()
            .row(key.kind.as_str(), key.id.as_str());
        let stored_as = row.and_then(|row| {
            let mut versions = row.versions.iter();
            versions.find(|stored| stored.version_id == version.as_str())
        });
        let Some(value) = stored_as.map(|version| version.value.clone()) else {
            let what = format!("{} is said to be in a version that nobody wrote", ended.id);
            return self.violate(3, what);
        };
        let wishes = self
            .ledger
            .edits
            .get(&ended.id)
            .map(|known| known.wishes.clone());
        for wish in wishes.into_iter().flatten() {
            if wish.given_up || self.ledger.was_nothing(&ended.id, &wish) {
                continue;
            }
            let there = if wish.field.is_list() {
                let elements = elements(wish.field, &value);
                let wanted = |word: &String| word.is_empty() || elements.contains(word);
                let undone = self.ledger.leads_to(&ended.id, wish.field, "");
                undone
                    || wish.wanted.iter().any(wanted)
                    || self.ledger.went_on_to(&ended.id, &wish, &elements)
            } else {
                let word = stored(wish.field, &value);
                self.ledger.leads_to(&ended.id, wish.field, &word)
            };
            if !there {
                let field = wish.field;
                let what = format!("{} is said to be applied, but {field:?} is not", ended.id);
                return self.violate(3, what);
            }
        }
    }

    /// Somebody signs out and says that everything may go.
    pub(crate) fn note_discarding(&mut self, worker: usize) {
        self.workers[worker].checks.discarding = self.workers[worker].checks.user;
    }

    /// The tabs are told that it has gone.
    pub(crate) fn note_discarded(&mut self, worker: usize) {
        let profile = self.workers[worker].profile;
        if let Some(user) = self.workers[worker].checks.discarding.take() {
            self.ledger.sign_out(profile, user, self.now);
        }
    }

    /// A database of edits is discarded only when nothing of it is wanted.
    pub(crate) fn check_discarded(&mut self, worker: usize, command: &Command) {
        if !matches!(command, Command::Outbox(OutboxOrder::Discard)) {
            return;
        }
        let profile = self.workers[worker].profile;
        let texts = self.profiles[profile].storage.edits_of(worker);
        let ids = texts.filter_map(|text| {
            let entry: serde_json::Value = serde_json::from_str(text).ok()?;
            Some(panels_core::identity::EditId::new(entry["id"].as_str()?))
        });
        let discarding = self.workers[worker].checks.discarding;
        let lost = ids.filter(|id| {
            let known = self.ledger.edits.get(id);
            known.is_none_or(|known| {
                let is_wanted = discarding != Some(known.user);
                is_wanted && known.end.is_none() && !known.is_made()
            })
        });
        let lost: Vec<_> = lost.collect();
        if let Some(id) = lost.first() {
            self.violate(3, format!("{id} is discarded although nobody wanted that"));
        }
    }

    /// Whether what was stored in a profile may be older than what was said.
    pub(super) fn storage_failed(&self, profile: usize) -> bool {
        !self.profiles[profile].storage.faults().is_empty()
    }
}
