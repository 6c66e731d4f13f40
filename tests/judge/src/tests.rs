//! The judge is judged: it says nothing of an honest tab, and finds each planted lie.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::{
    Claim, Millis, Panel, Record, Rules, SeenRow, Verdict, Violation, WatchLog, Word, Write,
    compare_at_rest, judge, watch::Claims,
};

const RULES: Rules = Rules {
    bound_ms: 10_000,
    slack_ms: 500,
    hidden_slack_ms: 2_000,
    stream_is_reliable: true,
    forbidden: None,
};
/// The clock of the server is an hour ahead: stamps and times of writing are told apart.
const AHEAD: Millis = 3_600_000;

fn task(id: &str, status: &str) -> Value {
    json!({ "resourceType": "Task", "id": id, "status": status, "priority": "routine", "code": { "text": "Wound check" },
        "owner": { "reference": "Practitioner/1", "display": "Ada" } })
}

fn write(at: Millis, id: &str, content: Option<Value>) -> Write {
    Write {
        at,
        kind: "Task".to_owned(),
        id: id.to_owned(),
        stamp: at + AHEAD,
        content: content.map(Arc::new),
    }
}

fn live(as_of: Millis, proven: Millis) -> Option<Claims> {
    Some(Claims {
        word: Some(Word::Live),
        as_of: Some(as_of),
        proven: Some(proven),
        loading: false,
    })
}

/// A record in which the badge says `Live` up to its own time, proven at 0.
fn record(at: Millis, rows: &[(&str, Millis)], gone: &[&str]) -> Record {
    Record {
        at,
        claims: live(at, 0),
        rows: rows
            .iter()
            .map(|(id, at)| ((*id).to_owned(), at + AHEAD))
            .collect(),
        gone: gone.iter().map(|id| (*id).to_owned()).collect(),
        ..Record::default()
    }
}

/// The first record: all rows of a table of that size are there.
fn start(rows: &[(&str, Millis)]) -> Record {
    Record {
        total: Some(rows.len()),
        hidden: Some(false),
        ..record(1_000, rows, &[])
    }
}

fn try_case(log: &[Write], records: Vec<Record>, end: Millis, rules: &Rules) -> Verdict {
    judge(log, &Panel::OpenTasks, &WatchLog { records, end }, rules)
}

fn only_lie(verdict: &Verdict) -> (Claim, &str, Millis) {
    match verdict.violations.as_slice() {
        [
            Violation::Lie {
                claim,
                row,
                written,
                ..
            },
        ] => (*claim, row, *written),
        other => panic!("not one lie: {other:?}"),
    }
}

fn two_tasks() -> Vec<Write> {
    vec![
        write(10, "a", Some(task("a", "requested"))),
        write(20, "b", Some(task("b", "requested"))),
    ]
}

const BOTH: [(&str, Millis); 2] = [("a", 10), ("b", 20)];

#[test]
fn a_tab_that_shows_each_change_in_time_is_honest() {
    let mut log = two_tasks();
    log.push(write(2_000, "a", Some(task("a", "accepted"))));
    log.push(write(3_000, "b", None));
    let mut last = record(3_100, &[], &["b"]);
    last.total = Some(1);
    let records = vec![start(&BOTH), record(2_100, &[("a", 2_000)], &[]), last];
    let verdict = try_case(&log, records, 60_000, &RULES);
    assert_eq!(verdict.violations, []);
    assert_eq!(verdict.figures.versions, 3);
    assert_eq!(verdict.figures.watched_ms, 59_000);
    assert_eq!(verdict.figures.whole_ms, 59_000);
    assert_eq!(verdict.figures.live_ms, 59_000);
    assert_eq!(verdict.figures.missing_live_max_ms, 100);
}

