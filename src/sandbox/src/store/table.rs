//! The rows of one resource type, by id and by the time of their last change.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use serde_json::Value;

use crate::sandbox::Millis;

/// One version of a resource.
#[derive(Clone, Debug)]
pub struct Version {
    /// `meta.versionId`.
    pub version_id: String,
    /// `meta.lastUpdated`.
    pub last_updated: Millis,
    /// When it was written, by a clock that nobody puts off.
    pub written_at: Millis,
    /// Who wrote it: `Practitioner/<id>`.
    pub author: String,
    /// The resource as stored, with extended meta (author, project, compartment); of a deletion the last live content.
    pub value: Arc<Value>,
    /// The resource as an ordinary user gets it: JSON text without extended meta. Kept so that a page is a concatenation.
    pub text: Arc<str>,
    /// This version is a deletion.
    pub deleted: bool,
}

/// A resource with its history.
#[derive(Clone, Debug)]
pub struct Row {
    /// Project it belongs to.
    pub project: Option<String>,
    /// Oldest first, never empty.
    pub versions: Vec<Version>,
}

impl Row {
    /// The newest version, a deletion too.
    pub fn newest(&self) -> Option<&Version> {
        self.versions.last()
    }

    /// The newest version unless it is a deletion.
    pub fn live(&self) -> Option<&Version> {
        self.newest().filter(|version| !version.deleted)
    }
}

/// All rows of one type.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    /// Shared with copies of the sandbox until one of them writes: a simulation copies a prepared one for every run.
    rows: HashMap<Arc<str>, Arc<Row>>,
    /// Ordered by (`lastUpdated`, id): the order of cursor paging.
    order: BTreeSet<(Millis, Arc<str>)>,
}

impl Table {
    pub(super) fn row(&self, id: &str) -> Option<&Row> {
        self.rows.get(id).map(|row| &**row)
    }

    pub(super) fn by_time(
        &self,
        from: Millis,
        to: Millis,
    ) -> impl DoubleEndedIterator<Item = (&str, &Row)> {
        let empty: Arc<str> = Arc::from("");
        // '~' sorts after every character of an id.
        let last: Arc<str> = Arc::from("~");
        let range = (from <= to).then(|| self.order.range((from, empty)..=(to, last)));
        range
            .into_iter()
            .flatten()
            .filter_map(|(_, id)| Some((id.as_ref(), &**self.rows.get(id)?)))
    }

    pub(super) fn live_count(&self) -> usize {
        self.rows
            .values()
            .filter(|row| row.live().is_some())
            .count()
    }

    pub(super) fn append(&mut self, id: &str, version: Version) {
        let project = version.value["meta"]["project"].as_str().map(str::to_owned);
        let at = version.last_updated;
        if let Some(row) = self.rows.get_mut(id).map(Arc::make_mut) {
            if let Some(before) = row.versions.last().map(|newest| newest.last_updated) {
                self.order.remove(&(before, Arc::from(id)));
            }
            row.project = project;
            row.versions.push(version);
            self.order.insert((at, Arc::from(id)));
            return;
        }
        let id: Arc<str> = Arc::from(id);
        self.order.insert((at, id.clone()));
        self.rows.insert(
            id,
            Arc::new(Row {
                project,
                versions: vec![version],
            }),
        );
    }

    pub(super) fn pop(&mut self, id: &str) {
        let Some(row) = self.rows.get_mut(id).map(Arc::make_mut) else {
            return;
        };
        if let Some(version) = row.versions.pop() {
            self.order.remove(&(version.last_updated, Arc::from(id)));
        }
        match row.versions.last() {
            Some(newest) => {
                self.order.insert((newest.last_updated, Arc::from(id)));
            }
            None => {
                self.rows.remove(id);
            }
        }
    }
}
