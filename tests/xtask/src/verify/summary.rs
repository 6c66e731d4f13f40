//! Counting tests in what `cargo test` prints.

/// Tests that really ran.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Passed.
    pub(crate) passed: u64,
    /// Failed.
    pub(crate) failed: u64,
    /// Not run although they exist; the house rule is that there are none.
    pub(crate) ignored: u64,
}

impl Counts {
    /// Adds what a summary line says; other lines change nothing.
    pub(crate) fn add_line(&mut self, line: &str) {
        let Some(summary) = line.trim().strip_prefix("test result: ") else {
            return;
        };
        // `ok. 12 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s`
        let parts = summary.split_once(". ").map_or("", |(_, rest)| rest);
        for part in parts.split(';') {
            let mut words = part.split_whitespace();
            let (Some(number), Some(what)) = (
                words.next().and_then(|word| word.parse().ok()),
                words.next(),
            ) else {
                continue;
            };
            let counter: u64 = number;
            match what {
                "passed" => self.passed += counter,
                "failed" => self.failed += counter,
                "ignored" => self.ignored += counter,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summary_lines_add_up() {
        let mut counts = Counts::default();
        let lines = [
            "running 12 tests",
            "test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s",
            "test result: FAILED. 3 passed; 2 failed; 1 ignored; 0 measured; 4 filtered out; finished in 0.01s",
        ];
        for line in lines {
            counts.add_line(line);
        }
        assert_eq!(
            counts,
            Counts {
                passed: 15,
                failed: 2,
                ignored: 1
            }
        );
    }

    #[test]
    fn what_a_test_prints_is_not_counted() {
        let mut counts = Counts::default();
        counts.add_line("note: test result: ok. 5 passed; 0 failed");
        counts.add_line("5 passed; 0 failed");
        counts.add_line("test result: ");
        assert_eq!(counts, Counts::default());
    }
}
