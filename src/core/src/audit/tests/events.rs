//! Every action as the server gets it.

use super::{
    super::{
        deed::{Deed, What},
        entry::{Entry, Hash},
        event,
    },
    draft, full, record,
};

fn entry(deed: Deed) -> Entry {
    Entry::new(7, Hash::of("before"), draft(3, deed))
}

#[test]
fn every_action_is_an_audit_event() {
    let events: Vec<_> = What::ALL
        .iter()
        .map(|what| {
            let event = event::resource(&entry(Deed::new(*what)));
            // What differs from one action to the other.
            serde_json::json!({
                "type": event["type"], "subtype": event["subtype"], "action": event["action"],
            })
            .to_string()
        })
        .collect();
    insta::assert_snapshot!(events.join("\n"));
}

#[test]
fn an_event_with_everything_in_it() {
    let event = event::resource(&entry(full(What::EditApplied)));
    insta::assert_snapshot!(serde_json::to_string_pretty(&event).unwrap());
}

#[test]
fn a_view_of_a_patient_names_the_patient_once() {
    let patient = record("Patient/p1");
    let deed = Deed::new(What::Viewed).about(&patient, Some(&patient));
    let event = event::resource(&entry(deed));
    assert_eq!(event["entity"].as_array().unwrap().len(), 2);
    assert_eq!(event["entity"][0]["role"]["code"], "1");
}

#[test]
fn an_answer_to_a_batch_has_a_status_for_each_entry() {
    let body = r#"{"resourceType":"Bundle","entry":[{"response":{"status":"201"}},
        {"response":{"status":"403 Forbidden"}},{"response":{}},{"response":{"status":"x"}}]}"#;
    assert_eq!(event::statuses(body), Some(vec![201, 403, 0, 0]));
    for other in ["", "<html>", "{}", r#"{"resourceType":"OperationOutcome"}"#] {
        assert_eq!(event::statuses(other), None, "{other}");
    }
}