#[test]
fn live_while_a_change_is_missing_for_longer_than_the_bound_is_a_lie() {
    let mut log = two_tasks();
    log.push(write(2_000, "a", Some(task("a", "accepted"))));
    let unreliable = Rules {
        stream_is_reliable: false,
        ..RULES
    };
    let verdict = try_case(&log, vec![start(&BOTH)], 12_400, &unreliable);
    assert_eq!(
        verdict.violations,
        [],
        "the bound and the way to the screen are not over yet"
    );
    let verdict = try_case(&log, vec![start(&BOTH)], 12_600, &unreliable);
    assert_eq!(only_lie(&verdict), (Claim::Bound, "a", 2_000));
}

#[test]
fn a_badge_that_is_not_live_may_lack_anything() {
    let mut log = two_tasks();
    log.push(write(2_000, "a", Some(task("a", "accepted"))));
    let mut stale = record(2_500, &[], &[]);
    stale.claims = Some(Claims {
        word: Some(Word::Other),
        ..live(2_500, 0).unwrap()
    });
    let verdict = try_case(&log, vec![start(&BOTH), stale], 60_000, &RULES);
    assert_eq!(verdict.violations, []);
    assert_eq!(verdict.figures.live_ms, 1_500);
}

#[test]
fn the_time_beside_live_is_a_claim_of_its_own_where_the_stream_is_reliable() {
    let mut log = two_tasks();
    log.push(write(2_000, "a", Some(task("a", "accepted"))));
    let records = || {
        vec![
            start(&BOTH),
            record(3_000, &[], &[]),
            record(3_600, &[("a", 2_000)], &[]),
        ]
    };
    let verdict = try_case(&log, records(), 5_000, &RULES);
    assert_eq!(only_lie(&verdict), (Claim::LiveAsOf, "a", 2_000));
    let unreliable = Rules {
        stream_is_reliable: false,
        ..RULES
    };
    assert_eq!(try_case(&log, records(), 5_000, &unreliable).violations, []);
}

#[test]
fn what_is_said_to_be_checked_is_held_to_it_whatever_the_badge_says() {
    let mut log = two_tasks();
    log.push(write(2_000, "a", Some(task("a", "accepted"))));
    let mut checked = record(4_000, &[], &[]);
    checked.claims = Some(Claims {
        word: Some(Word::Other),
        as_of: None,
        proven: Some(2_100),
        loading: false,
    });
    let unreliable = Rules {
        stream_is_reliable: false,
        ..RULES
    };
    let verdict = try_case(&log, vec![start(&BOTH), checked], 6_000, &unreliable);
    assert_eq!(only_lie(&verdict), (Claim::Proven, "a", 2_000));
}

#[test]
fn a_claim_may_be_ahead_of_its_rows_for_as_long_as_they_take_to_the_screen() {
    let mut log = two_tasks();
    log.push(write(2_000, "a", Some(task("a", "accepted"))));
    let late = |visible_at| {
        vec![
            start(&BOTH),
            record(2_200, &[], &[]),
            record(visible_at, &[("a", 2_000)], &[]),
        ]
    };
    let verdict = try_case(&log, late(2_600), 5_000, &RULES);
    assert_eq!(verdict.violations, []);
    assert_eq!(
        (verdict.figures.late_rows, verdict.figures.late_max_ms),
        (1, 400)
    );
    let mut hidden = late(4_100);
    hidden[0].hidden = Some(true);
    assert_eq!(try_case(&log, hidden, 5_000, &RULES).violations, []);
    assert_eq!(
        try_case(&log, late(4_100), 5_000, &RULES).violations.len(),
        1
    );
}

