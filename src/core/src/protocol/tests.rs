//! Every message between tab and worker as it travels: a changed snapshot is a changed protocol, and a decision.

mod edits;
mod panels;
mod settings;
mod timeline;

use super::*;
use crate::{
    fhir::Invalid,
    identity::{
        BuildId, InstanceId, PanelId, ResourceId, ResourceKey, ResourceType, TabId, VersionId,
    },
    quarantine::SetAside,
    time::Timestamp,
};

fn surroundings() -> Surroundings {
    Surroundings {
        visible: true,
        online: true,
        woke: false,
        zone_offset_minutes: 60,
    }
}

fn row() -> Row {
    Row {
        id: ResourceId::new("t1"),
        version: VersionId::new("v1"),
        updated: Timestamp(1),
        cells: vec![
            Cell::Empty,
            Cell::Text("Call back".into()),
            Cell::Priority(Priority::Stat),
            Cell::Status {
                code: "requested".into(),
                label: "Requested".into(),
                business: None,
            },
            Cell::Date(FhirDate::Day(2026, 11, 22)),
            Cell::Moment(Timestamp(2)),
            Cell::Person {
                reference: Some("Practitioner/1".into()),
                name: "Ada".into(),
                me: true,
            },
            Cell::Patient {
                id: Some(ResourceId::new("p1")),
                name: "DOE, Jo".into(),
                birth_date: Some(FhirDate::Year(1980)),
            },
            Cell::Workload {
                open: 2,
                worst: Some(Priority::Urgent),
                next_due: None,
            },
            Cell::Hidden(Hiding::Sometimes),
        ],
        pending: vec![PendingField {
            field: EditField::Priority,
            state: PendingState::Sending,
        }],
    }
}

#[test]
fn what_a_tab_says() {
    let panel = PanelId::new("my-work");
    let messages = [
        TabMessage::Hello {
            version_min: 1,
            version_max: 1,
            config: "{}".into(),
            surroundings: surroundings(),
        },
        TabMessage::Surroundings(surroundings()),
        TabMessage::SignIn {
            email: "a@x.org".into(),
            password: Secret::new("password"),
        },
        TabMessage::ChooseMembership {
            membership: "m1".into(),
        },
        TabMessage::SignOut,
        TabMessage::Watch {
            panel: panel.clone(),
        },
        TabMessage::Viewing {
            panel: panel.clone(),
            first: 0,
            rows: vec![ResourceId::new("t1")],
        },
        TabMessage::Unwatch {
            panel: panel.clone(),
        },
        TabMessage::Export { panel, rows: 200 },
        TabMessage::OpenRecord {
            record: ResourceKey::new(ResourceType::Task, ResourceId::new("t1")),
        },
        TabMessage::CloseRecord,
        TabMessage::KeepDraft {
            record: ResourceKey::new(ResourceType::Task, ResourceId::new("t1")),
            of: DraftOf::NOTE,
            text: "Called, no ans".into(),
            sitting: 1,
        },
        TabMessage::DraftsForgotten,
        TabMessage::ListSetAside,
        TabMessage::RetryNow,
        TabMessage::Ping { nonce: 7 },
        TabMessage::Goodbye,
    ];
    let sent = messages.map(|body| FromTab {
        version: 1,
        build: BuildId::new("b"),
        instance: Some(InstanceId::new("i")),
        tab: TabId::new("t"),
        body,
    });
    insta::assert_json_snapshot!(sent);
    let text = serde_json::to_string(&sent).unwrap();
    assert_eq!(serde_json::from_str::<[FromTab; 17]>(&text).unwrap(), sent);
}

