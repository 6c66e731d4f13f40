//! Filters that always apply: who belongs to a panel, decided over the cells of the resource alone.
//!
//! Must never look at what is joined to a resource: its change would move rows that nobody looks at.

use super::{Lookup, columns::element_of, project};
use crate::{
    fhir::Resource,
    hidden::Element,
    protocol::{Cell, Column},
    query::{Filter, Matcher, Query, Verdict},
    time::Timestamp,
};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct Filters {
    filters: Vec<Filter>,
    columns: Vec<Column>,
    matcher: Matcher,
}

impl PartialEq for Filters {
    fn eq(&self, other: &Self) -> bool {
        self.filters == other.filters
    }
}

impl Filters {
    /// Filters on columns that are not among those are left out: see [`super::saved::check`].
    pub(super) fn new(filters: &[Filter], columns: &[Column]) -> Self {
        let is_asked = |column: &&Column| filters.iter().any(|filter| filter.column == column.id);
        let columns: Vec<Column> = columns.iter().filter(is_asked).cloned().collect();
        let query = Query {
            filters: filters.to_vec(),
            ..Query::default()
        };
        Self {
            filters: filters.to_vec(),
            matcher: Matcher::new(&query, &columns),
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
        if self.columns.is_empty() {
            return None;
        }
        let cells = self.cells(resource, lookup);
        self.matcher.next_change(&cells, lookup.today())
    }

    /// What they look at, and what that is called.
    pub(super) fn elements(&self) -> impl Iterator<Item = (Element, &str)> {
        let columns = self.columns.iter();
        columns.filter_map(|column| Some((element_of(&column.id)?, column.title.as_str())))
    }

    fn cells(&self, resource: &Resource, lookup: &dyn Lookup) -> Vec<Cell> {
        let columns = self.columns.iter();
        columns
            .map(|column| project::cell(&column.id, resource, lookup))
            .collect()
    }
}
