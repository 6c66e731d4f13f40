//! Making a batch: changed rows, what is written anew, and the cursors that claim them.

use super::{
    Cache, CacheChange, CacheRecord, CacheStore, CacheWriteId, Cursor, Definitions, InFlight,
    Parameters, Screen, records, segment::SegmentWriter, segments::segment_key,
};
use crate::{
    engine::{Output, io::Io},
    identity::{PanelId, ResourceKey},
    limits,
    protocol::Secret,
    replica::Replica,
    time::Timestamp,
    timer::Timer,
};

/// Key of the one record of a store that has one.
const ONLY: &str = "only";

/// What there is to store.
pub(crate) struct Holdings<'a> {
    /// The rows.
    pub(crate) replica: &'a mut Replica,
    /// How far each type is read; not for types whose first load is not done. Row counts are filled in here.
    pub(crate) cursors: Vec<Cursor>,
    /// The topmost rows of panels, where they are due.
    pub(crate) screens: Vec<(PanelId, Screen)>,
    /// Parameters.
    pub(crate) parameters: Parameters,
    /// Panels and views.
    pub(crate) shelf: Shelved<'a>,
}

/// The panels and views as they are known.
pub(crate) struct Shelved<'a> {
    /// Another number for each other state of them.
    pub(crate) revision: u64,
    /// The resources, each as its JSON.
    pub(crate) resources: Vec<&'a str>,
}

impl Cache {
    /// Writes a batch. Call it when [`Self::may_write`].
    pub(crate) fn write(&mut self, io: &mut Io, holdings: Holdings<'_>) {
        let Holdings {
            replica,
            cursors,
            screens,
            parameters,
            shelf,
        } = holdings;
        io.timers.stop(Timer::Cache);
        let mut changes = Vec::new();
        if self.clear {
            for store in [
                CacheStore::Screens,
                CacheStore::Panels,
                CacheStore::Cursors,
                CacheStore::Segments,
            ] {
                changes.push(CacheChange::Clear { store });
            }
            self.saved_shelf = None;
        }
        let live = self.keys_to_store(replica).count();
        if self.segments.wants_rewrite(live) {
            self.segments
                .start_rewrite(self.keys_to_store(replica).cloned().collect());
        }
        let mut batch = self.write_rows(replica, &mut changes);
        self.drop_cursors(&cursors, &mut changes);
        // A batch that leaves nothing unsaved holds everything that the cursors claim.
        if !replica.has_unsaved() {
            self.write_cursors(io.now, replica, cursors, &mut changes);
        }
        let store_recent = self.screens_due(io.now) && std::mem::take(&mut self.recent_changed);
        if !screens.is_empty() || store_recent {
            self.screens_at = io.now;
        }
        self.has_screens |= !screens.is_empty();
        for (panel, screen) in screens {
            changes.push(put(
                CacheStore::Screens,
                panel.as_str().to_owned(),
                records::to_text(&screen),
            ));
        }
        if store_recent {
            let text = records::to_text(&self.recent);
            changes.push(put(CacheStore::Recent, ONLY.to_owned(), text));
        }
        if parameters != self.saved_parameters {
            let text = records::to_text(&parameters);
            changes.push(put(CacheStore::Parameters, ONLY.to_owned(), text));
            self.saved_parameters = parameters;
        }
        self.write_shelf(shelf, &mut changes);
        if changes.is_empty() {
            return;
        }
        self.clear = false;
        self.writes += 1;
        batch.write = CacheWriteId(self.writes);
        io.push(Output::WriteCache {
            write: batch.write,
            changes,
        });
        self.in_flight = Some(batch);
    }

