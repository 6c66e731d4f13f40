//! Frames of the stream and what follows from them.

use super::{Engine, LogLevel};
use crate::{
    connection::frame::{self, Frame},
    edit::Veil,
    error::ProcessingError,
    fhir::{self, Resource},
    hidden, limits,
    replica::{IN_DRAWER, Source, Verdict},
    subscription::Interactions,
    time::Timestamp,
};

impl Engine {
    /// A text frame of the socket in use.
    pub(super) fn on_frame(&mut self, text: &str) {
        self.on_heard();
        match frame::parse(text) {
            Ok(Frame::Pong) => self.connection.on_pong(&mut self.io),
            Ok(Frame::Handshake {
                subscription,
                stamped,
            }) => {
                self.observe(stamped);
                let events = self.subscriptions.on_handshake(&mut self.io, subscription);
                self.on_subscriptions(events);
            }
            Ok(Frame::Heartbeat {
                subscriptions,
                stamped,
            }) => {
                // One that was buffered while the machine slept tells nothing about now.
                if self.observe(stamped) {
                    self.connection.on_heartbeat(&mut self.io);
                    let events = self
                        .subscriptions
                        .on_heartbeat(&mut self.io, &subscriptions);
                    self.on_subscriptions(events);
                }
            }
            Ok(Frame::BindRefused) => {
                let events = self.subscriptions.on_refused(&mut self.io);
                self.on_subscriptions(events);
            }
            Ok(Frame::Event {
                subscription,
                stamped,
                resource,
            }) => {
                self.observe(stamped);
                let interactions = self
                    .subscriptions
                    .interactions_of(&mut self.io, subscription);
                self.on_event(interactions, resource.get());
            }
            Err(error) => {
                self.io.report(ProcessingError::from(error));
                // It may have said something: do not wait for the next turn to find out.
                self.reconcile.prove_soon(&mut self.io);
            }
        }
    }

    fn observe(&mut self, stamped: Option<Timestamp>) -> bool {
        let now = self.io.now;
        let fresh = stamped.is_some_and(|stamped| self.connection.on_server_time(now, stamped));
        self.io.server_time = self.connection.clock().latest();
        if let Some(stamped) = stamped {
            self.reconcile.on_stamp(stamped);
        }
        fresh
    }

    fn on_event(&mut self, interactions: Interactions, raw: &str) {
        self.io.counters.events += 1;
        let Some(mut resource) = self.parse(raw) else {
            return self.ask_about_unread(raw);
        };
        self.reconcile
            .on_frame(&resource.key.kind, resource.updated);
        let permissions = self.session.identity().map(|me| &me.permissions);
        match permissions.map_or(Veil::None, |may| may.veil(&resource.key.kind)) {
            Veil::None => {}
            Veil::Fields(fields) => {
                let seen = hidden::strip(raw, fields);
                let Some(seen) = seen.and_then(|raw| fhir::parse(&raw).ok()) else {
                    return self.ask_about_unread(raw);
                };
                resource = seen;
            }
            Veil::Unknown if interactions == Interactions::All => {
                return self.replica.ask_about(&resource.key, self.io.now);
            }
            Veil::Unknown => {}
        }
        match interactions {
            Interactions::All if self.may_have_left_unseen(&resource) => {
                self.replica.ask_about(&resource.key, self.io.now);
            }
            Interactions::All => {
                self.accept(resource, Source::Frame);
            }
            Interactions::Deletes => {
                if self.replica.delete_by_frame(self.io.now, &resource) {
                    self.note_update(&resource.key);
                }
            }
        }
    }

    /// Whether a resource that is not here may be out of sight already. What leaves the sight of a restricted user is
    /// in no frame and no search: a search that was asked a moment ago and did not bring it says so, unless it was written since,
    /// and how old a frame is nobody knows.
    fn may_have_left_unseen(&self, resource: &Resource) -> bool {
        let key = &resource.key;
        let asked = self.reconcile.changes_asked(&key.kind);
        let searched =
            asked.is_some_and(|asked| self.io.now.since_ms(asked) < limits::FRAME_LATE_MAX_MS);
        searched
            && self.reconcile.is_restricted(&key.kind)
            && self.replica.get(key).is_none()
            && self.members_of(resource) != 0
    }

    /// Something came that could not be taken: what is shown of it may be out of date, and a read tells.
    pub(super) fn ask_about_unread(&mut self, raw: &str) {
        let key = fhir::key_of(raw).filter(|key| self.replica.get(key).is_some());
        if let Some(key) = key {
            self.replica.ask_about(&key, self.io.now);
        }
    }

    /// Validates a resource; a bad one is set aside and costs nothing but itself.
    pub(super) fn parse(&mut self, raw: &str) -> Option<Resource> {
        match fhir::parse(raw) {
            Ok(resource) => {
                self.counts_dirty |= self.quarantine.release(&resource.key);
                Some(resource)
            }
            Err(error) => {
                let now = self.io.clock_now();
                self.counts_dirty |= self.quarantine.set_aside(raw, error, now);
                self.io.report_about(ProcessingError::from(error), error);
                None
            }
        }
    }

    /// Hands a version to the replica.
    pub(super) fn accept(&mut self, resource: Resource, source: Source) -> Verdict {
        let mut members = self.members_of(&resource);
        if self.tabs.is_open(&resource.key) {
            members |= IN_DRAWER;
        }
        let rows_max = self.io.config.limits.resources_max as usize;
        if members != 0 && !self.replica.has_room(&resource.key, rows_max) {
            self.over_limit.insert(resource.key.kind.clone());
            self.counts_dirty = true;
            if self.io.count(ProcessingError::OverLimit) == 1 {
                let text = ProcessingError::OverLimit.to_string();
                self.io.log(LogLevel::Error, text);
            }
            return Verdict::Unseen;
        }
        let key = resource.key.clone();
        let asked_about = self.outbox.asks_about(&key).then(|| resource.clone());
        let verdict = self.replica.accept(self.io.now, resource, members, source);
        if matches!(verdict, Verdict::Applied | Verdict::Settled)
            && let Some(entry) = self.replica.get(&key)
        {
            self.outbox.on_version(&entry.resource);
        } else if let Some(resource) = asked_about
            && !matches!(verdict, Verdict::Late)
        {
            // It is in no panel any longer, and its user is asked about it all the same.
            self.outbox.on_version_out_of_sight(&resource);
        }
        match verdict {
            Verdict::Duplicate => self.io.counters.duplicates += 1,
            Verdict::Late => self.io.counters.late += 1,
            Verdict::Settled => {
                self.io.counters.settled += 1;
                self.note_update(&key);
            }
            Verdict::Applied if self.reconcile.is_loaded(&key.kind) => self.note_update(&key),
            Verdict::Applied | Verdict::Unseen => {}
        }
        verdict
    }
}
