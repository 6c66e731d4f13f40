//! The trail and its database: whose it is, what comes back of it, what is written.
//!
//! With every batch goes a record that says where the chain begins and ends: entries that are taken away at either end are
//! missed when the database is opened again.

use super::{
    Break, Deed, Outcome, Trail, What,
    chain::{Chain, Mark},
    entry::{Draft, Entry, Hash},
};
use crate::{
    cache::{
        CacheChange, CacheEvent, CacheFailure, CacheRecord, CacheStore, CacheWriteId, audit_name,
    },
    edit::Author,
    engine::{OutboxOrder, Output, io::Io},
    error::StateError,
    limits,
    protocol::Secret,
    timer::Timer,
};

/// Where the database is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Storage {
    /// Nobody's trail is kept.
    Closed,
    /// Records are being told.
    Opening,
    /// Batches are written.
    Open,
    /// Nothing is kept, until another try.
    Off,
}

/// What of the chain is on the disk as it is in memory.
#[derive(Debug, Default)]
pub(super) struct Stored {
    /// Batches so far.
    writes: u64,
    /// It was read once in this session.
    pub(super) read: bool,
    /// Entries up to this number were given to the disk.
    up_to: u64,
    /// Of those, the ones that have changed since.
    changed: Vec<u64>,
    /// Entries that are to be deleted.
    pub(super) gone: Vec<u64>,
    in_flight: Option<(CacheWriteId, Vec<u64>)>,
    /// While records are told.
    found: Vec<Entry>,
    ends: Option<(Mark, Mark, u64)>,
}

impl Stored {
    /// Before another database: numbers of batches go on.
    pub(super) fn successor(&self) -> Self {
        Self {
            writes: self.writes,
            ..Self::default()
        }
    }

    /// The number of the next batch.
    pub(super) fn next_write(&mut self) -> CacheWriteId {
        self.writes += 1;
        CacheWriteId(self.writes)
    }

    /// An entry is not on the disk as it is now.
    pub(super) fn mark(&mut self, number: u64) {
        if number <= self.up_to && !self.changed.contains(&number) {
            self.changed.push(number);
        }
    }

    /// Whether an entry is on the disk as it is.
    fn holds(&self, number: u64) -> bool {
        let going = self.in_flight.iter().flat_map(|(_, batch)| batch);
        let mut not_yet = going.chain(&self.changed);
        number <= self.up_to && !not_yet.any(|other| *other == number)
    }
}

impl Trail {
    /// Somebody is signed in: their trail goes on.
    pub(crate) fn open(&mut self, io: &mut Io, author: Author) {
        if self.author.as_ref() == Some(&author) {
            return;
        }
        self.part(io);
        if self.leaving.take().is_some() {
            // What became of it is told to nobody any more: it is found unsent when that user is back.
            io.push(Output::Audit(OutboxOrder::Close));
        }
        self.author = Some(author);
        self.open_storage(io);
    }

    /// Whether it is not known yet what is stored.
    pub(crate) fn is_opening(&self) -> bool {
        self.storage == Storage::Opening
    }

    /// The session has ended by itself, or somebody else signs in: what is not sent waits on the disk.
    pub(crate) fn part(&mut self, io: &mut Io) {
        if self.author.is_none() {
            return;
        }
        self.write_all(io);
        if self.storage != Storage::Open {
            self.report_lost(io);
        }
        io.push(Output::Audit(OutboxOrder::Close));
        self.close(io);
    }

    /// Forgets everything about a user but what is on its way for one who leaves.
    pub(super) fn close(&mut self, io: &mut Io) {
        io.timers.stop(Timer::Audit);
        io.timers.stop(Timer::AuditStorage);
        super::sending::cancel(io);
        self.forget();
    }

    /// What is in memory only goes with it.
    pub(super) fn report_lost(&self, io: &mut Io) {
        let lost = self.chain.waiting() + self.drafts.len();
        if lost > 0 {
            io.report_about(StateError::AuditLost, lost);
        }
    }

