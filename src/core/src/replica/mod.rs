//! The rows: what the server is known to hold, as far as somebody can see it.
//!
//! One rule serves live events, searches and reads, in any order and any number: newer wins, the same version is a
//! duplicate, older is late. Deleted and departed resources are remembered for a while, so that a late frame cannot bring
//! them back. Under contention neither frame order nor `lastUpdated` is commit order
//! (`transcripts/03e-concurrent-writes-one-resource.json`): then a read settles it, and a read is believed.
//!
//! Must never scan all rows for one event.

mod disputes;
mod gone;
mod joins;
mod tallies;
#[cfg(test)]
mod tests;
mod unsaved;
mod verdict;

use std::sync::Arc;

use crate::{
    collections::Map,
    fhir::{Resource, SharedTexts},
    identity::{ResourceId, ResourceKey, ResourceType},
    panel::Tally,
    protocol::GoneReason,
    time::Timestamp,
    update_queue::UpdateQueue,
};
use disputes::Disputes;
use gone::{Gone, GoneMemory};
use joins::Joins;
use tallies::Tallies;
use unsaved::Unsaved;
use verdict::known_at;
pub(crate) use verdict::{Source, Verdict};

/// Panels that show a row: one bit for each, in the order of the panel list. The last bit means: open in a drawer.
pub(crate) type Membership = u32;
/// See [`Membership`].
pub(crate) const IN_DRAWER: Membership = 1 << 31;

/// One row.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// The resource.
    pub(crate) resource: Arc<Resource>,
    /// Who shows it.
    pub(crate) members: Membership,
    /// When a frame last brought a version of it.
    framed_at: Option<Timestamp>,
    /// The latest moment for which the server is known to have held this version: when a frame came, when an answer was
    /// asked for.
    known_at: Timestamp,
    /// When this version came: an answer may tell of a later moment than that at which it was asked for.
    taken_at: Timestamp,
    /// The latest stamp of this version and of those that were here before it: a clock that was set back makes a later version
    /// seem older than they are.
    stamped_until: Timestamp,
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Replica {
    rows: Map<ResourceKey, Entry>,
    /// Rows of each type.
    counts: Map<ResourceType, usize>,
    joins: Joins,
    gone: GoneMemory,
    disputes: Disputes,
    dirty: UpdateQueue,
    tallies: Tallies,
    unsaved: Unsaved,
    texts: SharedTexts,
}

impl Replica {
    /// One row.
    pub(crate) fn get(&self, key: &ResourceKey) -> Option<&Entry> {
        self.rows.get(key)
    }

    /// Counts of the panel with this place in the list.
    pub(crate) fn tally(&self, index: usize) -> Option<&Tally> {
        self.tallies.get(index)
    }

