//! What a query shows of a table, and what it costs.

use proptest::prelude::*;

use super::*;
use crate::{
    protocol::{FhirDate, Hiding},
    query::{Band, BandCounts, Period, Search, Test, Verdict},
};

/// Noon of a Wednesday, in UTC.
fn noon() -> Today {
    Today {
        now: Timestamp::parse("2026-11-25T12:00:00Z").unwrap(),
        zone_offset_minutes: 0,
    }
}

fn after(hours: i64) -> Today {
    Today {
        now: noon().now + hours * 3_600_000,
        ..noon()
    }
}

fn due_view() -> PanelView {
    let mut view = view();
    view.columns.push(Column {
        id: "due".to_owned(),
        title: "Due".to_owned(),
        kind: ColumnKind::Due,
    });
    view
}

fn due_row(id: &str, priority: Option<Priority>, title: &str, due: Cell) -> Row {
    let mut row = row(id, priority, title);
    row.cells.push(due);
    row
}

fn at(hours: i64) -> Cell {
    Cell::Date(FhirDate::Instant(after(hours).now))
}

fn urgent() -> Query {
    let urgent = Test::OneOf(["stat".to_owned(), "urgent".to_owned()].into());
    Query::default().with_filter("priority", Some(urgent))
}

fn in_band(band: Band) -> Query {
    Query {
        band: Some(band),
        ..Query::default()
    }
}

fn ask(table: &mut LiveTable, query: &Query) {
    table.set_query(query, &due_view().sort, noon());
}

fn three() -> LiveTable {
    let mut table = LiveTable::new(&due_view());
    let rows = vec![
        due_row("a", Some(Priority::Stat), "call", at(1)),
        due_row("b", Some(Priority::Routine), "call", at(-1)),
        due_row("c", None, "visit", Cell::Empty),
    ];
    table.apply_snapshot(1, 0, false, false, rows);
    ask(&mut table, &Query::default());
    table
}

#[test]
fn a_row_comes_and_goes_as_it_begins_and_ceases_to_belong() {
    let mut table = three();
    ask(&mut table, &urgent());
    assert_eq!(order(&table), ["a"]);
    assert_eq!(table.len(), 3);
    let row = due_row("b", Some(Priority::Urgent), "call", at(-1));
    let events = table.apply_changes(2, changes(vec![row], &[]));
    assert_eq!(order(&table), ["a", "b"]);
    assert_eq!(events.added, [ResourceId::new("b")], "it is new here");
    let row = due_row("a", Some(Priority::Routine), "call", at(1));
    let events = table.apply_changes(3, changes(vec![row], &["c"]));
    assert_eq!(order(&table), ["b"]);
    assert!(
        events.reordered && events.gone.is_empty(),
        "nobody saw that c left"
    );
    let row = due_row("a", Some(Priority::Asap), "other", at(1));
    let events = table.apply_changes(4, changes(vec![row], &[]));
    assert_eq!(events, TableEvents::default(), "nobody sees it");
    ask(&mut table, &Query::default());
    assert_eq!(order(&table), ["a", "b"]);
}

#[test]
fn the_counts_of_bands_go_by_the_rest_of_the_query() {
    let mut table = three();
    let counts = |table: &LiveTable| Band::ALL.map(|band| table.bands().unwrap().of(band));
    assert_eq!(counts(&table), [1, 1, 0, 0, 1]);
    ask(&mut table, &in_band(Band::Overdue));
    assert_eq!(order(&table), ["b"]);
    assert_eq!(counts(&table), [1, 1, 0, 0, 1]);
    let call = Query {
        search: Search::new("CALL"),
        ..in_band(Band::Overdue)
    };
    ask(&mut table, &call);
    assert_eq!(counts(&table), [1, 1, 0, 0, 0]);
}

#[test]
fn what_was_for_today_is_overdue_when_its_time_is_over_and_a_day_ends_at_midnight() {
    let mut table = three();
    ask(&mut table, &in_band(Band::Overdue));
    assert!(!table.tick(after(0)), "nothing has come to its end");
    assert_eq!(order(&table), ["b"]);
    assert!(table.tick(after(2)));
    assert_eq!(order(&table), ["a", "b"]);
    let tomorrow = due_row("d", None, "", Cell::Date(FhirDate::Day(2026, 11, 26)));
    table.apply_changes(2, changes(vec![tomorrow], &[]));
    ask(&mut table, &in_band(Band::Today));
    assert_eq!(order(&table), ["a"]);
    assert!(table.tick(after(13)));
    assert_eq!(order(&table), ["d"]);
}

