//! Checking one resource against the schema, with the texts and places of Medplum's validator.

use serde_json::{Value, json};

use super::schema::{Element, element, elements_of};
use crate::{outcome::Outcome, time};

/// Takes away `""`, `[]` and `{}`: the server drops them before it looks (`transcripts/08a`).
///
/// The text value of an extension is left, because there it changes the answer (`transcripts/09`).
pub(crate) fn drop_empty(value: &mut Value) {
    match value {
        Value::Object(object) => {
            object.values_mut().for_each(drop_empty);
            object.retain(|key, inner| key == "valueString" || !is_empty(inner));
        }
        Value::Array(items) => items.iter_mut().for_each(drop_empty),
        _ => {}
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(object) => object.is_empty(),
        _ => false,
    }
}

/// Checks a resource whose `resourceType` is known.
pub(crate) fn check(resource: &Value) -> Result<(), Outcome> {
    let name = resource["resourceType"].as_str().unwrap_or_default();
    let mut issues = Vec::new();
    check_object(resource, name, name, &mut issues);
    if issues.is_empty() {
        Ok(())
    } else {
        Err(Outcome::issues(issues))
    }
}

fn issue(text: &str, expression: &str) -> Value {
    json!({
        "severity": "error", "code": "structure", "details": { "text": text }, "expression": [expression],
    })
}

fn check_object(value: &Value, kind: &str, path: &str, issues: &mut Vec<Value>) {
    let Some(object) = value.as_object() else {
        // A text where an object belongs is seen as an object of its letters (`transcripts/08a`).
        for (index, _) in value.as_str().unwrap_or_default().chars().enumerate() {
            let text = format!("Invalid additional property \"{index}\"");
            issues.push(issue(&text, &format!("{path}.{index}")));
        }
        return;
    };
    for (name, inner) in object {
        if inner.is_null() {
            issues.push(issue("Invalid null value", &format!("{path}.{name}")));
        }
    }
    let elements = elements_of(kind).unwrap_or_default();
    for missing in elements
        .iter()
        .filter(|item| item.required && !object.contains_key(item.name))
    {
        issues.push(issue(
            "Missing required property",
            &format!("{path}.{}", missing.name),
        ));
    }
    for (name, inner) in object {
        let here = format!("{path}.{name}");
        if inner.is_null() || matches!(name.as_str(), "resourceType" | "id") {
            continue;
        }
        if name == "extension" || name == "modifierExtension" {
            check_extensions(inner, &here, issues);
            continue;
        }
        if elements.is_empty() || name.starts_with('_') {
            continue;
        }
        match element(kind, name) {
            None => issues.push(issue(
                &format!("Invalid additional property \"{name}\""),
                &here,
            )),
            Some(found) => check_element(inner, found, &here, issues),
        }
    }
}

fn check_element(value: &Value, element: Element, path: &str, issues: &mut Vec<Value>) {
    match (element.list, value) {
        (true, Value::Array(items)) => {
            for (index, item) in items.iter().enumerate() {
                check_value(item, element.kind, &format!("{path}[{index}]"), issues);
            }
        }
        (true, _) => issues.push(issue("Expected array of values for property", path)),
        (false, Value::Array(_)) => issues.push(issue("Expected single value for property", path)),
        (false, _) => check_value(value, element.kind, path, issues),
    }
}

fn check_value(value: &Value, kind: &str, path: &str, issues: &mut Vec<Value>) {
    let expected = match kind {
        "any" => return,
        "boolean" => "boolean",
        "integer" => "number",
        _ if kind.starts_with(char::is_uppercase) => {
            check_object(value, kind, path, issues);
            return;
        }
        _ => "string",
    };
    let actual = match value {
        Value::String(_) => "string",
        Value::Number(_) => "number",
        Value::Bool(_) => "boolean",
        _ => "object",
    };
    if actual != expected {
        let text = format!("Invalid JSON type: expected {expected}, but got {actual}");
        issues.push(issue(&text, path));
    } else if let Some(text) = value.as_str()
        && !is_well_formed(kind, text)
    {
        issues.push(issue(&format!("Invalid {kind} format"), path));
    }
}

fn is_well_formed(kind: &str, text: &str) -> bool {
    match kind {
        "dateTime" | "date" => time::parse_micros(text).is_some(),
        "instant" => text.contains('T') && time::parse_micros(text).is_some(),
        // FHIR R4: no leading or trailing blank, no two blanks in a row.
        "code" => !text.starts_with(' ') && !text.ends_with(' ') && !text.contains("  "),
        "uri" | "canonical" => !text.contains(char::is_whitespace),
        _ => !text.chars().any(is_control),
    }
}

fn is_control(letter: char) -> bool {
    letter < ' ' && !matches!(letter, '\t' | '\n' | '\r')
}

fn check_extensions(value: &Value, path: &str, issues: &mut Vec<Value>) {
    for (index, extension) in value.as_array().into_iter().flatten().enumerate() {
        let here = format!("{path}[{index}]");
        if extension["url"].as_str().is_none() {
            issues.push(issue("Missing required property", &format!("{here}.url")));
        }
        let Some(text) = extension["valueString"].as_str() else {
            continue;
        };
        if text.is_empty() {
            issues.push(json!({
                "severity": "error", "code": "invariant",
                "details": { "text": "Constraint ext-1 not met: Must have either extensions or value[x], not both" },
                "expression": [here],
                "diagnostics": "{\"fhirpath\":\"extension.exists() != value.exists()\"}",
            }));
            let text = "Invalid additional property \"valueString\"";
            issues.push(issue(text, &format!("{here}.valueString")));
        } else if text.chars().any(is_control) {
            issues.push(issue("Invalid string format", &format!("{here}.value[x]")));
        }
    }
}
