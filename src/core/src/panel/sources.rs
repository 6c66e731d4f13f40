//! The columns of a panel that show what is at a path, and the cells of the others beside them. Where there is none of them the text
//! of a resource is not looked at; else it is read once for all cells of a row.

use serde_json::Value;

use super::{Lookup, project};
use crate::{
    fhir::Resource,
    hidden::{HiddenElements, Hiding},
    identity::ResourceType,
    path::Source,
    protocol::{Cell, Column, PathColumn},
};

/// See the module.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Sources(Vec<Source>);

impl Sources {
    /// Those of some columns. A path that cannot be read has none: see [`super::saved::check`].
    pub(super) fn new(paths: &[PathColumn], columns: &[Column]) -> Self {
        let is_asked = |path: &&PathColumn| columns.iter().any(|column| column.id == path.id);
        let paths = paths.iter().filter(is_asked);
        Self(paths.filter_map(Source::new).collect())
    }

    /// Whether what a column of these looks at is hidden.
    pub(super) fn hiding(
        &self,
        column: &str,
        kind: &ResourceType,
        hidden: &HiddenElements,
    ) -> Option<Hiding> {
        self.of(column)?.hiding(kind, hidden)
    }

    /// One cell for each column.
    pub(super) fn cells(
        &self,
        columns: &[Column],
        resource: &Resource,
        lookup: &dyn Lookup,
    ) -> Vec<Cell> {
        let body: Option<Value> = match self.0.is_empty() {
            true => None,
            false => serde_json::from_str(&resource.raw).ok(),
        };
        let cell = |column: &Column| match self.of(&column.id) {
            Some(source) => source.cell(&resource.key.kind, body.as_ref(), lookup),
            None => project::cell(&column.id, resource, lookup),
        };
        columns.iter().map(cell).collect()
    }

    fn of(&self, column: &str) -> Option<&Source> {
        self.0.iter().find(|source| source.id == column)
    }
}
