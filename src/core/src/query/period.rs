//! Periods of time, most of them relative to the day of the user.

use serde::{Deserialize, Serialize};

use crate::{
    protocol::FhirDate,
    time::{CivilDay, DAY_MS, Timestamp},
};

/// Now, on the wall of the user.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Today {
    /// The time.
    pub now: Timestamp,
    /// Offset of the user's zone from UTC in minutes, positive east.
    pub zone_offset_minutes: i32,
}

impl Today {
    /// The day.
    pub fn day(self) -> CivilDay {
        self.now.local_day(self.zone_offset_minutes)
    }

    /// When the next day begins.
    pub(crate) fn next_midnight(self) -> Timestamp {
        self.end_of(self.day())
    }

    /// The last day of the week that this day is in. Weeks begin on Monday (ISO 8601).
    pub(super) fn week_end(self) -> CivilDay {
        let days = self.day().days();
        CivilDay::from_days(days + 6 - weekday(days))
    }

    /// The first moment after a day.
    pub(super) fn end_of(self, day: CivilDay) -> Timestamp {
        day.start_local(self.zone_offset_minutes) + DAY_MS
    }
}

/// Monday is 0. The first day that is counted, 1970-01-01, was a Thursday.
fn weekday(days: i64) -> i64 {
    (days + 3).rem_euclid(7)
}

/// A period that a date may lie in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Period {
    /// Over: an instant by now, a date by the day of the user.
    Past,
    /// The day of the user.
    Today,
    /// The week of that day, from Monday to Sunday.
    ThisWeek,
    /// That day and the six before it.
    LastSevenDays,
    /// No date at all.
    Absent,
    /// From one day to another, both included; open where there is none.
    Between(Option<Day>, Option<Day>),
}

/// A day of the calendar as it is stored: `2026-11-27`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day(pub CivilDay);

impl Day {
    /// A day, if the calendar has it.
    pub fn new(year: i32, month: u8, day: u8) -> Option<Self> {
        CivilDay::new(year, month, day).map(Self)
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.0.to_string()
    }
}

impl TryFrom<String> for Day {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        CivilDay::parse(&text).map(Self).ok_or("not a day")
    }
}

impl Period {
    /// Whether a date lies in it. One that names a month or a year lies in it if any part of it does.
    pub fn contains(self, date: Option<FhirDate>, today: Today) -> bool {
        let Some(date) = date else {
            return self == Self::Absent;
        };
        let zone = today.zone_offset_minutes;
        let (first, last) = match self {
            Self::Absent => return false,
            Self::Past => return date.is_past(today.now, zone),
            Self::Today => (Some(today.day()), Some(today.day())),
            Self::ThisWeek => {
                let last = today.week_end();
                (Some(CivilDay::from_days(last.days() - 6)), Some(last))
            }
            Self::LastSevenDays => {
                let last = today.day();
                (Some(CivilDay::from_days(last.days() - 6)), Some(last))
            }
            Self::Between(first, last) => (first.map(|day| day.0), last.map(|day| day.0)),
        };
        first.is_none_or(|first| date.end(zone) >= first.start_local(zone))
            && last.is_none_or(|last| date.start(zone) < today.end_of(last))
    }
}