    /// All rows.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.rows.values()
    }

    /// Whether a version of this resource can be kept with so many rows of a type at most.
    pub(crate) fn has_room(&self, key: &ResourceKey, rows_max: usize) -> bool {
        self.count(&key.kind) < rows_max || self.rows.contains_key(key)
    }

    /// Tasks of a patient, in no order.
    pub(crate) fn tasks_of(&self, patient: &ResourceId) -> impl Iterator<Item = &Arc<Resource>> {
        let tasks = self.joins.tasks_of(patient);
        tasks.filter_map(|task| {
            let key = ResourceKey::new(ResourceType::Task, task.clone());
            self.rows.get(&key).map(|entry| &entry.resource)
        })
    }

    /// Why a resource is remembered as not there, if it is.
    pub(crate) fn is_deleted(&self, key: &ResourceKey) -> bool {
        self.gone.get(key).is_some_and(|gone| gone.deleted)
    }

    /// Takes a version that came from somewhere; `members` says who shows it.
    pub(crate) fn accept(
        &mut self,
        now: Timestamp,
        resource: Resource,
        members: Membership,
        source: Source,
    ) -> Verdict {
        let verdict = self.judge(now, &resource, source);
        match verdict {
            Verdict::Applied | Verdict::Settled => {
                let unseen = self.apply(now, resource, members, source) == Verdict::Unseen;
                if unseen { Verdict::Unseen } else { verdict }
            }
            Verdict::Duplicate => {
                self.on_duplicate(now, &resource, source);
                verdict
            }
            Verdict::Late | Verdict::Unseen => verdict,
        }
    }

    /// A frame of a delete-only subscription: `resource` is the last live version.
    pub(crate) fn delete_by_frame(&mut self, now: Timestamp, resource: &Resource) -> bool {
        if let Some(entry) = self.rows.get(&resource.key)
            && entry.resource.updated > resource.updated
        {
            // A newer version is there: it was created again since, or versions were in contention. Only a read knows.
            self.dispute(&resource.key, now);
            return false;
        }
        let before = self.gone.get(&resource.key);
        if before.is_some_and(|gone| gone.updated > resource.updated) {
            // It was created again since and has left; what was written in between is older than that.
            return false;
        }
        self.gone.remember(
            &resource.key,
            Gone {
                updated: resource.updated,
                version: Some(resource.version.clone()),
                deleted: true,
                at_unknown_time: false,
                known_at: now,
                told_at: now,
            },
        );
        self.take(&resource.key, GoneReason::Deleted)
    }

    /// A tombstone of a search. It has a time but no version.
    pub(crate) fn delete_by_tombstone(
        &mut self,
        now: Timestamp,
        key: &ResourceKey,
        deleted: Timestamp,
        asked: Timestamp,
    ) -> bool {
        if let Some(entry) = self.rows.get(key)
            && entry.resource.updated > deleted
        {
            // It was created again. Or the clock of the server was set back before it was deleted: where nothing was heard of it
            // since this was asked, only a read tells.
            if entry.known_at <= asked {
                self.dispute(key, now);
            }
            return false;
        }
        let before = self.gone.get(key);
        let known = before.is_some_and(|gone| gone.deleted && gone.updated >= deleted);
        if !known {
            let here = self.rows.get(key).map(|entry| &entry.resource.version);
            let last = here.or(before.and_then(|gone| gone.version.as_ref()));
            let known_at = before.map_or(asked, |gone| gone.known_at.max(asked));
            self.gone.remember(
                key,
                Gone {
                    updated: deleted,
                    version: last.cloned(),
                    deleted: true,
                    at_unknown_time: false,
                    known_at,
                    told_at: now,
                },
            );
        }
        self.take(key, GoneReason::Deleted)
    }

    /// A read said that the resource is not there for this user: deleted (410), or out of sight (403, 404).
    pub(crate) fn delete_by_read(
        &mut self,
        now: Timestamp,
        key: &ResourceKey,
        reason: GoneReason,
        asked: Timestamp,
    ) -> bool {
        let Some(entry) = self.rows.get(key) else {
            return false;
        };
        if entry.known_at > asked {
            return false;
        }
        // What is out of sight is remembered too, lest an answer to an earlier question brings it back.
        let gone = Gone {
            updated: entry.resource.updated,
            version: Some(entry.resource.version.clone()),
            deleted: reason == GoneReason::Deleted,
            at_unknown_time: true,
            known_at: asked,
            told_at: now,
        };
        self.gone.remember(key, gone);
        self.take(key, reason)
    }

    /// A resource must be read before its state can be believed. With too many of them the whole type is in doubt.
    pub(crate) fn dispute(&mut self, key: &ResourceKey, now: Timestamp) {
        self.disputes.add(key, now);
    }

    /// A resource has to be read before anything of it is shown, and nothing is waited for.
    pub(crate) fn ask_about(&mut self, key: &ResourceKey, now: Timestamp) {
        self.disputes.ask(key, now);
    }

    /// Versions whose order is not certain.
    pub(crate) fn disputes(&mut self) -> &mut Disputes {
        &mut self.disputes
    }

    /// Until when it is certain what is the last version of each resource; `None`: of all that is known.
    pub(crate) fn certain_until(&self) -> Option<Timestamp> {
        self.disputes.certain_until()
    }

    /// What of a proof of these types is certain.
    pub(crate) fn certain_proof(
        &self,
        types: &[ResourceType],
        proven: Option<Timestamp>,
    ) -> Option<Timestamp> {
        self.disputes.certain_proof(types, proven)
    }

    /// Decides anew who shows a row; one that nobody shows is dropped.
    pub(crate) fn reassign(&mut self, key: &ResourceKey, members: Membership, reason: GoneReason) {
        let Some(entry) = self.rows.get_mut(key) else {
            return;
        };
        if entry.members == members {
            return;
        }
        self.dirty.mark(key, entry.members, Some(reason.clone()));
        let after = Some((&*entry.resource, members));
        self.tallies.update(Some(entry), after);
        entry.members = members;
        if members == 0 {
            let gone = Gone {
                updated: entry.resource.updated,
                version: Some(entry.resource.version.clone()),
                deleted: false,
                at_unknown_time: false,
                known_at: entry.known_at,
                told_at: entry.taken_at,
            };
            self.gone.remember(key, gone);
            self.take(key, reason);
        }
    }

    /// A drawer shows a row.
    pub(crate) fn pin(&mut self, key: &ResourceKey, members: Membership) {
        if let Some(entry) = self.rows.get_mut(key) {
            entry.members = members;
        }
    }

    /// Changed rows on their way to the tabs.
    pub(crate) fn queue(&mut self) -> &mut UpdateQueue {
        &mut self.dirty
    }

    /// Texts that rows have in common.
    pub(crate) fn texts(&mut self) -> &mut SharedTexts {
        &mut self.texts
    }

    /// Forgets everything.
    pub(crate) fn wipe(&mut self) {
        *self = Self::default();
    }

    /// Rows of a type.
    pub(crate) fn count(&self, kind: &ResourceType) -> usize {
        self.counts.get(kind).copied().unwrap_or_default()
    }

    fn apply(
        &mut self,
        now: Timestamp,
        mut resource: Resource,
        members: Membership,
        source: Source,
    ) -> Verdict {
        self.texts.share(&mut resource);
        let key = resource.key.clone();
        let previous = self.rows.get(&key);
        let was = previous.map_or(0, |entry| entry.members);
        let members = members | (was & IN_DRAWER);
        let framed_at = match source {
            Source::Frame => Some(now),
            _ => previous.and_then(|entry| entry.framed_at),
        };
        let known_at = known_at(now, source);
        if members == 0 {
            let gone = Gone {
                updated: resource.updated,
                version: Some(resource.version.clone()),
                deleted: false,
                at_unknown_time: false,
                known_at,
                told_at: now,
            };
            self.gone.remember(&key, gone);
            if was == 0 {
                return Verdict::Unseen;
            }
            self.take(&key, left(&resource));
            return Verdict::Applied;
        }
        self.gone.forget(&key);
        let reason = (was & !members != 0).then(|| left(&resource));
        self.dirty.mark(&key, was, reason);
        self.unsaved.mark(&key);
        self.mark_joined(previous_patient(self.rows.get(&key)));
        self.mark_joined(joins::patient_of(&resource));
        self.put(resource, members, framed_at, (known_at, now));
        if key.kind == ResourceType::Patient {
            self.mark_tasks(&key.id);
        }
        Verdict::Applied
    }

    /// Stores a row and keeps the indexes right.
    fn put(
        &mut self,
        resource: Resource,
        members: Membership,
        framed_at: Option<Timestamp>,
        (known_at, taken_at): (Timestamp, Timestamp),
    ) {
        let key = resource.key.clone();
        let previous = self.rows.get(&key);
        self.tallies.update(previous, Some((&resource, members)));
        let previous = previous.map(|entry| &*entry.resource);
        self.joins.update(&key, previous, Some(&resource));
        let kind = key.kind.clone();
        let before = self.rows.get(&key).map(|entry| entry.stamped_until);
        let entry = Entry {
            stamped_until: before.map_or(resource.updated, |before| before.max(resource.updated)),
            resource: Arc::new(resource),
            members,
            framed_at,
            known_at,
            taken_at,
        };
        if self.rows.insert(key, entry).is_none() {
            *self.counts.entry(kind).or_default() += 1;
        }
    }

    fn on_duplicate(&mut self, now: Timestamp, resource: &Resource, source: Source) {
        let Some(entry) = self.rows.get_mut(&resource.key) else {
            return;
        };
        entry.known_at = entry.known_at.max(known_at(now, source));
        if source == Source::Frame {
            let repeated = entry.framed_at.is_some();
            entry.framed_at = Some(now);
            // A delete looks exactly like its last version coming again: if the delete-only frame got lost, a read tells.
            if repeated {
                self.dispute(&resource.key, now);
            }
        }
    }

    fn take(&mut self, key: &ResourceKey, reason: GoneReason) -> bool {
        if reason == GoneReason::Deleted {
            self.disputes.drop(key);
        }
        let Some(entry) = self.rows.remove(key) else {
            return false;
        };
        if let Some(count) = self.counts.get_mut(&key.kind) {
            *count = count.saturating_sub(1);
        }
        self.dirty.mark(key, entry.members, Some(reason));
        self.unsaved.mark(key);
        self.tallies.update(Some(&entry), None);
        self.joins.update(key, Some(&entry.resource), None);
        self.mark_joined(joins::patient_of(&entry.resource));
        if key.kind == ResourceType::Patient {
            self.mark_tasks(&key.id);
        }
        true
    }

    /// A task changed: the workload in its patient's row did too.
    fn mark_joined(&mut self, patient: Option<ResourceId>) {
        let Some(patient) = patient else {
            return;
        };
        let key = ResourceKey::new(ResourceType::Patient, patient);
        if let Some(entry) = self.rows.get(&key) {
            self.dirty.mark(&key, entry.members, None);
        }
    }

    /// A patient changed: the patient cells in the rows of its tasks did too.
    fn mark_tasks(&mut self, patient: &ResourceId) {
        let tasks: Vec<_> = self.joins.tasks_of(patient).cloned().collect();
        for task in tasks {
            let key = ResourceKey::new(ResourceType::Task, task);
            if let Some(entry) = self.rows.get(&key) {
                self.dirty.mark(&key, entry.members, None);
            }
        }
    }
}

fn previous_patient(entry: Option<&Entry>) -> Option<ResourceId> {
    entry.and_then(|entry| joins::patient_of(&entry.resource))
}

/// Why a row that the server still holds leaves a panel.
fn left(resource: &Resource) -> GoneReason {
    GoneReason::LeftPanel {
        status: crate::handlers::ended_status_label(resource),
        by: resource.author.as_deref().map(str::to_owned),
    }
}
