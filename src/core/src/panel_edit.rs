//! A panel while somebody makes or changes it: from what is shown now to what is saved.
//!
//! What was typed stays until it is saved or given up, whatever the server says. Must never send anything: it says what to send.

mod deletion;
#[cfg(test)]
mod tests;

pub use deletion::{DeletionStage, Obstacle, PanelDeletion};

use crate::{
    identity::{PanelChangeId, PanelId, ResourceId, VersionId},
    panel::{
        self,
        saved::{check, may_filter},
    },
    protocol::{
        Column, DraftProblem, PanelChange, PanelDraft, PanelRefusal, PanelRows, PanelVerdict,
        PanelView, SavedPanel,
    },
    query::{Filter, Query},
};

/// See the module.
#[derive(Clone, Debug, PartialEq)]
pub struct PanelEdit {
    /// What is changed.
    pub target: Target,
    /// As it is typed.
    pub draft: PanelDraft,
    /// What is asked for in the panel and cannot be kept in one: names of columns, and of the parts of the bar.
    pub unkept: Vec<Unkept>,
    /// Where it stands.
    pub stage: Stage,
    before: PanelDraft,
}

/// What is changed.
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// A panel that does not exist yet.
    New,
    /// One that does.
    Known {
        /// Which.
        id: ResourceId,
        /// The version that was changed.
        version: VersionId,
    },
}

/// What cannot be kept in a panel.
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

/// Where a change stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Stage {
    /// It is being typed.
    Typing,
    /// It is on its way.
    Saving(PanelChangeId),
    /// It was not made.
    Refused(PanelRefusal),
    /// Somebody else was there before.
    Conflict {
        /// What they made of it.
        theirs: Box<SavedPanel>,
        /// By whom, if the server tells.
        author: Option<String>,
    },
}

/// A part of a panel.
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
}

/// In what two people made something different of a panel.
pub fn differences(one: &PanelDraft, other: &PanelDraft) -> Vec<Part> {
    let parts = [
        (one.name != other.name, Part::Name),
        (one.description != other.description, Part::Description),
        (one.rows != other.rows, Part::Rows),
        (one.columns != other.columns, Part::Columns),
        (one.filters != other.filters, Part::Filters),
        (one.sort != other.sort, Part::Order),
    ];
    let differing = parts.into_iter().filter(|(differs, _)| *differs);
    differing.map(|(_, part)| part).collect()
}

/// What an answer means for whoever waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answered {
    /// It was not about this.
    Ignored,
    /// It is saved, as this panel.
    Done(Option<PanelId>),
    /// There is more to do: see [`PanelEdit::stage`].
    Open,
}

impl PanelEdit {
    /// A new panel of all that such rows have.
    pub fn blank(rows: PanelRows) -> Self {
        let draft = panel::usual_draft(rows);
        Self {
            target: Target::New,
            before: draft.clone(),
            draft,
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

    /// Whether anything is other than it was.
    pub fn is_changed(&self) -> bool {
        self.draft != self.before
    }

    /// Whether it is on its way.
    pub fn is_saving(&self) -> bool {
        matches!(self.stage, Stage::Saving(_))
    }

    /// What is wrong with it as it is typed.
    pub fn problem(&self) -> Option<DraftProblem> {
        check(self.draft.clone()).err()
    }

    /// Every column that could be shown, those that are first and in their order, and whether each is.
    pub fn columns(&self) -> Vec<(Column, bool)> {
        let known = self.draft.rows.columns();
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
            self.draft.filters.clear();
            self.draft.sort.clear();
        }
        self.draft.rows = rows;
    }

    /// Something is typed: what was said of before it is no longer so.
    pub fn touch(&mut self) {
        if let Stage::Refused(_) = self.stage {
            self.stage = Stage::Typing;
        }
    }

    /// What to ask the worker for under this name; `None` while it is on its way, or where something is wrong with it.
    pub fn submit(&mut self, change: PanelChangeId) -> Option<PanelChange> {
        if self.is_saving() {
            return None;
        }
        let draft = match check(self.draft.clone()) {
            Ok(draft) => draft,
            Err(problem) => {
                self.stage = Stage::Refused(PanelRefusal::Draft(problem));
                return None;
            }
        };
        self.stage = Stage::Saving(change);
        Some(match &self.target {
            Target::New => PanelChange::Create { draft },
            Target::Known { id, version } => PanelChange::Replace {
                id: id.clone(),
                version: version.clone(),
                draft,
            },
        })
    }

    /// The answer to a change.
    pub fn answer(&mut self, change: &PanelChangeId, verdict: PanelVerdict) -> Answered {
        if self.stage != Stage::Saving(change.clone()) {
            return Answered::Ignored;
        }
        self.stage = match verdict {
            PanelVerdict::Done { panel } => return Answered::Done(panel),
            PanelVerdict::Conflict { theirs, author } => Stage::Conflict { theirs, author },
            PanelVerdict::Refused { reason } => Stage::Refused(reason),
        };
        Answered::Open
    }

    /// Another worker has come, which knows nothing of it. Asking again is safe.
    pub fn lose(&mut self) {
        if self.is_saving() {
            self.stage = Stage::Refused(PanelRefusal::NoAnswer);
        }
    }

    /// Mine shall be in place of theirs, which was seen: it can be submitted again.
    pub fn keep_mine(&mut self) {
        if let Stage::Conflict { theirs, .. } = &self.stage {
            self.target = Target::Known {
                id: theirs.id.clone(),
                version: theirs.version.clone(),
            };
            self.stage = Stage::Typing;
        }
    }

    /// Theirs shall be: what can be changed from now on is what they made.
    pub fn take_theirs(&mut self) {
        if let Stage::Conflict { theirs, .. } = &self.stage {
            let theirs = (**theirs).clone();
            self.target = Target::Known {
                id: theirs.id,
                version: theirs.version,
            };
            self.draft = theirs.draft;
            self.before = self.draft.clone();
            self.stage = Stage::Typing;
        }
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
            filters: Vec::new(),
            sort: view.sort.clone(),
        },
    }
}
