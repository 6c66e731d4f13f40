//! From a plan that fails to a small one that fails in the same way, so that its trace can be read.
//!
//! A smaller plan is another run, not a part of the first one: whether it still fails is found out by running it.

use panels_sandbox::live::LiveOptions;

use crate::{
    action::Step,
    plan::{Plan, ServerPlan, Size},
    planted::Bug,
    run,
};

/// Runs that are worth a smaller plan; a second or so.
const RUNS_MAX: u32 = 1_500;
/// The smallest clinic that still has something to be wrong.
const SIZE_MIN: Size = Size {
    patients: 3,
    tasks: 10,
};

/// A plan that fails, and what it fails by.
struct Shrinker {
    plan: Plan,
    bug: Option<Bug>,
    invariant: u8,
    runs: u32,
}

/// The smallest plan found that violates the same invariant; `None` if the plan does not fail.
pub fn shrink(plan: &Plan, bug: Option<Bug>) -> Option<Plan> {
    let violation = run::run_with(plan, bug).violation?;
    let mut shrinker = Shrinker {
        plan: plan.clone(),
        bug,
        invariant: violation.invariant,
        runs: 0,
    };
    loop {
        let before = shrinker.size();
        shrinker.drop_steps();
        shrinker.simplify();
        shrinker.cut_end();
        if shrinker.size() >= before || shrinker.runs >= RUNS_MAX {
            return Some(shrinker.plan);
        }
    }
}

impl Shrinker {
    /// What gets smaller: lexicographic, steps count most.
    fn size(&self) -> (usize, usize, i64) {
        let plan = &self.plan;
        let tabs: usize = plan.profiles.iter().map(|profile| profile.tabs).sum();
        (plan.steps.len(), tabs, plan.duration_ms)
    }

    /// Takes another plan if it fails in the same way.
    fn try_plan(&mut self, plan: Plan) -> bool {
        if self.runs >= RUNS_MAX {
            return false;
        }
        self.runs += 1;
        let violation = run::run_with(&plan, self.bug).violation;
        let same = violation.is_some_and(|violation| violation.invariant == self.invariant);
        if same {
            self.plan = plan;
        }
        same
    }

    /// Tries the plan with one thing changed.
    fn try_change(&mut self, change: impl FnOnce(&mut Plan)) -> bool {
        let mut plan = self.plan.clone();
        change(&mut plan);
        self.try_plan(plan)
    }

    /// Takes away steps, many at once first (delta debugging).
    fn drop_steps(&mut self) {
        let mut chunk = self.plan.steps.len().div_ceil(2).max(1);
        loop {
            let mut from = 0;
            while from < self.plan.steps.len() {
                let to = (from + chunk).min(self.plan.steps.len());
                let dropped = self.try_change(|plan| {
                    plan.steps.drain(from..to);
                });
                if !dropped {
                    from = to;
                }
            }
            if chunk == 1 {
                return;
            }
            chunk = chunk.div_ceil(2);
        }
    }

    /// Fewer machines and tabs, a plainer server, a plainer network.
    fn simplify(&mut self) {
        while self.plan.profiles.len() > 1 {
            let fewer = (0..self.plan.profiles.len()).any(|index| {
                self.try_change(|plan| {
                    plan.profiles.remove(index);
                })
            });
            if !fewer {
                break;
            }
        }
        for index in 0..self.plan.profiles.len() {
            while self.plan.profiles[index].tabs > 1
                && self.try_change(|plan| plan.profiles[index].tabs -= 1)
            {}
            self.try_change(|plan| plan.profiles[index].clock_ahead_ms = 0);
            self.try_change(|plan| {
                let quality = &mut plan.profiles[index].quality;
                (quality.lost_per_mille, quality.broken_per_mille) = (0, 0);
            });
        }
        self.try_change(|plan| plan.size = SIZE_MIN);
        self.try_change(|plan| plan.linger = false);
        self.try_change(|plan| plan.as_text = false);
        if !self.try_change(|plan| plan.server = ServerPlan::default()) {
            self.try_change(|plan| plan.server.live = LiveOptions::default());
            self.try_change(|plan| plan.server.tight_limits = false);
            self.try_change(|plan| plan.server.clock_ahead_ms = 0);
        }
    }

    /// Nothing happens after the last step: heal right after it.
    fn cut_end(&mut self) {
        let last = self.plan.steps.iter().map(|step: &Step| step.at_ms).max();
        let end = last.unwrap_or_default() + 1_000;
        if end < self.plan.duration_ms {
            self.try_change(|plan| plan.duration_ms = end);
        }
    }
}
