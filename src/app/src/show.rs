//! How values look to this user: [`panels_core::show`] with the zone and the form that are in force.

pub(crate) use panels_core::show::{Due, ago};
use panels_core::{protocol::FhirDate, time::Timestamp};

pub(crate) use crate::state::follow_format;
use crate::state::format;

/// `14:32:05`.
pub(crate) fn clock(time: Timestamp) -> String {
    format().clock(time)
}

/// `14:32`.
pub(crate) fn clock_short(time: Timestamp) -> String {
    format().clock_short(time)
}

/// `12 Mar 1958`, `Mar 1958`, `1958`, `12 Mar 1958 14:32`.
pub(crate) fn date(date: FhirDate) -> String {
    format().date(date)
}

/// The same without a time of day.
pub(crate) fn day(of: FhirDate) -> String {
    format().date_only(of)
}

/// `2026-03-12`, as a date field holds it.
pub(crate) fn iso_day(time: Timestamp) -> String {
    format().iso_day(time)
}

/// `12 Mar 2026 14:32`.
pub(crate) fn moment(time: Timestamp) -> String {
    format().moment(time)
}

/// How a due date looks.
pub(crate) fn due(due: FhirDate, now: Timestamp) -> Due {
    format().due(due, now)
}

/// `64 y`, `5 mo`, `12 d`: age at `now`; `None` where the date does not tell.
pub(crate) fn age(birth: FhirDate, now: Timestamp) -> Option<String> {
    format().age(birth, now)
}
