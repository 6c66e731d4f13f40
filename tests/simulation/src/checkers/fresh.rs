//! Invariant 5: what a tab says about its freshness is a claim, and a claim is compared with what it lacks.

use panels_core::{badge::BadgeWord, protocol::Freshness, time::Timestamp};

use super::{STALENESS_BOUND_MS, WAKE_GRACE_MS};
use crate::{
    queue::Millis,
    truth::{Cause, Panel, ResourceNo},
    world::{Event, World},
};

/// A claim may be told before the rows that make it true: both go separate ways to the tab, and rows wait for a frame on
/// the screen.
const CLAIM_SLACK_MS: Millis = 60;
/// The same in a tab that nobody sees: rows are applied once a second.
const HIDDEN_SLACK_MS: Millis = 1_200;
/// Until it has asked again what its user may read, an engine takes what it finds for all there is.
const ACCESS_KNOWN_MS: Millis = 2 * panels_core::limits::ACCESS_PROOF_EVERY_MS;
/// The newest servers evaluate a write a moment after its answer.
const EVALUATION_MS: Millis = 50;
/// A burst on one resource is settled by a read once it is quiet: it counts as missing only after this.
const SETTLED_AFTER_MS: Millis = 5_000;

/// A claim that was not true when it was told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Claim {
    tab: usize,
    panel: Panel,
    number: ResourceNo,
    since: Millis,
    word: &'static str,
    claimed: Millis,
    /// The server had lately told that something may not be read: what was hidden then was hidden rightly.
    forbidden: bool,
}

impl World {
    /// A tab was told how fresh everything is.
    pub(crate) fn check_freshness(&mut self, tab: usize) {
        self.check_bound(tab);
        let Some((panel, table)) = &self.tabs[tab].table else {
            return;
        };
        if !table.has_snapshot() || table.is_loading() {
            return;
        }
        let panel = *panel;
        let claimed = self.tabs[tab].panel_freshness.iter();
        let proven = claimed
            .filter(|claim| claim.panel.as_str() == panel.id())
            .find_map(|claim| claim.proven);
        if let Some(proven) = proven {
            self.check_claim(tab, panel, proven, "proven", |cause| {
                matches!(cause, Cause::Write | Cause::OutOfSight)
            });
        }
        if let Freshness::Live { as_of } = self.tabs[tab].freshness
            && !self.unreliable
        {
            self.check_claim(tab, panel, as_of, "live", |cause| cause == Cause::Write);
        }
    }

    /// Nothing that is missing may be older than a moment that is claimed to be shown.
    fn check_claim(
        &mut self,
        tab: usize,
        panel: Panel,
        claimed: Timestamp,
        word: &'static str,
        counts: impl Fn(Cause) -> bool,
    ) {
        let profile = &self.profiles[self.tabs[tab].profile];
        let slack_ms = self.slack_ms(tab);
        let claimed = claimed.0 - profile.clock_ahead_ms;
        // What was measured by the clock before it was set cannot be translated, nor what an earlier life stored of it: a
        // clock that was set back makes that seem later.
        let worker = self.tabs[tab].worker.map(|worker| &self.workers[worker]);
        let stored_until = |worker: &crate::worker::Worker| worker.started_at + profile.set_back_ms;
        let stored =
            worker.is_some_and(|worker| claimed < stored_until(worker)) || claimed > self.now;
        let claimed_before = claimed - profile.set_back_ms;
        if claimed_before < profile.clock_set_at + slack_ms || (stored && profile.clock_set_at > 0)
        {
            return;
        }
        let missing = self.tabs[tab].checks.behind.iter();
        let lie = missing
            .filter(|(_, behind)| {
                let old = behind.since + EVALUATION_MS < claimed;
                old && counts(behind.cause)
            })
            .map(|(number, behind)| (*number, behind.since))
            .next();
        if let Some((number, since)) = lie {
            let claim = Claim {
                tab,
                panel,
                number,
                since,
                word,
                claimed,
                forbidden: self.was_forbidden(tab),
            };
            self.queue
                .push(self.now + slack_ms, Event::Claim(Box::new(claim)));
        }
    }

    /// How much later than a claim the rows of a tab may be.
    fn slack_ms(&self, tab: usize) -> Millis {
        if self.tabs[tab].surroundings.visible {
            CLAIM_SLACK_MS
        } else {
            HIDDEN_SLACK_MS
        }
    }

