//! From changed rows to messages: batches, snapshots, counts, records.

use super::Engine;
use crate::{
    collections::Set,
    identity::{PanelId, ResourceKey, ResourceType, TabId},
    limits,
    panel::Contribution,
    protocol::{
        GoneReason, GoneRow, PanelChanges, PanelCounts, RecordState, RecordView, Row, WorkerMessage,
    },
    replica::{Entry, IN_DRAWER},
    timer::Timer,
    update_queue::{Batch, Change, Lane},
};

impl Engine {
    /// Sends what changed: at once in a quiet moment, collected while the stream is busy.
    pub(super) fn publish(&mut self) {
        if self.cache.is_reading() {
            // Everybody gets a snapshot when stored rows have come back.
            self.replica.queue().clear();
        } else if !self.replica.queue().is_empty() {
            let due = self.flushed_at + limits::FLUSH_EVERY_MS;
            // A clock that was set back must not hold changes up.
            if due <= self.io.now || self.flushed_at > self.io.now {
                self.flush();
            }
        }
        if !self.replica.queue().is_empty() {
            let due = self.flushed_at + limits::FLUSH_EVERY_MS;
            self.io.timers.set_earlier(Timer::Flush, due);
        }
        if self.counts_dirty && self.io.timers.get(Timer::Counts).is_none() {
            self.counts_dirty = false;
            let counts = self.count_all();
            self.tabs
                .tell_all(&mut self.io, WorkerMessage::Counts { counts });
            self.io
                .timers
                .set(Timer::Counts, self.io.now + limits::COUNTS_EVERY_MS);
        }
    }

    /// Sends all that changed.
    pub(super) fn flush_all(&mut self) {
        while !self.replica.queue().is_empty() {
            self.flush();
        }
        if self.counts_dirty && self.io.timers.get(Timer::Counts).is_none() {
            self.io.timers.set(Timer::Counts, self.io.now);
        }
    }

    /// Sends one batch.
    fn flush(&mut self) {
        self.flushed_at = self.io.now;
        self.io.timers.stop(Timer::Flush);
        self.counts_dirty = true;
        match self.take_batch() {
            Batch::Changes(changes) => self.send_changes(&changes),
            Batch::Everything => {
                self.io.counters.snapshots_forced += 1;
                self.tell_snapshots(None);
                let open = self.tabs.records();
                let open: Vec<_> = open
                    .map(|(tab, record)| (tab.clone(), record.clone()))
                    .collect();
                for (tab, record) in open {
                    self.send_record(&tab, &record, None);
                }
            }
        }
    }

    fn take_batch(&mut self) -> Batch {
        let seen: Set<ResourceKey> = self
            .tabs
            .on_screen()
            .filter_map(|(panel, row)| {
                let index = self.panels.index(panel)?;
                Some(ResourceKey::new(
                    self.panels.row_type(index).clone(),
                    row.clone(),
                ))
            })
            .collect();
        let urgent: Set<ResourceKey> = seen
            .iter()
            .filter(|key| self.replica.get(key).is_some_and(is_urgent))
            .cloned()
            .collect();
        let lane = |key: &ResourceKey| match key {
            key if urgent.contains(key) => Lane::UrgentOnScreen,
            key if seen.contains(key) => Lane::OnScreen,
            _ => Lane::Rest,
        };
        self.replica
            .queue()
            .take(limits::UPDATE_BATCH_ROWS_MAX, lane)
    }

    fn send_changes(&mut self, dirty: &[Change]) {
        let mut changes = Vec::new();
        for index in 0..self.panels.len() {
            let panel = self.panels.id(index).clone();
            if !self.tabs.is_watched(&panel) {
                continue;
            }
            let (rows, gone) = self.changes_of(index, dirty);
            if !rows.is_empty() || !gone.is_empty() {
                let loading = self.is_loading(index);
                changes.push(PanelChanges {
                    panel,
                    rows,
                    gone,
                    loading,
                });
            }
        }
        if !changes.is_empty() {
            self.tabs.publish(&mut self.io, changes);
        }
        self.tell_records(dirty);
    }

    fn changes_of(&self, index: usize, dirty: &[Change]) -> (Vec<Row>, Vec<GoneRow>) {
        let bit = 1 << index;
        let (mut rows, mut gone) = (Vec::new(), Vec::new());
        for change in dirty {
            match self
                .replica
                .get(&change.key)
                .filter(|entry| entry.members & bit != 0)
            {
                Some(entry) => {
                    rows.push(self.row(index, entry));
                }
                None if change.was & bit != 0 => gone.push(GoneRow {
                    id: change.key.id.clone(),
                    reason: change.reason.clone().unwrap_or(out_of_panel()),
                }),
                None => {}
            }
        }
        (rows, gone)
    }

    /// Sends a panel, or every panel, anew to those who watch it.
    pub(super) fn tell_snapshots(&mut self, only: Option<&PanelId>) {
        if only.is_none() {
            self.tabs.skip_batch();
        }
        let watchers = self.tabs.watchers();
        let chosen = watchers.filter(|(_, panel)| only.is_none_or(|only| only == *panel));
        let chosen: Vec<_> = chosen
            .map(|(tab, panel)| (tab.clone(), panel.clone()))
            .collect();
        for (tab, panel) in chosen {
            self.send_snapshot(&tab, &panel);
        }
    }

