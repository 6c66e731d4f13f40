//! The outbox and its database: whose it is, what comes back of it, what is left in it.

use super::{
    Aside, Author, Outbox,
    disk::State,
    drafts, ended,
    entry::{self, Entry},
};
use crate::{
    cache::{CacheChange, CacheEvent, CacheFailure, CacheRecord, CacheStore, outbox_name, problem},
    engine::{OutboxOrder, Output, io::Io, requests::Purpose},
    error::StateError,
    limits,
    protocol::{EditOutcome, EditsNews, Secret, StorageView},
    timer::Timer,
};

/// Edits that can be numbered in one millisecond.
const NUMBERS_PER_MS: u64 = 1_000;

impl Outbox {
    /// Somebody is signed in: their edits come back.
    pub(crate) fn open(&mut self, io: &mut Io, author: Author) {
        self.drafts_told.clear();
        self.drafts_replaced.clear();
        if self.author.as_ref() == Some(&author) {
            // Tabs say again what is typed in them, each in its own time.
            self.opened_at = Some(io.now);
            self.parked = false;
            self.news.everything();
            return;
        }
        self.put_aside(io);
        let name = outbox_name(&author.server, &author.project, &author.profile);
        let back = self.aside.iter().position(|aside| aside.author == author);
        if let Some(back) = back.map(|place| self.aside.swap_remove(place)) {
            for (number, entry) in back.held {
                self.insert(number, entry);
                self.disk.mark(number);
            }
            for (number, draft) in back.drafts {
                self.drafts.insert(number, draft);
                self.disk.mark(number);
            }
        }
        self.author = Some(author);
        self.opened_at = Some(io.now);
        self.news.everything();
        self.disk.state = State::Opening;
        io.push(Output::Outbox(OutboxOrder::Open { name }));
        io.timers
            .set(Timer::Outbox, io.now + limits::OUTBOX_OPEN_MAX_MS);
    }

    /// The session of the author has ended by itself: what is here is kept, and neither shown nor sent.
    pub(crate) fn park(&mut self, io: &mut Io) {
        if self.author.is_none() {
            return;
        }
        self.parked = true;
        self.strands.clear();
        cancel(io);
        self.news.forget();
        self.write(io);
        self.leave_if_stored(io);
    }

    /// Whether what is in here waits for an author whose session has ended.
    pub(crate) fn is_parked(&self) -> bool {
        self.parked
    }

    /// The user has signed out, with nothing in here. What was never read stays for the next time.
    pub(crate) fn leave(&mut self, io: &mut Io) {
        if self.loaded && self.is_empty() && self.unreadable == 0 {
            let _nothing = self.discard_all(io);
        } else {
            self.park(io);
        }
    }

    /// The user has signed out and said that nothing of this is wanted any longer: it goes, with its key. What tabs have to be
    /// told, lest they ask for it again when the same user is back.
    pub(crate) fn discard_all(&mut self, io: &mut Io) -> Option<EditsNews> {
        if self.author.is_some() {
            io.push(Output::Outbox(OutboxOrder::Discard));
        }
        for number in self.held.keys().copied().collect::<Vec<_>>() {
            self.end(number, EditOutcome::Discarded);
        }
        self.drafts.clear();
        self.news.at_once();
        let news = self.take_news();
        self.forget(io);
        news
    }

    /// Parked, and on the disk: nothing of it stays in memory.
    pub(super) fn leave_if_stored(&mut self, io: &mut Io) {
        if self.parked && self.disk.is_settled() {
            // Of an empty one not even the key is left.
            let nothing = self.is_empty() && self.unreadable == 0;
            io.push(Output::Outbox(if nothing {
                OutboxOrder::Discard
            } else {
                OutboxOrder::Close
            }));
            self.forget(io);
        }
    }

    fn forget(&mut self, io: &mut Io) {
        io.timers.stop(Timer::Outbox);
        cancel(io);
        let aside = std::mem::take(&mut self.aside);
        *self = Self {
            aside,
            next: self.next,
            news: self.news.successor(),
            deeds: self.deeds.successor(),
            ..Self::default()
        };
    }

    /// Somebody else signs in before everything was stored, or where nothing can be: it waits in memory for its author.
    fn put_aside(&mut self, io: &mut Io) {
        let Some(author) = self.author.take() else {
            return;
        };
        io.push(Output::Outbox(OutboxOrder::Close));
        let mut held = std::mem::take(&mut self.held);
        held.retain(|number, _| !self.disk.holds(*number));
        let mut drafts = std::mem::take(&mut self.drafts);
        drafts.retain(|number, _| !self.disk.holds(*number));
        if !held.is_empty() || !drafts.is_empty() {
            if self.aside.len() >= limits::OUTBOXES_ASIDE_MAX {
                io.report(StateError::EditsLost);
                self.aside.remove(0);
            }
            self.aside.push(Aside {
                author,
                held,
                drafts,
            });
        }
        self.forget(io);
    }

