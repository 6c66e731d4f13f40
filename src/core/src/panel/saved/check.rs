//! What a draft may hold: the same rules before it is sent and after it came.

use std::collections::BTreeSet;

use crate::{
    fhir, limits,
    panel::columns::is_joined,
    protocol::{Column, DraftProblem, PanelDraft},
    query::{Filter, FilterKind, Test, kind_of},
};

/// A draft as it is kept: texts cleaned, filters that ask for nothing left out. Or the first thing that is wrong with it.
pub fn check(draft: PanelDraft) -> Result<PanelDraft, DraftProblem> {
    let known = draft.rows.columns();
    let name = fhir::line(&draft.name, usize::MAX).ok_or(DraftProblem::NameMissing)?;
    if name.chars().count() > limits::PANEL_NAME_CHARS_MAX {
        return Err(DraftProblem::NameTooLong);
    }
    let description = fhir::line(&draft.description, usize::MAX).unwrap_or_default();
    if description.chars().count() > limits::PANEL_DESCRIPTION_CHARS_MAX {
        return Err(DraftProblem::DescriptionTooLong);
    }
    check_columns(&draft.columns, &known)?;
    let filters = draft.filters.into_iter();
    let filters: Vec<Filter> = filters.filter(|filter| !filter.test.is_void()).collect();
    check_filters(&filters, &known)?;
    let mut ordered = BTreeSet::new();
    for key in &draft.sort {
        if !draft.columns.contains(&key.column) || !ordered.insert(&key.column) {
            return Err(DraftProblem::Sort {
                column: key.column.clone(),
            });
        }
    }
    Ok(PanelDraft {
        name: name.into(),
        description: description.into(),
        filters,
        ..draft
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

/// Whether a panel can be made of the rows that a column decides about.
pub fn may_filter(column: &Column) -> bool {
    kind_of(column.kind).is_some() && !is_joined(column.kind)
}

fn fits(column: &Column, test: &Test) -> bool {
    let is_short = |text: &String| text.chars().count() <= limits::FILTER_TEXT_CHARS_MAX;
    match (kind_of(column.kind), test) {
        (Some(FilterKind::Priorities | FilterKind::Statuses), Test::OneOf(codes)) => {
            codes.len() <= limits::FILTER_VALUES_MAX && codes.iter().all(is_short)
        }
        (Some(FilterKind::Owners), Test::Owner(owners)) => {
            owners.len() <= limits::FILTER_VALUES_MAX
        }
        (Some(FilterKind::Dates), Test::Within(_)) => true,
        (Some(FilterKind::Texts), Test::Contains(text)) => is_short(text),
        _ => false,
    }
}
