//! Whether a resource fulfils a filter.

use serde_json::Value;

use super::{
    criteria::{Filter, Prefix},
    params::{self, Kind, Param},
    values,
};
use crate::{store::Store, time};

/// Whether a live resource (with extended meta) fulfils a filter.
pub(super) fn matches(store: &Store, filter: &Filter, resource: &Value) -> bool {
    match filter.param.kind {
        Kind::Has => return has(store, filter, resource),
        Kind::Filter => return filter_expression(store, filter, resource),
        Kind::Deleted => return true,
        _ => {}
    }
    let found = found(filter.param, resource);
    if let Some(chain) = &filter.chain {
        return found
            .iter()
            .any(|value| chained(store, value, chain, &filter.raw));
    }
    match filter.modifier {
        Some("missing") => (filter.raw == "true") == found.is_empty(),
        Some("present") => (filter.raw == "true") != found.is_empty(),
        Some("not") => !found.iter().any(|value| equal(filter, value)),
        _ if found.is_empty() && filter.param.kind == Kind::Flag => {
            filter.values.iter().any(|value| value == "false")
        }
        _ => found.iter().any(|value| equal(filter, value)),
    }
}

fn found(param: Param, resource: &Value) -> Vec<&Value> {
    match param.kind {
        Kind::Id => values::all(resource, &["id"]),
        Kind::LastUpdated => values::all(resource, &["meta.lastUpdated"]),
        Kind::Compartment => values::all(resource, &["meta.compartment.reference"]),
        Kind::Project => values::all(resource, &["meta.project"]),
        Kind::Reference(target) => {
            let mut found = values::all(resource, param.paths);
            if let Some(target) = target {
                found.retain(|value| points_at(value, target));
            }
            found
        }
        _ => values::all(resource, param.paths),
    }
}

fn points_at(value: &Value, target: &str) -> bool {
    let reference = value["reference"].as_str().unwrap_or_default();
    reference
        .split_once('/')
        .is_some_and(|(name, _)| name == target)
}

fn equal(filter: &Filter, value: &Value) -> bool {
    let any = |test: &dyn Fn(&str) -> bool| filter.values.iter().any(|wanted| test(wanted));
    match filter.param.kind {
        Kind::Token | Kind::Flag if filter.modifier == Some("text") => {
            let text = values::text(value).to_lowercase();
            any(&|wanted| !wanted.is_empty() && text.contains(&wanted.to_lowercase()))
        }
        Kind::Token | Kind::Flag => any(&|wanted| token(value, wanted)),
        Kind::Contact(system) => {
            value["system"] == system && any(&|wanted| value["value"] == wanted)
        }
        Kind::Text => any(&|wanted| text(filter.modifier, value, wanted)),
        Kind::Uri => any(&|wanted| value == wanted),
        Kind::Reference(target) => any(&|wanted| reference(value, target, wanted)),
        Kind::Id | Kind::Project => any(&|wanted| value == wanted),
        Kind::Compartment => any(&|wanted| {
            let text = value.as_str().unwrap_or_default();
            text == wanted || text.rsplit('/').next() == Some(wanted)
        }),
        Kind::LastUpdated | Kind::Moment => {
            let micros = value.as_str().and_then(time::parse_micros);
            micros.is_some_and(|micros| moment(filter, micros))
        }
        Kind::Day => {
            let day = value
                .as_str()
                .and_then(|text| time::parse_micros(text.get(..10)?));
            day.is_some_and(|micros| moment(filter, micros))
        }
        Kind::Deleted | Kind::Filter | Kind::Has => true,
    }
}

/// Tokens compare exactly, in upper and lower case too (unlike the matcher of Subscriptions, `transcripts/03c`).
fn token(value: &Value, wanted: &str) -> bool {
    if wanted.is_empty() {
        return false;
    }
    let (system, code) = match wanted.split_once('|') {
        Some((system, code)) => (Some(system), code),
        None => (None, wanted),
    };
    match value {
        Value::String(text) => system.is_none() && text == code,
        Value::Bool(flag) => system.is_none() && flag.to_string() == code,
        Value::Object(object) => {
            if let Some(Value::Array(codings)) = object.get("coding")
                && codings.iter().any(|coding| token(coding, wanted))
            {
                return true;
            }
            if system.is_none() && object.get("text").is_some_and(|text| text == code) {
                return true;
            }
            let Some(own) = object.get("code").or_else(|| object.get("value")) else {
                return false;
            };
            let system_fits = match system {
                None => true,
                Some("") => !object.contains_key("system"),
                Some(system) => object.get("system").is_some_and(|own| own == system),
            };
            system_fits && (code.is_empty() || own == code)
        }
        _ => false,
    }
}

