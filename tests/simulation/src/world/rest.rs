//! The end of a run: faults stop, and within bounded time everything must be right and say so.

use std::collections::BTreeMap;

use panels_core::{
    badge::BadgeWord,
    protocol::{Cell, FhirDate, SessionView},
};
use serde_json::{Value, json};

use super::World;
use crate::{
    action::Change,
    queue::Millis,
    trace::Who,
    truth::{Panel, is_open},
};

/// Time until the rows of every tab must be right: the longest wait before a repetition, and a proof.
const ROWS_RIGHT_MS: Millis = 200_000;
/// Time until every tab must be live again: a refused stream is tried again after at most 6 min 15 s.
const ALL_LIVE_MS: Millis = 480_000;
/// Time until nothing of an edit may be left: the rows are right, and everybody has decided.
const EDITS_SETTLED_MS: Millis = 480_000;
/// How often it is looked whether everything is right.
const LOOK_EVERY_MS: Millis = 5_000;
/// How long to go on after that, where the plan asks for it.
const LINGER_MS: Millis = 150_000;

impl World {
    pub(super) fn come_to_rest(&mut self) {
        self.calm_down();
        let since = self.now;
        loop {
            self.settle_edits();
            self.look_for_drafts();
            self.run_until(self.now + LOOK_EVERY_MS);
            if self.violation.is_some() {
                return;
            }
            let passed_ms = self.now - since;
            let rows = self.first_wrong(false);
            let wrong = match rows {
                Some(wrong) => Some((wrong, ROWS_RIGHT_MS)),
                None => match self.first_wrong(true) {
                    Some(wrong) => Some((wrong, ALL_LIVE_MS)),
                    None => self.first_difference().map(|wrong| (wrong, ROWS_RIGHT_MS)),
                },
            };
            if wrong.is_none()
                && let Some(unsettled) = self.first_unsettled().or_else(|| self.first_lost_draft())
            {
                if passed_ms > EDITS_SETTLED_MS {
                    return self.violate(3, unsettled);
                }
                continue;
            }
            match wrong {
                Some((wrong, limit_ms)) if passed_ms > limit_ms => return self.violate(1, wrong),
                None if passed_ms > LOOK_EVERY_MS => break,
                _ => {}
            }
        }
        self.stats.settled_ms = self.now - since;
        if self.plan.linger {
            self.run_until(self.now + LINGER_MS);
            if !self.is_right() {
                // A stream that was refused may have come back just now, and is being caught up with.
                self.run_until(self.now + LOOK_EVERY_MS);
            }
            if self.violation.is_none()
                && let Some(wrong) = self.first_wrong(true).or_else(|| self.first_difference())
            {
                self.violate(1, wrong);
            }
        }
    }

    /// Whether every tab is right and says so.
    pub(crate) fn is_right(&self) -> bool {
        let shown = self.tabs.iter().any(|tab| tab.alive);
        shown && self.first_wrong(true).is_none() && self.first_difference().is_none()
    }

    /// Every fault ends; a few last writes show that the stream flows.
    fn calm_down(&mut self) {
        self.trace
            .line(self.now, Who::Plan, || "every fault ends".to_owned());
        self.calm = true;
        self.ambushes.clear();
        self.server.command_json(self.now, json!({ "do": "calm" }));
        self.server.command_json(self.now, json!({ "do": "thaw" }));
        self.set_feature(true);
        self.server.sandbox.stamp_early(0);
        for profile in 0..self.profiles.len() {
            let quality = self.plan.profiles[profile].quality;
            self.profiles[profile].path.quality = quality;
            self.profiles[profile].path.heal();
            self.profiles[profile].storage.heal();
            if self.tabs_of(profile).is_empty() {
                self.open_tab(profile);
            }
        }
        self.thaw_all_tabs();
        for _ in 0..3 {
            let pick = self.colleague.u32(..);
            self.write(Change::Prioritise, pick);
            self.run_until(self.now + 700);
        }
        self.drain_server();
    }

    /// The first thing that is not right: rows only, or everything.
    fn first_wrong(&self, everything: bool) -> Option<String> {
        for index in 0..self.tabs.len() {
            let tab = &self.tabs[index];
            if !tab.alive {
                continue;
            }
            if !matches!(tab.session, SessionView::SignedIn { .. }) {
                return Some(format!("t{index} is not signed in: {:?}", tab.session));
            }
            let Some((panel, table)) = &tab.table else {
                return Some(format!("t{index} shows no panel"));
            };
            if !table.has_snapshot() || table.is_loading() {
                return Some(format!("t{index} is still loading {}", panel.id()));
            }
            if let Some((number, since)) = tab.checks.first_behind() {
                let (name, late_s) = (self.truth.name(number), (self.now - since) / 1_000);
                return Some(format!(
                    "t{index} lacks a change of {name} of {late_s} s ago"
                ));
            }
            let badge = tab.badge(self.profiles[tab.profile].clock(self.now));
            let polls = badge.word == BadgeWord::Polling && self.may_poll();
            if everything && badge.word != BadgeWord::Live && !polls {
                return Some(format!("t{index} says {badge:?} although nothing is wrong"));
            }
        }
        None
    }

