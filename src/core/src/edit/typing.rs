//! What a person types into a field, and back: the text of a value, and the value of a text.

use crate::{
    edit::transitions,
    protocol::{EditField, FieldValue, Priority},
    text::{priority_label, status_label},
};

/// Codes that a field may get from one, with their labels.
pub fn choices(field: EditField, code: &str) -> Vec<(&'static str, &'static str)> {
    if field == EditField::Priority {
        let all = [
            Priority::Routine,
            Priority::Urgent,
            Priority::Asap,
            Priority::Stat,
        ];
        return all
            .map(|priority| (priority.code(), priority_label(priority)))
            .to_vec();
    }
    let next = transitions::next(code).iter();
    next.map(|code| (*code, status_label(code))).collect()
}

/// A value as it is typed; empty where it is chosen and not typed. Lines stay lines.
pub fn text_of(value: &FieldValue) -> String {
    match value {
        FieldValue::Concept { label, .. } | FieldValue::Tag { label, .. } => label.clone(),
        FieldValue::Text(text) => text.clone(),
        FieldValue::Lines(lines) => lines.join("\n"),
        FieldValue::Contact { value, .. } => value.clone(),
        FieldValue::Note { text, .. } => text.clone(),
        _ => String::new(),
    }
}

/// What was typed, as a value of the field. A contact keeps its system; a new one is an address if it looks like one.
pub fn value_of(field: EditField, seen: &FieldValue, typed: &str) -> FieldValue {
    let typed = typed.trim();
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
        EditField::Tag => {
            // A code has no two blanks in a row (FHIR R4, `code`).
            let words: Vec<_> = typed.split_whitespace().collect();
            FieldValue::Tag {
                system: None,
                code: Some(words.join(" ")),
                label: words.join(" "),
            }
        }
        EditField::Contact => FieldValue::Contact {
            system: match seen {
                FieldValue::Contact { system, .. } => system.clone(),
                _ if typed.contains('@') => Some("email".to_owned()),
                _ => Some("phone".to_owned()),
            },
            value: text,
        },
        EditField::AddressLines => {
            let lines = typed.lines().map(str::trim);
            let lines = lines.filter(|line| !line.is_empty());
            FieldValue::Lines(lines.map(str::to_owned).collect())
        }
        _ => FieldValue::Text(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(lines: &[&str]) -> FieldValue {
        FieldValue::Lines(lines.iter().map(|line| (*line).to_owned()).collect())
    }

    #[test]
    fn a_value_that_is_not_touched_is_typed_as_itself() {
        let contact = FieldValue::Contact {
            system: Some("sms".to_owned()),
            value: "0123".to_owned(),
        };
        for (field, value) in [
            (
                EditField::AddressLines,
                lines(&["12 High Street, Flat 3", "Rear"]),
            ),
            (EditField::AddressCity, FieldValue::Text("Ulm".to_owned())),
            (EditField::Contact, contact),
        ] {
            assert_eq!(value_of(field, &value, &text_of(&value)), value);
        }
    }

    #[test]
    fn nothing_but_blanks_takes_the_value_away() {
        let seen = FieldValue::Text("Ulm".to_owned());
        assert_eq!(
            value_of(EditField::AddressCity, &seen, " \n "),
            FieldValue::Absent
        );
    }

    #[test]
    fn a_new_contact_is_an_address_if_it_looks_like_one_and_a_number_otherwise() {
        for (typed, expected) in [("ada@x.org", "email"), ("0123", "phone")] {
            let value = value_of(EditField::Contact, &FieldValue::Absent, typed);
            let FieldValue::Contact { system, .. } = value else {
                panic!("{value:?}");
            };
            assert_eq!(system.as_deref(), Some(expected));
        }
    }
}