    fn open_storage(&mut self, io: &mut Io) {
        let Some(author) = &self.author else {
            return;
        };
        let name = audit_name(&author.server, &author.project, &author.profile);
        self.storage = Storage::Opening;
        self.stored.found.clear();
        self.stored.ends = None;
        io.push(Output::Audit(OutboxOrder::Open { name }));
        io.timers
            .set(Timer::AuditStorage, io.now + limits::AUDIT_OPEN_MAX_MS);
    }

    /// The storage tells something.
    pub(crate) fn on_disk(&mut self, io: &mut Io, event: CacheEvent) {
        match (event, self.storage) {
            (CacheEvent::Record(record), Storage::Opening) => self.on_record(&record),
            (CacheEvent::Ready { .. }, Storage::Opening) => {
                io.timers.stop(Timer::AuditStorage);
                self.storage = Storage::Open;
                self.take_found(io);
            }
            (CacheEvent::Written { write, result }, Storage::Open) => {
                let going = &mut self.stored.in_flight;
                let Some((_, batch)) = going.take_if(|(known, _)| *known == write) else {
                    return;
                };
                if let Err(failure) = result {
                    for number in batch {
                        self.stored.mark(number);
                    }
                    self.give_up(io, failure);
                }
            }
            (CacheEvent::Lost(failure), Storage::Opening | Storage::Open) => {
                self.give_up(io, failure);
            }
            _ => {}
        }
    }

    /// The database did not open in time, or is tried once more.
    pub(crate) fn on_storage_timer(&mut self, io: &mut Io) {
        match self.storage {
            Storage::Opening => self.give_up(io, CacheFailure::Blocked),
            Storage::Off => self.open_storage(io),
            Storage::Closed | Storage::Open => {}
        }
    }

    fn give_up(&mut self, io: &mut Io, failure: CacheFailure) {
        io.report_about(StateError::AuditNotKept, failure);
        if failure == CacheFailure::Unreadable {
            // Its key is gone, and nobody will ever read it: room for what comes.
            io.report_about(StateError::AuditLost, failure);
            io.push(Output::Audit(OutboxOrder::Discard));
        }
        self.storage = Storage::Off;
        self.stored.in_flight = None;
        io.timers
            .set(Timer::AuditStorage, io.now + limits::CACHE_RETRY_MS);
    }

    fn on_record(&mut self, record: &CacheRecord) {
        if record.store != CacheStore::Audit {
            return;
        }
        let text = record.text.reveal();
        if record.key == ENDS {
            self.stored.ends = parse_ends(text);
            return;
        }
        // What cannot be read, or lies in another's place, is missing to the chain.
        let entry = Entry::parse(text);
        let in_place = entry.filter(|entry| key(entry.number) == record.key);
        self.stored.found.extend(in_place);
    }

    /// Everything that was stored was told.
    fn take_found(&mut self, io: &mut Io) {
        let mut found = std::mem::take(&mut self.stored.found);
        let ends = self.stored.ends.take();
        if std::mem::replace(&mut self.stored.read, true) {
            // What is in memory went on from there: all of it is written.
            self.stored.up_to = 0;
            self.stored.changed.clear();
            return;
        }
        let nothing = found.is_empty() && ends.is_none();
        found.sort_by_key(|entry| entry.number);
        let known = ends.is_some();
        let (anchor, last, missed) = ends.unwrap_or((Mark::start(), Mark::start(), 0));
        let old = found.iter().map(|entry| entry.number);
        self.stored.gone = old.filter(|number| *number <= anchor.number).collect();
        found.retain(|entry| entry.number > anchor.number);
        let chain = Chain::of(anchor, found);
        let verdict = match known || nothing {
            true => chain.verify_to(&last),
            false => Err(Break::Unanchored),
        };
        self.stored.up_to = chain.last().number;
        self.missed += missed;
        // What was written down before this was known has another place now, and the same name.
        let own = std::mem::replace(&mut self.chain, chain);
        let own = own.unsent().map(|entry| entry.draft.clone());
        let own: Vec<Draft> = own.collect();
        self.drafts.splice(..0, own);
        self.take_back(io);
        self.wait_for_more(io);
        if let Err(broken) = verdict {
            self.on_broken(io, broken);
        }
    }

