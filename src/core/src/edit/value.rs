//! Values of fields: read from a resource, compared by meaning, written as FHIR.
//!
//! What is read is sanitised as everything that is shown: a value that a tab sends back as seen compares equal.

use serde_json::{Value, json};

use super::document::{at, list_at, text_at};
use crate::{
    fhir,
    identity::ResourceKey,
    limits,
    protocol::{Cell, EditField, FhirDate, FieldValue},
};

impl FieldValue {
    /// The value of a field that does not repeat; what cannot be read is absent, as it is on the screen.
    pub(crate) fn read(field: EditField, body: &Value) -> Self {
        let path = field.path();
        let read = match field {
            EditField::Status | EditField::Priority => code_at(body, path).map(Self::Code),
            EditField::Owner => at(body, path).and_then(reference),
            EditField::BusinessStatus => at(body, path).and_then(concept),
            EditField::Due => text_at(body, path)
                .and_then(fhir::parse_date)
                .map(Self::Date),
            EditField::AddressCity | EditField::AddressPostalCode | EditField::AddressText => {
                line_at(body, path).map(Self::Text)
            }
            EditField::AddressLines => {
                let lines = list_at(body, path).iter().filter_map(Value::as_str);
                let lines: Vec<_> = lines.filter_map(line).collect();
                (!lines.is_empty()).then_some(Self::Lines(lines))
            }
            EditField::Note | EditField::Tag | EditField::Contact => None,
        };
        read.unwrap_or(Self::Absent)
    }

    /// The value of an element of a field that repeats.
    pub(crate) fn of_element(field: EditField, element: &Value) -> Self {
        let read = match field {
            EditField::Note => note(element),
            EditField::Tag => tag(element),
            EditField::Contact => contact(element),
            _ => None,
        };
        read.unwrap_or(Self::Absent)
    }

    /// What a cell of a table shows, as the value of a field; `None` if the cell shows no such field.
    pub fn from_cell(field: EditField, cell: &Cell) -> Option<Self> {
        match (field, cell) {
            (
                EditField::Owner,
                Cell::Person {
                    reference, name, ..
                },
            ) => Some(Self::Reference {
                reference: reference.clone(),
                display: Some(name.clone()),
            }),
            (EditField::Status, Cell::Status { code, .. }) => Some(Self::Code(code.clone())),
            (EditField::BusinessStatus, Cell::Status { business, .. }) => {
                Some(business.clone().map_or(Self::Absent, Self::label))
            }
            (EditField::BusinessStatus, Cell::Text(label)) => Some(Self::label(label.clone())),
            (EditField::Priority, Cell::Priority(priority)) => {
                Some(Self::Code(priority.code().to_owned()))
            }
            (EditField::Priority, Cell::Text(code)) => Some(Self::Code(code.clone())),
            (EditField::Due, Cell::Date(date)) => Some(Self::Date(*date)),
            (_, Cell::Empty) if !field.is_list() => Some(Self::Absent),
            _ => None,
        }
    }

    /// A concept of which only the label is known.
    fn label(label: String) -> Self {
        Self::Concept {
            code: None,
            system: None,
            label,
        }
    }

