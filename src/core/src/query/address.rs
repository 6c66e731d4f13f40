//! A query as the part of an address after the question mark, so that it can be bookmarked and sent to a colleague.
//!
//! An address holds codes, ids and days only. What is searched for, and texts that a cell must contain, may be the name of a
//! patient: they stay in the tab.

use std::collections::BTreeSet;

use super::{Assignee, Band, Filter, FilterKind, Period, Query, Test, kind_of, period::Day};
use crate::{
    identity::ResourceKey,
    limits,
    protocol::{Column, PanelView, SortKey},
    time::CivilDay,
};

/// Before the name of a column that is filtered.
const FILTER_PREFIX: &str = "f.";

/// The part of a query that may be in an address, without a leading `?`; empty for what the panel shows by itself.
pub fn to_address(query: &Query) -> String {
    let mut parts = Vec::new();
    for filter in &query.filters {
        if is_word(&filter.column)
            && let Some(value) = value_of(&filter.test)
        {
            parts.push(format!("{FILTER_PREFIX}{}={value}", filter.column));
        }
    }
    if let Some(band) = query.band {
        parts.push(format!("band={}", band_name(band)));
    }
    let keys = query.sort.iter().filter(|key| is_word(&key.column));
    let keys: Vec<String> = keys
        .map(|key| format!("{}{}", if key.descending { "-" } else { "" }, key.column))
        .collect();
    if !keys.is_empty() {
        parts.push(format!("sort={}", keys.join(",")));
    }
    parts.join("&")
}

/// The query of an address for a panel. What cannot be read, or is about columns that are not there, is left out; what an address
/// does not hold is taken from `current`.
pub fn from_address(address: &str, view: &PanelView, current: &Query) -> Query {
    let mut query = Query {
        search: current.search.clone(),
        ..Query::default()
    };
    let address = address.strip_prefix('?').unwrap_or(address);
    for (name, value) in address.split('&').filter_map(|part| part.split_once('=')) {
        let value = decoded(value);
        match name {
            "band" => query.band = Band::ALL.into_iter().find(|band| band_name(*band) == value),
            "sort" => query.sort = sort_of(&value, view),
            _ => {
                let column = name.strip_prefix(FILTER_PREFIX);
                let column =
                    column.and_then(|id| view.columns.iter().find(|column| column.id == id));
                if let Some(column) = column {
                    query = query.with_filter(&column.id, test_of(&value, column));
                }
            }
        }
    }
    let kept = current
        .filters
        .iter()
        .filter(|filter| value_of(&filter.test).is_none());
    let kept: Vec<Filter> = kept.cloned().collect();
    query.filters.extend(kept);
    query
}

fn value_of(test: &Test) -> Option<String> {
    match test {
        Test::OneOf(codes) => listed(
            codes
                .iter()
                .map(|code| Some(code.clone()).filter(|code| is_word(code))),
        ),
        Test::Owner(owners) => listed(owners.iter().map(|owner| match owner {
            Assignee::Me => Some("me".to_owned()),
            Assignee::Nobody => Some("none".to_owned()),
            Assignee::Reference(reference) => {
                ResourceKey::from_reference(reference).map(|key| key.to_string())
            }
        })),
        Test::Within(period) => Some(period_name(*period)),
        Test::Contains(_) => None,
    }
}

/// All of them, or nothing: half a filter would show other rows.
fn listed(values: impl Iterator<Item = Option<String>>) -> Option<String> {
    let values: Option<Vec<String>> = values.collect();
    values.map(|values| values.join(","))
}

fn test_of(value: &str, column: &Column) -> Option<Test> {
    let words = || value.split(',').take(limits::FILTER_VALUES_MAX);
    match kind_of(column.kind)? {
        FilterKind::Priorities | FilterKind::Statuses | FilterKind::Flags => {
            let codes = words().filter(|word| is_word(word)).map(str::to_owned);
            Some(Test::OneOf(codes.collect()))
        }
        FilterKind::Owners => {
            let owners: BTreeSet<Assignee> = words().filter_map(owner_of).collect();
            Some(Test::Owner(owners))
        }
        FilterKind::Dates => period_of(value).map(Test::Within),
        FilterKind::Texts => None,
    }
}

fn owner_of(word: &str) -> Option<Assignee> {
    match word {
        "me" => Some(Assignee::Me),
        "none" => Some(Assignee::Nobody),
        reference => {
            ResourceKey::from_reference(reference).map(|key| Assignee::Reference(key.to_string()))
        }
    }
}

fn sort_of(value: &str, view: &PanelView) -> Vec<SortKey> {
    let mut sort: Vec<SortKey> = Vec::new();
    for word in value.split(',') {
        let (column, descending) = match word.strip_prefix('-') {
            Some(column) => (column, true),
            None => (word, false),
        };
        let is_known = view.columns.iter().any(|known| known.id == column);
        if is_known && !sort.iter().any(|key| key.column == column) {
            sort.push(SortKey {
                column: column.to_owned(),
                descending,
            });
        }
    }
    if sort == view.sort { Vec::new() } else { sort }
}

fn band_name(band: Band) -> &'static str {
    match band {
        Band::Overdue => "overdue",
        Band::Today => "today",
        Band::ThisWeek => "week",
        Band::Later => "later",
        Band::Undated => "undated",
    }
}

fn period_name(period: Period) -> String {
    let day = |day: Option<Day>| day.map(String::from).unwrap_or_default();
    match period {
        Period::Past => "overdue".to_owned(),
        Period::Today => "today".to_owned(),
        Period::ThisWeek => "week".to_owned(),
        Period::LastSevenDays => "last7".to_owned(),
        Period::Absent => "none".to_owned(),
        Period::Between(first, last) => format!("{}..{}", day(first), day(last)),
    }
}

fn period_of(value: &str) -> Option<Period> {
    match value {
        "overdue" => Some(Period::Past),
        "today" => Some(Period::Today),
        "week" => Some(Period::ThisWeek),
        "last7" => Some(Period::LastSevenDays),
        "none" => Some(Period::Absent),
        between => {
            let (first, last) = between.split_once("..")?;
            let day = |text: &str| match text {
                "" => Some(None),
                text => CivilDay::parse(text).map(|day| Some(Day(day))),
            };
            let (first, last) = (day(first)?, day(last)?);
            (first.is_some() || last.is_some()).then_some(Period::Between(first, last))
        }
    }
}

/// Whether it is written in an address as it is, and can be no name of a person: a code, or the name of a column.
fn is_word(text: &str) -> bool {
    let is_plain = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '.' | '_');
    !text.is_empty() && text.len() <= limits::CODE_CHARS_MAX && text.chars().all(is_plain)
}

/// Browsers and mail programs encode a slash or a comma.
fn decoded(value: &str) -> String {
    value
        .replace("%2F", "/")
        .replace("%2f", "/")
        .replace("%2C", ",")
        .replace("%2c", ",")
}
