//! Which of two versions of a resource is the state now.

use super::Entry;
use crate::{fhir::Resource, limits, time::Timestamp};

/// Where a version comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// A frame of the stream.
    Frame,
    /// A search, asked then.
    Search(Timestamp),
    /// A read of this resource, sent then.
    Read(Timestamp),
    /// A write of this resource, asked for then: the server held it when it answered, not when it was asked. What was asked for
    /// meanwhile may have been answered before.
    Write(Timestamp),
}

/// What became of a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is newer, and the state now.
    Applied,
    /// It is older by its time, but what the server holds: the state now.
    Settled,
    /// It is newer, but nobody can see it, before or after.
    Unseen,
    /// It was there already.
    Duplicate,
    /// Something newer was there already.
    Late,
}

/// The latest moment for which this source knows what the server held.
pub(super) fn known_at(now: Timestamp, source: Source) -> Timestamp {
    match source {
        Source::Frame | Source::Write(_) => now,
        Source::Search(asked) | Source::Read(asked) => asked,
    }
}

/// Whether it is the answer to a question that was asked at that moment or later.
pub(super) fn is_asked_since(source: Source, moment: Timestamp) -> bool {
    match source {
        Source::Frame => false,
        Source::Search(asked) | Source::Read(asked) | Source::Write(asked) => moment <= asked,
    }
}

/// What becomes of a version that comes beside the one that is there.
pub(super) fn judge_against(entry: &Entry, incoming: &Resource, source: Source) -> Verdict {
    let known = &entry.resource;
    if known.version == incoming.version {
        return Verdict::Duplicate;
    }
    if incoming.updated > known.updated {
        return Verdict::Applied;
    }
    match source {
        // Nothing came since the question: the answer is what the server holds, whatever its time says.
        Source::Read(asked) | Source::Search(asked) | Source::Write(asked)
            if entry.known_at <= asked && entry.taken_at <= asked =>
        {
            Verdict::Settled
        }
        _ => Verdict::Late,
    }
}

/// Whether two versions were written so close to each other that their order cannot be told.
pub(super) fn is_close(known: Timestamp, incoming: Timestamp, source: Source) -> bool {
    let step_ms = incoming.since_ms(known);
    match source {
        Source::Frame => {
            (-limits::CONTENTION_WINDOW_MS..=limits::CONTENTION_CLOSE_MS).contains(&step_ms)
        }
        Source::Search(_) => (-limits::CONTENTION_WINDOW_MS..=0).contains(&step_ms),
        Source::Read(_) | Source::Write(_) => false,
    }
}
