mod asked;

use super::*;
use crate::{
    identity::{BuildId, InstanceId, PanelId, ResourceId, ResourceKey, ResourceType, TabId},
    limits,
    protocol::{Freshness, FromWorker, Surroundings, TabMessage, WorkerMessage},
    time::Timestamp,
};

fn link() -> Link {
    let surroundings = Surroundings {
        visible: true,
        online: true,
        woke: false,
        zone_offset_minutes: 0,
    };
    Link::new(
        TabId::new("t"),
        BuildId::new("b"),
        "{}".into(),
        surroundings,
    )
}

fn drain(link: &mut Link) -> Vec<LinkOutput> {
    std::iter::from_fn(|| link.poll_output()).collect()
}

fn posted(outputs: &[LinkOutput]) -> Vec<TabMessage> {
    let posts = outputs.iter().filter_map(|output| match output {
        LinkOutput::Post(message) => Some(message.body.clone()),
        _ => None,
    });
    posts.collect()
}

fn from(instance: &str, body: WorkerMessage) -> LinkInput {
    numbered(1, instance, body)
}

fn numbered(number: u64, instance: &str, body: WorkerMessage) -> LinkInput {
    LinkInput::Heard(Box::new(FromWorker {
        version: 1,
        build: BuildId::new("b"),
        instance: InstanceId::new(instance),
        number,
        body,
    }))
}

fn welcome(instance: &str) -> LinkInput {
    let worker_lock = format!("lock-{instance}");
    let channel = Some(format!("channel-{instance}"));
    from(
        instance,
        WorkerMessage::Welcome {
            channel,
            worker_lock,
        },
    )
}

fn admitted() -> Link {
    let mut link = link();
    link.handle(Timestamp(0), LinkInput::LockHeld);
    link.handle(Timestamp(1), welcome("w1"));
    drain(&mut link);
    link
}

fn watch() -> TabMessage {
    let panel = PanelId::new("my-work");
    TabMessage::Watch { panel }
}

fn viewing() -> TabMessage {
    TabMessage::Viewing {
        panel: PanelId::new("my-work"),
        first: 3,
        rows: vec![ResourceId::new("t1")],
    }
}

#[test]
fn nothing_is_said_before_the_tab_holds_its_lock() {
    let mut link = link();
    link.handle(Timestamp(0), LinkInput::Timer);
    assert_eq!(drain(&mut link), []);
}

#[test]
fn the_hello_is_repeated_until_it_is_answered() {
    let mut link = link();
    link.handle(Timestamp(0), LinkInput::LockHeld);
    assert!(matches!(
        posted(&drain(&mut link))[..],
        [TabMessage::Hello { .. }]
    ));
    link.handle(Timestamp(limits::HELLO_EVERY_MS), LinkInput::Timer);
    assert!(matches!(
        posted(&drain(&mut link))[..],
        [TabMessage::Hello { .. }]
    ));
    link.handle(Timestamp(limits::HELLO_EVERY_MS + 1), welcome("w1"));
    assert!(posted(&drain(&mut link)).is_empty());
}

#[test]
fn what_was_asked_before_the_welcome_is_asked_after_it() {
    let mut link = link();
    link.handle(Timestamp(0), LinkInput::LockHeld);
    link.handle(Timestamp(0), LinkInput::Say(watch()));
    drain(&mut link);
    link.handle(Timestamp(1), welcome("w1"));
    assert_eq!(posted(&drain(&mut link)), [watch()]);
}

#[test]
fn a_new_life_of_the_worker_is_greeted_and_told_everything_again() {
    let mut link = admitted();
    link.handle(Timestamp(2), LinkInput::Say(watch()));
    link.handle(Timestamp(2), LinkInput::Say(viewing()));
    drain(&mut link);
    let lock = "lock-w1".to_owned();
    link.handle(Timestamp(3), LinkInput::WorkerDied { lock });
    let outputs = drain(&mut link);
    assert!(outputs.contains(&LinkOutput::Tell(Box::new(LinkEvent::WorkerLost))));
    assert!(outputs.contains(&LinkOutput::Connect));
    link.handle(Timestamp(4), welcome("w2"));
    assert_eq!(posted(&drain(&mut link)), [watch(), viewing()]);
}

