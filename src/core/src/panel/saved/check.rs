//! What a draft may hold: the same rules before it is sent and after it came.

use std::collections::BTreeSet;

use crate::{
    fhir, limits,
    panel::columns::is_joined,
    protocol::{Column, Draft, DraftProblem, PanelDraft, SortKey, ViewDraft},
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
    let known = draft.rows.columns();
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

/// Whether a panel can be made of the rows that a column decides about.
pub fn may_filter(column: &Column) -> bool {
    kind_of(column.kind).is_some() && !is_joined(column.kind)
}

fn fits(column: &Column, test: &Test) -> bool {
    let fits = matches!(
        (kind_of(column.kind), test),
        (
            Some(FilterKind::Priorities | FilterKind::Statuses),
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
