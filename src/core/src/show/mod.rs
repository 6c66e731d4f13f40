//! How dates, moments and ages look to somebody: their zone, and the form that they have chosen. Date-only values are never
//! shifted by a zone.
//!
//! It knows no zone by itself: the offset at a moment is told by whoever asks.

#[cfg(test)]
mod tests;

use crate::{
    protocol::FhirDate,
    settings::{ClockFormat, DateFormat},
    time::{CivilDay, DAY_MS, HOUR_MS, MINUTE_MS, Timestamp},
};

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// See the module.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// How days are written.
    pub dates: DateFormat,
    /// How times of day are written.
    pub clock: ClockFormat,
    /// Offset of the zone from UTC in minutes, positive east, at a moment.
    pub offset_minutes: fn(Timestamp) -> i32,
}

/// A due date relative to now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// `today`, `in 3 d`, `2 d late`.
    pub relative: String,
    /// `14 Nov`, `14:30` for today.
    pub absolute: String,
    /// Whether it has passed.
    pub overdue: bool,
}

impl Format {
    /// `14:32:05`.
    pub fn clock(&self, time: Timestamp) -> String {
        let seconds = time.0.div_euclid(1_000).rem_euclid(60);
        self.clock_with(time, &format!(":{seconds:02}"))
    }

    /// `14:32`.
    pub fn clock_short(&self, time: Timestamp) -> String {
        self.clock_with(time, "")
    }

    fn clock_with(&self, time: Timestamp, seconds: &str) -> String {
        let (hour, minute) = time.local_clock(self.offset(time));
        match self.clock {
            ClockFormat::Hours24 => format!("{hour:02}:{minute:02}{seconds}"),
            ClockFormat::Hours12 => {
                let half = if hour < 12 { "AM" } else { "PM" };
                let hour = (hour + 11) % 12 + 1;
                format!("{hour}:{minute:02}{seconds} {half}")
            }
        }
    }

    /// `12 Mar 1958`, `Mar 1958`, `1958`, `12 Mar 1958 14:32`.
    pub fn date(&self, date: FhirDate) -> String {
        match date {
            FhirDate::Year(year) => year.to_string(),
            FhirDate::Month(year, month) => self.month(year, month),
            FhirDate::Day(year, month, day) => self.whole_day(year, month, day),
            FhirDate::Instant(time) => self.moment(time),
        }
    }

    /// The same without a time of day.
    pub fn date_only(&self, date: FhirDate) -> String {
        match date {
            FhirDate::Instant(time) => self.day(time),
            date => self.date(date),
        }
    }

    /// `2026-03-12`, as a date field holds it, whatever was chosen.
    pub fn iso_day(&self, time: Timestamp) -> String {
        self.day_of(time).to_string()
    }

    /// `12 Mar 2026`.
    pub fn day(&self, time: Timestamp) -> String {
        let day = self.day_of(time);
        self.whole_day(day.year(), day.month(), day.day())
    }

    /// `12 Mar 2026 14:32`.
    pub fn moment(&self, time: Timestamp) -> String {
        format!("{} {}", self.day(time), self.clock_short(time))
    }

    /// How a due date looks.
    pub fn due(&self, due: FhirDate, now: Timestamp) -> Due {
        let today = self.day_of(now);
        let (day, end) = match due {
            FhirDate::Instant(time) => (Some(self.day_of(time)), Some(time)),
            FhirDate::Day(year, month, day) => (CivilDay::new(year, month, day), None),
            FhirDate::Year(_) | FhirDate::Month(..) => (None, None),
        };
        let Some(day) = day else {
            return Due {
                relative: self.date(due),
                absolute: String::new(),
                overdue: false,
            };
        };
        let days = day.days() - today.days();
        let overdue = end.map_or(days < 0, |end| end < now);
        let relative = match (end, days) {
            (Some(end), 0) if overdue => {
                format!("{} late", ago(end, now).replace("just now", "0 min"))
            }
            (Some(end), 0) => format!("in {}", span(end.since_ms(now))),
            (_, 0) => "today".to_owned(),
            (_, 1) => "tomorrow".to_owned(),
            (_, days) if days < 0 => format!("{} late", span(-days * DAY_MS)),
            (_, days) => format!("in {}", span(days * DAY_MS)),
        };
        let absolute = match end {
            Some(end) if days == 0 => self.clock_short(end),
            _ if day.year() == today.year() => self.day_of_this_year(day),
            _ => self.whole_day(day.year(), day.month(), day.day()),
        };
        Due {
            relative,
            absolute,
            overdue,
        }
    }

    /// `64 y`, `5 mo`, `12 d`: age at `now`; `None` where the date does not tell.
    pub fn age(&self, birth: FhirDate, now: Timestamp) -> Option<String> {
        let today = self.day_of(now);
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

    fn offset(&self, time: Timestamp) -> i32 {
        (self.offset_minutes)(time)
    }

    fn day_of(&self, time: Timestamp) -> CivilDay {
        time.local_day(self.offset(time))
    }

    fn month(&self, year: i32, month: u8) -> String {
        match self.dates {
            DateFormat::Words => format!("{} {year}", month_name(month)),
            DateFormat::Iso => format!("{year:04}-{month:02}"),
            DateFormat::DayFirst | DateFormat::MonthFirst => format!("{month:02}/{year}"),
        }
    }

    fn whole_day(&self, year: i32, month: u8, day: u8) -> String {
        match self.dates {
            DateFormat::Words => format!("{day} {} {year}", month_name(month)),
            DateFormat::Iso => format!("{year:04}-{month:02}-{day:02}"),
            DateFormat::DayFirst => format!("{day:02}/{month:02}/{year}"),
            DateFormat::MonthFirst => format!("{month:02}/{day:02}/{year}"),
        }
    }

    /// Without the year: there is little room.
    fn day_of_this_year(&self, date: CivilDay) -> String {
        let (month, day) = (date.month(), date.day());
        match self.dates {
            DateFormat::Words => format!("{day} {}", month_name(month)),
            DateFormat::Iso => format!("{month:02}-{day:02}"),
            DateFormat::DayFirst => format!("{day:02}/{month:02}"),
            DateFormat::MonthFirst => format!("{month:02}/{day:02}"),
        }
    }
}

/// `just now`, `5 min`, `3 h`, `2 d`: how long ago.
pub fn ago(time: Timestamp, now: Timestamp) -> String {
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

fn month_name(month: u8) -> &'static str {
    MONTHS
        .get(usize::from(month).wrapping_sub(1))
        .copied()
        .unwrap_or("?")
}

/// The offset in a text that a browser writes for a zone, in minutes, positive east: `11/27/2026, GMT+05:30`, `GMT` for none.
pub fn written_offset(text: &str) -> Option<i32> {
    let (_, offset) = text.rsplit_once("GMT")?;
    if offset.is_empty() {
        return Some(0);
    }
    // Browsers do not agree about which sign is a minus.
    let (is_west, clock) = match offset.strip_prefix('+') {
        Some(clock) => (false, clock),
        None => (true, offset.strip_prefix(['-', '\u{2212}'])?),
    };
    let mut parts = clock.split(':').map(str::parse::<u8>);
    let hours = i32::from(parts.next()?.ok()?);
    let minutes = parts.next().transpose().ok()?.map_or(0, i32::from);
    let offset = hours * 60 + minutes;
    Some(if is_west { -offset } else { offset })
}
