//! Panels that people make: seen by all, changed by many, and never lost.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{
    server::{Server, outcome},
    world::{World, config, task},
};
use crate::{
    engine::HttpMethod,
    identity::{PanelChangeId, PanelId, ResourceId, VersionId},
    limits,
    panel::saved::stored,
    protocol::{
        DraftProblem, Made, PanelChange, PanelDraft, PanelRefusal, PanelRows, PanelVerdict,
        PanelView, ShelfState, ShelfView, TabMessage, WorkerMessage,
    },
    query::{Assignee, Filter, Period, Test},
    time::Timestamp,
};

impl Server {
    /// A panel is written as a whole, by its id or by its name, or deleted.
    pub(super) fn write_panel(
        &mut self,
        now: Timestamp,
        method: HttpMethod,
        path: &str,
        text: &str,
    ) -> (u16, String) {
        if let Some((status, text)) = self.faults.writes.refuse {
            return (status, outcome(text).to_string());
        }
        let path = path.strip_prefix("fhir/R4/Basic").unwrap();
        if method == HttpMethod::Delete {
            self.delete(now, "Basic", &path[1..]);
            return (200, "{}".into());
        }
        let mut body: Value = serde_json::from_str(text).unwrap();
        let named = self
            .resources
            .values()
            .find(|stored| !stored.deleted && stored.body["identifier"] == body["identifier"]);
        let (status, id) = match (path.strip_prefix('/'), named) {
            (Some(id), _) => (200, id.to_owned()),
            (None, Some(named)) => (200, named.body["id"].as_str().unwrap().to_owned()),
            (None, None) => {
                self.ids += 1;
                (201, format!("b{}", self.ids))
            }
        };
        body["id"] = id.clone().into();
        let known = self.resources.get(&("Basic".to_owned(), id.clone()));
        let is_same = known.is_some_and(|known| {
            let mut before = known.body.clone();
            before.as_object_mut().unwrap().remove("meta");
            !known.deleted && before == body
        });
        if !is_same {
            self.write(now, body);
        }
        let stored = &self.resources[&("Basic".to_owned(), id)];
        (status, stored.body.to_string())
    }
}

pub(super) fn draft(name: &str) -> PanelDraft {
    PanelDraft {
        name: name.into(),
        description: String::new(),
        rows: PanelRows::OpenTasks,
        columns: vec!["title".into(), "due".into()],
        paths: vec![],
        filters: vec![],
        sort: vec![],
    }
}

pub(super) fn of_mine(name: &str) -> PanelDraft {
    PanelDraft {
        filters: vec![Filter {
            column: "assignee".into(),
            test: Test::Owner(BTreeSet::from([Assignee::Me])),
        }],
        ..draft(name)
    }
}

/// What a colleague's browser would have written.
pub(super) fn of_colleague(id: &str, draft: &PanelDraft) -> Value {
    serde_json::from_str(&stored::resource(
        id,
        &draft.clone().into(),
        "Practitioner/ben",
        Some(id),
    ))
    .unwrap()
}

pub(super) fn world() -> World {
    let mut world = World::new();
    for id in 0..4 {
        let mut task = task(id, "requested");
        if id < 2 {
            task["owner"] = json!({ "reference": "Practitioner/me" });
        }
        world.server.write(world.now - 100_000, task);
    }
    world.with_config(&config().replace("false", "true"));
    world.hello("a");
    world.sign_in("a");
    world.run(2_000);
    world.watch("a");
    world.assert_live();
    world
}

pub(super) fn told(world: &World) -> (Vec<PanelView>, ShelfView) {
    let messages = world.screen("a").messages.iter().rev();
    let mut panels = messages.filter_map(|message| match message {
        WorkerMessage::Panels { panels, shelf } => Some((panels.clone(), shelf.clone())),
        _ => None,
    });
    panels.next().unwrap()
}

pub(super) fn names(world: &World) -> Vec<String> {
    let (panels, _) = told(world);
    let saved = panels.into_iter().filter(|panel| panel.saved.is_some());
    saved.map(|panel| panel.name).collect()
}

pub(super) fn id_of(world: &World, name: &str) -> PanelId {
    let (panels, _) = told(world);
    let mut panels = panels.into_iter();
    panels.find(|panel| panel.name == name).unwrap().id
}

