//! What a tab shows of a panel: which rows, and in which order.
//!
//! A query is evaluated here, over the cells of rows, and nowhere else. It never asks a server and never reads a clock: what
//! "overdue" means comes with [`Today`]. What is hidden from the user is never taken for empty: such a row is left out and counted.

mod address;
mod band;
mod filter;
mod matcher;
mod period;
mod search;
mod sorting;
#[cfg(test)]
mod tests;

pub use address::{from_address, to_address};
pub use band::{Band, BandCounts};
pub use filter::{Assignee, Filter, FilterKind, NO, Test, YES, kind_of};
pub(crate) use matcher::{Matcher, Verdict};
pub use period::{Day, Period, Today};
pub use search::Search;
pub use sorting::next_sort;

use crate::protocol::SortKey;

/// See the module. The default shows all rows in the order of the panel.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {
    /// What is searched for. Never part of an address: it may be a name.
    pub search: Search,
    /// All of them must hold; at most one for each column.
    pub filters: Vec<Filter>,
    /// The part of the queue that is looked at.
    pub band: Option<Band>,
    /// The order; empty for that of the panel.
    pub sort: Vec<SortKey>,
}

impl Query {
    /// Whether every row belongs to it.
    pub fn shows_all(&self) -> bool {
        self.search.is_empty() && self.filters.is_empty() && self.band.is_none()
    }

    /// The filter of a column.
    pub fn filter(&self, column: &str) -> Option<&Test> {
        let mut filters = self.filters.iter();
        let filter = filters.find(|filter| filter.column == column)?;
        Some(&filter.test)
    }

    /// The same with another filter of a column, or with none.
    #[must_use]
    pub fn with_filter(&self, column: &str, test: Option<Test>) -> Self {
        let mut query = self.clone();
        let place = query
            .filters
            .iter()
            .position(|filter| filter.column == column);
        match (place, test.filter(|test| !test.is_void())) {
            (Some(place), Some(test)) => query.filters[place].test = test,
            (Some(place), None) => {
                query.filters.remove(place);
            }
            (None, Some(test)) => query.filters.push(Filter {
                column: column.to_owned(),
                test,
            }),
            (None, None) => {}
        }
        query
    }

    /// The same rows as in the panel, in this order.
    #[must_use]
    pub fn without_filters(&self) -> Self {
        Self {
            sort: self.sort.clone(),
            ..Self::default()
        }
    }
}
