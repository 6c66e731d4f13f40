//! The cache and the rest of the engine: rows come back before anything is asked, and what changes is stored.
//!
//! While stored rows are being read the server is not asked for any, and tabs see the topmost rows of last time, marked with
//! their time. A cursor is believed only if as many rows came back as it says.

use super::{Engine, composition::watched};
use crate::{
    cache::{
        CacheEvent, Cursor, Event, Holdings, Parameters, RecentUpdate, Screen, Segment, Stored,
        cache_name, read_row,
    },
    collections::{Map, Set},
    error::StateError,
    identity::{PanelId, ResourceKey, ResourceType},
    limits,
    protocol::{StorageView, WorkerMessage},
    reconcile,
    replica::IN_DRAWER,
    session::Identity,
    time::Timestamp,
};

/// What is known only while stored rows are being read.
#[derive(Debug, Default)]
pub(super) struct Restoring {
    screens: Map<PanelId, Screen>,
    /// Rows that were stored and that no panel shows any longer: they count, but are not kept.
    unwanted: Set<ResourceKey>,
}

impl Restoring {
    /// The topmost rows of a panel as of last time.
    pub(super) fn screen(&self, panel: &PanelId) -> Option<&Screen> {
        self.screens.get(panel)
    }

    /// The oldest time that the rows shown meanwhile speak of.
    pub(super) fn as_of(&self) -> Option<Timestamp> {
        self.screens.values().map(|screen| screen.as_of).min()
    }
}

impl Engine {
    /// Somebody is signed in: look for what is stored.
    pub(super) fn open_cache(&mut self, identity: &Identity) {
        let server = self.io.config.server.base_url();
        let name = cache_name(server, &identity.project_id, &identity.profile);
        let fresh = !self.session.is_restored();
        self.cache
            .open(&mut self.io, &mut self.replica, name, fresh);
        if fresh {
            self.on_restored(&[]);
        }
    }

    /// The storage tells something.
    pub(super) fn on_cache(&mut self, event: CacheEvent) {
        if self.session.identity().is_none() {
            return;
        }
        let event = self.cache.on_event(&mut self.io, &mut self.replica, event);
        self.on_cache_event(event);
    }

    /// The timer of the cache.
    pub(super) fn on_cache_timer(&mut self) {
        let event = self.cache.on_timer(&mut self.io, &mut self.replica);
        self.on_cache_event(event);
        if self.cache.may_write() {
            self.save();
        }
    }

    fn on_cache_event(&mut self, event: Option<Event>) {
        match event {
            None => {}
            Some(Event::Stored(Stored::Screen(panel, screen))) => {
                self.restoring.screens.insert(panel.clone(), screen);
                self.tell_snapshots(Some(&panel));
            }
            Some(Event::Stored(Stored::Definitions(definitions))) => {
                let events = self.shelf.restore(&definitions.resources);
                self.on_shelf(events);
            }
            Some(Event::Stored(Stored::Segment(text))) => self.restore(text.reveal()),
            Some(Event::Stored(Stored::Parameters(parameters))) => {
                self.subscriptions.left_behind(parameters.subscriptions);
            }
            Some(Event::Ready(cursors)) => self.on_restored(&cursors),
            Some(Event::Empty) => self.on_restored(&[]),
        }
    }

    fn restore(&mut self, text: &str) {
        let segment = Segment::of(text);
        for key in segment.gone() {
            self.restoring.unwanted.remove(&key);
            self.replica.restore_gone(&key);
        }
        let rows_max = self.io.config.limits.resources_max as usize;
        for row in segment.rows() {
            // One that cannot be read leaves too few rows, and the cursors are not believed.
            let Some(resource) = read_row(row, self.replica.texts()) else {
                continue;
            };
            let mut members = self.members_of(&resource);
            if self.tabs.is_open(&resource.key) {
                members |= IN_DRAWER;
            }
            if members == 0 {
                self.replica.restore_gone(&resource.key);
                self.restoring.unwanted.insert(resource.key.clone());
            } else if self.replica.has_room(&resource.key, rows_max) {
                self.restoring.unwanted.remove(&resource.key);
                self.replica.restore(resource, members);
            }
        }
    }

