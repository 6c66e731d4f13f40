//! What a draft may hold: the same rules before it is sent and after it came.

use std::collections::BTreeSet;

use crate::{
    fhir, limits,
    panel::columns::is_joined,
    path::Path,
    protocol::{Column, Draft, DraftProblem, PanelDraft, PathColumn, SortKey, ViewDraft},
    query::{Filter, FilterKind, Test, kind_of},
};

/// A draft as it is kept, or the first thing that is wrong with it.
pub fn check_draft(draft: Draft) -> Result<Draft, DraftProblem> {
    match draft {
        Draft::Panel(panel) => check(panel).map(Draft::Panel),
        Draft::View(view) => check_view(view).map(Draft::View),
    }
}

/// A draft as it is kept: texts cleaned, filters that ask for nothing left out. Or the first thing that is wrong with it.
pub fn check(draft: PanelDraft) -> Result<PanelDraft, DraftProblem> {
    let draft = PanelDraft {
        paths: check_paths(&draft)?,
        ..draft
    };
    let known = draft.known_columns();
    let name = check_name(&draft.name)?;
    let description = fhir::line(&draft.description, usize::MAX).unwrap_or_default();
    if description.chars().count() > limits::PANEL_DESCRIPTION_CHARS_MAX {
        return Err(DraftProblem::DescriptionTooLong);
    }
    check_columns(&draft.columns, &known)?;
    let filters = without_void(draft.filters);
    check_filters(&filters, &known)?;
    check_sort(&draft.sort, |id| {
        draft.columns.iter().any(|column| column == id)
    })?;
    Ok(PanelDraft {
        name,
        description: description.into(),
        filters,
        ..draft
    })
}

/// The same of a view. Its panel may be one that this user does not see, so that nothing is said of columns that are not there: they
/// are left out where it is shown.
pub fn check_view(draft: ViewDraft) -> Result<ViewDraft, DraftProblem> {
    let name = check_name(&draft.name)?;
    let columns = draft.columns.columns();
    if columns.is_empty() {
        return Err(DraftProblem::NoColumns);
    }
    let mut seen = BTreeSet::new();
    for (place, column) in columns.iter().enumerate() {
        let fits = place < limits::VIEW_COLUMNS_MAX && is_short(&column.id);
        if !fits || !seen.insert(&column.id) {
            return Err(DraftProblem::Column {
                id: column.id.clone(),
            });
        }
    }
    let filters = without_void(draft.filters);
    let mut filtered = BTreeSet::new();
    for filter in &filters {
        let fits = is_short(&filter.column) && is_bounded(&filter.test);
        if !fits || !filtered.insert(&filter.column) {
            return Err(DraftProblem::Filter {
                column: filter.column.clone(),
            });
        }
    }
    check_sort(&draft.sort, is_short)?;
    Ok(ViewDraft {
        name,
        filters,
        ..draft
    })
}

fn check_name(typed: &str) -> Result<String, DraftProblem> {
    let name = fhir::line(typed, usize::MAX).ok_or(DraftProblem::NameMissing)?;
    match name.chars().count() <= limits::PANEL_NAME_CHARS_MAX {
        true => Ok(name.into()),
        false => Err(DraftProblem::NameTooLong),
    }
}

fn without_void(filters: Vec<Filter>) -> Vec<Filter> {
    let filters = filters.into_iter();
    filters.filter(|filter| !filter.test.is_void()).collect()
}

fn check_sort(sort: &[SortKey], is_known: impl Fn(&str) -> bool) -> Result<(), DraftProblem> {
    let mut ordered = BTreeSet::new();
    for key in sort {
        if !is_known(&key.column) || !ordered.insert(&key.column) {
            return Err(DraftProblem::Sort {
                column: key.column.clone(),
            });
        }
    }
    Ok(())
}

fn check_paths(draft: &PanelDraft) -> Result<Vec<PathColumn>, DraftProblem> {
    if draft.paths.len() > limits::PATH_COLUMNS_MAX {
        return Err(DraftProblem::TooManyPaths);
    }
    let rows = draft.rows.row_type();
    let mut seen = BTreeSet::new();
    let mut checked = Vec::new();
    for column in &draft.paths {
        if path_number(&column.id).is_none() || !seen.insert(&column.id) {
            let id = column.id.clone();
            return Err(DraftProblem::PathName { id });
        }
        checked.push(check_path(column, rows.as_str())?);
    }
    Ok(checked)
}

