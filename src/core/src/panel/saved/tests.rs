//! What is saved is what comes back, and what cannot be read is left alone.

mod paths;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;
use crate::{
    fhir, limits,
    protocol::{DraftProblem, PanelRows, SortKey},
    query::{Assignee, Filter, Period, Test},
};

fn filter(column: &str, test: Test) -> Filter {
    Filter {
        column: column.into(),
        test,
    }
}

fn draft() -> PanelDraft {
    PanelDraft {
        name: "Overdue and mine".into(),
        description: "What I should have done.".into(),
        rows: PanelRows::OpenTasks,
        columns: vec!["due".into(), "title".into(), "requester".into()],
        paths: vec![],
        filters: vec![
            filter("assignee", Test::Owner(BTreeSet::from([Assignee::Me]))),
            filter("due", Test::Within(Period::Past)),
        ],
        sort: vec![SortKey {
            column: "due".into(),
            descending: false,
        }],
    }
}

fn on_server(body: &str) -> Resource {
    let mut body: Value = serde_json::from_str(body).unwrap();
    body["id"] = "b1".into();
    body["meta"] = json!({ "versionId": "v1", "lastUpdated": "2026-11-22T10:00:00Z" });
    fhir::parse(&body.to_string()).unwrap()
}

fn stored_as(text: &str) -> Resource {
    let mut body: Value = serde_json::from_str(&stored::resource(
        "n1",
        &draft().into(),
        "Practitioner/a",
        None,
    ))
    .unwrap();
    body["extension"][0]["valueString"] = text.into();
    on_server(&body.to_string())
}

#[test]
fn what_is_written_is_what_is_read() {
    let body = stored::resource("n1", &draft().into(), "Practitioner/a", None);
    insta::assert_snapshot!(body);
    let saved = read(&on_server(&body)).unwrap();
    assert_eq!(saved.saved.draft, draft().into());
    assert_eq!(saved.author.as_deref(), Some("Practitioner/a"));
}

#[test]
fn a_change_leaves_everything_else_in_the_resource_as_it_is() {
    let mut body: Value = serde_json::from_str(&stored::resource(
        "n1",
        &draft().into(),
        "Practitioner/a",
        None,
    ))
    .unwrap();
    let other = json!({ "url": "https://example.org/colour", "valueString": "red" });
    body["extension"].as_array_mut().unwrap().insert(0, other);
    let mut next = draft();
    next.name = "Mine".into();
    let patch = stored::patch(&body.to_string(), "v1", &next.into()).unwrap();
    insta::assert_snapshot!(patch);
}

#[test]
fn a_panel_of_a_newer_version_is_told_from_one_that_cannot_be_read() {
    for (text, problem) in [
        (
            r#"{"format":3,"panel":{"shape":"round"}}"#,
            PanelProblem::Newer,
        ),
        (
            r#"{"format":1,"panel":{"shape":"round"}}"#,
            PanelProblem::Unreadable,
        ),
        (r#"{"panel":{}}"#, PanelProblem::Unreadable),
        ("not json", PanelProblem::Unreadable),
    ] {
        let found = read(&stored_as(text)).unwrap_err();
        assert_eq!(found.problem, problem, "{text}");
        assert_eq!(found.name.as_deref(), Some("Overdue and mine"));
    }
    let bare = on_server(r#"{"resourceType":"Basic","code":{"text":"x"}}"#);
    assert_eq!(read(&bare).unwrap_err().problem, PanelProblem::Unreadable);
}

#[test]
fn another_name_or_order_is_the_same_panel_and_other_rows_or_cells_are_not() {
    let id_of = |draft: PanelDraft| {
        let saved = SavedPanel {
            id: crate::identity::ResourceId::new("b1"),
            version: crate::identity::VersionId::new("v1"),
            draft,
        };
        definition(&saved).view.id
    };
    let before = id_of(draft());
    assert_eq!(before.address(), "b1");
    let mut renamed = draft();
    renamed.name = "Mine".into();
    renamed.sort.clear();
    assert_eq!(id_of(renamed), before);
    let mut fewer = draft();
    fewer.columns.pop();
    assert_ne!(id_of(fewer), before);
    let mut wider = draft();
    wider.filters.pop();
    assert_ne!(id_of(wider), before);
}

#[test]
fn what_is_wrong_with_a_draft_is_named() {
    let wrong = |change: fn(&mut PanelDraft)| {
        let mut draft = draft();
        change(&mut draft);
        check(draft).unwrap_err()
    };
    assert_eq!(
        wrong(|draft| draft.name = " \u{202e} ".into()),
        DraftProblem::NameMissing
    );
    assert_eq!(
        wrong(|draft| draft.name = "x".repeat(limits::PANEL_NAME_CHARS_MAX + 1)),
        DraftProblem::NameTooLong
    );
    assert_eq!(
        wrong(|draft| draft.description = "x".repeat(limits::PANEL_DESCRIPTION_CHARS_MAX + 1)),
        DraftProblem::DescriptionTooLong
    );
    assert_eq!(
        wrong(|draft| draft.columns.clear()),
        DraftProblem::NoColumns
    );
    let column = |id: &str| DraftProblem::Column { id: id.into() };
    assert_eq!(
        wrong(|draft| draft.columns.push("shape".into())),
        column("shape")
    );
    assert_eq!(
        wrong(|draft| draft.columns.push("due".into())),
        column("due")
    );
    let of = |column: &str| DraftProblem::Filter {
        column: column.into(),
    };
    // Its patient may change its name, and no row may move because of that.
    assert_eq!(
        wrong(|draft| draft
            .filters
            .push(filter("patient", Test::Contains("doe".into())))),
        of("patient")
    );
    assert_eq!(
        wrong(|draft| draft
            .filters
            .push(filter("title", Test::Within(Period::Past)))),
        of("title")
    );
    assert_eq!(
        wrong(|draft| draft
            .filters
            .push(filter("due", Test::Within(Period::Today)))),
        of("due")
    );
    let by_age = SortKey {
        column: "age".into(),
        descending: true,
    };
    let mut hidden_order = draft();
    hidden_order.sort.push(by_age);
    let sort = DraftProblem::Sort {
        column: "age".into(),
    };
    assert_eq!(check(hidden_order), Err(sort));
}
