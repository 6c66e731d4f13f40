//! Finding values in a resource by dotted path, and their texts.

use serde_json::Value;

/// Calls `each` with every value at a path; arrays are flattened on the way.
pub(super) fn each<'a>(value: &'a Value, path: &str, found: &mut Vec<&'a Value>) {
    match value {
        Value::Array(items) => {
            for item in items {
                each(item, path, found);
            }
        }
        _ if path.is_empty() && !value.is_null() => {
            found.push(value);
        }
        Value::Object(object) => {
            let (head, rest) = path.split_once('.').unwrap_or((path, ""));
            if let Some(inner) = object.get(head) {
                each(inner, rest, found);
            }
        }
        _ => {}
    }
}

/// All values at several paths.
pub(super) fn all<'a>(value: &'a Value, paths: &[&str]) -> Vec<&'a Value> {
    let mut found = Vec::new();
    for path in paths {
        each(value, path, &mut found);
    }
    found
}

/// The text by which a value is searched and sorted: names and addresses in one line.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(object) => {
            if let Some(Value::String(reference)) = object.get("reference") {
                return reference.clone();
            }
            let mut words = Vec::new();
            for key in [
                "prefix",
                "given",
                "family",
                "line",
                "city",
                "state",
                "postalCode",
                "coding",
                "code",
                "display",
                "text",
                "value",
            ] {
                if let Some(part) = object.get(key) {
                    collect_words(part, &mut words);
                }
            }
            words.join(" ")
        }
        Value::Array(_) => String::new(),
        other => other.to_string(),
    }
}

fn collect_words(value: &Value, words: &mut Vec<String>) {
    match value {
        Value::String(word) => words.push(word.clone()),
        Value::Array(items) => items.iter().for_each(|item| collect_words(item, words)),
        Value::Object(_) => words.push(text(value)),
        _ => {}
    }
}
