//! Filters that always apply: who belongs to a panel, decided over the cells of the resource alone.
//!
//! Must never look at what is joined to a resource: its change would move rows that nobody looks at.

use super::{Lookup, Sources, columns::element_of};
use crate::{
    fhir::Resource,
    hidden::{HiddenElements, Hiding},
    identity::ResourceType,
    protocol::{Cell, Column, PathColumn},
    query::{Filter, Matcher, Query, Verdict},
    time::Timestamp,
};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct Filters {
    filters: Vec<Filter>,
    columns: Vec<Column>,
    sources: Sources,
    matcher: Matcher,
}

impl PartialEq for Filters {
    fn eq(&self, other: &Self) -> bool {
        self.filters == other.filters && self.sources == other.sources
    }
}

impl Filters {
    /// Filters on columns that are not among those are left out: see [`super::saved::check`].
    pub(super) fn new(filters: &[Filter], columns: &[Column], paths: &[PathColumn]) -> Self {
        let is_asked = |column: &&Column| filters.iter().any(|filter| filter.column == column.id);
        let columns: Vec<Column> = columns.iter().filter(is_asked).cloned().collect();
        let query = Query {
            filters: filters.to_vec(),
            ..Query::default()
        };
        Self {
            filters: filters.to_vec(),
            matcher: Matcher::new(&query, &columns),
            sources: Sources::new(paths, &columns),
            columns,
        }
    }

    /// Whether all of them hold. What is hidden holds for nothing.
    pub(super) fn hold(&self, resource: &Resource, lookup: &dyn Lookup) -> bool {
        self.columns.is_empty()
            || self
                .matcher
                .judge(&self.cells(resource, lookup), lookup.today())
                == Verdict::In
    }

    /// When that changes within the day because time goes by.
    pub(crate) fn next_change(
        &self,
        resource: &Resource,
        lookup: &dyn Lookup,
    ) -> Option<Timestamp> {
        if !self.matcher.may_change() {
            return None;
        }
        let cells = self.cells(resource, lookup);
        self.matcher.next_change(&cells, lookup.today())
    }

    /// What of that which they look at is hidden, and what it is called.
    pub(super) fn hidings<'a>(
        &'a self,
        kind: &'a ResourceType,
        hidden: &'a HiddenElements,
    ) -> impl Iterator<Item = (Hiding, &'a str)> {
        self.columns.iter().filter_map(move |column| {
            let known = element_of(&column.id).and_then(|element| hidden.of(element));
            let hiding = known.or_else(|| self.sources.hiding(&column.id, kind, hidden));
            Some((hiding?, column.title.as_str()))
        })
    }

    fn cells(&self, resource: &Resource, lookup: &dyn Lookup) -> Vec<Cell> {
        self.sources.cells(&self.columns, resource, lookup)
    }
}
