//! Simulated colleagues: they claim, complete, hand over and file work, at a steady rate, through the sandbox's own writes.
//!
//! Pure and seeded: time is an argument. They act as staff without a demo account, so that no change looks like the user's
//! own, and they never change nothing in silence: what cannot be done is counted as failed.

mod changes;

use fastrand::Rng;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::changes::Change;
use crate::{
    clinic::{Clinic, Ward, people, work},
    sandbox::{Millis, Sandbox},
    store::Actor,
};

/// Changes per second at most.
pub const RATE_MAX: f64 = 1_000.0;
/// Changes made up for at most after a pause, so that a long stop is not followed by a flood.
const ARREARS_MAX: u32 = 1_000;
/// Tasks of others become known at this interval.
const SURVEY_INTERVAL_MS: Millis = 60_000;

/// How busy they are and with what.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ColleagueOptions {
    /// Changes per second, 0 to 1000.
    pub rate: f64,
    /// Seed of who does what.
    pub seed: u64,
    /// How often each kind of change is made, relative to the others.
    pub weights: Weights,
}

impl Default for ColleagueOptions {
    fn default() -> Self {
        Self {
            rate: 0.0,
            seed: 1,
            weights: Weights::default(),
        }
    }
}

/// Relative frequencies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Weights {
    /// Take unclaimed work.
    pub claim: u32,
    /// Begin own work, put it on hold, go on.
    pub progress: u32,
    /// Hand over.
    pub reassign: u32,
    /// Change the priority.
    pub prioritise: u32,
    /// Change the business status.
    pub business_status: u32,
    /// Change the due date.
    pub reschedule: u32,
    /// Add a note.
    pub note: u32,
    /// File new work, complete work or delete it: which one, so that the number of open tasks stays about the same.
    pub turnover: u32,
    /// Correct a patient's data.
    pub patient: u32,
}

impl Default for Weights {
    fn default() -> Self {
        Self {
            claim: 18,
            progress: 14,
            reassign: 8,
            prioritise: 7,
            business_status: 12,
            reschedule: 5,
            note: 8,
            turnover: 24,
            patient: 4,
        }
    }
}

/// What they have done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ColleagueCounts {
    /// Changes made.
    pub changes: u64,
    /// Tasks filed.
    pub created: u64,
    /// Tasks completed.
    pub completed: u64,
    /// Tasks deleted.
    pub deleted: u64,
    /// Changes that the sandbox refused.
    pub failed: u64,
    /// Why the last one was refused.
    pub last_failure: Option<String>,
}

/// The simulated colleagues.
///
/// Contract: call [`Colleagues::step`] with the time when [`Colleagues::next_due`] has come; calling too often is harmless.
#[derive(Clone, Debug)]
pub struct Colleagues {
    options: ColleagueOptions,
    rng: Rng,
    actors: Vec<Actor>,
    ward: Ward,
    /// Ids of tasks that were open when last seen.
    open: Vec<String>,
    open_target: usize,
    surveyed_at: Millis,
    /// In milliseconds; a fraction, because at 600/s a change is due every 1.67 ms.
    next_due: f64,
    counts: ColleagueCounts,
}

impl Colleagues {
    /// The staff of `clinic` without a demo account.
    pub fn new(clinic: &Clinic, options: ColleagueOptions, now: Millis) -> Self {
        let mut colleagues = Self {
            options,
            rng: Rng::with_seed(options.seed ^ 0x636f_6c6c),
            actors: clinic.colleagues.clone(),
            ward: clinic.ward.clone(),
            open: Vec::new(),
            open_target: 0,
            surveyed_at: Millis::MIN,
            next_due: now as f64,
            counts: ColleagueCounts::default(),
        };
        colleagues.set_rate(options.rate, now);
        colleagues
    }

    /// Changes per second from now on, 0 to [`RATE_MAX`].
    pub fn set_rate(&mut self, rate: f64, now: Millis) {
        self.options.rate = if rate.is_finite() {
            rate.clamp(0.0, RATE_MAX)
        } else {
            0.0
        };
        self.next_due = now as f64 + self.interval_ms().unwrap_or_default();
    }

    /// The clock was set: what is due stays due, and nothing else becomes so.
    pub(crate) fn shift_clock(&mut self, by_ms: Millis) {
        self.next_due += by_ms as f64;
    }

    /// Changes per second.
    pub fn rate(&self) -> f64 {
        self.options.rate
    }

    /// What they have done.
    pub fn counts(&self) -> &ColleagueCounts {
        &self.counts
    }

