//! One seed is one run: the same plan, the same steps, the same end.

use panels_simulation::{plan::Plan, run};

#[test]
fn a_seed_reproduces_its_run_exactly() {
    for seed in 0..20 {
        let plan = Plan::of(seed);
        let (first, first_text) = run::trace(&plan, None);
        let (second, second_text) = run::trace(&plan, None);
        assert_eq!(first, second, "seed {seed}");
        assert_eq!(first_text, second_text, "seed {seed}");
        assert_eq!(
            first,
            run::run(&plan),
            "seed {seed}: a trace changes the run"
        );
    }
}

#[test]
fn without_faults_every_tab_is_right_within_a_minute() {
    for seed in 0..40 {
        let outcome = run::run(&Plan::without_faults(seed));
        assert_eq!(outcome.violation, None, "seed {seed}");
        assert!(
            outcome.stats.settled_ms <= 60_000,
            "seed {seed}: {outcome:?}"
        );
    }
}
