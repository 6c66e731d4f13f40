//! How values look: dates, moments and ages in the user's zone. Date-only values are never shifted by a zone.

use panels_core::{
    protocol::FhirDate,
    time::{CivilDay, DAY_MS, HOUR_MS, MINUTE_MS, Timestamp},
};

use crate::state::zone_offset_minutes;

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// `14:32:05`.
pub(crate) fn clock(time: Timestamp) -> String {
    let seconds = time.0.div_euclid(1_000).rem_euclid(60);
    format!("{}:{seconds:02}", clock_short(time))
}

/// `14:32`.
pub(crate) fn clock_short(time: Timestamp) -> String {
    let (hour, minute) = time.local_clock(zone_offset_minutes(time));
    format!("{hour:02}:{minute:02}")
}

/// `12 Mar 1958`, `Mar 1958`, `1958`, `12 Mar 1958 14:32`.
pub(crate) fn date(date: FhirDate) -> String {
    match date {
        FhirDate::Year(year) => year.to_string(),
        FhirDate::Month(year, month) => format!("{} {year}", month_name(month)),
        FhirDate::Day(year, month, day) => format!("{day} {} {year}", month_name(month)),
        FhirDate::Instant(time) => moment(time),
    }
}

/// `2026-03-12`, as a date field holds it.
pub(crate) fn iso_day(time: Timestamp) -> String {
    let day = time.local_day(zone_offset_minutes(time));
    format!("{:04}-{:02}-{:02}", day.year(), day.month(), day.day())
}

/// `12 Mar 2026 14:32`.
pub(crate) fn moment(time: Timestamp) -> String {
    let day = time.local_day(zone_offset_minutes(time));
    format!(
        "{} {} {} {}",
        day.day(),
        month_name(day.month()),
        day.year(),
        clock_short(time)
    )
}

/// `just now`, `5 min`, `3 h`, `2 d`: how long ago.
pub(crate) fn ago(time: Timestamp, now: Timestamp) -> String {
    match now.since_ms(time) {
        ms if ms < MINUTE_MS => "just now".to_owned(),
        ms => span(ms),
    }
}

fn span(ms: i64) -> String {
    match ms {
        ms if ms < HOUR_MS => format!("{} min", ms / MINUTE_MS),
        ms if ms < DAY_MS => format!("{} h", ms / HOUR_MS),
        ms if ms < 60 * DAY_MS => format!("{} d", ms / DAY_MS),
        ms if ms < 730 * DAY_MS => format!("{} mo", ms / (30 * DAY_MS)),
        ms => format!("{} y", ms / (365 * DAY_MS)),
    }
}

/// A due date relative to now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Due {
    /// `today`, `in 3 d`, `2 d late`.
    pub relative: String,
    /// `14 Nov`, `14:30` for today.
    pub absolute: String,
    /// Whether it has passed.
    pub overdue: bool,
}

/// How a due date looks.
pub(crate) fn due(due: FhirDate, now: Timestamp) -> Due {
    let zone = zone_offset_minutes(now);
    let today = now.local_day(zone);
    let (day, end) = match due {
        FhirDate::Instant(time) => (Some(time.local_day(zone_offset_minutes(time))), Some(time)),
        FhirDate::Day(year, month, day) => (CivilDay::new(year, month, day), None),
        FhirDate::Year(_) | FhirDate::Month(..) => (None, None),
    };
    let Some(day) = day else {
        return Due {
            relative: date(due),
            absolute: String::new(),
            overdue: false,
        };
    };
    let days = day.days() - today.days();
    let overdue = end.map_or(days < 0, |end| end < now);
    let relative = match (end, days) {
        (Some(end), 0) if overdue => format!("{} late", ago(end, now).replace("just now", "0 min")),
        (Some(end), 0) => format!("in {}", span(end.since_ms(now))),
        (_, 0) => "today".to_owned(),
        (_, 1) => "tomorrow".to_owned(),
        (_, days) if days < 0 => format!("{} late", span(-days * DAY_MS)),
        (_, days) => format!("in {}", span(days * DAY_MS)),
    };
    let absolute = match end {
        Some(end) if days == 0 => clock_short(end),
        _ if day.year() == today.year() => format!("{} {}", day.day(), month_name(day.month())),
        _ => format!("{} {} {}", day.day(), month_name(day.month()), day.year()),
    };
    Due {
        relative,
        absolute,
        overdue,
    }
}

/// `64 y`, `5 mo`, `12 d`: age at `now`; `None` where the date does not tell.
pub(crate) fn age(birth: FhirDate, now: Timestamp) -> Option<String> {
    let today = now.local_day(zone_offset_minutes(now));
    let (year, month, day) = match birth {
        FhirDate::Day(year, month, day) => (year, month, day),
        FhirDate::Month(year, month) => (year, month, 1),
        FhirDate::Year(year) => return Some(format!("about {} y", today.year() - year)),
        FhirDate::Instant(_) => return None,
    };
    let before_birthday = (today.month(), today.day()) < (month, day);
    let years = today.year() - year - i32::from(before_birthday);
    if years >= 2 {
        return Some(format!("{years} y"));
    }
    let months = (today.year() - year) * 12 + i32::from(today.month())
        - i32::from(month)
        - i32::from(today.day() < day);
    match months {
        ..0 => None,
        0 => Some(format!(
            "{} d",
            today.days() - CivilDay::new(year, month, day)?.days()
        )),
        months => Some(format!("{months} mo")),
    }
}

fn month_name(month: u8) -> &'static str {
    MONTHS
        .get(usize::from(month).wrapping_sub(1))
        .copied()
        .unwrap_or("?")
}
