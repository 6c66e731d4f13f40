//! What is typed is what is saved, and is not lost before.

mod paths;

use std::collections::BTreeSet;

use super::*;
use crate::{
    identity::{PanelChangeId, ResourceId, VersionId},
    layout::Layout,
    panel::{built_in, saved::definition},
    protocol::{
        Audience, Draft, DraftProblem, PanelChange, PanelRefusal, PanelVerdict, SavedPanel,
        SavedView,
    },
    query::{Assignee, Band, Period, Search, Test},
};

fn view(id: &str) -> PanelView {
    let mut panels = built_in().into_iter().map(|panel| panel.view);
    panels.find(|view| view.id.as_str() == id).unwrap()
}

fn filter(column: &str, test: Test) -> Filter {
    Filter {
        column: column.into(),
        test,
    }
}

fn mine() -> Filter {
    filter("assignee", Test::Owner(BTreeSet::from([Assignee::Me])))
}

fn asking(filters: Vec<Filter>) -> Query {
    Query {
        filters,
        ..Query::default()
    }
}

fn saved(version: &str, name: &str) -> SavedPanel {
    let mut draft = draft_of(&view("open-tasks"));
    draft.name = name.into();
    draft.filters = vec![mine()];
    SavedPanel {
        id: ResourceId::new("b1"),
        version: VersionId::new(version),
        draft,
    }
}

fn change(name: &str) -> PanelChangeId {
    PanelChangeId::new(name)
}

#[test]
fn a_new_panel_keeps_what_is_asked_for_and_says_what_it_cannot_keep() {
    let query = Query {
        search: Search::new("doe"),
        band: Some(Band::Today),
        ..asking(vec![
            mine(),
            filter("patient", Test::Contains("doe".into())),
        ])
    };
    let mut edit = PanelEdit::out_of(&view("open-tasks"), &query);
    assert_eq!(edit.draft.filters, [mine()]);
    assert_eq!(edit.draft.rows, PanelRows::OpenTasks);
    let patient = Unkept::Filter {
        column: "Patient".into(),
    };
    assert_eq!(edit.unkept, [patient, Unkept::Search, Unkept::Band]);
    assert_eq!(edit.submit(change("c1")), None, "it has no name");
    assert_eq!(
        edit.stage,
        Stage::Refused(PanelRefusal::Draft(DraftProblem::NameMissing))
    );
    edit.draft.name = " Mine ".into();
    let Some(PanelChange::Create { draft }) = edit.submit(change("c1")) else {
        panic!("not asked for");
    };
    assert_eq!(draft.name(), "Mine");
}

#[test]
fn what_is_asked_for_takes_the_place_of_the_same_filter_of_the_panel() {
    let view = definition(&saved("v1", "Ours")).view;
    let nobody = filter("assignee", Test::Owner(BTreeSet::from([Assignee::Nobody])));
    let overdue = filter("due", Test::Within(Period::Past));
    let edit = PanelEdit::of(&view, &asking(vec![nobody.clone(), overdue.clone()])).unwrap();
    assert_eq!(edit.draft.filters, [nobody, overdue]);
    assert!(edit.is_changed());
    assert_eq!(
        PanelEdit::of(&super::tests::view("patients"), &asking(vec![])),
        None
    );
}

#[test]
fn columns_are_shown_moved_and_hidden_and_the_last_one_is_missed() {
    let mut edit = PanelEdit::copy_of(&view("patients"), "Copy".into());
    let ids = |edit: &PanelEdit| edit.draft.columns.join(" ");
    edit.show_column("phone", true);
    edit.move_column("phone", true);
    edit.show_column("sex", false);
    edit.move_column("name", true);
    assert_eq!(ids(&edit), "name birthDate mrn openTasks phone changed");
    let offered: Vec<_> = edit.columns().into_iter().map(|(_, on)| on).collect();
    assert_eq!(offered, [true, true, true, true, true, true, false, false]);
    assert_eq!(edit.draft.sort[0].column, "name");
    for id in ["name", "birthDate", "mrn", "openTasks", "phone", "changed"] {
        edit.show_column(id, false);
    }
    assert_eq!(edit.draft.sort, []);
    assert_eq!(edit.problem(), Some(DraftProblem::NoColumns));
}

