//! Bugs that are put in on purpose, between the engine and its world, so that the checkers prove that they check.
//!
//! Each is a mistake that somebody could make in the engine, the worker or the app. Without one every hook hands on what it
//! got.

mod answers;
mod edits;
mod inputs;
mod messages;
mod outputs;

use std::collections::{BTreeMap, BTreeSet};

use panels_core::{
    identity::{PanelId, ResourceId, VersionId},
    protocol::{PanelChanges, Row},
};

use crate::queue::Millis;

/// A planted bug.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    /// Some event frames are lost for good. By design a search finds what they brought, and counts it.
    EventsLost,
    /// Some event frames are lost, and searches do not find what they brought.
    SearchBlind,
    /// Searches never tell what was deleted.
    TombstonesSkipped,
    /// The link to the next page of a search is not followed.
    LastPageLost,
    /// A membership check finds every row that it asks for.
    MembersAllThere,
    /// After a reconnect the subscriptions and tokens of the first socket are used again.
    TokenReused,
    /// A frame that comes late is taken for new.
    LateFrameRestamped,
    /// Timers fire at once, so that no wait is one.
    TimersAtOnce,
    /// A socket is not closed before the next one is opened.
    SocketKept,
    /// No socket is ever opened again.
    NoSecondSocket,
    /// Requests that were given up go on.
    AbortsIgnored,
    /// A sign-out leaves what is stored.
    DatabaseLeft,
    /// A batch of rows goes out after the sign-out.
    RowsAfterSignOut,
    /// A log record names a patient.
    NameInLog,
    /// The key of a record names a resource, in the clear.
    IdInKey,
    /// How far was read is stored without the rows.
    CursorsWithoutRows,
    /// One tab does not get some rows.
    RowsDropped,
    /// A row of a version that was sent before is not sent again, although what is joined to it has changed.
    SameVersionSkipped,
    /// An older version of a row is sent once more.
    OlderRowAgain,
    /// The badge says `Live` whatever happens.
    BadgeForged,
    /// Counts are told once and never again.
    CountsFrozen,
    /// An edit is said to be on the disk and is not.
    EditNotStored,
    /// An edit goes out twice, the second time whatever the server holds.
    EditSentTwice,
    /// An edit goes out without the tests of what was seen.
    EditUntested,
    /// Edits of whoever was here before are taken for those of whoever signs in.
    EditsInherited,
    /// What was typed in a tab that is gone is given to nobody.
    DraftsWithheld,
}

/// The bug in force and what it remembers.
#[derive(Debug, Default)]
pub(crate) struct Planted {
    bug: Option<Bug>,
    /// Versions that event frames would have brought.
    lost: BTreeSet<String>,
    /// The first answers to what creates a subscription and its token, by worker and question.
    first_answers: BTreeMap<(usize, String), String>,
    /// Sockets that a worker has opened.
    sockets: BTreeMap<usize, u32>,
    /// Frames by resource, to come late.
    frames: BTreeMap<String, String>,
    /// How far the clock of a worker has run ahead.
    ahead_ms: BTreeMap<usize, Millis>,
    /// Rows that went out last.
    rows: Vec<PanelChanges>,
    /// Batches of the cache that a worker has written.
    batches: BTreeMap<usize, u32>,
    /// Versions of rows that a tab was sent, the older ones whole.
    sent: BTreeMap<(usize, PanelId, ResourceId), Vec<Row>>,
    /// Rows that a tab was sent.
    seen: BTreeSet<(usize, PanelId, ResourceId, VersionId)>,
    /// Tabs that were told counts.
    counted: BTreeSet<usize>,
    /// The first database of edits of a profile.
    outboxes: BTreeMap<usize, panels_core::cache::CacheName>,
}

impl Planted {
    /// This bug.
    pub(crate) fn of(bug: Option<Bug>) -> Self {
        Self {
            bug,
            ..Self::default()
        }
    }

    /// Nothing is planted.
    pub(crate) fn is_none(&self) -> bool {
        self.bug.is_none()
    }

    /// Whether only the staleness bound holds from the start.
    pub(crate) fn makes_stream_unreliable(&self) -> bool {
        self.bug == Some(Bug::EventsLost)
    }

    fn is(&self, bug: Bug) -> bool {
        self.bug == Some(bug)
    }
}

/// Some of all texts, always the same.
fn is_chosen(text: &str) -> bool {
    let sum: u32 = text.bytes().map(u32::from).sum();
    sum.is_multiple_of(4)
}

/// What stands in a JSON text behind a name, up to the closing quote.
fn after<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let rest = &text[text.find(name)? + name.len()..];
    rest.split('"').next()
}
