//! Every message about edits as it travels: a changed snapshot is a changed protocol, and a decision.

use crate::{
    identity::{EditId, JobId, ResourceId, ResourceKey, ResourceType, VersionId},
    protocol::*,
    time::Timestamp,
};

const FIELD: EditField = EditField::Priority;

fn task() -> ResourceKey {
    ResourceKey::new(ResourceType::Task, ResourceId::new("t1"))
}

fn edit(changes: Vec<FieldChange>) -> NewEdit {
    NewEdit {
        id: EditId::new("t:1"),
        resource: task(),
        version: VersionId::new("v1"),
        at: Timestamp(5),
        changes,
    }
}

fn changes() -> Vec<FieldChange> {
    let text = |text: &str| FieldValue::Text(text.into());
    let code = |text: &str| FieldValue::Code(text.into());
    let owner = FieldValue::Reference {
        reference: Some("Practitioner/1".into()),
        display: Some("Ada".into()),
    };
    let called = FieldValue::Concept {
        code: None,
        system: None,
        label: "Called".into(),
    };
    let note = FieldValue::Note {
        author: None,
        name: None,
        time: None,
        text: "Call back".into(),
    };
    let phone = FieldValue::Contact {
        system: Some("phone".into()),
        value: "1".into(),
    };
    let tag = FieldValue::Tag {
        system: None,
        code: Some("falls risk".into()),
        label: "Falls risk".into(),
    };
    let absent = || FieldValue::Absent;
    let changes = [
        (EditField::Status, code("requested"), code("accepted")),
        (EditField::Owner, absent(), owner),
        (EditField::BusinessStatus, absent(), called),
        (
            EditField::Due,
            FieldValue::Date(FhirDate::Day(2026, 11, 22)),
            absent(),
        ),
        (EditField::Note, absent(), note),
        (EditField::Tag, absent(), tag),
        (EditField::Contact, phone, absent()),
        (EditField::AddressCity, text("Oldtown"), text("Newtown")),
        (
            EditField::AddressLines,
            absent(),
            FieldValue::Lines(vec!["1 Road".into()]),
        ),
    ];
    let changes = changes.map(|(field, seen, wanted)| FieldChange {
        field,
        seen,
        wanted,
    });
    changes.to_vec()
}

fn round_trip<T>(value: &T)
where
    T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug,
{
    let text = serde_json::to_string(value).unwrap();
    assert_eq!(serde_json::from_str::<T>(&text).unwrap(), *value);
}

#[test]
fn what_a_tab_says_of_edits() {
    let (id, job) = (EditId::new("t:1"), JobId::new("t:2"));
    let value = FieldValue::Absent;
    let choices = [
        Choice::KeepMine,
        Choice::TakeTheirs,
        Choice::Write { value },
    ];
    let decisions = choices.into_iter().enumerate();
    let decisions = decisions.map(|(index, choice)| FieldDecision { index, choice });
    let messages = vec![
        TabMessage::Edit {
            edit: edit(changes()),
        },
        TabMessage::EditMany {
            job: job.clone(),
            edits: vec![edit(vec![])],
        },
        TabMessage::UndoEdit { edit: id.clone() },
        TabMessage::UndoJob { job },
        TabMessage::DecideConflict {
            edit: id.clone(),
            version: VersionId::new("v2"),
            decisions: decisions.collect(),
        },
        TabMessage::RetryEdit { edit: id.clone() },
        TabMessage::DiscardEdit { edit: id },
        TabMessage::ListEdits,
        TabMessage::SignOutDiscarding,
    ];
    insta::assert_json_snapshot!(messages);
    round_trip(&messages);
}

fn states() -> Vec<EditState> {
    let conflict = Conflict {
        version: VersionId::new("v2"),
        by: Some("Ben".into()),
        at: Timestamp(6),
        why: ConflictReason::BothChanged,
        fields: vec![ConflictField {
            field: FIELD,
            seen: FieldValue::Absent,
            mine: FieldValue::Code("stat".into()),
            theirs: FieldValue::Code("asap".into()),
            disputed: true,
            mine_possible: true,
        }],
    };
    let reasons = [
        RollbackReason::Forbidden,
        RollbackReason::NotFound,
        RollbackReason::Deleted,
        RollbackReason::Invalid {
            message: "Invalid".into(),
        },
        RollbackReason::ReadOnly { field: FIELD },
        RollbackReason::Voided,
        RollbackReason::ChangedMeanwhile {
            field: FIELD,
            theirs: FieldValue::Absent,
        },
        RollbackReason::Malformed,
    ];
    let mut states = vec![
        EditState::Waiting,
        EditState::Sending,
        EditState::Conflict { conflict },
    ];
    states.extend(reasons.map(|reason| EditState::RolledBack { reason }));
    states
}

fn outcomes() -> Vec<EditOutcome> {
    vec![
        EditOutcome::Applied {
            version: Some(VersionId::new("v3")),
            overwrote: vec![],
            undoable: true,
        },
        EditOutcome::AlreadySo,
        EditOutcome::Superseded {
            by: EditId::new("t:3"),
        },
        EditOutcome::TookTheirs,
        EditOutcome::Discarded,
    ]
}

fn refusals() -> Vec<EditRefusal> {
    vec![
        EditRefusal::NotSignedIn,
        EditRefusal::OutboxFull { limit: 1_000 },
        EditRefusal::NothingToChange,
        EditRefusal::ValueInvalid { field: FIELD },
        EditRefusal::NoSuchStep {
            from: "completed".into(),
            to: "ready".into(),
        },
        EditRefusal::Barred {
            field: FIELD,
            bar: EditBar::FieldReadOnly,
        },
        EditRefusal::NotUndoable,
    ]
}

#[test]
fn what_the_worker_says_of_edits() {
    let summary = OutboxSummary {
        unsent: 1,
        conflicts: 1,
        rolled_back: 1,
        room: 997,
        storage: StorageView::Kept,
        unreadable: 0,
        drafts: 0,
    };
    let edits = states().into_iter().map(|state| EditView {
        id: EditId::new("t:1"),
        job: None,
        resource: task(),
        title: "Call back".into(),
        patient: None,
        at: Timestamp(5),
        changes: vec![],
        undoes: false,
        kept: true,
        state,
    });
    let ended = outcomes().into_iter().map(|outcome| EndedEdit {
        id: EditId::new("t:2"),
        job: Some(JobId::new("j")),
        resource: task(),
        outcome,
    });
    let job = JobView {
        id: JobId::new("j"),
        total: 9,
        waiting: 1,
        applied: 2,
        unchanged: 1,
        discarded: 1,
        conflicts: 1,
        rolled_back: 2,
        refused: vec![RefusedRow {
            resource: task(),
            reason: EditRefusal::NothingToChange,
        }],
        undoable: true,
    };
    let news = EditsNews {
        revision: 7,
        whole: false,
        summary: summary.clone(),
        edits: edits.collect(),
        ended: ended.collect(),
        jobs: vec![job],
    };
    let refused = refusals()
        .into_iter()
        .map(|reason| WorkerMessage::EditRefused {
            edit: Some(EditId::new("t:3")),
            job: None,
            reason,
        });
    let mut messages = vec![
        WorkerMessage::Edits { news },
        WorkerMessage::SignOutWarning { summary },
    ];
    messages.extend(refused);
    insta::assert_json_snapshot!(messages);
    round_trip(&messages);
}
