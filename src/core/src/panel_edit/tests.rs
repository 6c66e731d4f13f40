//! What is typed is what is saved, and is not lost before.

use std::collections::BTreeSet;

use super::*;
use crate::{
    panel::{built_in, saved::definition},
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
    assert_eq!(draft.name, "Mine");
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
    let old = PanelVerdict::Done { panel: None };
    assert_eq!(edit.answer(&change("c1"), old), Answered::Ignored);
    let conflict = PanelVerdict::Conflict {
        theirs: Box::new(saved("v2", "Theirs")),
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
        (version.as_str(), draft.name.as_str()),
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
    let (mut gone, asked) = PanelDeletion::start(saved("v1", "Ours"), change("c1"));
    let delete = PanelChange::Delete {
        id: ResourceId::new("b1"),
        version: VersionId::new("v1"),
    };
    assert_eq!(asked, delete);
    let done = || PanelVerdict::Done { panel: None };
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
    let (mut stays, _) = PanelDeletion::start(saved("v1", "Ours"), change("c4"));
    let conflict = PanelVerdict::Conflict {
        theirs: Box::new(saved("v2", "Theirs")),
        author: Some("Ben".into()),
    };
    stays.answer(&change("c4"), conflict);
    let author = Some("Ben".into());
    let changed = Obstacle::Changed { author };
    assert_eq!(stays.stage, DeletionStage::NotDeleted(changed));
}
