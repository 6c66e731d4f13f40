//! The histories of open records: read when a drawer asks for one, read again when the record has a newer version, so that what is
//! shown never passes for newer than it is.
//!
//! Nothing waits for a history: it is asked for behind everything else, unless a person has pressed a button for it.

use super::{
    Engine,
    io::Io,
    requests::{Lane, Outcome, Purpose, Request, Retry, Trouble},
};
use crate::{
    edit::Veil,
    error::ProcessingError,
    fhir::{self, HistoryVersion},
    hidden,
    identity::{ResourceKey, TabId, VersionId},
    limits,
    protocol::{Earlier, TimelineDeed, TimelineState, TimelineView, WorkerMessage},
    time::Timestamp,
    timeline::{self, Version, Written},
    timer::Timer,
};

/// The histories that tabs show.
#[derive(Debug, Default)]
pub(super) struct Timelines(Vec<Timeline>);

impl Timelines {
    fn of(&mut self, record: &ResourceKey) -> Option<&mut Timeline> {
        let mut timelines = self.0.iter_mut();
        timelines.find(|timeline| timeline.view.record == *record)
    }
}

/// See [`Timelines`].
#[derive(Debug)]
struct Timeline {
    tabs: Vec<TabId>,
    /// How many pages the tabs want.
    pages: usize,
    view: TimelineView,
    /// On its way, and since when; by the browser's clock too.
    asked: Option<Asked>,
    last_asked: Option<Timestamp>,
    /// When to ask.
    due: Option<Timestamp>,
    /// A person waits for it.
    is_urgent: bool,
    /// What the record is known to be, as last looked at.
    standing: Option<Standing>,
    /// Answers since then that did not have it.
    in_vain: u32,
    /// Failures in a row.
    failures: u32,
}

#[derive(Clone, Copy, Debug)]
struct Asked {
    at: Timestamp,
    by_clock: Timestamp,
    pages: usize,
}

/// What a history must have to be up to date.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Standing {
    Version(VersionId),
    Deleted,
}

/// Whether a look at the record changes what is shown of its history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    Same,
    News,
    /// The record cannot be seen any longer.
    Lost,
}

impl Timeline {
    fn new(record: ResourceKey, now: Timestamp) -> Self {
        Self {
            tabs: Vec::new(),
            pages: 1,
            view: TimelineView {
                record,
                state: TimelineState::Loading,
                as_of: None,
                entries: Vec::new(),
                earlier: Earlier::Nothing,
            },
            asked: None,
            last_asked: None,
            due: Some(now),
            is_urgent: false,
            standing: None,
            in_vain: 0,
            failures: 0,
        }
    }

    /// Whether it has what the record is known to be.
    fn is_up_to_date(&self) -> bool {
        match &self.standing {
            None => true,
            Some(Standing::Version(version)) => {
                let mut entries = self.view.entries.iter();
                entries.any(|entry| entry.version.as_ref() == Some(version))
            }
            Some(Standing::Deleted) => {
                let newest = self.view.entries.first();
                newest.is_some_and(|entry| entry.deed == TimelineDeed::Deleted)
            }
        }
    }

    /// When it may be read again: the longer it is, the more rarely.
    fn next_refresh(&self, now: Timestamp) -> Timestamp {
        let pages = i64::try_from(self.pages).unwrap_or(i64::MAX);
        let every_ms = limits::TIMELINE_REFRESH_EVERY_MS.saturating_mul(pages);
        self.last_asked
            .map_or(now, |asked| now.max(asked + every_ms))
    }

