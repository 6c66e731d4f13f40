//! Values of fields as words that can be compared: read from what a tab says, and from what the server holds. Written apart from
//! the engine, which reads them too.

use panels_core::{
    protocol::{EditField, FhirDate, FieldValue},
    time::Timestamp,
};
use serde_json::Value;

/// A value of a tab. Of a note its text: no two have the same.
pub(super) fn word(value: &FieldValue) -> String {
    match value {
        FieldValue::Absent => String::new(),
        FieldValue::Code(text) | FieldValue::Text(text) => text.clone(),
        FieldValue::Reference { reference, .. } => reference.clone().unwrap_or_default(),
        FieldValue::Concept { label, .. } | FieldValue::Tag { label, .. } => label.clone(),
        FieldValue::Date(date) => match date {
            FhirDate::Year(year) => format!("{year:04}"),
            FhirDate::Month(year, month) => format!("{year:04}-{month:02}"),
            FhirDate::Day(year, month, day) => format!("{year:04}-{month:02}-{day:02}"),
            FhirDate::Instant(at) => at.to_iso(),
        },
        FieldValue::Lines(lines) => lines.join("\n"),
        FieldValue::Note { text, .. } => text.clone(),
        FieldValue::Contact { value, .. } => value.clone(),
    }
}

/// The value of a field that does not repeat, as the server holds it.
pub(super) fn stored(field: EditField, body: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    match field {
        EditField::Status => text(&body["status"]),
        EditField::Priority => text(&body["priority"]),
        EditField::Owner => text(&body["owner"]["reference"]),
        EditField::BusinessStatus => {
            let concept = &body["businessStatus"];
            let coding = &concept["coding"][0];
            let names = [&concept["text"], &coding["display"], &coding["code"]];
            let named = names.into_iter().find(|name| name.is_string());
            named.map(text).unwrap_or_default()
        }
        EditField::Due => {
            let end = text(&body["restriction"]["period"]["end"]);
            if !end.contains('T') {
                return end;
            }
            Timestamp::parse(&end).map_or(end, Timestamp::to_iso)
        }
        EditField::AddressCity => text(&body["address"][0]["city"]),
        _ => String::new(),
    }
}

/// The elements of a field that repeats.
pub(super) fn elements(field: EditField, body: &Value) -> Vec<String> {
    let (list, name) = match field {
        EditField::Note => (&body["note"], "text"),
        EditField::Tag => (&body["meta"]["tag"], "display"),
        _ => (&body["telecom"], "value"),
    };
    let elements = list.as_array().into_iter().flatten();
    let texts = elements.filter_map(|element| element[name].as_str());
    texts.map(str::to_owned).collect()
}
