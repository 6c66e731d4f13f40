//! Which of two versions of a resource is the state now.

use super::{Entry, Replica};
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
        // A later version is here whose stamp is older than those of the ones before it: this may be one of them.
        let may_be_older = incoming.updated <= entry.stamped_until;
        return if may_be_older && !is_asked_since(source, entry.known_at) {
            Verdict::Late
        } else {
            Verdict::Applied
        };
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

impl Replica {
    /// What becomes of a version, whatever is known of its resource; disputes what only a read can tell.
    pub(super) fn judge(&mut self, now: Timestamp, resource: &Resource, source: Source) -> Verdict {
        if let Some(entry) = self.rows.get(&resource.key) {
            let verdict = judge_against(entry, resource, source);
            let settled = verdict == Verdict::Settled;
            let different = entry.resource.version != resource.version;
            let out_of_order =
                verdict == Verdict::Late && resource.updated > entry.resource.updated;
            let met = match source {
                // Somebody else's version came while it was on its way.
                Source::Write(asked) if asked < entry.known_at => Source::Frame,
                Source::Write(asked) | Source::Read(asked) if asked < entry.taken_at => {
                    Source::Frame
                }
                other => other,
            };
            let close = is_close(entry.resource.updated, resource.updated, met);
            if out_of_order || (!settled && different && close) {
                self.dispute(&resource.key, now);
            }
            return verdict;
        }
        let Some(gone) = self.gone.get(&resource.key) else {
            return Verdict::Applied;
        };
        let different = gone.version.as_ref() != Some(&resource.version);
        let mut disputed = different && is_close(gone.updated, resource.updated, source);
        let verdict = match source {
            // A read told that it is gone, perhaps after this was written: only another one knows.
            Source::Write(_) if gone.at_unknown_time => {
                disputed = true;
                Verdict::Late
            }
            // Asked before it was told that it is out of sight: which of the two is later, only a read asked from now on knows. An
            // answer that waited for its turn, or was asked for again, tells of a later moment than that at which it was to be asked.
            Source::Search(asked) | Source::Read(asked) | Source::Write(asked)
                if !gone.deleted && asked < gone.told_at =>
            {
                disputed = true;
                Verdict::Late
            }
            // A read told that it is deleted, and not when: an answer that was under way meanwhile may be of before.
            Source::Search(asked) | Source::Read(asked)
                if gone.at_unknown_time
                    && asked < gone.told_at
                    && resource.updated > gone.updated =>
            {
                disputed = true;
                Verdict::Late
            }
            // The same of one that was deleted, where this is as it was before that.
            Source::Read(asked) | Source::Write(asked)
                if asked < gone.told_at && resource.updated <= gone.updated =>
            {
                disputed = different;
                Verdict::Late
            }
            // Asked after it went, and it is there: access came back, or it was created again.
            Source::Read(asked) | Source::Write(asked)
                if gone.known_at <= asked && (!gone.deleted || different) =>
            {
                Verdict::Applied
            }
            Source::Search(asked) if gone.known_at <= asked && !gone.deleted => Verdict::Applied,
            // The walks of one run are asked at once: what was live for the one was deleted for the other. Or it was created
            // again by a clock that was set back: only a read tells.
            Source::Search(asked)
                if gone.known_at <= asked && different && resource.updated <= gone.updated =>
            {
                disputed = true;
                Verdict::Late
            }
            _ if !different => Verdict::Duplicate,
            // Late, or created again: only a read tells.
            _ if gone.at_unknown_time && !is_asked_since(source, gone.known_at) => {
                disputed = true;
                Verdict::Late
            }
            _ if resource.updated > gone.updated => Verdict::Applied,
            _ => Verdict::Late,
        };
        if disputed {
            self.dispute(&resource.key, now);
        }
        verdict
    }
}