#[test]
fn an_open_record_and_its_history_are_asked_for_again_in_a_new_life_until_it_is_closed() {
    let key = |id: &str| ResourceKey::new(ResourceType::Task, ResourceId::new(id));
    let open = |id: &str| TabMessage::OpenRecord { record: key(id) };
    let history = |pages| TabMessage::OpenTimeline {
        record: key("t1"),
        pages,
    };
    let mut link = admitted();
    let mut again = |said: &[TabMessage], life: &str| {
        for message in said {
            link.handle(Timestamp(2), LinkInput::Say(message.clone()));
        }
        drain(&mut link);
        link.handle(Timestamp(4), welcome(life));
        posted(&drain(&mut link))
    };
    let said = [open("t1"), history(1), history(2)];
    assert_eq!(again(&said, "w2"), [open("t1"), history(2)]);
    assert_eq!(again(&[open("t2")], "w3"), [open("t2")]);
    assert_eq!(again(&[TabMessage::CloseRecord], "w4"), []);
}

#[test]
fn a_file_that_was_asked_for_is_not_asked_for_again_in_a_new_life() {
    let mut link = admitted();
    let export = TabMessage::Export {
        panel: PanelId::new("my-work"),
        rows: 3,
    };
    link.handle(Timestamp(2), LinkInput::Say(export.clone()));
    assert_eq!(posted(&drain(&mut link)), std::slice::from_ref(&export));
    let lock = "lock-w1".to_owned();
    link.handle(Timestamp(3), LinkInput::WorkerDied { lock });
    link.handle(Timestamp(3), LinkInput::Say(export));
    drain(&mut link);
    link.handle(Timestamp(4), welcome("w2"));
    assert_eq!(posted(&drain(&mut link)), []);
}

#[test]
fn what_is_seen_of_a_panel_is_forgotten_with_the_panel() {
    let mut link = admitted();
    link.handle(Timestamp(2), LinkInput::Say(watch()));
    link.handle(Timestamp(2), LinkInput::Say(viewing()));
    let panel = PanelId::new("my-work");
    link.handle(Timestamp(2), LinkInput::Say(TabMessage::Unwatch { panel }));
    drain(&mut link);
    link.handle(Timestamp(4), welcome("w2"));
    assert_eq!(posted(&drain(&mut link)), []);
}

#[test]
fn the_lock_of_an_earlier_life_means_nothing() {
    let mut link = admitted();
    let lock = "lock-w0".to_owned();
    link.handle(Timestamp(3), LinkInput::WorkerDied { lock });
    assert_eq!(drain(&mut link), []);
}

#[test]
fn a_message_of_an_earlier_life_is_not_passed_on() {
    let mut link = admitted();
    link.handle(
        Timestamp(3),
        from("w0", WorkerMessage::Counts { counts: vec![] }),
    );
    assert_eq!(drain(&mut link), []);
}

#[test]
fn of_what_comes_by_two_ways_the_later_word_counts_and_a_new_life_counts_from_the_start() {
    let freshness = |since: i64| WorkerMessage::Freshness {
        freshness: Freshness::Offline {
            since: Timestamp(since),
            as_of: None,
        },
        panels: Vec::new(),
    };
    let told = |link: &mut Link, input| {
        link.handle(Timestamp(3), input);
        let told = |output| matches!(output, LinkOutput::Tell(event) if matches!(*event, LinkEvent::Message(_)));
        drain(link)
            .into_iter()
            .filter(|output| told(output.clone()))
            .count()
    };
    let mut link = admitted();
    assert_eq!(told(&mut link, numbered(7, "w1", freshness(7))), 1);
    assert_eq!(
        told(&mut link, numbered(6, "w1", freshness(6))),
        0,
        "it came too late"
    );
    let counts = WorkerMessage::Counts { counts: vec![] };
    assert_eq!(
        told(&mut link, numbered(5, "w1", counts.clone())),
        1,
        "of another thing"
    );
    assert_eq!(told(&mut link, numbered(4, "w1", counts)), 0);
    assert_eq!(told(&mut link, numbered(8, "w1", freshness(8))), 1);
    let lock = "lock-w1".to_owned();
    link.handle(Timestamp(4), LinkInput::WorkerDied { lock });
    link.handle(Timestamp(4), welcome("w2"));
    drain(&mut link);
    assert_eq!(told(&mut link, numbered(2, "w2", freshness(2))), 1);
}

