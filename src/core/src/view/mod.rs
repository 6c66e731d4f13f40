//! A saved view as it is applied to its panel, and how it stands in an address. Must never show more rows than the view asks for
//! without saying so: what a panel no longer has is named.

mod table;
#[cfg(test)]
mod tests;

pub use table::{ActiveView, TableView};

use crate::{
    identity::ResourceId,
    layout::Layout,
    protocol::{ColumnKind, PanelView, SavedView, ViewDraft},
    query::{self, Query, kind_of},
};

/// Before the id of a view in an address.
const VIEW: &str = "view";
/// Says in an address that something else is asked for than the view asks for.
const CHANGED: &str = "changed=yes";

/// What a view shows of its panel.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Slice {
    /// What is asked for.
    pub query: Query,
    /// How the table is laid out.
    pub layout: Layout,
    /// Columns that the view goes by and the panel does not have: more rows than wanted may be shown.
    pub missing: Vec<String>,
}

/// See [`Slice`].
pub fn slice(view: &ViewDraft, panel: &PanelView) -> Slice {
    let column = |id: &str| panel.columns.iter().find(|column| column.id == id);
    let fits = |id: &str| column(id).is_some_and(|column| kind_of(column.kind).is_some());
    let (filters, lost): (Vec<_>, Vec<_>) = view
        .filters
        .iter()
        .cloned()
        .partition(|filter| fits(&filter.column));
    let mut missing: Vec<String> = lost.into_iter().map(|filter| filter.column).collect();
    let mut due = panel.columns.iter();
    let due = due.any(|column| column.kind == ColumnKind::Due);
    let band = view.band.filter(|_| due);
    if band != view.band {
        missing.push("due".to_owned());
    }
    let sort = view.sort.iter().filter(|key| column(&key.column).is_some());
    let sort: Vec<_> = sort.cloned().collect();
    Slice {
        query: Query {
            filters,
            band,
            sort: if sort == panel.sort { Vec::new() } else { sort },
            ..Query::default()
        },
        layout: view.columns.fitted(panel),
        missing,
    }
}

/// Whether two queries ask for the same, whatever is searched for.
pub fn asks_same(one: &Query, other: &Query) -> bool {
    let filters = |query: &Query| {
        let mut filters = query.filters.clone();
        filters.sort_by(|one, other| one.column.cmp(&other.column));
        filters
    };
    one.band == other.band && one.sort == other.sort && filters(one) == filters(other)
}

/// What is asked of a panel as the part of an address after the question mark, without it. `view` is the view that it began with.
pub fn to_address(query: &Query, view: Option<&SavedView>, panel: &PanelView) -> String {
    let asked = query::to_address(query);
    let Some(view) = view else {
        return asked;
    };
    let id = &view.id;
    match asks_same(query, &slice(&view.draft, panel).query) {
        true => format!("{VIEW}={id}"),
        false if asked.is_empty() => format!("{VIEW}={id}&{CHANGED}"),
        false => format!("{VIEW}={id}&{CHANGED}&{asked}"),
    }
}

/// The view that an address names, whether or not it is there.
pub fn in_address(address: &str) -> Option<ResourceId> {
    let address = address.strip_prefix('?').unwrap_or(address);
    let mut parts = address.split('&').filter_map(|part| part.split_once('='));
    let (_, id) = parts.find(|(name, _)| *name == VIEW)?;
    crate::identity::is_fhir_id(id).then(|| ResourceId::new(id))
}

/// The query of an address. `view` is the one that it names, where that is there; `current` is what is asked for now, if that began
/// with the same view: what no address holds is taken from it, or else from the view.
pub fn from_address(
    address: &str,
    view: Option<&SavedView>,
    panel: &PanelView,
    current: Option<&Query>,
) -> Query {
    let plain = address.strip_prefix('?').unwrap_or(address);
    let saved = view.map(|view| slice(&view.draft, panel).query);
    match saved {
        Some(saved) if !plain.split('&').any(|part| part == CHANGED) => Query {
            search: current
                .map(|current| current.search.clone())
                .unwrap_or_default(),
            ..saved
        },
        saved => {
            let saved = saved.unwrap_or_default();
            query::from_address(address, panel, current.unwrap_or(&saved))
        }
    }
}