    /// Whether rows of a panel may still be missing because its type is being loaded.
    pub(super) fn is_loading(&self, index: usize) -> bool {
        !self.reconcile.is_loaded(self.panels.row_type(index))
    }

    /// Tells the tabs that the panels of a type have all their rows.
    pub(super) fn tell_loaded(&mut self, kind: &ResourceType) {
        self.flush_all();
        let mut changes = Vec::new();
        for index in 0..self.panels.len() {
            let panel = self.panels.id(index).clone();
            if self.panels.row_type(index) == kind && self.tabs.is_watched(&panel) {
                changes.push(PanelChanges {
                    panel,
                    rows: vec![],
                    gone: vec![],
                    loading: false,
                });
            }
        }
        if !changes.is_empty() {
            self.tabs.publish(&mut self.io, changes);
        }
    }

    /// Counts of every panel.
    pub(super) fn count_all(&self) -> Vec<PanelCounts> {
        let indices = 0..self.panels.len();
        let counted = indices.map(|index| {
            let tally = self.replica.tally(index);
            let loading = self.is_loading(index);
            PanelCounts {
                set_aside: self.quarantine.count(self.panels.row_type(index)),
                incomplete: self.over_limit.contains(self.panels.row_type(index)),
                ..self.panels.counts(index, tally, loading)
            }
        });
        counted.collect()
    }

    /// The day or the zone changed: decide anew who shows what, and draw everything again.
    pub(super) fn reassign_all(&mut self) {
        let entries = self.replica.iter();
        let decided: Vec<_> = entries
            .map(|entry| {
                let drawer = entry.members & IN_DRAWER;
                (
                    entry.resource.key.clone(),
                    self.members_of(&entry.resource) | drawer,
                )
            })
            .collect();
        for (key, members) in decided {
            self.replica.reassign(&key, members, out_of_panel());
        }
        self.counts_dirty = true;
    }

    /// Sends the open records that a batch touches: themselves, their patient, or tasks of that patient.
    fn tell_records(&mut self, dirty: &[Change]) {
        let touched: Set<&ResourceKey> = dirty.iter().map(|change| &change.key).collect();
        let concerned = self.tabs.records().filter(|(_, record)| {
            touched.contains(record)
                || self
                    .replica
                    .get(record)
                    .and_then(|entry| self.panels.patient_of(&entry.resource))
                    .is_some_and(|patient| touched.contains(&patient))
        });
        let concerned: Vec<_> = concerned
            .map(|(tab, record)| (tab.clone(), record.clone()))
            .collect();
        for (tab, record) in concerned {
            let reason = dirty
                .iter()
                .find(|change| change.key == record)
                .map(|change| &change.reason);
            let state = match reason {
                Some(Some(GoneReason::Deleted)) => Some(RecordState::Deleted),
                Some(Some(GoneReason::AccessLost)) => Some(RecordState::NotFound),
                Some(Some(GoneReason::Unreadable)) => Some(RecordState::Invalid),
                _ => None,
            };
            self.send_record(&tab, &record, state);
        }
    }

    /// Sends a record to every tab that shows it; `state` is what is known where the record is not there.
    pub(super) fn tell_record(&mut self, key: &ResourceKey, state: Option<RecordState>) {
        let tabs = self.tabs.records().filter(|(_, record)| *record == key);
        let tabs: Vec<_> = tabs.map(|(tab, _)| tab.clone()).collect();
        for tab in tabs {
            self.send_record(&tab, key, state.clone());
        }
    }

    /// Sends a record to one tab.
    pub(super) fn send_record(
        &mut self,
        tab: &TabId,
        key: &ResourceKey,
        state: Option<RecordState>,
    ) {
        let entry = self.replica.get(key);
        let content = entry.map(|entry| self.content(entry));
        let absent = if self.replica.is_deleted(key) {
            RecordState::Deleted
        } else {
            RecordState::Loading
        };
        let state = match &content {
            Some(_) => RecordState::Present,
            None => state.unwrap_or(absent),
        };
        if let Some(content) = &content {
            self.shown.insert(key.clone(), content.clone());
        }
        self.note_view(key, &state);
        let record = RecordView {
            key: key.clone(),
            state,
            content: content.or_else(|| self.shown.get(key).cloned()),
        };
        let record = Box::new(record);
        self.io.tell(tab, WorkerMessage::Record { record });
    }

    /// A drawer was closed: nobody else may need the record.
    pub(super) fn release_record(&mut self, key: &ResourceKey) {
        if self.tabs.is_open(key) {
            return;
        }
        self.shown.remove(key);
        if let Some(entry) = self.replica.get(key) {
            let members = entry.members & !IN_DRAWER;
            self.replica.reassign(key, members, out_of_panel());
        }
    }
}

fn is_urgent(entry: &Entry) -> bool {
    Contribution::of(&entry.resource).urgent
}

/// A row belongs to a panel no longer, and of nothing that anybody wrote.
fn out_of_panel() -> GoneReason {
    GoneReason::LeftPanel {
        status: None,
        by: None,
    }
}
