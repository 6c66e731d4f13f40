//! The outbox: edits from the moment they are typed to the moment their fate is known.
//!
//! - **Durable first.** An edit is on the disk before the first byte of it goes out, and so is the mark that it may have gone
//!   out. Without storage it goes out all the same, and says that it is not kept.
//! - **In order.** Edits of one record go in the order in which they were typed; one patch of a record is on its way at a time
//!   and takes along everything that waits for it. Several edits of one field go as one.
//! - **Idempotent.** What may have been sent is never sent again before a read, and where the record has changed since, its
//!   history, has shown that it was not carried out.
//! - **Bounded.** [`limits::OUTBOX_EDITS_MAX`]: a full outbox refuses what is new; it drops nothing.
//! - **Typed is kept.** A text that was typed and not saved is kept beside the edits, and never sent by itself.
//! - **Ended is remembered.** The last ones that ended stay on the disk with their outcome: to be taken back, and lest a tab that
//!   was away has them made once more.
//! - **Nobody else's.** Every record says whose it is, and is sent in a session of that user only.
//!
//! Where the edits live, and when they die: a database of their own, with a key of its own, one for each user of a project
//! of a server. Rows can be loaded again and go with every session; edits cannot. So
//!
//! - a user who signs out with something in here is asked first: edits are sent, or discarded by explicit choice, and then
//!   database and key are deleted: nothing readable remains of a session that was ended on purpose. To keep them for later is
//!   not on offer, because nothing that only this user knows is at hand to encrypt them with;
//! - a session that ends by itself (a refused renewal, a removed member) leaves them on the disk, encrypted, and closes the
//!   database: they are sent when the same user signs in again, and nobody else's session opens them;
//! - another user who signs in or out touches none of that.

mod actions;
mod asked_again;
mod deeds;
mod disk;
mod drafts;
mod ended;
mod entry;
mod in_doubt;
mod jobs;
mod keeping;
mod overlay;
mod plan;
mod strand;
mod strand_answers;
mod typed_over;
mod view;

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    collections::{Map, Set},
    engine::io::Io,
    identity::{EditId, JobId, ResourceKey, TabId},
    limits,
    protocol::{EditOutcome, EditRefusal, FieldChange},
    replica::Replica,
    time::Timestamp,
};
pub(crate) use actions::Asker;
use deeds::Deeds;
use disk::Disk;
use drafts::Draft;
pub(crate) use drafts::DraftPlace;
use ended::Done;
pub(crate) use entry::{Author, Subject};
use entry::{Entry, Stage};
use jobs::Job;
use strand::Strand;
pub(crate) use strand::{Call, Event};
use view::News;

/// Edits of somebody whose session ended, where there is no storage to leave them in.
#[derive(Debug)]
struct Aside {
    author: Author,
    held: BTreeMap<u64, Entry>,
    drafts: BTreeMap<u64, Draft>,
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    author: Option<Author>,
    /// Since when that is known in this life of the worker.
    opened_at: Option<Timestamp>,
    /// The session of the author has ended; what is here is kept and neither shown nor sent.
    parked: bool,
    /// In the order in which they were typed.
    held: BTreeMap<u64, Entry>,
    /// Texts that were typed and not saved.
    drafts: BTreeMap<u64, Draft>,
    /// Those that a tab has, since the user signed in.
    drafts_told: BTreeMap<u64, TabId>,
    /// Those of which a tab has said what they are now, before what is stored of them was known.
    drafts_replaced: Vec<DraftPlace>,
    next: u64,
    /// Edits of each record.
    by_resource: Map<ResourceKey, BTreeSet<u64>>,
    /// Records of which something is on its way.
    strands: Map<ResourceKey, Strand>,
    /// Records whose edits go one by one, because a patch of several was refused.
    one_by_one: Set<ResourceKey>,
    disk: Disk,
    /// What is stored was told once in this session.
    loaded: bool,
    /// Stored edits while they are being told.
    found: BTreeMap<u64, Entry>,
    /// Records that could not be read. They stay where they are.
    unreadable: usize,
    /// Those that have ended, by the numbers they had: for undoing and for recognising them.
    done: BTreeMap<u64, Done>,
    jobs: BTreeMap<JobId, Job>,
    news: News,
    /// For the audit trail.
    deeds: Deeds,
    aside: Vec<Aside>,
}

impl Outbox {
    /// Whether nothing waits, is asked about, was rolled back, or was typed and not saved.
    pub(crate) fn is_empty(&self) -> bool {
        self.held.is_empty() && self.drafts.is_empty()
    }

    /// Whether it is not known yet what was stored.
    pub(crate) fn is_opening(&self) -> bool {
        self.author.is_some() && self.disk.state == disk::State::Opening && !self.loaded
    }

    /// When the server was last asked about a record.
    pub(crate) fn asked_at(&self, key: &ResourceKey) -> Option<Timestamp> {
        self.strands.get(key).map(|strand| strand.asked)
    }

