//! Frames of Medplum's subscription socket (`transcripts/02a-subscribe.json`, `03a-events-task.json`).
//!
//! Tolerant: what is malformed, too large or of an unknown shape is an error value, never a failure. Borrows from the text;
//! the resource of an event stays raw, because whether it is of interest is decided elsewhere.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{limits, time::Timestamp};

/// A frame.
#[derive(Debug)]
pub(crate) enum Frame<'a> {
    /// The answer to a ping.
    Pong,
    /// A bind succeeded.
    Handshake {
        /// Id of the Subscription.
        subscription: &'a str,
        /// Server's time.
        stamped: Option<Timestamp>,
    },
    /// The Subscriptions bound to this socket.
    Heartbeat {
        /// Their ids.
        subscriptions: Vec<&'a str>,
        /// Server's time.
        stamped: Option<Timestamp>,
    },
    /// Something changed.
    Event {
        /// Id of the Subscription.
        subscription: &'a str,
        /// Server's time of sending.
        stamped: Option<Timestamp>,
        /// The resource.
        resource: &'a RawValue,
    },
    /// A bind failed; the answer does not say which.
    BindRefused,
}

/// Why a frame is of no use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FrameError {
    /// Larger than any resource may be.
    #[error("a frame was too large")]
    TooLarge,
    /// Not JSON, or the wrong shape.
    #[error("a frame was malformed")]
    Malformed,
    /// Nothing that is known.
    #[error("a frame was of an unknown kind")]
    Unknown,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire<'a> {
    #[serde(borrow, rename = "type")]
    kind: Option<Cow<'a, str>>,
    #[serde(borrow)]
    resource_type: Option<Cow<'a, str>>,
    #[serde(borrow)]
    timestamp: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    entry: Vec<Entry<'a>>,
}

#[derive(Deserialize)]
struct Entry<'a> {
    #[serde(borrow)]
    resource: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Status<'a> {
    resource_type: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    #[serde(borrow)]
    subscription: Reference<'a>,
}

#[derive(Deserialize)]
struct Reference<'a> {
    reference: &'a str,
}

impl<'a> Status<'a> {
    fn of(entry: &Entry<'a>) -> Result<Self, FrameError> {
        let raw = entry.resource.ok_or(FrameError::Malformed)?;
        let status: Self = object(raw.get()).ok_or(FrameError::Malformed)?;
        if status.resource_type != "SubscriptionStatus" {
            return Err(FrameError::Unknown);
        }
        Ok(status)
    }

    fn id(&self) -> &'a str {
        self.subscription
            .reference
            .rsplit('/')
            .next()
            .unwrap_or_default()
    }
}

/// Parses a frame.
pub(crate) fn parse(text: &str) -> Result<Frame<'_>, FrameError> {
    if text.len() > limits::FRAME_BYTES_MAX {
        return Err(FrameError::TooLarge);
    }
    let wire: Wire<'_> = object(text).ok_or(FrameError::Malformed)?;
    match wire.resource_type.as_deref() {
        None if wire.kind.as_deref() == Some("pong") => Ok(Frame::Pong),
        Some("OperationOutcome") => Ok(Frame::BindRefused),
        Some("Bundle") => parse_bundle(&wire),
        _ => Err(FrameError::Unknown),
    }
}

/// Serde would take an array in the place of an object, and its elements for fields in turn.
fn object<'a, T: Deserialize<'a>>(text: &'a str) -> Option<T> {
    let text = text.trim_start();
    text.starts_with('{')
        .then(|| serde_json::from_str(text).ok())
        .flatten()
}

