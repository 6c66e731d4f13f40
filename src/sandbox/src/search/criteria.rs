//! One filter of a search, and filters without a page: access policy criteria and conditional operations.

use serde_json::Value;

use super::{
    matching,
    params::{self, Kind, Param},
    parse::{parse_query, unknown},
};
use crate::{outcome::Outcome, store::Store, time};

/// Prefix of a date value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Prefix {
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

/// `status:not=completed,rejected`.
#[derive(Clone, Debug)]
pub(crate) struct Filter {
    pub(super) code: String,
    pub(super) modifier: Option<&'static str>,
    /// The rest of `patient.name`.
    pub(super) chain: Option<String>,
    pub(super) param: Param,
    pub(super) raw: String,
    pub(super) values: Vec<String>,
    /// Moments in microseconds, for dates.
    pub(super) moments: Vec<(Prefix, i64)>,
}

/// Modifiers that are understood; every other one is dropped (`transcripts/06c`).
const MODIFIERS: &[&str] = &[
    "not", "missing", "exact", "contains", "text", "present", "in", "not-in", "of-type",
];

impl Filter {
    pub(super) fn parse(types: &[String], key: &str, value: &str) -> Result<Self, Outcome> {
        let (name, chain) = match key.split_once('.') {
            Some((head, rest)) if !head.starts_with("_has") => (head, Some(rest.to_owned())),
            _ => (key, None),
        };
        let (code, modifier) = match name.split_once(':') {
            Some((code, modifier)) if code != "_has" => (
                code,
                MODIFIERS.iter().copied().find(|known| *known == modifier),
            ),
            _ => (name, None),
        };
        let mut found = None;
        for resource_type in types {
            found = Some(params::find(resource_type, code).ok_or_else(|| unknown(code))?);
        }
        let Some(param) = found else {
            return Err(unknown(code));
        };
        let mut filter = Self {
            code: code.to_owned(),
            modifier,
            chain,
            param,
            raw: value.to_owned(),
            values: value.split(',').map(str::to_owned).collect(),
            moments: Vec::new(),
        };
        if modifier != Some("missing") {
            filter.check()?;
        }
        Ok(filter)
    }

    /// Refuses values that a date or a boolean cannot have, and keeps the moments of dates.
    fn check(&mut self) -> Result<(), Outcome> {
        match self.param.kind {
            Kind::Deleted if !matches!(self.raw.as_str(), "true" | "false") => Err(
                Outcome::bad_request("Boolean search value must be 'true' or 'false'"),
            ),
            Kind::LastUpdated | Kind::Moment => self.take_moments(|text| {
                time::parse_micros(text).ok_or_else(|| {
                    Outcome::bad_request(&format!(
                        "Invalid format for date search parameter: {text}"
                    ))
                })
            }),
            Kind::Day => self.take_moments(|text| {
                let whole = text.len() >= 10;
                time::parse_micros(text)
                    .filter(|_| whole)
                    .ok_or_else(|| Outcome::bad_request(&format!("Invalid date value: {text}")))
            }),
            _ => Ok(()),
        }
    }

    fn take_moments(
        &mut self,
        parse: impl Fn(&str) -> Result<i64, Outcome>,
    ) -> Result<(), Outcome> {
        for value in &self.values {
            let (prefix, text) = split_prefix(value);
            self.moments.push((prefix, parse(text)?));
        }
        Ok(())
    }

    /// The name as it stands in links: an unknown modifier is gone.
    pub(super) fn name(&self) -> String {
        let mut name = self.code.clone();
        if let Some(modifier) = self.modifier {
            name = format!("{name}:{modifier}");
        }
        if let Some(chain) = &self.chain {
            name = format!("{name}.{chain}");
        }
        name
    }
}

fn split_prefix(value: &str) -> (Prefix, &str) {
    let prefixes = [
        ("eq", Prefix::Equal),
        ("ne", Prefix::NotEqual),
        ("gt", Prefix::Greater),
        ("ge", Prefix::GreaterOrEqual),
        ("lt", Prefix::Less),
        ("le", Prefix::LessOrEqual),
        ("sa", Prefix::Greater),
        ("eb", Prefix::Less),
    ];
    for (text, prefix) in prefixes {
        if let Some(rest) = value.strip_prefix(text) {
            return (prefix, rest);
        }
    }
    (Prefix::Equal, value)
}

/// `Task?owner=Practitioner/1`: a type with filters.
#[derive(Clone, Debug)]
pub(crate) struct Criteria {
    resource_type: String,
    filters: Vec<Filter>,
}

impl Criteria {
    /// Parses criteria; `None` if a parameter is unknown (which then matches nothing a policy could allow).
    pub(crate) fn parse(criteria: &str) -> Option<Self> {
        let (resource_type, query) = criteria.split_once('?').unwrap_or((criteria, ""));
        let types = [resource_type.to_owned()];
        let mut filters = Vec::new();
        for (key, value) in parse_query(query) {
            filters.push(Filter::parse(&types, &key, &value).ok()?);
        }
        Some(Self {
            resource_type: resource_type.to_owned(),
            filters,
        })
    }

    pub(crate) fn matches(&self, store: &Store, resource: &Value) -> bool {
        resource["resourceType"] == self.resource_type.as_str()
            && self
                .filters
                .iter()
                .all(|filter| matching::matches(store, filter, resource))
    }
}