    /// What the record is known to be now: gone, this version, or nothing that can be seen.
    fn look_at(&mut self, is_deleted: bool, version: Option<&VersionId>, now: Timestamp) -> Look {
        let standing = match (&self.standing, version) {
            (Some(Standing::Deleted), _) if is_deleted => return Look::Same,
            (Some(Standing::Version(known)), Some(version)) if known == version => {
                return Look::Same;
            }
            (None, None) if !is_deleted => return Look::Same,
            _ if is_deleted => Some(Standing::Deleted),
            (_, version) => version.cloned().map(Standing::Version),
        };
        let before = std::mem::replace(&mut self.standing, standing);
        self.in_vain = 0;
        let state = self.view.state;
        if before.is_some() && self.standing.is_none() {
            // Whoever may not see the record any longer must not see its history. The server says whether that is so.
            self.start_over(now);
            return Look::Lost;
        }
        if before.is_none() && state == TimelineState::NotAllowed {
            self.start_over(now);
            return Look::News;
        }
        if self.is_up_to_date() || !matches!(state, TimelineState::Current | TimelineState::Behind)
        {
            return Look::Same;
        }
        self.due = Some(self.next_refresh(now));
        self.view.state = TimelineState::Behind;
        if state == TimelineState::Behind {
            Look::Same
        } else {
            Look::News
        }
    }

    fn start_over(&mut self, now: Timestamp) {
        self.clear();
        self.view.state = TimelineState::Loading;
        self.due = Some(now);
    }

    fn clear(&mut self) {
        self.view.entries.clear();
        self.view.as_of = None;
        self.view.earlier = Earlier::Nothing;
    }

    fn fail(&mut self, failure: TimelineState, now: Timestamp) {
        self.view.state = failure;
        self.is_urgent = false;
        if failure == TimelineState::NotAllowed {
            self.clear();
            self.due = None;
            return;
        }
        self.due = match failure {
            // Looked at in every turn until the server can be reached.
            TimelineState::Offline => None,
            _ => Some(now.max(self.next_try())),
        };
    }

    /// When it may be asked for again that could not be read.
    fn next_try(&self) -> Timestamp {
        let doublings = self.failures.saturating_sub(1).min(10);
        let wait_ms = limits::TIMELINE_RETRY_MIN_MS << doublings;
        let asked = self.last_asked.unwrap_or(Timestamp(i64::MIN));
        asked + wait_ms.min(limits::TIMELINE_RETRY_MAX_MS)
    }

    /// When something has to be done by the passing of time alone.
    fn next_due(&self) -> Option<Timestamp> {
        match self.asked {
            Some(asked) => Some(asked.at + limits::TIMELINE_PATIENCE_MS),
            None => self.due,
        }
    }
}

impl Engine {
    /// A tab wants to see the history of the record in its drawer, so many pages of it. Whoever asks again is a person who waits.
    pub(super) fn on_open_timeline(&mut self, tab: &TabId, record: &ResourceKey, pages: usize) {
        let is_open = |(other, key): (&TabId, &ResourceKey)| other == tab && key == record;
        if !self.tabs.records().any(is_open) {
            return;
        }
        let now = self.io.now;
        if self.timelines.of(record).is_none() {
            self.timelines.0.push(Timeline::new(record.clone(), now));
        }
        let Some(timeline) = self.timelines.of(record) else {
            return;
        };
        let is_asked_again = timeline.tabs.contains(tab);
        if !is_asked_again {
            timeline.tabs.push(tab.clone());
        }
        let pages = pages.clamp(1, limits::TIMELINE_PAGES_MAX);
        let wants_more = pages > timeline.pages;
        timeline.pages = timeline.pages.max(pages);
        if wants_more || is_asked_again && timeline.asked.is_none() {
            timeline.due = Some(now);
            timeline.is_urgent = true;
            timeline.view.state = TimelineState::Loading;
            self.tell_timeline(record);
        } else {
            let timeline = Box::new(timeline.view.clone());
            self.io.tell(tab, WorkerMessage::Timeline(timeline));
        }
    }

    /// Nobody may see anything any longer.
    pub(super) fn forget_timelines(&mut self) {
        self.timelines.0.clear();
        cancel(&mut self.io, |_| true);
        self.io.timers.stop(Timer::Timelines);
    }