pub(super) fn rows_of(world: &World, panel: &PanelId) -> Vec<String> {
    let rows = &world.screen("a").rows[panel];
    rows.keys().map(|id| id.as_str().to_owned()).collect()
}

pub(super) fn ask(world: &mut World, name: &str, to: PanelChange) {
    let change = PanelChangeId::new(name);
    let to = Box::new(to);
    world.say("a", TabMessage::ChangePanel { change, to });
}

pub(super) fn answers(world: &World) -> Vec<PanelVerdict> {
    let messages = world.screen("a").messages.iter();
    let answers = messages.filter_map(|message| match message {
        WorkerMessage::PanelAnswer { verdict, .. } => Some(verdict.clone()),
        _ => None,
    });
    answers.collect()
}

pub(super) fn watch(world: &mut World, panel: &PanelId) {
    let panel = panel.clone();
    world.say("a", TabMessage::Watch { panel });
    world.run(100);
}

/// The home screen is looked at.
pub(super) fn look(world: &mut World) {
    world.say("a", TabMessage::ReadPanels);
    world.run(100);
}

#[test]
fn a_panel_of_a_colleague_is_there_for_everybody_and_shows_its_part_of_the_rows() {
    let mut world = world();
    world.write(of_colleague("b1", &of_mine("Ours")));
    world.run(limits::PANELS_READ_EVERY_MS + limits::PANELS_READ_JITTER_MS);
    assert_eq!(names(&world), ["Ours"]);
    let panel = id_of(&world, "Ours");
    watch(&mut world, &panel);
    assert_eq!(rows_of(&world, &panel), ["t0", "t1"]);
    // It lives like every other one.
    let mut taken = task(0, "requested");
    taken["owner"] = json!({ "reference": "Practitioner/ben" });
    world.write(taken);
    world.run(100);
    assert_eq!(rows_of(&world, &panel), ["t1"]);
    let open = PanelId::new("open-tasks");
    assert_eq!(world.screen("a").rows[&open].len(), 4);
    world.assert_live();
}

#[test]
fn a_new_panel_is_written_once_however_often_it_is_asked_for() {
    let mut world = world();
    let create = || PanelChange::Create {
        draft: of_mine("New").into(),
    };
    ask(&mut world, "c1", create());
    ask(&mut world, "c1", create());
    world.run(100);
    let panel = id_of(&world, "New");
    let done = PanelVerdict::Done {
        made: Some(Made::Panel(panel)),
    };
    assert_eq!(answers(&world), std::slice::from_ref(&done));
    // The answer was lost on its way to the tab: it asks again.
    ask(&mut world, "c1", create());
    world.run(100);
    assert_eq!(answers(&world), [done.clone(), done]);
    assert_eq!(names(&world), ["New"]);
}

#[test]
fn what_a_colleague_has_changed_meanwhile_is_not_written_over() {
    let mut world = world();
    world.write(of_colleague("b1", &draft("Ours")));
    look(&mut world);
    let seen = *told(&world).0[3].saved.clone().unwrap();
    world.write(of_colleague("b1", &draft("Theirs")));
    let replace = |version: &VersionId, name: &str| PanelChange::Replace {
        id: ResourceId::new("b1"),
        version: version.clone(),
        draft: draft(name).into(),
    };
    ask(&mut world, "c1", replace(&seen.version, "Mine"));
    world.run(100);
    let [PanelVerdict::Conflict { theirs, author }] = &answers(&world)[..] else {
        panic!("{:?}", answers(&world));
    };
    assert_eq!(theirs.draft.name(), "Theirs");
    assert_eq!(author.as_deref(), Some("Ben Colleague"));
    assert_eq!(names(&world), ["Theirs"], "and everybody sees it at once");
    // Their version is known now, and mine shall be.
    let version = theirs.version.clone();
    ask(&mut world, "c2", replace(&version, "Mine"));
    world.run(100);
    assert!(matches!(answers(&world)[1], PanelVerdict::Done { .. }));
    assert_eq!(names(&world), ["Mine"]);
}

#[test]
fn a_change_whose_answer_was_lost_is_found_to_be_made() {
    let mut world = world();
    world.write(of_colleague("b1", &draft("Ours")));
    look(&mut world);
    let version = told(&world).0[3].saved.clone().unwrap().version;
    let replace = || PanelChange::Replace {
        id: ResourceId::new("b1"),
        version: version.clone(),
        draft: draft("Mine").into(),
    };
    world.server.faults.writes.lose_answers = 1;
    ask(&mut world, "c1", replace());
    world.run(100);
    let reason = PanelRefusal::NoAnswer;
    assert_eq!(answers(&world), [PanelVerdict::Refused { reason }]);
    ask(&mut world, "c1", replace());
    world.run(100);
    assert!(matches!(answers(&world)[1], PanelVerdict::Done { .. }));
    assert_eq!(names(&world), ["Mine"]);
}