    /// One of them, for direct writes.
    pub(crate) fn first_actor(&self) -> Option<&Actor> {
        self.actors.first()
    }

    /// When the next change is due; `None`: never.
    pub fn next_due(&self) -> Option<Millis> {
        self.interval_ms().map(|_| self.next_due.ceil() as Millis)
    }

    /// Makes all changes that are due.
    pub fn step(&mut self, now: Millis, sandbox: &mut Sandbox) {
        let Some(interval) = self.interval_ms() else {
            return;
        };
        let oldest = now as f64 - interval * f64::from(ARREARS_MAX);
        self.next_due = self.next_due.max(oldest);
        while self.next_due <= now as f64 {
            self.next_due += interval;
            self.change(now, sandbox);
        }
    }

    /// Makes that many changes at once.
    pub fn burst(&mut self, changes: u32, now: Millis, sandbox: &mut Sandbox) {
        for _ in 0..changes {
            self.change(now, sandbox);
        }
    }

    fn interval_ms(&self) -> Option<f64> {
        (self.options.rate > 0.0).then(|| 1000.0 / self.options.rate)
    }

    /// One change by one colleague.
    fn change(&mut self, now: Millis, sandbox: &mut Sandbox) {
        if self.actors.is_empty() {
            self.failed("there are no colleagues".to_owned());
            return;
        }
        if now.saturating_sub(self.surveyed_at) >= SURVEY_INTERVAL_MS {
            self.survey(now, sandbox);
        }
        let actor = people::pick(&mut self.rng, &self.actors).clone();
        let change = self.next_change(sandbox, now);
        let outcome = match change {
            Change::Create(task) => sandbox.create_as(now, &actor, task).map(|stored| {
                self.counts.created += 1;
                self.open.extend(stored["id"].as_str().map(str::to_owned));
            }),
            Change::Patch {
                reference,
                operations,
                closes,
            } => sandbox
                .patch_as(now, &actor, &reference, &operations)
                .map(|_| {
                    if closes {
                        self.counts.completed += 1;
                        self.forget(&reference);
                    }
                }),
            Change::Delete(reference) => sandbox.delete_as(now, &actor, &reference).map(|()| {
                self.counts.deleted += 1;
                self.forget(&reference);
            }),
        };
        match outcome {
            Ok(()) => self.counts.changes += 1,
            Err(refusal) => self.failed(refusal.text().to_owned()),
        }
    }

    fn failed(&mut self, reason: String) {
        self.counts.failed += 1;
        self.counts.last_failure = Some(reason);
    }

    /// Looks at all tasks: users file and finish some as well.
    fn survey(&mut self, now: Millis, sandbox: &Sandbox) {
        let tasks = sandbox.iterate("Task").filter(|task| work::is_open(task));
        self.open = tasks
            .filter_map(|task| task["id"].as_str().map(str::to_owned))
            .collect();
        if self.surveyed_at == Millis::MIN {
            self.open_target = self.open.len();
        }
        self.surveyed_at = now;
    }

    fn forget(&mut self, reference: &str) {
        let id = reference.rsplit_once('/').map_or(reference, |(_, id)| id);
        if let Some(position) = self.open.iter().position(|open| open == id) {
            self.open.swap_remove(position);
        }
    }

    /// A random open task; those that others closed meanwhile are forgotten on the way.
    fn open_task<'a>(&mut self, sandbox: &'a Sandbox) -> Option<&'a Value> {
        while !self.open.is_empty() {
            let position = self.rng.usize(..self.open.len());
            match sandbox.read("Task", &self.open[position]) {
                Some(task) if work::is_open(task) => return Some(task),
                _ => {
                    self.open.swap_remove(position);
                }
            }
        }
        None
    }
}

impl Sandbox {
    /// Lets the colleagues of a clinic work in this sandbox.
    pub fn employ(&mut self, clinic: &Clinic, options: ColleagueOptions, now: Millis) {
        self.colleagues = Some(Colleagues::new(clinic, options, now));
    }

    /// The simulated colleagues, if there are any.
    pub fn colleagues(&self) -> Option<&Colleagues> {
        self.colleagues.as_ref()
    }

    /// Lends the colleagues out together with the sandbox they work in.
    pub(crate) fn with_colleagues<T>(
        &mut self,
        act: impl FnOnce(&mut Colleagues, &mut Self) -> T,
    ) -> Option<T> {
        let mut colleagues = self.colleagues.take()?;
        let result = act(&mut colleagues, self);
        self.colleagues = Some(colleagues);
        Some(result)
    }
}

#[cfg(test)]
mod tests;
