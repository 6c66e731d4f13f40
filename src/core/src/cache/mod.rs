//! The cache: what survives the worker, so that a warm start paints at once and reads only what changed.
//!
//! A log of segments with the rows, and beside it cursors that are stored in the same batch as the rows they cover: a
//! cursor never claims a row that is not there, whatever fails in between. One batch is on its way at a time. Without
//! storage nothing is lost but the warm start.
//!
//! It decides what is stored and when; it never judges rows, and knows nothing of browsers.

mod batch;
mod contract;
mod name;
mod records;
mod row;
mod segment;
mod segments;

use crate::{
    collections::{Map, Set},
    engine::{Output, io::Io},
    error::StateError,
    identity::{PanelId, ResourceKey, ResourceType},
    limits,
    protocol::{Secret, StorageProblem, StorageView},
    replica::Replica,
    time::Timestamp,
    timer::Timer,
};
pub(crate) use batch::{Holdings, Shelved};
pub use contract::*;
pub(crate) use name::{audit_name, cache_name, outbox_name, user_key};
pub use records::RecentUpdate;
pub(crate) use records::{Cursor, Definitions, Parameters, Screen};
pub(crate) use row::read as read_row;
pub(crate) use segment::Segment;
use segments::Segments;
use std::collections::VecDeque;

/// Where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    /// Nobody is signed in.
    Closed,
    /// Records are being told.
    Opening { fresh: bool },
    /// Batches are written.
    Open,
    /// Nothing is kept, until another try.
    Off { failure: CacheFailure },
}

/// A batch on its way.
#[derive(Debug)]
struct InFlight {
    write: CacheWriteId,
    /// Changed rows in it.
    changed: Vec<ResourceKey>,
    /// Rows in it that are written anew.
    rewritten: Vec<ResourceKey>,
    segment: Option<(u64, usize)>,
    ends_rewrite: bool,
}

/// A stored record, as far as somebody else has to use it.
#[derive(Debug)]
pub(crate) enum Stored {
    /// The topmost rows of a panel.
    Screen(PanelId, Screen),
    /// Panels and views.
    Definitions(Definitions),
    /// Rows.
    Segment(Secret),
    /// Parameters of the connection.
    Parameters(Parameters),
}

/// What the engine must react to.
#[derive(Debug)]
pub(crate) enum Event {
    /// A record was read.
    Stored(Stored),
    /// Everything was read. Cursors are not verified yet.
    Ready(Vec<Cursor>),
    /// Nothing is stored, or it is not used: start from nothing.
    Empty,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Cache {
    state: State,
    name: Option<CacheName>,
    segments: Segments,
    found_cursors: Vec<Cursor>,
    /// What is stored must go before anything is written.
    clear: bool,
    in_flight: Option<InFlight>,
    writes: u64,
    stored_bytes: u64,
    saved_cursors: Vec<Cursor>,
    saved_parameters: Parameters,
    /// Which state of the panels is stored. At first it is the one that was read from there.
    saved_shelf: Option<u64>,
    screens_at: Timestamp,
    /// Whether rows on screen were stored in this life.
    has_screens: bool,
    cursors_at: Timestamp,
    recent: VecDeque<RecentUpdate>,
    recent_changed: bool,
    /// When rows of a type were last wanted.
    used: Map<ResourceType, Timestamp>,
    /// Types that are not stored, because there is no room for all.
    evicted: Set<ResourceType>,
}

impl Default for Cache {
    fn default() -> Self {
        Self {
            state: State::Closed,
            name: None,
            segments: Segments::default(),
            found_cursors: Vec::new(),
            clear: false,
            in_flight: None,
            writes: 0,
            stored_bytes: 0,
            saved_cursors: Vec::new(),
            saved_parameters: Parameters::default(),
            saved_shelf: Some(0),
            screens_at: Timestamp(i64::MIN),
            has_screens: false,
            cursors_at: Timestamp(i64::MIN),
            recent: VecDeque::new(),
            recent_changed: false,
            used: Map::default(),
            evicted: Set::default(),
        }
    }
}

impl Cache {
    /// Opens the database of somebody; `fresh` if what is in it is not wanted.
    pub(crate) fn open(
        &mut self,
        io: &mut Io,
        replica: &mut Replica,
        name: CacheName,
        fresh: bool,
    ) {
        // What the stream brings while stored rows are being read is not stored yet.
        replica.note_unsaved(true);
        *self = Self {
            state: State::Opening { fresh },
            name: Some(name.clone()),
            writes: self.writes,
            ..Self::default()
        };
        io.push(Output::OpenCache { name });
        io.timers
            .set(Timer::Cache, io.now + limits::CACHE_OPEN_MAX_MS);
    }