/// The panel that is shown shall be gone.
fn delete(world: &World) -> PanelChange {
    let saved = told(world).0[3].saved.clone().unwrap();
    PanelChange::Delete {
        id: saved.id,
        version: saved.version,
    }
}

#[test]
fn what_a_colleague_has_changed_meanwhile_is_not_deleted_either() {
    let mut world = world();
    world.write(of_colleague("b1", &draft("Ours")));
    look(&mut world);
    let delete = delete(&world);
    world.write(of_colleague("b1", &draft("Theirs")));
    ask(&mut world, "c1", delete);
    world.run(100);
    let [PanelVerdict::Conflict { theirs, .. }] = &answers(&world)[..] else {
        panic!("{:?}", answers(&world));
    };
    assert_eq!(theirs.draft.name(), "Theirs");
    assert_eq!(names(&world), ["Theirs"]);
}

#[test]
fn what_came_back_and_was_changed_is_not_brought_back_over_it() {
    let mut world = world();
    world.write(of_colleague("b1", &draft("Ours")));
    look(&mut world);
    let delete = delete(&world);
    ask(&mut world, "c1", delete);
    world.run(100);
    world.write(of_colleague("b1", &draft("Theirs")));
    let restore = PanelChange::Restore {
        id: ResourceId::new("b1"),
        draft: draft("Ours").into(),
    };
    ask(&mut world, "c2", restore);
    world.run(100);
    assert!(matches!(answers(&world)[1], PanelVerdict::Conflict { .. }));
    assert_eq!(names(&world), ["Theirs"]);
}

#[test]
fn a_worker_that_knows_no_panels_yet_calls_none_of_them_gone() {
    let mut world = World::new();
    world.with_config(&config().replace("false", "true"));
    world
        .server
        .write(world.now, of_colleague("b1", &draft("Ours")));
    world.server.faults.hang = Some("Basic?code");
    world.hello("a");
    world.sign_in("a");
    world.run(2_000);
    let replace = PanelChange::Replace {
        id: ResourceId::new("b1"),
        version: VersionId::new("v1"),
        draft: draft("Mine").into(),
    };
    ask(&mut world, "c1", replace);
    world.run(100);
    let reason = PanelRefusal::NoAnswer;
    assert_eq!(answers(&world), [PanelVerdict::Refused { reason }]);
}

#[test]
fn a_panel_that_is_deleted_is_gone_at_once_and_comes_back_under_its_id() {
    let mut world = world();
    world.write(of_colleague("b1", &draft("Ours")));
    look(&mut world);
    let id = || ResourceId::new("b1");
    let delete = delete(&world);
    ask(&mut world, "c1", delete);
    world.run(100);
    assert_eq!(answers(&world), [PanelVerdict::Done { made: None }]);
    assert_eq!(names(&world), [""; 0]);
    let restore = PanelChange::Restore {
        id: id(),
        draft: draft("Ours").into(),
    };
    ask(&mut world, "c2", restore);
    world.run(100);
    assert_eq!(names(&world), ["Ours"]);
    assert_eq!(id_of(&world, "Ours").address(), "b1");
}

