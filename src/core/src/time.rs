//! Time as a value. Nothing in this crate reads a clock: the time of every input is an argument.
//!
//! Civil dates use the proleptic Gregorian calendar, as FHIR and RFC 3339 do. No time zone database: a zone is an offset in
//! minutes, positive east, that the browser names.

use std::{
    fmt,
    ops::{Add, Sub},
};

use serde::{Deserialize, Serialize};

/// Milliseconds of one second.
pub const SECOND_MS: i64 = 1_000;
/// Milliseconds of one minute.
pub const MINUTE_MS: i64 = 60 * SECOND_MS;
/// Milliseconds of one hour.
pub const HOUR_MS: i64 = 60 * MINUTE_MS;
/// Milliseconds of one civil day in a fixed offset.
pub const DAY_MS: i64 = 24 * HOUR_MS;

/// A moment: milliseconds since 1970-01-01T00:00:00Z.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Milliseconds from `earlier` to `self`; negative when `earlier` is later.
    pub fn since_ms(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Parses a FHIR `instant` (RFC 3339, zone required): `2026-11-22T14:30:00.123Z`. Finer fractions are cut to
    /// milliseconds, a leap second counts as the next second. `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let (date, clock) = text.split_once('T')?;
        let day = CivilDay::parse(date)?;
        let (clock, zone_ms) = split_zone(clock)?;
        Some(day.start_utc() + clock_ms(clock)? - zone_ms)
    }

    /// The form that FHIR writes, in UTC with milliseconds: `2026-11-22T14:30:00.123Z`.
    pub fn to_iso(self) -> String {
        let clock = self.0.rem_euclid(DAY_MS);
        format!(
            "{}T{:02}:{:02}:{:02}.{:03}Z",
            self.local_day(0),
            clock / HOUR_MS,
            clock / MINUTE_MS % 60,
            clock / SECOND_MS % 60,
            clock % SECOND_MS,
        )
    }

    /// The civil day on the wall of somebody whose zone is so many minutes east of UTC.
    pub fn local_day(self, zone_offset_minutes: i32) -> CivilDay {
        CivilDay::from_days(self.shifted(zone_offset_minutes).div_euclid(DAY_MS))
    }

    /// Hour and minute on the wall of somebody whose zone is so many minutes east of UTC.
    pub fn local_clock(self, zone_offset_minutes: i32) -> (u8, u8) {
        let clock = self.shifted(zone_offset_minutes).rem_euclid(DAY_MS);
        ((clock / HOUR_MS) as u8, (clock / MINUTE_MS % 60) as u8)
    }

    fn shifted(self, zone_offset_minutes: i32) -> i64 {
        (self + i64::from(zone_offset_minutes) * MINUTE_MS).0
    }
}

impl Add<i64> for Timestamp {
    type Output = Self;

    /// Later by so many milliseconds.
    fn add(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }
}

impl Sub<i64> for Timestamp {
    type Output = Self;

    /// Earlier by so many milliseconds.
    fn sub(self, ms: i64) -> Self {
        Self(self.0.saturating_sub(ms))
    }
}

/// A day of the calendar, without a zone. Always an existing day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CivilDay {
    year: i32,
    month: u8,
    day: u8,
}

impl CivilDay {
    /// A day, if the calendar has it: `None` for the 30th of February.
    pub fn new(year: i32, month: u8, day: u8) -> Option<Self> {
        ((1..=12).contains(&month) && (1..=days_in_month(year, month)).contains(&day))
            .then_some(Self { year, month, day })
    }

    /// Parses `2026-11-22`, exactly.
    pub fn parse(text: &str) -> Option<Self> {
        let (year, rest) = text.split_once('-')?;
        let (month, day) = rest.split_once('-')?;
        let year = i32::try_from(digits(year, 4)?).ok()?;
        let month = u8::try_from(digits(month, 2)?).ok()?;
        let day = u8::try_from(digits(day, 2)?).ok()?;
        Self::new(year, month, day)
    }

    /// The day that is so many days after 1970-01-01. Days beyond the range of [`Timestamp`] are cut to it.
    pub fn from_days(days: i64) -> Self {
        // Days of 400-year eras that start on 1 March, so that the leap day is the last of its year
        // (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days).
        let shifted = days.clamp(-DAYS_MAX, DAYS_MAX) + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = if month_from_march < 10 {
            month_from_march + 3
        } else {
            month_from_march - 9
        };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        Self {
            year: year as i32,
            month: month as u8,
            day: day as u8,
        }
    }

    /// Days since 1970-01-01; negative before.
    pub fn days(self) -> i64 {
        // The inverse of `from_days`, same source (days_from_civil).
        let year = i64::from(self.year) - i64::from(self.month <= 2);
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let month_from_march = (i64::from(self.month) + 9) % 12;
        let day_of_year = (153 * month_from_march + 2) / 5 + i64::from(self.day) - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        era * 146_097 + day_of_era - 719_468
    }

    /// The year.
    pub fn year(self) -> i32 {
        self.year
    }

    /// The month, 1 to 12.
    pub fn month(self) -> u8 {
        self.month
    }

    /// The day of the month, 1 to 31.
    pub fn day(self) -> u8 {
        self.day
    }

    /// Midnight at the start of this day in UTC.
    pub fn start_utc(self) -> Timestamp {
        Timestamp(self.days() * DAY_MS)
    }

    /// Midnight at the start of this day for somebody whose zone is so many minutes east of UTC.
    pub fn start_local(self, zone_offset_minutes: i32) -> Timestamp {
        self.start_utc() - i64::from(zone_offset_minutes) * MINUTE_MS
    }
}

