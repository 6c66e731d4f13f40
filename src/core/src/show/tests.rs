//! What people read, in each form that they can choose.

use super::*;
use crate::settings::{ClockFormat, DateFormat};

/// Paris, as far as these tests go: one hour east of UTC, two in the summer of 2026.
fn paris(at: Timestamp) -> i32 {
    let [spring, autumn] = ["2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z"].map(at_time);
    if (spring..autumn).contains(&at) {
        120
    } else {
        60
    }
}

fn at_time(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn in_paris(dates: DateFormat) -> Format {
    Format {
        dates,
        clock: ClockFormat::Hours24,
        offset_minutes: paris,
    }
}

const DAY: FhirDate = FhirDate::Day(2026, 3, 5);

#[test]
fn each_form_writes_days_months_and_years_of_its_own() {
    let written = DateFormat::ALL.iter().map(|dates| {
        let format = in_paris(*dates);
        let dates = [DAY, FhirDate::Month(2026, 3), FhirDate::Year(2026)];
        dates.map(|date| format.date(date))
    });
    let written: Vec<_> = written.collect();
    assert_eq!(
        written,
        [
            ["5 Mar 2026", "Mar 2026", "2026"],
            ["2026-03-05", "2026-03", "2026"],
            ["05/03/2026", "03/2026", "2026"],
            ["03/05/2026", "03/2026", "2026"],
        ]
    );
}

#[test]
fn a_moment_is_that_of_the_zone_and_a_date_is_not_moved_by_it() {
    let format = in_paris(DateFormat::Words);
    let late = at_time("2026-03-04T23:30:00Z");
    assert_eq!(format.moment(late), "5 Mar 2026 00:30");
    assert_eq!(format.iso_day(late), "2026-03-05");
    let west = Format {
        offset_minutes: |_| -720,
        ..format
    };
    assert_eq!(west.moment(late), "4 Mar 2026 11:30");
    assert_eq!(west.date(DAY), "5 Mar 2026");
}

#[test]
fn the_offset_is_that_of_the_moment_and_not_that_of_now() {
    let format = in_paris(DateFormat::Iso);
    let [before, after] = ["2026-03-29T00:59:00Z", "2026-03-29T01:00:00Z"].map(at_time);
    assert_eq!(format.moment(before), "2026-03-29 01:59");
    assert_eq!(format.moment(after), "2026-03-29 03:00");
}

#[test]
fn noon_and_midnight_have_names_of_their_own_on_a_clock_of_twelve_hours() {
    let format = Format {
        clock: ClockFormat::Hours12,
        offset_minutes: |_| 0,
        ..in_paris(DateFormat::Words)
    };
    let shown = ["00:05", "11:59", "12:00", "13:30"].map(|clock| {
        let time = at_time(&format!("2026-03-05T{clock}:07Z"));
        (format.clock_short(time), format.clock(time))
    });
    let expected = [
        ("12:05 AM", "12:05:07 AM"),
        ("11:59 AM", "11:59:07 AM"),
        ("12:00 PM", "12:00:07 PM"),
        ("1:30 PM", "1:30:07 PM"),
    ];
    assert_eq!(
        shown,
        expected.map(|(short, long)| (short.to_owned(), long.to_owned()))
    );
}

#[test]
fn what_is_due_says_when_in_the_chosen_form() {
    let now = at_time("2026-03-05T12:00:00Z");
    let due = |dates, due| {
        let Due {
            relative,
            absolute,
            overdue,
        } = in_paris(dates).due(due, now);
        (relative, absolute, overdue)
    };
    let in_days = FhirDate::Day(2026, 3, 9);
    let words = [
        (DateFormat::Words, "9 Mar"),
        (DateFormat::Iso, "03-09"),
        (DateFormat::DayFirst, "09/03"),
        (DateFormat::MonthFirst, "03/09"),
    ];
    for (dates, absolute) in words {
        let expected = ("in 4 d".to_owned(), absolute.to_owned(), false);
        assert_eq!(due(dates, in_days), expected);
    }
    let last_year = FhirDate::Day(2025, 12, 31);
    let expected = ("64 d late".to_owned(), "31/12/2025".to_owned(), true);
    assert_eq!(
        due(DateFormat::DayFirst, last_year).1,
        expected.1,
        "with the year"
    );
    let soon = FhirDate::Instant(at_time("2026-03-05T13:30:00Z"));
    let expected = ("in 1 h".to_owned(), "14:30".to_owned(), false);
    assert_eq!(due(DateFormat::Iso, soon), expected);
}

#[test]
fn what_is_due_today_depends_on_where_today_is() {
    let now = at_time("2026-03-05T23:30:00Z");
    let today = FhirDate::Day(2026, 3, 5);
    let east = in_paris(DateFormat::Words).due(today, now);
    assert_eq!((&*east.relative, east.overdue), ("1 d late", true));
    let utc = Format {
        offset_minutes: |_| 0,
        ..in_paris(DateFormat::Words)
    };
    let here = utc.due(today, now);
    assert_eq!((&*here.relative, here.overdue), ("today", false));
}

#[test]
fn an_age_is_told_as_exactly_as_the_date_is_known() {
    let format = in_paris(DateFormat::Iso);
    let now = at_time("2026-03-05T12:00:00Z");
    let age = |birth| format.age(birth, now);
    assert_eq!(age(FhirDate::Day(1962, 3, 6)).as_deref(), Some("63 y"));
    assert_eq!(age(FhirDate::Day(1962, 3, 5)).as_deref(), Some("64 y"));
    assert_eq!(age(FhirDate::Day(2025, 10, 5)).as_deref(), Some("5 mo"));
    assert_eq!(age(FhirDate::Day(2026, 2, 21)).as_deref(), Some("12 d"));
    assert_eq!(age(FhirDate::Year(1962)).as_deref(), Some("about 64 y"));
    assert_eq!(age(FhirDate::Day(2027, 1, 1)), None);
}

#[test]
fn how_long_ago_is_told_in_the_largest_unit() {
    let now = at_time("2026-03-05T12:00:00Z");
    let told = [20_000, 5 * MINUTE_MS, 3 * HOUR_MS, 2 * DAY_MS].map(|ms| ago(now - ms, now));
    assert_eq!(told, ["just now", "5 min", "3 h", "2 d"]);
}

#[test]
fn an_offset_is_read_as_browsers_write_it() {
    for (text, offset) in [
        ("11/27/2026, GMT", Some(0)),
        ("11/27/2026, GMT+01:00", Some(60)),
        ("11/27/2026, GMT+05:45", Some(345)),
        ("11/27/2026, GMT-03:30", Some(-210)),
        ("11/27/2026, GMT\u{2212}03:30", Some(-210)),
        ("1/1/1900, GMT+00:09:21", Some(9)),
        ("11/27/2026, GMT+2", Some(120)),
        ("11/27/2026, CET", None),
        ("GMT+x", None),
        ("", None),
    ] {
        assert_eq!(written_offset(text), offset, "{text}");
    }
}
