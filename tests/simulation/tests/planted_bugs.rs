//! Every planted bug is caught, by the invariant that it breaks, and a run that fails becomes small enough to be read.

use panels_simulation::{
    Violation,
    plan::Plan,
    planted::Bug,
    run::{self, Outcome},
    shrink::shrink,
};

/// A bug, the invariant that it breaks, and within how many seeds that is seen.
const BUGS: &[(Bug, u8, u64)] = &[
    (Bug::NoSecondSocket, 1, 50),
    (Bug::SameVersionSkipped, 1, 200),
    (Bug::CountsFrozen, 1, 20),
    (Bug::LateFrameRestamped, 2, 50),
    (Bug::OlderRowAgain, 2, 200),
    (Bug::SocketKept, 4, 50),
    (Bug::SearchBlind, 5, 20),
    (Bug::TombstonesSkipped, 1, 100),
    (Bug::LastPageLost, 5, 20),
    (Bug::MembersAllThere, 5, 300),
    (Bug::TokenReused, 1, 50),
    (Bug::CursorsWithoutRows, 5, 500),
    (Bug::RowsDropped, 5, 20),
    (Bug::BadgeForged, 5, 100),
    (Bug::TimersAtOnce, 6, 5),
    (Bug::AbortsIgnored, 6, 300),
    (Bug::DatabaseLeft, 7, 100),
    (Bug::RowsAfterSignOut, 7, 100),
    (Bug::NameInLog, 8, 20),
    (Bug::IdInKey, 8, 20),
    (Bug::EditNotStored, 3, 300),
    (Bug::EditSentTwice, 3, 50),
    (Bug::EditUntested, 3, 300),
    (Bug::EditsInherited, 3, 1000),
    (Bug::DraftsWithheld, 3, 500),
];

/// The first seed that shows a bug.
fn first_caught(bug: Bug, seeds: u64) -> Option<(u64, Outcome)> {
    // What is half typed is another way in which the edits of somebody else can be seen.
    let plan = match bug {
        Bug::DraftsWithheld => Plan::of,
        _ => Plan::without_drafts,
    };
    let outcomes = (0..seeds).map(|seed| (seed, run::run_with(&plan(seed), Some(bug))));
    outcomes
        .into_iter()
        .find(|(_, outcome)| outcome.violation.is_some())
}

#[test]
fn every_planted_bug_is_caught_by_the_invariant_that_it_breaks() {
    let mut wrong = Vec::new();
    for (bug, invariant, seeds) in BUGS {
        let Some((seed, outcome)) = first_caught(*bug, *seeds) else {
            wrong.push(format!("{bug:?} was not seen within {seeds} seeds"));
            continue;
        };
        let Violation {
            invariant: broken,
            what,
            ..
        } = outcome.violation.unwrap();
        println!("{bug:?}: seed {seed}, invariant {broken}: {what}");
        if broken != *invariant {
            wrong.push(format!("{bug:?} broke {broken}: {what}"));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn every_invariant_that_can_be_broken_is_proven_by_a_bug() {
    for invariant in [1, 2, 3, 4, 5, 6, 7, 8] {
        assert!(
            BUGS.iter().any(|(_, broken, _)| *broken == invariant),
            "{invariant}"
        );
    }
}

#[test]
fn an_event_that_is_lost_is_found_by_a_search_and_counted() {
    let mut missed = 0;
    for seed in 0..20 {
        let outcome = run::run_with(&Plan::of(seed), Some(Bug::EventsLost));
        assert_eq!(outcome.violation, None, "seed {seed}");
        missed += outcome.stats.missed;
    }
    assert!(missed > 20, "{missed}");
}

#[test]
fn a_plan_that_fails_is_shrunk_to_what_it_needs_to_fail() {
    let bug = Bug::TombstonesSkipped;
    let (seed, outcome) = first_caught(bug, 300).unwrap();
    let plan = Plan::of(seed);
    let small = shrink(&plan, Some(bug)).unwrap();
    let after = run::run_with(&small, Some(bug));
    println!(
        "{} steps became {}: {:?}",
        plan.steps.len(),
        small.steps.len(),
        small.steps
    );
    assert_eq!(
        after.violation.map(|violation| violation.invariant),
        outcome.violation.map(|violation| violation.invariant)
    );
    assert!(
        small.steps.len() <= plan.steps.len() / 4,
        "{} of {}",
        small.steps.len(),
        plan.steps.len()
    );
    assert!(small.profiles.len() <= plan.profiles.len());
    // Nothing is wrong with the plan itself.
    assert_eq!(run::run(&small).violation, None);
}
