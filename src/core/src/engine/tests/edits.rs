//! Editing where nothing goes wrong: at once on every screen, then on the server, then settled.

use serde_json::json;

use super::{
    editing::{key, note, owner, priority, status, with_priority},
    world::World,
};
use crate::{
    identity::{EditId, PanelId},
    limits,
    protocol::{
        EditField, EditOutcome, EditRefusal, FieldChange, FieldValue, PendingState, RecordState,
        TabMessage, WorkerMessage,
    },
};

#[test]
fn an_edit_is_shown_at_once_and_settled_when_the_server_has_it() {
    let mut world = World::live(5);
    world.write(with_priority(1, "routine"));
    world.run(500);
    world.edit("a", "e1", 1, priority(Some("routine"), "stat"));
    assert_eq!(
        world.priority_shown("a", 1),
        Some("stat"),
        "before anything was sent"
    );
    assert_eq!(
        world.pending("a", 1),
        [(EditField::Priority, PendingState::Sending)]
    );
    assert_eq!(world.server.task(1)["priority"], "routine");
    world.run(200);
    assert_eq!(world.server.task(1)["priority"], "stat");
    world.assert_applied("a", "e1");
    assert_eq!(world.priority_shown("a", 1), Some("stat"));
    assert_eq!(world.pending("a", 1), []);
    assert_eq!(world.server.patches(), 1);
    world.assert_equal();
}

#[test]
fn every_tab_sees_what_is_pending_and_a_new_one_too() {
    let mut world = World::live(5);
    world.hello("b");
    world.watch("b");
    world.run(50);
    world.go_offline();
    world.run(2_000);
    world.edit("a", "e1", 1, priority(None, "stat"));
    world.run(50);
    world.hello("c");
    world.watch("c");
    world.run(50);
    for tab in ["a", "b", "c"] {
        assert_eq!(world.priority_shown(tab, 1), Some("stat"), "{tab}");
        let pending = world.pending(tab, 1);
        assert_eq!(pending, world.pending("a", 1), "{tab}");
        assert_eq!(pending[0].0, EditField::Priority, "{tab}");
        assert!(world.state(tab, "e1").is_some(), "{tab}");
    }
    world.go_online();
    world.run(60_000);
    for tab in ["a", "b", "c"] {
        world.assert_applied(tab, "e1");
        assert_eq!(world.pending(tab, 1), [], "{tab}");
    }
    world.assert_equal();
}

#[test]
fn a_task_that_is_claimed_is_in_my_work_at_once_and_one_that_is_completed_leaves_when_that_is_certain()
 {
    let mut world = World::live(5);
    let claim = vec![FieldChange {
        field: EditField::Owner,
        seen: FieldValue::Absent,
        wanted: owner("Practitioner/me"),
    }];
    world.edit("a", "e1", 1, claim);
    let in_panel = |world: &World, panel: &str| {
        let rows = &world.screen("a").rows[&PanelId::new(panel)];
        rows.contains_key(&key(1).id)
    };
    assert!(in_panel(&world, "my-work"));
    world.run(200);
    assert!(in_panel(&world, "my-work"));
    world.edit("a", "e2", 1, status("requested", "completed"));
    world.run(1);
    assert!(in_panel(&world, "open-tasks"), "marked, but still there");
    world.run(200);
    assert!(!in_panel(&world, "open-tasks") && !in_panel(&world, "my-work"));
    world.assert_equal();
}

#[test]
fn an_open_record_shows_what_is_pending_and_what_can_be_edited() {
    let mut world = World::live(5);
    let record = key(1);
    world.say("a", TabMessage::OpenRecord { record });
    world.edit("a", "e1", 1, note("called back"));
    world.run(1);
    let last = |world: &World| {
        let messages = world.screen("a").messages.iter().rev();
        let mut records = messages.filter_map(|message| match message {
            WorkerMessage::Record { record } => Some(*record.clone()),
            _ => None,
        });
        records.next().unwrap()
    };
    let shown = last(&world);
    assert_eq!(shown.state, RecordState::Present);
    let content = shown.content.unwrap();
    assert_eq!(content.notes[0].text, "called back");
    assert_eq!(content.notes[0].author.as_deref(), Some("Ada Nurse"));
    assert_eq!(content.pending[0].field, EditField::Note);
    let editable: Vec<_> = content
        .editable
        .iter()
        .map(|field| (field.field, field.bar))
        .collect();
    assert!(
        editable.contains(&(EditField::Status, None)),
        "{editable:?}"
    );
    world.run(200);
    let content = last(&world).content.unwrap();
    assert_eq!((content.notes.len(), content.pending.len()), (1, 0));
    assert_eq!(
        world.server.task(1)["note"][0]["authorReference"]["reference"],
        "Practitioner/me"
    );
}

