//! The tabs: who is admitted, what each watches, what all of them were told.
//!
//! One batch of changes goes to all by channel, numbered without gaps; snapshots and replies go to one by port. A tab that
//! was not admitted gets nothing.

mod admission;

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    engine::{Output, io::Io},
    identity::{InstanceId, PanelId, ResourceId, ResourceKey, TabId},
    limits,
    protocol::{PanelChanges, Surroundings, WorkerMessage},
};
pub(crate) use admission::refusal;

/// One admitted tab.
#[derive(Debug)]
pub(crate) struct Tab {
    watching: BTreeSet<PanelId>,
    /// The record in its drawer.
    pub(crate) record: Option<ResourceKey>,
    surroundings: Surroundings,
    viewing: Option<Viewing>,
}

/// What can be seen in a tab.
#[derive(Debug)]
struct Viewing {
    panel: PanelId,
    rows: Vec<ResourceId>,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Tabs {
    tabs: BTreeMap<TabId, Tab>,
    instance: InstanceId,
    channel: Option<String>,
    channels: u64,
    sequence: u64,
    /// The topmost rows of each panel as last seen.
    tops: BTreeMap<PanelId, Vec<ResourceId>>,
}

impl Tabs {
    /// Nobody.
    pub(crate) fn new(instance: InstanceId) -> Self {
        Self {
            tabs: BTreeMap::new(),
            instance,
            channel: None,
            channels: 0,
            sequence: 0,
            tops: BTreeMap::new(),
        }
    }

    /// Admits a tab, or takes its repeated hello; `false` when there are too many.
    pub(crate) fn admit(&mut self, io: &mut Io, tab: &TabId, surroundings: Surroundings) -> bool {
        if self.tabs.len() >= limits::TABS_MAX && !self.tabs.contains_key(tab) {
            return false;
        }
        let entry = self.tabs.entry(tab.clone()).or_insert_with(|| Tab {
            watching: BTreeSet::new(),
            record: None,
            surroundings: surroundings.clone(),
            viewing: None,
        });
        entry.surroundings = surroundings;
        let worker_lock = format!("panels-worker-{}", self.instance);
        let channel = self.channel.clone();
        io.tell(
            tab,
            WorkerMessage::Welcome {
                channel,
                worker_lock,
            },
        );
        true
    }

    /// A tab is gone; returns the record it had open.
    pub(crate) fn remove(&mut self, tab: &TabId) -> Option<ResourceKey> {
        self.tabs.remove(tab)?.record
    }

    /// Whether a tab is admitted.
    pub(crate) fn is_admitted(&self, tab: &TabId) -> bool {
        self.tabs.contains_key(tab)
    }

    /// What a tab says of its surroundings; returns what it said before.
    pub(crate) fn set_surroundings(
        &mut self,
        tab: &TabId,
        next: Surroundings,
    ) -> Option<Surroundings> {
        let entry = self.tabs.get_mut(tab)?;
        Some(std::mem::replace(&mut entry.surroundings, next))
    }

    /// Whether the browser claims to have no network: every tab says so.
    pub(crate) fn claim_offline(&self) -> bool {
        !self.tabs.is_empty() && self.tabs.values().all(|tab| !tab.surroundings.online)
    }

    /// The user's zone: that of a visible tab, failing that of any.
    pub(crate) fn zone_offset_minutes(&self) -> i32 {
        let visible = self.tabs.values().find(|tab| tab.surroundings.visible);
        let tab = visible.or_else(|| self.tabs.values().next());
        tab.map_or(0, |tab| tab.surroundings.zone_offset_minutes)
    }

    /// A tab starts or stops to watch a panel.
    pub(crate) fn watch(&mut self, tab: &TabId, panel: PanelId, on: bool) {
        if let Some(entry) = self.tabs.get_mut(tab) {
            if on {
                entry.watching.insert(panel);
            } else {
                entry.watching.remove(&panel);
                entry.viewing = entry.viewing.take().filter(|seen| seen.panel != panel);
            }
        }
    }

    /// What can be seen in a tab from now on; `first` is the place of the first of these rows.
    pub(crate) fn view(
        &mut self,
        tab: &TabId,
        panel: PanelId,
        first: u32,
        mut rows: Vec<ResourceId>,
    ) {
        rows.truncate(limits::VIEWING_ROWS_MAX);
        let Some(entry) = self.tabs.get_mut(tab) else {
            return;
        };
        if first == 0 && entry.watching.contains(&panel) {
            self.tops.insert(panel.clone(), rows.clone());
        }
        entry.viewing = Some(Viewing { panel, rows });
    }

    /// The topmost rows of each panel as last seen.
    pub(crate) fn tops(&self) -> impl Iterator<Item = (&PanelId, &[ResourceId])> {
        self.tops.iter().map(|(panel, rows)| (panel, &rows[..]))
    }

    /// The topmost rows of one panel as last seen.
    pub(crate) fn top(&self, panel: &PanelId) -> &[ResourceId] {
        self.tops.get(panel).map_or(&[], |rows| rows)
    }

