//! What a tab asks for, checked and cleaned before it is taken.

use super::{merge::is_possible, transitions};
use crate::{
    fhir,
    identity::{ResourceKey, ResourceType},
    limits,
    protocol::{EditField, EditRefusal, FhirDate, FieldChange, FieldValue, Priority},
    time::{CivilDay, Timestamp},
};

/// Who writes, and when: for notes.
#[derive(Clone, Debug)]
pub(crate) struct Writer<'a> {
    /// Reference of the user.
    pub(crate) profile: &'a str,
    /// Name of the user.
    pub(crate) name: &'a str,
    /// The time by the clock.
    pub(crate) now: Timestamp,
}

/// Types that may own a task (<https://hl7.org/fhir/R4/task-definitions.html#Task.owner>).
const OWNERS: [&str; 8] = [
    "Practitioner",
    "PractitionerRole",
    "Organization",
    "CareTeam",
    "HealthcareService",
    "Patient",
    "Device",
    "RelatedPerson",
];

/// The changes as they will be made: texts sanitised, notes signed, what changes nothing left out.
pub(crate) fn validate(
    kind: &ResourceType,
    changes: Vec<FieldChange>,
    writer: &Writer<'_>,
) -> Result<Vec<FieldChange>, EditRefusal> {
    if changes.len() > limits::EDIT_CHANGES_MAX {
        let field = changes[limits::EDIT_CHANGES_MAX].field;
        return Err(EditRefusal::ValueInvalid { field });
    }
    let mut valid: Vec<FieldChange> = Vec::new();
    for mut change in changes {
        let field = change.field;
        let invalid = EditRefusal::ValueInvalid { field };
        let twice = !field.is_list() && valid.iter().any(|other| other.field == field);
        if !field.belongs_to(kind) || twice {
            return Err(invalid);
        }
        change.wanted = cleaned(field, change.wanted, writer).ok_or(invalid.clone())?;
        if !fits(field, &change.seen) || (change.adds() && change.removes()) {
            return Err(invalid);
        }
        // A note is added or taken back, never rewritten.
        if field == EditField::Note && !change.adds() && !change.removes() {
            return Err(invalid);
        }
        if change.wanted.same(&change.seen) {
            continue;
        }
        check_step(&change)?;
        valid.push(change);
    }
    if valid.is_empty() {
        return Err(EditRefusal::NothingToChange);
    }
    Ok(valid)
}

/// A task goes only where its status leads.
pub(crate) fn check_step(change: &FieldChange) -> Result<(), EditRefusal> {
    if is_possible(change.field, &change.seen, &change.wanted) {
        return Ok(());
    }
    match (&change.seen, &change.wanted) {
        (FieldValue::Code(from), FieldValue::Code(to)) => Err(EditRefusal::NoSuchStep {
            from: from.clone(),
            to: to.clone(),
        }),
        _ => Ok(()),
    }
}

/// Whether a value is of the shape that a field has.
fn fits(field: EditField, value: &FieldValue) -> bool {
    match value {
        FieldValue::Absent => true,
        FieldValue::Code(_) => matches!(field, EditField::Status | EditField::Priority),
        FieldValue::Reference { .. } => field == EditField::Owner,
        FieldValue::Concept { .. } => field == EditField::BusinessStatus,
        FieldValue::Date(_) => field == EditField::Due,
        FieldValue::Text(_) => matches!(
            field,
            EditField::AddressCity | EditField::AddressPostalCode | EditField::AddressText
        ),
        FieldValue::Lines(_) => field == EditField::AddressLines,
        FieldValue::Note { .. } => field == EditField::Note,
        FieldValue::Tag { .. } => field == EditField::Tag,
        FieldValue::Contact { .. } => field == EditField::Contact,
    }
}

/// A wanted value made fit to send; `None` if the field cannot have it.
pub(crate) fn cleaned(
    field: EditField,
    value: FieldValue,
    writer: &Writer<'_>,
) -> Option<FieldValue> {
    if !fits(field, &value) {
        return None;
    }
    Some(match value {
        FieldValue::Absent if field == EditField::Status => return None,
        FieldValue::Absent => FieldValue::Absent,
        FieldValue::Code(code) => {
            let known = match field {
                EditField::Priority => Priority::from_code(&code).is_some(),
                // From here or there a step leads to every status but the first.
                _ => code == "draft" || is_status(&code),
            };
            known.then_some(FieldValue::Code(code))?
        }
        FieldValue::Reference { reference, display } => {
            let owner = ResourceKey::from_reference(&reference?)?;
            OWNERS.contains(&owner.kind.as_str()).then_some(())?;
            FieldValue::Reference {
                reference: Some(owner.to_string()),
                display: display.as_deref().and_then(line),
            }
        }
        FieldValue::Concept {
            code,
            system,
            label,
        } => FieldValue::Concept {
            code: code.as_deref().and_then(line),
            system: system.as_deref().and_then(line),
            label: line(&label)?,
        },
        FieldValue::Date(date) => exists(date).then_some(FieldValue::Date(date))?,
        FieldValue::Text(text) => FieldValue::Text(line(&text)?),
        FieldValue::Lines(lines) => {
            let lines: Vec<_> = lines.iter().filter_map(|text| line(text)).collect();
            let fits = (1..=limits::ADDRESS_LINES_MAX).contains(&lines.len());
            fits.then_some(FieldValue::Lines(lines))?
        }
        FieldValue::Note { text, .. } => FieldValue::Note {
            author: Some(writer.profile.to_owned()),
            name: line(writer.name),
            time: Some(writer.now),
            text: fhir::multiline(&text, limits::TEXT_CHARS_MAX)?.into(),
        },
        FieldValue::Tag {
            system,
            code,
            label,
        } => FieldValue::Tag {
            system: system.as_deref().and_then(line),
            code: code.as_deref().and_then(code_line),
            label: line(&label)?,
        },
        FieldValue::Contact { system, value } => FieldValue::Contact {
            system: system.as_deref().and_then(line),
            value: line(&value)?,
        },
    })
}

fn line(text: &str) -> Option<String> {
    fhir::line(text, limits::LINE_CHARS_MAX).map(String::from)
}

fn code_line(text: &str) -> Option<String> {
    fhir::line(text, limits::CODE_CHARS_MAX).map(String::from)
}

fn is_status(code: &str) -> bool {
    transitions::next("draft").contains(&code) || transitions::next("requested").contains(&code)
}

fn exists(date: FhirDate) -> bool {
    match date {
        FhirDate::Day(year, month, day) => {
            (1..=9999).contains(&year) && CivilDay::new(year, month, day).is_some()
        }
        FhirDate::Instant(instant) => (0..253_402_300_800_000).contains(&instant.0),
        // When something is due is at least a day.
        FhirDate::Year(_) | FhirDate::Month(..) => false,
    }
}
