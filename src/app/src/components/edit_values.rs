//! Values of fields as controls hold them, and back. Shared by the drawer and the conflict.

use panels_core::{
    edit::transitions,
    fhir::parse_date,
    protocol::{EditField, FhirDate, FieldValue, Priority},
    text::{priority_label, status_label},
};

use crate::show;

/// Codes that a field may get, with their labels.
pub(super) fn choices(field: EditField, code: &str) -> Vec<(String, String)> {
    let pair = |code: &str, label: &str| (code.to_owned(), label.to_owned());
    if field == EditField::Priority {
        let all = [
            Priority::Routine,
            Priority::Urgent,
            Priority::Asap,
            Priority::Stat,
        ];
        return all
            .map(|priority| pair(priority.code(), priority_label(priority)))
            .to_vec();
    }
    let next = transitions::next(code).iter();
    next.map(|code| pair(code, status_label(code))).collect()
}

/// A date as a date field holds it: `2026-11-26`.
pub(super) fn day(value: &FieldValue) -> String {
    match value {
        FieldValue::Date(FhirDate::Day(year, month, day)) => {
            format!("{year:04}-{month:02}-{day:02}")
        }
        FieldValue::Date(FhirDate::Instant(time)) => show::iso_day(*time),
        _ => String::new(),
    }
}

/// What a date field holds; `None` while it is half typed.
pub(super) fn of_day(typed: &str) -> Option<FieldValue> {
    match parse_date(typed) {
        Some(date) => Some(FieldValue::Date(date)),
        None => typed.is_empty().then_some(FieldValue::Absent),
    }
}

/// A value as it is typed.
pub(super) fn plain(value: &FieldValue) -> String {
    match value {
        FieldValue::Concept { label, .. } => label.clone(),
        FieldValue::Text(text) => text.clone(),
        FieldValue::Lines(lines) => lines.join(", "),
        FieldValue::Contact { value, .. } => value.clone(),
        _ => String::new(),
    }
}

/// What was typed as a value of the field.
pub(super) fn typed(field: EditField, seen: &FieldValue, typed: &str) -> FieldValue {
    if typed.is_empty() {
        return FieldValue::Absent;
    }
    let text = typed.to_owned();
    match field {
        EditField::BusinessStatus => FieldValue::Concept {
            code: None,
            system: None,
            label: text,
        },
        EditField::Contact => FieldValue::Contact {
            system: match seen {
                FieldValue::Contact { system, .. } => system.clone(),
                _ => Some(
                    if typed.contains('@') {
                        "email"
                    } else {
                        "phone"
                    }
                    .to_owned(),
                ),
            },
            value: text,
        },
        EditField::AddressLines => FieldValue::Lines(
            typed
                .split(',')
                .map(|line| line.trim().to_owned())
                .collect(),
        ),
        _ => FieldValue::Text(text),
    }
}