    /// The storage tells something.
    pub(crate) fn on_disk(&mut self, io: &mut Io, event: CacheEvent) {
        match (event, self.disk.state) {
            (CacheEvent::Record(record), State::Opening) => self.on_record(io, &record),
            (CacheEvent::Ready { .. }, State::Opening) => {
                io.timers.stop(Timer::Outbox);
                self.disk.state = State::Open;
                self.loaded = true;
                self.take_found();
            }
            (CacheEvent::Written { write, result }, State::Open) => {
                let Some(batch) = self.disk.on_written(write, result.is_ok()) else {
                    return;
                };
                for number in batch {
                    if let Some(entry) = self.held.get(&number) {
                        self.news.change(&entry.id);
                    }
                }
                if let Err(failure) = result {
                    self.on_not_written(io, failure);
                }
            }
            (CacheEvent::Lost(failure), State::Opening | State::Open) => self.give_up(io, failure),
            _ => {}
        }
    }

    fn on_not_written(&mut self, io: &mut Io, failure: CacheFailure) {
        let (held, done) = (&self.held, &self.done);
        let has_ended = |number| done.contains_key(&number) && !held.contains_key(&number);
        if failure != CacheFailure::Full || !self.disk.deletes_first(has_ended) {
            self.give_up(io, failure);
        }
    }

    /// The database did not open in time, or is tried once more.
    pub(crate) fn on_timer(&mut self, io: &mut Io) {
        match (self.disk.state, self.author.clone()) {
            (State::Opening, _) => self.give_up(io, CacheFailure::Blocked),
            (State::Off(_), Some(author)) => {
                let name = outbox_name(&author.server, &author.project, &author.profile);
                for number in self
                    .held
                    .keys()
                    .chain(self.drafts.keys())
                    .chain(self.done.keys())
                {
                    self.disk.mark(*number);
                }
                self.disk.state = State::Opening;
                io.push(Output::Outbox(OutboxOrder::Open { name }));
                io.timers
                    .set(Timer::Outbox, io.now + limits::OUTBOX_OPEN_MAX_MS);
            }
            _ => {}
        }
    }

    /// Whether edits are kept, for the tabs.
    pub(super) fn storage(&self) -> StorageView {
        match self.disk.state {
            State::Closed | State::Opening => StorageView::Unknown,
            State::Open => StorageView::Kept,
            State::Off(failure) => StorageView::MemoryOnly {
                reason: problem(failure),
            },
        }
    }

    fn give_up(&mut self, io: &mut Io, failure: CacheFailure) {
        io.report_about(StateError::OutboxNotKept, failure);
        if failure == CacheFailure::Unreadable {
            // Its key is gone, and nobody will ever read it: room for what comes.
            io.report(StateError::EditsLost);
            io.push(Output::Outbox(OutboxOrder::Discard));
        }
        // What was told so far is as good as what comes of a storage that works.
        self.take_found();
        self.disk.fail(failure);
        self.news.everything();
        io.timers.set(Timer::Outbox, io.now + self.disk.retry_ms());
    }

    fn on_record(&mut self, io: &mut Io, record: &CacheRecord) {
        if record.store != CacheStore::Outbox {
            return;
        }
        let number = record.key.parse::<u64>().ok();
        if let Some(number) = number {
            // A clock that was set back since must not put what comes now before what was there.
            self.next = self.next.max(number.saturating_add(1));
        }
        let draft = drafts::parse(record.text.reveal());
        let draft = draft.filter(|draft| Some(&draft.author) == self.author.as_ref());
        if let (Some(number), Some(draft)) = (number, draft) {
            return self.take_stored_draft(number, draft);
        }
        let done = ended::parse(record.text.reveal());
        let done = done.filter(|done| Some(&done.entry.author) == self.author.as_ref());
        if let (Some(number), Some(done)) = (number, done) {
            return self.take_stored_end(number, done);
        }
        let entry = entry::parse(record.text.reveal());
        let own = entry.filter(|entry| Some(&entry.author) == self.author.as_ref());
        match (number, own) {
            (Some(number), Some(entry)) => {
                self.found.insert(number, entry);
            }
            _ => {
                // It stays where it is: a later build may know what to do with it.
                self.unreadable += 1;
                io.report(StateError::StoredEditUnusable);
            }
        }
    }