#[test]
fn what_the_worker_says() {
    let panel = PanelId::new("my-work");
    let messages = vec![
        WorkerMessage::Welcome {
            channel: None,
            worker_lock: "lock".into(),
        },
        WorkerMessage::Refused {
            reason: RefusalReason::ProtocolMismatch,
        },
        WorkerMessage::Session {
            session: SessionView::SignedIn {
                profile: "Practitioner/1".into(),
                name: "Ada".into(),
                project: "Ward".into(),
            },
            channel: Some("panels-i-1".into()),
        },
        WorkerMessage::SignInFailed {
            reason: SignInFailure::TooManyAttempts { retry_after_s: 60 },
        },
        WorkerMessage::Panels {
            panels: vec![PanelView {
                blind_spots: vec![BlindSpot {
                    label: "the assignee of tasks".into(),
                    hiding: Hiding::Always,
                }],
                bars: vec![FieldBar {
                    field: EditField::Owner,
                    bar: EditBar::FieldReadOnly,
                }],
                ..crate::panel::built_in().remove(0).view
            }],
            shelf: ShelfView::default(),
        },
        WorkerMessage::Counts {
            counts: vec![PanelCounts {
                panel: Some(panel.clone()),
                overdue: Some(3),
                urgent: Some(0),
                ..PanelCounts::default()
            }],
        },
        WorkerMessage::Snapshot {
            panel: panel.clone(),
            sequence: 3,
            part: 0,
            more: false,
            loading: true,
            rows: vec![row()],
        },
        WorkerMessage::Changes {
            sequence: 4,
            panels: vec![PanelChanges {
                panel,
                rows: vec![],
                gone: vec![
                    GoneRow {
                        id: ResourceId::new("t2"),
                        reason: GoneReason::LeftPanel {
                            status: Some("Completed".into()),
                            by: Some("Ben Tavistock".into()),
                        },
                    },
                    GoneRow {
                        id: ResourceId::new("t3"),
                        reason: GoneReason::Unreadable,
                    },
                ],
                loading: false,
            }],
        },
        WorkerMessage::Record {
            record: Box::new(RecordView {
                key: ResourceKey::new(ResourceType::Task, ResourceId::new("t1")),
                state: RecordState::Loading,
                content: None,
            }),
        },
        WorkerMessage::Storage {
            storage: StorageView::MemoryOnly {
                reason: StorageProblem::Full,
            },
        },
        WorkerMessage::Draft {
            record: ResourceKey::new(ResourceType::Task, ResourceId::new("t1")),
            of: DraftOf {
                field: EditField::BusinessStatus,
                seen: FieldValue::Absent,
            },
            text: "Called, no ans".into(),
        },
        WorkerMessage::SetAside {
            list: vec![
                SetAside {
                    key: Some(ResourceKey::new(ResourceType::Task, ResourceId::new("t1"))),
                    why: Invalid::TooDeep,
                    at: Timestamp(1),
                    count: 2,
                },
                SetAside {
                    key: None,
                    why: Invalid::TooLarge { bytes: 9 },
                    at: Timestamp(1),
                    count: 1,
                },
            ],
        },
        WorkerMessage::Pong { nonce: 7 },
        WorkerMessage::Ending {
            reason: "a newer build starts".into(),
        },
    ];
    let sent: Vec<_> = messages.into_iter().map(from_worker).collect();
    insta::assert_json_snapshot!(sent);
    let text = serde_json::to_string(&sent).unwrap();
    assert_eq!(
        serde_json::from_str::<Vec<FromWorker>>(&text).unwrap(),
        sent
    );
}

#[test]
fn what_the_worker_answers_to_whoever_wants_a_file() {
    let refusals = [
        ExportRefusal::Forbidden,
        ExportRefusal::NotSignedIn,
        ExportRefusal::PanelUnknown,
        ExportRefusal::PanelBlind,
        ExportRefusal::NotWrittenDown,
    ];
    let refusals = refusals.map(|reason| ExportVerdict::Refused { reason });
    let allowed = ExportVerdict::Allowed { rows: 200 };
    let answers = std::iter::once(allowed).chain(refusals);
    let sent: Vec<_> = answers
        .map(|verdict| WorkerMessage::ExportAnswer {
            panel: PanelId::new("my-work"),
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
fn how_fresh_everything_is() {
    let (at, since) = (Timestamp(5), Timestamp(3));
    let values = [
        Freshness::Live { as_of: at },
        Freshness::CatchingUp {
            as_of: None,
            reason: CatchUpReason::FirstLoad,
        },
        Freshness::Polling {
            every_ms: 15_000,
            as_of: Some(at),
            reason: PollingReason::FeatureOff,
        },
        Freshness::Stale {
            since,
            as_of: Some(at),
            reason: StaleReason::SocketClosed,
            retry_at: Some(at),
        },
        Freshness::Offline { since, as_of: None },
        Freshness::NeedsSignIn {
            reason: SignedOutReason::SessionEnded,
        },
    ];
    let panels = vec![PanelFreshness {
        panel: PanelId::new("my-work"),
        as_of: Some(at),
        proven: Some(since),
    }];
    insta::assert_json_snapshot!(values.map(|freshness| WorkerMessage::Freshness {
        freshness,
        panels: panels.clone(),
    }));
}

fn from_worker(body: WorkerMessage) -> FromWorker {
    FromWorker {
        version: 1,
        build: BuildId::new("b"),
        instance: InstanceId::new("i"),
        number: 7,
        body,
    }
}

#[test]
fn what_comes_before_all_was_read_once_is_no_change() {
    let as_of = Some(Timestamp(1));
    let reason = CatchUpReason::Restored;
    let steps = [
        (Freshness::CatchingUp { as_of, reason }, false),
        (
            Freshness::Live {
                as_of: Timestamp(2),
            },
            true,
        ),
        (
            Freshness::CatchingUp {
                as_of,
                reason: CatchUpReason::Reconnected,
            },
            true,
        ),
        (
            Freshness::NeedsSignIn {
                reason: SignedOutReason::UserSignedOut,
            },
            false,
        ),
    ];
    let mut read_in = false;
    for (freshness, expected) in steps {
        read_in = freshness.is_read_in(read_in);
        assert_eq!(read_in, expected, "{freshness:?}");
    }
}
