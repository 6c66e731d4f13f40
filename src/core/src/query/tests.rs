mod paths;

use proptest::prelude::*;

use super::*;
use crate::{
    identity::{PanelId, ResourceType},
    panel::built_in,
    protocol::{Cell, FhirDate, Hiding, PanelView, Priority},
    time::{CivilDay, Timestamp},
};

/// A Friday, 14:30 in UTC.
const NOW: &str = "2026-11-27T14:30:00Z";

fn today() -> Today {
    Today {
        now: Timestamp::parse(NOW).unwrap(),
        zone_offset_minutes: 0,
    }
}

fn day(year: i32, month: u8, day: u8) -> Option<FhirDate> {
    Some(FhirDate::Day(year, month, day))
}

fn instant(text: &str) -> Option<FhirDate> {
    Some(FhirDate::Instant(Timestamp::parse(text).unwrap()))
}

fn tasks() -> PanelView {
    let panels = built_in().into_iter();
    let mut views = panels.map(|panel| panel.view);
    views
        .find(|view| view.id == PanelId::new("open-tasks") && view.row_type == ResourceType::Task)
        .unwrap()
}

/// Cells of a task: priority, due, title, patient, status, assignee, age, last change.
fn cells() -> Vec<Cell> {
    vec![
        Cell::Priority(Priority::Urgent),
        Cell::Date(FhirDate::Day(2026, 11, 27)),
        Cell::Text("Call about INR".into()),
        Cell::Patient {
            id: None,
            name: "ÅSTRÖM, Eva".into(),
            birth_date: day(1958, 3, 12),
        },
        Cell::Status {
            code: "requested".into(),
            label: "Requested".into(),
            business: Some("Waiting for lab".into()),
        },
        Cell::Person {
            reference: Some("Practitioner/1".into()),
            name: "Ada Lee".into(),
            me: true,
        },
        Cell::Moment(today().now),
        Cell::Moment(today().now),
    ]
}

fn verdict(query: &Query, cells: &[Cell]) -> Verdict {
    Matcher::new(query, &tasks().columns).judge(cells, today())
}

fn finds(typed: &str) -> bool {
    let query = Query {
        search: Search::new(typed),
        ..Query::default()
    };
    verdict(&query, &cells()) == Verdict::In
}

#[test]
fn words_are_found_in_any_text_in_any_order_and_case() {
    for typed in [
        "",
        "  ",
        "inr",
        "INR call",
        "åström",
        "eva call",
        "waiting",
        "urgent",
        "lee",
        "1958-03-12",
        "1958-03",
    ] {
        assert!(finds(typed), "{typed}");
    }
    for typed in ["inr bob", "1958-04", "27", "2026-11-2x"] {
        assert!(!finds(typed), "{typed}");
    }
}

#[test]
fn a_date_is_in_the_band_of_the_last_moment_that_it_names() {
    let bands = [
        (day(2026, 11, 26), Band::Overdue),
        (instant("2026-11-27T14:29:00Z"), Band::Overdue),
        (instant("2026-11-27T14:31:00Z"), Band::Today),
        (day(2026, 11, 27), Band::Today),
        (day(2026, 11, 28), Band::ThisWeek),
        (instant("2026-11-29T23:59:00Z"), Band::ThisWeek),
        (day(2026, 11, 30), Band::Later),
        (Some(FhirDate::Month(2026, 11)), Band::Later),
        (Some(FhirDate::Year(2025)), Band::Overdue),
        (None, Band::Undated),
    ];
    for (due, band) in bands {
        assert_eq!(Band::of(due, today()), band, "{due:?}");
    }
}

#[test]
fn the_day_is_that_of_the_user_and_a_date_without_time_is_never_shifted() {
    // 14:30 in London is 04:30 of the next day in Kiritimati.
    let kiritimati = Today {
        zone_offset_minutes: 14 * 60,
        ..today()
    };
    assert_eq!(Band::of(day(2026, 11, 27), kiritimati), Band::Overdue);
    assert_eq!(Band::of(day(2026, 11, 28), kiritimati), Band::Today);
    assert!(Period::Today.contains(instant("2026-11-27T20:00:00Z"), kiritimati));
    assert!(!Period::Today.contains(instant("2026-11-27T09:59:00Z"), kiritimati));
}

#[test]
fn a_period_contains_what_any_part_of_lies_in_it() {
    let between = |first, last| {
        Period::Between(
            CivilDay::parse(first).map(Day),
            CivilDay::parse(last).map(Day),
        )
    };
    let november = Some(FhirDate::Month(2026, 11));
    assert!(between("2026-11-30", "").contains(november, today()));
    assert!(!between("2026-12-01", "").contains(november, today()));
    assert!(between("", "2026-11-27").contains(instant("2026-11-27T23:59:59Z"), today()));
    assert!(!between("", "2026-11-27").contains(instant("2026-11-28T00:00:00Z"), today()));
    assert!(Period::ThisWeek.contains(day(2026, 11, 23), today()));
    assert!(!Period::ThisWeek.contains(day(2026, 11, 22), today()));
    assert!(Period::LastSevenDays.contains(day(2026, 11, 21), today()));
    assert!(!Period::LastSevenDays.contains(day(2026, 11, 20), today()));
    assert!(!Period::Past.contains(None, today()));
    assert!(Period::Absent.contains(None, today()));
}

