//! Times as they stand on the wire: FHIR instants and HTTP dates from milliseconds, and back.
//!
//! Must never read a clock.

use crate::sandbox::Millis;

const DAY_MS: i64 = 86_400_000;
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];
const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];

/// `2026-11-22T10:00:00.123Z`.
pub fn instant(millis: Millis) -> String {
    let (year, month, day) = civil(millis.div_euclid(DAY_MS));
    let rest = millis.rem_euclid(DAY_MS);
    let mut text = String::with_capacity(24);
    for (number, digits, after) in [
        (year, 4, '-'),
        (month, 2, '-'),
        (day, 2, 'T'),
        (rest / 3_600_000, 2, ':'),
        (rest / 60_000 % 60, 2, ':'),
        (rest / 1000 % 60, 2, '.'),
        (rest % 1000, 3, 'Z'),
    ] {
        push_digits(&mut text, number, digits);
        text.push(after);
    }
    text
}

/// The last digits of a number: several times quicker than formatting it, and every write and frame has a time.
fn push_digits(text: &mut String, number: i64, digits: u32) {
    for place in (0..digits).rev() {
        let digit = number.unsigned_abs() / 10_u64.pow(place) % 10;
        text.push(char::from(b'0' + digit as u8));
    }
}

/// `2026-11-22`, the day in UTC.
pub fn date(millis: Millis) -> String {
    let (year, month, day) = civil(millis.div_euclid(DAY_MS));
    format!("{year:04}-{month:02}-{day:02}")
}

/// `Sun, 22 Nov 2026 10:00:00 GMT` (RFC 9110 section 5.6.7).
pub fn http_date(millis: Millis) -> String {
    let days = millis.div_euclid(DAY_MS);
    let (year, month, day) = civil(days);
    let rest = millis.rem_euclid(DAY_MS);
    format!(
        "{}, {day:02} {} {year:04} {:02}:{:02}:{:02} GMT",
        WEEKDAYS[days.rem_euclid(7) as usize],
        MONTHS[month as usize - 1],
        rest / 3_600_000,
        rest / 60_000 % 60,
        rest / 1000 % 60
    )
}

/// `Sun Nov 22 2026 10:00:00 GMT+0000 (Coordinated Universal Time)`: what JavaScript makes of a date.
pub fn javascript_date(millis: Millis) -> String {
    let text = http_date(millis);
    let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    format!(
        "{} {} {} {} {} GMT+0000 (Coordinated Universal Time)",
        part(0, 3),
        part(8, 11),
        part(5, 7),
        part(12, 16),
        part(17, 25)
    )
}

/// Microseconds since 1970 of a FHIR date, dateTime or instant, the earliest moment it may mean; `None` for anything else.
///
/// Microseconds, because Medplum compares them although it stores milliseconds (`transcripts/06c`).
pub fn parse_micros(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let number = |from: usize, to: usize| -> Option<i64> {
        let part = text.get(from..to)?;
        part.bytes()
            .all(|byte| byte.is_ascii_digit())
            .then(|| part.parse().ok())?
    };
    let year = number(0, 4)?;
    let month = match bytes.get(4) {
        None => return Some(days(year, 1, 1) * DAY_MS * 1000),
        Some(b'-') => number(5, 7)?,
        Some(_) => return None,
    };
    let day = match bytes.get(7) {
        None => 1,
        Some(b'-') => number(8, 10)?,
        Some(_) => return None,
    };
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let midnight = days(year, month, day) * DAY_MS * 1000;
    match bytes.get(10) {
        None => return Some(midnight),
        Some(b'T') => {}
        Some(_) => return None,
    }
    let (hour, minute) = (number(11, 13)?, number(14, 16)?);
    let mut at = 16;
    let mut micros = (hour * 60 + minute) * 60_000_000;
    if bytes.get(at) == Some(&b':') {
        micros += number(17, 19)? * 1_000_000;
        at = 19;
        if bytes.get(at) == Some(&b'.') {
            at += 1;
            let mut scale = 100_000;
            while let Some(digit) = bytes.get(at).filter(|byte| byte.is_ascii_digit()) {
                micros += i64::from(digit - b'0') * scale;
                scale /= 10;
                at += 1;
            }
        }
    }
    let offset = match bytes.get(at) {
        None => 0,
        Some(b'Z') => 0,
        Some(sign @ (b'+' | b'-')) => {
            let minutes = number(at + 1, at + 3)? * 60 + number(at + 4, at + 6)?;
            if *sign == b'+' { minutes } else { -minutes }
        }
        Some(_) => return None,
    };
    Some(midnight + micros - offset * 60_000_000)
}

/// Milliseconds of a FHIR date or time, see [`parse_micros`].
pub fn parse(text: &str) -> Option<Millis> {
    parse_micros(text).map(|micros| micros.div_euclid(1000))
}

/// Days since 1970-01-01 of a civil date (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// The civil date of a number of days since 1970-01-01, the reverse of [`days`].
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_survive_the_way_there_and_back() {
        for millis in [0, 951_782_400_000, 1_795_341_600_123, -1] {
            assert_eq!(parse(&instant(millis)), Some(millis));
        }
        assert_eq!(instant(1_795_341_600_123), "2026-11-22T10:00:00.123Z");
    }

    #[test]
    fn an_http_date_names_the_day_of_the_week() {
        assert_eq!(
            http_date(1_795_341_600_123),
            "Sun, 22 Nov 2026 10:00:00 GMT"
        );
    }

    #[test]
    fn offsets_and_short_dates_are_understood_and_words_are_not() {
        assert_eq!(parse("2026-11-22T11:00:00+01:00"), Some(1_795_341_600_000));
        assert_eq!(parse("2026-11-22"), parse("2026-11-22T00:00:00Z"));
        assert_eq!(parse("yesterday"), None);
        assert_eq!(parse("2026-13-01"), None);
    }
}