    /// Everything that was stored has come back: ask the server for what changed since, or for everything.
    fn on_restored(&mut self, cursors: &[Cursor]) {
        let Some(identity) = self.session.identity().cloned() else {
            return;
        };
        let restoring = std::mem::take(&mut self.restoring);
        let mut distrusted = false;
        let mut types = Vec::new();
        for kind in watched() {
            let criteria = self.panels.load_criteria(&kind);
            let restricted = identity.restricted.contains(&kind);
            let rows = self.replica.count(&kind)
                + restoring
                    .unwanted
                    .iter()
                    .filter(|key| key.kind == kind)
                    .count();
            let cursor = cursors.iter().find(|cursor| cursor.kind == kind);
            let believed = cursor.filter(|cursor| {
                cursor.rows == rows
                    && cursor.criteria == criteria
                    && cursor.restricted == restricted
                    && is_of_use(cursor.progress.as_of, self.io.clock_now())
            });
            if believed.is_none() {
                distrusted |= cursor.is_some() || rows > 0;
                self.replica.drop_type(&kind);
            }
            types.push(reconcile::TypeStart {
                restored: believed
                    .map(|cursor| cursor.progress.with_time(|at| self.io.steady_time(at))),
                kind,
                criteria,
                restricted,
            });
        }
        if distrusted {
            self.io.report(StateError::StoredRowsUnusable);
            self.cache.distrust(&mut self.io, &mut self.replica);
        }
        self.reconcile.start(&mut self.io, types);
        for kind in watched() {
            if self.subscriptions.is_bound(&kind) {
                self.reconcile.on_bound(&mut self.io, &kind);
            }
        }
        self.counts_dirty = true;
        self.tell_snapshots(None);
        self.tell_restored_records();
    }

    /// Records that were opened before they had come back: the server, which was asked for them, may not answer for long.
    fn tell_restored_records(&mut self) {
        let open = self.tabs.records();
        let restored = open.filter(|(_, key)| self.replica.get(key).is_some());
        let restored: Vec<_> = restored
            .map(|(tab, key)| (tab.clone(), key.clone()))
            .collect();
        for (tab, key) in restored {
            self.send_record(&tab, &key, None);
        }
    }

    /// Stores what changed.
    fn save(&mut self) {
        let Some(identity) = self.session.identity() else {
            return;
        };
        let cursors = watched().into_iter().filter_map(|kind| {
            Some(Cursor {
                progress: self
                    .reconcile
                    .progress(&kind)?
                    .with_time(|at| self.io.clock_time(at)),
                criteria: self.panels.load_criteria(&kind),
                restricted: identity.restricted.contains(&kind),
                rows: 0,
                kind,
            })
        });
        let cursors = cursors.collect();
        let screens = self.screens_to_store();
        let subscriptions = self.subscriptions.ids();
        let holdings = Holdings {
            replica: &mut self.replica,
            cursors,
            screens,
            parameters: Parameters { subscriptions },
            shelf: self.shelf.to_store(),
        };
        self.cache.write(&mut self.io, holdings);
    }

    fn screens_to_store(&self) -> Vec<(PanelId, Screen)> {
        if !self.cache.screens_due(self.io.now) {
            return Vec::new();
        }
        let tops = self.tabs.tops().filter_map(|(panel, rows)| {
            let index = self.panels.index(panel)?;
            let types = self.panels.types(index);
            let as_of = self.shown_until(&types)?;
            let kind = self.panels.row_type(index);
            let rows = rows.iter().filter_map(|id| {
                let key = ResourceKey::new(kind.clone(), id.clone());
                let entry = self.replica.get(&key)?;
                let shown = entry.members & (1 << index) != 0;
                shown.then(|| {
                    self.panels.project(
                        self.panels.definition(index),
                        &entry.resource,
                        &self.replica,
                    )
                })
            });
            let rows = rows.collect();
            let as_of = self.io.clock_time(as_of);
            Some((panel.clone(), Screen { as_of, rows }))
        });
        tops.collect()
    }

    /// Whether somebody sees rows, and it is known from when they are.
    pub(super) fn has_rows_to_paint_first(&self) -> bool {
        self.tabs.tops().next().is_some() && self.reconcile.as_of().is_some()
    }

    /// A version was accepted or a row left: remembered for the log.
    pub(super) fn note_update(&mut self, key: &ResourceKey) {
        let version = self
            .replica
            .get(key)
            .map(|entry| entry.resource.version.clone());
        self.cache.note(RecentUpdate {
            key: key.clone(),
            version,
            seen: self.io.clock_now(),
        });
    }

    /// Somebody wants to see rows of these types.
    pub(super) fn use_types(&mut self, types: &[ResourceType]) {
        for kind in types {
            self.cache.on_used(self.io.now, kind);
        }
    }

    /// Tells the tabs when it changes whether rows are kept.
    pub(super) fn tell_storage(&mut self) {
        let storage = self.cache.view();
        if self.told_storage != storage {
            self.told_storage = storage;
            self.tabs
                .tell_all(&mut self.io, WorkerMessage::Storage { storage });
        }
    }

    /// What tabs were last told of the storage.
    pub(super) fn storage(&self) -> StorageView {
        self.told_storage
    }

    /// The last updates, oldest first.
    pub fn recent_updates(&self) -> impl Iterator<Item = &RecentUpdate> {
        self.cache.recent()
    }

    /// Bytes that the cache takes in the storage.
    pub fn stored_bytes(&self) -> u64 {
        self.cache.stored_bytes()
    }
}

/// Whether rows of that time may still be shown: not from the future, by a clock that was wrong, and not from long ago.
fn is_of_use(as_of: Timestamp, now: Timestamp) -> bool {
    (-limits::CLOCK_STEP_MS..limits::RELOAD_AFTER_GAP_MS).contains(&now.since_ms(as_of))
}
