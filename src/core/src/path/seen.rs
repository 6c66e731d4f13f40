//! Which paths there are in some resources, for whoever looks for one: where values are and of which kind. Never a value: only names of
//! fields, and the codes and addresses that tell one element of a list from another.

use serde_json::{Map, Value};

use super::{evaluate::choice, quoted};
use crate::{
    fhir::parse_date,
    limits,
    protocol::{FhirDate, PathFormat, PathSuggestion},
};

/// What nobody wants as a column: what it is, and the record written out for people.
const LEFT_OUT: [&str; 3] = ["resourceType", "contained", "text"];

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct PathsSeen(Vec<PathSuggestion>);

impl PathsSeen {
    /// Looks at one resource.
    pub(crate) fn look(&mut self, raw: &str) {
        if let Ok(Value::Object(fields)) = serde_json::from_str(raw) {
            let fields = fields
                .iter()
                .filter(|(name, _)| !LEFT_OUT.contains(&name.as_str()));
            for (name, value) in fields {
                self.field("", name, value, limits::PATH_SEEN_DEPTH_MAX);
            }
        }
    }

    /// What was seen, in the order of the alphabet.
    pub(crate) fn suggestions(self) -> Vec<PathSuggestion> {
        let mut all = self.0;
        all.truncate(limits::PATH_SUGGESTIONS_MAX);
        all
    }

    fn field(&mut self, before: &str, name: &str, value: &Value, depth: usize) {
        // What is beside a value that is no object has no path here.
        let is_name = name.starts_with(|first: char| first.is_ascii_lowercase());
        let is_given = before.ends_with(')') && matches!(name, "url" | "system");
        if !is_name || is_given || !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return;
        }
        let name = choice(name).unwrap_or(name);
        let path = match before {
            "" => name.to_owned(),
            before => format!("{before}.{name}"),
        };
        let Value::Array(elements) = value else {
            return self.value(path, value, false, depth);
        };
        for element in elements.iter().take(limits::PATH_VALUES_MAX) {
            let one = element
                .as_object()
                .and_then(|fields| told_apart(name, before, &path, fields));
            match one {
                Some(path) => self.value(path, element, false, depth),
                None => self.value(path.clone(), element, true, depth),
            }
        }
    }

    fn value(&mut self, path: String, value: &Value, is_list: bool, depth: usize) {
        let format = match value {
            Value::Object(fields) => match of_object(fields) {
                Some(format) => format,
                None if depth > 0 => {
                    for (name, value) in fields {
                        self.field(&path, name, value, depth - 1);
                    }
                    return;
                }
                None => return,
            },
            Value::String(text) => of_text(text),
            Value::Number(_) => PathFormat::Number,
            Value::Bool(_) => PathFormat::Boolean,
            Value::Null | Value::Array(_) => return,
        };
        let format = if is_list { PathFormat::Tags } else { format };
        match self.0.binary_search_by(|known| known.path.cmp(&path)) {
            Ok(place) => {
                let known = &mut self.0[place].format;
                if *known != format {
                    *known = PathFormat::Text;
                }
            }
            Err(place) => {
                let is_short = path.chars().count() <= limits::PATH_CHARS_MAX;
                if is_short && self.0.len() < limits::PATHS_SEEN_MAX {
                    self.0.insert(place, PathSuggestion { path, format });
                }
            }
        }
    }
}

/// The path to the elements of a list that are like this one: extensions by their address, others by their system.
fn told_apart(name: &str, before: &str, path: &str, fields: &Map<String, Value>) -> Option<String> {
    let of = |name: &str| {
        let text = fields.get(name)?.as_str()?;
        // A code or an address; anything else may be somebody's words.
        let is_code = text.bytes().all(|byte| byte.is_ascii_graphic());
        (is_code && text.len() < limits::PATH_CHARS_MAX).then_some(text)
    };
    if name == "extension" {
        let dot = if before.is_empty() { "" } else { "." };
        return Some(format!("{before}{dot}extension({})", quoted(of("url")?)));
    }
    // Of a coding the system is only where its code is from.
    let is_coding = fields.contains_key("code");
    let system = of("system").filter(|_| !is_coding)?;
    Some(format!("{path}.where(system = {})", quoted(system)))
}

/// A data type that a cell can show as a whole.
fn of_object(fields: &Map<String, Value>) -> Option<PathFormat> {
    let has = |name: &str| fields.contains_key(name);
    let is_concept = has("coding") || (has("text") && !has("family"));
    let is_coding = has("code") && (has("system") || has("display")) && !has("value");
    if has("reference") {
        Some(PathFormat::Person)
    } else if is_concept || is_coding {
        Some(PathFormat::Text)
    } else {
        let is_quantity = fields.get("value").is_some_and(Value::is_number);
        is_quantity.then_some(PathFormat::Number)
    }
}

fn of_text(text: &str) -> PathFormat {
    // A year alone may be any number.
    match parse_date(text) {
        Some(FhirDate::Instant(_)) => PathFormat::DateTime,
        Some(FhirDate::Day(..)) => PathFormat::Date,
        _ => PathFormat::Text,
    }
}