#[test]
fn rows_of_another_type_begin_with_their_own_columns() {
    let mut edit = PanelEdit::out_of(&view("open-tasks"), &asking(vec![mine()]));
    edit.take_rows(PanelRows::MyTasks);
    assert_eq!(edit.draft.filters, [mine()]);
    edit.take_rows(PanelRows::Patients);
    assert_eq!(edit.draft.filters, []);
    assert_eq!(edit.draft.columns[0], "name");
}

#[test]
fn what_was_typed_outlives_a_refusal_a_conflict_and_the_worker() {
    let view = definition(&saved("v1", "Ours")).view;
    let mut edit = PanelEdit::of(&view, &Query::default()).unwrap();
    edit.draft.name = "Mine".into();
    assert!(edit.submit(change("c1")).is_some());
    assert_eq!(edit.submit(change("c2")), None, "one at a time");
    edit.lose();
    assert_eq!(edit.stage, Stage::Refused(PanelRefusal::NoAnswer));
    assert!(edit.submit(change("c3")).is_some());
    let old = PanelVerdict::Done { made: None };
    assert_eq!(edit.answer(&change("c1"), old), Answered::Ignored);
    let conflict = PanelVerdict::Conflict {
        theirs: Box::new(saved("v2", "Theirs").widen()),
        author: Some("Ben".into()),
    };
    assert_eq!(edit.answer(&change("c3"), conflict), Answered::Open);
    assert_eq!(edit.draft.name, "Mine");
    let Stage::Conflict { theirs, .. } = &edit.stage else {
        panic!("no conflict");
    };
    assert_eq!(differences(&edit.draft, &theirs.draft), [Part::Name]);
    let mut other = edit.clone();
    edit.keep_mine();
    let Some(PanelChange::Replace { version, draft, .. }) = edit.submit(change("c4")) else {
        panic!("not asked for");
    };
    assert_eq!(
        (version.as_str(), draft.name()),
        ("v2", "Mine"),
        "over the version that was seen"
    );
    other.take_theirs();
    assert_eq!(other.draft.name, "Theirs");
    assert!(!other.is_changed());
}

#[test]
fn what_was_typed_and_not_saved_is_there_when_the_same_panel_is_opened_again() {
    let query = asking(vec![mine()]);
    let mut typed = PanelEdit::out_of(&view("open-tasks"), &Query::default());
    typed.draft.name = "Mine".into();
    let again = PanelEdit::out_of(&view("open-tasks"), &query).following(Some(typed.clone()));
    assert_eq!(again.draft.name, "Mine");
    assert_eq!(again.draft.filters, [mine()], "with what is asked for now");
    let copy = PanelEdit::copy_of(&view("patients"), "Copy".into()).following(Some(typed.clone()));
    assert_eq!(copy.draft.name, "Copy");
    let ours = definition(&saved("v1", "Ours")).view;
    let known = || PanelEdit::of(&ours, &Query::default()).unwrap();
    assert_eq!(known().following(Some(typed)), known(), "of another one");
    let mut changed = known();
    changed.show_column("requester", true);
    assert_eq!(known().following(Some(changed.clone())), changed);
}

#[test]
fn a_blank_panel_shows_all_and_every_built_in_one_is_known_by_its_rows() {
    for panel in built_in() {
        let rows = panel::rows_of(&panel.view);
        let blank = PanelEdit::blank(rows);
        assert_eq!(PanelEdit::out_of(&panel.view, &Query::default()), blank);
    }
}

#[test]
fn a_deletion_is_taken_back_and_says_what_stood_in_its_way() {
    let (mut gone, asked) = Deletion::start(saved("v1", "Ours").widen(), change("c1"));
    let delete = PanelChange::Delete {
        id: ResourceId::new("b1"),
        version: VersionId::new("v1"),
    };
    assert_eq!(asked, delete);
    let done = || PanelVerdict::Done { made: None };
    assert_eq!(gone.answer(&change("other"), done()), Answered::Ignored);
    assert_eq!(gone.answer(&change("c1"), done()), Answered::Open);
    assert_eq!(gone.stage, DeletionStage::Deleted);
    assert!(matches!(
        gone.restore(change("c2")),
        PanelChange::Restore { .. }
    ));
    gone.lose();
    let refused = Obstacle::Refused(PanelRefusal::NoAnswer);
    assert_eq!(gone.stage, DeletionStage::NotRestored(refused));
    gone.restore(change("c3"));
    assert_eq!(gone.answer(&change("c3"), done()), Answered::Done(None));
    let (mut stays, _) = Deletion::start(saved("v1", "Ours").widen(), change("c4"));
    let conflict = PanelVerdict::Conflict {
        theirs: Box::new(saved("v2", "Theirs").widen()),
        author: Some("Ben".into()),
    };
    stays.answer(&change("c4"), conflict);
    let author = Some("Ben".into());
    let changed = Obstacle::Changed { author };
    assert_eq!(stays.stage, DeletionStage::NotDeleted(changed));
}

