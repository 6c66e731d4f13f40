//! Answers of the server on their way to whoever asked.

use super::{
    Engine, LogLevel,
    requests::{Outcome, Purpose},
};
use crate::{
    error::{ProcessingError, SubscriptionError},
    fhir,
    identity::{ResourceId, ResourceKey, ResourceType},
    limits,
    protocol::{GoneReason, RecordState},
    reconcile,
    replica::{Source, Verdict},
    time::Timestamp,
};

impl Engine {
    /// The answer to a request.
    pub(super) fn on_answer(&mut self, purpose: Purpose, outcome: Outcome) {
        match purpose {
            Purpose::Session(call) => {
                let event = self.session.on_answer(&mut self.io, call, outcome);
                self.on_session(event);
                self.look_again();
            }
            Purpose::Subscription(call) => {
                let events = self.subscriptions.on_answer(&mut self.io, call, &outcome);
                self.on_subscriptions(events);
            }
            Purpose::Reconcile(call) => {
                let events = self.reconcile.on_answer(&mut self.io, call, outcome);
                self.on_reconcile(events);
            }
            Purpose::Read(key) => self.on_read(&key, outcome),
            Purpose::Edit(call) => self.on_edit_answer(call, outcome),
            Purpose::Audit(call) => self.on_audit_answer(call, &outcome),
            Purpose::Panels(call) => {
                let events = self.shelf.on_answer(&mut self.io, &call, &outcome);
                self.on_shelf(events);
            }
            Purpose::Timeline(key) => self.on_timeline_answer(&key, &outcome),
            Purpose::CleanUp => {}
        }
    }

    fn on_reconcile(&mut self, events: Vec<reconcile::Event>) {
        for event in events {
            match event {
                reconcile::Event::Rows {
                    body,
                    asked,
                    missed_before,
                } => {
                    self.on_rows(&body, asked, missed_before);
                }
                reconcile::Event::Tombstones {
                    tombstones,
                    asked,
                    missed_before,
                } => {
                    for tombstone in tombstones {
                        self.reconcile.on_found(&tombstone.key, tombstone.deleted);
                        self.counts_dirty |= self.quarantine.release(&tombstone.key);
                        let removed = self.replica.delete_by_tombstone(
                            self.io.now,
                            &tombstone.key,
                            tombstone.deleted,
                            asked,
                        );
                        if removed {
                            self.note_update(&tombstone.key);
                        }
                        if removed && missed_before.is_some_and(|before| tombstone.deleted < before)
                        {
                            self.on_missed(&tombstone.key);
                        }
                    }
                }
                reconcile::Event::Absent { keys, asked } => {
                    // A policy that has become narrow takes many at once. Of so many the type is read, see `sight`.
                    let is_few = keys.len() <= limits::OUT_OF_SIGHT_MAX;
                    for key in keys {
                        // The search is believed at once: nothing that may not be seen stays. The read tells whether it
                        // was right, and brings the row back if not.
                        if self.lose_sight(&key, asked) {
                            self.note_update(&key);
                            if is_few {
                                self.read(&key);
                            }
                        } else {
                            self.doubt_sight(&key);
                        }
                    }
                }
                reconcile::Event::Forbidden { kind, asked } => {
                    let known = self.replica.iter().map(|entry| &entry.resource.key);
                    let known: Vec<_> = known.filter(|key| key.kind == kind).cloned().collect();
                    for key in known {
                        if self.lose_sight(&key, asked) {
                            self.note_update(&key);
                        } else {
                            self.doubt_sight(&key);
                        }
                    }
                    self.counts_dirty = true;
                }
                reconcile::Event::NeedMembers(kind) => {
                    let known = self.replica.iter().map(|entry| &entry.resource.key);
                    let ids = known
                        .filter(|key| key.kind == kind)
                        .map(|key| key.id.clone());
                    let ids = ids.collect();
                    let seen = self.rows_on_screen(&kind);
                    let events = self
                        .reconcile
                        .check_members(&mut self.io, &kind, ids, &seen);
                    self.on_reconcile(events);
                }
                reconcile::Event::Loaded(kind) => {
                    self.io
                        .log(LogLevel::Info, format!("the first load of {kind} is done"));
                    self.tell_loaded(&kind);
                    self.counts_dirty = true;
                    // Of what may be read now nothing older is read again for a long time: that it is all has to be certain.
                    self.session.confirm_access(&mut self.io);
                }
            }
        }
    }

