//! What the server knows: every resource of every project with all its versions, and the order of their last changes.
//!
//! Passive: no policy, no validation, no events. All writes come from [`crate::Sandbox::commit`].

mod actor;
mod commit;
mod table;

pub use actor::Actor;
pub use commit::{Commit, Interaction};
pub use table::{Row, Version};

use std::collections::{BTreeMap, HashMap};

use table::Table;

use crate::{policy::KnownPolicies, sandbox::Millis};

/// All resources by type.
#[derive(Clone, Debug, Default)]
pub struct Store {
    tables: HashMap<String, Table>,
    pub(crate) policies: KnownPolicies,
}

/// A resource row with its id.
pub type Found<'a> = (&'a str, &'a Row);

impl Store {
    /// The row of an id, deleted ones included.
    pub fn row(&self, resource_type: &str, id: &str) -> Option<&Row> {
        self.tables.get(resource_type)?.row(id)
    }

    /// The newest version of a row that exists and is not deleted.
    pub fn current(&self, resource_type: &str, id: &str) -> Option<&Version> {
        self.row(resource_type, id)?.live()
    }

    /// The newest version of what a reference like `Patient/<id>` points at.
    pub fn resolve(&self, reference: &str) -> Option<&Version> {
        let (resource_type, id) = reference.split_once('/')?;
        self.current(resource_type, id)
    }

    /// The rows of a type in the order of (`lastUpdated`, id), deleted ones included, from the first at or after `from`.
    pub fn by_time(
        &self,
        resource_type: &str,
        from: Millis,
        to: Millis,
    ) -> impl DoubleEndedIterator<Item = Found<'_>> {
        self.tables
            .get(resource_type)
            .into_iter()
            .flat_map(move |table| table.by_time(from, to))
    }

    /// Every live row of a type, oldest change first.
    pub fn iterate(&self, resource_type: &str) -> impl Iterator<Item = &Version> {
        self.by_time(resource_type, Millis::MIN, Millis::MAX)
            .filter_map(|(_, row)| row.live())
    }

    /// How many rows of each type are live.
    pub fn counts(&self) -> BTreeMap<&str, usize> {
        self.tables
            .iter()
            .map(|(name, table)| (name.as_str(), table.live_count()))
            .collect()
    }

    /// Appends a version; the only way anything changes.
    pub(crate) fn append(&mut self, resource_type: &str, id: &str, version: Version) {
        self.policies.written(resource_type);
        if let Some(table) = self.tables.get_mut(resource_type) {
            table.append(id, version);
            return;
        }
        let mut table = Table::default();
        table.append(id, version);
        self.tables.insert(resource_type.to_owned(), table);
    }

    /// Removes the newest version of a row again: how a failed transaction is undone.
    pub(crate) fn pop(&mut self, resource_type: &str, id: &str) {
        self.policies.written(resource_type);
        if let Some(table) = self.tables.get_mut(resource_type) {
            table.pop(id);
        }
    }
}