impl fmt::Display for CivilDay {
    /// ISO 8601: `2026-11-22`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{:04}-{:02}-{:02}",
            self.year, self.month, self.day
        )
    }
}

/// Days that `i64` milliseconds can express; their years fit into `i32`.
const DAYS_MAX: i64 = i64::MAX / DAY_MS;

/// Days of a month; 0 for a month that does not exist.
pub fn days_in_month(year: i32, month: u8) -> u8 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 0,
    }
}

/// Exactly so many ASCII digits as a number.
pub(crate) fn digits(text: &str, count: usize) -> Option<u32> {
    (text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

/// Splits the zone off a time of day and tells it in milliseconds east of UTC.
fn split_zone(clock: &str) -> Option<(&str, i64)> {
    if let Some(clock) = clock.strip_suffix('Z') {
        return Some((clock, 0));
    }
    let at = clock.rfind(['+', '-'])?;
    let (clock, zone) = clock.split_at(at);
    let (hours, minutes) = zone[1..].split_once(':')?;
    let (hours, minutes) = (digits(hours, 2)?, digits(minutes, 2)?);
    // UTC+14 is the largest offset in use; FHIR's own pattern stops there too.
    if hours > 14 || minutes > 59 {
        return None;
    }
    let ms = i64::from(hours) * HOUR_MS + i64::from(minutes) * MINUTE_MS;
    Some((clock, if zone.starts_with('-') { -ms } else { ms }))
}

/// Milliseconds since midnight of `14:30:00` or `14:30:00.123456`.
fn clock_ms(clock: &str) -> Option<i64> {
    let (whole, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let mut parts = whole.split(':');
    let hours = digits(parts.next()?, 2)?;
    let minutes = digits(parts.next()?, 2)?;
    let seconds = digits(parts.next()?, 2)?;
    if parts.next().is_some() || hours > 23 || minutes > 59 || seconds > 60 {
        return None;
    }
    Some(
        i64::from(hours) * HOUR_MS
            + i64::from(minutes) * MINUTE_MS
            + i64::from(seconds) * SECOND_MS
            + fraction_ms(fraction)?,
    )
}

fn fraction_ms(fraction: &str) -> Option<i64> {
    if fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let places = fraction.bytes().chain(std::iter::repeat(b'0'));
    Some(
        places
            .take(3)
            .fold(0, |ms, byte| ms * 10 + i64::from(byte - b'0')),
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_instant_is_parsed_in_any_zone_and_precision() {
        for text in [
            "2026-11-22T14:30:00Z",
            "2026-11-22T14:30:00.000Z",
            "2026-11-22T16:30:00+02:00",
            "2026-11-22T09:00:00.000999-05:30",
        ] {
            assert_eq!(
                Timestamp::parse(text),
                Some(Timestamp(1_795_357_800_000)),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_instant_is_none() {
        for text in [
            "",
            "T",
            "2026-11-22",
            "2026-11-22T14:30:00",
            "2026-11-22T14:30Z",
            "2026-02-30T14:30:00Z",
            "2026-11-22T24:00:00Z",
            "2026-11-22T14:60:00Z",
            "2026-11-22T14:30:61Z",
            "2026-11-22T14:30:00.Z",
            "2026-11-22T14:30:00.1xZ",
            "2026-11-22T14:30:00+15:00",
            "2026-11-22T14:30:00+2:00",
            "26-11-22T14:30:00Z",
            "+026-11-22T14:30:00Z",
            "2026-11-22T14:30:00\u{0661}Z",
        ] {
            assert_eq!(Timestamp::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_leap_day_exists_only_in_leap_years() {
        assert!(CivilDay::new(2024, 2, 29).is_some());
        assert!(CivilDay::new(2000, 2, 29).is_some());
        assert!(CivilDay::new(1900, 2, 29).is_none());
        assert!(CivilDay::new(2026, 2, 29).is_none());
    }

    #[test]
    fn the_local_day_follows_the_zone_and_not_utc() {
        let moment = Timestamp::parse("2026-11-22T23:30:00Z").unwrap();
        assert_eq!(moment.local_day(0).to_string(), "2026-11-22");
        assert_eq!(moment.local_day(60).to_string(), "2026-11-23");
        assert_eq!(moment.local_clock(60), (0, 30));
        assert_eq!(moment.local_day(-24 * 60).to_string(), "2026-11-21");
    }

    #[test]
    fn extreme_timestamps_do_not_panic() {
        for ms in [i64::MIN, i64::MAX] {
            let _ = Timestamp(ms).to_iso();
            let _ = Timestamp(ms).local_day(i32::MAX);
            let _ = Timestamp(ms).local_clock(i32::MIN);
        }
    }

    proptest! {
        #[test]
        fn days_and_civil_days_are_inverse(days in -1_000_000_i64..4_000_000) {
            let day = CivilDay::from_days(days);
            prop_assert_eq!(day.days(), days);
            prop_assert_eq!(CivilDay::new(day.year(), day.month(), day.day()), Some(day));
            prop_assert!(CivilDay::from_days(days + 1) > day);
        }

        #[test]
        fn what_is_written_as_iso_is_read_back(ms in -62_135_596_800_000_i64..253_402_300_799_999) {
            prop_assert_eq!(Timestamp::parse(&Timestamp(ms).to_iso()), Some(Timestamp(ms)));
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in ".{0,40}") {
            let _ = Timestamp::parse(&text);
            let _ = CivilDay::parse(&text);
        }
    }
}
