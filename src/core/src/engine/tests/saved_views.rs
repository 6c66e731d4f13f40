//! Views of panels: personal or shared, changed by many, and never lost.

use serde_json::Value;

use super::{
    saved_panels::{answers, ask, look, told, world},
    world::World,
};
use crate::{
    identity::{ResourceId, VersionId},
    layout::Layout,
    panel::{built_in, saved::stored},
    panel_edit::ViewEdit,
    protocol::{
        Audience, Made, PanelChange, PanelProblem, PanelRefusal, PanelVerdict, SavedView,
        ViewDraft, WorkerMessage,
    },
    query::{Band, Query},
};

fn draft(name: &str, audience: Audience) -> ViewDraft {
    let panel = &built_in()[1].view;
    let query = Query {
        band: Some(Band::Today),
        ..Query::default()
    };
    ViewDraft {
        name: name.into(),
        audience,
        ..ViewEdit::out_of_table(panel, &query, &Layout::usual(panel)).draft
    }
}

fn written_by(author: &str, id: &str, draft: ViewDraft) -> Value {
    let text = stored::resource(id, &draft.into(), author, Some(id));
    serde_json::from_str(&text).unwrap()
}

fn views(world: &World) -> Vec<SavedView> {
    told(world).1.views
}

fn names(world: &World) -> Vec<String> {
    let views = views(world).into_iter();
    views.map(|view| view.draft.name).collect()
}

#[test]
fn a_shared_view_is_seen_by_all_and_a_personal_one_by_whoever_made_it() {
    let mut world = world();
    let ben = "Practitioner/ben";
    world.write(written_by(ben, "v1", draft("Theirs", Audience::Shared)));
    world.write(written_by(ben, "v2", draft("Secret", Audience::Personal)));
    let mine = draft("Mine", Audience::Personal);
    world.write(written_by("Practitioner/me", "v3", mine));
    look(&mut world);
    assert_eq!(names(&world), ["Mine", "Theirs"]);
}

#[test]
fn a_view_is_saved_once_however_often_it_is_asked_for() {
    let mut world = world();
    let create = || PanelChange::Create {
        draft: draft("Today", Audience::Shared).into(),
    };
    ask(&mut world, "c1", create());
    world.run(200);
    ask(&mut world, "c1", create());
    world.run(200);
    assert_eq!(names(&world), ["Today"]);
    let id = views(&world)[0].id.clone();
    let done = PanelVerdict::Done {
        made: Some(Made::View(id)),
    };
    assert_eq!(answers(&world), [done.clone(), done]);
}

#[test]
fn a_view_that_a_colleague_has_changed_meanwhile_is_not_written_over() {
    let mut world = world();
    let ben = "Practitioner/ben";
    world.write(written_by(ben, "v1", draft("Today", Audience::Shared)));
    look(&mut world);
    let seen = views(&world).remove(0);
    world.write(written_by(ben, "v1", draft("Theirs", Audience::Shared)));
    let replace = PanelChange::Replace {
        id: seen.id,
        version: seen.version,
        draft: draft("Mine", Audience::Shared).into(),
    };
    ask(&mut world, "c1", replace);
    world.run(500);
    let [PanelVerdict::Conflict { theirs, .. }] = &answers(&world)[..] else {
        panic!("{:?}", answers(&world));
    };
    assert_eq!(theirs.draft.name(), "Theirs");
    assert_eq!(names(&world), ["Theirs"]);
}

#[test]
fn a_view_is_deleted_and_comes_back_under_its_id() {
    let mut world = world();
    let me = "Practitioner/me";
    world.write(written_by(me, "v1", draft("Today", Audience::Personal)));
    look(&mut world);
    let seen = views(&world).remove(0);
    let delete = PanelChange::Delete {
        id: seen.id.clone(),
        version: seen.version,
    };
    ask(&mut world, "c1", delete);
    world.run(500);
    assert_eq!(names(&world), Vec::<String>::new());
    let restore = PanelChange::Restore {
        id: seen.id.clone(),
        draft: seen.draft.into(),
    };
    ask(&mut world, "c2", restore);
    world.run(500);
    assert_eq!(views(&world)[0].id, seen.id);
}

#[test]
fn a_view_that_cannot_be_read_is_named_and_left_alone() {
    let mut world = world();
    let mut body = written_by("Practitioner/ben", "v1", draft("Round", Audience::Shared));
    body["extension"][0]["valueString"] = r#"{"format":9,"view":{}}"#.into();
    world.write(body);
    look(&mut world);
    let (_, shelf) = told(&world);
    assert_eq!(shelf.views, []);
    assert_eq!(shelf.unusable[0].name.as_deref(), Some("Round"));
    assert_eq!(shelf.unusable[0].problem, PanelProblem::Newer);
    let replace = PanelChange::Replace {
        id: ResourceId::new("v1"),
        version: VersionId::new("1"),
        draft: draft("Mine", Audience::Shared).into(),
    };
    ask(&mut world, "c1", replace);
    world.run(500);
    let reason = PanelRefusal::NotReadable;
    assert_eq!(answers(&world), [PanelVerdict::Refused { reason }]);
}

#[test]
fn no_row_is_sent_again_because_a_view_was_saved() {
    let mut world = world();
    let rows_sent = |world: &World| {
        let messages = world.screen("a").messages.iter();
        let rows = messages.filter(|message| matches!(message, WorkerMessage::Snapshot { .. }));
        rows.count()
    };
    let before = rows_sent(&world);
    let create = PanelChange::Create {
        draft: draft("Today", Audience::Personal).into(),
    };
    ask(&mut world, "c1", create);
    world.run(500);
    assert_eq!(names(&world), ["Today"]);
    assert_eq!(rows_sent(&world), before);
    world.assert_equal();
}
