//! Edits that may have been sent: is what they lead to there, or was it for a while? What was sent is never sent again before that is
//! known.

use std::collections::BTreeSet;

use super::{Entry, Outbox, Stage, plan::coalesce, strand::Step, strand_answers::is_made};
use crate::{
    edit::document::Document,
    engine::{io::Io, requests::Outcome},
    fhir::{self, Resource},
    identity::{EditId, ResourceKey, VersionId},
    protocol::FieldChange,
};

/// Edits that went in one request, in order. There are several of a record only where a worker could not read what the one before it had
/// sent.
struct SentRun {
    /// The version that they were made for.
    base: VersionId,
    edits: Vec<u64>,
}

impl Outbox {
    /// What may have been sent: is it there? Where the version is the one it was made for, it was not carried out. Where somebody
    /// else wrote the version, what is in it may be theirs alone.
    pub(super) fn look_for_it(&mut self, io: &mut Io, key: &ResourceKey, now: &Resource) {
        let body = Document::of(now).body;
        let mut is_known = true;
        for run in self.in_doubt(key) {
            let is_made = self.made_in(&run.edits, &body) == run.edits.len();
            if is_made && self.holds_all(&run.edits, &body) {
                self.end_made(&run.edits, &now.version);
            } else {
                is_known &= run.base == now.version;
            }
        }
        if is_known {
            self.merge_into(io, key, now);
        } else {
            self.look_back(io, key, Box::new(now.clone()));
        }
    }

    pub(super) fn on_history(&mut self, io: &mut Io, key: &ResourceKey, outcome: &Outcome) {
        let Some(strand) = self.strands.get_mut(key) else {
            return;
        };
        let Step::Looking(now) = &strand.step else {
            return;
        };
        let now = now.clone();
        let runs = self.in_doubt(key);
        let Some(versions) = versions(key, outcome) else {
            let sent: Vec<u64> = runs.into_iter().flat_map(|run| run.edits).collect();
            self.ask_about(key, &sent, &now);
            return self.merge_into(io, key, &now);
        };
        for run in runs {
            // The newest comes first. What is older than the version it was made for is not it, even if it looks the same.
            let since = versions
                .iter()
                .take_while(|version| version.version != run.base);
            let made = since.map(|version| {
                let made = self.made_in(&run.edits, &version.body);
                let holds_all = self.holds_all(&run.edits[..made], &version.body);
                ((made, holds_all), &version.version)
            });
            let most = made.reduce(|newer, older| if older.0 > newer.0 { older } else { newer });
            if let Some(((made, _), version)) = most {
                self.end_made(&run.edits[..made], version);
            }
        }
        self.merge_into(io, key, &now);
    }

    /// Whether a version is by the author of what is in here, as far as it says.
    fn may_have_written(&self, body: &serde_json::Value) -> bool {
        let by = body["meta"]["author"]["reference"].as_str();
        let me = self.author.as_ref().map(|author| author.profile.as_str());
        by.is_none() || by == me
    }

    /// Whether a version also holds what the edits wanted and did not have to change: what was so already may be otherwise since.
    fn holds_all(&self, sent: &[u64], body: &serde_json::Value) -> bool {
        let entries = sent.iter().filter_map(|number| self.held.get(number));
        let changes = entries.flat_map(|entry| entry.changes.iter().cloned());
        is_made(&coalesce(Vec::new(), changes), body)
    }

    /// The edits in doubt, by the request in which they went: what a version shows of one request says nothing of another.
    fn in_doubt(&self, key: &ResourceKey) -> Vec<SentRun> {
        let strand = self.strands.get(key);
        let in_doubt = strand.map_or(&[][..], |strand| &strand.in_doubt);
        let sent = |number: &u64| {
            let entry = self.held.get(number)?;
            matches!(entry.stage, Stage::Sent { .. }).then_some((*number, entry))
        };
        let mut left: Vec<(u64, &Entry)> = in_doubt.iter().filter_map(sent).collect();
        let mut runs = Vec::new();
        while let Some((number, last)) = left.pop() {
            let Stage::Sent { base, after, .. } = &last.stage else {
                continue;
            };
            let after: Option<BTreeSet<&EditId>> =
                after.as_ref().map(|after| after.iter().collect());
            // What an earlier build stored does not say, and that build sent nothing but what it had read.
            let along = |entry: &Entry| after.as_ref().is_none_or(|ids| ids.contains(&entry.id));
            let (mut edits, others): (Vec<_>, Vec<_>) =
                left.into_iter().partition(|(_, entry)| along(entry));
            left = others;
            edits.push((number, last));
            runs.push(SentRun {
                base: base.clone(),
                edits: edits.into_iter().map(|(number, _)| number).collect(),
            });
        }
        runs
    }

    /// How many edits, of some that were sent in this order, a version shows: later ones may have been added to a second request.
    fn made_in(&self, sent: &[u64], body: &serde_json::Value) -> usize {
        if !self.may_have_written(body) {
            return 0;
        }
        let is_made = |count: &usize| {
            let entries = sent[..*count]
                .iter()
                .filter_map(|number| self.held.get(number));
            // An undo leads back to what its edit replaced, which neither of them says.
            let known = entries.clone().next_back().map(|last| &last.stage);
            let changes: Vec<FieldChange> = match known {
                Some(Stage::Sent {
                    leads_to: Some(changes),
                    ..
                }) => changes.clone(),
                _ => coalesce(
                    Vec::new(),
                    entries.flat_map(|entry| entry.changes.iter().cloned()),
                ),
            };
            !changes.is_empty() && is_made(&changes, body)
        };
        (1..=sent.len()).rev().find(is_made).unwrap_or(0)
    }
}

/// The versions of a record in the answer to a look at its history; `None` if it cannot be had.
fn versions(key: &ResourceKey, outcome: &Outcome) -> Option<Vec<Document>> {
    let answer = outcome
        .as_ref()
        .ok()
        .filter(|answer| answer.status == 200)?;
    let page = fhir::search_page(&answer.body).ok()?;
    let versions = page.entries.iter().filter_map(|raw| fhir::parse(raw).ok());
    let versions = versions.filter(|version| version.key == *key);
    Some(versions.map(|version| Document::of(&version)).collect())
}
