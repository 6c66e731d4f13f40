//! Puts what the tabs of a case have left before the judge, and sees to it that the judge had something to look at.

use std::{collections::HashMap, path::Path};

use panels_browser_tests::Failure;
use panels_core::limits;
use panels_judge::{Figures, Millis, Panel, Rules, Violation, WatchLog, Write, judge};
use serde_json::json;

/// Rows and the claim that speaks of them go separate ways to a screen; many browsers share this machine.
const SLACK_MS: Millis = 1_000;
/// In a tab that nobody sees rows are applied once a second.
const HIDDEN_SLACK_MS: Millis = SLACK_MS + 1_500;

/// What a tab has left to be judged.
pub(crate) struct Evidence {
    pub(crate) panel: Panel,
    pub(crate) watch: WatchLog,
    /// What differed from the server at rest.
    pub(crate) rest: Vec<String>,
}

/// What the judge knows besides.
pub(crate) struct Hearing {
    pub(crate) log: Vec<Write>,
    /// When changes began to flow.
    pub(crate) began: Millis,
    /// When rows were forbidden.
    pub(crate) forbidden: Option<(Millis, Millis)>,
    /// Whether the stream brings everything, or tells that it does not.
    pub(crate) stream_is_honest: bool,
}

impl Hearing {
    /// What was seen of all tabs together, and what was wrong in each.
    pub(crate) fn of_all(&self, tabs: &[Evidence]) -> (Figures, Vec<String>) {
        let mut all = (Figures::default(), Vec::new());
        for tab in tabs {
            let (figures, wrong) = self.of(tab);
            all.0 = all.0.and(figures);
            all.1.extend(wrong);
        }
        all
    }

    /// What was seen of a tab, and the first of each kind that was wrong.
    fn of(&self, tab: &Evidence) -> (Figures, Vec<String>) {
        let verdict = judge(&self.log, &tab.panel, &tab.watch, &self.rules());
        let panel = tab.panel.name();
        let lie = verdict.violations.first().map(|first| {
            let more = verdict.violations.len() - 1;
            format!("{panel}: {} (and {more} more)", first.tell(self.began))
        });
        let rest = tab.rest.first().map(|first| {
            let more = tab.rest.len() - 1;
            format!("{panel} at rest: {first} (and {more} more)")
        });
        let unseen = empty_handed(&tab.panel, &verdict.figures);
        let asleep = self.is_asleep(tab);
        let wrong = lie.into_iter().chain(rest).chain(unseen).chain(asleep);
        (verdict.figures, wrong.collect())
    }

    /// Whether the judge would miss a lie: of the row that has rested for longest, a version that never was must be missed. Where
    /// events are lost it may lack another one as well.
    fn is_asleep(&self, tab: &Evidence) -> Option<String> {
        let mut shown: HashMap<&str, Millis> = HashMap::new();
        for record in &tab.watch.records {
            record.gone.iter().for_each(|id| {
                shown.remove(id.as_str());
            });
            shown.extend(record.rows.iter().map(|(id, stamp)| (id.as_str(), *stamp)));
        }
        let is_shown = |write: &&Write| shown.get(write.id.as_str()) == Some(&write.stamp);
        let rested = self
            .log
            .iter()
            .filter(is_shown)
            .min_by_key(|write| write.at);
        let planted = rested.map(|write| Write {
            at: write.at + 1,
            stamp: write.stamp + 1,
            ..write.clone()
        });
        let log: Vec<Write> = self.log.iter().cloned().chain(planted.clone()).collect();
        let rules = Rules {
            slack_ms: 0,
            hidden_slack_ms: 0,
            stream_is_reliable: true,
            ..self.rules()
        };
        let verdict = judge(&log, &tab.panel, &tab.watch, &rules);
        let found = verdict.violations.iter().any(|violation| {
            matches!(violation, Violation::Lie { row, .. }
                if planted.as_ref().is_some_and(|planted| *row == planted.id))
        });
        let panel = tab.panel.name();
        (!found).then(|| format!("{panel}: a planted lie was not found"))
    }

    fn rules(&self) -> Rules {
        Rules {
            bound_ms: limits::LIVE_UNPROVEN_MAX_MS,
            slack_ms: SLACK_MS,
            hidden_slack_ms: HIDDEN_SLACK_MS,
            stream_is_reliable: self.stream_is_honest,
            forbidden: self.forbidden,
        }
    }

    /// Leaves everything that the judge had, for people.
    pub(crate) async fn keep(&self, name: &str, tabs: &[Evidence]) -> Result<(), Failure> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/matrix");
        let created = tokio::fs::create_dir_all(&folder).await;
        created.map_err(Failure::io("folder of the matrix"))?;
        let writes = self.log.iter().filter(|write| write.at >= self.began);
        let writes: Vec<_> = writes
            .map(|write| {
                let exists = write.content.is_some();
                json!([
                    write.at - self.began,
                    write.kind,
                    write.id,
                    write.stamp,
                    exists
                ])
            })
            .collect();
        let tabs: Vec<_> = tabs
            .iter()
            .map(|tab| json!({ "panel": tab.panel.name(), "rest": tab.rest, "watch": tab.watch }))
            .collect();
        let text = json!({ "began": self.began, "writes": writes, "tabs": tabs }).to_string();
        let written = tokio::fs::write(folder.join(format!("{name}.json")), text).await;
        written.map_err(Failure::io("log of a case"))
    }
}

/// A judge who has seen nothing finds nothing.
fn empty_handed(panel: &Panel, figures: &Figures) -> Option<String> {
    let whole = matches!(panel, Panel::MyWork { .. });
    let seen_whole = !whole || figures.whole_ms * 2 > figures.watched_ms;
    let versions_min = if whole { 20 } else { 5 };
    let enough = figures.versions >= versions_min && figures.live_ms > 0 && seen_whole;
    (!enough).then(|| format!("{}: too little was seen: {figures:?}", panel.name()))
}
