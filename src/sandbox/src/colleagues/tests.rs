use super::*;
use crate::{clinic::ClinicOptions, options::Options};

const NOW: Millis = 1_800_000_000_000;

fn hired(rate: f64, seed: u64) -> (Sandbox, Colleagues) {
    let mut sandbox = Sandbox::new(Options::default(), NOW);
    let size = ClinicOptions {
        patients: 20,
        tasks: 100,
        seed: 1,
    };
    let clinic = Clinic::open(&mut sandbox, size, NOW).unwrap();
    let options = ColleagueOptions {
        rate,
        seed,
        ..ColleagueOptions::default()
    };
    (sandbox, Colleagues::new(&clinic, options, NOW))
}

fn open_count(sandbox: &Sandbox) -> usize {
    sandbox
        .iterate("Task")
        .filter(|task| work::is_open(task))
        .count()
}

#[test]
fn changes_are_paced_by_the_time_argument() {
    let (mut sandbox, mut colleagues) = hired(5.0, 1);
    assert_eq!(colleagues.next_due(), Some(NOW + 200));
    colleagues.step(NOW + 199, &mut sandbox);
    assert_eq!(colleagues.counts().changes, 0);
    colleagues.step(NOW + 1_000, &mut sandbox);
    assert_eq!(colleagues.counts().changes + colleagues.counts().failed, 5);
    colleagues.set_rate(0.0, NOW + 1_000);
    assert_eq!(colleagues.next_due(), None);
}

#[test]
fn a_clock_that_is_set_neither_adds_changes_nor_drops_those_that_are_due() {
    let (mut sandbox, mut colleagues) = hired(5.0, 1);
    for by_ms in [60_000, -61_000] {
        colleagues.shift_clock(by_ms);
        assert_eq!(colleagues.next_due(), Some(NOW + 200 + by_ms));
        colleagues.shift_clock(-by_ms);
    }
    colleagues.shift_clock(60_000);
    colleagues.step(NOW + 61_000, &mut sandbox);
    assert_eq!(colleagues.counts().changes + colleagues.counts().failed, 5);
}

#[test]
fn every_change_is_stored_and_the_number_of_open_tasks_stays_about_the_same() {
    let (mut sandbox, mut colleagues) = hired(0.0, 1);
    colleagues.burst(1_000, NOW, &mut sandbox);
    let counts = colleagues.counts().clone();
    assert_eq!(counts.failed, 0, "{:?}", counts.last_failure);
    assert_eq!(counts.changes, 1_000);
    assert!(
        counts.completed > 50 && counts.created > 50 && counts.deleted > 0,
        "{counts:?}"
    );
    let open = open_count(&sandbox);
    assert!((90..=110).contains(&open), "{open}");
}

#[test]
fn one_seed_makes_one_day() {
    let day = |seed| {
        let (mut sandbox, mut colleagues) = hired(0.0, seed);
        colleagues.burst(200, NOW, &mut sandbox);
        sandbox
            .iterate("Task")
            .map(ToString::to_string)
            .collect::<Vec<_>>()
    };
    assert_eq!(day(1), day(1));
    assert_ne!(day(1), day(2));
}

#[test]
fn they_never_act_as_a_demo_account() {
    let mut sandbox = Sandbox::new(Options::default(), NOW);
    let size = ClinicOptions {
        patients: 20,
        tasks: 50,
        seed: 1,
    };
    let clinic = Clinic::open(&mut sandbox, size, NOW).unwrap();
    let mut colleagues = Colleagues::new(&clinic, ColleagueOptions::default(), NOW);
    colleagues.burst(200, NOW, &mut sandbox);
    for task in sandbox.iterate("Task") {
        let author = task["meta"]["author"]["reference"].as_str().unwrap();
        assert!(
            clinic
                .accounts
                .iter()
                .all(|account| account.profile != author)
        );
    }
}

#[test]
fn a_long_pause_is_not_followed_by_a_flood() {
    let (mut sandbox, mut colleagues) = hired(1_000.0, 1);
    colleagues.step(NOW + 3_600_000, &mut sandbox);
    let counts = colleagues.counts();
    assert!(counts.changes + counts.failed <= u64::from(ARREARS_MAX) + 1);
}