#[test]
fn changes_of_others_show_through_a_pending_edit_field_by_field() {
    let mut world = World::live(5);
    world.run(500);
    world.server.faults.hang = Some("fhir/R4/Task/t1");
    world.edit("a", "e1", 1, priority(None, "stat"));
    let mut theirs = with_priority(1, "routine");
    theirs["owner"] = json!({ "reference": "Practitioner/me" });
    theirs.as_object_mut().unwrap().remove("priority");
    world.write(theirs);
    world.run(20);
    assert_eq!(world.priority_shown("a", 1), Some("stat"));
    let my_work = &world.screen("a").rows[&PanelId::new("my-work")];
    assert!(my_work.contains_key(&key(1).id));
}

#[test]
fn asking_twice_under_one_name_is_asking_once() {
    let mut world = World::live(5);
    world.edit("a", "e1", 1, note("once"));
    world.edit("a", "e1", 1, note("once"));
    world.run(200);
    world.edit("a", "e1", 1, note("once"));
    world.run(200);
    assert_eq!(world.server.task(1)["note"].as_array().unwrap().len(), 1);
    assert_eq!(world.refusal("a"), None);
}

#[test]
fn who_asks_again_for_an_edit_that_has_ended_hears_how() {
    let mut world = World::live(5);
    world.edit("a", "e1", 1, priority(None, "stat"));
    world.run(500);
    world.assert_applied("a", "e1");
    let heard = world.screen("a").messages.len();
    world.edit("a", "e1", 1, priority(None, "stat"));
    world.run(500);
    let told = world.screen("a").messages[heard..].iter();
    let mut ended = told.filter_map(|message| match message {
        WorkerMessage::Edits { news } => news.ended.first(),
        _ => None,
    });
    let again = ended.next().unwrap();
    assert_eq!(again.id, EditId::new("e1"));
    assert_eq!(Some(&again.outcome), world.outcome("a", "e1"));
    assert_eq!(world.server.patches(), 1);
}

#[test]
fn edits_of_one_field_that_were_not_sent_yet_go_as_one_and_each_has_its_end() {
    let mut world = World::live(5);
    world.go_offline();
    world.run(2_000);
    world.edit("a", "e1", 1, priority(None, "stat"));
    // By a tab that does not show the first one yet.
    world.edit("a", "e2", 1, priority(None, "urgent"));
    world.edit("a", "e3", 1, status("requested", "accepted"));
    world.run(50);
    world.go_online();
    world.run(60_000);
    for id in ["e1", "e2", "e3"] {
        world.assert_applied("a", id);
    }
    assert_eq!(world.server.patches(), 1);
    assert_eq!(world.server.task(1)["priority"], "urgent");
    assert_eq!(world.server.task(1)["status"], "accepted");
}

#[test]
fn one_patch_of_a_record_is_on_its_way_at_a_time_and_the_order_is_kept() {
    let mut world = World::live(5);
    world.edit("a", "e1", 1, status("requested", "accepted"));
    world.edit("a", "e2", 1, status("accepted", "in-progress"));
    world.edit("a", "e3", 1, status("in-progress", "completed"));
    world.run(500);
    let steps = world.server.history.of("Task", "t1");
    let steps: Vec<_> = steps
        .iter()
        .map(|body| body["status"].as_str().unwrap())
        .collect();
    assert_eq!(steps, ["requested", "accepted", "completed"]);
    for id in ["e1", "e2", "e3"] {
        world.assert_applied("a", id);
    }
}