    /// Whether the server may still refuse a stream.
    fn may_poll(&self) -> bool {
        self.plan.server.live.subscriptions_per_user_max.is_some()
    }

    /// Compares everything that is shown with what the sandbox holds, and asks the sandbox itself who may read it.
    fn first_difference(&self) -> Option<String> {
        let alive = (0..self.tabs.len()).filter(|tab| self.tabs[*tab].alive);
        let mut wrong = alive.filter_map(|tab| Some(format!("t{tab}: {}", self.compare(tab)?)));
        wrong.next()
    }

    fn compare(&self, tab: usize) -> Option<String> {
        let tab = &self.tabs[tab];
        let (panel, table) = tab.table.as_ref()?;
        let user = &self.truth.users()[tab.checks.user()?];
        let kind = if *panel == Panel::Patients {
            "Patient"
        } else {
            "Task"
        };
        let sandbox = &self.server.sandbox;
        let shown = sandbox.store().iterate(kind).filter(|version| {
            let value = &version.value;
            let belongs = match panel {
                Panel::Patients => value["active"] != false,
                Panel::OpenTasks => is_open(value),
                Panel::MyWork => {
                    is_open(value) && value["owner"]["reference"] == user.profile.as_str()
                }
            };
            belongs && sandbox.may_read(&user.membership, value)
        });
        let workloads = self.workloads(*panel, &user.membership);
        let mut count = 0;
        for version in shown {
            count += 1;
            let id = version.value["id"].as_str().unwrap_or_default();
            let row = table.row(&panels_core::identity::ResourceId::new(id));
            let Some(row) = row else {
                return Some(format!("{kind}/{id} is missing"));
            };
            if row.version.as_str() != version.version_id {
                return Some(format!("{kind}/{id} is of another version"));
            }
            for cell in &row.cells {
                if let Some(wrong) = self.wrong_cell(cell, &version.value, &workloads) {
                    return Some(format!("{kind}/{id}: {wrong}"));
                }
            }
        }
        if table.order().len() != count {
            return Some(format!("{} rows instead of {count}", table.order().len()));
        }
        let counted = tab.counts.iter().find(|counts| {
            counts
                .panel
                .as_ref()
                .is_some_and(|id| id.as_str() == panel.id())
        });
        match counted {
            Some(counts) if counts.rows as usize == count => None,
            other => Some(format!(
                "{} has {count} rows, but is counted {other:?}",
                panel.id()
            )),
        }
    }

    /// How many open tasks somebody may read of each patient; only the patients' panel says it.
    fn workloads(&self, panel: Panel, membership: &str) -> BTreeMap<&str, usize> {
        let mut workloads = BTreeMap::new();
        if panel == Panel::Patients {
            let sandbox = &self.server.sandbox;
            for task in sandbox.iterate("Task").filter(|task| is_open(task)) {
                if let Some(patient) = task["for"]["reference"].as_str()
                    && sandbox.may_read(membership, task)
                {
                    *workloads.entry(patient).or_default() += 1;
                }
            }
        }
        workloads
    }

    /// Cells that are joined from other resources must be right too.
    fn wrong_cell(
        &self,
        cell: &Cell,
        row: &Value,
        workloads: &BTreeMap<&str, usize>,
    ) -> Option<String> {
        let sandbox = &self.server.sandbox;
        match cell {
            Cell::Workload { open, .. } => {
                let own = format!("Patient/{}", row["id"].as_str().unwrap_or_default());
                let tasks = workloads.get(own.as_str()).copied().unwrap_or(0);
                (tasks != *open as usize).then(|| format!("{open} open tasks instead of {tasks}"))
            }
            Cell::Patient {
                id: Some(id),
                birth_date: Some(shown),
                ..
            } => {
                let born = sandbox.read("Patient", id.as_str())?["birthDate"].as_str()?;
                let same = match *shown {
                    FhirDate::Day(year, month, day) => {
                        format!("{year:04}-{month:02}-{day:02}") == born
                    }
                    _ => true,
                };
                (!same).then(|| format!("born {shown:?} instead of {born}"))
            }
            _ => None,
        }
    }
}
