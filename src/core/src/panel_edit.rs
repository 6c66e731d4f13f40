//! A panel or a view while somebody makes or changes it: from what is shown now to what is saved.
//!
//! What was typed stays until it is saved or given up, whatever the server says. Must never send anything: it says what to send.

mod deletion;
mod paths;
mod saving;
#[cfg(test)]
mod tests;
mod view;

pub use deletion::{Deletion, DeletionStage, Obstacle};
pub use saving::{Answered, Saving, Stage, Target, Typed};
pub use view::view_differences;

use crate::{
    panel::{self, saved::may_filter},
    protocol::{Column, PanelDraft, PanelRows, PanelView, ViewDraft},
    query::{Filter, Query},
};

/// A panel that is typed.
pub type PanelEdit = Saving<PanelDraft>;
/// A view that is typed.
pub type ViewEdit = Saving<ViewDraft>;

/// What cannot be kept in a panel or a view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unkept {
    /// What is searched for.
    Search,
    /// The band that is looked at.
    Band,
    /// A filter on what is not of the record itself.
    Filter {
        /// Heading of the column.
        column: String,
    },
}

/// A part of a panel or a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Its name.
    Name,
    /// Its description.
    Description,
    /// What its rows are taken from.
    Rows,
    /// Its columns and their order.
    Columns,
    /// What always holds for a row.
    Filters,
    /// The order of its rows.
    Order,
    /// Who sees it.
    Audience,
}

/// In what two people made something different of a panel.
pub fn differences(one: &PanelDraft, other: &PanelDraft) -> Vec<Part> {
    let parts = [
        (one.name != other.name, Part::Name),
        (one.description != other.description, Part::Description),
        (one.rows != other.rows, Part::Rows),
        (
            (&one.columns, &one.paths) != (&other.columns, &other.paths),
            Part::Columns,
        ),
        (one.filters != other.filters, Part::Filters),
        (one.sort != other.sort, Part::Order),
    ];
    let differing = parts.into_iter().filter(|(differs, _)| *differs);
    differing.map(|(_, part)| part).collect()
}

impl PanelEdit {
    /// A new panel of all that such rows have.
    pub fn blank(rows: PanelRows) -> Self {
        let draft = panel::usual_draft(rows);
        Self {
            target: Target::New,
            before: draft.clone(),
            draft,
            typed: None,
            unkept: Vec::new(),
            stage: Stage::Typing,
        }
    }

    /// A new panel that shows what a panel shows now.
    pub fn out_of(view: &PanelView, query: &Query) -> Self {
        let draft = PanelDraft {
            name: String::new(),
            description: String::new(),
            ..draft_of(view)
        };
        Self::with_query(Target::New, draft, view, query)
    }

    /// A copy of a panel, under another name.
    pub fn copy_of(view: &PanelView, name: String) -> Self {
        let draft = PanelDraft {
            name,
            ..draft_of(view)
        };
        Self::with_query(Target::New, draft, view, &Query::default())
    }

    /// A change of a panel, with what is asked of it now; `None` for one that cannot be changed.
    pub fn of(view: &PanelView, query: &Query) -> Option<Self> {
        let saved = view.saved.as_ref()?;
        let target = Target::Known {
            id: saved.id.clone(),
            version: saved.version.clone(),
        };
        Some(Self::with_query(target, saved.draft.clone(), view, query))
    }

    fn with_query(target: Target, draft: PanelDraft, view: &PanelView, query: &Query) -> Self {
        let before = draft.clone();
        let mut edit = Self {
            target,
            draft,
            typed: None,
            unkept: Vec::new(),
            stage: Stage::Typing,
            before,
        };
        for filter in &query.filters {
            edit.add_filter(filter, view);
        }
        if !query.search.is_empty() {
            edit.unkept.push(Unkept::Search);
        }
        if query.band.is_some() {
            edit.unkept.push(Unkept::Band);
        }
        if !query.sort.is_empty() {
            edit.draft.sort.clone_from(&query.sort);
        }
        edit
    }

