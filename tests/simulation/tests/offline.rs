//! Away for ten minutes, a day, a month: what is asked of the server at the return, and when everything is right again.

use panels_simulation::{
    absence::{self, Return},
    action::{Action, Change, Sleep, Step},
    network::Cut,
    plan::Plan,
};

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;
/// When somebody leaves: everything is loaded and stored by then.
const LEAVES_MS: i64 = 90_000;

/// How a worker is away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Away {
    /// The last tab was closed, what was read is stored.
    Closed,
    /// The network is gone, the page stays open.
    CutOff,
    /// The machine sleeps with the page open.
    Asleep,
}

/// Leaves, comes back after so long; meanwhile colleagues file, change, finish and delete tasks.
fn come_back(away: Away, gap_ms: i64) -> Return {
    let back_ms = LEAVES_MS + gap_ms;
    let mut steps = vec![];
    let mut step = |at_ms, action| steps.push(Step { at_ms, action });
    match away {
        Away::Closed => {
            step(LEAVES_MS, Action::CloseTab(0));
            step(back_ms, Action::OpenTab(0));
        }
        Away::CutOff => step(LEAVES_MS, Action::Partition(0, Cut::Refused, gap_ms)),
        Away::Asleep => step(LEAVES_MS, Action::Sleep(0, Sleep::Deaf, gap_ms)),
    }
    let changes = [
        Change::File,
        Change::Progress,
        Change::Complete,
        Change::Assign(Some(0)),
        Change::Delete,
        Change::CorrectPatient,
    ];
    for (number, change) in (0..30_u32).zip(changes.into_iter().cycle()) {
        let at_ms = LEAVES_MS + 1_000 + i64::from(number) * (gap_ms - 2_000) / 30;
        step(at_ms, Action::Write(change, number * 7));
    }
    let plan = Plan::scripted(1, back_ms + MINUTE_MS, steps);
    let back = absence::come_back(&plan, back_ms);
    assert_eq!(back.violation, None, "{away:?} {gap_ms}");
    back
}

/// Which way a return went.
#[derive(Debug, PartialEq, Eq)]
enum Path {
    /// Only what changed was read.
    Changes,
    /// Besides, whether every known row is still there.
    ChangesAndMembership,
    /// Everything was read.
    Everything,
    /// The session was over and what was stored is gone: somebody signed in, everything was read.
    SignInAndEverything,
}

/// The path of a return. Whatever it was, everything is right within seconds, for a bounded number of requests.
fn path(name: &str, back: &Return, requests_max: usize) -> Path {
    let live_ms = back.live_ms.unwrap_or(i64::MAX);
    let path = match (back.sign_ins(), back.loads(), back.membership_checks()) {
        (0, 0, 0) => Path::Changes,
        (0, 0, _) => Path::ChangesAndMembership,
        (0, ..) => Path::Everything,
        _ => Path::SignInAndEverything,
    };
    let requests = back.requests.len();
    println!("| {name} | {path:?} | {requests} | {live_ms} ms |");
    assert!(requests <= requests_max, "{requests}: {:#?}", back.requests);
    assert!(back.deltas() >= 4, "{:#?}", back.requests);
    assert!(live_ms <= 3_000, "{live_ms} ms");
    assert!(back.sign_ins() == 0 || back.loads() >= 2);
    path
}

/// Four subscriptions with their tokens, and two types searched for changes and deletions when the network is back and again
/// when the stream is bound.
const ONLY_CHANGES: usize = 18;
/// The same, 141 rows asked for by their ids, of tasks once more when the stream is bound before that is answered, a token, and
/// what was sent before the token was known to be too old.
const WITH_MEMBERSHIP: usize = 27;
/// After a sleep the socket looks alive for a second, and what its subscriptions missed is caught up with first.
const ON_A_DEAD_SOCKET: usize = 14;
/// A load of each type with its mark, and reads of what came back to a row that was remembered as gone.
const LOADS: usize = 7;

#[test]
fn after_ten_minutes_only_what_changed_is_read() {
    for away in [Away::Closed, Away::CutOff, Away::Asleep] {
        let back = come_back(away, 10 * MINUTE_MS);
        let name = format!("10 minutes, {away:?}");
        assert_eq!(path(&name, &back, ONLY_CHANGES), Path::Changes);
    }
}

#[test]
fn after_a_day_membership_is_checked_too() {
    let back = come_back(Away::CutOff, DAY_MS);
    let taken = path("a day, cut off", &back, WITH_MEMBERSHIP);
    assert_eq!(taken, Path::ChangesAndMembership);
    let back = come_back(Away::Asleep, DAY_MS);
    let taken = path("a day, asleep", &back, WITH_MEMBERSHIP + ON_A_DEAD_SOCKET);
    assert_eq!(taken, Path::ChangesAndMembership);
    let back = come_back(Away::Closed, DAY_MS / 3);
    let taken = path("8 hours, closed", &back, WITH_MEMBERSHIP);
    assert_eq!(taken, Path::ChangesAndMembership);
}

#[test]
fn a_session_that_was_closed_for_longer_than_a_shift_is_over() {
    let back = come_back(Away::Closed, DAY_MS);
    let taken = path("a day, closed", &back, WITH_MEMBERSHIP);
    assert_eq!(taken, Path::SignInAndEverything);
}

#[test]
fn after_more_than_a_week_everything_is_read_anew() {
    let back = come_back(Away::Asleep, 10 * DAY_MS);
    let most = WITH_MEMBERSHIP + ON_A_DEAD_SOCKET + LOADS;
    let taken = path("10 days, asleep", &back, most);
    assert_eq!(taken, Path::Everything);
}

#[test]
fn after_a_month_the_server_has_ended_the_session() {
    for away in [Away::Closed, Away::Asleep] {
        let back = come_back(away, 30 * DAY_MS);
        let taken = path(
            &format!("a month, {away:?}"),
            &back,
            WITH_MEMBERSHIP + ON_A_DEAD_SOCKET,
        );
        assert_eq!(taken, Path::SignInAndEverything);
    }
}