    /// What made a claim a lie should have come meanwhile.
    pub(crate) fn judge_claim(&mut self, claim: &Claim) {
        let tab = &self.tabs[claim.tab];
        let profile = &self.profiles[tab.profile];
        let woke = profile.woke_at.max(tab.thawed_at);
        let user = tab.checks.user.map(|user| &self.truth.users()[user]);
        let new_policy = user.is_some_and(|user| self.now - user.reading_since < ACCESS_KNOWN_MS);
        let excused = new_policy
            || !tab.alive
            || tab.is_frozen(self.now)
            || profile.is_asleep(self.now)
            || self.now < woke + WAKE_GRACE_MS
            || claim.forbidden
            || self.was_forbidden(claim.tab)
            || !self.still_claims(claim)
            || self.came_or_went(claim);
        let shown = tab.table.as_ref().map(|(panel, _)| *panel);
        let behind = tab.checks.behind.get(&claim.number);
        let still = behind.is_some_and(|behind| behind.since == claim.since);
        if excused || shown != Some(claim.panel) || !still {
            return;
        }
        let name = self.truth.name(claim.number);
        let what = format!(
            "t{} ({}) was said to be {} up to {} ms ago, but lacks a change of {name} of {} ms ago",
            claim.tab,
            claim.panel.id(),
            claim.word,
            self.now - claim.claimed,
            self.now - claim.since
        );
        self.violate(5, what);
    }

    /// Whether a tab still says what it said. A worker that ends takes its last words with it: a tab that had no time to show
    /// them starts again from what was stored, and says so.
    fn still_claims(&self, claim: &Claim) -> bool {
        let tab = &self.tabs[claim.tab];
        let panels = tab.panel_freshness.iter();
        let proven = panels
            .filter(|freshness| freshness.panel.as_str() == claim.panel.id())
            .find_map(|freshness| freshness.proven);
        let live = match tab.freshness {
            Freshness::Live { as_of } => Some(as_of),
            _ => None,
        };
        let said = if claim.word == "live" { live } else { proven };
        let ahead_ms = self.profiles[tab.profile].clock_ahead_ms;
        said.is_some_and(|said| said.0 - ahead_ms > claim.since + EVALUATION_MS)
    }

    fn came_or_went(&self, claim: &Claim) -> bool {
        let user = self.tabs[claim.tab].checks.user;
        user.is_some_and(|user| {
            self.truth
                .came_or_went_after(user, claim.panel, claim.number, claim.claimed)
        })
    }

    /// Whether the server lately told the worker of a tab that something may not be read: what it hid was hidden rightly.
    pub(super) fn was_forbidden(&self, tab: usize) -> bool {
        let tab = &self.tabs[tab];
        let told = tab.worker.into_iter().chain(tab.checks.voice);
        told.filter_map(|worker| self.workers[worker].checks.forbidden_at)
            .any(|at| self.now - at < STALENESS_BOUND_MS)
    }

    /// The bound of something that a tab lacks is over.
    pub(crate) fn check_deadline(&mut self, tab: usize) {
        if self.tabs[tab].alive {
            self.check_bound(tab);
        }
    }

    /// A tab that says `Live` lacks nothing for longer than the bound.
    fn check_bound(&mut self, tab: usize) {
        let profile = &self.profiles[self.tabs[tab].profile];
        if self.tabs[tab].is_frozen(self.now) || profile.is_asleep(self.now) {
            return;
        }
        let clock = profile.clock(self.now);
        let badge = self.tabs[tab].badge(clock);
        if badge.word != BadgeWord::Live {
            self.tabs[tab].checks.live_since = None;
            return;
        }
        let live_since = *self.tabs[tab].checks.live_since.get_or_insert(self.now);
        let oldest = self.tabs[tab].checks.behind.iter().map(|(number, behind)| {
            let settled_ms = match behind.cause {
                Cause::Burst => SETTLED_AFTER_MS,
                Cause::Write | Cause::OutOfSight | Cause::Policy => 0,
            };
            (behind.since + settled_ms, *number)
        });
        let Some((since, number)) = oldest.min() else {
            return;
        };
        let over = since.saturating_add(STALENESS_BOUND_MS);
        if self.now <= over || self.was_forbidden(tab) {
            return;
        }
        let profile = &self.profiles[self.tabs[tab].profile];
        let woke = profile.woke_at.max(self.tabs[tab].thawed_at);
        let excused_until = (woke + WAKE_GRACE_MS).max(live_since + self.slack_ms(tab));
        if self.now < excused_until {
            self.queue.push(excused_until, Event::Deadline(tab));
            return;
        }
        let name = self.truth.name(number);
        let missing_s = (self.now - since) / 1_000;
        self.violate(
            5,
            format!("t{tab} says Live but lacks a change of {name} of {missing_s} s ago"),
        );
    }
}
