//! Rows that are written to a file: nothing leaves that is not written down, and nobody waits for ever.

use super::world::{World, around, config, tab};
use crate::{
    cache::CacheFailure,
    identity::PanelId,
    limits,
    protocol::{ExportRefusal, ExportVerdict, TabMessage, WorkerMessage},
};

fn ask(world: &mut World, panel: &str, rows: u32) {
    let panel = PanelId::new(panel);
    world.say("a", TabMessage::Export { panel, rows });
}

/// What tab `a` was answered so far.
fn answers(world: &World) -> Vec<ExportVerdict> {
    let messages = world.screen("a").messages.iter();
    let answers = messages.filter_map(|message| match message {
        WorkerMessage::ExportAnswer { verdict, .. } => Some(*verdict),
        _ => None,
    });
    answers.collect()
}

fn refused(reason: ExportRefusal) -> ExportVerdict {
    ExportVerdict::Refused { reason }
}

/// How the server heard of exports: outcome and number of rows of each.
fn told(world: &World) -> Vec<(String, String)> {
    let events = world.server.audits.events.iter();
    let exports = events.filter(|event| event["subtype"][1]["code"] == "export");
    let exports = exports.map(|event| {
        let entities = event["entity"].as_array().unwrap();
        assert_eq!(entities.len(), 1, "it is about no record: {event}");
        let mut details = entities[0]["detail"].as_array().unwrap().iter();
        let size = details.find(|detail| detail["type"] == "size").unwrap();
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        (text(&event["outcome"]), text(&size["valueString"]))
    });
    exports.collect()
}

#[test]
fn a_file_may_be_made_once_it_is_written_down_and_the_server_hears_of_it() {
    let mut world = World::live(5);
    let entries = world.engine.audit().entries;
    ask(&mut world, "open-tasks", 5);
    assert_eq!(world.engine.audit().entries, entries + 1);
    assert_eq!(answers(&world), [], "it is not on the disk yet");
    world.run(1_000);
    assert_eq!(answers(&world), [ExportVerdict::Allowed { rows: 5 }]);
    world.run_until_audited();
    assert_eq!(told(&world), [("0".into(), "5".into())]);
}

#[test]
fn a_disk_that_fails_holds_no_file_back() {
    let mut world = World::live(5);
    world.audits.failure = Some(CacheFailure::Full);
    ask(&mut world, "open-tasks", 5);
    world.run(1_000);
    assert!(!world.engine.audit().kept);
    assert_eq!(answers(&world), [ExportVerdict::Allowed { rows: 5 }]);
}

#[test]
fn what_the_configuration_forbids_is_refused_and_told_as_an_attempt() {
    let mut world = World::new();
    world.with_limits(r#"{"export":false}"#);
    world.hello("a");
    world.sign_in("a");
    world.run(3_000);
    ask(&mut world, "open-tasks", 5);
    world.run(1_000);
    assert_eq!(answers(&world), [refused(ExportRefusal::Forbidden)]);
    world.run_until_audited();
    assert_eq!(told(&world), [("8".into(), "5".into())]);
}

#[test]
fn a_configuration_that_forbids_counts_from_when_a_tab_brings_it() {
    let mut world = World::live(5);
    let config = config().replace('}', r#","limits":{"export":false}}"#);
    let stricter = TabMessage::Hello {
        version_min: 1,
        version_max: 1,
        config,
        surroundings: around(),
    };
    world.say("a", stricter);
    ask(&mut world, "open-tasks", 5);
    assert_eq!(answers(&world), [refused(ExportRefusal::Forbidden)]);
    // One that was read before does not allow it again.
    world.hello("a");
    ask(&mut world, "open-tasks", 5);
    assert_eq!(answers(&world), [refused(ExportRefusal::Forbidden); 2]);
}

#[test]
fn nothing_is_written_to_a_file_for_nobody() {
    let mut world = World::new();
    world.hello("a");
    ask(&mut world, "open-tasks", 5);
    assert_eq!(answers(&world), [refused(ExportRefusal::NotSignedIn)]);

    let mut world = World::live(5);
    ask(&mut world, "open-tasks", 5);
    world.say("a", TabMessage::SignOut);
    assert_eq!(answers(&world), [refused(ExportRefusal::NotSignedIn)]);
}

#[test]
fn a_panel_that_is_not_there_or_cannot_tell_its_rows_has_no_file() {
    let mut world = World::live(5);
    ask(&mut world, "nowhere", 5);
    assert_eq!(answers(&world), [refused(ExportRefusal::PanelUnknown)]);
    world.server.faults.hidden_fields = vec!["owner"];
    world.run(75_000);
    ask(&mut world, "my-work", 5);
    let blind = refused(ExportRefusal::PanelBlind);
    assert_eq!(answers(&world).last(), Some(&blind));
    // That one goes by nothing that is hidden.
    ask(&mut world, "open-tasks", 5);
    world.run(1_000);
    let allowed = ExportVerdict::Allowed { rows: 5 };
    assert_eq!(answers(&world).last(), Some(&allowed));
}

#[test]
fn what_does_not_fit_into_the_trail_is_not_exported() {
    let mut world = World::live(5);
    world.server.audits.refuse = Some(503);
    for _ in 0..limits::AUDIT_UNSENT_MAX {
        ask(&mut world, "open-tasks", 5);
        world.run(20);
    }
    ask(&mut world, "open-tasks", 5);
    let full = refused(ExportRefusal::NotWrittenDown);
    assert_eq!(answers(&world).last(), Some(&full));
}

#[test]
fn a_tab_that_asks_again_before_it_is_answered_is_answered_once_and_one_that_is_gone_never() {
    let mut world = World::live(5);
    ask(&mut world, "open-tasks", 5);
    ask(&mut world, "open-tasks", 3);
    world.run(1_000);
    assert_eq!(answers(&world), [ExportVerdict::Allowed { rows: 3 }]);
    ask(&mut world, "open-tasks", 5);
    world.input(crate::engine::Input::TabGone { tab: tab("a") });
    world.run(1_000);
    assert_eq!(answers(&world), [ExportVerdict::Allowed { rows: 3 }]);
}
