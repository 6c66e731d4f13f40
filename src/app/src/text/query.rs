//! Words of what is asked of a panel.

use panels_core::{
    protocol::{Column, ColumnKind, Priority},
    query::{Assignee, Band, Day, Filter, NO, Period, Test, YES},
    text::{self, priority_label, status_label},
};

use super::{OVERDUE, UNASSIGNED, counted};

/// Name of what is above a table: all of it decides which rows are shown.
pub(crate) const TOOLBAR: &str = "What is shown";
/// Name of the search.
pub(crate) const SEARCH: &str = "Search rows";
/// What can be searched for.
pub(crate) const SEARCH_HINT: &str = "Search  /";
/// Opens the menu of filters.
pub(crate) const FILTER: &str = "Filter";
/// Name of that menu.
pub(crate) const FILTERS: &str = "Filters";
/// Name of the list of what is asked for.
pub(crate) const ASKED_FOR: &str = "Shown are only";
/// Takes all filters away.
pub(crate) const CLEAR_FILTERS: &str = "Clear all";
/// Name of the bands.
pub(crate) const BANDS: &str = "By due date";
/// One's own tasks.
pub(crate) const ASSIGNED_TO_ME: &str = "Me";
/// First day of a period.
pub(crate) const FROM: &str = "From";
/// Last day of a period.
pub(crate) const UNTIL: &str = "Until";
/// In a field for a part of a text.
pub(crate) const CONTAINS_HINT: &str = "Contains";
/// There are rows, and none is what was asked for.
pub(crate) const NO_MATCH_TITLE: &str = "No row matches";
/// What to do then.
pub(crate) const NO_MATCH_BODY: &str =
    "There are rows in this panel that the search or a filter leaves out.";
/// Does it.
pub(crate) const SHOW_ALL_ROWS: &str = "Show all rows";
/// On the heading of a column.
pub(crate) const ORDER_HINT: &str =
    "Order by this; with Shift, after what it is ordered by already";

/// A flag in words.
pub(crate) fn flag(flag: bool) -> &'static str {
    if flag { text::YES } else { text::NO }
}

/// Name of a band.
pub(crate) fn band(band: Band) -> &'static str {
    match band {
        Band::Overdue => "Overdue",
        Band::Today => "Today",
        Band::ThisWeek => "This week",
        Band::Later => "Later",
        Band::Undated => "No date",
    }
}

/// Name of a period, in a column of this kind: only what is due can be overdue, and what is told of was always before now.
pub(crate) fn period(period: Period, kind: ColumnKind) -> String {
    let day = |day: Day| String::from(day);
    match period {
        Period::Past if kind == ColumnKind::Due => OVERDUE.to_owned(),
        Period::Past => "Any time until now".to_owned(),
        Period::Today => "Today".to_owned(),
        Period::ThisWeek => "This week".to_owned(),
        Period::LastSevenDays => "Last 7 days".to_owned(),
        Period::Absent => "No date".to_owned(),
        Period::Between(Some(first), Some(last)) => format!("{} to {}", day(first), day(last)),
        Period::Between(Some(first), None) => format!("from {}", day(first)),
        Period::Between(None, Some(last)) => format!("until {}", day(last)),
        Period::Between(None, None) => "Any date".to_owned(),
    }
}

/// A filter of a panel with these columns, in words.
pub(crate) fn filter_of(
    columns: &[Column],
    of: &Filter,
    name_of: impl Fn(&str) -> Option<String>,
) -> String {
    let column = columns.iter().find(|column| column.id == of.column);
    let (title, kind) = column.map_or((&*of.column, ColumnKind::Text), |column| {
        (&*column.title, column.kind)
    });
    filter(title, kind, &of.test, name_of)
}

/// A filter in words: `Status: Accepted, In progress`.
fn filter(
    column: &str,
    kind: ColumnKind,
    test: &Test,
    name_of: impl Fn(&str) -> Option<String>,
) -> String {
    let value = match test {
        Test::OneOf(codes) => listed(codes.iter().map(|code| code_label(code))),
        Test::Owner(owners) => listed(owners.iter().map(|owner| match owner {
            Assignee::Me => "me".to_owned(),
            Assignee::Nobody => UNASSIGNED.to_lowercase(),
            Assignee::Reference(reference) => {
                name_of(reference).unwrap_or_else(|| reference.clone())
            }
        })),
        Test::Within(within) => period(*within, kind).to_lowercase(),
        Test::Contains(text) => format!("“{}”", text.trim()),
    };
    format!("{column}: {value}")
}

fn code_label(code: &str) -> String {
    let priority = Priority::from_code(code);
    match priority {
        Some(priority) => priority_label(priority).to_owned(),
        None if code == YES => flag(true).to_owned(),
        None if code == NO => flag(false).to_owned(),
        None => status_label(code).to_owned(),
    }
}

fn listed(values: impl Iterator<Item = String>) -> String {
    values.collect::<Vec<_>>().join(", ")
}

/// What is searched for, in words.
pub(crate) fn searched(typed: &str) -> String {
    format!("“{}”", typed.trim())
}

/// On the button that takes something away again.
pub(crate) fn without(words: &str) -> String {
    format!("Remove {words}")
}

/// On a field for a part of a text.
pub(crate) fn contains(column: &str) -> String {
    format!("{column} contains")
}

/// How many rows nobody can tell of.
pub(crate) fn undecided(count: usize) -> String {
    format!(
        "{} left out: what is asked for is hidden from you there",
        counted(count, "row", "rows")
    )
}