    /// Asks for what is due. Runs at the end of every turn.
    pub(super) fn pump_timelines(&mut self) {
        if self.timelines.0.is_empty() {
            return;
        }
        self.close_timelines();
        let now = self.io.now;
        let is_away = self.tabs.claim_offline()
            || matches!(
                self.io.requests.trouble(),
                Some(Trouble::Unreachable | Trouble::ServerError)
            );
        let mut told = Vec::new();
        for timeline in &mut self.timelines.0 {
            let key = &timeline.view.record.clone();
            let version = self.replica.get(key).map(|entry| &entry.resource.version);
            let look = timeline.look_at(self.replica.is_deleted(key), version, now);
            let mut has_news = look != Look::Same;
            if look == Look::Lost && timeline.asked.take().is_some() {
                cancel(&mut self.io, |other| other == key);
            }
            let is_offline = timeline.view.state == TimelineState::Offline;
            if is_offline && !is_away && timeline.asked.is_none() && timeline.due.is_none() {
                // Everybody comes back at the same moment.
                let soon = now + self.io.jitter_ms(limits::RECOVERY_SPREAD_MS);
                timeline.due = Some(soon.max(timeline.next_try()));
            }
            if let Some(asked) = timeline.asked {
                if now.since_ms(asked.at) >= limits::TIMELINE_PATIENCE_MS {
                    cancel(&mut self.io, |other| other == key);
                    timeline.asked = None;
                    timeline.failures += 1;
                    timeline.fail(TimelineState::Unavailable, now);
                    has_news = true;
                }
            } else if timeline.due.is_some_and(|due| due <= now) {
                if is_away && !timeline.is_urgent {
                    // It would wait until the server is back, and nobody would know for what.
                    has_news |= !is_offline;
                    timeline.fail(TimelineState::Offline, now);
                } else {
                    ask(&mut self.io, key, timeline);
                }
            }
            if has_news {
                told.push(key.clone());
            }
        }
        for key in told {
            self.tell_timeline(&key);
        }
        let due = self.timelines.0.iter().filter_map(Timeline::next_due);
        match due.min() {
            Some(at) => self.io.timers.set(Timer::Timelines, at),
            None => self.io.timers.stop(Timer::Timelines),
        }
    }

    /// Forgets what no tab shows any longer.
    fn close_timelines(&mut self) {
        let (io, tabs) = (&mut self.io, &self.tabs);
        self.timelines.0.retain_mut(|timeline| {
            let key = &timeline.view.record;
            let shows = |tab: &TabId| tabs.records().any(|open| open == (tab, key));
            timeline.tabs.retain(shows);
            let is_shown = !timeline.tabs.is_empty();
            if !is_shown && timeline.asked.is_some() {
                cancel(io, |other| other == key);
            }
            is_shown
        });
    }

    /// The answer to what was asked.
    pub(super) fn on_timeline_answer(&mut self, key: &ResourceKey, outcome: &Outcome) {
        let now = self.io.now;
        let timeline = self.timelines.of(key);
        let Some(asked) = timeline.and_then(|timeline| timeline.asked.take()) else {
            return;
        };
        let count_max = asked.pages * limits::TIMELINE_PAGE_VERSIONS;
        let answer = match outcome {
            Ok(answer) if answer.status == 200 => fhir::history_page(&answer.body, count_max + 1)
                .map_err(|_| {
                    self.io.count(ProcessingError::PageUnreadable);
                    TimelineState::Unavailable
                }),
            Ok(answer) if matches!(answer.status, 403 | 404 | 410) => {
                Err(TimelineState::NotAllowed)
            }
            Ok(_) | Err(super::HttpFailure::TooLarge) => Err(TimelineState::Unavailable),
            Err(_) => Err(TimelineState::Offline),
        };
        let read = answer.map(|page| self.read_history(key, page));
        let panels = &self.panels;
        let Some(timeline) = self.timelines.of(key) else {
            return;
        };
        match read {
            Err(failure) => {
                timeline.failures += 1;
                timeline.fail(failure, now);
            }
            Ok(mut versions) => {
                if let Some(Standing::Version(current)) = &timeline.standing {
                    timeline::put_first(&mut versions, current);
                }
                let is_whole = versions.len() <= count_max;
                timeline.view.entries =
                    panels.timeline(&versions, count_max, is_whole, &self.replica);
                timeline.view.as_of = Some(asked.by_clock);
                timeline.view.earlier = if is_whole {
                    Earlier::Nothing
                } else if asked.pages < limits::TIMELINE_PAGES_MAX {
                    Earlier::More
                } else {
                    Earlier::TooMuch
                };
                timeline.failures = 0;
                timeline.settle(asked.pages, now);
            }
        }
        self.tell_timeline(key);
    }

