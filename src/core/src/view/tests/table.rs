//! What is shown of a panel follows its view as far as its user has not asked for something else.

use super::*;
use crate::{
    protocol::{ShelfState, ShelfView},
    view::{ActiveView, TableView},
};

fn tasks() -> PanelView {
    panel("open-tasks")
}

fn without(column: &str) -> Layout {
    let mut layout = Layout::usual(&tasks());
    let columns = tasks().columns.into_iter();
    for known in columns.filter(|known| known.id == column) {
        layout.show(&known, false);
    }
    layout
}

/// The view of a colleague, as it is by now.
fn view(query: &Query, layout: &Layout) -> ActiveView {
    ActiveView::Known(SavedView {
        draft: ViewEdit::out_of_table(&tasks(), query, layout).draft,
        ..saved(query)
    })
}

fn overdue() -> Query {
    Query {
        band: Some(Band::Overdue),
        ..Query::default()
    }
}

fn at(active: ActiveView) -> TableView {
    let mut table = TableView::new(&tasks(), None);
    table.take_address(&tasks(), "?view=v1", active);
    table
}

#[test]
fn the_table_follows_a_view_that_somebody_changes() {
    let mut table = at(view(&wounds_of_nobody(), &without("due")));
    assert_eq!(table.layout.place("due"), None);
    table.take_address(&tasks(), "?view=v1", view(&overdue(), &without("age")));
    assert_eq!(table.query, overdue());
    assert_eq!(table.layout, without("age"));
    assert!(!table.is_changed(&tasks()));
}

#[test]
fn what_its_user_has_asked_for_and_laid_out_meanwhile_stays_and_is_marked() {
    let mut table = at(view(&wounds_of_nobody(), &without("due")));
    table.query = Query::default();
    table.layout = without("status");
    let address = table.address_of(&tasks(), &table.query);
    table.take_address(&tasks(), &address, view(&overdue(), &without("age")));
    assert_eq!(table.query, Query::default());
    assert_eq!(table.layout, without("status"));
    assert!(table.is_changed(&tasks()));
    table.reset_columns(&tasks());
    assert_eq!(table.layout, without("age"));
    assert_eq!(table.query_of_view(&tasks()), overdue());
}

#[test]
fn another_view_takes_nothing_over_but_how_the_user_lays_out_the_panel_is_there_again() {
    let own = without("status");
    let mut table = TableView::new(&tasks(), Some(&own));
    assert_eq!(table.layout, own);
    table.query.search = Search::new("doe");
    table.take_address(&tasks(), "?view=v1", view(&overdue(), &without("age")));
    assert_eq!(table.layout, without("age"));
    assert!(table.query.search.is_empty(), "of another view");
    assert_eq!(table.layout_to_keep(&tasks()), None, "of a view");
    table.take_address(&tasks(), "", ActiveView::All);
    assert_eq!(table.layout, own);
    assert_eq!(table.query, Query::default());
}

#[test]
fn a_layout_is_kept_once_and_given_up_when_it_is_that_of_the_panel() {
    let mut table = TableView::new(&tasks(), None);
    assert_eq!(table.layout_to_keep(&tasks()), None);
    table.layout = without("age");
    let kept = table.layout_to_keep(&tasks());
    assert_eq!(kept, Some(Some(without("age"))));
    assert_eq!(table.layout_to_keep(&tasks()), None);
    table.reset_columns(&tasks());
    assert_eq!(table.layout_to_keep(&tasks()), Some(None));
    assert!(!table.is_changed(&tasks()));
}

#[test]
fn a_layout_that_comes_late_or_from_another_tab_is_shown_where_no_view_says_otherwise() {
    let mut table = TableView::new(&tasks(), None);
    table.take_own_layout(&tasks(), Some(&without("status")));
    assert_eq!(table.layout, without("status"));
    assert_eq!(table.layout_to_keep(&tasks()), None, "it is kept already");
    table.take_own_layout(&tasks(), None);
    assert_eq!(table.layout, Layout::usual(&tasks()));
    table.layout = without("age");
    table.take_own_layout(&tasks(), Some(&without("status")));
    assert_eq!(table.layout, without("age"), "of this tab");
    let mut table = at(view(&overdue(), &without("age")));
    table.take_own_layout(&tasks(), Some(&without("status")));
    assert_eq!(table.layout, without("age"), "of a view");
}

#[test]
fn a_view_that_nobody_knows_of_yet_takes_nothing_away() {
    let known = view(&overdue(), &without("age"));
    let shelf = |state| ShelfView {
        state,
        ..ShelfView::default()
    };
    let named = |state| ActiveView::named("?view=v1", &shelf(state), &known);
    for state in [
        ShelfState::Reading,
        ShelfState::Old,
        ShelfState::Unavailable,
    ] {
        assert_eq!(named(state), None, "{state:?}");
    }
    let missing = ActiveView::Missing(ResourceId::new("v1"));
    assert_eq!(named(ShelfState::Known), Some(missing.clone()));
    let fresh = ActiveView::named("?view=v1", &shelf(ShelfState::Reading), &ActiveView::All);
    assert_eq!(fresh, Some(missing.clone()));
    let table = at(missing);
    let address = table.address_of(&tasks(), &overdue());
    assert_eq!(address, "view=v1&band=overdue");
}
