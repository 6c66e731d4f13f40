//! Panels with columns that people have added.

use super::*;
use crate::{
    hidden::{HiddenElements, Hiding},
    identity::ResourceType,
    protocol::{ColumnKind, PathColumn, PathFormat},
};

fn path(id: &str, title: &str, path: &str) -> PathColumn {
    PathColumn {
        id: id.into(),
        title: title.into(),
        path: path.into(),
        format: PathFormat::Text,
    }
}

fn with(paths: Vec<PathColumn>) -> PanelDraft {
    let mut with = draft();
    with.columns
        .extend(paths.iter().map(|path| path.id.clone()));
    with.paths = paths;
    with
}

#[test]
fn a_panel_with_a_path_needs_a_newer_version_and_no_other_panel_does() {
    let with = with(vec![path("path-1", "Code", "code.coding.code")]);
    let body = stored::resource("n1", &with.clone().into(), "Practitioner/a", None);
    insta::assert_snapshot!(body);
    assert_eq!(read(&on_server(&body)).unwrap().saved.draft, with.into());
    let without = stored::resource("n1", &draft().into(), "Practitioner/a", None);
    assert!(without.contains(r#"\"format\":1"#) && !without.contains("paths"));
}

#[test]
fn a_path_is_a_column_that_can_be_filtered_and_ordered_by() {
    let mut with = with(vec![path("path-1", "Code", "code.coding.code")]);
    with.filters
        .push(filter("path-1", Test::Contains("x".into())));
    with.sort = vec![SortKey {
        column: "path-1".into(),
        descending: true,
    }];
    let draft = check(with).unwrap();
    let saved = SavedPanel {
        id: crate::identity::ResourceId::new("b1"),
        version: crate::identity::VersionId::new("v1"),
        draft,
    };
    let view = definition(&saved).view;
    let column = view.columns.last().unwrap();
    assert_eq!((&*column.title, column.kind), ("Code", ColumnKind::Text));
    let mut other = saved.clone();
    other.draft.paths[0].path = "code.text".into();
    assert_ne!(definition(&other).view.id, view.id);
}

#[test]
fn what_is_wrong_with_a_path_is_named() {
    let wrong = |paths: Vec<PathColumn>| check(with(paths)).unwrap_err();
    let named = |id: &str| DraftProblem::PathName { id: id.into() };
    for id in ["code", "path-0", "path-100", "path-01", "path-+1", "path-"] {
        assert_eq!(wrong(vec![path(id, "Code", "code")]), named(id));
    }
    let twice = || path("path-1", "Code", "code");
    assert_eq!(wrong(vec![twice(), twice()]), named("path-1"));
    assert_eq!(
        wrong(vec![path("path-1", "\u{200b}", "code")]),
        DraftProblem::PathTitleMissing
    );
    let fault = wrong(vec![path("path-1", "Code", "code.")]);
    assert!(matches!(fault, DraftProblem::Path { title } if title == "Code"));
    let many = (1..=limits::PATH_COLUMNS_MAX + 1)
        .map(|number| path(&format!("path-{number}"), "Code", "code"));
    assert_eq!(wrong(many.collect()), DraftProblem::TooManyPaths);
    let mut unknown = draft();
    unknown.columns.push("path-1".into());
    let column = DraftProblem::Column {
        id: "path-1".into(),
    };
    assert_eq!(check(unknown), Err(column));
}

#[test]
fn names_of_columns_are_words_and_not_used_again_at_once() {
    assert_eq!(new_path_id(&[]), "path-1");
    let known = [path("path-3", "a", "a"), path("path-1", "b", "b")];
    assert_eq!(new_path_id(&known), "path-4");
    assert_eq!(new_path_id(&[path("path-99", "a", "a")]), "path-1");
}

#[test]
fn a_filter_on_what_is_hidden_is_a_blind_spot() {
    let mut with = with(vec![path("path-1", "Code", "code.coding.code")]);
    with.filters = vec![filter("path-1", Test::Contains("x".into()))];
    let saved = SavedPanel {
        id: crate::identity::ResourceId::new("b1"),
        version: crate::identity::VersionId::new("v1"),
        draft: with,
    };
    let rules = vec![vec!["code".to_owned()]];
    let hidden = HiddenElements::default().with_fields(ResourceType::Task, rules);
    let spots = definition(&saved).view_for(&hidden).blind_spots;
    assert_eq!(spots.len(), 1);
    assert_eq!(
        (&*spots[0].label, spots[0].hiding),
        ("Code", Hiding::Always)
    );
    let seen = definition(&saved).view_for(HiddenElements::NONE);
    assert_eq!(seen.blind_spots, []);
}
