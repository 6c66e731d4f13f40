//! The history of a record as it travels.

use super::*;
use crate::identity::VersionId;

fn record() -> ResourceKey {
    ResourceKey::new(ResourceType::Task, ResourceId::new("t1"))
}

fn entry(deed: TimelineDeed) -> TimelineEntry {
    TimelineEntry {
        version: Some(VersionId::new("v2")),
        at: Some(Timestamp(2)),
        author: Some("Ada".into()),
        deed,
        changes: Vec::new(),
        left_out: 0,
        other: false,
        close: false,
    }
}

#[test]
fn what_a_tab_says_of_histories() {
    let body = TabMessage::OpenTimeline {
        record: record(),
        pages: 2,
    };
    insta::assert_json_snapshot!(body);
    let text = serde_json::to_string(&body).unwrap();
    assert_eq!(serde_json::from_str::<TabMessage>(&text).unwrap(), body);
}

#[test]
fn what_the_worker_says_of_histories() {
    let changed = TimelineEntry {
        changes: vec![
            TimelineChange {
                label: "Due".into(),
                was: Some(Cell::Empty),
                now: Some(Cell::Date(FhirDate::Day(2026, 11, 22))),
            },
            TimelineChange {
                label: "Note".into(),
                was: None,
                now: Some(Cell::Text("Called".into())),
            },
        ],
        left_out: 3,
        other: true,
        close: true,
        ..entry(TimelineDeed::Changed)
    };
    let nameless = TimelineEntry {
        version: None,
        at: None,
        author: None,
        ..entry(TimelineDeed::Deleted)
    };
    let view = |state, earlier, entries| {
        WorkerMessage::Timeline(Box::new(TimelineView {
            record: record(),
            state,
            as_of: Some(Timestamp(5)),
            entries,
            earlier,
        }))
    };
    let entries = vec![
        nameless,
        changed,
        entry(TimelineDeed::Restored),
        entry(TimelineDeed::Unreadable),
        entry(TimelineDeed::Incomparable),
        entry(TimelineDeed::Created),
    ];
    let failed = |state| view(state, Earlier::Nothing, vec![]);
    let messages = [
        view(TimelineState::Current, Earlier::More, entries),
        view(TimelineState::Loading, Earlier::TooMuch, vec![]),
        view(TimelineState::Behind, Earlier::Nothing, vec![]),
        failed(TimelineState::NotAllowed),
        failed(TimelineState::Offline),
        failed(TimelineState::Unavailable),
    ];
    insta::assert_json_snapshot!(messages);
    let text = serde_json::to_string(&messages).unwrap();
    let back: [WorkerMessage; 6] = serde_json::from_str(&text).unwrap();
    assert_eq!(back, messages);
}
