//! The rows of a table that a person has chosen, and what one change of all of them takes.
//!
//! A choice is of rows, never of places: a row that moves stays chosen, one that leaves the table is chosen no longer, and one
//! that comes was not chosen by anybody.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    edit::transitions,
    identity::ResourceId,
    limits,
    protocol::{Cell, ColumnKind, EditField, FieldChange, FieldValue, PanelView, Row},
};

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    chosen: BTreeSet<ResourceId>,
    /// Where a range begins: the row that was chosen last by itself.
    anchor: Option<ResourceId>,
}

/// The choice was not made: it would be too large.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMany {
    /// How many rows may be chosen.
    pub limit: usize,
}

impl Selection {
    /// Whether a row is chosen.
    pub fn contains(&self, id: &ResourceId) -> bool {
        self.chosen.contains(id)
    }

    /// How many are.
    pub fn len(&self) -> usize {
        self.chosen.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.chosen.is_empty()
    }

    /// All of them, in no order that means anything.
    pub fn iter(&self) -> impl Iterator<Item = &ResourceId> {
        self.chosen.iter()
    }

    /// Chooses a row, or no longer; the next range begins there.
    ///
    /// # Errors
    /// [`TooMany`], and nothing has changed.
    pub fn toggle(&mut self, id: &ResourceId) -> Result<(), TooMany> {
        if !self.chosen.remove(id) {
            room(self.chosen.len() + 1)?;
            self.chosen.insert(id.clone());
        }
        self.anchor = Some(id.clone());
        Ok(())
    }

    /// Chooses all rows from where the range begins to this one. `between` gives the rows from the one to the other, both
    /// included, as the table orders them now; without a beginning the range is this row.
    ///
    /// # Errors
    /// [`TooMany`], and nothing has changed.
    pub fn extend_to(
        &mut self,
        id: &ResourceId,
        between: impl FnOnce(&ResourceId, &ResourceId) -> Vec<ResourceId>,
    ) -> Result<(), TooMany> {
        let anchor = self.anchor.clone().unwrap_or_else(|| id.clone());
        let mut chosen = self.chosen.clone();
        chosen.extend(between(&anchor, id));
        chosen.insert(id.clone());
        room(chosen.len())?;
        self.chosen = chosen;
        self.anchor = Some(anchor);
        Ok(())
    }

    /// Rows that are not in the table any longer are not chosen any longer; whether there were any.
    pub fn retain(&mut self, is_there: impl Fn(&ResourceId) -> bool) -> bool {
        let before = self.chosen.len();
        self.chosen.retain(|id| is_there(id));
        self.anchor.take_if(|anchor| !is_there(anchor));
        self.chosen.len() != before
    }
}

fn room(wanted: usize) -> Result<(), TooMany> {
    let limit = limits::JOB_EDITS_MAX;
    if wanted > limit {
        Err(TooMany { limit })
    } else {
        Ok(())
    }
}

/// The change of one row, with the value that its cell shows as the one that was seen. `None`: the table does not show the
/// field, or it is so already.
pub fn change_of_row(
    view: &PanelView,
    row: &Row,
    field: EditField,
    wanted: &FieldValue,
) -> Option<FieldChange> {
    let cell = cell(view, row, column_of(field)?)?;
    let seen = FieldValue::from_cell(field, cell)?;
    (!seen.same(wanted)).then(|| FieldChange {
        field,
        seen,
        wanted: wanted.clone(),
    })
}

/// Statuses that at least one of the rows may go to, in the order of the state machine.
pub fn statuses(view: &PanelView, rows: &[Row]) -> Vec<&'static str> {
    let from: BTreeSet<&str> = rows
        .iter()
        .filter_map(|row| match cell(view, row, ColumnKind::Status) {
            Some(Cell::Status { code, .. }) => Some(code.as_str()),
            _ => None,
        })
        .collect();
    let may_follow = |to: &&str| from.iter().any(|from| transitions::may_follow(from, to));
    transitions::ALL.into_iter().filter(may_follow).collect()
}

/// Somebody who owns something, by the only identity there is, with a name to choose by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Owner {
    /// Name.
    pub name: String,
    /// Literal reference.
    pub reference: String,
}

impl Owner {
    /// As the owner of a task.
    pub fn value(self) -> FieldValue {
        FieldValue::Reference {
            reference: Some(self.reference),
            display: Some(self.name),
        }
    }
}

/// Everybody who owns one of the rows, by name; who has two names is there once.
pub fn owners<'a>(view: &PanelView, rows: impl Iterator<Item = &'a Row>) -> Vec<Owner> {
    let mut known = BTreeMap::new();
    for row in rows {
        if let Some(Cell::Person {
            reference: Some(reference),
            name,
            ..
        }) = cell(view, row, ColumnKind::Person)
        {
            known.entry(reference.as_str()).or_insert(name.as_str());
        }
    }
    let people = known.into_iter().map(|(reference, name)| Owner {
        name: name.to_owned(),
        reference: reference.to_owned(),
    });
    let mut people: Vec<_> = people.collect();
    people.sort();
    people
}

/// The first cell of a kind.
pub fn cell<'a>(view: &PanelView, row: &'a Row, kind: ColumnKind) -> Option<&'a Cell> {
    let place = view.columns.iter().position(|column| column.kind == kind)?;
    row.cells.get(place)
}

/// The column that shows a field.
pub fn column_of(field: EditField) -> Option<ColumnKind> {
    match field {
        EditField::Owner => Some(ColumnKind::Person),
        EditField::Status | EditField::BusinessStatus => Some(ColumnKind::Status),
        EditField::Priority => Some(ColumnKind::Priority),
        EditField::Due => Some(ColumnKind::Due),
        _ => None,
    }
}
