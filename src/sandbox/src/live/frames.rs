//! The texts that go to a client: bundles of type `history`, in the key order of a real server.
//!
//! Resource text is passed in ready-made, because a write serves many sockets and must be serialised once.

use crate::{sandbox::Millis, time};

/// `{"type":"pong"}`.
pub(super) const PONG: &str = r#"{"type":"pong"}"#;

/// What a SubscriptionStatus announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Announcement {
    Handshake,
    Heartbeat,
}

/// A handshake or a heartbeat: one entry per Subscription id.
pub(super) fn status(
    announcement: Announcement,
    ids: &[&str],
    now: Millis,
    mut fresh_id: impl FnMut() -> String,
) -> String {
    let kind = match announcement {
        Announcement::Handshake => "handshake",
        Announcement::Heartbeat => "heartbeat",
    };
    let mut text = bundle_head(&fresh_id(), now);
    for (index, id) in ids.iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        let status_id = fresh_id();
        text.push_str(&format!(
            r#"{comma}{{"resource":{{"resourceType":"SubscriptionStatus","id":"{status_id}","status":"active","type":"{kind}","subscription":{{"reference":"Subscription/{id}"}}}}}}"#
        ));
    }
    text.push_str("]}");
    text
}

/// What an event frame says besides the resource; the same for all frames of one write.
#[derive(Clone, Debug)]
pub(super) struct EventText {
    /// JSON of the `focus` reference.
    pub(super) focus: String,
    /// JSON of the resource.
    pub(super) resource: String,
    /// JSON string of its address.
    pub(super) full_url: String,
}

/// An event. `eventNumber` is always `"0"` and its time is the time of sending: neither shows a gap.
pub(super) fn event(
    event: &EventText,
    subscription: &str,
    now: Millis,
    mut fresh_id: impl FnMut() -> String,
) -> String {
    let mut text = bundle_head(&fresh_id(), now);
    let status_id = fresh_id();
    let at = time::instant(now);
    text.push_str(&format!(
        r#"{{"resource":{{"id":"{status_id}","resourceType":"SubscriptionStatus","status":"active","type":"event-notification","subscription":{{"reference":"Subscription/{subscription}"}},"notificationEvent":[{{"eventNumber":"0","timestamp":"{at}","focus":{}}}]}}}},{{"resource":{},"fullUrl":{}}}]}}"#,
        event.focus, event.resource, event.full_url
    ));
    text
}

/// A bare OperationOutcome: names neither the token nor the Subscription that failed.
pub(super) fn error(message: &str) -> String {
    format!(
        r#"{{"resourceType":"OperationOutcome","issue":[{{"severity":"error","code":"invalid","details":{{"text":"{message}"}}}}]}}"#
    )
}

fn bundle_head(id: &str, now: Millis) -> String {
    let at = time::instant(now);
    format!(
        r#"{{"id":"{id}","resourceType":"Bundle","type":"history","timestamp":"{at}","entry":["#
    )
}
