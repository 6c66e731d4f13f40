//! A table is laid out by its user, within limits, and always shows something.

use proptest::prelude::*;

use super::*;
use crate::panel::built_in;

fn tasks() -> PanelView {
    let mut panels = built_in().into_iter().map(|panel| panel.view);
    panels
        .find(|view| view.id.as_str() == "open-tasks")
        .unwrap()
}

fn ids(layout: &Layout) -> Vec<&str> {
    let columns = layout.columns().iter();
    columns.map(|column| column.id.as_str()).collect()
}

fn column(id: &str) -> Column {
    let mut columns = tasks().columns.into_iter();
    columns.find(|column| column.id == id).unwrap()
}

fn shown(id: &str) -> ShownColumn {
    ShownColumn {
        id: id.into(),
        width_px: None,
        pinned: false,
    }
}

fn tracks_of(layout: &Layout) -> Tracks {
    let view = tasks();
    let places = layout.places(&view).into_iter();
    let shown: Vec<_> = places
        .map(|(place, column)| (view.columns[place].kind, column))
        .collect();
    tracks(&shown, Room::Wide, 20)
}

#[test]
fn a_panel_shows_all_its_columns_and_keeps_the_title_in_sight() {
    let layout = Layout::usual(&tasks());
    assert_eq!(layout.columns().len(), tasks().columns.len());
    let pinned = layout.columns().iter().filter(|column| column.pinned);
    assert_eq!(
        pinned.map(|column| &column.id).collect::<Vec<_>>(),
        ["title"]
    );
}

#[test]
fn a_column_is_hidden_and_comes_back_as_the_last_one() {
    let mut layout = Layout::usual(&tasks());
    layout.show(&column("due"), false);
    assert_eq!(layout.place("due"), None);
    layout.show(&column("due"), true);
    assert_eq!(ids(&layout).last(), Some(&"due"));
}

#[test]
fn the_last_column_cannot_be_hidden() {
    let mut layout = Layout(vec![shown("due")]);
    layout.show(&column("due"), false);
    assert_eq!(ids(&layout), ["due"]);
}

#[test]
fn columns_move_one_by_one_and_to_a_place_and_stop_at_the_ends() {
    let mut layout = Layout(vec![shown("due"), shown("title"), shown("status")]);
    layout.shift("due", true);
    assert_eq!(ids(&layout), ["due", "title", "status"]);
    layout.shift("due", false);
    assert_eq!(ids(&layout), ["title", "due", "status"]);
    layout.move_to("title", 9);
    assert_eq!(ids(&layout), ["due", "status", "title"]);
    layout.move_to("nothing", 0);
    assert_eq!(ids(&layout), ["due", "status", "title"]);
}

#[test]
fn a_width_stays_within_its_limits_and_can_be_given_back() {
    let mut layout = Layout(vec![shown("due")]);
    layout.resize("due", 1e9);
    let widest = Some(limits::COLUMN_WIDTH_MAX_PX);
    assert_eq!(layout.column("due").unwrap().width_px, widest);
    layout.resize("due", -4.0);
    let narrowest = Some(limits::COLUMN_WIDTH_MIN_PX);
    assert_eq!(layout.column("due").unwrap().width_px, narrowest);
    layout.reset_width("due");
    assert_eq!(layout.column("due").unwrap().width_px, None);
}

#[test]
fn no_more_columns_stay_in_sight_than_leave_room_for_the_rest() {
    let mut layout = Layout::usual(&tasks());
    for id in ["priority", "due", "patient", "status"] {
        layout.pin(id, true);
    }
    let pinned = layout.columns().iter().filter(|column| column.pinned);
    assert_eq!(pinned.count(), limits::PINNED_COLUMNS_MAX);
    assert!(!layout.can_pin());
    layout.pin("due", false);
    assert!(layout.can_pin());
}

#[test]
fn what_a_panel_no_longer_has_is_left_out_and_nothing_at_all_is_as_usual() {
    let mut gone = shown("gone");
    gone.pinned = true;
    let layout = Layout(vec![gone.clone(), shown("status"), shown("status")]);
    assert_eq!(ids(&layout.fitted(&tasks())), ["status"]);
    assert_eq!(Layout(vec![gone]).fitted(&tasks()), Layout::usual(&tasks()));
}

#[test]
fn a_chosen_width_is_kept_and_the_rest_takes_what_is_left() {
    let mut layout = Layout(vec![shown("due"), shown("title"), shown("status")]);
    layout.resize("title", 300.0);
    let tracks = tracks_of(&layout);
    assert_eq!(tracks.template, "188px 300px minmax(160px, 1.2fr)");
    assert_eq!(tracks.width_min_px, 648);
}

#[test]
fn pinned_columns_stay_beside_each_other() {
    let mut layout = Layout(vec![shown("patient"), shown("due"), shown("title")]);
    layout.pin("patient", true);
    layout.pin("title", true);
    let tracks = tracks_of(&layout);
    assert_eq!(tracks.template, "260px 168px minmax(180px, 1.4fr)");
    assert_eq!(tracks.pins_px, [0, 260]);
}

#[test]
fn the_stored_form_of_a_layout_is_a_decision() {
    let mut layout = Layout(vec![shown("due"), shown("title")]);
    layout.resize("due", 120.0);
    layout.pin("title", true);
    insta::assert_json_snapshot!(layout, @r#"
    [
      {
        "id": "due",
        "widthPx": 120
      },
      {
        "id": "title",
        "pinned": true
      }
    ]
    "#);
}

proptest! {
    #[test]
    fn whatever_is_stored_something_is_shown_once_and_within_the_limits(
        stored in prop::collection::vec(("[a-z]{0,9}|due|title|status", any::<Option<u16>>(), any::<bool>()), 0..12),
    ) {
        let column = |(id, width_px, pinned)| ShownColumn { id, width_px, pinned };
        let layout = Layout(stored.into_iter().map(column).collect()).fitted(&tasks());
        prop_assert!(!layout.columns().is_empty());
        prop_assert_eq!(layout.places(&tasks()).len(), layout.columns().len());
        prop_assert_eq!(&layout.fitted(&tasks()), &layout);
        for column in layout.columns() {
            prop_assert!(column.width_px.is_none_or(|width| width <= limits::COLUMN_WIDTH_MAX_PX));
        }
    }
}