#[test]
fn a_row_that_comes_later_makes_its_own_time_known() {
    let mut table = three();
    let overdue = Query::default().with_filter("due", Some(Test::Within(Period::Past)));
    ask(&mut table, &overdue);
    let soon = due_row("d", None, "", Cell::Date(FhirDate::Instant(noon().now + 5)));
    table.apply_changes(2, changes(vec![soon], &[]));
    assert_eq!(order(&table), ["b"]);
    assert!(table.tick(Today {
        now: noon().now + 6,
        ..noon()
    }));
    assert_eq!(order(&table), ["b", "d"]);
}

#[test]
fn what_is_hidden_is_left_out_and_counted() {
    let mut table = three();
    let hidden = due_row("d", None, "", Cell::Hidden(Hiding::Always));
    table.apply_changes(2, changes(vec![hidden], &[]));
    assert_eq!((table.order().len(), table.undecided()), (4, 0));
    ask(&mut table, &in_band(Band::Undated));
    assert_eq!(order(&table), ["c"]);
    assert_eq!(table.undecided(), 1);
    table.apply_changes(3, changes(vec![], &["d"]));
    assert_eq!(table.undecided(), 0);
}

#[test]
fn a_snapshot_is_shown_as_far_as_the_query_wants_it() {
    let mut table = three();
    ask(&mut table, &urgent());
    let rows = vec![
        due_row("x", Some(Priority::Routine), "", Cell::Empty),
        due_row("y", Some(Priority::Stat), "", Cell::Empty),
    ];
    table.apply_snapshot(9, 0, false, false, rows);
    assert_eq!(order(&table), ["y"]);
    assert_eq!(table.bands().unwrap().of(Band::Undated), 1);
}

fn any_query() -> impl Strategy<Value = Query> {
    let priorities = proptest::collection::btree_set(
        prop_oneof![
            Just("stat".to_owned()),
            Just("asap".to_owned()),
            Just("urgent".to_owned())
        ],
        0..3,
    );
    let band = proptest::option::of(proptest::sample::select(Band::ALL.to_vec()));
    let period = proptest::option::of(prop_oneof![
        Just(Period::Past),
        Just(Period::Today),
        Just(Period::Absent)
    ]);
    let descending = proptest::option::of(any::<bool>());
    (priorities, band, period, "[ab]{0,1}", descending).prop_map(
        |(codes, band, period, search, descending)| {
            Query {
                search: Search::new(&search),
                band,
                sort: descending
                    .map(|descending| SortKey {
                        column: "title".to_owned(),
                        descending,
                    })
                    .into_iter()
                    .collect(),
                ..Query::default()
            }
            .with_filter("priority", Some(Test::OneOf(codes)))
            .with_filter("due", period.map(Test::Within))
        },
    )
}

fn any_due() -> impl Strategy<Value = Cell> {
    prop_oneof![
        Just(Cell::Empty),
        Just(Cell::Hidden(Hiding::Sometimes)),
        (-30_i64..200).prop_map(at),
        (20_u8..30).prop_map(|day| Cell::Date(FhirDate::Day(2026, 11, day))),
    ]
}

/// A row comes or changes, one leaves, the user asks for something else, or hours go by.
#[derive(Clone, Debug)]
enum Step {
    Batch(Vec<(u8, u8, String, Cell)>, Vec<u8>),
    Ask(Query),
    Wait(i64),
    /// Rows are held from now on, others are on the screen.
    Hold(Vec<u8>, Vec<u8>),
    Apply,
}

fn any_step() -> impl Strategy<Value = Step> {
    let rows = proptest::collection::vec((0_u8..12, 0_u8..5, "[a-c]{0,3}", any_due()), 0..6);
    let gone = proptest::collection::vec(0_u8..12, 0..3);
    prop_oneof![
        3 => (rows, gone).prop_map(|(rows, gone)| Step::Batch(rows, gone)),
        1 => any_query().prop_map(Step::Ask),
        1 => (1_i64..30).prop_map(Step::Wait),
        2 => (proptest::collection::vec(0_u8..12, 0..5), proptest::collection::vec(0_u8..12, 0..3))
            .prop_map(|(rows, seen)| Step::Hold(rows, seen)),
        1 => Just(Step::Apply),
    ]
}

