//! FHIR `date`, `dateTime` and `instant` with the precision they were given.

use crate::{
    protocol::FhirDate,
    time::{CivilDay, Timestamp, digits},
};

/// Parses a FHIR `date`, `dateTime` or `instant` (<https://hl7.org/fhir/R4/datatypes.html#dateTime>). A day or month that does
/// not exist is `None`. A time without a zone cannot be placed: only its day is kept.
pub fn parse_date(text: &str) -> Option<FhirDate> {
    if let Some((day, clock)) = text.split_once('T') {
        if let Some(instant) = Timestamp::parse(text) {
            return Some(FhirDate::Instant(instant));
        }
        Timestamp::parse(&format!("{day}T{clock}Z"))?;
        return CivilDay::parse(day).map(FhirDate::from);
    }
    let mut parts = text.splitn(3, '-');
    let year = i32::try_from(digits(parts.next()?, 4)?).ok()?;
    let Some(month) = parts.next() else {
        return Some(FhirDate::Year(year));
    };
    if parts.next().is_some() {
        return CivilDay::parse(text).map(FhirDate::from);
    }
    let month = u8::try_from(digits(month, 2)?).ok()?;
    CivilDay::new(year, month, 1).map(|first| FhirDate::Month(first.year(), first.month()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_precision_is_kept() {
        assert_eq!(parse_date("1970"), Some(FhirDate::Year(1970)));
        assert_eq!(parse_date("1970-02"), Some(FhirDate::Month(1970, 2)));
        assert_eq!(parse_date("1970-02-03"), Some(FhirDate::Day(1970, 2, 3)));
        assert_eq!(
            parse_date("1970-01-01T00:00:01Z"),
            Some(FhirDate::Instant(Timestamp(1_000)))
        );
    }

    #[test]
    fn a_time_without_a_zone_keeps_its_day_only() {
        assert_eq!(
            parse_date("2026-11-22T14:30:00"),
            Some(FhirDate::Day(2026, 11, 22))
        );
    }

    #[test]
    fn a_date_that_does_not_exist_is_none() {
        for text in [
            "",
            "19",
            "1970-13",
            "1970-00",
            "1970-02-30",
            "1970-1-1",
            "1970-01-01T25:00:00Z",
            "1970-01-01T",
            "1970-02-30T00:00:00",
            "today",
            "1970-01-01-01",
        ] {
            assert_eq!(parse_date(text), None, "{text}");
        }
    }
}
