//! Running seeds: one, or a range on every core.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use crate::{
    checkers::Violation,
    plan::Plan,
    planted::{Bug, Planted},
    trace::LEGEND,
    world::{Stats, World},
};

/// What came of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The first violation, if any.
    pub violation: Option<Violation>,
    /// Figures.
    pub stats: Stats,
}

/// Runs a plan.
pub fn run(plan: &Plan) -> Outcome {
    run_with(plan, None)
}

/// Runs a plan, with a bug planted if one is named.
pub fn run_with(plan: &Plan, bug: Option<Bug>) -> Outcome {
    let mut world = World::new(plan.clone(), Planted::of(bug), false);
    go(&mut world)
}

/// Runs a world; a panic is a violation like any other.
fn go(world: &mut World) -> Outcome {
    let ended = catch_unwind(AssertUnwindSafe(|| world.run()));
    if let Err(panic) = ended {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned()));
        world.violate(0, text.unwrap_or_default());
    }
    Outcome {
        violation: world.violation.take(),
        stats: world.stats,
    }
}

/// Runs a plan and tells what happened, line by line.
pub fn trace(plan: &Plan, bug: Option<Bug>) -> (Outcome, String) {
    let mut world = World::new(plan.clone(), Planted::of(bug), true);
    let outcome = go(&mut world);
    let text = format!("{LEGEND}\n\n{}", world.trace.take());
    (outcome, text)
}

/// What came of many runs.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Runs.
    pub seeds: u64,
    /// Seeds that failed, and how.
    pub failures: Vec<(u64, Violation)>,
    /// Time that it took.
    pub elapsed: Duration,
    /// Virtual milliseconds altogether.
    pub virtual_ms: i64,
    /// Inputs that engines took.
    pub turns: u64,
    /// Most requests of one worker within a minute.
    pub requests_per_minute_max: usize,
    /// Most sockets of one worker within a minute.
    pub sockets_per_minute_max: usize,
    /// Longest time to be right after the faults had ended.
    pub settled_ms_max: i64,
    /// Longest that a visible tab of a reliable stream lacked a change.
    pub lag_ms_max: i64,
}

/// Which seeds to run, and how.
#[derive(Clone, Copy, Debug)]
pub struct Seeds {
    /// The first.
    pub first: u64,
    /// How many.
    pub count: u64,
    /// On so many threads.
    pub threads: usize,
    /// Stops after so many failures.
    pub failures_max: usize,
}

/// Runs seeds; tells how far it is now and then.
pub fn run_many(seeds: Seeds, tell_every: Duration, tell: impl Fn(&Summary) + Sync) -> Summary {
    let started = Instant::now();
    let next = AtomicU64::new(seeds.first);
    let stop = AtomicBool::new(false);
    let shared = Mutex::new((Summary::default(), started));
    let work = || {
        while !stop.load(Ordering::Relaxed) {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.first + seeds.count {
                return;
            }
            let outcome = run(&Plan::of(seed));
            let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
            let (summary, told) = &mut *shared;
            summary.add(seed, outcome);
            summary.elapsed = started.elapsed();
            if told.elapsed() >= tell_every {
                *told = Instant::now();
                tell(summary);
            }
            if summary.failures.len() >= seeds.failures_max {
                stop.store(true, Ordering::Relaxed);
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..seeds.threads {
            scope.spawn(work);
        }
    });
    let (mut summary, _) = shared.into_inner().unwrap_or_else(PoisonError::into_inner);
    summary.elapsed = started.elapsed();
    summary.failures.sort_by_key(|(seed, _)| *seed);
    summary
}

impl Summary {
    fn add(&mut self, seed: u64, outcome: Outcome) {
        let Outcome { violation, stats } = outcome;
        self.seeds += 1;
        self.virtual_ms += stats.virtual_ms;
        self.turns += stats.turns;
        let most = |known: &mut usize, new: usize| *known = (*known).max(new);
        most(
            &mut self.requests_per_minute_max,
            stats.requests_per_minute_max,
        );
        most(
            &mut self.sockets_per_minute_max,
            stats.sockets_per_minute_max,
        );
        self.settled_ms_max = self.settled_ms_max.max(stats.settled_ms);
        self.lag_ms_max = self.lag_ms_max.max(stats.lag_ms_max);
        self.failures
            .extend(violation.map(|violation| (seed, violation)));
    }
}