#[test]
fn a_new_row_is_missed_only_where_all_rows_are_in_the_document() {
    let mut log = two_tasks();
    log.push(write(2_000, "c", Some(task("c", "requested"))));
    let verdict = try_case(
        &log,
        vec![start(&BOTH), record(3_000, &[], &[])],
        20_000,
        &RULES,
    );
    let claims: Vec<_> = verdict
        .violations
        .iter()
        .map(|violation| match violation {
            Violation::Lie { claim, row, .. } => (*claim, row.as_str()),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(claims, [(Claim::LiveAsOf, "c"), (Claim::Bound, "c")]);
    let mut long = start(&BOTH);
    long.total = Some(500);
    let verdict = try_case(&log, vec![long, record(3_000, &[], &[])], 20_000, &RULES);
    assert_eq!(verdict.violations, []);
    assert_eq!(verdict.figures.whole_ms, 0);
}

#[test]
fn a_row_that_should_have_left_is_a_missing_change() {
    for gone in [None, Some(task("b", "completed"))] {
        let mut log = two_tasks();
        log.push(write(2_000, "b", gone));
        let verdict = try_case(
            &log,
            vec![start(&BOTH), record(3_000, &[], &[])],
            5_000,
            &RULES,
        );
        assert_eq!(only_lie(&verdict), (Claim::LiveAsOf, "b", 2_000));
    }
}

#[test]
fn a_row_that_comes_back_after_its_deletion_is_a_lie_again() {
    let mut log = two_tasks();
    log.push(write(2_000, "b", None));
    let records = vec![
        start(&BOTH),
        Record {
            total: Some(1),
            ..record(2_100, &[], &["b"])
        },
        Record {
            total: Some(2),
            ..record(3_000, &[("b", 20)], &[])
        },
    ];
    let verdict = try_case(&log, records, 4_000, &RULES);
    assert_eq!(only_lie(&verdict), (Claim::LiveAsOf, "b", 2_000));
}

#[test]
fn a_version_that_was_never_written_or_never_belonged_is_found() {
    let mut log = two_tasks();
    log.push(write(2_000, "b", Some(task("b", "completed"))));
    for stamp in [1_234, 2_000] {
        let verdict = try_case(
            &log,
            vec![start(&BOTH), record(3_000, &[("b", stamp)], &[])],
            3_100,
            &RULES,
        );
        let invented = verdict
            .violations
            .iter()
            .any(|violation| matches!(violation, Violation::Invented { .. }));
        assert!(invented, "{verdict:?}");
    }
}

#[test]
fn an_older_version_over_a_newer_one_is_found_unless_both_were_written_at_once() {
    let mut log = two_tasks();
    log.push(write(2_000, "a", Some(task("a", "accepted"))));
    log.push(write(9_000, "a", Some(task("a", "on-hold"))));
    log.push(write(9_100, "a", Some(task("a", "in-progress"))));
    let records = |back_to| {
        vec![
            start(&BOTH),
            record(2_050, &[("a", 2_000)], &[]),
            record(9_110, &[("a", 9_100)], &[]),
            record(9_120, &[("a", back_to)], &[]),
            record(9_200, &[("a", 9_100)], &[]),
        ]
    };
    assert_eq!(try_case(&log, records(9_000), 9_300, &RULES).violations, []);
    let verdict = try_case(&log, records(2_000), 9_300, &RULES);
    assert!(
        matches!(verdict.violations.as_slice(), [Violation::WentBack { .. }]),
        "{verdict:?}"
    );
}

#[test]
fn rows_hidden_because_the_server_forbade_them_are_hidden_rightly_for_a_while() {
    let log = two_tasks();
    let hide = || {
        vec![
            start(&BOTH),
            Record {
                total: Some(1),
                ..record(2_000, &[], &["b"])
            },
        ]
    };
    let forbidden = Rules {
        forbidden: Some((1_500, 8_000)),
        ..RULES
    };
    let hidden = try_case(&log, hide(), 7_000, &forbidden);
    assert_eq!(hidden.violations, []);
    assert_eq!(hidden.figures.missing_live_max_ms, 0);
    assert!(
        !try_case(&log, hide(), 9_000, &forbidden)
            .violations
            .is_empty()
    );
    assert!(!try_case(&log, hide(), 7_000, &RULES).violations.is_empty());
}

#[test]
fn a_watcher_writes_what_the_judge_reads() {
    let text = r#"{ "records": [
        { "at": 5, "badge": "live Live as of 10:00", "claims": { "word": "Live", "asOf": 4, "proven": null, "loading": false },
          "total": 1, "rows": [["a", 3]], "gone": ["b"], "hidden": false },
        { "at": 6, "claims": { "word": "Catching up", "asOf": null } } ], "end": 7 }"#;
    let log: WatchLog = serde_json::from_str(text).unwrap();
    assert_eq!(log.end, 7);
    assert_eq!(log.records[0].rows, [("a".to_owned(), 3)]);
    assert_eq!(log.records[0].claims.unwrap().word, Some(Word::Live));
    assert_eq!(log.records[1].claims.unwrap().word, Some(Word::Other));
    assert_eq!(log.records[1].total, None);
}

