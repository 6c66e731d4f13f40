//! From a query string to a [`SearchRequest`].

use std::{collections::BTreeMap, fmt::Write};

use super::{
    criteria::Filter,
    params::{self, Kind},
};
use crate::outcome::Outcome;

/// Most rows of one page; more are cut silently (`transcripts/06c`).
const COUNT_MAX: i64 = 1000;
const COUNT_DEFAULT: i64 = 20;
const OFFSET_MAX: i64 = 10_000;

/// A parsed search.
#[derive(Clone, Debug, Default)]
pub(crate) struct SearchRequest {
    /// One, or several for a search at the root.
    pub(crate) types: Vec<String>,
    pub(super) filters: Vec<Filter>,
    /// (parameter, descending).
    pub(super) sort: Vec<(String, bool)>,
    /// `None` = not a number, which finds nothing.
    pub(super) count: Option<i64>,
    pub(super) offset: i64,
    pub(super) cursor: Option<String>,
    pub(super) total: bool,
    pub(super) fields: Option<Vec<String>>,
    pub(super) summary: bool,
    pub(super) include: Vec<Inclusion>,
    pub(super) reverse_include: Vec<Inclusion>,
    /// Parameters as they stand in links, sorted by name, values encoded.
    pub(super) echo: BTreeMap<String, Vec<String>>,
}

/// `_include=Task:patient`.
#[derive(Clone, Debug)]
pub(super) struct Inclusion {
    pub(super) resource_type: String,
    pub(super) code: String,
    pub(super) iterate: bool,
}

impl SearchRequest {
    /// Parses the decoded parameters of one search.
    pub(crate) fn parse(resource_type: &str, query: &[(String, String)]) -> Result<Self, Outcome> {
        let mut request = Self {
            types: vec![resource_type.to_owned()],
            count: Some(COUNT_DEFAULT),
            ..Self::default()
        };
        if resource_type == "MultipleTypes" {
            let types = query.iter().find(|(key, _)| key == "_type");
            let Some((_, types)) = types else {
                return Err(Outcome::bad_request("No types specified"));
            };
            request.types = types.split(',').map(str::to_owned).collect();
            request.echo("_type", types.clone());
        }
        for (key, value) in query {
            request.take(key, value)?;
        }
        if request.cursor.is_some() && request.offset > 0 {
            return Err(Outcome::bad_request("Cannot use both offset and cursor"));
        }
        let count = request
            .count
            .map_or("NaN".to_owned(), |count| count.to_string());
        request.echo.insert("_count".to_owned(), vec![count]);
        Ok(request)
    }

    fn echo(&mut self, key: &str, value: String) {
        self.echo.entry(key.to_owned()).or_default().push(value);
    }

    fn take(&mut self, key: &str, value: &str) -> Result<(), Outcome> {
        match key {
            "_type" | "_format" | "_pretty" => {}
            "_count" => self.count = value.parse().ok().map(|count: i64| count.min(COUNT_MAX)),
            "_offset" => self.take_offset(value)?,
            "_cursor" => {
                self.cursor = Some(value.to_owned());
                self.echo("_cursor", encode_component(value));
            }
            "_sort" => self.take_sort(value)?,
            "_total" => {
                self.total |= matches!(value, "accurate" | "estimate");
                self.echo("_total", value.to_owned());
            }
            "_summary" => match value {
                "count" => {
                    self.count = Some(0);
                    self.total = true;
                    self.echo("_total", "accurate".to_owned());
                }
                "true" => self.summary = true,
                _ => {}
            },
            "_elements" | "_fields" => {
                self.fields = Some(value.split(',').map(str::to_owned).collect());
                self.echo("_fields", value.to_owned());
            }
            "_include" | "_include:iterate" => {
                let inclusion = inclusion(value, key.ends_with("iterate"))?;
                self.include.push(inclusion);
                self.echo(key, value.to_owned());
            }
            "_revinclude" | "_revinclude:iterate" => {
                let inclusion = inclusion(value, key.ends_with("iterate"))?;
                self.reverse_include.push(inclusion);
                self.echo(key, value.to_owned());
            }
            _ => {
                let filter = Filter::parse(&self.types, key, value)?;
                self.echo(&filter.name(), encode_component(value));
                self.filters.push(filter);
            }
        }
        Ok(())
    }