    /// The rows of a type that somebody sees now.
    fn rows_on_screen(&self, kind: &ResourceType) -> Vec<ResourceId> {
        let seen = self.tabs.on_screen().filter(|(panel, _)| {
            let index = self.panels.index(panel);
            index.is_some_and(|index| self.panels.row_type(index) == kind)
        });
        seen.map(|(_, row)| row.clone()).collect()
    }

    fn on_rows(&mut self, body: &str, asked: Timestamp, missed_before: Option<Timestamp>) {
        let Ok(page) = fhir::search_page(body) else {
            return;
        };
        for raw in page.entries {
            let Some(resource) = self.parse(raw) else {
                self.ask_about_unread(raw);
                continue;
            };
            let (key, updated) = (resource.key.clone(), resource.updated);
            self.reconcile.on_found(&key, updated);
            let verdict = self.accept(resource, Source::Search(asked));
            if verdict == Verdict::Applied && missed_before.is_some_and(|before| updated < before) {
                self.on_missed(&key);
            }
        }
    }

    /// The stream lost something although it looked whole: do not trust it any longer.
    fn on_missed(&mut self, key: &ResourceKey) {
        let kind = key.kind.clone();
        self.io.report_about(SubscriptionError::EventMissed, &kind);
        if self.subscriptions.is_bound(&kind) {
            self.subscriptions.replace(&mut self.io, &kind);
            self.reconcile.on_doubt(&mut self.io, &kind);
        }
    }

    fn on_read(&mut self, key: &ResourceKey, outcome: Outcome) {
        let Some(asked) = self.reading.remove(key) else {
            return;
        };
        self.take_read(key, outcome, asked);
        if self.reading_again.remove(key) {
            self.read(key);
        }
    }

    /// What a read says, asked for at that time.
    pub(super) fn take_read(&mut self, key: &ResourceKey, outcome: Outcome, asked: Timestamp) {
        let state = match &outcome {
            Ok(answer) if answer.status == 200 => match self.parse(&answer.body) {
                Some(resource) if resource.key == *key && self.is_overtaken(key, asked) => {
                    return self.read(key);
                }
                Some(resource) if resource.key == *key => {
                    // It may be in dispute once more, and then it was all the time.
                    self.accept(resource, Source::Read(asked));
                    self.settle_by_read(key);
                    return self.tell_record(key, None);
                }
                Some(_) => RecordState::Invalid,
                None => return self.take_unreadable(key, &answer.body, asked),
            },
            Ok(answer) if answer.status == 410 => {
                self.counts_dirty |= self.quarantine.release(key);
                self.replica
                    .delete_by_read(self.io.now, key, GoneReason::Deleted, asked);
                RecordState::Deleted
            }
            Ok(answer) if matches!(answer.status, 403 | 404) => {
                self.counts_dirty |= self.quarantine.release(key);
                if answer.status == 403 {
                    self.reconcile.reload_soon(&mut self.io, &key.kind);
                }
                self.lose_sight(key, asked);
                RecordState::NotFound
            }
            _ => RecordState::Unavailable,
        };
        match state {
            RecordState::Invalid | RecordState::Unavailable => self.doubt_read(),
            _ => self.settle_by_read(key),
        }
        self.tell_record(key, Some(state));
    }

    /// Whether a search that was asked later did not bring what a read found: it may have gone since, and to some users nobody
    /// says so (`transcripts/06b-tombstones.json`).
    fn is_overtaken(&self, key: &ResourceKey, asked: Timestamp) -> bool {
        let kind = std::slice::from_ref(&key.kind);
        let searched = self.reconcile.searched_as_of(kind);
        self.replica.get(key).is_none() && searched.is_some_and(|searched| searched > asked)
    }

    /// What was in dispute stays so until a search has read it.
    fn doubt_read(&mut self) {
        self.io.count(ProcessingError::ReadUnusable);
        self.reconcile.prove_soon(&mut self.io);
    }

    /// A read brought what cannot be taken. If it is the record itself, its row goes: an earlier version would pass for it.
    fn take_unreadable(&mut self, key: &ResourceKey, body: &str, asked: Timestamp) {
        if fhir::key_of(body).as_ref() == Some(key) {
            let reason = GoneReason::Unreadable;
            self.replica.delete_by_read(self.io.now, key, reason, asked);
            self.settle_by_read(key);
        } else {
            self.doubt_read();
        }
        self.tell_record(key, Some(RecordState::Invalid));
    }

    /// Unless the dispute is younger than the question that was answered.
    fn settle_by_read(&mut self, key: &ResourceKey) {
        if !self.reading_again.contains(key) {
            self.replica.disputes().settle(key);
        }
    }
}
