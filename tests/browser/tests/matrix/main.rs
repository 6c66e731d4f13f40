//! The fault matrix: while a hundred changes a second flow, each fault strikes alone, and with `PANELS_MATRIX=full` each pair
//! together, for a minute. No tab may say `Live` while it lacks what it claims to show, and at rest each equals the server.

mod case;
mod fault;

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
const LANES: usize = 6;

#[tokio::test(flavor = "multi_thread")]
async fn whatever_goes_wrong_no_tab_calls_live_what_it_lacks_and_at_rest_each_equals_the_server()
-> Result<(), Failure> {
    LocalSet::new().run_until(play_all(cases())).await
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

/// Each fault alone; in the full matrix for longer, and each pair. `PANELS_MATRIX_ONLY` picks those whose name contains it.
fn cases() -> Vec<Case> {
    let full = env::var("PANELS_MATRIX").is_ok_and(|mode| mode == "full");
    let flow = if full { FLOW_FULL } else { FLOW_SHORT };
    let mut cases: Vec<Case> = Fault::ALL
        .map(|fault| Case {
            faults: vec![fault],
            flow,
        })
        .into();
    if full {
        for (index, first) in Fault::ALL.iter().enumerate() {
            let others = Fault::ALL[index + 1..].iter();
            cases.extend(others.map(|second| Case {
                faults: vec![*first, *second],
                flow,
            }));
        }
    }
    if let Ok(only) = env::var("PANELS_MATRIX_ONLY") {
        cases.retain(|case| case.name().contains(&only));
    }
    cases
}

fn lanes() -> usize {
    let wanted = env::var("PANELS_MATRIX_LANES").ok();
    wanted.and_then(|text| text.parse().ok()).unwrap_or(LANES)
}
