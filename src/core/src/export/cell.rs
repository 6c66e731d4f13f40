//! Cells as fields of a file: one or more for each, as text that a spreadsheet reads as text.

use crate::{
    protocol::{Cell, Column, ColumnKind, FhirDate, Priority},
    text::{NO, YES, hidden_label, priority_label},
    time::{DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, Timestamp},
};

/// What a spreadsheet takes for the begin of a formula, and what it skips before one (OWASP, "CSV Injection"); the wide forms
/// are taken for the narrow ones where the language of the machine has them.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// Title of a column. What the table shows as an age is a moment here, which stays true.
pub(super) fn title(column: &Column) -> String {
    match column.kind {
        ColumnKind::Age => format!("{} since", column.title),
        _ => column.title.clone(),
    }
}

/// Titles of the columns that a column has beside its own.
pub(super) fn titles_beside(kind: ColumnKind) -> &'static [&'static str] {
    match kind {
        ColumnKind::Patient => &["Date of birth"],
        ColumnKind::Status => &["Business status"],
        ColumnKind::Workload => &["Worst priority", "Next due"],
        ColumnKind::Priority
        | ColumnKind::Due
        | ColumnKind::BirthDate
        | ColumnKind::Title
        | ColumnKind::Text
        | ColumnKind::Person
        | ColumnKind::Age
        | ColumnKind::Changed
        | ColumnKind::Number
        | ColumnKind::Date
        | ColumnKind::DateTime
        | ColumnKind::Flag
        | ColumnKind::Tags
        | ColumnKind::Named => &[],
    }
}

/// What a cell says, in as many parts as it has.
pub(super) fn fields(cell: &Cell, zone: &impl Fn(Timestamp) -> i32) -> Vec<String> {
    let date = |date: &Option<FhirDate>| date.map_or_else(String::new, |date| iso(date, zone));
    match cell {
        Cell::Empty => Vec::new(),
        // Of each part: one that is left empty would read as none.
        Cell::Hidden(hiding) => vec![hidden_label(*hiding).to_owned(); PARTS_MAX],
        Cell::Text(text) | Cell::Number { shown: text, .. } => vec![text.clone()],
        Cell::Flag(flag) => vec![if *flag { YES } else { NO }.to_owned()],
        Cell::Tags(tags) => vec![tags.join("; ")],
        Cell::Priority(priority) => vec![priority_label(*priority).to_owned()],
        Cell::Status {
            label, business, ..
        } => vec![label.clone(), business.clone().unwrap_or_default()],
        Cell::Date(value) => vec![iso(*value, zone)],
        Cell::Moment(time) => vec![iso_instant(*time, zone(*time))],
        Cell::Person { name, .. } => vec![name.clone()],
        Cell::Patient {
            name, birth_date, ..
        } => vec![name.clone(), date(birth_date)],
        Cell::Workload {
            open,
            worst,
            next_due,
        } => {
            let worst: Option<Priority> = *worst;
            vec![
                open.to_string(),
                worst.map_or_else(String::new, |worst| priority_label(worst).to_owned()),
                date(next_due),
            ]
        }
    }
}

/// No cell has more parts.
const PARTS_MAX: usize = 3;

/// As precise as it was given.
fn iso(date: FhirDate, zone: &impl Fn(Timestamp) -> i32) -> String {
    match date {
        FhirDate::Year(year) => format!("{year:04}"),
        FhirDate::Month(year, month) => format!("{year:04}-{month:02}"),
        FhirDate::Day(year, month, day) => format!("{year:04}-{month:02}-{day:02}"),
        FhirDate::Instant(time) => iso_instant(time, zone(time)),
    }
}

/// `2026-11-22T15:30:00+01:00`; with milliseconds where there are some.
fn iso_instant(time: Timestamp, offset_minutes: i32) -> String {
    let clock = (time + i64::from(offset_minutes) * MINUTE_MS)
        .0
        .rem_euclid(DAY_MS);
    let fraction = match clock % SECOND_MS {
        0 => String::new(),
        ms => format!(".{ms:03}"),
    };
    let sign = if offset_minutes < 0 { '-' } else { '+' };
    let offset = offset_minutes.unsigned_abs();
    format!(
        "{}T{:02}:{:02}:{:02}{fraction}{sign}{:02}:{:02}",
        time.local_day(offset_minutes),
        clock / HOUR_MS,
        clock / MINUTE_MS % 60,
        clock / SECOND_MS % 60,
        offset / 60,
        offset % 60,
    )
}

/// Writes a field, guarded and quoted where it has to be (RFC 4180, 2.6 and 2.7).
pub(super) fn write(text: &mut String, field: &str) {
    let guard = is_formula(field);
    let quoted = field.contains([',', '"', '\r', '\n']);
    if quoted {
        text.push('"');
    }
    if guard {
        text.push('\'');
    }
    if quoted {
        text.push_str(&field.replace('"', "\"\""));
        text.push('"');
    } else {
        text.push_str(field);
    }
}

/// The same where tabs stand between the cells: what is pasted into a spreadsheet is no formula either.
pub(super) fn write_plain(text: &mut String, field: &str) {
    if is_formula(field) {
        text.push('\'');
    }
    let plain = |sign: char| if sign.is_control() { ' ' } else { sign };
    text.extend(field.chars().map(plain));
}

/// Whether a spreadsheet would take it for a formula. Some look at it without the spaces before it.
fn is_formula(field: &str) -> bool {
    field.starts_with(FORMULA) || field.trim_start().starts_with(FORMULA)
}
