//! Ten thousand browsers lose their server for a minute and come back without bringing it down again.

use panels_simulation::fleet::{self, FleetPlan, FleetReport};

/// A large hospital.
const MANY: usize = 10_000;
/// Of so many one is simulated here; `panels-simulation --fleet 10000` simulates all of them.
const SAMPLE: usize = 10;
/// A small hospital.
const FEW: usize = 50;

fn lose_the_server(browsers: usize, sample: usize, outage_ms: i64) -> FleetReport {
    let clients = browsers / sample;
    let report = fleet::run(FleetPlan {
        clients,
        browsers,
        outage_ms,
        after_ms: 420_000,
        seed: 1,
    });
    println!(
        "{clients} of {browsers} browsers, {} s:\n{report}",
        outage_ms / 1_000
    );
    assert_eq!(report.not_live, 0);
    assert_eq!(report.audited, clients, "each has signed in once");
    report
}

#[test]
fn ten_thousand_that_come_back_ask_for_less_than_twice_what_they_ask_for_in_quiet() {
    let report = lose_the_server(MANY, SAMPLE, 60_000);
    // As many browsers come back in so many seconds here as in one second there.
    let peak = report.peak_per_s(SAMPLE);
    assert!(peak < 2.0 * report.steady_per_s, "{peak}: {report}");
    assert!(report.live_ms(100) < 330_000, "{report}");
}

#[test]
fn few_that_come_back_wait_for_nobody() {
    let report = lose_the_server(FEW, 1, 60_000);
    assert!(report.live_ms(50) < 5_000, "{report}");
    // The longest wait between two attempts, and a turn of at most a second.
    assert!(report.live_ms(100) < 33_000, "{report}");
}

#[test]
fn after_a_short_outage_nobody_waits() {
    let report = lose_the_server(FEW, 1, 15_000);
    assert!(report.live_ms(50) < 2_000, "{report}");
    assert!(report.live_ms(100) < 5_000, "{report}");
}