/// The beginning of the text or of a word in it, in any case.
fn text(modifier: Option<&str>, value: &Value, wanted: &str) -> bool {
    if wanted.is_empty() {
        return false;
    }
    let full = values::text(value);
    if modifier == Some("exact") {
        return full == wanted;
    }
    let (full, wanted) = (full.to_lowercase(), wanted.to_lowercase());
    if modifier == Some("contains") {
        return full.contains(&wanted);
    }
    full.match_indices(&wanted).any(|(at, _)| {
        let before = full[..at].chars().next_back();
        before.is_none_or(|letter| !letter.is_alphanumeric())
    })
}

fn reference(value: &Value, target: Option<&str>, wanted: &str) -> bool {
    let Some(own) = value["reference"].as_str() else {
        return false;
    };
    if own == wanted {
        return true;
    }
    match target {
        Some(target) if !wanted.contains('/') => own
            .strip_prefix(target)
            .and_then(|rest| rest.strip_prefix('/'))
            .is_some_and(|id| id == wanted),
        _ => false,
    }
}

/// Dates compare as moments: a day is its midnight, so equality with a day finds nothing in times.
pub(super) fn moment(filter: &Filter, micros: i64) -> bool {
    filter.moments.iter().any(|(prefix, wanted)| match prefix {
        Prefix::Equal => micros == *wanted,
        Prefix::NotEqual => micros != *wanted,
        Prefix::Greater => micros > *wanted,
        Prefix::GreaterOrEqual => micros >= *wanted,
        Prefix::Less => micros < *wanted,
        Prefix::LessOrEqual => micros <= *wanted,
    })
}

/// `patient.name=Quill`: the rest of the chain holds for what the reference points at.
fn chained(store: &Store, value: &Value, chain: &str, raw: &str) -> bool {
    let target = value["reference"]
        .as_str()
        .and_then(|reference| store.resolve(reference));
    target.is_some_and(|target| one(store, &target.value, chain, raw))
}

fn one(store: &Store, resource: &Value, key: &str, raw: &str) -> bool {
    let types = [resource["resourceType"]
        .as_str()
        .unwrap_or_default()
        .to_owned()];
    Filter::parse(&types, key, raw).is_ok_and(|filter| matches(store, &filter, resource))
}

/// `_has:Provenance:target:agent=x`.
fn has(store: &Store, filter: &Filter, resource: &Value) -> bool {
    let mut parts = filter.code.splitn(4, ':').skip(1);
    let (Some(from), Some(by), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let Some(param) = params::find(from, by) else {
        return false;
    };
    let own = format!(
        "{}/{}",
        resource["resourceType"].as_str().unwrap_or_default(),
        resource["id"].as_str().unwrap_or_default()
    );
    store.iterate(from).any(|version| {
        found(param, &version.value)
            .iter()
            .any(|value| value["reference"] == own.as_str())
            && one(store, &version.value, key, &filter.raw)
    })
}

/// `_filter=status eq requested and priority ne stat`.
fn filter_expression(store: &Store, filter: &Filter, resource: &Value) -> bool {
    filter.raw.split(" and ").all(|term| {
        let mut words = term.trim().splitn(3, ' ');
        let (Some(code), Some(operator), Some(value)) = (words.next(), words.next(), words.next())
        else {
            return false;
        };
        let value = value.trim_matches('"');
        match operator {
            "eq" => one(store, resource, code, value),
            "ne" => !one(store, resource, code, value),
            "co" => one(store, resource, &format!("{code}:contains"), value),
            "gt" | "ge" | "lt" | "le" => one(store, resource, code, &format!("{operator}{value}")),
            _ => false,
        }
    })
}
