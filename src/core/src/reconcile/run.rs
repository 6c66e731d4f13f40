//! One run over one type: its stages and its walks over pages.

use super::Reason;
use crate::{
    collections::Set,
    fhir::{self, SearchPage},
    identity::ResourceId,
    limits,
    time::Timestamp,
};

/// Where a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// The first load, and the newest time before it.
    Load,
    /// Changes and tombstones, side by side.
    Changes,
    /// Which known rows are still there.
    Members,
}

/// A run.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) id: u64,
    pub(super) reason: Reason,
    pub(super) stage: Stage,
    /// Our time when the changes were asked for.
    pub(super) started: Timestamp,
    /// Our time when the load was asked for, if there was one.
    pub(super) load_started: Option<Timestamp>,
    /// The server's time then, if known.
    pub(super) server_started: Option<Timestamp>,
    /// Changes since then are read.
    pub(super) from: Option<Timestamp>,
    /// How much further back than to the mark of before that is.
    pub(super) look_back_ms: i64,
    /// The newest time seen before the stage began. All walks of the stage start later on the server, so everything up to
    /// here is in them; the newest time that a walk finds is no such mark, because the other walk may have started before.
    pub(super) mark: Option<Timestamp>,
    /// Whether the bindings of now existed before the changes were asked for.
    pub(super) covers_binding: bool,
    /// Walks of the stage that have not ended.
    pub(super) waiting: usize,
    pub(super) live: Walk,
    pub(super) tombstones: Walk,
    /// Whether every row that had to be checked for its membership was.
    pub(super) members_all: bool,
    /// When the membership check was asked.
    pub(super) members_asked: Timestamp,
    /// What a load found that was begun with rows already there.
    pub(super) present: Option<Set<ResourceId>>,
    /// The rows that are checked were not found by a load: they may only have left what it asks for, so they are read whole.
    pub(super) members_whole: bool,
}

impl Run {
    pub(super) fn new(id: u64, reason: Reason, now: Timestamp) -> Self {
        Self {
            id,
            reason,
            stage: Stage::Load,
            started: now,
            load_started: None,
            server_started: None,
            from: None,
            look_back_ms: 0,
            mark: None,
            covers_binding: false,
            waiting: 0,
            live: Walk::new(String::new()),
            tombstones: Walk::new(String::new()),
            members_all: true,
            members_asked: now,
            present: None,
            members_whole: false,
        }
    }

    /// A version that is new to us and older than this was missed by a stream that claimed to be whole.
    pub(super) fn missed_before(&self) -> Option<Timestamp> {
        let audit = self.reason == Reason::AntiEntropy && self.covers_binding;
        self.server_started
            .filter(|_| audit && self.stage == Stage::Changes)
            .map(|time| time - limits::MISSED_AFTER_MS)
    }

    /// Our time up to which the run shows everything. What left the sight of a restricted user between a load and the changes
    /// is in neither: nothing is said of it but by the next membership check.
    pub(super) fn shows_until(&self, restricted: bool) -> Timestamp {
        let load = self.load_started.filter(|_| restricted);
        load.map_or(self.started, |load| load.min(self.started))
    }

    /// Whether it cannot have seen what left the sight of a restricted user since its load, or since that of the run whose place
    /// it took: of the rows that a load found none is checked.
    pub(super) fn is_blind(&self, restricted: bool) -> bool {
        restricted && self.load_started.is_some()
    }

    /// Ids that a run of this reason may check.
    pub(super) fn members_max(&self) -> usize {
        match self.reason {
            Reason::Rebound | Reason::Restored | Reason::FirstLoad => {
                50 * limits::MEMBERSHIP_IDS_MAX
            }
            Reason::AntiEntropy | Reason::Poll => 20 * limits::MEMBERSHIP_IDS_MAX,
        }
    }

    pub(super) fn walk(&mut self, tombstones: bool) -> &mut Walk {
        if tombstones {
            &mut self.tombstones
        } else {
            &mut self.live
        }
    }
}

/// A walk over pages.
#[derive(Debug)]
pub(super) struct Walk {
    first: String,
    pub(super) path: String,
    pages: usize,
    offsets: bool,
}

impl Walk {
    pub(super) fn new(path: String) -> Self {
        Self {
            first: path.clone(),
            path,
            pages: 0,
            offsets: false,
        }
    }

    /// Goes on to the next page; `false` when the walk turns in circles.
    pub(super) fn advance(&mut self, next: &str) -> bool {
        self.pages += 1;
        if self.path == next || self.pages > limits::SEARCH_PAGES_MAX {
            return false;
        }
        self.path = next.into();
        true
    }

    /// The same walk from its start by offset, once.
    pub(super) fn with_offsets(&mut self) -> Option<String> {
        if std::mem::replace(&mut self.offsets, true) {
            return None;
        }
        self.pages = 0;
        self.path = self
            .first
            .replace("_sort=_lastUpdated", "_sort=_lastUpdated,_id");
        Some(self.path.clone())
    }
}

/// The newest `lastUpdated` of a page.
pub(super) fn newest_in(body: &str) -> Option<Timestamp> {
    let page = fhir::search_page(body).ok()?;
    let times = page.entries.iter().filter_map(|raw| fhir::parse(raw).ok());
    times.map(|resource| resource.updated).max()
}

/// The ids of a page.
pub(super) fn ids_in(page: &SearchPage<'_>) -> Set<String> {
    let resources = page.entries.iter().filter_map(|raw| fhir::parse(raw).ok());
    resources
        .map(|resource| resource.key.id.as_str().into())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_left_the_sight_of_a_restricted_user_after_a_load_is_not_claimed_to_be_known() {
        let mut run = Run::new(1, Reason::FirstLoad, Timestamp(10));
        run.load_started = Some(Timestamp(10));
        run.started = Timestamp(20);
        assert_eq!(run.shows_until(true), Timestamp(10));
        assert_eq!(run.shows_until(false), Timestamp(20));
        run.load_started = None;
        assert_eq!(run.shows_until(true), Timestamp(20));
    }
}
