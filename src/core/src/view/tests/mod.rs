//! A view shows what it was saved with, and says what it cannot.

mod table;

use std::collections::BTreeSet;

use super::*;
use crate::{
    identity::VersionId,
    panel::built_in,
    panel_edit::ViewEdit,
    protocol::{Audience, SortKey},
    query::{Assignee, Band, Filter, Search, Test},
};

fn panel(id: &str) -> PanelView {
    let mut panels = built_in().into_iter().map(|panel| panel.view);
    panels.find(|view| view.id.as_str() == id).unwrap()
}

fn filter(column: &str, test: Test) -> Filter {
    Filter {
        column: column.into(),
        test,
    }
}

fn wounds_of_nobody() -> Query {
    Query {
        filters: vec![
            filter("title", Test::Contains("wound".into())),
            filter("assignee", Test::Owner(BTreeSet::from([Assignee::Nobody]))),
        ],
        band: Some(Band::Today),
        sort: vec![SortKey {
            column: "due".into(),
            descending: true,
        }],
        ..Query::default()
    }
}

fn saved(query: &Query) -> SavedView {
    let tasks = panel("open-tasks");
    let mut layout = Layout::usual(&tasks);
    layout.show(&tasks.columns[0], false);
    SavedView {
        id: ResourceId::new("v1"),
        version: VersionId::new("1"),
        draft: ViewEdit::out_of_table(&tasks, query, &layout).draft,
    }
}

#[test]
fn a_view_shows_what_was_shown_when_it_was_saved() {
    let query = wounds_of_nobody();
    let view = saved(&query);
    assert_eq!(view.draft.audience, Audience::Personal);
    let slice = slice(&view.draft, &panel("open-tasks"));
    assert_eq!(slice.query, query);
    assert_eq!(slice.layout.place("priority"), None);
    assert_eq!(slice.missing, Vec::<String>::new());
}

#[test]
fn what_the_panel_no_longer_has_is_left_out_and_named() {
    let view = saved(&wounds_of_nobody());
    let slice = slice(&view.draft, &panel("patients"));
    assert_eq!(slice.missing, ["title", "assignee", "due"]);
    assert_eq!(slice.query, Query::default());
    assert_eq!(slice.layout.columns().len(), 1, "only the last change");
}

#[test]
fn an_address_names_a_view_and_never_what_it_searches_for() {
    let (query, tasks) = (wounds_of_nobody(), panel("open-tasks"));
    let view = saved(&query);
    let searching = Query {
        search: Search::new("doe"),
        ..query.clone()
    };
    let address = to_address(&searching, Some(&view), &tasks);
    assert_eq!(address, "view=v1");
    assert_eq!(in_address(&address), Some(view.id.clone()));
    let there = from_address(&address, Some(&view), &tasks, None);
    assert_eq!(there, query);
}

#[test]
fn what_is_asked_for_beside_a_view_stands_in_the_address_too() {
    let (query, tasks) = (wounds_of_nobody(), panel("open-tasks"));
    let view = saved(&query);
    let other = query.with_filter("title", None);
    let address = to_address(&other, Some(&view), &tasks);
    insta::assert_snapshot!(address, @"view=v1&changed=yes&f.assignee=none&band=today&sort=-due");
    let there = from_address(&address, Some(&view), &tasks, Some(&other));
    assert_eq!(there, other);
    let nothing = to_address(&Query::default(), Some(&view), &tasks);
    let there = from_address(&nothing, Some(&view), &tasks, Some(&Query::default()));
    assert_eq!(there, Query::default(), "everything was taken away");
}

#[test]
fn a_text_that_a_view_goes_by_is_there_again_after_a_reload() {
    let tasks = panel("open-tasks");
    let view = saved(&wounds_of_nobody());
    let other = Query {
        sort: Vec::new(),
        ..wounds_of_nobody()
    };
    let address = to_address(&other, Some(&view), &tasks);
    let there = from_address(&address, Some(&view), &tasks, None);
    assert!(asks_same(&there, &other));
}

#[test]
fn an_address_of_a_view_that_is_not_there_asks_for_what_else_it_says() {
    let tasks = panel("open-tasks");
    let there = from_address("?view=gone&band=today", None, &tasks, None);
    assert_eq!(there.band, Some(Band::Today));
    assert_eq!(in_address("?view=%3Cscript%3E"), None);
    assert_eq!(in_address("?band=today"), None);
}

#[test]
fn the_order_in_which_filters_were_chosen_is_no_difference() {
    let query = wounds_of_nobody();
    let mut other = query.clone();
    other.filters.reverse();
    assert!(asks_same(&query, &other));
    assert!(!asks_same(&query, &Query::default()));
}
