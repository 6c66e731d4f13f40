//! Plays the server's log and the log of a tab again, side by side, and looks at every moment whether the tab claimed more
//! than it showed.

use std::collections::{BTreeMap, HashMap};

use crate::{
    Claim, Millis, Panel, Verdict, Violation, WatchLog, Word, Write,
    history::{RowHistory, Standing},
    verdict::Figures,
    watch::{Claims, Record},
};

/// A search finds what was written before it was sent; the clocks of tab and server are read in different processes.
const CLOCKS_MS: Millis = 50;
/// Two versions of one resource within this may be in the wrong order by `lastUpdated`; only a read settles them.
const CONTENTION_MS: Millis = 2_000;

/// What is asked of a tab.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// A tab that says `Live` lacks nothing for longer.
    pub bound_ms: Millis,
    /// Rows may come so much later than the claim that speaks of them: both are on their way to the screen.
    pub slack_ms: Millis,
    /// The same in a tab that nobody sees.
    pub hidden_slack_ms: Millis,
    /// Whether the stream loses nothing in silence: then the time beside `Live` holds, and not only the bound.
    pub stream_is_reliable: bool,
    /// In this time the server said that rows may not be read: those that are hidden are hidden rightly.
    pub forbidden: Option<(Millis, Millis)>,
}

/// Looks at every moment of a tab's log.
pub fn judge(log: &[Write], panel: &Panel, watch: &WatchLog, rules: &Rules) -> Verdict {
    let mut writes: Vec<&Write> = log
        .iter()
        .filter(|write| write.kind == panel.kind())
        .collect();
    // Stable: what was written in one millisecond stays in the order of writing.
    writes.sort_by_key(|write| write.at);
    let mut writes = writes.into_iter().peekable();
    let mut replay = Replay::new(panel, *rules);
    for record in &watch.records {
        while let Some(write) = writes.next_if(|write| write.at <= record.at) {
            replay.write(write);
        }
        replay.show(record);
    }
    for write in writes.take_while(|write| write.at <= watch.end) {
        replay.write(write);
    }
    replay.finish(watch.end)
}

/// What is known of a row.
#[derive(Debug, Default)]
struct Row {
    history: RowHistory,
    shown: Option<Millis>,
    newest_shown: Option<Millis>,
}

#[derive(Debug)]
struct Replay<'a> {
    panel: &'a Panel,
    rules: Rules,
    now: Option<Millis>,
    rows: HashMap<String, Row>,
    shown: usize,
    total: Option<usize>,
    hidden: bool,
    claims: Claims,
    /// Rows that lack a change, and since when.
    behind: BTreeMap<String, Millis>,
    /// Claims that are not true, by the row that shows it: since when, and when what is missing was written.
    lies: BTreeMap<(Claim, String), (Millis, Millis)>,
    verdict: Verdict,
}

impl<'a> Replay<'a> {
    fn new(panel: &'a Panel, rules: Rules) -> Self {
        Self {
            panel,
            rules,
            now: None,
            rows: HashMap::new(),
            shown: 0,
            total: None,
            hidden: false,
            claims: Claims::default(),
            behind: BTreeMap::new(),
            lies: BTreeMap::new(),
            verdict: Verdict::default(),
        }
    }

    /// The server has written.
    fn write(&mut self, write: &Write) {
        if self.now.is_some() {
            self.pass(write.at);
        }
        let content = write.content.as_deref();
        let shown = content.filter(|content| self.panel.shows(content));
        let row = self.rows.entry(write.id.clone()).or_default();
        row.history.expect(write.at, shown.map(|_| write.stamp));
        self.compare(&write.id);
        self.look(write.at);
    }

    /// The tab has changed.
    fn show(&mut self, record: &Record) {
        self.pass(record.at);
        self.now = Some(record.at);
        let was_whole = self.is_whole();
        self.hidden = record.hidden.unwrap_or(self.hidden);
        self.total = record.total.or(self.total);
        self.claims = record.claims.unwrap_or(self.claims);
        for id in &record.gone {
            let shown = self.rows.entry(id.clone()).or_default().shown.take();
            self.shown -= usize::from(shown.is_some());
        }
        for (id, stamp) in &record.rows {
            self.show_row(record.at, id, *stamp);
        }
        if was_whole == self.is_whole() {
            let touched = record
                .gone
                .iter()
                .chain(record.rows.iter().map(|(id, _)| id));
            touched.for_each(|id| self.compare(id));
        } else {
            let all: Vec<String> = self.rows.keys().cloned().collect();
            all.iter().for_each(|id| self.compare(id));
        }
        self.look(record.at);
    }

    fn show_row(&mut self, at: Millis, id: &str, stamp: Millis) {
        let row = self.rows.entry(id.to_owned()).or_default();
        self.shown += usize::from(row.shown.replace(stamp).is_none());
        let newest = row.newest_shown.unwrap_or(stamp);
        let is_first = row.newest_shown.is_none_or(|newest| stamp > newest);
        self.verdict.figures.versions += usize::from(is_first);
        row.newest_shown = Some(newest.max(stamp));
        if stamp < newest - CONTENTION_MS {
            self.verdict.violations.push(Violation::WentBack {
                row: id.to_owned(),
                at,
                from: newest,
                to: stamp,
            });
        }
        if row.history.standing(Some(stamp)) == Standing::Never {
            self.verdict.violations.push(Violation::Invented {
                row: id.to_owned(),
                at,
                stamp,
            });
        }
    }