#[test]
fn an_edit_can_be_taken_back_before_and_after_it_was_sent() {
    let mut world = World::live(5);
    world.edit("a", "e1", 1, priority(None, "stat"));
    world.run(200);
    world.undo("a", "e1");
    assert_eq!(world.priority_shown("a", 1), None);
    world.run(200);
    assert!(world.server.task(1).get("priority").is_none());
    world.assert_applied("a", "undo:e1");
    world.go_offline();
    world.run(2_000);
    world.edit("a", "e2", 2, priority(None, "stat"));
    world.undo("a", "e2");
    world.run(10);
    assert_eq!(world.outcome("a", "e2"), Some(&EditOutcome::Discarded));
    assert_eq!(world.priority_shown("a", 2), None);
    world.go_online();
    world.run(60_000);
    assert!(world.server.task(2).get("priority").is_none());
}

#[test]
fn an_undo_that_was_given_up_is_not_left_undone_in_silence_when_it_is_asked_for_again() {
    let mut world = World::live(5);
    world.edit("a", "e1", 1, priority(None, "stat"));
    world.run(200);
    world.go_offline();
    world.run(2_000);
    world.undo("a", "e1");
    world.say(
        "a",
        TabMessage::DiscardEdit {
            edit: EditId::new("undo:e1"),
        },
    );
    world.run(10);
    assert_eq!(world.priority_shown("a", 1), Some("stat"));
    world.undo("a", "e1");
    assert_eq!(world.refusal("a"), Some(EditRefusal::NotUndoable));
}

#[test]
fn a_completed_task_is_reopened_by_an_undo_and_a_note_is_taken_out_again() {
    let mut world = World::live(5);
    world.edit(
        "a",
        "e1",
        1,
        [status("requested", "completed"), note("done")].concat(),
    );
    world.run(200);
    assert_eq!(world.server.task(1)["status"], "completed");
    world.undo("a", "e1");
    world.run(500);
    assert_eq!(world.server.task(1)["status"], "requested");
    assert!(world.server.task(1).get("note").is_none());
    world.undo("a", "e1");
    world.run(100);
    assert_eq!(world.refusal("a"), None, "a second click does no harm");
    world.assert_equal();
}

#[test]
fn what_cannot_be_done_is_refused_at_once_and_nothing_is_sent() {
    let mut world = World::live(5);
    world.edit("a", "e1", 1, status("completed", "in-progress"));
    assert!(matches!(
        world.refusal("a"),
        Some(EditRefusal::NoSuchStep { .. })
    ));
    world.edit("a", "e2", 1, priority(Some("stat"), "stat"));
    assert_eq!(world.refusal("a"), Some(EditRefusal::NothingToChange));
    world.run(200);
    assert_eq!(world.server.patches(), 0);
    assert!(world.screen("a").edits.open.is_empty());
}

#[test]
fn a_full_outbox_refuses_what_is_new_and_drops_nothing() {
    let mut world = World::live(5);
    world.go_offline();
    world.run(2_000);
    let of_one = limits::OUTBOX_EDITS_OF_RECORD_MAX;
    for edit in 0..limits::OUTBOX_EDITS_MAX {
        // Records that nobody shows: it is about the outbox.
        let record = 100 + edit / of_one;
        world.edit(
            "a",
            &format!("e{edit}"),
            record,
            note(&format!("note {edit}")),
        );
        if edit + 1 == of_one {
            world.edit("a", "one too many of one record", record, note("x"));
            assert_eq!(
                world.refusal("a"),
                Some(EditRefusal::OutboxFull { limit: of_one })
            );
            world
                .screens
                .values_mut()
                .for_each(|screen| screen.messages.clear());
        }
    }
    assert_eq!(world.refusal("a"), None);
    world.edit("a", "one more", 1, note("one more"));
    let limit = limits::OUTBOX_EDITS_MAX;
    assert_eq!(world.refusal("a"), Some(EditRefusal::OutboxFull { limit }));
    assert_eq!(world.screen("a").edits.open.len(), limit);
    let summary = world.screen("a").edits.summary.clone().unwrap();
    assert_eq!((summary.unsent, summary.room), (limit, 0));
}

#[test]
fn a_tab_that_missed_the_end_of_the_last_edit_is_told_that_nothing_is_left() {
    let mut world = World::live(5);
    world.edit("a", "e1", 1, note("x"));
    world.run(500);
    world.assert_applied("a", "e1");
    let before = world.screen("a").messages.len();
    world.say("a", TabMessage::ListEdits);
    let mut told = world.screen("a").messages[before..].iter();
    let empty = |message: &WorkerMessage| matches!(message, WorkerMessage::Edits { news } if news.whole && news.edits.is_empty());
    assert!(told.any(empty));
}
