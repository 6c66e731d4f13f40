//! Subscription criteria and the in-memory matcher behind them, quirks included (`03c-criteria-matcher.json`).
//!
//! Any text is accepted as criteria; what the matcher does not know simply never fires.

use serde_json::Value;

use super::parameters::{self, Comparison};
use super::period::period;

/// Parameters that shape an answer and so mean nothing here.
const IGNORED: &[&str] = &[
    "_count",
    "_sort",
    "_fields",
    "_elements",
    "_offset",
    "_total",
    "_include",
    "_revinclude",
    "_summary",
    "_format",
    "_cursor",
];

/// Parsed criteria.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Criteria {
    /// Type it watches.
    pub resource_type: String,
    filters: Vec<Filter>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Filter {
    /// `None`: a parameter the matcher does not know.
    parameter: Option<(Comparison, &'static str)>,
    /// Only contact points of this system.
    contact_system: Option<&'static str>,
    modifier: Modifier,
    values: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Modifier {
    None,
    Not,
    Missing,
}

impl Criteria {
    /// Parses text like `Task?status=requested`.
    pub fn parse(text: &str) -> Self {
        let (resource_type, query) = text.split_once('?').unwrap_or((text, ""));
        let filters = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .filter_map(|pair| Filter::parse(resource_type, pair))
            .collect();
        Self {
            resource_type: resource_type.to_owned(),
            filters,
        }
    }

    /// Whether `resource` matches all of it.
    pub fn matches(&self, resource: &Value) -> bool {
        resource["resourceType"] == self.resource_type.as_str()
            && self.filters.iter().all(|filter| filter.matches(resource))
    }
}

impl Filter {
    fn parse(resource_type: &str, pair: &str) -> Option<Self> {
        let (key, values) = pair.split_once('=').unwrap_or((pair, ""));
        let (key, values) = (decode(key), decode(values));
        let (code, modifier) = key.split_once(':').unwrap_or((&key, ""));
        if IGNORED.contains(&code) {
            return None;
        }
        let contact_system = match code {
            "phone" => Some("phone"),
            "email" => Some("email"),
            _ => None,
        };
        let modifier = match modifier {
            "not" => Modifier::Not,
            "missing" => Modifier::Missing,
            // `:exact`, `:contains`, `:text` and the rest are not looked at.
            _ => Modifier::None,
        };
        Some(Self {
            parameter: parameters::find(resource_type, code),
            contact_system,
            modifier,
            values,
        })
    }

    fn matches(&self, resource: &Value) -> bool {
        let Some((comparison, path)) = self.parameter else {
            return false;
        };
        if self.values.is_empty() {
            return false;
        }
        let mut found = values_at(resource, path);
        if let Some(system) = self.contact_system {
            found.retain(|value| value["system"] == system);
        }
        if self.modifier == Modifier::Missing {
            return (self.values == "true") == found.is_empty();
        }
        let negated = self.modifier == Modifier::Not;
        if comparison == Comparison::Deceased {
            let deceased = found.first() == Some(&&Value::Bool(true))
                || !resource["deceasedDateTime"].is_null();
            return (self.values == "true") == (deceased != negated);
        }
        let any = self.values.split(',').any(|wanted| {
            found
                .iter()
                .any(|value| matches_value(comparison, value, wanted))
        });
        any != negated
    }
}

fn matches_value(comparison: Comparison, value: &Value, wanted: &str) -> bool {
    match comparison {
        Comparison::Reference => reference_text(value) == Some(wanted),
        Comparison::Compartment => reference_text(value).is_some_and(|reference| {
            reference == wanted
                || reference
                    .rsplit_once('/')
                    .is_some_and(|(_, id)| id == wanted)
        }),
        Comparison::Text => matches_text(value, wanted),
        Comparison::Code => same(value, wanted),
        Comparison::Identifier => matches_identifier(value, wanted),
        Comparison::Concept => matches_concept(value, wanted),
        Comparison::Boolean => value.as_bool() == Some(wanted == "true"),
        Comparison::Date => matches_date(value, wanted),
        Comparison::Deceased => false,
    }
}

fn reference_text(value: &Value) -> Option<&str> {
    value.as_str().or_else(|| value["reference"].as_str())
}

/// Part of the text; of a complex value, part of its JSON or (names) of how it is displayed. `system|code` means both.
fn matches_text(value: &Value, wanted: &str) -> bool {
    if let Some((system, code)) = wanted.split_once('|') {
        return matches_text(value, system) && (code.is_empty() || matches_text(value, code));
    }
    let wanted = wanted.to_lowercase();
    match value {
        Value::String(text) => text.to_lowercase().contains(&wanted),
        Value::Object(_) => {
            value.to_string().to_lowercase().contains(&wanted)
                || human_name(value).to_lowercase().contains(&wanted)
        }
        _ => false,
    }
}

/// Given names, then the family name.
fn human_name(value: &Value) -> String {
    let given = value["given"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str);
    given
        .chain(value["family"].as_str())
        .collect::<Vec<_>>()
        .join(" ")
}

fn same(value: &Value, wanted: &str) -> bool {
    value
        .as_str()
        .is_some_and(|text| text.eq_ignore_ascii_case(wanted))
}

fn matches_identifier(value: &Value, wanted: &str) -> bool {
    match wanted.split_once('|') {
        Some((system, code)) => {
            same(&value["system"], system) && (code.is_empty() || same(&value["value"], code))
        }
        None => same(&value["value"], wanted),
    }
}

fn matches_concept(value: &Value, wanted: &str) -> bool {
    let mut codings = value["coding"].as_array().into_iter().flatten();
    match wanted.split_once('|') {
        Some((system, code)) => codings.any(|coding| {
            same(&coding["system"], system) && (code.is_empty() || same(&coding["code"], code))
        }),
        None => same(&value["text"], wanted) || codings.any(|coding| same(&coding["code"], wanted)),
    }
}

/// Compares periods: a day is 24 hours, a year all of it.
fn matches_date(value: &Value, wanted: &str) -> bool {
    let (prefix, text) = match wanted.get(..2) {
        Some(prefix @ ("eq" | "ne" | "gt" | "lt" | "ge" | "le" | "sa" | "eb" | "ap")) => {
            (prefix, &wanted[2..])
        }
        _ => ("eq", wanted),
    };
    let Some((wanted_start, wanted_end)) = period(text) else {
        return false;
    };
    let Some((start, end)) = value_period(value) else {
        return false;
    };
    match prefix {
        "ne" => end <= wanted_start || start >= wanted_end,
        "gt" | "sa" => end > wanted_end,
        "lt" | "eb" => start < wanted_start,
        "ge" => end > wanted_start,
        "le" => start < wanted_end,
        _ => start < wanted_end && end > wanted_start,
    }
}

fn value_period(value: &Value) -> Option<(i64, i64)> {
    if let Some(text) = value.as_str() {
        return period(text);
    }
    let side = |name: &str| value[name].as_str().map(period);
    match (side("start"), side("end")) {
        (None, None) => None,
        (start, end) => Some((
            start.flatten().map_or(i64::MIN, |it| it.0),
            end.flatten().map_or(i64::MAX, |it| it.1),
        )),
    }
}

/// Values at a dotted path, arrays flattened.
fn values_at<'a>(resource: &'a Value, path: &str) -> Vec<&'a Value> {
    let mut found = vec![resource];
    for step in path.split('.') {
        let mut next = Vec::new();
        for value in found {
            match value.get(step) {
                Some(Value::Array(items)) => next.extend(items),
                Some(Value::Null) | None => {}
                Some(item) => next.push(item),
            }
        }
        found = next;
    }
    found
}

/// Percent-decoding, with `+` as a space.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        match first {
            b'+' => bytes.push(b' '),
            b'%' => match tail
                .get(..2)
                .and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok())
            {
                Some(byte) => {
                    bytes.push(byte);
                    rest = &tail[2..];
                }
                None => bytes.push(b'%'),
            },
            other => bytes.push(*other),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
