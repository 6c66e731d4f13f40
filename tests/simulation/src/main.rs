//! Runs seeds and prints what came of it; with one seed, what happened in it.

use std::process::ExitCode;

use panels_simulation::{
    INVARIANTS,
    plan::Plan,
    run::{self, Summary},
};

const USAGE: &str = "\
usage: panels-simulation [--seeds N] [--first N] [--threads N] [--failures N]
       panels-simulation --trace SEED";

struct Options {
    seeds: u64,
    first: u64,
    threads: u64,
    failures: u64,
    trace: Option<u64>,
}

fn main() -> ExitCode {
    let Some(options) = parse(std::env::args().skip(1)) else {
        eprintln!("{USAGE}");
        return ExitCode::FAILURE;
    };
    if let Some(seed) = options.trace {
        return trace(seed);
    }
    let summary = run::run_many(
        options.first,
        options.seeds,
        options.threads as usize,
        options.failures as usize,
    );
    print_summary(&summary);
    if summary.failures.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn parse(mut arguments: impl Iterator<Item = String>) -> Option<Options> {
    let threads = std::thread::available_parallelism().map_or(1, |count| count.get() as u64);
    let mut options = Options {
        seeds: 10_000,
        first: 0,
        threads,
        failures: 1,
        trace: None,
    };
    while let Some(name) = arguments.next() {
        let value = arguments.next()?.parse().ok()?;
        match name.as_str() {
            "--seeds" => options.seeds = value,
            "--first" => options.first = value,
            "--threads" => options.threads = value,
            "--failures" => options.failures = value,
            "--trace" => options.trace = Some(value),
            _ => return None,
        }
    }
    Some(options)
}

fn trace(seed: u64) -> ExitCode {
    let plan = Plan::of(seed);
    println!("{:#?}", plan);
    let (outcome, text) = run::trace(&plan, None);
    println!("{text}\n{:?}", outcome.stats);
    match outcome.violation {
        None => ExitCode::SUCCESS,
        Some(violation) => {
            let meaning = INVARIANTS[usize::from(violation.invariant)];
            println!(
                "\ninvariant {} ({meaning}): {}",
                violation.invariant, violation.what
            );
            ExitCode::FAILURE
        }
    }
}

fn print_summary(summary: &Summary) {
    let seconds = summary.elapsed.as_secs_f64();
    println!(
        "{} seeds in {seconds:.1} s: {:.0} per second; {:.0} virtual hours, {} turns of engines",
        summary.seeds,
        summary.seeds as f64 / seconds,
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