    /// Number of the last batch of changes.
    pub(crate) fn sequence(&self) -> u64 {
        self.sequence
    }

    /// Who watches what.
    pub(crate) fn watchers(&self) -> impl Iterator<Item = (&TabId, &PanelId)> {
        let tabs = self.tabs.iter();
        tabs.flat_map(|(tab, entry)| entry.watching.iter().map(move |panel| (tab, panel)))
    }

    /// The rows that can be seen in any visible tab, with their panels.
    pub(crate) fn on_screen(&self) -> impl Iterator<Item = (&PanelId, &ResourceId)> {
        let visible = self.tabs.values().filter(|tab| tab.surroundings.visible);
        visible
            .filter_map(|tab| tab.viewing.as_ref())
            .flat_map(|viewing| viewing.rows.iter().map(|row| (&viewing.panel, row)))
    }

    /// Whether any tab watches a panel.
    pub(crate) fn is_watched(&self, panel: &PanelId) -> bool {
        self.tabs.values().any(|tab| tab.watching.contains(panel))
    }

    /// The drawer of a tab; returns the record it showed before.
    pub(crate) fn set_record(
        &mut self,
        tab: &TabId,
        record: Option<ResourceKey>,
    ) -> Option<ResourceKey> {
        let entry = self.tabs.get_mut(tab)?;
        std::mem::replace(&mut entry.record, record)
    }

    /// Tabs with their open records.
    pub(crate) fn records(&self) -> impl Iterator<Item = (&TabId, &ResourceKey)> {
        self.tabs
            .iter()
            .filter_map(|(tab, entry)| Some((tab, entry.record.as_ref()?)))
    }

    /// Whether a record is open anywhere.
    pub(crate) fn is_open(&self, key: &ResourceKey) -> bool {
        self.records().any(|(_, record)| record == key)
    }

    /// Name of the channel in use.
    pub(crate) fn channel(&self) -> Option<&String> {
        self.channel.as_ref()
    }

    /// Opens a new channel for a new session. Every context of the origin could listen, so the name is new each time.
    pub(crate) fn open_channel(&mut self, io: &mut Io) {
        self.channels += 1;
        self.sequence = 0;
        let name = format!("panels-{}-{}", self.instance, self.channels);
        self.channel = Some(name.clone());
        io.push(Output::UseChannel { name: Some(name) });
    }

    /// Closes the channel; nobody watches or shows anything any longer.
    pub(crate) fn close_channel(&mut self, io: &mut Io) {
        for tab in self.tabs.values_mut() {
            tab.watching.clear();
            tab.record = None;
            tab.viewing = None;
        }
        self.tops.clear();
        if self.channel.take().is_some() {
            io.push(Output::UseChannel { name: None });
        }
    }

    /// To every tab by its port.
    pub(crate) fn tell_each(&self, io: &mut Io, message: &WorkerMessage) {
        for tab in self.tabs.keys() {
            io.tell(tab, message.clone());
        }
    }

    /// To all: by channel if there is one.
    pub(crate) fn tell_all(&self, io: &mut Io, message: WorkerMessage) {
        if self.channel.is_some() {
            io.push(Output::ToAll { message });
        } else {
            self.tell_each(io, &message);
        }
    }

    /// What comes next is told by snapshots, not by a batch: whoever gets a later batch before its snapshot lacks something, and
    /// finds it out by the number.
    pub(crate) fn skip_batch(&mut self) {
        self.sequence += 1;
    }

    /// One batch of changes to all, cut so that no message takes a tab long to parse.
    pub(crate) fn publish(&mut self, io: &mut Io, panels: Vec<PanelChanges>) {
        if self.channel.is_none() {
            return;
        }
        for panels in cut(panels) {
            self.sequence += 1;
            let sequence = self.sequence;
            io.push(Output::ToAll {
                message: WorkerMessage::Changes { sequence, panels },
            });
        }
    }
}

/// Cuts a batch into batches of bounded size.
fn cut(panels: Vec<PanelChanges>) -> Vec<Vec<PanelChanges>> {
    let mut batches = Vec::new();
    let mut batch: Vec<PanelChanges> = Vec::new();
    let mut room = limits::SNAPSHOT_PART_ROWS_MAX;
    for PanelChanges {
        panel,
        rows,
        gone,
        loading,
    } in panels
    {
        let (mut rows, mut gone) = (rows.into_iter(), gone.into_iter());
        loop {
            let some: Vec<_> = rows.by_ref().take(room).collect();
            let left: Vec<_> = gone.by_ref().take(room - some.len()).collect();
            room -= some.len() + left.len();
            batch.push(PanelChanges {
                panel: panel.clone(),
                rows: some,
                gone: left,
                loading,
            });
            let rest = rows.len() + gone.len() > 0;
            if room == 0 {
                batches.push(std::mem::take(&mut batch));
                room = limits::SNAPSHOT_PART_ROWS_MAX;
            }
            if !rest {
                break;
            }
        }
    }
    if !batch.is_empty() {
        batches.push(batch);
    }
    batches
}