    /// How many more edits may come.
    pub(crate) fn room(&self) -> usize {
        limits::OUTBOX_EDITS_MAX.saturating_sub(self.held.len())
    }

    /// Whether one more edit of a record may come.
    fn check_room(&self, key: &ResourceKey) -> Result<(), EditRefusal> {
        let of_record = self.by_resource.get(key).map_or(0, BTreeSet::len);
        let limit = if self.room() == 0 {
            limits::OUTBOX_EDITS_MAX
        } else if of_record >= limits::OUTBOX_EDITS_OF_RECORD_MAX {
            limits::OUTBOX_EDITS_OF_RECORD_MAX
        } else {
            return Ok(());
        };
        Err(EditRefusal::OutboxFull { limit })
    }

    /// Edits of a record that are not at their end, in order.
    fn of<'a>(&'a self, key: &ResourceKey) -> impl Iterator<Item = (u64, &'a Entry)> {
        let numbers = self.by_resource.get(key).into_iter().flatten();
        numbers.filter_map(|number| Some((*number, self.held.get(number)?)))
    }

    /// The number of an edit that is here.
    fn find(&self, id: &EditId) -> Option<u64> {
        let mut found = self.held.iter().filter(|(_, entry)| entry.id == *id);
        found.next().map(|(number, _)| *number)
    }

    /// Takes an edit in.
    fn insert(&mut self, number: u64, entry: Entry) {
        self.news.touch(&entry.resource);
        self.news.change(&entry.id);
        let key = entry.resource.clone();
        self.by_resource.entry(key).or_default().insert(number);
        self.held.insert(number, entry);
    }

    /// Puts an edit at another place on its way.
    fn set_stage(&mut self, number: u64, stage: Stage) {
        let Some(entry) = self
            .held
            .get_mut(&number)
            .filter(|entry| entry.stage != stage)
        else {
            return;
        };
        self.deeds.step(entry, &stage);
        entry.stage = stage;
        self.news.touch(&entry.resource);
        self.news.change(&entry.id);
        self.disk.mark(number);
    }

    /// An edit has come to its end.
    fn end(&mut self, number: u64, outcome: EditOutcome) {
        let Some(mut entry) = self.remove(number) else {
            return;
        };
        self.deeds.end(&entry, &outcome);
        if let EditOutcome::Applied { overwrote, .. } = &outcome {
            self.lead_back(&entry, overwrote);
            // To take it back is to bring back what it replaced.
            for over in overwrote {
                let replaced = entry
                    .changes
                    .iter_mut()
                    .filter(|change| change.field == over.field);
                replaced.for_each(|change| change.seen = over.seen.clone());
            }
        }
        if let Some(job) = entry.job.as_ref().and_then(|job| self.jobs.get_mut(job)) {
            job.count(&outcome);
        }
        self.remember(number, entry, outcome);
    }

    fn remove(&mut self, number: u64) -> Option<Entry> {
        let entry = self.held.remove(&number)?;
        if let Some(numbers) = self.by_resource.get_mut(&entry.resource) {
            numbers.remove(&number);
            if numbers.is_empty() {
                self.by_resource.remove(&entry.resource);
                self.one_by_one.remove(&entry.resource);
            }
        }
        self.news.touch(&entry.resource);
        self.disk.mark(number);
        Some(entry)
    }

    /// Changes are not made after all: what follows on them follows on what was before.
    fn rebase_after(&mut self, number: u64, key: &ResourceKey, dropped: &[FieldChange]) {
        let mut dropped = dropped.to_vec();
        let later = self.of(key).map(|(other, _)| other);
        let later: Vec<u64> = later.filter(|other| *other > number).collect();
        for other in later {
            let Some(entry) = self.held.get_mut(&other) else {
                continue;
            };
            let before = entry.changes.clone();
            if !entry.rebase_over(&mut dropped) {
                self.end(other, EditOutcome::AlreadySo);
            } else if entry.changes != before {
                self.news.change(&entry.id);
                self.disk.mark(other);
            }
        }
    }

    /// The end of a turn: what may be stored is stored, what may go goes.
    pub(crate) fn pump(&mut self, io: &mut Io, replica: &Replica, may_send: bool) {
        if may_send && !self.parked && !self.is_opening() {
            self.start_strands(io, replica);
            self.send_stored(io);
        }
        self.write(io);
        self.leave_if_stored(io);
    }
}

/// When something is tried again that met others; spread, so that two who met do not meet again.
fn retry_at(io: &mut Io, rounds: u32) -> Timestamp {
    let ceiling = (limits::EDIT_RETRY_BASE_MS << rounds.min(10)).min(limits::EDIT_RETRY_MAX_MS);
    io.now + ceiling / 2 + io.jitter_ms(ceiling / 2)
}
