//! Panels on their way to a tab as a whole, part by part. A part is made when it is taken: of 50,000 rows only one part is
//! in memory at a time, and its text.

use super::{Engine, Output, io::Queued};
use crate::{
    collections::Set,
    identity::{PanelId, ResourceId, ResourceKey, TabId},
    limits,
    protocol::{Row, WorkerMessage},
};

/// See the module.
#[derive(Debug)]
pub(crate) struct Snapshot {
    tab: TabId,
    panel: PanelId,
    /// Number of the last batch before it.
    sequence: u64,
    loading: bool,
    part: u32,
    rest: Rest,
}

/// What is still to be sent.
#[derive(Debug)]
enum Rest {
    /// Rows of the replica.
    Known(std::vec::IntoIter<ResourceId>),
    /// The topmost rows of last time.
    Stored(std::vec::IntoIter<Row>),
}

impl Rest {
    fn is_empty(&self) -> bool {
        match self {
            Self::Known(ids) => ids.len() == 0,
            Self::Stored(rows) => rows.len() == 0,
        }
    }
}

impl Engine {
    /// Sends a panel to a tab: all rows; while stored ones are being read, the topmost of last time.
    pub(super) fn send_snapshot(&mut self, tab: &TabId, panel: &PanelId) {
        let Some(index) = self.panels.index(panel) else {
            return;
        };
        let rest = match self.restoring.screen(panel) {
            Some(screen) => Rest::Stored(screen.rows.clone().into_iter()),
            None => Rest::Known(self.ids_of(index).into_iter()),
        };
        self.io.push_snapshot(Snapshot {
            tab: tab.clone(),
            panel: panel.clone(),
            sequence: self.tabs.sequence(),
            loading: self.is_loading(index),
            part: 0,
            rest,
        });
    }

    /// The rows of a panel. Those that somebody saw at its top come first, so that the first part fills a screen.
    fn ids_of(&self, index: usize) -> Vec<ResourceId> {
        let bit = 1 << index;
        let kind = self.panels.row_type(index);
        let mut ids: Vec<ResourceId> = self.tabs.top(self.panels.id(index)).to_vec();
        ids.retain(|id| {
            let key = ResourceKey::new(kind.clone(), id.clone());
            let entry = self.replica.get(&key);
            entry.is_some_and(|entry| entry.members & bit != 0)
        });
        let top: Set<ResourceId> = ids.iter().cloned().collect();
        let shown = self.replica.iter().filter(|entry| entry.members & bit != 0);
        let others = shown.map(|entry| &entry.resource.key.id);
        ids.extend(others.filter(|id| !top.contains(*id)).cloned());
        ids
    }

    /// Makes the next part; the rest waits in front of everything that was queued after it.
    pub(super) fn next_part(&mut self, mut snapshot: Snapshot) -> Option<Output> {
        // Nobody may be signed in any longer.
        let index = self.panels.index(&snapshot.panel)?;
        let rows = self.take_rows(index, &mut snapshot.rest);
        let more = !snapshot.rest.is_empty();
        let message = WorkerMessage::Snapshot {
            panel: snapshot.panel.clone(),
            sequence: snapshot.sequence,
            part: snapshot.part,
            more,
            loading: snapshot.loading,
            rows,
        };
        let tab = snapshot.tab.clone();
        if more {
            snapshot.part += 1;
            self.io.put_back(Queued::Snapshot(snapshot));
        }
        Some(Output::ToTab { tab, message })
    }

    fn take_rows(&self, index: usize, rest: &mut Rest) -> Vec<Row> {
        let ids = match rest {
            Rest::Known(ids) => ids,
            Rest::Stored(rows) => return rows.take(limits::SNAPSHOT_PART_ROWS_MAX).collect(),
        };
        let (bit, kind) = (1 << index, self.panels.row_type(index));
        let rows = ids.take(limits::SNAPSHOT_PART_ROWS_MAX).filter_map(|id| {
            // What has left since is told with the changes.
            let entry = self.replica.get(&ResourceKey::new(kind.clone(), id))?;
            let shown = entry.members & bit != 0;
            shown.then(|| self.row(index, entry))
        });
        rows.collect()
    }
}
