use serde_json::json;

use super::*;

const ME: &str = "Practitioner/me";

/// One step of the only task: version, author, priority, owner and notes.
fn version(number: u32, author: &str, priority: &str, notes: &[&str]) -> Arc<Value> {
    let notes: Vec<Value> = notes.iter().map(|text| json!({ "text": text })).collect();
    Arc::new(json!({
        "meta": { "versionId": format!("v{number}"), "author": { "reference": author } },
        "priority": priority, "note": notes,
    }))
}

fn edit(id: &str, change: Value) -> String {
    let edit = json!({ "id": id, "resource": { "type": "Task", "id": "t" }, "changes": [change] });
    json!({ "body": { "edit": { "edit": edit } } }).to_string()
}

fn priority(id: &str, seen: &str, wanted: &str) -> String {
    let code = |code: &str| json!({ "code": code });
    edit(
        id,
        json!({ "field": "priority", "seen": code(seen), "wanted": code(wanted) }),
    )
}

fn note(id: &str, text: &str) -> String {
    edit(
        id,
        json!({ "field": "note", "seen": "absent", "wanted": { "note": { "text": text } } }),
    )
}

fn ended(id: &str, outcome: Value) -> String {
    let ended = json!([{ "id": id, "outcome": outcome }]);
    json!({ "body": { "edits": { "news": { "ended": ended } } } }).to_string()
}

fn applied(id: &str, version: &str) -> String {
    ended(id, json!({ "applied": { "version": version } }))
}

fn verdict(said: &[String], heard: &[String], history: &[Arc<Value>]) -> Vec<EditViolation> {
    let log = json!({ "said": said, "heard": heard });
    let log: EditLog = serde_json::from_value(log).unwrap();
    let histories = Histories::from([("t".to_owned(), history.to_vec())]);
    judge_edits(ME, &log.read(), &histories).0
}

#[test]
fn what_was_seen_and_saved_is_right() {
    let history = [version(1, "b", "routine", &[]), version(2, ME, "stat", &[])];
    let said = [priority("e", "routine", "stat")];
    assert!(verdict(&said, &[applied("e", "v2")], &history).is_empty());
}

#[test]
fn an_edit_of_which_nothing_is_told_is_lost() {
    let history = [version(1, "b", "routine", &[])];
    let said = [priority("e", "routine", "stat")];
    assert_eq!(
        verdict(&said, &[], &history),
        [EditViolation::Lost("e".into())]
    );
}

#[test]
fn what_is_said_to_be_saved_has_to_be_in_the_history() {
    let history = [version(1, "b", "routine", &[])];
    let found = verdict(&[note("e", "n")], &[applied("e", "v2")], &history);
    assert!(
        matches!(&found[..], [EditViolation::NotThere(_)]),
        "{found:?}"
    );
    let theirs = [
        version(1, "b", "routine", &[]),
        version(2, "b", "stat", &[]),
    ];
    let said = [priority("e", "routine", "stat")];
    let found = verdict(&said, &[applied("e", "v2")], &theirs);
    assert!(
        matches!(&found[..], [EditViolation::NotThere(_)]),
        "{found:?}"
    );
}

#[test]
fn a_note_that_is_there_twice_was_sent_twice() {
    let history = [
        version(1, "b", "routine", &[]),
        version(2, ME, "routine", &["n", "n"]),
    ];
    let found = verdict(&[note("e", "n")], &[applied("e", "v2")], &history);
    assert_eq!(found, [EditViolation::Twice("e".into())]);
}

#[test]
fn a_note_that_was_discarded_must_not_be_there() {
    let history = [
        version(1, "b", "routine", &[]),
        version(2, ME, "routine", &["n"]),
    ];
    let found = verdict(
        &[note("e", "n")],
        &[ended("e", json!("discarded"))],
        &history,
    );
    assert_eq!(found, [EditViolation::Unwanted("e".into())]);
}

#[test]
fn to_replace_what_was_not_seen_needs_a_decision_about_it() {
    let history = [
        version(1, "b", "routine", &[]),
        version(2, "b", "asap", &[]),
        version(3, ME, "stat", &[]),
    ];
    let ask = priority("e", "routine", "stat");
    let heard = [applied("e", "v3")];
    let found = verdict(std::slice::from_ref(&ask), &heard, &history);
    assert!(
        matches!(&found[..], [EditViolation::Overwritten { version, .. }] if version == "v3"),
        "{found:?}"
    );
    let decided = |version: &str| {
        json!({ "body": { "decideConflict": { "edit": "e", "version": version } } }).to_string()
    };
    assert!(verdict(&[ask.clone(), decided("v2")], &heard, &history).is_empty());
    assert_eq!(verdict(&[ask, decided("v1")], &heard, &history).len(), 1);
}

#[test]
fn edits_that_follow_one_another_may_be_saved_in_one_step() {
    let history = [version(1, "b", "routine", &[]), version(2, ME, "stat", &[])];
    let said = [
        priority("e", "routine", "urgent"),
        priority("f", "urgent", "stat"),
    ];
    let heard = [applied("e", "v2"), applied("f", "v2")];
    assert!(verdict(&said, &heard, &history).is_empty());
}

#[test]
fn what_was_typed_while_an_edit_waited_for_a_decision_takes_its_place() {
    let history = [
        version(1, "b", "routine", &[]),
        version(2, "b", "urgent", &[]),
        version(3, ME, "asap", &[]),
    ];
    // While the first waits, the value of others is shown.
    let said = [
        priority("e", "routine", "stat"),
        priority("f", "urgent", "asap"),
        json!({ "body": { "decideConflict": { "edit": "e", "version": "v2" } } }).to_string(),
    ];
    let heard = [applied("e", "v3"), applied("f", "v3")];
    assert_eq!(verdict(&said, &heard, &history), []);
    // An earlier edit takes the place of none.
    let swapped = [said[1].clone(), said[0].clone(), said[2].clone()];
    let found = verdict(&swapped, &heard, &history);
    assert!(
        matches!(&found[..], [EditViolation::NotThere(_)]),
        "{found:?}"
    );
}