fn seen(id: &str, at: Millis, status: &str) -> SeenRow {
    let cells = [
        ("title", "Wound check"),
        ("status", status),
        ("person", "Ada"),
        ("priority", "Routine"),
    ];
    SeenRow {
        id: id.to_owned(),
        stamp: at + AHEAD,
        cells: cells
            .map(|(kind, text)| (kind.to_owned(), vec![text.to_owned()]))
            .into(),
    }
}

#[test]
fn at_rest_the_same_rows_in_the_same_order_are_right() {
    let mut log = two_tasks();
    let mut urgent = task("c", "in-progress");
    urgent["priority"] = "asap".into();
    log.push(write(30, "c", Some(urgent)));
    let mut first = seen("c", 30, "In progress");
    first
        .cells
        .insert("priority".to_owned(), vec!["ASAP".to_owned()]);
    let right = [
        first,
        seen("a", 10, "Requested"),
        seen("b", 20, "Requested"),
    ];
    assert_eq!(
        compare_at_rest(&log, &Panel::OpenTasks, &right),
        Vec::<String>::new()
    );
    let mine = Panel::MyWork {
        me: "Practitioner/2".to_owned(),
    };
    assert_eq!(compare_at_rest(&log, &mine, &[]), Vec::<String>::new());
    let turned: Vec<_> = right.into_iter().rev().collect();
    assert_eq!(
        compare_at_rest(&log, &Panel::OpenTasks, &turned),
        ["b is above a"]
    );
}

#[test]
fn at_rest_each_difference_is_named() {
    let mut log = two_tasks();
    log.push(write(2_000, "a", Some(task("a", "accepted"))));
    log.push(write(2_500, "d", Some(task("d", "accepted"))));
    let shown = [
        seen("a", 10, "Requested"),
        seen("b", 20, "On hold"),
        seen("x", 30, "Requested"),
    ];
    let told = compare_at_rest(&log, &Panel::OpenTasks, &shown);
    assert_eq!(
        told,
        [
            "a shows a version 1990 ms older than the newest",
            "b: status is [\"On hold\"] and not \"Requested\"",
            "d is missing",
            "x does not belong there",
        ]
    );
}

#[test]
fn at_rest_a_patient_is_shown_with_the_number_of_open_tasks() {
    let patient = json!({ "resourceType": "Patient", "id": "p", "name": [{ "family": "Quayle", "given": ["Esther", "May"] }] });
    let mut theirs = task("a", "requested");
    theirs["for"] = json!({ "reference": "Patient/p" });
    let mut log = vec![
        write(10, "p", Some(patient)),
        write(20, "a", Some(theirs.clone())),
    ];
    log[0].kind = "Patient".to_owned();
    theirs["status"] = "completed".into();
    log.push(write(30, "b", Some(theirs)));
    let row = |count: &str| SeenRow {
        id: "p".to_owned(),
        stamp: 10 + AHEAD,
        cells: [("title", "QUAYLE, Esther May"), ("workload", count)]
            .map(|(kind, text)| (kind.to_owned(), vec![text.to_owned()]))
            .into(),
    };
    assert_eq!(
        compare_at_rest(&log, &Panel::Patients, &[row("1")]),
        Vec::<String>::new()
    );
    assert_eq!(
        compare_at_rest(&log, &Panel::Patients, &[row("2")]).len(),
        1
    );
}