    /// Validates versions like everything that comes in. A bad one is counted; it is not set aside, because the record itself may
    /// be as good as ever.
    fn read_history(&mut self, key: &ResourceKey, page: Vec<HistoryVersion<'_>>) -> Vec<Version> {
        let versions = page.into_iter().map(|version| match version {
            HistoryVersion::Written(raw) => self
                .read_version(key, raw)
                .map_or(Version::Unreadable, |written| {
                    Version::Written(Box::new(written))
                }),
            HistoryVersion::Deleted { version, at } => Version::Deleted { version, at },
            HistoryVersion::Unreadable => {
                self.io.count(ProcessingError::EntryUnreadable);
                Version::Unreadable
            }
        });
        versions.collect()
    }

    fn read_version(&mut self, key: &ResourceKey, raw: &str) -> Option<Written> {
        let resource = fhir::parse(raw).and_then(|resource| {
            // The server hides fields in a history as in a read, and keeps nothing back where it is wrong about that.
            let permissions = self.session.identity().map(|me| &me.permissions);
            match permissions.map_or(Veil::None, |may| may.veil(&key.kind)) {
                Veil::Fields(fields) => {
                    let seen = hidden::strip(raw, fields).ok_or(fhir::Invalid::Malformed)?;
                    fhir::parse(&seen)
                }
                Veil::None | Veil::Unknown => Ok(resource),
            }
        });
        match resource {
            Ok(resource) if resource.key == *key => Some(Written::new(resource)),
            Ok(_) => {
                self.io.count(ProcessingError::EntryUnreadable);
                None
            }
            Err(error) => {
                self.io.report_about(ProcessingError::from(error), error);
                None
            }
        }
    }

    fn tell_timeline(&mut self, key: &ResourceKey) {
        let Some(timeline) = self.timelines.of(key) else {
            return;
        };
        for tab in &timeline.tabs {
            let timeline = Box::new(timeline.view.clone());
            self.io.tell(tab, WorkerMessage::Timeline(timeline));
        }
    }
}

impl Timeline {
    /// Something was read: is it all that is wanted?
    fn settle(&mut self, pages: usize, now: Timestamp) {
        self.is_urgent = false;
        self.due = None;
        if pages < self.pages {
            self.view.state = TimelineState::Loading;
            self.is_urgent = true;
            self.due = Some(now);
        } else if self.is_up_to_date() {
            self.view.state = TimelineState::Current;
        } else {
            // A history may come from a copy of the database that is a little late.
            self.view.state = TimelineState::Behind;
            self.in_vain += 1;
            if self.in_vain < limits::TIMELINE_IN_VAIN_MAX {
                self.due = Some(self.next_refresh(now));
            }
        }
    }
}

fn ask(io: &mut Io, key: &ResourceKey, timeline: &mut Timeline) {
    let count = timeline.pages * limits::TIMELINE_PAGE_VERSIONS + 1;
    let path = format!("fhir/R4/{key}/_history?_count={count}");
    let mut request = Request::get(Purpose::Timeline(key.clone()), path);
    request.retry = Retry::Never;
    if timeline.is_urgent {
        request.lane = Lane::First;
    }
    io.requests.send(request);
    timeline.asked = Some(Asked {
        at: io.now,
        by_clock: io.clock_now(),
        pages: timeline.pages,
    });
    timeline.last_asked = Some(io.now);
    timeline.due = None;
}

fn cancel(io: &mut Io, which: impl Fn(&ResourceKey) -> bool) {
    io.cancel_requests(|purpose| matches!(purpose, Purpose::Timeline(key) if which(key)));
}