    /// Deletes everything that is stored of somebody.
    pub(crate) fn wipe(&mut self, io: &mut Io) {
        io.push(Output::WipeCache);
        io.timers.stop(Timer::Cache);
        *self = Self {
            writes: self.writes,
            ..Self::default()
        };
    }

    /// Whether stored rows are still being read: the engine waits for them before it asks the server.
    pub(crate) fn is_reading(&self) -> bool {
        self.state == State::Opening { fresh: false }
    }

    /// For the tabs.
    pub(crate) fn view(&self) -> StorageView {
        match self.state {
            State::Closed | State::Opening { .. } => StorageView::Unknown,
            State::Open if !self.evicted.is_empty() => StorageView::MemoryOnly {
                reason: StorageProblem::Full,
            },
            State::Open => StorageView::Kept,
            State::Off { failure } => StorageView::MemoryOnly {
                reason: problem(failure),
            },
        }
    }

    /// The last updates, oldest first.
    pub(crate) fn recent(&self) -> impl Iterator<Item = &RecentUpdate> {
        self.recent.iter()
    }

    /// Bytes that are stored.
    pub(crate) fn stored_bytes(&self) -> u64 {
        self.stored_bytes
    }

    /// The storage tells something.
    pub(crate) fn on_event(
        &mut self,
        io: &mut Io,
        replica: &mut Replica,
        event: CacheEvent,
    ) -> Option<Event> {
        match (event, &self.state) {
            (CacheEvent::Record(record), State::Opening { fresh: false }) => {
                self.on_record(record).map(Event::Stored)
            }
            (CacheEvent::Ready { stored_bytes }, State::Opening { fresh }) => {
                let fresh = *fresh;
                self.stored_bytes = stored_bytes;
                self.state = State::Open;
                self.clear = fresh;
                if fresh {
                    replica.all_unsaved();
                    self.schedule(io, limits::CACHE_WRITE_EVERY_MS);
                    return None;
                }
                io.timers.stop(Timer::Cache);
                let cursors = std::mem::take(&mut self.found_cursors);
                self.saved_cursors.clone_from(&cursors);
                Some(Event::Ready(cursors))
            }
            (CacheEvent::Written { write, result }, State::Open) => {
                self.on_written(io, replica, write, result);
                None
            }
            (CacheEvent::Lost(failure), State::Opening { .. } | State::Open) => {
                self.give_up(io, replica, failure)
            }
            _ => None,
        }
    }

    /// What was read is of no use: it goes with the next batch, and every row of now is written.
    pub(crate) fn distrust(&mut self, io: &mut Io, replica: &mut Replica) {
        self.clear = true;
        self.segments = Segments::default();
        replica.all_unsaved();
        self.schedule(io, limits::CACHE_WRITE_EVERY_MS);
    }

    /// The timer. Returns what the engine must react to.
    pub(crate) fn on_timer(&mut self, io: &mut Io, replica: &mut Replica) -> Option<Event> {
        match &self.state {
            State::Opening { .. } => self.give_up(io, replica, CacheFailure::Blocked),
            State::Off { .. } => {
                // Rows of now are the truth; what may have been left there is older.
                if let Some(name) = self.name.clone() {
                    self.open(io, replica, name, true);
                }
                None
            }
            State::Open | State::Closed => None,
        }
    }

    /// A row changed or left.
    pub(crate) fn note(&mut self, update: RecentUpdate) {
        if self.state == State::Closed {
            return;
        }
        self.recent.push_back(update);
        if self.recent.len() > limits::RECENT_UPDATES_MAX {
            self.recent.pop_front();
        }
        self.recent_changed = true;
    }

    /// Whether a batch may be written now.
    pub(crate) fn may_write(&self) -> bool {
        self.state == State::Open && self.in_flight.is_none()
    }

    /// Whether the screens should be stored again.
    pub(crate) fn screens_due(&self, now: Timestamp) -> bool {
        now.since_ms(self.screens_at) >= limits::CACHE_SCREENS_EVERY_MS
    }

    /// Asks for a batch soon, if there is something to store and none was asked for.
    /// `on_screen`: whether somebody sees rows that could be stored for the first paint of the next start. `shelf`: which state of
    /// the panels is known.
    pub(crate) fn schedule_write(
        &self,
        io: &mut Io,
        replica: &Replica,
        on_screen: bool,
        shelf: u64,
    ) {
        let wanted = replica.has_unsaved()
            || self.saved_shelf != Some(shelf)
            || (on_screen && !self.has_screens && self.screens_due(io.now))
            || self.segments.is_rewriting()
            || self.clear
            || self.cursors_due(io.now);
        if self.may_write() && wanted && io.timers.get(Timer::Cache).is_none() {
            let is_behind = replica.unsaved_count() >= limits::CACHE_SEGMENT_ROWS_MAX;
            self.schedule(
                io,
                match is_behind {
                    true => limits::CACHE_WRITE_BEHIND_MS,
                    false => limits::CACHE_WRITE_EVERY_MS,
                },
            );
        }
    }