    /// Everything that was stored was told. What is in memory already is newer than what is told of it.
    fn take_found(&mut self) {
        let typed = self.put_behind_found();
        for (number, entry) in std::mem::take(&mut self.found) {
            if self.held.contains_key(&number) || self.disk.is_marked(number) {
                continue;
            }
            if self.end_of(&entry.id).is_some() {
                self.disk.mark(number);
                continue;
            }
            // Asked for once more before anybody knew that it was here.
            if let Some(again) = self.find(&entry.id) {
                self.remove(again);
            }
            self.insert(number, entry);
        }
        for number in typed {
            self.build_on_found(number);
        }
        self.end_again();
        self.news.everything();
    }

    /// What was typed while stored edits were being told was typed after them, whatever the clock said. Where something of it was
    /// sent already it stays where it is. Returns what was typed.
    fn put_behind_found(&mut self) -> Vec<u64> {
        let Some(last) = self.found.keys().next_back().copied() else {
            return Vec::new();
        };
        if !self.strands.is_empty() {
            return Vec::new();
        }
        let typed = self.held.keys().copied();
        let typed = typed.filter(|number| !self.found.contains_key(number));
        let mut behind = Vec::new();
        for number in typed.collect::<Vec<_>>() {
            if number > last {
                behind.push(number);
            } else if let Some(entry) = self.remove(number) {
                let later = self.next.max(last.saturating_add(1));
                self.next = later.saturating_add(1);
                self.insert(later, entry);
                self.disk.mark(later);
                behind.push(later);
            }
        }
        behind
    }

    /// What was typed follows on what turned out to be before it, as it would have if that had been known.
    pub(super) fn build_on_found(&mut self, number: u64) {
        let entry = self.held.get(&number);
        let Some(entry) = entry.filter(|entry| entry.is_under_way()) else {
            return;
        };
        let (key, mut changes) = (entry.resource.clone(), entry.changes.clone());
        self.build_on_own(&key, number, &mut changes);
        if changes.is_empty() {
            self.end(number, EditOutcome::AlreadySo);
        } else if let Some(entry) = self.held.get_mut(&number) {
            entry.changes = changes;
            self.disk.mark(number);
        }
    }

    /// Takes an edit in as the last one. Numbers follow the clock, so that those of two lives of the worker do not meet.
    pub(super) fn append(&mut self, io: &Io, entry: Entry) -> u64 {
        let number = self.number(io);
        self.insert(number, entry);
        self.disk.mark(number);
        number
    }

    /// A number that nothing in here has.
    pub(super) fn number(&mut self, io: &Io) -> u64 {
        let clock = u64::try_from(io.clock_now().0).unwrap_or_default();
        let number = clock.saturating_mul(NUMBERS_PER_MS).max(self.next);
        self.next = number.saturating_add(1);
        number
    }

    /// Stores what is not stored.
    pub(super) fn write(&mut self, io: &mut Io) {
        // Not what is gone because it is under another number by now: that one is not stored yet.
        let (held, done) = (&self.held, &self.done);
        let has_ended = |number| done.contains_key(&number) && !held.contains_key(&number);
        if self.disk.has_to_delete(has_ended) {
            // Until it is gone the next worker would believe in it, and people have heard of its end.
            io.timers.set_earlier(Timer::Outbox, io.now);
        }
        let Some((write, batch, deletes)) = self.disk.next_batch(has_ended) else {
            return;
        };
        let changes = batch.iter().map(|number| {
            let key = format!("{number:020}");
            let entry = self.held.get(number).map(entry::to_text);
            let draft = || self.drafts.get(number).map(drafts::to_text);
            let done = || self.done.get(number).map(ended::to_text);
            let store = CacheStore::Outbox;
            if deletes {
                return CacheChange::Delete { store, key };
            }
            match entry.or_else(draft).or_else(done) {
                Some(text) => CacheChange::Put(CacheRecord {
                    store,
                    key,
                    text: Secret::new(text),
                }),
                None => CacheChange::Delete { store, key },
            }
        });
        let changes = changes.collect();
        io.push(Output::Outbox(OutboxOrder::Write { write, changes }));
    }
}

/// What is on its way is given up, or it would go out in the name of whoever comes next.
fn cancel(io: &mut Io) {
    io.cancel_requests(|purpose| matches!(purpose, Purpose::Edit(_)));
}
