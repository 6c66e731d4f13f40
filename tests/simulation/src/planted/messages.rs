//! Bugs in what a worker tells its tabs.

use panels_core::protocol::{Freshness, FromWorker, PanelChanges, Row, WorkerMessage};

use super::{Bug, is_chosen};
use crate::world::World;

impl World {
    /// A message on its way to a tab; `None`: it never gets there.
    pub(crate) fn planted_message(
        &mut self,
        tab: usize,
        mut message: FromWorker,
    ) -> Option<FromWorker> {
        let Some(bug) = self.planted.bug else {
            return Some(message);
        };
        match (&mut message.body, bug) {
            (WorkerMessage::Changes { panels, .. }, Bug::RowsDropped) if tab.is_multiple_of(2) => {
                for panel in panels {
                    panel.rows.retain(|row| !is_chosen(row.version.as_str()));
                }
            }
            (WorkerMessage::Changes { panels, .. }, Bug::SameVersionSkipped) => {
                for panel in panels {
                    self.skip_same(tab, panel);
                }
            }
            (WorkerMessage::Changes { panels, .. }, Bug::OlderRowAgain) => {
                for panel in panels {
                    self.repeat_older_row(tab, panel);
                }
            }
            (WorkerMessage::Freshness { freshness, .. }, Bug::BadgeForged)
                if !matches!(freshness, Freshness::NeedsSignIn { .. }) =>
            {
                let as_of = self.profiles[self.tabs[tab].profile].clock(self.now);
                *freshness = Freshness::Live { as_of };
            }
            (WorkerMessage::Counts { .. }, Bug::CountsFrozen)
                if !self.planted.counted.insert(tab) =>
            {
                return None;
            }
            (WorkerMessage::Draft { .. }, Bug::DraftsWithheld) => return None,
            _ => {}
        }
        Some(message)
    }

    fn skip_same(&mut self, tab: usize, panel: &mut PanelChanges) {
        let seen = &mut self.planted.seen;
        let name = &panel.panel;
        panel
            .rows
            .retain(|row| seen.insert((tab, name.clone(), row.id.clone(), row.version.clone())));
    }

    /// A row goes back to the version before.
    fn repeat_older_row(&mut self, tab: usize, panel: &mut PanelChanges) {
        for row in &mut panel.rows {
            let key = (tab, panel.panel.clone(), row.id.clone());
            let sent: &mut Vec<Row> = self.planted.sent.entry(key).or_default();
            let newest = sent.last().map(|last| last.version.clone());
            if newest.as_ref() != Some(&row.version) {
                sent.push(row.clone());
            } else if let [.., before, _] = &sent[..] {
                // What is joined to it has changed: the row of before is taken for the base.
                *row = before.clone();
            }
        }
    }
}