#[test]
fn filters_of_several_columns_must_all_hold() {
    let query = Query::default()
        .with_filter(
            "priority",
            Some(Test::OneOf(["urgent".to_owned(), "stat".to_owned()].into())),
        )
        .with_filter("assignee", Some(Test::Owner([Assignee::Me].into())));
    assert_eq!(verdict(&query, &cells()), Verdict::In);
    let nobody = query.with_filter("assignee", Some(Test::Owner([Assignee::Nobody].into())));
    assert_eq!(verdict(&nobody, &cells()), Verdict::Out);
    let mut unassigned = cells();
    unassigned[5] = Cell::Empty;
    assert_eq!(verdict(&nobody, &unassigned), Verdict::In);
    assert_eq!(query.with_filter("assignee", None).filters.len(), 1);
}

#[test]
fn mine_is_told_by_reference_and_not_by_name() {
    let mut namesake = cells();
    namesake[5] = Cell::Person {
        reference: Some("Practitioner/2".into()),
        name: "Ada Lee".into(),
        me: false,
    };
    let mine = Query::default().with_filter("assignee", Some(Test::Owner([Assignee::Me].into())));
    assert_eq!(verdict(&mine, &namesake), Verdict::Out);
    let theirs = Assignee::Reference("Practitioner/2".into());
    let theirs = Query::default().with_filter("assignee", Some(Test::Owner([theirs].into())));
    assert_eq!(verdict(&theirs, &namesake), Verdict::In);
}

#[test]
fn what_is_hidden_is_neither_in_nor_out() {
    let mut hidden = cells();
    hidden[5] = Cell::Hidden(Hiding::Always);
    let unassigned =
        Query::default().with_filter("assignee", Some(Test::Owner([Assignee::Nobody].into())));
    assert_eq!(verdict(&unassigned, &hidden), Verdict::Undecided);
    let other = unassigned.with_filter("priority", Some(Test::OneOf(["stat".to_owned()].into())));
    assert_eq!(
        verdict(&other, &hidden),
        Verdict::Out,
        "the other filter settles it"
    );
    hidden[1] = Cell::Hidden(Hiding::Sometimes);
    let band = Query {
        band: Some(Band::Undated),
        ..Query::default()
    };
    assert_eq!(verdict(&band, &hidden), Verdict::Undecided);
}

#[test]
fn an_address_holds_codes_ids_and_days_and_never_a_text() {
    let query = Query {
        search: Search::new("åström"),
        band: Some(Band::ThisWeek),
        sort: vec![
            SortKey {
                column: "due".into(),
                descending: true,
            },
            SortKey {
                column: "patient".into(),
                descending: false,
            },
        ],
        ..Query::default()
    }
    .with_filter("patient", Some(Test::Contains("Eva".into())))
    .with_filter(
        "status",
        Some(Test::OneOf(
            ["in-progress".to_owned(), "accepted".to_owned()].into(),
        )),
    )
    .with_filter(
        "assignee",
        Some(Test::Owner(
            [
                Assignee::Me,
                Assignee::Nobody,
                Assignee::Reference("Practitioner/1".into()),
            ]
            .into(),
        )),
    )
    .with_filter(
        "due",
        Some(Test::Within(Period::Between(
            CivilDay::parse("2026-11-01").map(Day),
            None,
        ))),
    );
    let address = to_address(&query);
    assert_eq!(
        address,
        "f.status=accepted,in-progress&f.assignee=me,none,Practitioner/1&f.due=2026-11-01..&band=week&sort=-due,patient"
    );
    let again = from_address(&address, &tasks(), &Query::default());
    assert!(again.search.is_empty() && again.filters.len() == 3);
    let there = from_address(
        &format!("?{}", address.replace('/', "%2F").replace(',', "%2C")),
        &tasks(),
        &query,
    );
    assert_eq!(to_address(&there), address);
    assert_eq!(
        there.search, query.search,
        "what the tab knows beyond the address stays"
    );
    assert_eq!(there.filter("patient"), query.filter("patient"));
}

#[test]
fn an_address_that_makes_no_sense_shows_the_panel_as_it_is() {
    for address in [
        "",
        "?",
        "&&&=",
        "f.=x",
        "f.nothing=stat",
        "f.due=yesterday",
        "f.due=..",
        "f.due=2026-02-30..",
        "f.priority=",
        "f.patient=Eva",
        "f.title=Eva",
        "band=none",
        "sort=",
        "sort=nothing",
        "sort=priority,due,age",
        "f.assignee=<script>",
        "f.status=%00",
    ] {
        assert_eq!(
            from_address(address, &tasks(), &Query::default()),
            Query::default(),
            "{address}"
        );
    }
}

#[test]
fn a_heading_orders_up_then_down_then_as_the_panel_does() {
    let default = tasks().sort;
    let up = next_sort(&[], &default, "title", false);
    assert_eq!(
        up,
        [SortKey {
            column: "title".into(),
            descending: false
        }]
    );
    let down = next_sort(&up, &default, "title", false);
    assert!(down[0].descending);
    assert_eq!(next_sort(&down, &default, "title", false), []);
    let both = next_sort(&up, &default, "due", true);
    assert_eq!(both.len(), 2);
    assert!(next_sort(&both, &default, "due", true)[1].descending);
    assert_eq!(
        next_sort(
            &next_sort(&both, &default, "due", true),
            &default,
            "due",
            true
        ),
        up
    );
}

proptest! {
    #[test]
    fn texts_are_found_as_by_a_plain_search_in_lower_case(text in "[a-cA-CåÅßİ ]{0,12}", part in "[a-cA-CåÅßİ]{0,4}") {
        let lower = part.to_lowercase();
        prop_assert_eq!(search::contains_folded(&text, &lower), text.to_lowercase().contains(&lower));
    }

    #[test]
    fn no_text_of_an_address_stops_the_tab(address in ".{0,80}") {
        let query = from_address(&address, &tasks(), &Query::default());
        let again = from_address(&to_address(&query), &tasks(), &Query::default());
        prop_assert_eq!(to_address(&again), to_address(&query));
    }
}
