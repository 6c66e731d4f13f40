//! Columns with a path, while they are typed.

use super::PanelEdit;
use crate::{
    limits,
    panel::saved::{check_path, new_path_id},
    path::{Path, PathFault},
    protocol::{DraftProblem, PanelDraft, PathColumn, PathFormat, PathSuggestion},
};

impl PanelEdit {
    /// Begins to type one more column.
    pub fn add_path(&mut self) {
        self.touch();
        self.typed = Some(PathColumn {
            id: new_path_id(&self.draft.paths),
            title: String::new(),
            path: String::new(),
            format: PathFormat::default(),
        });
    }

    /// Begins to change one that the panel has.
    pub fn change_path(&mut self, id: &str) {
        self.touch();
        self.typed = self.path(id).cloned();
    }

    /// Whether a column has a path that can be changed.
    pub fn has_path(&self, id: &str) -> bool {
        self.path(id).is_some()
    }

    /// Gives up what is typed of a column.
    pub fn drop_path(&mut self) {
        self.touch();
        self.typed = None;
    }

    /// Takes a column out of the panel, with all that goes by it.
    pub fn remove_path(&mut self, id: &str) {
        self.show_column(id, false);
        self.remove_filter(id);
        self.draft.paths.retain(|path| path.id != id);
        if self.typed.as_ref().is_some_and(|typed| typed.id == id) {
            self.typed = None;
        }
    }

    /// Takes what is typed of its path. One that was suggested brings the format of what is there.
    pub fn type_path(&mut self, text: &str, suggested: &[PathSuggestion]) {
        self.touch();
        if let Some(typed) = &mut self.typed {
            text.clone_into(&mut typed.path);
            if let Some(known) = suggested.iter().find(|known| known.path == text) {
                typed.format = known.format;
            }
        }
    }

    /// What is wrong with its path alone.
    pub fn path_fault(&self) -> Option<PathFault> {
        let typed = self.typed.as_ref()?;
        let rows = self.draft.rows.row_type();
        Path::parse_for(&typed.path, rows.as_str()).err()
    }

    /// What is wrong with the column that is typed.
    pub fn path_problem(&self) -> Option<DraftProblem> {
        let typed = self.typed.as_ref()?;
        let others = self.draft.paths.iter().filter(|path| path.id != typed.id);
        if others.count() >= limits::PATH_COLUMNS_MAX {
            return Some(DraftProblem::TooManyPaths);
        }
        check_path(typed, self.draft.rows.row_type().as_str()).err()
    }

    /// Makes the column that is typed a part of the panel, if nothing is wrong with it; one of which nothing is typed is forgotten.
    pub fn take_typed_path(&mut self) -> Result<(), DraftProblem> {
        if !self.has_typed_path() {
            self.typed = None;
            return Ok(());
        }
        if let Some(problem) = self.path_problem() {
            return Err(problem);
        }
        if let Some(typed) = self.typed.take() {
            self.touch();
            take_into(&mut self.draft, typed);
        }
        Ok(())
    }

    /// Whether there is something typed of a column that is not in the panel as it is.
    pub(super) fn has_typed_path(&self) -> bool {
        let is_other = |typed: &PathColumn| match self.path(&typed.id) {
            Some(known) => known != typed,
            None => !typed.title.trim().is_empty() || !typed.path.trim().is_empty(),
        };
        self.typed.as_ref().is_some_and(is_other)
    }

    /// The panel as it would be now: with the column that is typed, as far as its path can be read.
    pub fn previewed(&self) -> PanelDraft {
        let mut draft = self.draft.clone();
        let Some(mut typed) = self.typed.clone().filter(|_| self.has_typed_path()) else {
            return draft;
        };
        if typed.title.trim().is_empty() {
            let path = typed.path.trim().chars();
            typed.title = path.take(limits::COLUMN_TITLE_CHARS_MAX).collect();
        }
        let rows = draft.rows.row_type();
        if check_path(&typed, rows.as_str()).is_ok() {
            take_into(&mut draft, typed);
        }
        draft
    }

    fn path(&self, id: &str) -> Option<&PathColumn> {
        self.draft.paths.iter().find(|path| path.id == id)
    }
}

/// A column that is new is shown as the last one. What was asked of another format means nothing of this one.
fn take_into(draft: &mut PanelDraft, typed: PathColumn) {
    match draft.paths.iter_mut().find(|path| path.id == typed.id) {
        Some(known) => {
            if known.format != typed.format {
                draft.filters.retain(|filter| filter.column != typed.id);
            }
            *known = typed;
        }
        None => {
            draft.columns.push(typed.id.clone());
            draft.paths.push(typed);
        }
    }
}