    fn cursors_due(&self, now: Timestamp) -> bool {
        now.since_ms(self.cursors_at) >= limits::CACHE_CURSORS_EVERY_MS
    }

    fn schedule(&self, io: &mut Io, wait_ms: i64) {
        io.timers.set(Timer::Cache, io.now + wait_ms);
    }

    fn on_record(&mut self, record: CacheRecord) -> Option<Stored> {
        let text = record.text.reveal();
        match record.store {
            CacheStore::Screens => {
                let screen = serde_json::from_str(text).ok()?;
                Some(Stored::Screen(PanelId::new(record.key), screen))
            }
            CacheStore::Cursors => {
                self.found_cursors
                    .extend(serde_json::from_str::<Cursor>(text));
                None
            }
            CacheStore::Segments => {
                self.segments
                    .found(&record.key, Segment::of(text).entries());
                Some(Stored::Segment(record.text))
            }
            CacheStore::Recent => {
                self.recent = serde_json::from_str(text).unwrap_or_default();
                None
            }
            CacheStore::Parameters => serde_json::from_str(text).ok().map(Stored::Parameters),
            CacheStore::Panels => serde_json::from_str(text).ok().map(Stored::Definitions),
            CacheStore::Outbox | CacheStore::Audit | CacheStore::Settings => None,
        }
    }

    fn on_written(
        &mut self,
        io: &mut Io,
        replica: &mut Replica,
        write: CacheWriteId,
        result: Result<u64, CacheFailure>,
    ) {
        let Some(batch) = self.in_flight.take_if(|batch| batch.write == write) else {
            return;
        };
        match result {
            Ok(stored_bytes) => {
                self.stored_bytes = stored_bytes;
                if let Some((number, entries)) = batch.segment {
                    self.segments.written(number, entries);
                }
                if batch.ends_rewrite {
                    self.segments.finish_rewrite();
                }
                if self.stored_bytes > limits::CACHE_BYTES_MAX {
                    self.make_room(io, replica);
                }
            }
            Err(failure) => {
                // Nothing of it was stored, so nothing of it is known to be there.
                replica.give_back_unsaved(batch.changed);
                self.segments.give_back(batch.rewritten);
                self.saved_cursors.clear();
                self.saved_shelf = None;
                io.report_about(StateError::BatchNotStored, failure);
                if failure == CacheFailure::Full {
                    return self.make_room(io, replica);
                }
                self.give_up(io, replica, failure);
            }
        }
    }

    /// Somebody wants to see rows of a type.
    pub(crate) fn on_used(&mut self, now: Timestamp, kind: &ResourceType) {
        self.used.insert(kind.clone(), now);
    }

    /// Stops to store the type that was not used for longest: a type of which some rows are missing is of no use, because
    /// its cursor would claim them. What is left is written anew.
    fn make_room(&mut self, io: &mut Io, replica: &mut Replica) {
        let stored = replica.kinds().filter(|kind| !self.evicted.contains(*kind));
        let mut stored: Vec<_> = stored.cloned().collect();
        stored.sort_by_key(|kind| (self.used.get(kind).copied(), kind.clone()));
        if stored.len() < 2 {
            self.give_up(io, replica, CacheFailure::Full);
            return;
        }
        let oldest = stored.swap_remove(0);
        io.report_about(StateError::StorageFull, &oldest);
        self.evicted.insert(oldest);
        self.distrust(io, replica);
    }

    fn give_up(
        &mut self,
        io: &mut Io,
        replica: &mut Replica,
        failure: CacheFailure,
    ) -> Option<Event> {
        let was_reading = self.is_reading();
        if failure == CacheFailure::Unreadable {
            io.push(Output::WipeCache);
        }
        io.report_about(StateError::StorageLost, failure);
        self.state = State::Off { failure };
        self.in_flight = None;
        self.segments = Segments::default();
        self.found_cursors.clear();
        replica.note_unsaved(false);
        self.schedule(io, limits::CACHE_RETRY_MS);
        was_reading.then_some(Event::Empty)
    }
}

/// A failure in the words of the tabs.
pub(crate) fn problem(failure: CacheFailure) -> StorageProblem {
    match failure {
        CacheFailure::Unavailable => StorageProblem::Unavailable,
        CacheFailure::Blocked => StorageProblem::Blocked,
        CacheFailure::Full => StorageProblem::Full,
        CacheFailure::Closed => StorageProblem::Closed,
        CacheFailure::Unreadable => StorageProblem::Unreadable,
    }
}
