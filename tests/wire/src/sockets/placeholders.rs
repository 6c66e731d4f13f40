//! Matching an answer with a recorded one whose ids, times and tokens are placeholders like `<id:task1>`.
//!
//! The first sight of a placeholder binds it; from then on it must be the same text. It must never let a literal part differ.

use std::collections::BTreeMap;

use serde_json::Value;

/// Placeholders that are new at every sight.
const ANONYMOUS: &[&str] = &[
    "n",
    "fresh-uuid",
    "http-date",
    "presigned",
    "javascript-date",
];
/// Tags of the recorded HTML page, which look like placeholders.
const TAGS: &[&str] = &["head", "title", "body", "pre"];

/// What the placeholders of one transcript stand for.
#[derive(Clone, Debug, Default)]
pub struct Bindings(BTreeMap<String, String>);

#[derive(Clone, Debug, PartialEq)]
enum Part<'a> {
    Literal(&'a str),
    Label(&'a str),
}

impl Bindings {
    /// Binds a placeholder before it is seen.
    pub fn bind(&mut self, label: &str, text: &str) {
        self.0.insert(label.to_owned(), text.to_owned());
    }

    /// What a placeholder stands for.
    pub fn get(&self, label: &str) -> Option<&str> {
        self.0.get(label).map(String::as_str)
    }

    /// Replaces the placeholders in a request; `Err` names one that nothing has bound. Times and ids that the recording
    /// client made up are made up here too.
    pub fn fill(&mut self, template: &str) -> Result<String, String> {
        let mut text = String::new();
        for part in parts(template) {
            match part {
                Part::Literal(literal) => text.push_str(literal),
                Part::Label(label) => {
                    if let Some(made_up) = self.made_up(label) {
                        self.bind(label, &made_up);
                    }
                    let bound = self
                        .get(label)
                        .ok_or_else(|| format!("<{label}> is not bound"))?;
                    text.push_str(bound);
                }
            }
        }
        Ok(text)
    }

    /// As [`Bindings::fill`], in every text of a value.
    pub fn fill_value(&mut self, template: &Value) -> Result<Value, String> {
        Ok(match template {
            Value::String(text) => self.fill(text)?.into(),
            Value::Array(items) => items
                .iter()
                .map(|item| self.fill_value(item))
                .collect::<Result<_, _>>()?,
            Value::Object(fields) => {
                let mut filled = serde_json::Map::new();
                for (name, value) in fields {
                    filled.insert(name.clone(), self.fill_value(value)?);
                }
                Value::Object(filled)
            }
            other => other.clone(),
        })
    }

    /// A time of the day before, in the order of the ranks; an id that nobody has.
    fn made_up(&self, label: &str) -> Option<String> {
        if self.0.contains_key(label) {
            return None;
        }
        if let Some(rank) = label.strip_prefix("time:") {
            let rank: u32 = rank.parse().ok()?;
            return Some(format!(
                "2026-11-20T{:02}:{:02}:00.000Z",
                rank / 60,
                rank % 60
            ));
        }
        let number: u32 = label.strip_prefix("uuid-")?.parse().ok()?;
        Some(format!("00000000-0000-4000-8000-{number:012}"))
    }

    /// Matches a value with a recorded one; binds nothing unless all of it matches.
    pub fn matches(&mut self, expected: &Value, actual: &Value) -> Result<(), String> {
        let mut trial = self.clone();
        trial.compare(expected, actual, "")?;
        *self = trial;
        Ok(())
    }

    /// Times in order of their rank must be in order of time. Equal ranks are equal by binding.
    pub fn times_in_order(&self) -> Result<(), String> {
        let mut ranked: Vec<(u32, &str)> = self
            .0
            .iter()
            .filter_map(|(label, text)| {
                Some((label.strip_prefix("time:")?.parse().ok()?, text.as_str()))
            })
            .collect();
        ranked.sort_unstable();
        for pair in ranked.windows(2) {
            if let [(earlier_rank, earlier), (later_rank, later)] = pair
                && earlier > later
            {
                return Err(format!(
                    "<time:{earlier_rank}> {earlier} is after <time:{later_rank}> {later}"
                ));
            }
        }
        Ok(())
    }

    fn compare(&mut self, expected: &Value, actual: &Value, at: &str) -> Result<(), String> {
        match (expected, actual) {
            (Value::String(template), actual) if omits(template, actual) => Ok(()),
            (Value::Array(expected), Value::Array(actual)) if is_shortened(expected) => {
                self.compare_shortened(expected, actual, at)
            }
            (Value::String(template), Value::String(text)) => {
                if self.match_parts(&parts(template), text) {
                    Ok(())
                } else {
                    Err(format!("{at}: expected {template:?}, got {text:?}"))
                }
            }
            (Value::Array(expected), Value::Array(actual)) if expected.len() == actual.len() => {
                expected.iter().zip(actual).enumerate().try_for_each(
                    |(index, (expected, actual))| {
                        self.compare(expected, actual, &format!("{at}/{index}"))
                    },
                )
            }
            (Value::Object(expected), Value::Object(actual)) => {
                let extra = actual.keys().find(|name| !expected.contains_key(*name));
                if let Some(extra) = extra.filter(|_| !is_reduced(expected)) {
                    return Err(format!("{at}: unexpected {extra}: {}", actual[extra]));
                }
                for (name, expected) in expected {
                    let actual = actual
                        .get(name)
                        .ok_or_else(|| format!("{at}: {name} is missing"))?;
                    self.compare(expected, actual, &format!("{at}/{name}"))?;
                }
                Ok(())
            }
            (expected, actual) if expected == actual => Ok(()),
            (expected, actual) => Err(format!("{at}: expected {expected}, got {actual}")),
        }
    }

    /// A list of which the recording shows the beginning and the end, or only the beginning.
    fn compare_shortened(
        &mut self,
        expected: &[Value],
        actual: &[Value],
        at: &str,
    ) -> Result<(), String> {
        let gap = expected.iter().position(is_gap).unwrap_or(expected.len());
        let tail = &expected[gap + 1..];
        let left_out = expected[gap]["<omitted>"].as_str().map(leading_number);
        let missing = left_out.is_some_and(|count| gap + count + tail.len() != actual.len());
        if missing || actual.len() < gap + tail.len() {
            return Err(format!("{at}: a list of {} entries", actual.len()));
        }
        let ends = actual[..gap]
            .iter()
            .chain(&actual[actual.len() - tail.len()..]);
        for (expected, actual) in expected[..gap].iter().chain(tail).zip(ends) {
            self.compare(expected, actual, at)?;
        }
        Ok(())
    }

    fn match_parts(&mut self, parts: &[Part<'_>], text: &str) -> bool {
        let Some((first, rest)) = parts.split_first() else {
            return text.is_empty();
        };
        match first {
            Part::Literal(literal) => text
                .strip_prefix(literal)
                .is_some_and(|text| self.match_parts(rest, text)),
            Part::Label(label) => {
                if let Some(bound) = self.0.get(*label).cloned() {
                    // A time in a link is percent-encoded.
                    let encoded = bound.replace(':', "%3A");
                    if encoded != bound
                        && let Some(text) = text.strip_prefix(encoded.as_str())
                    {
                        return self.match_parts(rest, text);
                    }
                    return text
                        .strip_prefix(bound.as_str())
                        .is_some_and(|text| self.match_parts(rest, text));
                }
                let ends = text
                    .char_indices()
                    .map(|(at, character)| at + character.len_utf8());
                for end in ends.collect::<Vec<_>>() {
                    let (candidate, remaining) = text.split_at(end);
                    if !fits(label, candidate) {
                        continue;
                    }
                    let mut trial = self.clone();
                    if !ANONYMOUS.contains(label) {
                        trial.bind(label, candidate);
                    }
                    if trial.match_parts(rest, remaining) {
                        *self = trial;
                        return true;
                    }
                }
                false
            }
        }
    }
}

/// Whether the recording left a value out: `<20 entries>` of a list, or a description like `<as in 01d>` of anything.
fn omits(template: &str, actual: &Value) -> bool {
    let inside = template
        .strip_prefix('<')
        .and_then(|text| text.strip_suffix('>'));
    let Some(inside) = inside.filter(|text| text.contains(' ') && !text.contains(['<', '>']))
    else {
        return false;
    };
    match actual {
        Value::Array(items) => leading_number(inside) == items.len(),
        _ => !inside.starts_with(|first: char| first.is_ascii_digit()) || inside.contains(','),
    }
}

/// `17` of `17 entries`.
fn leading_number(text: &str) -> usize {
    let digits = text.split(' ').next().unwrap_or_default();
    digits.parse().unwrap_or(0)
}

fn is_gap(value: &Value) -> bool {
    value.get("<omitted>").is_some() || value.as_str().is_some_and(|text| text.ends_with(" more>"))
}

/// Whether the recording reduced a resource to id and meta. A tombstone looks alike, but has no version.
fn is_reduced(fields: &serde_json::Map<String, Value>) -> bool {
    let version = fields.get("meta").and_then(|meta| meta.get("versionId"));
    fields.len() == 3 && fields.contains_key("id") && version.is_some()
}

fn is_shortened(list: &[Value]) -> bool {
    list.iter().any(is_gap)
}

/// Whether a text can be what a placeholder stands for.
fn fits(label: &str, text: &str) -> bool {
    if label.starts_with("uuid-") || label == "fresh-uuid" {
        return is_uuid(text);
    }
    match label.split(':').next().unwrap_or(label) {
        "id" | "version" => is_uuid(text),
        "time" => text.len() == 24 && text.ends_with('Z') && text.as_bytes()[10] == b'T',
        "n" => text.bytes().all(|byte| byte.is_ascii_digit()),
        _ => true,
    }
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36 && text.split('-').map(str::len).eq([8, 4, 4, 4, 12])
}

fn parts(template: &str) -> Vec<Part<'_>> {
    let mut found = Vec::new();
    let mut rest = template;
    let mut literal_from = 0;
    let mut at = 0;
    while let Some(open) = rest.find('<') {
        let Some(close) = rest[open..].find('>').map(|close| open + close) else {
            break;
        };
        let label = &rest[open + 1..close];
        if is_label(label) {
            if at + open > literal_from {
                found.push(Part::Literal(&template[literal_from..at + open]));
            }
            found.push(Part::Label(label));
            literal_from = at + close + 1;
            at += close + 1;
        } else {
            at += open + 1;
        }
        rest = &template[at..];
    }
    if literal_from < template.len() {
        found.push(Part::Literal(&template[literal_from..]));
    }
    found
}

fn is_label(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_lowercase())
        && text
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || ":-.+_".contains(character))
        && !TAGS.contains(&text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ONE: &str = "11111111-1111-4111-8111-111111111111";
    const TWO: &str = "22222222-2222-4222-8222-222222222222";

    #[test]
    fn a_placeholder_is_bound_once_and_then_the_same() {
        let mut bindings = Bindings::default();
        assert!(
            bindings
                .matches(&json!("Task/<id:a>"), &json!(format!("Task/{ONE}")))
                .is_ok()
        );
        assert!(
            bindings
                .matches(&json!({"x": "<id:a>"}), &json!({"x": ONE}))
                .is_ok()
        );
        assert!(bindings.matches(&json!("<id:a>"), &json!(TWO)).is_err());
        assert_eq!(
            bindings.fill("/Task/<id:a>").unwrap(),
            format!("/Task/{ONE}")
        );
    }

    #[test]
    fn literals_fields_and_lengths_must_agree() {
        let mut bindings = Bindings::default();
        for (expected, actual) in [
            (json!({"a": 1}), json!({"a": 1, "b": 2})),
            (json!({"a": 1, "b": 2}), json!({"a": 1})),
            (json!([1]), json!([1, 2])),
            (json!("a<n>c"), json!("a7d")),
            (json!("<time:1>"), json!("yesterday")),
        ] {
            assert!(
                bindings.matches(&expected, &actual).is_err(),
                "{expected} {actual}"
            );
        }
    }

    #[test]
    fn nothing_is_bound_by_a_failed_match() {
        let mut bindings = Bindings::default();
        assert!(
            bindings
                .matches(&json!(["<id:a>", 1]), &json!([ONE, 2]))
                .is_err()
        );
        assert_eq!(bindings.get("id:a"), None);
    }

    #[test]
    fn times_must_be_in_the_order_of_their_ranks() {
        let mut bindings = Bindings::default();
        bindings.bind("time:2", "2026-11-22T10:00:00.001Z");
        bindings.bind("time:10", "2026-11-22T10:00:00.002Z");
        assert!(bindings.times_in_order().is_ok());
        bindings.bind("time:11", "2026-11-22T10:00:00.000Z");
        assert!(bindings.times_in_order().is_err());
    }
}
