//! What is said about panels that people make.

use std::collections::BTreeSet;

use super::*;
use crate::{
    identity::PanelChangeId,
    layout::Layout,
    panel_edit::ViewEdit,
    query::{Assignee, Band, Filter, Query, Test},
};

fn draft() -> PanelDraft {
    PanelDraft {
        name: "Mine".into(),
        description: String::new(),
        rows: PanelRows::OpenTasks,
        columns: vec!["title".into(), "due".into()],
        paths: vec![],
        filters: vec![Filter {
            column: "assignee".into(),
            test: Test::Owner(BTreeSet::from([Assignee::Me, Assignee::Nobody])),
        }],
        sort: vec![SortKey {
            column: "due".into(),
            descending: true,
        }],
    }
}

fn saved() -> SavedPanel {
    SavedPanel {
        id: ResourceId::new("b1"),
        version: VersionId::new("v1"),
        draft: draft(),
    }
}

fn view() -> SavedView {
    let panel = crate::panel::saved::definition(&saved()).view;
    let layout = Layout::usual(&panel);
    let mut edit = ViewEdit::out_of_table(&panel, &Query::default(), &layout);
    edit.draft.name = "Today".into();
    edit.draft.band = Some(Band::Today);
    SavedView {
        id: ResourceId::new("b3"),
        version: VersionId::new("v1"),
        draft: edit.draft,
    }
}

#[test]
fn what_a_tab_wants_of_panels() {
    let id = || ResourceId::new("b1");
    let changes = [
        PanelChange::Create {
            draft: draft().into(),
        },
        PanelChange::Create {
            draft: view().draft.into(),
        },
        PanelChange::Replace {
            id: id(),
            version: VersionId::new("v1"),
            draft: draft().into(),
        },
        PanelChange::Delete {
            id: id(),
            version: VersionId::new("v1"),
        },
        PanelChange::Restore {
            id: id(),
            draft: draft().into(),
        },
    ];
    let changes = changes.map(|to| TabMessage::ChangePanel {
        change: PanelChangeId::new("c1"),
        to: Box::new(to),
    });
    let asked: Vec<_> = changes
        .into_iter()
        .chain([TabMessage::ReadPanels])
        .collect();
    insta::assert_json_snapshot!(asked);
    let text = serde_json::to_string(&asked).unwrap();
    assert_eq!(
        serde_json::from_str::<Vec<TabMessage>>(&text).unwrap(),
        asked
    );
}

#[test]
fn what_becomes_of_a_change_of_a_panel() {
    let refusals = [
        PanelRefusal::NotSignedIn,
        PanelRefusal::Forbidden,
        PanelRefusal::Gone,
        PanelRefusal::NotReadable,
        PanelRefusal::Draft(DraftProblem::Column { id: "x".into() }),
        PanelRefusal::TooMany,
        PanelRefusal::Invalid {
            message: "not valid".into(),
        },
        PanelRefusal::NoAnswer,
    ];
    let refusals = refusals.map(|reason| PanelVerdict::Refused { reason });
    let others = [
        PanelVerdict::Done {
            made: Some(Made::Panel(PanelId::saved(&ResourceId::new("b1"), "0a"))),
        },
        PanelVerdict::Done {
            made: Some(Made::View(ResourceId::new("b3"))),
        },
        PanelVerdict::Done { made: None },
        PanelVerdict::Conflict {
            theirs: Box::new(saved().widen()),
            author: Some("Ben".into()),
        },
    ];
    let sent = others.into_iter().chain(refusals);
    let sent: Vec<_> = sent
        .map(|verdict| WorkerMessage::PanelAnswer {
            change: PanelChangeId::new("c1"),
            verdict,
        })
        .collect();
    insta::assert_json_snapshot!(sent);
    let text = serde_json::to_string(&sent).unwrap();
    assert_eq!(
        serde_json::from_str::<Vec<WorkerMessage>>(&text).unwrap(),
        sent
    );
}

#[test]
fn the_panels_of_a_user_with_what_is_saved() {
    let problems = [
        PanelProblem::Newer,
        PanelProblem::Unreadable,
        PanelProblem::Resource(Invalid::TooDeep),
        PanelProblem::Draft(DraftProblem::NoColumns),
        PanelProblem::OverLimit,
    ];
    let unusable = problems.into_iter().map(|problem| UnusablePanel {
        id: ResourceId::new("b2"),
        name: Some("Other".into()),
        problem,
    });
    let message = WorkerMessage::Panels {
        panels: vec![crate::panel::saved::definition(&saved()).view],
        shelf: ShelfView {
            state: ShelfState::Known,
            views: vec![view()],
            unusable: unusable.collect(),
            bar: Some(EditBar::TypeReadOnly),
        },
    };
    insta::assert_json_snapshot!(message);
    let text = serde_json::to_string(&message).unwrap();
    assert_eq!(
        serde_json::from_str::<WorkerMessage>(&text).unwrap(),
        message
    );
}

#[test]
fn what_is_said_of_a_panel_while_it_is_typed() {
    let path = PathColumn {
        id: "path-1".into(),
        title: "Code".into(),
        path: "code.coding.code".into(),
        format: PathFormat::Tags,
    };
    let mut draft = draft();
    draft.columns.push(path.id.clone());
    draft.paths.push(path.clone());
    let asked = [
        TabMessage::SuggestPaths {
            rows: PanelRows::Patients,
        },
        TabMessage::PreviewPanel(Box::new(PreviewAsk { number: 7, draft })),
    ];
    let cells = [
        Cell::Tags(vec!["a".into(), "b".into()]),
        Cell::Number {
            value: 1.5,
            shown: "1.50 kg".into(),
        },
        Cell::Flag(true),
    ];
    let problems = [
        DraftProblem::PathName { id: "x".into() },
        DraftProblem::PathTitleMissing,
        DraftProblem::PathTitleTooLong,
        DraftProblem::TooManyPaths,
        DraftProblem::Path {
            title: "Code".into(),
        },
    ];
    let verdicts = problems.into_iter().map(|problem| PanelVerdict::Refused {
        reason: PanelRefusal::Draft(problem),
    });
    let mut told: Vec<WorkerMessage> = verdicts
        .map(|verdict| WorkerMessage::PanelAnswer {
            change: PanelChangeId::new("c1"),
            verdict,
        })
        .collect();
    told.push(WorkerMessage::PanelPreview(PanelPreview {
        number: 7,
        rows: vec![Row {
            id: ResourceId::new("t1"),
            version: VersionId::new("v1"),
            updated: crate::time::Timestamp(1),
            cells: cells.into(),
            pending: Vec::new(),
        }],
        total: Some(12),
        loading: true,
    }));
    let columns = PathFormat::ALL.map(|format| {
        let path = path.clone();
        PathColumn { format, ..path }.column()
    });
    told.push(WorkerMessage::PathSuggestions {
        paths: vec![PathSuggestion {
            path: "telecom.where(system = 'phone').value".into(),
            format: PathFormat::Text,
        }],
    });
    insta::assert_json_snapshot!((&asked, &told, columns));
    let text = serde_json::to_string(&(&asked, &told)).unwrap();
    let read: (Vec<TabMessage>, Vec<WorkerMessage>) = serde_json::from_str(&text).unwrap();
    assert_eq!(read, (asked.to_vec(), told));
}
