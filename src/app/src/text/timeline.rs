//! What is said about the history of a record.

use panels_core::protocol::{TimelineDeed, TimelineState};

/// Heading.
pub(crate) const TIMELINE: &str = "History";
/// It is being read.
pub(crate) const TIMELINE_LOADING: &str = "Loading the history…";
/// There is a newer version than it shows.
pub(crate) const TIMELINE_BEHIND: &str = "Reading newer changes…";
/// There is none.
pub(crate) const TIMELINE_EMPTY: &str = "No earlier changes.";
/// Asks for more.
pub(crate) const TIMELINE_EARLIER: &str = "Show earlier";
/// No more is shown.
pub(crate) const TIMELINE_TOO_MUCH: &str = "Earlier changes are not shown here.";
/// Asks again.
pub(crate) const TIMELINE_AGAIN: &str = "Try again";
/// The server does not say who it was.
pub(crate) const TIMELINE_NOBODY: &str = "Author not known";
/// Before an old value, for those who do not see that it is struck out.
pub(crate) const TIMELINE_FROM: &str = "from ";
/// Before a new value.
pub(crate) const TIMELINE_TO: &str = " to ";
/// There was or is no value.
pub(crate) const TIMELINE_NONE: &str = "None";
/// Something without a name here was changed.
pub(crate) const TIMELINE_OTHER: &str = "Other details changed";
/// Nothing that may be seen was changed.
pub(crate) const TIMELINE_UNSEEN: &str = "Changed something that is not shown to you";
/// The order is not certain.
pub(crate) const TIMELINE_CLOSE: &str =
    "Written at the same time as the change below; which came first is not certain";

/// Why it cannot be read, if so.
pub(crate) fn timeline_failure(state: TimelineState) -> Option<&'static str> {
    match state {
        TimelineState::NotAllowed => Some("You may not read the history of this record."),
        TimelineState::Offline => Some(
            "The history cannot be read: the server cannot be reached. It is read when the server is back.",
        ),
        TimelineState::Unavailable => Some("The history cannot be read right now."),
        TimelineState::Loading | TimelineState::Current | TimelineState::Behind => None,
    }
}

/// How old it is.
pub(crate) fn timeline_as_of(time: &str) -> String {
    format!("As of {time}.")
}

/// How long ago that was.
pub(crate) fn timeline_ago(span: &str) -> String {
    if span == "just now" {
        span.to_owned()
    } else {
        format!("{span} ago")
    }
}

/// What somebody did, after the name; nothing where the list of changes tells.
pub(crate) fn timeline_deed(deed: TimelineDeed) -> Option<&'static str> {
    match deed {
        TimelineDeed::Created => Some("created this record"),
        TimelineDeed::Changed => None,
        TimelineDeed::Deleted => Some("deleted this record"),
        TimelineDeed::Restored => Some("brought this record back"),
        TimelineDeed::Unreadable => Some("A version that cannot be shown"),
        TimelineDeed::Incomparable => {
            Some("changed something: what, cannot be told from the version below")
        }
    }
}

/// More was changed than is told.
pub(crate) fn timeline_left_out(count: usize) -> String {
    format!("{count} more changes")
}

/// What was changed: a field, or one more or one less of something.
pub(crate) fn timeline_label(label: &str, was: bool, now: bool) -> String {
    match (was, now) {
        (false, true) => format!("{label} added"),
        (true, false) => format!("{label} removed"),
        _ => label.to_owned(),
    }
}

/// The user's own name.
pub(crate) fn timeline_you(name: &str) -> String {
    format!("{name} (you)")
}
