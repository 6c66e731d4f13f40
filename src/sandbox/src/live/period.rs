//! How long a FHIR date lasts: a day is 24 hours, a year all of it.

use crate::{sandbox::Millis, time};

/// First and first following millisecond of a FHIR date, dateTime or instant, which may stop at any part.
pub(super) fn period(text: &str) -> Option<(Millis, Millis)> {
    let start = time::parse(text)?;
    let end = match text.split_once('T') {
        Some((_, clock)) => start + clock_precision_ms(clock),
        None => match text.len() {
            4 => time::parse(&format!("{:04}", text.parse::<i64>().ok()? + 1))?,
            7 => {
                let (year, month) = text.split_once('-')?;
                let (year, month) = (year.parse::<i64>().ok()?, month.parse::<i64>().ok()?);
                let (year, month) = if month == 12 {
                    (year + 1, 1)
                } else {
                    (year, month + 1)
                };
                time::parse(&format!("{year:04}-{month:02}"))?
            }
            _ => start + 86_400_000,
        },
    };
    Some((start, end))
}

fn clock_precision_ms(clock: &str) -> Millis {
    if clock.contains('.') {
        return 1;
    }
    let bare = clock.split(['Z', '+', '-']).next().unwrap_or(clock);
    if bare.len() > 5 { 1000 } else { 60_000 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY_MS: Millis = 86_400_000;

    #[test]
    fn a_date_is_its_whole_day_and_a_year_its_whole_year() {
        assert_eq!(period("1970-01-02"), Some((DAY_MS, 2 * DAY_MS)));
        assert_eq!(period("1970"), Some((0, 365 * DAY_MS)));
        assert_eq!(period("1970-02"), Some((31 * DAY_MS, 59 * DAY_MS)));
        assert_eq!(period("1970-12"), Some((334 * DAY_MS, 365 * DAY_MS)));
    }

    #[test]
    fn a_moment_is_as_long_as_it_is_precise() {
        assert_eq!(period("1970-01-01T02:00:00+02:00"), Some((0, 1000)));
        assert_eq!(period("1970-01-01T00:00Z"), Some((0, 60_000)));
        assert_eq!(period("1970-01-01T00:00:00.005Z"), Some((5, 6)));
        assert_eq!(period("noon"), None);
    }
}
