//! A column with a path while it is typed.

use super::*;
use crate::{
    panel_edit::{PanelEdit, Stage},
    protocol::{ColumnKind, PathColumn, PathFormat, PathSuggestion},
};

fn typing(title: &str, path: &str, format: PathFormat) -> PanelEdit {
    let mut edit = PanelEdit::blank(PanelRows::Patients);
    edit.draft.name = "Phones".into();
    edit.add_path();
    type_into(&mut edit, title, path, format);
    edit
}

fn type_into(edit: &mut PanelEdit, title: &str, path: &str, format: PathFormat) {
    let typed = edit.typed.as_mut().unwrap();
    typed.title = title.into();
    typed.path = path.into();
    typed.format = format;
}

fn kinds(edit: &PanelEdit) -> Vec<(String, ColumnKind, bool)> {
    let columns = edit.columns().into_iter();
    let added = columns.filter(|(column, _)| edit.has_path(&column.id));
    added
        .map(|(column, shown)| (column.title, column.kind, shown))
        .collect()
}

#[test]
fn a_column_is_added_as_the_last_one_and_can_be_changed_and_taken_away() {
    let mut edit = typing("Use", "name.use", PathFormat::Tags);
    assert_eq!(edit.path_problem(), None);
    edit.take_typed_path().unwrap();
    assert_eq!(edit.draft.columns.last().unwrap(), "path-1");
    assert_eq!(kinds(&edit), [("Use".into(), ColumnKind::Tags, true)]);
    edit.draft
        .filters
        .push(filter("path-1", Test::Contains("x".into())));
    edit.change_path("path-1");
    assert!(edit.is_changed());
    type_into(&mut edit, "Times", "name.count()", PathFormat::Number);
    edit.take_typed_path().unwrap();
    assert_eq!(kinds(&edit), [("Times".into(), ColumnKind::Number, true)]);
    assert_eq!(edit.draft.filters, []);
    edit.add_path();
    assert_eq!(edit.typed.as_ref().unwrap().id, "path-2");
    edit.drop_path();
    edit.remove_path("path-1");
    assert_eq!(kinds(&edit), []);
    assert_eq!(
        edit.draft,
        PanelEdit::blank(PanelRows::Patients).draft_named("Phones")
    );
}

impl PanelEdit {
    fn draft_named(mut self, name: &str) -> PanelDraft {
        self.draft.name = name.into();
        self.draft
    }
}

#[test]
fn what_is_wrong_is_said_while_it_is_typed() {
    let problem = |title: &str, path: &str| typing(title, path, PathFormat::Text).path_problem();
    assert_eq!(problem(" ", "name"), Some(DraftProblem::PathTitleMissing));
    let long = "x".repeat(crate::limits::COLUMN_TITLE_CHARS_MAX + 1);
    assert_eq!(problem(&long, "name"), Some(DraftProblem::PathTitleTooLong));
    let path = DraftProblem::Path {
        title: "Name".into(),
    };
    assert_eq!(problem("Name", "name.("), Some(path.clone()));
    assert_eq!(problem("Name", "Task.code"), Some(path));
    let fault = |path: &str| typing("", path, PathFormat::Text).path_fault().unwrap();
    assert_eq!((fault("name.(").at, fault("Task.code").at), (5, 0));
    assert_eq!(problem("Name", "Patient.name"), None);
}

#[test]
fn what_is_typed_of_a_column_is_saved_with_the_panel_or_holds_it_up() {
    let mut edit = typing("Use", "name.use", PathFormat::Text);
    let Some(PanelChange::Create { draft }) = edit.submit(change("c1")) else {
        panic!("not saved");
    };
    let draft = PanelDraft::try_from(draft).unwrap();
    assert_eq!(draft.paths[0].path, "name.use");
    let mut edit = typing("Use", "name..use", PathFormat::Text);
    assert_eq!(edit.submit(change("c1")), None);
    assert!(matches!(
        &edit.stage,
        Stage::Refused(PanelRefusal::Draft(DraftProblem::Path { .. }))
    ));
    assert_eq!(edit.typed.as_ref().unwrap().path, "name..use");
    // One of which nothing was typed holds nothing up.
    let mut edit = typing("", " ", PathFormat::Text);
    assert!(edit.submit(change("c1")).is_some());
}

#[test]
fn the_preview_has_the_column_as_soon_as_its_path_can_be_read() {
    let shown = |title: &str, path: &str| {
        let draft = typing(title, path, PathFormat::Text).previewed();
        let titles = draft.paths.into_iter().map(|path: PathColumn| path.title);
        titles.collect::<Vec<_>>()
    };
    assert_eq!(shown("", "name.use"), ["name.use"]);
    assert_eq!(shown("Use", "name.use"), ["Use"]);
    assert_eq!(shown("Use", "name."), [""; 0]);
}

#[test]
fn a_suggested_path_brings_its_format() {
    let known = [PathSuggestion {
        path: "name.given".into(),
        format: PathFormat::Tags,
    }];
    let mut edit = typing("Given", "", PathFormat::Number);
    let format = |edit: &PanelEdit| edit.typed.as_ref().unwrap().format;
    edit.type_path("name.give", &known);
    assert_eq!(
        (format(&edit), edit.path_fault()),
        (PathFormat::Number, None)
    );
    edit.type_path("name.given", &known);
    assert_eq!(format(&edit), PathFormat::Tags);
    edit.type_path("name.given.", &known);
    assert_eq!(format(&edit), PathFormat::Tags);
    assert_eq!(edit.path_fault().unwrap().at, 11);
}

#[test]
fn other_rows_have_other_paths() {
    let mut edit = typing("Use", "name.use", PathFormat::Text);
    edit.take_typed_path().unwrap();
    edit.take_rows(PanelRows::OpenTasks);
    assert_eq!(edit.draft.paths, []);
    edit.draft.name = "Tasks".into();
    assert_eq!(edit.problem(), None);
}
