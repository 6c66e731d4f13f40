//! Settings on the disk: one small database for all users of a browser profile, one record for each. It outlives the cache and
//! the session, because nobody wants to choose again at every sign-in, and there is nothing about a patient in it.
//!
//! A record is changed field by field: what another build has written stays as it is. Without storage choices last as long as the
//! worker.

use std::mem;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{LAYOUT_PREFIX, Settings, SettingsChange};
use crate::{
    cache::{
        CacheChange, CacheEvent, CacheFailure, CacheName, CacheRecord, CacheStore, CacheWriteId,
    },
    engine::{OutboxOrder, Output, io::Io},
    error::StateError,
    limits,
    protocol::Secret,
    time::Timestamp,
};

/// Name of the database.
const DATABASE: &str = "users";

/// A record.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stored {
    /// When the user was here last, to a day.
    used: Timestamp,
    /// Choices by name.
    chosen: Map<String, Value>,
}

/// Where the database is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// Nobody is signed in.
    #[default]
    Closed,
    /// Records are being told.
    Opening,
    /// Choices are written.
    Open,
    /// Nothing is kept, until another choice.
    Off,
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct SettingsKeeper {
    state: State,
    /// Name of the record of whoever is signed in.
    user: String,
    own: Stored,
    /// Choices that were made before the record was read.
    ahead: Map<String, Value>,
    /// Other users of this browser profile, and when they were here last.
    others: Vec<(Timestamp, String)>,
    writes: u64,
    in_flight: Option<CacheWriteId>,
    /// The disk does not have it all.
    dirty: bool,
}

impl SettingsKeeper {
    /// Somebody is signed in; `user` names them and tells nothing about them.
    pub(crate) fn open(&mut self, io: &mut Io, user: String) {
        if self.state != State::Closed && self.user == user {
            return;
        }
        self.close(io);
        self.user = user;
        self.open_storage(io);
    }

    /// Nobody is signed in any longer.
    pub(crate) fn close(&mut self, io: &mut Io) {
        if self.state != State::Closed {
            io.push(Output::Settings(OutboxOrder::Close));
        }
        *self = Self {
            writes: self.writes,
            ..Self::default()
        };
    }

    /// What whoever is signed in has chosen; `None` until it is known.
    pub(crate) fn known(&self) -> Option<Settings> {
        let is_known = matches!(self.state, State::Open | State::Off) || !self.ahead.is_empty();
        is_known.then(|| Settings::of(&self.own.chosen))
    }

    /// A choice was made.
    pub(crate) fn change(&mut self, io: &mut Io, change: &SettingsChange) {
        let (name, value) = change.stored();
        if self.is_full_for(&name) {
            return;
        }
        self.own.chosen.insert(name.clone(), value.clone());
        match self.state {
            State::Closed => {}
            State::Opening => _ = self.ahead.insert(name, value),
            State::Open => {
                self.dirty = true;
                self.write(io);
            }
            State::Off => {
                // What is there by now may be older than what is known here.
                self.ahead = self.own.chosen.clone();
                self.open_storage(io);
            }
        }
    }

    /// Whether one more layout would be more than are kept. One that was given up makes room.
    fn is_full_for(&mut self, name: &str) -> bool {
        let is_layout = |name: &str| name.starts_with(LAYOUT_PREFIX);
        if !is_layout(name) || self.own.chosen.contains_key(name) {
            return false;
        }
        let chosen = &mut self.own.chosen;
        chosen.retain(|name, value| !(is_layout(name) && value.is_null()));
        let layouts = chosen.keys().filter(|name| is_layout(name));
        layouts.count() >= limits::LAYOUTS_MAX
    }

    /// The storage tells something. Returns whether it is known only now what was chosen.
    pub(crate) fn on_disk(&mut self, io: &mut Io, event: CacheEvent) -> bool {
        match (event, self.state) {
            (CacheEvent::Record(record), State::Opening) => {
                self.on_record(&record);
                false
            }
            (CacheEvent::Ready { .. }, State::Opening) => {
                self.state = State::Open;
                let ahead = mem::take(&mut self.ahead);
                let known = !self.own.chosen.is_empty();
                self.dirty = !ahead.is_empty() || (known && self.used_long_ago(io));
                self.own.chosen.extend(ahead);
                self.write(io);
                true
            }
            (CacheEvent::Written { write, result }, State::Open) => {
                if self.in_flight.take_if(|sent| *sent == write).is_some() {
                    match result {
                        Ok(_) => self.write(io),
                        // Tried again with the next choice.
                        Err(failure) => {
                            self.dirty = true;
                            io.report_about(StateError::SettingsNotKept, failure);
                        }
                    }
                }
                false
            }
            (CacheEvent::Lost(failure), State::Opening | State::Open) => {
                if failure == CacheFailure::Unreadable {
                    io.push(Output::Settings(OutboxOrder::Discard));
                }
                io.report_about(StateError::SettingsNotKept, failure);
                let was_opening = mem::replace(&mut self.state, State::Off) == State::Opening;
                self.in_flight = None;
                self.ahead.clear();
                was_opening
            }
            _ => false,
        }
    }

    fn open_storage(&mut self, io: &mut Io) {
        self.state = State::Opening;
        self.others.clear();
        self.in_flight = None;
        io.push(Output::Settings(OutboxOrder::Open {
            name: CacheName::new(DATABASE),
        }));
    }

    fn on_record(&mut self, record: &CacheRecord) {
        // What does not parse is of no use to anybody: it goes first.
        let stored = serde_json::from_str::<Stored>(record.text.reveal()).unwrap_or_default();
        if record.key != self.user {
            self.others.push((stored.used, record.key.clone()));
            return;
        }
        self.own = stored;
        self.own.chosen.extend(self.ahead.clone());
    }

    fn used_long_ago(&self, io: &Io) -> bool {
        io.clock_now().since_ms(self.own.used) >= limits::SETTINGS_USED_EVERY_MS
    }

    fn write(&mut self, io: &mut Io) {
        if self.in_flight.is_some() || !mem::take(&mut self.dirty) {
            return;
        }
        self.own.used = io.clock_now();
        let Ok(text) = serde_json::to_string(&self.own) else {
            return;
        };
        let own = CacheChange::Put(CacheRecord {
            store: CacheStore::Settings,
            key: self.user.clone(),
            text: Secret::new(text),
        });
        let mut changes = vec![own];
        // Who was not here for longest chooses again.
        while self.others.len() >= limits::SETTINGS_USERS_MAX {
            let others = self.others.iter().enumerate();
            let Some((place, _)) = others.min_by_key(|(_, (used, _))| *used) else {
                break;
            };
            changes.push(CacheChange::Delete {
                store: CacheStore::Settings,
                key: self.others.swap_remove(place).1,
            });
        }
        self.writes += 1;
        let write = CacheWriteId(self.writes);
        self.in_flight = Some(write);
        io.push(Output::Settings(OutboxOrder::Write { write, changes }));
    }
}