    fn write_shelf(&mut self, shelf: Shelved<'_>, changes: &mut Vec<CacheChange>) {
        if self.saved_shelf == Some(shelf.revision) {
            return;
        }
        self.saved_shelf = Some(shelf.revision);
        let (store, key) = (CacheStore::Panels, ONLY.to_owned());
        if shelf.resources.is_empty() {
            return changes.push(CacheChange::Delete { store, key });
        }
        let resources = shelf.resources.into_iter().map(str::to_owned).collect();
        let text = records::to_text(&Definitions { resources });
        changes.push(put(store, key, text));
    }

    fn keys_to_store<'a>(&'a self, replica: &'a Replica) -> impl Iterator<Item = &'a ResourceKey> {
        let keys = replica.keys_to_store();
        keys.filter(|key| !self.evicted.contains(&key.kind))
    }

    /// The changed rows, and as many of those that are written anew as fit beside them.
    fn write_rows(&mut self, replica: &mut Replica, changes: &mut Vec<CacheChange>) -> InFlight {
        let mut writer = SegmentWriter::default();
        let mut changed = replica.take_unsaved(limits::CACHE_SEGMENT_ROWS_MAX);
        let mut written = 0;
        while let Some(key) = changed.get(written).filter(|_| !writer.is_full()) {
            match replica.to_store(key) {
                _ if self.evicted.contains(&key.kind) => {}
                Some(resource) => writer.row(resource),
                None => writer.gone(key),
            }
            written += 1;
        }
        replica.give_back_unsaved(changed.drain(written..));
        let mut rewritten = Vec::new();
        while !writer.is_full() {
            let Some(key) = self.segments.next_row() else {
                break;
            };
            if let Some(resource) = replica.to_store(&key) {
                writer.row(resource);
                rewritten.push(key);
            }
        }
        let superseded = self.segments.superseded();
        let ends_rewrite = self.segments.is_rewriting() && !superseded.is_empty();
        let mut segment = None;
        if writer.entries() > 0 {
            let number = self.segments.next();
            segment = Some((number, writer.entries()));
            changes.push(put(
                CacheStore::Segments,
                segment_key(number),
                writer.finish(),
            ));
        }
        for number in superseded {
            changes.push(CacheChange::Delete {
                store: CacheStore::Segments,
                key: segment_key(number),
            });
        }
        InFlight {
            write: CacheWriteId(0),
            changed,
            rewritten,
            segment,
            ends_rewrite,
        }
    }

    /// A type of which it is not certain how far it is read has no cursor. What is stored of it may lack rows that are there,
    /// and the count of another moment could be right by chance.
    fn drop_cursors(&mut self, cursors: &[Cursor], changes: &mut Vec<CacheChange>) {
        self.saved_cursors.retain(|saved| {
            let certain = cursors.iter().any(|cursor| cursor.kind == saved.kind);
            if !certain {
                changes.push(CacheChange::Delete {
                    store: CacheStore::Cursors,
                    key: saved.kind.as_str().to_owned(),
                });
            }
            certain
        });
    }

    fn write_cursors(
        &mut self,
        now: Timestamp,
        replica: &Replica,
        mut cursors: Vec<Cursor>,
        changes: &mut Vec<CacheChange>,
    ) {
        cursors.retain(|cursor| !self.evicted.contains(&cursor.kind));
        for cursor in &mut cursors {
            let kept = replica.keys_to_store();
            cursor.rows = kept.filter(|key| key.kind == cursor.kind).count();
        }
        // The count belongs to the rows and is always written with them; how far is worth a write of its own now and then.
        let rows_changed = !changes.is_empty();
        let due = self.cursors_due(now);
        if due {
            self.cursors_at = now;
        }
        if cursors == self.saved_cursors || !(rows_changed || due) {
            return;
        }
        for cursor in &cursors {
            changes.push(put(
                CacheStore::Cursors,
                cursor.kind.as_str().to_owned(),
                records::to_text(cursor),
            ));
        }
        self.saved_cursors = cursors;
    }
}

fn put(store: CacheStore, key: String, text: String) -> CacheChange {
    CacheChange::Put(CacheRecord {
        store,
        key,
        text: Secret::new(text),
    })
}
