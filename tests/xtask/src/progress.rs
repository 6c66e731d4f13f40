//! What a person sees while waiting: names and elapsed time.

use std::{
    io::{IsTerminal, Write, stderr},
    time::{Duration, Instant},
};

/// Between two lines of a long step where the output is a file: often enough to see life, rarely enough to read.
const LINE_EVERY: Duration = Duration::from_secs(15);
/// Longest detail in a line that is overwritten in place.
const DETAIL_CHARACTERS_MAX: usize = 50;

/// One long step that reports while it runs.
pub(crate) struct Progress {
    name: String,
    started: Instant,
    last_line: Instant,
    in_place: bool,
}

impl Progress {
    /// Starts a step.
    pub(crate) fn start(name: &str) -> Self {
        eprintln!("[ .. ] {name}");
        Self {
            name: name.to_owned(),
            started: Instant::now(),
            last_line: Instant::now(),
            in_place: stderr().is_terminal(),
        }
    }

    /// Call as often as you like.
    pub(crate) fn tick(&mut self, detail: &str) {
        if self.in_place {
            let detail: String = detail.trim().chars().take(DETAIL_CHARACTERS_MAX).collect();
            eprint!(
                "\r\x1b[K[{:>4}] {} - {detail}",
                short(self.started.elapsed()),
                self.name
            );
            // A terminal that is gone is no reason to stop.
            let _ = stderr().flush();
        } else if self.last_line.elapsed() >= LINE_EVERY {
            self.last_line = Instant::now();
            eprintln!(
                "[{:>4}] {} - {}",
                short(self.started.elapsed()),
                self.name,
                detail.trim()
            );
        }
    }

    /// Ends the step.
    pub(crate) fn done(self, result: &str) {
        if self.in_place {
            eprint!("\r\x1b[K");
        }
        eprintln!(
            "[{:>4}] {}: {result}",
            short(self.started.elapsed()),
            self.name
        );
    }
}

/// `7s`, `3m05`, `1h02`: four characters or a little more.
pub(crate) fn short(elapsed: Duration) -> String {
    let seconds = elapsed.as_secs();
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3600 => format!("{}m{:02}", seconds / 60, seconds % 60),
        _ => format!("{}h{:02}", seconds / 3600, seconds % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elapsed_time_is_short_and_readable() {
        let texts = [0, 59, 60, 185, 3600, 3725].map(|seconds| short(Duration::from_secs(seconds)));
        assert_eq!(texts, ["0s", "59s", "1m00", "3m05", "1h00", "1h02"]);
    }
}
