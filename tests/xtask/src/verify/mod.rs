//! `cargo verify`: every check in order, each with its time, and what came of it at the end.

mod sizes;
mod steps;
mod summary;
mod tidy;

use std::time::{Duration, Instant};

use self::{
    steps::{Context, Wishes},
    summary::Counts,
};
use crate::{error::TaskError, progress::short};

/// One check.
struct Step {
    name: &'static str,
    run: fn(&mut Context) -> Result<(), TaskError>,
}

/// Runs only when it is named: on a busy machine the changes do not flow as fast as they must, and then its cases say rightly
/// that they have tried too little.
const ON_DEMAND: &str = "matrix";

/// In this order: what fails fast comes first.
const STEPS: [Step; 11] = [
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
    Step {
        name: "matrix",
        run: steps::matrix,
    },
];

/// Runs all steps, or those named.
pub(crate) fn run(wanted: &[String]) -> Result<(), TaskError> {
    let started = Instant::now();
    let (wanted, wishes) = take_wishes(wanted)?;
    let steps = choose(&wanted)?;
    let names: Vec<_> = steps.iter().map(|step| step.name).collect();
    let mut context = Context::prepare(&names, wishes)?;
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

/// Splits `--seeds N`, `--matrix full` and `--part 2/6` off; alone they mean the simulation or the matrix only.
fn take_wishes(arguments: &[String]) -> Result<(Vec<String>, Wishes), TaskError> {
    let mut wishes = Wishes::default();
    let mut steps = Vec::new();
    let mut meant = Vec::new();
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--seeds" => {
                let number = words.next().map(|text| text.replace('_', ""));
                let number = number.and_then(|text| text.parse().ok());
                let wrong = || TaskError::Usage("`--seeds` needs a number".to_owned());
                wishes.seeds = Some(number.ok_or_else(wrong)?);
                meant.push("simulation".to_owned());
            }
            "--matrix" => {
                if words.next().is_none_or(|mode| mode != "full") {
                    return Err(TaskError::Usage("`--matrix` can be `full`".to_owned()));
                }
                wishes.full_matrix = true;
                meant.push("matrix".to_owned());
            }
            "--part" => {
                let part = words.next().filter(|part| part.contains('/'));
                let wrong = || TaskError::Usage("`--part` needs a part like `2/6`".to_owned());
                wishes.matrix_part = Some(part.ok_or_else(wrong)?.clone());
                meant.push("matrix".to_owned());
            }
            _ => steps.push(word.clone()),
        }
    }
    if steps.is_empty() {
        steps = meant;
    }
    Ok((steps, wishes))
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
        .filter(|step| match wanted {
            [] => step.name != ON_DEMAND,
            names => names.iter().any(|name| name == step.name),
        })
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
    fn a_wish_alone_means_its_step_only() {
        let words = |line: &str| -> Vec<String> { line.split(' ').map(str::to_owned).collect() };
        let seeds = |number| Wishes {
            seeds: Some(number),
            ..Wishes::default()
        };
        let taken = take_wishes(&words("--seeds 1_000_000")).unwrap();
        assert_eq!(taken, (words("simulation"), seeds(1_000_000)));
        let taken = take_wishes(&words("tidy --seeds 5 tests")).unwrap();
        assert_eq!(taken, (words("tidy tests"), seeds(5)));
        let full = Wishes {
            full_matrix: true,
            ..Wishes::default()
        };
        let taken = take_wishes(&words("--matrix full")).unwrap();
        assert_eq!(taken, (words("matrix"), full.clone()));
        let part = Wishes {
            matrix_part: Some("2/6".to_owned()),
            ..full
        };
        let (steps, wishes) = take_wishes(&words("matrix --matrix full --part 2/6")).unwrap();
        assert_eq!((steps, wishes), (words("matrix"), part));
        for wrong in ["--seeds many", "--matrix", "--matrix empty", "--part 2"] {
            assert!(take_wishes(&words(wrong)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn no_name_means_all_steps_but_the_one_on_demand_and_a_wrong_one_is_refused() {
        let all = choose(&[]).unwrap();
        assert_eq!(all.len(), STEPS.len() - 1);
        assert!(all.iter().all(|step| step.name != ON_DEMAND));
        for name in ["tidy", ON_DEMAND] {
            assert_eq!(choose(&[name.to_owned()]).unwrap().len(), 1);
        }
        assert!(choose(&["nonsense".to_owned()]).is_err());
    }
}
