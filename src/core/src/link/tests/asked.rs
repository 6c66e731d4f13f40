//! Edits survive the death of a worker, and never reach the session of somebody else.

use super::*;
use crate::{
    identity::{EditId, JobId, ResourceKey, ResourceType, VersionId},
    protocol::{
        EditField, EditOutcome, EditRefusal, EditState, EditView, EditsNews, EndedEdit,
        FieldChange, FieldValue, NewEdit, OutboxSummary, SessionView, StorageView,
    },
};

fn key(id: &str) -> ResourceKey {
    ResourceKey::new(ResourceType::Task, ResourceId::new(id))
}

fn new_edit(id: &str) -> NewEdit {
    NewEdit {
        id: EditId::new(id),
        resource: key(id),
        version: VersionId::new("v1"),
        at: Timestamp(5),
        changes: vec![FieldChange {
            field: EditField::Status,
            seen: FieldValue::Code("requested".into()),
            wanted: FieldValue::Code("completed".into()),
        }],
    }
}

fn edit(id: &str) -> TabMessage {
    TabMessage::Edit { edit: new_edit(id) }
}

fn signed_in(instance: &str, profile: &str) -> LinkInput {
    let session = SessionView::SignedIn {
        profile: profile.into(),
        name: "A".into(),
        project: "P".into(),
    };
    let channel = Some(format!("channel-{instance}"));
    from(instance, WorkerMessage::Session { session, channel })
}

fn news(edits: Vec<EditView>, ended: Vec<EndedEdit>) -> WorkerMessage {
    let news = EditsNews {
        revision: 1,
        whole: false,
        summary: OutboxSummary {
            unsent: edits.len(),
            conflicts: 0,
            rolled_back: 0,
            room: 100,
            storage: StorageView::Kept,
            unreadable: 0,
            drafts: 0,
        },
        edits,
        ended,
        jobs: Vec::new(),
    };
    WorkerMessage::Edits { news }
}

fn view(id: &str, kept: bool) -> EditView {
    let edit = new_edit(id);
    EditView {
        id: edit.id,
        job: None,
        resource: edit.resource,
        title: "Call back".into(),
        patient: None,
        at: edit.at,
        changes: edit.changes,
        undoes: false,
        kept,
        state: EditState::Waiting,
    }
}

/// Ada is signed in, and what is said goes out.
fn of_ada() -> Link {
    let mut link = admitted();
    link.handle(Timestamp(2), signed_in("w1", "Practitioner/ada"));
    drain(&mut link);
    link
}

/// The worker dies; what is asked of the next one, in which somebody is signed in.
fn asked_of_the_next(link: &mut Link, profile: &str) -> Vec<TabMessage> {
    let lock = "lock-w1".to_owned();
    link.handle(Timestamp(10), LinkInput::WorkerDied { lock });
    link.handle(Timestamp(11), welcome("w2"));
    drain(link);
    link.handle(Timestamp(12), signed_in("w2", profile));
    posted(&drain(link))
}

#[test]
fn an_edit_goes_out_at_once_and_again_to_a_new_worker_when_the_first_did_not_keep_it() {
    let mut link = of_ada();
    link.handle(Timestamp(3), LinkInput::Say(edit("e1")));
    assert_eq!(posted(&drain(&mut link)), [edit("e1")]);
    link.handle(
        Timestamp(4),
        from("w1", news(vec![view("e1", false)], vec![])),
    );
    assert_eq!(
        asked_of_the_next(&mut link, "Practitioner/ada"),
        [edit("e1")]
    );
}

#[test]
fn an_edit_that_is_typed_while_there_is_no_worker_reaches_the_next_one() {
    let mut link = of_ada();
    let lock = "lock-w1".to_owned();
    link.handle(Timestamp(3), LinkInput::WorkerDied { lock });
    link.handle(Timestamp(4), LinkInput::Say(edit("e1")));
    assert!(!posted(&drain(&mut link)).contains(&edit("e1")));
    link.handle(Timestamp(5), welcome("w2"));
    link.handle(Timestamp(6), signed_in("w2", "Practitioner/ada"));
    assert_eq!(posted(&drain(&mut link)), [edit("e1")]);
}

#[test]
fn an_edit_that_is_on_the_disk_or_has_ended_is_not_asked_for_again() {
    let mut link = of_ada();
    for id in ["e1", "e2", "e3"] {
        link.handle(Timestamp(3), LinkInput::Say(edit(id)));
    }
    let ended = EndedEdit {
        id: EditId::new("e2"),
        job: None,
        resource: key("e2"),
        outcome: EditOutcome::AlreadySo,
    };
    link.handle(
        Timestamp(4),
        from("w1", news(vec![view("e1", true)], vec![ended])),
    );
    assert_eq!(
        asked_of_the_next(&mut link, "Practitioner/ada"),
        [edit("e3")]
    );
}

#[test]
fn an_edit_waits_for_whoever_typed_it() {
    let mut link = of_ada();
    link.handle(Timestamp(3), LinkInput::Say(edit("e1")));
    assert_eq!(asked_of_the_next(&mut link, "Practitioner/ben"), []);
    link.handle(Timestamp(13), signed_in("w2", "Practitioner/ada"));
    assert_eq!(posted(&drain(&mut link)), [edit("e1")]);
}

#[test]
fn what_was_taken_back_does_not_come_again() {
    let mut link = of_ada();
    for id in ["e1", "e2", "e3"] {
        link.handle(Timestamp(3), LinkInput::Say(edit(id)));
    }
    let discard = TabMessage::DiscardEdit {
        edit: EditId::new("e1"),
    };
    let undo = TabMessage::UndoEdit {
        edit: EditId::new("e2"),
    };
    link.handle(Timestamp(4), LinkInput::Say(discard));
    link.handle(Timestamp(4), LinkInput::Say(undo));
    link.handle(Timestamp(4), LinkInput::Say(TabMessage::SignOutDiscarding));
    assert_eq!(asked_of_the_next(&mut link, "Practitioner/ada"), []);
}

#[test]
fn a_refusal_ends_an_edit_unless_nobody_was_signed_in_at_that_moment() {
    let mut link = of_ada();
    for (id, reason) in [
        ("e1", EditRefusal::NothingToChange),
        ("e2", EditRefusal::NotSignedIn),
    ] {
        link.handle(Timestamp(3), LinkInput::Say(edit(id)));
        let refused = WorkerMessage::EditRefused {
            edit: Some(EditId::new(id)),
            job: None,
            reason,
        };
        link.handle(Timestamp(4), from("w1", refused));
    }
    assert_eq!(
        asked_of_the_next(&mut link, "Practitioner/ada"),
        [edit("e2")]
    );
}

#[test]
fn of_a_job_what_was_not_kept_is_asked_for_again_as_that_job() {
    let mut link = of_ada();
    let many = |ids: &[&str]| TabMessage::EditMany {
        job: JobId::new("j"),
        edits: ids.iter().map(|id| new_edit(id)).collect(),
    };
    link.handle(Timestamp(3), LinkInput::Say(many(&["e1", "e2", "e3"])));
    link.handle(
        Timestamp(4),
        from("w1", news(vec![view("e2", true)], vec![])),
    );
    assert_eq!(
        asked_of_the_next(&mut link, "Practitioner/ada"),
        [many(&["e1", "e3"])]
    );
}