    /// The same with what was typed before of the same panel and not saved: its dialog was closed, by intent or not.
    #[must_use]
    pub fn following(mut self, before: Option<Self>) -> Self {
        let Some(before) = before.filter(Self::is_changed) else {
            return self;
        };
        match (&before.target, &self.target) {
            (Target::New, Target::New) if self.draft.name.is_empty() => {
                self.draft.name = before.draft.name;
                self.draft.description = before.draft.description;
                self
            }
            (Target::Known { id, .. }, Target::Known { id: same, .. }) if id == same => before,
            _ => self,
        }
    }

    /// What is asked for beside a filter that the panel has already takes its place.
    fn add_filter(&mut self, filter: &Filter, view: &PanelView) {
        let mut columns = view.columns.iter();
        let column = columns.find(|column| column.id == filter.column);
        let Some(column) = column.filter(|column| may_filter(column)) else {
            let title = column.map_or_else(|| filter.column.clone(), |column| column.title.clone());
            self.unkept.push(Unkept::Filter { column: title });
            return;
        };
        self.draft.filters.retain(|known| known.column != column.id);
        self.draft.filters.push(filter.clone());
    }

    /// Every column that could be shown, those that are first and in their order, and whether each is.
    pub fn columns(&self) -> Vec<(Column, bool)> {
        let known = self.draft.known_columns();
        let shown = self.draft.columns.iter();
        let shown = shown.filter_map(|id| known.iter().find(|column| column.id == *id));
        let rest = known
            .iter()
            .filter(|column| !self.draft.columns.contains(&column.id));
        let shown = shown.map(|column| (column.clone(), true));
        shown
            .chain(rest.map(|column| (column.clone(), false)))
            .collect()
    }

    /// Shows a column as the last one, or no longer. It can then not be ordered by.
    pub fn show_column(&mut self, id: &str, on: bool) {
        self.touch();
        self.draft.columns.retain(|column| column != id);
        if on {
            self.draft.columns.push(id.to_owned());
        } else {
            self.draft.sort.retain(|key| key.column != id);
        }
    }

    /// Moves a column that is shown by one place, to the front or to the end.
    pub fn move_column(&mut self, id: &str, to_front: bool) {
        self.touch();
        let columns = &mut self.draft.columns;
        let Some(place) = columns.iter().position(|column| column == id) else {
            return;
        };
        let other = if to_front {
            place.checked_sub(1)
        } else {
            Some(place + 1).filter(|other| *other < columns.len())
        };
        if let Some(other) = other {
            columns.swap(place, other);
        }
    }

    /// Takes a filter away.
    pub fn remove_filter(&mut self, column: &str) {
        self.touch();
        self.draft.filters.retain(|filter| filter.column != column);
    }

    /// Takes other rows: columns, filters and order of the others mean nothing there.
    pub fn take_rows(&mut self, rows: PanelRows) {
        self.touch();
        if rows.row_type() != self.draft.rows.row_type() {
            let usual = rows.usual_columns().into_iter();
            self.draft.columns = usual.map(|column| column.id).collect();
            self.draft.paths.clear();
            self.typed = None;
            self.draft.filters.clear();
            self.draft.sort.clear();
        }
        self.draft.rows = rows;
    }
}

/// A panel as a draft.
fn draft_of(view: &PanelView) -> PanelDraft {
    match &view.saved {
        Some(saved) => saved.draft.clone(),
        None => PanelDraft {
            name: view.name.clone(),
            description: view.description.clone(),
            rows: panel::rows_of(view),
            columns: view
                .columns
                .iter()
                .map(|column| column.id.clone())
                .collect(),
            paths: Vec::new(),
            filters: Vec::new(),
            sort: view.sort.clone(),
        },
    }
}