fn view_named(version: &str, name: &str) -> SavedView {
    let tasks = view("open-tasks");
    let mut edit = ViewEdit::out_of_table(&tasks, &asking(vec![mine()]), &Layout::usual(&tasks));
    edit.draft.name = name.into();
    SavedView {
        id: ResourceId::new("v1"),
        version: VersionId::new(version),
        draft: edit.draft,
    }
}

#[test]
fn a_view_is_saved_with_what_is_shown_under_the_name_that_it_has() {
    let (known, tasks) = (view_named("1", "Mine"), view("open-tasks"));
    let mut layout = Layout::usual(&tasks);
    layout.show(&tasks.columns[0], false);
    let searching = Query {
        search: Search::new("doe"),
        ..Query::default()
    };
    let mut edit = ViewEdit::of_view(&known, &tasks, &searching, &layout);
    assert_eq!(edit.unkept, [Unkept::Search]);
    assert!(edit.is_changed());
    let Some(PanelChange::Replace { draft, version, .. }) = edit.submit(change("c1")) else {
        panic!("not asked for");
    };
    assert_eq!(version.as_str(), "1");
    let Draft::View(draft) = draft else {
        panic!("a panel");
    };
    assert_eq!(draft.name, "Mine");
    assert_eq!((draft.filters.len(), draft.columns), (0, layout));
    let theirs = PanelVerdict::Conflict {
        theirs: Box::new(view_named("2", "Ours").widen()),
        author: None,
    };
    assert_eq!(edit.answer(&change("c1"), theirs), Answered::Open);
    let Stage::Conflict { theirs, .. } = &edit.stage else {
        panic!("no conflict");
    };
    let parts = view_differences(&edit.draft, &theirs.draft);
    assert_eq!(parts, [Part::Name, Part::Columns, Part::Filters]);
}

#[test]
fn the_name_of_a_patient_is_not_saved_in_a_view() {
    let text = |column: &str| filter(column, Test::Contains("doe".into()));
    for (panel, column, title) in [
        ("open-tasks", "patient", "Patient"),
        ("patients", "name", "Name"),
    ] {
        let panel = view(panel);
        let query = asking(vec![text(column)]);
        let edit = ViewEdit::out_of_table(&panel, &query, &Layout::usual(&panel));
        assert_eq!(edit.draft.filters, []);
        let column = title.into();
        assert_eq!(edit.unkept, [Unkept::Filter { column }]);
    }
    let tasks = view("open-tasks");
    let query = asking(vec![text("title")]);
    let edit = ViewEdit::out_of_table(&tasks, &query, &Layout::usual(&tasks));
    assert_eq!(edit.draft.filters, [text("title")]);
}

#[test]
fn the_name_that_was_typed_for_a_view_is_there_when_its_dialog_is_opened_again() {
    let tasks = view("open-tasks");
    let blank = || ViewEdit::out_of_table(&tasks, &Query::default(), &Layout::usual(&tasks));
    let mut typed = blank();
    typed.draft.name = "Mine".into();
    typed.draft.audience = Audience::Shared;
    let again = blank().with_names_of(Some(typed));
    assert_eq!(again.draft.name, "Mine");
    assert_eq!(again.draft.audience, Audience::Shared);
    let known = view_named("1", "Known");
    let other = ViewEdit::of_view(&known, &tasks, &Query::default(), &Layout::usual(&tasks));
    let other = other.with_names_of(Some(again));
    assert_eq!(other.draft.name, "Known", "of another one");
}

#[test]
fn a_panel_in_place_of_a_view_is_no_view() {
    let tasks = view("open-tasks");
    let layout = Layout::usual(&tasks);
    let mut edit = ViewEdit::of_view(&view_named("1", "Mine"), &tasks, &Query::default(), &layout);
    assert!(edit.submit(change("c1")).is_some());
    let theirs = PanelVerdict::Conflict {
        theirs: Box::new(saved("v2", "Theirs").widen()),
        author: None,
    };
    edit.answer(&change("c1"), theirs);
    assert_eq!(edit.stage, Stage::Refused(PanelRefusal::NotReadable));
}