fn ids(numbers: &[u8]) -> Vec<ResourceId> {
    let ids = numbers.iter().map(|id| ResourceId::new(id.to_string()));
    ids.collect()
}

/// The rows that a query shows, in a table that is built anew from those that are in the panel.
fn built_anew(table: &LiveTable, query: &Query, today: Today) -> LiveTable {
    let view = PanelView {
        sort: table.sort.clone(),
        ..due_view()
    };
    let matcher = Matcher::new(query, &table.columns);
    let shown = table
        .rows()
        .filter(|row| matcher.judge(&row.cells, today) == Verdict::In);
    let mut expected = LiveTable::new(&view);
    expected.apply_snapshot(1, 0, false, false, shown.cloned().collect());
    expected
}

fn assert_counts(table: &LiveTable, query: &Query, today: Today) {
    let matcher = Matcher::new(query, &table.columns);
    let judge = |row: &&Row| matcher.judge(&row.cells, today);
    let counted = |row: &&Row| matches!(judge(row), Verdict::In | Verdict::OtherBand);
    let mut bands = BandCounts::default();
    for row in table.rows().filter(counted) {
        let band = matcher.band_of(&row.cells, today);
        band.into_iter().for_each(|band| bands.add(band));
    }
    let undecided = table
        .rows()
        .filter(|row| judge(row) == Verdict::Undecided)
        .count();
    assert_eq!(table.bands(), Some(bands));
    assert_eq!(table.undecided(), undecided);
    assert_eq!(table.len(), table.rows().count());
}

fn assert_shows(table: &LiveTable, expected: &LiveTable) {
    let without_waiting = |of: &LiveTable| {
        let rows = of.order().iter().filter(|id| table.held_back(id).is_none());
        rows.cloned().collect::<Vec<_>>()
    };
    assert_eq!(without_waiting(table), without_waiting(expected));
    for (index, id) in table.order().range(0..usize::MAX) {
        assert_eq!(table.position(id), Some(index));
    }
    let waiting = table
        .order()
        .iter()
        .filter(|id| table.held_back(id).is_some());
    assert_eq!(table.waiting(), waiting.count());
}

proptest! {
    #[test]
    fn whatever_happens_a_query_shows_and_counts_exactly_what_belongs_to_it_but_for_what_is_held(
        steps in proptest::collection::vec(any_step(), 0..20),
    ) {
        let known = [Priority::Stat, Priority::Asap, Priority::Urgent, Priority::Routine];
        let (mut table, mut query, mut hours, mut sequence) = (three(), Query::default(), 0, 1);
        let mut held = Vec::new();
        for step in steps {
            let before: Vec<_> = table.order().iter().filter(|id| held.contains(*id)).cloned().collect();
            match step {
                Step::Batch(rows, gone) => {
                    sequence += 1;
                    let rows = rows.into_iter().map(|(id, priority, title, due)| {
                        due_row(&id.to_string(), known.get(usize::from(priority)).copied(), &title, due)
                    });
                    let gone: Vec<String> = gone.iter().map(ToString::to_string).collect();
                    let gone: Vec<&str> = gone.iter().map(String::as_str).collect();
                    table.apply_changes(sequence, changes(rows.collect(), &gone));
                    let after: Vec<_> = table.order().iter().filter(|id| before.contains(id)).cloned().collect();
                    prop_assert_eq!(before, after, "what is held neither moves nor leaves");
                }
                Step::Ask(next) => {
                    query = next;
                    table.set_query(&query, &due_view().sort, after(hours));
                    prop_assert_eq!(table.waiting(), 0);
                }
                Step::Wait(more) => {
                    hours += more;
                    table.tick(after(hours));
                    let after: Vec<_> = table.order().iter().filter(|id| before.contains(id)).cloned().collect();
                    prop_assert_eq!(before, after);
                }
                Step::Hold(rows, seen) => {
                    held = ids(&rows);
                    table.hold(held.clone(), ids(&seen));
                }
                Step::Apply => {
                    let waited = table.waiting() > 0;
                    prop_assert_eq!(table.apply_waiting().reordered, waited);
                    prop_assert_eq!(table.waiting(), 0);
                }
            }
            assert_counts(&table, &query, after(hours));
            assert_shows(&table, &built_anew(&table, &query, after(hours)));
            let mut free = table.clone();
            free.hold([], []);
            assert_counts(&free, &query, after(hours));
            assert_shows(&free, &built_anew(&free, &query, after(hours)));
            prop_assert_eq!(free.waiting(), 0);
        }
    }
}
