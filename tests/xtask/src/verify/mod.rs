//! `cargo verify`: every check in order, each with its time, and what came of it at the end.

mod sizes;
mod steps;
mod summary;
mod tidy;

use std::time::{Duration, Instant};

use self::{steps::Context, summary::Counts};
use crate::{error::TaskError, progress::short};

/// One check.
struct Step {
    name: &'static str,
    run: fn(&mut Context) -> Result<(), TaskError>,
}

/// In this order: what fails fast comes first.
const STEPS: [Step; 10] = [
    Step {
        name: "format",
        run: steps::format,
    },
    Step {
        name: "tidy",
        run: steps::tidy,
    },
    Step {
        name: "clippy",
        run: steps::clippy_native,
    },
    Step {
        name: "clippy-wasm",
        run: steps::clippy_wasm,
    },
    Step {
        name: "tests",
        run: steps::tests,
    },
    Step {
        name: "simulation",
        run: steps::simulation,
    },
    Step {
        name: "worker-tests",
        run: steps::worker_tests,
    },
    Step {
        name: "build",
        run: steps::build,
    },
    Step {
        name: "sizes",
        run: steps::sizes,
    },
    Step {
        name: "browser",
        run: steps::browser,
    },
];

/// Runs all steps, or those named.
pub(crate) fn run(wanted: &[String]) -> Result<(), TaskError> {
    let started = Instant::now();
    let (wanted, seeds) = take_seeds(wanted)?;
    let steps = choose(&wanted)?;
    let names: Vec<_> = steps.iter().map(|step| step.name).collect();
    let mut context = Context::prepare(&names, seeds)?;
    let mut table: Vec<(&str, Duration, &str)> = Vec::new();
    let mut failure = None;
    for (position, step) in steps.iter().enumerate() {
        println!(
            "\n==== {} ({} of {}) ====",
            step.name,
            position + 1,
            steps.len()
        );
        let begun = Instant::now();
        let outcome = (step.run)(&mut context);
        let verdict = if outcome.is_ok() { "ok" } else { "FAILED" };
        println!(
            "==== {}: {verdict} after {} ====",
            step.name,
            short(begun.elapsed())
        );
        table.push((step.name, begun.elapsed(), verdict));
        if let Err(error) = outcome {
            failure = Some(error);
            break;
        }
    }
    for step in &steps[table.len()..] {
        table.push((step.name, Duration::ZERO, "not run"));
    }
    print_table(&table, started.elapsed(), context.counts);
    failure.map_or(Ok(()), Err)
}

/// Splits `--seeds N` off; alone it means the simulation only.
fn take_seeds(arguments: &[String]) -> Result<(Vec<String>, Option<u64>), TaskError> {
    let Some(position) = arguments.iter().position(|word| word == "--seeds") else {
        return Ok((arguments.to_vec(), None));
    };
    let number = arguments.get(position + 1);
    let seeds = number
        .and_then(|text| text.replace('_', "").parse().ok())
        .ok_or_else(|| TaskError::Usage("`--seeds` needs a number".to_owned()))?;
    let mut steps = arguments.to_vec();
    steps.drain(position..=position + 1);
    if steps.is_empty() {
        steps.push("simulation".to_owned());
    }
    Ok((steps, Some(seeds)))
}

fn choose(wanted: &[String]) -> Result<Vec<&'static Step>, TaskError> {
    if let Some(unknown) = wanted
        .iter()
        .find(|name| STEPS.iter().all(|step| step.name != name.as_str()))
    {
        let names: Vec<_> = STEPS.iter().map(|step| step.name).collect();
        return Err(TaskError::Usage(format!(
            "no step `{unknown}`; there are: {}",
            names.join(" ")
        )));
    }
    Ok(STEPS
        .iter()
        .filter(|step| wanted.is_empty() || wanted.iter().any(|name| name == step.name))
        .collect())
}

fn print_table(table: &[(&str, Duration, &str)], total: Duration, counts: Counts) {
    println!();
    for (name, elapsed, verdict) in table {
        println!("{name:<14}{:>8}  {verdict}", short(*elapsed));
    }
    println!("{:<14}{:>8}", "total", short(total));
    println!("\n{} passed, {} failed", counts.passed, counts.failed);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_of_seeds_alone_means_the_simulation_only() {
        let words = |line: &str| -> Vec<String> { line.split(' ').map(str::to_owned).collect() };
        let taken = take_seeds(&words("--seeds 1_000_000")).unwrap();
        assert_eq!(taken, (words("simulation"), Some(1_000_000)));
        let taken = take_seeds(&words("tidy --seeds 5 tests")).unwrap();
        assert_eq!(taken, (words("tidy tests"), Some(5)));
        assert!(take_seeds(&words("--seeds many")).is_err());
    }

    #[test]
    fn no_name_means_all_steps_and_a_wrong_one_is_refused() {
        assert_eq!(choose(&[]).unwrap().len(), STEPS.len());
        assert_eq!(choose(&["tidy".to_owned()]).unwrap().len(), 1);
        assert!(choose(&["nonsense".to_owned()]).is_err());
    }
}