fn parse_bundle<'a>(wire: &Wire<'a>) -> Result<Frame<'a>, FrameError> {
    let stamped = wire.timestamp.as_deref().and_then(Timestamp::parse);
    let first = wire.entry.first().ok_or(FrameError::Unknown)?;
    let status = Status::of(first)?;
    match status.kind {
        "handshake" => Ok(Frame::Handshake {
            subscription: status.id(),
            stamped,
        }),
        "heartbeat" => {
            let listed = wire
                .entry
                .iter()
                .map(|entry| Status::of(entry).map(|status| status.id()));
            let subscriptions = listed.collect::<Result<_, _>>()?;
            Ok(Frame::Heartbeat {
                subscriptions,
                stamped,
            })
        }
        "event-notification" => {
            let resource = wire.entry.get(1).and_then(|entry| entry.resource);
            let resource = resource.ok_or(FrameError::Malformed)?;
            Ok(Frame::Event {
                subscription: status.id(),
                stamped,
                resource,
            })
        }
        _ => Err(FrameError::Unknown),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATUS: &str = r#""resourceType":"SubscriptionStatus","id":"x","status":"active""#;

    fn bundle(entries: &str) -> String {
        format!(
            r#"{{"id":"1","resourceType":"Bundle","type":"history","timestamp":"2026-11-22T10:00:05.123Z","entry":[{entries}]}}"#
        )
    }

    fn status(kind: &str, id: &str) -> String {
        format!(
            r#"{{"resource":{{{STATUS},"type":"{kind}","subscription":{{"reference":"Subscription/{id}"}}}}}}"#
        )
    }

    #[test]
    fn a_pong_is_a_pong() {
        assert!(matches!(parse(r#"{"type":"pong"}"#), Ok(Frame::Pong)));
    }

    #[test]
    fn a_handshake_names_its_subscription() {
        let text = bundle(&status("handshake", "s1"));
        assert!(matches!(
            parse(&text),
            Ok(Frame::Handshake {
                subscription: "s1",
                stamped: Some(_)
            })
        ));
    }

    #[test]
    fn a_heartbeat_lists_every_binding() {
        let text = bundle(&[status("heartbeat", "s1"), status("heartbeat", "s2")].join(","));
        let Ok(Frame::Heartbeat { subscriptions, .. }) = parse(&text) else {
            panic!("not a heartbeat");
        };
        assert_eq!(subscriptions, ["s1", "s2"]);
    }

    #[test]
    fn an_event_carries_the_resource_untouched() {
        let event = status("event-notification", "s1");
        let text = bundle(&format!(
            r#"{event},{{"resource":{{"resourceType":"Task", "id":"t"}}}}"#
        ));
        let Ok(Frame::Event {
            subscription,
            resource,
            ..
        }) = parse(&text)
        else {
            panic!("not an event");
        };
        assert_eq!(subscription, "s1");
        assert_eq!(resource.get(), r#"{"resourceType":"Task", "id":"t"}"#);
    }

    #[test]
    fn a_bare_outcome_is_a_refused_bind() {
        let text = r#"{"resourceType":"OperationOutcome","issue":[]}"#;
        assert!(matches!(parse(text), Ok(Frame::BindRefused)));
    }

    #[test]
    fn junk_is_an_error_and_never_a_panic() {
        for (text, expected) in [
            ("", FrameError::Malformed),
            ("null", FrameError::Malformed),
            ("[1]", FrameError::Malformed),
            (r#"["pong"]"#, FrameError::Malformed),
            ("{}", FrameError::Unknown),
            (r#"{"type":"hello"}"#, FrameError::Unknown),
            (r#"{"resourceType":"Task"}"#, FrameError::Unknown),
            (&bundle(""), FrameError::Unknown),
            (&bundle("{}"), FrameError::Malformed),
            (
                &bundle(&status("event-notification", "s")),
                FrameError::Malformed,
            ),
            (&bundle(&status("query-status", "s")), FrameError::Unknown),
            (
                &" ".repeat(limits::FRAME_BYTES_MAX + 1),
                FrameError::TooLarge,
            ),
        ] {
            assert_eq!(parse(text).err(), Some(expected));
        }
    }
}