/// A column with a path as it is kept, or what is wrong with it.
pub(crate) fn check_path(column: &PathColumn, rows: &str) -> Result<PathColumn, DraftProblem> {
    let title = fhir::line(&column.title, usize::MAX).ok_or(DraftProblem::PathTitleMissing)?;
    if title.chars().count() > limits::COLUMN_TITLE_CHARS_MAX {
        return Err(DraftProblem::PathTitleTooLong);
    }
    if Path::parse_for(&column.path, rows).is_err() {
        let title = title.into();
        return Err(DraftProblem::Path { title });
    }
    Ok(PathColumn {
        title: title.into(),
        ..column.clone()
    })
}

fn check_columns(columns: &[String], known: &[Column]) -> Result<(), DraftProblem> {
    if columns.is_empty() {
        return Err(DraftProblem::NoColumns);
    }
    let mut seen = BTreeSet::new();
    for id in columns {
        if !known.iter().any(|column| column.id == *id) || !seen.insert(id) {
            return Err(DraftProblem::Column { id: id.clone() });
        }
    }
    Ok(())
}

fn check_filters(filters: &[Filter], known: &[Column]) -> Result<(), DraftProblem> {
    let mut seen = BTreeSet::new();
    for filter in filters {
        let column = known.iter().find(|column| column.id == filter.column);
        let fits = column.is_some_and(|column| may_filter(column) && fits(column, &filter.test));
        if !fits || !seen.insert(&filter.column) {
            return Err(DraftProblem::Filter {
                column: filter.column.clone(),
            });
        }
    }
    Ok(())
}

/// Before the number of a column with a path.
const PATH_PREFIX: &str = "path-";

/// The number in the name of a column with a path, from 1 to 99: names are words of an address, and never long.
fn path_number(id: &str) -> Option<u8> {
    let number: u8 = id.strip_prefix(PATH_PREFIX)?.parse().ok()?;
    let is_plain = path_id(number) == id;
    (is_plain && (1..100).contains(&number)).then_some(number)
}

fn path_id(number: u8) -> String {
    format!("{PATH_PREFIX}{number}")
}

/// A name for one more column with a path: not that of one which was taken away a moment ago, where there are enough.
pub(crate) fn new_path_id(paths: &[PathColumn]) -> String {
    let taken = || paths.iter().filter_map(|path| path_number(&path.id));
    let after = taken().max().map_or(1, |last| last + 1);
    if after < 100 {
        return path_id(after);
    }
    let mut free = (1..100).filter(|number| !taken().any(|taken| taken == *number));
    path_id(free.next().unwrap_or(1))
}

/// Whether a panel can be made of the rows that a column decides about.
pub fn may_filter(column: &Column) -> bool {
    kind_of(column.kind).is_some() && !is_joined(column.kind)
}

fn fits(column: &Column, test: &Test) -> bool {
    let fits = matches!(
        (kind_of(column.kind), test),
        (
            Some(FilterKind::Priorities | FilterKind::Statuses | FilterKind::Flags),
            Test::OneOf(_)
        ) | (Some(FilterKind::Owners), Test::Owner(_))
            | (Some(FilterKind::Dates), Test::Within(_))
            | (Some(FilterKind::Texts), Test::Contains(_))
    );
    fits && is_bounded(test)
}

fn is_bounded(test: &Test) -> bool {
    let is_text = |text: &String| text.chars().count() <= limits::FILTER_TEXT_CHARS_MAX;
    match test {
        Test::OneOf(codes) => codes.len() <= limits::FILTER_VALUES_MAX && codes.iter().all(is_text),
        Test::Owner(owners) => owners.len() <= limits::FILTER_VALUES_MAX,
        Test::Within(_) => true,
        Test::Contains(text) => is_text(text),
    }
}

fn is_short(id: &str) -> bool {
    id.len() <= limits::CODE_CHARS_MAX
}
