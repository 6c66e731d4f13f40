//! What is asked of columns with a path.

use super::*;
use crate::protocol::{PathColumn, PathFormat};

/// A panel with one column of each format, `path-1` to `path-7`, and the cells of a row of it.
fn panel() -> (PanelView, Vec<Cell>) {
    let columns = PathFormat::ALL.into_iter().zip(1..);
    let columns = columns.map(|(format, number)| {
        let path = PathColumn {
            id: format!("path-{number}"),
            title: format!("{format:?}"),
            path: "a".into(),
            format,
        };
        path.column()
    });
    let mut view = tasks();
    view.columns = columns.collect();
    view.sort.clear();
    let cells = vec![
        Cell::Text("Room four".into()),
        Cell::Number {
            value: 71.5,
            shown: "71.5 kg".into(),
        },
        Cell::Date(FhirDate::Day(2026, 11, 26)),
        Cell::Text("2026-11-26, 2026-11-27".into()),
        Cell::Flag(true),
        Cell::Tags(vec!["falls".into(), "Diet".into()]),
        Cell::Person {
            reference: Some("Practitioner/1".into()),
            name: "Ada Lee".into(),
            me: false,
        },
    ];
    (view, cells)
}

fn holds(column: &str, test: Test) -> bool {
    let (view, cells) = panel();
    let query = Query::default().with_filter(column, Some(test));
    Matcher::new(&query, &view.columns).judge(&cells, today()) == Verdict::In
}

#[test]
fn each_format_can_be_filtered_by_what_it_holds() {
    let contains = |text: &str| Test::Contains(text.into());
    let code = |code: &str| Test::OneOf([code.to_owned()].into());
    assert!(holds("path-1", contains("FOUR")));
    assert!(holds("path-2", contains("71.5")) && !holds("path-2", contains("72")));
    assert!(holds("path-3", Test::Within(Period::Past)));
    assert!(!holds("path-3", Test::Within(Period::Absent)));
    // Two dates are neither one of them nor none.
    assert!(!holds("path-4", Test::Within(Period::Absent)));
    assert!(!holds("path-4", Test::Within(Period::Past)));
    assert!(holds("path-5", code(YES)) && !holds("path-5", code(NO)));
    assert!(holds("path-6", contains("diet")) && !holds("path-6", contains("falls diet")));
    assert!(holds("path-7", contains("ada")));
}

#[test]
fn they_are_searched() {
    let (view, cells) = panel();
    let finds = |typed: &str| {
        let query = Query {
            search: Search::new(typed),
            ..Query::default()
        };
        Matcher::new(&query, &view.columns).judge(&cells, today()) == Verdict::In
    };
    assert!(finds("room 71.5 diet lee 2026-11-26"));
    assert!(!finds("yes"));
}

#[test]
fn their_names_and_codes_are_words_of_an_address() {
    let (view, _) = panel();
    let query = Query {
        sort: vec![SortKey {
            column: "path-2".into(),
            descending: true,
        }],
        ..Query::default().with_filter("path-5", Some(Test::OneOf([NO.to_owned()].into())))
    };
    let address = to_address(&query);
    assert_eq!(address, "f.path-5=no&sort=-path-2");
    assert_eq!(from_address(&address, &view, &Query::default()), query);
}