    /// Whether every row of the panel is in the document.
    fn is_whole(&self) -> bool {
        self.total == Some(self.shown) && !self.claims.loading
    }

    /// Compares a row with what it should be.
    fn compare(&mut self, id: &str) {
        let Some(row) = self.rows.get(id) else {
            return;
        };
        let judged = row.shown.is_some() || self.is_whole();
        match row.history.standing(row.shown) {
            Standing::Behind(since) if judged => {
                self.behind.insert(id.to_owned(), since);
            }
            _ => {
                self.behind.remove(id);
            }
        }
    }

    /// Time passes, and everything stays as it is.
    fn pass(&mut self, to: Millis) {
        let Some(from) = self.now else {
            return;
        };
        let whole = self.is_whole();
        let figures = &mut self.verdict.figures;
        figures.watched_ms += to - from;
        if self.claims.word == Some(Word::Live) {
            figures.live_ms += to - from;
        }
        if whole {
            figures.whole_ms += to - from;
        }
        self.now = Some(to);
        self.look(from);
    }

    /// Finds the claims that are not true now, and ends those that are; all is as it was `held_since` then.
    fn look(&mut self, held_since: Millis) {
        let Some(now) = self.now else {
            return;
        };
        let mut lies = BTreeMap::new();
        for (id, written) in &self.behind {
            if self.claims.word == Some(Word::Live) && self.forbidden_until(id).is_none() {
                let longest = &mut self.verdict.figures.missing_live_max_ms;
                *longest = (*longest).max(now - written);
            }
            for (claim, from) in self.untrue(id, *written) {
                if from > now {
                    continue;
                }
                let key = (claim, id.clone());
                let known = self.lies.remove(&key).filter(|(_, what)| what == written);
                lies.insert(key, known.unwrap_or((from.max(held_since), *written)));
            }
        }
        for (key, lie) in std::mem::replace(&mut self.lies, lies) {
            self.end_lie(key, lie, now);
        }
    }

    /// Until when a row that is not there is hidden rightly, once the server has begun to forbid it.
    fn forbidden_until(&self, id: &str) -> Option<Millis> {
        let absent = self.rows.get(id).is_none_or(|row| row.shown.is_none());
        let forbidden = self
            .rules
            .forbidden
            .filter(|(from, _)| absent && Some(*from) <= self.now);
        forbidden.map(|(_, to)| to)
    }

    /// The claims that are not true while this row lacks a change, and from when on at the earliest.
    fn untrue(&self, id: &str, written: Millis) -> Vec<(Claim, Millis)> {
        let from = self.forbidden_until(id).unwrap_or(Millis::MIN);
        let is_before =
            |claimed: Option<Millis>| claimed.is_some_and(|claimed| written + CLOCKS_MS < claimed);
        let live = self.claims.word == Some(Word::Live);
        let reliable = self.rules.stream_is_reliable;
        let old = from.max(written + self.rules.bound_ms);
        let untrue = [
            (Claim::Bound, old, live),
            (
                Claim::LiveAsOf,
                from,
                live && reliable && is_before(self.claims.as_of),
            ),
            (Claim::Proven, from, is_before(self.claims.proven)),
        ];
        let untrue = untrue.into_iter().filter(|(_, _, untrue)| *untrue);
        untrue.map(|(claim, from, _)| (claim, from)).collect()
    }

    /// A claim became true, or was taken back.
    fn end_lie(
        &mut self,
        (claim, row): (Claim, String),
        (since, written): (Millis, Millis),
        now: Millis,
    ) {
        let lasted_ms = now - since;
        let slack_ms = if self.hidden {
            self.rules.hidden_slack_ms
        } else {
            self.rules.slack_ms
        };
        if lasted_ms <= slack_ms {
            let figures = &mut self.verdict.figures;
            figures.late_rows += usize::from(lasted_ms > 0);
            figures.late_max_ms = figures.late_max_ms.max(lasted_ms);
            return;
        }
        self.verdict.violations.push(Violation::Lie {
            claim,
            row,
            written,
            since,
            lasted_ms,
        });
    }

    fn finish(mut self, end: Millis) -> Verdict {
        self.pass(end);
        let open = std::mem::take(&mut self.lies);
        for (key, lie) in open {
            self.end_lie(key, lie, end);
        }
        self.verdict.violations.sort_by_key(Violation::at);
        self.verdict
    }
}

impl Figures {
    /// Those of several tabs together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            watched_ms: self.watched_ms + other.watched_ms,
            live_ms: self.live_ms + other.live_ms,
            whole_ms: self.whole_ms + other.whole_ms,
            versions: self.versions + other.versions,
            late_rows: self.late_rows + other.late_rows,
            late_max_ms: self.late_max_ms.max(other.late_max_ms),
            missing_live_max_ms: self.missing_live_max_ms.max(other.missing_live_max_ms),
        }
    }
}