    /// The chain is not what was written. That is told once.
    fn on_broken(&mut self, io: &mut Io, broken: Break) {
        self.broken = Some(broken);
        io.report_about(StateError::AuditBroken, broken);
        let told = self.chain.entries.iter().any(|entry| {
            let deed = &entry.draft.deed;
            deed.what == What::Broken && deed.size == Some(broken.number())
        });
        if !told {
            let deed = Deed::new(What::Broken).of(broken.number());
            self.note(io, deed.with(Outcome::Serious));
        }
    }

    /// Stores what is not stored, a batch at a time.
    pub(super) fn write(&mut self, io: &mut Io) {
        if self.storage == Storage::Open && self.stored.in_flight.is_none() {
            self.write_batch(io, limits::AUDIT_STORED_MAX);
        }
    }

    /// Stores everything, without waiting for what is on its way: batches are stored in order.
    pub(super) fn write_all(&mut self, io: &mut Io) {
        if self.storage == Storage::Open {
            self.take_drafts(io);
            self.write_batch(io, usize::MAX);
        }
    }

    fn write_batch(&mut self, io: &mut Io, most: usize) {
        let last = self.chain.last_number();
        let stored = &mut self.stored;
        if last <= stored.up_to && stored.changed.is_empty() && stored.gone.is_empty() {
            return;
        }
        let changed = stored.changed.len().min(most);
        let mut batch: Vec<u64> = stored.changed.drain(..changed).collect();
        let new = self.chain.entries.iter().map(|entry| entry.number);
        let new = new.filter(|number| *number > stored.up_to);
        batch.extend(new.take(most - changed));
        if batch.is_empty() && stored.gone.is_empty() {
            return;
        }
        stored.up_to = batch.iter().copied().fold(stored.up_to, u64::max);
        let gone = std::mem::take(&mut stored.gone);
        let mut changes: Vec<CacheChange> = Vec::with_capacity(batch.len() + gone.len() + 1);
        for number in gone {
            changes.push(CacheChange::Delete {
                store: CacheStore::Audit,
                key: key(number),
            });
        }
        for number in &batch {
            if let Some(entry) = self.chain.get(*number) {
                changes.push(put(key(*number), entry.to_text()));
            }
        }
        let last = self.chain.last_of(self.stored.up_to);
        changes.push(put(
            ENDS.to_owned(),
            ends(&self.chain.anchor, &last, self.missed),
        ));
        let write = self.stored.next_write();
        self.stored.in_flight = Some((write, batch));
        io.push(Output::Audit(OutboxOrder::Write { write, changes }));
    }

    /// Whether an entry may go out: it is on the disk, or there is none to wait for.
    pub(super) fn lets_go(&self, number: u64) -> bool {
        match self.storage {
            Storage::Open => self.stored.holds(number),
            Storage::Off => true,
            Storage::Closed | Storage::Opening => false,
        }
    }
}

/// Key of the record that says where the chain begins and ends: before those of all entries.
const ENDS: &str = "0";

/// Key of an entry: the order of keys is that of the chain.
fn key(number: u64) -> String {
    format!("{number:020}")
}

fn put(key: String, text: String) -> CacheChange {
    CacheChange::Put(CacheRecord {
        store: CacheStore::Audit,
        key,
        text: Secret::new(text),
    })
}

/// What the first entry follows on, the last entry, and what could not be written down.
fn ends(anchor: &Mark, last: &Mark, missed: u64) -> String {
    let (first, end) = (anchor.hash.as_str(), last.hash.as_str());
    format!(
        "{}\n{first}\n{}\n{end}\n{missed}",
        anchor.number, last.number
    )
}

fn parse_ends(text: &str) -> Option<(Mark, Mark, u64)> {
    let mut lines = text.split('\n');
    let mut mark = || {
        Some(Mark {
            number: lines.next()?.parse().ok()?,
            hash: Hash::read(lines.next()?),
        })
    };
    let (anchor, last) = (mark()?, mark()?);
    Some((anchor, last, lines.next()?.parse().ok()?))
}

/// A write that moves the beginning of the chain behind what was sent.
pub(super) fn move_anchor(
    write: CacheWriteId,
    anchor: &Mark,
    last: &Mark,
    missed: u64,
) -> OutboxOrder {
    let changes = vec![put(ENDS.to_owned(), ends(anchor, last, missed))];
    OutboxOrder::Write { write, changes }
}