#[test]
fn what_cannot_be_read_is_told_and_not_touched() {
    let mut world = world();
    let mut newer = of_colleague("b1", &draft("Newer"));
    newer["extension"][0]["valueString"] = json!(r#"{"format":9,"panel":{}}"#);
    world.write(newer);
    look(&mut world);
    let (_, shelf) = told(&world);
    assert_eq!(shelf.state, ShelfState::Known);
    assert_eq!(shelf.unusable[0].name.as_deref(), Some("Newer"));
    let version = VersionId::new("v1");
    let replace = PanelChange::Replace {
        id: ResourceId::new("b1"),
        version,
        draft: draft("Mine").into(),
    };
    ask(&mut world, "c1", replace);
    world.run(100);
    let reason = PanelRefusal::NotReadable;
    assert_eq!(answers(&world), [PanelVerdict::Refused { reason }]);
    let body = &world.server.resources[&("Basic".to_owned(), "b1".to_owned())].body;
    assert_eq!(body["code"]["text"], "Newer");
}

#[test]
fn a_draft_that_may_not_be_never_leaves_the_browser() {
    let mut world = world();
    let asked = world.asked;
    ask(
        &mut world,
        "c1",
        PanelChange::Create {
            draft: draft("  ").into(),
        },
    );
    let reason = PanelRefusal::Draft(DraftProblem::NameMissing);
    assert_eq!(answers(&world), [PanelVerdict::Refused { reason }]);
    assert_eq!(world.asked, asked);
}

#[test]
fn what_is_overdue_by_now_enters_the_panel_of_what_is_overdue() {
    let mut world = world();
    let overdue = PanelDraft {
        filters: vec![Filter {
            column: "due".into(),
            test: Test::Within(Period::Past),
        }],
        ..draft("Overdue")
    };
    let mut soon = task(1, "requested");
    let end = (world.now + 60_000).to_iso();
    soon["restriction"] = json!({ "period": { "end": end } });
    world.write(soon);
    world.write(of_colleague("b1", &overdue));
    look(&mut world);
    let panel = id_of(&world, "Overdue");
    watch(&mut world, &panel);
    assert_eq!(rows_of(&world, &panel), [""; 0]);
    world.run(60_000);
    assert_eq!(rows_of(&world, &panel), ["t1"]);
}

#[test]
fn panels_that_were_known_stay_while_the_server_does_not_answer() {
    let mut world = world();
    world.write(of_colleague("b1", &draft("Ours")));
    look(&mut world);
    world.server.faults.unreachable = true;
    look(&mut world);
    world.run(60_000);
    assert_eq!(names(&world), ["Ours"]);
    assert_eq!(told(&world).1.state, ShelfState::Old);
    world.server.faults.unreachable = false;
    world.run(60_000);
    look(&mut world);
    assert_eq!(told(&world).1.state, ShelfState::Known);
}

#[test]
fn another_name_moves_no_row_and_other_columns_are_another_table() {
    let mut world = world();
    world.write(of_colleague("b1", &draft("Ours")));
    look(&mut world);
    let before = id_of(&world, "Ours");
    world.write(of_colleague("b1", &draft("Renamed")));
    look(&mut world);
    assert_eq!(id_of(&world, "Renamed"), before);
    let mut wider = draft("Renamed");
    wider.columns.push("status".into());
    world.write(of_colleague("b1", &wider));
    look(&mut world);
    assert_ne!(id_of(&world, "Renamed"), before);
    world.assert_equal();
}

#[test]
fn a_list_from_before_a_change_does_not_undo_it() {
    let mut world = world();
    world.say("a", TabMessage::ReadPanels);
    let list = world.hold_up(HttpMethod::Get, "_count=1000");
    world.is_answered_late(&list, 50);
    let draft = of_mine("New");
    ask(
        &mut world,
        "c1",
        PanelChange::Create {
            draft: draft.into(),
        },
    );
    world.run(30);
    assert_eq!(names(&world), ["New"]);
    world.run(22);
    assert_eq!(names(&world), ["New"]);
}

#[test]
fn a_row_that_changes_while_panels_do_is_not_missed_and_no_other_is_sent_again() {
    let mut world = world();
    world.write(of_colleague("b1", &of_mine("Second")));
    look(&mut world);
    let panel = id_of(&world, "Second");
    watch(&mut world, &panel);
    // It comes before the other one: every saved panel has another place.
    world.write(of_colleague("b2", &draft("First")));
    world.say("a", TabMessage::ReadPanels);
    let list = world.hold_up(HttpMethod::Get, "_count=1000");
    // Both frames come before the answer; the second one waits for its turn.
    world.channel.clear();
    world.write(task(2, "requested"));
    world.write(task(3, "requested"));
    world.is_answered_late(&list, 3);
    world.run(100);
    assert_eq!(names(&world), ["First", "Second"]);
    world.assert_equal();
    let changes = world.channel.iter().filter_map(|message| match message {
        WorkerMessage::Changes { panels, .. } => Some(panels),
        _ => None,
    });
    let rows = changes
        .flatten()
        .map(|panel| panel.rows.len() + panel.gone.len());
    assert_eq!(rows.sum::<usize>(), 4, "two tasks, and their patients");
}