    fn take_offset(&mut self, value: &str) -> Result<(), Outcome> {
        self.offset = value.parse().unwrap_or(0);
        if self.offset > OFFSET_MAX {
            let offset = self.offset;
            return Err(Outcome::bad_request(&format!(
                "Search offset exceeds maximum (got {offset}, max {OFFSET_MAX})"
            )));
        }
        self.echo("_offset", value.to_owned());
        Ok(())
    }

    fn take_sort(&mut self, value: &str) -> Result<(), Outcome> {
        for rule in value.split(',').filter(|rule| !rule.is_empty()) {
            let (code, descending) = match rule.strip_prefix('-') {
                Some(code) => (code, true),
                None => (rule, false),
            };
            if self
                .types
                .iter()
                .any(|name| params::find(name, code).is_none())
            {
                return Err(unknown(code));
            }
            self.sort.push((code.to_owned(), descending));
        }
        self.echo("_sort", value.to_owned());
        Ok(())
    }

    /// Exactly `_sort=_lastUpdated`, at least 20 rows, no offset: only then there are cursors (`transcripts/06a`).
    pub(super) fn uses_cursor(&self) -> bool {
        self.sort.len() == 1
            && self.sort[0].0 == "_lastUpdated"
            && !self.sort[0].1
            && self.count.is_some_and(|count| count >= COUNT_DEFAULT)
            && self.offset == 0
    }

    /// The address of this search with some parameters replaced (`None` removes).
    pub(super) fn link(&self, base: &str, changes: &[(&str, Option<String>)]) -> String {
        let kept = self
            .echo
            .iter()
            .filter(|(key, _)| changes.iter().all(|(changed, _)| changed != key));
        let kept =
            kept.flat_map(|(key, values)| values.iter().map(move |value| (key.as_str(), value)));
        let changed = changes
            .iter()
            .filter_map(|(key, value)| Some((*key, value.as_ref()?)));
        let mut pairs: Vec<(&str, &String)> = kept.chain(changed).collect();
        pairs.sort_by_key(|(key, _)| *key);
        let name = if self.echo.contains_key("_type") {
            "MultipleTypes"
        } else {
            &self.types[0]
        };
        let mut link = format!("{base}fhir/R4/{name}");
        for (index, (key, value)) in pairs.into_iter().enumerate() {
            let _ = write!(link, "{}{key}={value}", if index == 0 { '?' } else { '&' });
        }
        link
    }

    pub(super) fn filter(&self, kind: Kind) -> impl Iterator<Item = &Filter> {
        self.filters
            .iter()
            .filter(move |filter| filter.param.kind == kind)
    }
}

/// The error for a parameter that does not exist.
pub(super) fn unknown(code: &str) -> Outcome {
    Outcome::bad_request(&format!("Unknown search parameter: {code}"))
}

fn inclusion(value: &str, iterate: bool) -> Result<Inclusion, Outcome> {
    if value == "*" {
        return Err(Outcome::bad_request(
            "'*' is not supported as a value for search inclusion parameters",
        ));
    }
    let mut parts = value.split(':');
    let (Some(resource_type), Some(code)) = (parts.next(), parts.next()) else {
        return Err(Outcome::bad_request(&format!(
            "Invalid include value '{value}': must be of the form ResourceType:search-parameter"
        )));
    };
    let known = params::find(resource_type, code);
    if !matches!(known.map(|param| param.kind), Some(Kind::Reference(_))) {
        return Err(Outcome::bad_request(&format!(
            "Invalid include parameter: {resource_type}:{code}"
        )));
    }
    Ok(Inclusion {
        resource_type: resource_type.to_owned(),
        code: code.to_owned(),
        iterate,
    })
}

/// Splits and decodes `a=1&b=2` (application/x-www-form-urlencoded, so `+` is a blank).
pub(crate) fn parse_query(query: &str) -> Vec<(String, String)> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(key), decode(value))
        })
        .collect()
}

fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = || u8::from_str_radix(text.get(at + 1..at + 3)?, 16).ok();
        match bytes[at] {
            b'+' => decoded.push(b' '),
            b'%' => match hex() {
                Some(byte) => {
                    decoded.push(byte);
                    at += 2;
                }
                None => decoded.push(b'%'),
            },
            byte => decoded.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

/// JavaScript's `encodeURIComponent`.
pub(crate) fn encode_component(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}