    /// Whether both mean the same: people are compared by reference and never by name, concepts by code where both have one.
    pub fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Reference { reference, display },
                Self::Reference {
                    reference: other_reference,
                    display: other_display,
                },
            ) => match (reference, other_reference) {
                (None, None) => display == other_display,
                (mine, theirs) => mine == theirs,
            },
            (
                Self::Concept { code, label, .. },
                Self::Concept {
                    code: other_code,
                    label: other_label,
                    ..
                },
            ) => match (code, other_code) {
                (Some(mine), Some(theirs)) => mine == theirs,
                _ => label == other_label,
            },
            (
                Self::Tag {
                    system,
                    code,
                    label,
                },
                Self::Tag {
                    system: other_system,
                    code: other_code,
                    label: other_label,
                },
            ) => match (code, other_code) {
                (Some(mine), Some(theirs)) => mine == theirs && system == other_system,
                _ => label == other_label,
            },
            (
                Self::Note {
                    author, time, text, ..
                },
                Self::Note {
                    author: other_author,
                    time: other_time,
                    text: other_text,
                    ..
                },
            ) => author == other_author && time == other_time && text == other_text,
            _ => self == other,
        }
    }

    /// The value as FHIR; `None` if there shall be none.
    pub(super) fn to_fhir(&self) -> Option<Value> {
        match self {
            Self::Absent => None,
            Self::Code(text) | Self::Text(text) => Some(json!(text)),
            Self::Date(date) => Some(json!(date_text(*date))),
            Self::Lines(lines) => Some(json!(lines)),
            Self::Reference { reference, display } => {
                Some(object(&[("reference", reference), ("display", display)]))
            }
            Self::Concept {
                code,
                system,
                label,
            } => Some(match code {
                Some(_) => {
                    let label = Some(label.clone());
                    let coding = object(&[("system", system), ("code", code), ("display", &label)]);
                    json!({ "coding": [coding], "text": label })
                }
                None => json!({ "text": label }),
            }),
            Self::Note {
                author,
                name,
                time,
                text,
            } => {
                let mut note = json!({ "text": text });
                if author.is_some() {
                    note["authorReference"] = object(&[("reference", author), ("display", name)]);
                }
                if let Some(time) = time {
                    note["time"] = json!(time.to_iso());
                }
                Some(note)
            }
            Self::Tag {
                system,
                code,
                label,
            } => {
                let label = Some(label.clone());
                Some(object(&[
                    ("system", system),
                    ("code", code),
                    ("display", &label),
                ]))
            }
            Self::Contact { system, value } => {
                let value = Some(value.clone());
                Some(object(&[("system", system), ("value", &value)]))
            }
        }
    }
}

/// An object of the fields that are there.
fn object(fields: &[(&str, &Option<String>)]) -> Value {
    let there = fields
        .iter()
        .filter_map(|(name, text)| Some(((*name).to_owned(), json!(text.as_ref()?))));
    Value::Object(there.collect())
}

/// A date as FHIR writes it, with the precision it has.
fn date_text(date: FhirDate) -> String {
    match date {
        FhirDate::Year(year) => format!("{year:04}"),
        FhirDate::Month(year, month) => format!("{year:04}-{month:02}"),
        FhirDate::Day(year, month, day) => format!("{year:04}-{month:02}-{day:02}"),
        FhirDate::Instant(instant) => instant.to_iso(),
    }
}

fn line(text: &str) -> Option<String> {
    fhir::line(text, limits::LINE_CHARS_MAX).map(String::from)
}

fn line_at(body: &Value, path: &[&str]) -> Option<String> {
    line(text_at(body, path)?)
}

fn code_at(body: &Value, path: &[&str]) -> Option<String> {
    fhir::line(text_at(body, path)?, limits::CODE_CHARS_MAX).map(String::from)
}

/// A literal reference in its shortest form.
fn literal(body: &Value) -> Option<String> {
    let key = ResourceKey::from_reference(&line_at(body, &["reference"])?)?;
    Some(key.to_string())
}

fn reference(body: &Value) -> Option<FieldValue> {
    let (reference, display) = (literal(body), line_at(body, &["display"]));
    let there = reference.is_some() || display.is_some();
    there.then_some(FieldValue::Reference { reference, display })
}

fn concept(body: &Value) -> Option<FieldValue> {
    let codings = list_at(body, &["coding"]);
    let coding = codings
        .iter()
        .find(|coding| code_at(coding, &["code"]).is_some());
    let code = coding.and_then(|coding| code_at(coding, &["code"]));
    let display = codings
        .iter()
        .find_map(|coding| line_at(coding, &["display"]));
    let label = line_at(body, &["text"])
        .or(display)
        .or_else(|| code.clone())?;
    Some(FieldValue::Concept {
        system: coding.and_then(|coding| line_at(coding, &["system"])),
        code,
        label,
    })
}

fn note(body: &Value) -> Option<FieldValue> {
    let text = fhir::multiline(text_at(body, &["text"])?, limits::TEXT_CHARS_MAX)?;
    let author = at(body, &["authorReference"]);
    Some(FieldValue::Note {
        author: author.and_then(literal),
        name: author.and_then(|author| line_at(author, &["display"])),
        time: text_at(body, &["time"]).and_then(crate::time::Timestamp::parse),
        text: text.into(),
    })
}

fn tag(body: &Value) -> Option<FieldValue> {
    let code = code_at(body, &["code"]);
    Some(FieldValue::Tag {
        system: line_at(body, &["system"]),
        label: line_at(body, &["display"]).or_else(|| code.clone())?,
        code,
    })
}

fn contact(body: &Value) -> Option<FieldValue> {
    Some(FieldValue::Contact {
        system: code_at(body, &["system"]),
        value: line_at(body, &["value"])?,
    })
}
