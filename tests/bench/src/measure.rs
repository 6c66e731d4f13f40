//! Processor time and heap of a piece of work, printed as one line.

use std::time::Duration;

use cpu_time::ThreadTime;

use crate::ALLOCATED;

/// Runs it once: what it gave, how long it took, and how many bytes of it are still there.
pub(crate) fn once<T>(work: impl FnOnce() -> T) -> (T, Duration, usize) {
    let before = ALLOCATED.current_usage();
    let started = ThreadTime::now();
    let result = work();
    let took = started.elapsed();
    (
        result,
        took,
        ALLOCATED.current_usage().saturating_sub(before),
    )
}

/// The median of so many runs.
pub(crate) fn median(runs: usize, mut work: impl FnMut(usize)) -> Duration {
    let mut times: Vec<Duration> = (0..runs)
        .map(|run| {
            let started = ThreadTime::now();
            work(run);
            started.elapsed()
        })
        .collect();
    times.sort_unstable();
    times.get(runs / 2).copied().unwrap_or_default()
}

/// Bytes as megabytes.
pub(crate) fn mb(bytes: usize) -> f64 {
    bytes as f64 / 1_000_000.0
}

/// Prints one figure.
macro_rules! figure {
    ($($argument:tt)*) => { println!("figure: {}", format!($($argument)*)) };
}
pub(crate) use figure;
