//! What became of a record: from its versions to what each of them changed.
//!
//! Versions come from the server, newest first. Unsaved edits of the user are no part of this, and what the access policy hides
//! never shows here either: a difference that may not be seen is none.

mod difference;
mod parts;
#[cfg(test)]
mod tests;
mod version;

pub(crate) use version::{Version, Written};

use crate::{
    identity::VersionId,
    limits,
    panel::Lookup,
    protocol::{TimelineDeed, TimelineEntry},
};
use difference::{Difference, difference};

/// The first entries of a history. `whole`: these are all versions there are, and the last of them is the first that was written.
pub(crate) fn entries(
    versions: &[Version],
    entries_max: usize,
    whole: bool,
    lookup: &dyn Lookup,
) -> Vec<TimelineEntry> {
    let places = 0..versions.len().min(entries_max);
    places
        .map(|place| entry(&versions[place..], whole, lookup))
        .collect()
}

/// Puts the version that is known to be the current one first where the server may have mistaken its place: `lastUpdated`, by which
/// a history is ordered, is not the order of writing (Medplum 5.0.10, `transcripts/03e-concurrent-writes-one-resource.json`).
pub(crate) fn put_first(versions: &mut [Version], current: &VersionId) {
    let is_current = |version: &Version| version.name() == Some(current);
    let Some(place) = versions.iter().position(is_current) else {
        return;
    };
    let at = versions[place].at();
    let is_near = |other: &Version| {
        matches!((at, other), (Some(at), Version::Written(other))
            if other.resource.updated.since_ms(at).abs() <= limits::CONTENTION_WINDOW_MS)
    };
    if versions[..place].iter().all(is_near) {
        versions[..=place].rotate_right(1);
    }
}

/// The entry of the first of some versions.
fn entry(versions: &[Version], whole: bool, lookup: &dyn Lookup) -> TimelineEntry {
    let (version, before) = (&versions[0], versions.get(1));
    let (deed, difference) = match (version, before) {
        (Version::Deleted { .. }, _) => (TimelineDeed::Deleted, Difference::default()),
        (Version::Unreadable, _) => (TimelineDeed::Unreadable, Difference::default()),
        (Version::Written(now), Some(Version::Written(was))) => {
            (TimelineDeed::Changed, difference(was, now, lookup))
        }
        (Version::Written(now), Some(Version::Deleted { .. })) => {
            let since = match versions.get(2) {
                Some(Version::Written(was)) => difference(was, now, lookup),
                _ => Difference::default(),
            };
            (TimelineDeed::Restored, since)
        }
        (Version::Written(_), None) if whole => (TimelineDeed::Created, Difference::default()),
        (Version::Written(_), _) => (TimelineDeed::Incomparable, Difference::default()),
    };
    let author = match version {
        Version::Written(written) => written.resource.author.as_deref().map(str::to_owned),
        Version::Deleted { .. } | Version::Unreadable => None,
    };
    TimelineEntry {
        version: version.name().cloned(),
        at: version.at(),
        author,
        deed,
        changes: difference.changes,
        left_out: difference.left_out,
        other: difference.other,
        close: is_close(version, before),
    }
}

fn is_close(version: &Version, before: Option<&Version>) -> bool {
    matches!((version, before), (Version::Written(now), Some(Version::Written(was)))
        if now.resource.updated.since_ms(was.resource.updated) <= limits::CONTENTION_CLOSE_MS)
}
