//! Runs seeds and prints what came of it; with one seed, what happened in it. What fails is shrunk before it is printed.

use std::{
    process::ExitCode,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use panels_simulation::{
    INVARIANTS, Violation,
    fleet::{self, FleetPlan},
    plan::Plan,
    run::{self, Seeds, Summary},
    shrink,
};

const USAGE: &str = "\
usage: panels-simulation [--seeds N] [--first N] [--threads N] [--failures N]
       panels-simulation --trace SEED [--shrink]
       panels-simulation --fleet CLIENTS";
/// Time between two lines about how far it is.
const TELL_EVERY: Duration = Duration::from_secs(10);

struct Options {
    seeds: Seeds,
    trace: Option<u64>,
    shrink: bool,
    fleet: Option<u64>,
}

fn main() -> ExitCode {
    let Some(options) = parse(std::env::args().skip(1)) else {
        eprintln!("{USAGE}");
        return ExitCode::FAILURE;
    };
    if let Some(seed) = options.trace {
        return trace(seed, options.shrink);
    }
    if let Some(clients) = options.fleet {
        return fleet(usize::try_from(clients).unwrap_or(usize::MAX));
    }
    let wanted = options.seeds.count;
    let told = AtomicUsize::new(0);
    let summary = run::run_many(options.seeds, TELL_EVERY, |summary| {
        let rate = per_second(summary);
        let failed = summary.failures.len();
        // A long run may be stopped before its end.
        for (seed, violation) in &summary.failures[told.swap(failed, Ordering::Relaxed)..] {
            println!("seed {seed}: {}", violation.what);
        }
        println!(
            "{} of {wanted} seeds, {rate:.0} per second, {failed} failed",
            summary.seeds
        );
    });
    print_summary(&summary);
    match summary.failures.first() {
        None => ExitCode::SUCCESS,
        Some((seed, _)) => {
            println!();
            trace(*seed, true)
        }
    }
}

fn parse(mut arguments: impl Iterator<Item = String>) -> Option<Options> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut options = Options {
        seeds: Seeds {
            first: 0,
            count: 10_000,
            threads,
            failures_max: 1,
        },
        trace: None,
        shrink: false,
        fleet: None,
    };
    while let Some(name) = arguments.next() {
        if name == "--shrink" {
            options.shrink = true;
            continue;
        }
        let value: u64 = arguments.next()?.replace('_', "").parse().ok()?;
        match name.as_str() {
            "--seeds" => options.seeds.count = value,
            "--first" => options.seeds.first = value,
            "--threads" => options.seeds.threads = usize::try_from(value).ok()?,
            "--failures" => options.seeds.failures_max = usize::try_from(value).ok()?,
            "--trace" => options.trace = Some(value),
            "--fleet" => options.fleet = Some(value),
            _ => return None,
        }
    }
    Some(options)
}

/// So many browsers lose their server for a minute.
fn fleet(clients: usize) -> ExitCode {
    let started = std::time::Instant::now();
    let report = fleet::run(FleetPlan {
        clients,
        browsers: clients,
        outage_ms: 60_000,
        after_ms: 420_000,
        seed: 1,
    });
    println!(
        "{clients} clients, their server away for a minute; simulated in {:.0} s",
        started.elapsed().as_secs_f64()
    );
    println!("{report}");
    if report.not_live == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Prints what happens in a seed, or in the least that fails like it.
fn trace(seed: u64, shrunk: bool) -> ExitCode {
    let whole = Plan::of(seed);
    let small = if shrunk {
        shrink::shrink(&whole, None)
    } else {
        None
    };
    if let Some(small) = &small {
        let (before, after) = (whole.steps.len(), small.steps.len());
        println!("seed {seed}, shrunk from {before} steps to {after}:");
    }
    let plan = small.unwrap_or(whole);
    println!("{plan:#?}");
    let (outcome, text) = run::trace(&plan, None);
    println!("{text}\n{:?}", outcome.stats);
    match outcome.violation {
        None => ExitCode::SUCCESS,
        Some(violation) => {
            print_violation(seed, &violation);
            ExitCode::FAILURE
        }
    }
}

fn print_violation(seed: u64, violation: &Violation) {
    let meaning = INVARIANTS[usize::from(violation.invariant)];
    println!(
        "\nseed {seed} violates invariant {} ({meaning}):\n{}\n\nagain: cargo run --profile simulation --package panels-simulation -- --trace {seed} --shrink",
        violation.invariant, violation.what
    );
}

fn per_second(summary: &Summary) -> f64 {
    summary.seeds as f64 / summary.elapsed.as_secs_f64().max(0.001)
}

fn print_summary(summary: &Summary) {
    println!(
        "{} seeds in {:.1} s: {:.0} per second; {:.0} virtual hours, {} turns of engines",
        summary.seeds,
        summary.elapsed.as_secs_f64(),
        per_second(summary),
        summary.virtual_ms as f64 / 3_600_000.0,
        summary.turns,
    );
    println!(
        "most requests of a worker within a minute {}, most sockets {}, longest way back to right {} s, longest lag {} ms",
        summary.requests_per_minute_max,
        summary.sockets_per_minute_max,
        summary.settled_ms_max / 1000,
        summary.lag_ms_max,
    );
    for (seed, violation) in &summary.failures {
        println!(
            "seed {seed}: invariant {} at {:.3} s: {}",
            violation.invariant,
            violation.at_ms as f64 / 1000.0,
            violation.what
        );
    }
}
