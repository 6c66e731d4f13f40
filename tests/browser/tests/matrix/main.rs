//! The fault matrix: while a hundred changes a second flow, each fault strikes alone, and with `PANELS_MATRIX=full` each pair
//! together, for a minute. No tab may say `Live` while it lacks what it claims to show, and at rest each equals the server.

mod case;
mod fault;
mod hearing;

use std::{env, sync::Arc, time::Duration};

use panels_browser_tests::Failure;
use tokio::{
    sync::Semaphore,
    task::{JoinSet, LocalSet},
};

use crate::{
    case::{Case, Outcome},
    fault::Fault,
};

/// How long changes flow in every run of the tests.
const FLOW_SHORT: Duration = Duration::from_secs(20);
/// How long they flow in the full matrix.
const FLOW_FULL: Duration = Duration::from_secs(60);
/// Cases at a time, each with a browser of its own, on two cores.
const LANES: usize = 4;

#[tokio::test(flavor = "multi_thread")]
async fn whatever_goes_wrong_no_tab_calls_live_what_it_lacks_and_at_rest_each_equals_the_server()
-> Result<(), Failure> {
    LocalSet::new().run_until(play_all(cases()?)).await
}

/// Plays all, some at a time, and tells what was wrong.
async fn play_all(cases: Vec<Case>) -> Result<(), Failure> {
    let all = cases.len();
    let lanes = Arc::new(Semaphore::new(lanes()));
    let mut playing = JoinSet::new();
    for case in cases {
        let lanes = lanes.clone();
        playing.spawn_local(async move {
            let _lane = lanes.acquire_owned().await;
            let outcome = case.play().await;
            (case, outcome)
        });
    }
    println!(
        "case: changes, versions seen, live, all rows in the document, latest row after its claim, longest missing while live, rest"
    );
    let mut wrong = Vec::new();
    while let Some(played) = playing.join_next().await {
        let (case, outcome) = played.map_err(|error| Failure::Server(error.to_string()))?;
        match outcome {
            Ok(outcome) => {
                println!("{}", line(&case, &outcome));
                outcome.wrong.iter().for_each(|what| println!("  {what}"));
                wrong.extend(
                    outcome
                        .wrong
                        .iter()
                        .map(|what| format!("{}: {what}", case.name())),
                );
            }
            Err(failure) => {
                println!("{}: FAILED: {failure}", case.name());
                wrong.push(format!("{}: {failure}", case.name()));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {all} cases:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    Ok(())
}

fn line(case: &Case, outcome: &Outcome) -> String {
    let figures = &outcome.figures;
    let share = |part: i64| 100 * part / figures.watched_ms.max(1);
    let verdict = if outcome.wrong.is_empty() {
        "ok"
    } else {
        "FAILED"
    };
    format!(
        "{:<34} {verdict:<6} {:>5} {:>5} {:>3}% {:>3}% {:>5} ms {:>6} ms {:>5.1} s",
        case.name(),
        outcome.changes,
        figures.versions,
        share(figures.live_ms),
        share(figures.whole_ms),
        figures.late_max_ms,
        figures.missing_live_max_ms,
        outcome.rest_ms as f64 / 1_000.0
    )
}

/// Each fault alone; in the full matrix for longer, and each pair. `PANELS_MATRIX_ONLY` picks those whose name contains one of
/// its names (`restart + freeze, 429`), `PANELS_MATRIX_PART` one of several parts of those (`2/6`).
fn cases() -> Result<Vec<Case>, Failure> {
    let full = env::var("PANELS_MATRIX").is_ok_and(|mode| mode == "full");
    let flow = if full { FLOW_FULL } else { FLOW_SHORT };
    let case = |faults| Case { faults, flow };
    let mut cases: Vec<Case> = Fault::ALL.map(|fault| case(vec![fault])).into();
    if full {
        // Each fault with those before it: the first parts try those faults together that have most to do with each other.
        for (index, second) in Fault::ALL.iter().enumerate() {
            let before = Fault::ALL[..index].iter();
            cases.extend(before.map(|first| case(vec![*first, *second])));
        }
    }
    if let Ok(only) = env::var("PANELS_MATRIX_ONLY") {
        let names: Vec<&str> = only.split(',').map(str::trim).collect();
        cases.retain(|case| names.iter().any(|name| case.name().contains(name)));
    }
    let Ok(part) = env::var("PANELS_MATRIX_PART") else {
        return Ok(cases);
    };
    part_of(cases, &part).ok_or_else(|| Failure::Server(format!("there is no part {part}")))
}

/// The second of six parts of about the same size, if it is `2/6` that is wanted.
fn part_of(mut cases: Vec<Case>, part: &str) -> Option<Vec<Case>> {
    let (number, parts) = part.split_once('/')?;
    let (number, parts): (usize, usize) = (number.parse().ok()?, parts.parse().ok()?);
    if !(1..=parts).contains(&number) {
        return None;
    }
    let all = cases.len();
    cases.truncate(all * number / parts);
    Some(cases.split_off(all * (number - 1) / parts))
}

fn lanes() -> usize {
    let wanted = env::var("PANELS_MATRIX_LANES").ok();
    wanted.and_then(|text| text.parse().ok()).unwrap_or(LANES)
}
