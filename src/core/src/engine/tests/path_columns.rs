//! Columns that people add by a path: filled from the whole record, live, and never with what is hidden.

use serde_json::{Value, json};

use super::{
    saved_panels::of_colleague,
    world::{World, config, task},
};
use crate::{
    identity::{PanelId, ResourceId},
    protocol::{
        Cell, FhirDate, Hiding, PanelDraft, PanelPreview, PanelRows, PathColumn, PathFormat,
        PathSuggestion, PreviewAsk, SortKey, TabMessage, WorkerMessage,
    },
    query::{Filter, Test},
};

const ROOM: &str = "extension('https://clinic.example/room').value";

fn path(number: u8, title: &str, path: &str, format: PathFormat) -> PathColumn {
    PathColumn {
        id: format!("path-{number}"),
        title: title.into(),
        path: path.into(),
        format,
    }
}

fn draft() -> PanelDraft {
    PanelDraft {
        name: "Rooms".into(),
        description: String::new(),
        rows: PanelRows::OpenTasks,
        columns: ["title", "path-1", "path-2"].map(str::to_owned).into(),
        paths: vec![
            path(1, "Room", ROOM, PathFormat::Number),
            path(2, "Day", "executionPeriod.start", PathFormat::Date),
        ],
        filters: vec![],
        sort: vec![SortKey {
            column: "path-1".into(),
            descending: true,
        }],
    }
}

fn in_room(id: usize, room: i64) -> Value {
    let mut task = task(id, "requested");
    task["extension"] = json!([{ "url": "https://clinic.example/room", "valueInteger": room }]);
    task["executionPeriod"] = json!({ "start": "2026-11-23" });
    task
}

fn world(saved: &PanelDraft) -> World {
    let mut world = World::new();
    for id in 0..9 {
        world
            .server
            .write(world.now - 100_000, in_room(id, id as i64));
    }
    world.server.write(world.now, of_colleague("b1", saved));
    world.with_config(&config().replace("false", "true"));
    world.hello("a");
    world.sign_in("a");
    world.run(2_000);
    let panel = panel(&world);
    world.say("a", TabMessage::Watch { panel });
    world.run(500);
    world
}

fn panel(world: &World) -> PanelId {
    let mut messages = world.screen("a").messages.iter().rev();
    let panel = messages.find_map(|message| match message {
        WorkerMessage::Panels { panels, .. } => panels.iter().find(|panel| panel.saved.is_some()),
        _ => None,
    });
    panel.unwrap().id.clone()
}

fn cells(world: &World, id: &str) -> Vec<Cell> {
    let row = &world.screen("a").last[&ResourceId::new(id)];
    row.cells[1..].to_vec()
}

fn number(value: i64) -> Cell {
    Cell::Number {
        value: value as f64,
        shown: value.to_string(),
    }
}

fn preview(world: &mut World, number: u32, draft: PanelDraft) -> Option<PanelPreview> {
    let ask = PreviewAsk { number, draft };
    world.say("a", TabMessage::PreviewPanel(Box::new(ask)));
    world.run(10);
    let mut messages = world.screen("a").messages.iter().rev();
    messages.find_map(|message| match message {
        WorkerMessage::PanelPreview(preview) if preview.number == number => Some(preview.clone()),
        _ => None,
    })
}

fn column(preview: &PanelPreview, place: usize) -> Vec<Cell> {
    let rows = preview.rows.iter();
    rows.map(|row| row.cells[place].clone()).collect()
}

#[test]
fn a_column_shows_what_is_at_its_path_and_what_becomes_of_it() {
    let mut world = world(&draft());
    assert_eq!(
        cells(&world, "t4"),
        [number(4), Cell::Date(FhirDate::Day(2026, 11, 23))]
    );
    world.write(in_room(4, 40));
    world.run(100);
    assert_eq!(cells(&world, "t4")[0], number(40));
    world.write(task(4, "requested"));
    world.run(100);
    assert_eq!(cells(&world, "t4"), [Cell::Empty, Cell::Empty]);
    world.assert_live();
}

#[test]
fn a_filter_on_a_path_decides_which_rows_there_are() {
    let mut only = draft();
    only.filters = vec![Filter {
        column: "path-1".into(),
        test: Test::Contains("4".into()),
    }];
    let mut world = world(&only);
    let panel = panel(&world);
    let rows = |world: &World| world.screen("a").rows[&panel].len();
    assert_eq!(rows(&world), 1);
    world.write(in_room(2, 41));
    world.run(100);
    assert_eq!(rows(&world), 2);
}

#[test]
fn what_the_policy_hides_is_hidden_at_the_end_of_a_path_too() {
    let mut world = world(&draft());
    world.server.faults.hidden_fields = vec!["executionPeriod"];
    world.run(75_000);
    let panel = panel(&world);
    world.say("a", TabMessage::Watch { panel });
    world.run(500);
    world.write(in_room(4, 4));
    world.run(500);
    let hidden = Cell::Hidden(Hiding::Always);
    assert_eq!(cells(&world, "t4"), [number(4), hidden.clone()]);
    let preview = preview(&mut world, 1, draft()).unwrap();
    assert_eq!(column(&preview, 2), vec![hidden; 5]);
}

#[test]
fn a_panel_that_is_typed_is_shown_in_small() {
    let mut world = world(&draft());
    let mut unnamed = draft();
    unnamed.name.clear();
    let shown = preview(&mut world, 1, unnamed).unwrap();
    assert_eq!(column(&shown, 1), [8, 7, 6, 5, 4].map(number));
    assert_eq!((shown.total, shown.loading), (Some(9), false));
    let mut wrong = draft();
    wrong.paths[0].path = "code.".into();
    assert_eq!(preview(&mut world, 2, wrong), None);
}

#[test]
fn paths_are_suggested_from_what_is_loaded() {
    let mut world = world(&draft());
    let rows = PanelRows::MyTasks;
    world.say("a", TabMessage::SuggestPaths { rows });
    world.run(10);
    let mut messages = world.screen("a").messages.iter().rev();
    let paths = messages.find_map(|message| match message {
        WorkerMessage::PathSuggestions { paths } => Some(paths.clone()),
        _ => None,
    });
    let room = PathSuggestion {
        path: ROOM.into(),
        format: PathFormat::Number,
    };
    assert!(paths.unwrap().contains(&room));
}

#[test]
fn nothing_is_shown_in_small_to_nobody() {
    let mut world = World::new();
    world.hello("a");
    world.run(100);
    let ask = PreviewAsk {
        number: 3,
        draft: draft(),
    };
    world.say("a", TabMessage::PreviewPanel(Box::new(ask)));
    world.run(100);
    let mut messages = world.screen("a").messages.iter();
    assert!(!messages.any(|message| matches!(message, WorkerMessage::PanelPreview(_))));
}