#[test]
fn what_changes_around_a_tab_while_it_greets_is_told_once_it_is_admitted() {
    let mut link = link();
    link.handle(Timestamp(1), LinkInput::LockHeld);
    let offline = Surroundings {
        visible: true,
        online: false,
        woke: false,
        zone_offset_minutes: 0,
    };
    let told = TabMessage::Surroundings(offline);
    link.handle(Timestamp(2), LinkInput::Say(told.clone()));
    assert!(!posted(&drain(&mut link)).contains(&told));
    link.handle(Timestamp(3), welcome("w1"));
    assert!(posted(&drain(&mut link)).contains(&told));
    // A welcome that answers a repeated hello tells nothing new.
    link.handle(Timestamp(4), welcome("w1"));
    assert!(!posted(&drain(&mut link)).contains(&told));
}

#[test]
fn a_worker_that_answers_no_ping_counts_as_lost() {
    let mut link = admitted();
    let mut now = Timestamp(1);
    for _ in 0..=limits::PINGS_UNANSWERED_MAX {
        now = now + limits::TAB_PING_EVERY_MS;
        link.handle(now, LinkInput::Timer);
    }
    let outputs = drain(&mut link);
    assert!(outputs.contains(&LinkOutput::Tell(Box::new(LinkEvent::WorkerLost))));
}

#[test]
fn a_worker_that_answers_is_not_lost() {
    let mut link = admitted();
    let mut now = Timestamp(1);
    for nonce in 0..20 {
        now = now + limits::TAB_PING_EVERY_MS;
        link.handle(now, LinkInput::Timer);
        link.handle(now, from("w1", WorkerMessage::Pong { nonce }));
    }
    let outputs = drain(&mut link);
    assert!(!outputs.contains(&LinkOutput::Tell(Box::new(LinkEvent::WorkerLost))));
}

#[test]
fn a_retired_worker_asks_for_a_reload_and_is_not_started_again() {
    let mut link = admitted();
    let reason = limits::ENDING_RETIRED.to_owned();
    link.handle(Timestamp(3), from("w1", WorkerMessage::Ending { reason }));
    let reason = ReloadReason::NewVersion;
    let asked = LinkOutput::Tell(Box::new(LinkEvent::ReloadNeeded { reason }));
    assert_eq!(drain(&mut link), [asked]);
    let lock = "lock-w1".to_owned();
    link.handle(Timestamp(4), LinkInput::WorkerDied { lock });
    link.handle(Timestamp(60_000), LinkInput::Timer);
    assert_eq!(drain(&mut link), []);
}

#[test]
fn a_clock_that_is_set_back_does_not_silence_a_tab() {
    let hour = 3_600_000;
    let mut link = link();
    link.handle(Timestamp(2 * hour), LinkInput::LockHeld);
    drain(&mut link);
    link.handle(Timestamp(hour), LinkInput::Timer);
    let again = LinkOutput::WakeAt(Timestamp(hour + limits::HELLO_EVERY_MS));
    assert_eq!(drain(&mut link), [again]);
    link.handle(Timestamp(hour + limits::HELLO_EVERY_MS), LinkInput::Timer);
    let said = posted(&drain(&mut link));
    assert!(matches!(said[..], [TabMessage::Hello { .. }]), "{said:?}");
}

#[test]
fn a_new_channel_is_told_before_anything_that_comes_by_it() {
    let mut link = admitted();
    let channel = Some("another".to_owned());
    let session = crate::protocol::SessionView::Restoring;
    link.handle(
        Timestamp(2),
        from("w1", WorkerMessage::Session { session, channel }),
    );
    let told = drain(&mut link)
        .into_iter()
        .filter_map(|output| match output {
            LinkOutput::Tell(event) => Some(*event),
            _ => None,
        });
    let told: Vec<_> = told.collect();
    assert_eq!(told[0], LinkEvent::ChannelChanged);
    assert_eq!(told.len(), 2);
}
