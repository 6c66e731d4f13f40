//! How far one type was read, and what is wanted of it next.

use serde::{Deserialize, Serialize};

use super::run::Run;
use crate::{
    collections::Set,
    identity::{ResourceId, ResourceType},
    limits,
    protocol::CatchUpReason,
    time::Timestamp,
};

/// One type at the start.
#[derive(Debug)]
pub(crate) struct TypeStart {
    /// The type.
    pub(crate) kind: ResourceType,
    /// Search parameters of the first load.
    pub(crate) criteria: String,
    /// Whether the policy shows a part only.
    pub(crate) restricted: bool,
    /// How far an earlier life had read; its rows are in the replica.
    pub(crate) restored: Option<Progress>,
}

/// How far a type was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Progress {
    /// Everything up to this moment of the server is known for certain.
    pub(crate) proven: Option<Timestamp>,
    /// The same by our clock: how long ago that was.
    pub(crate) as_of: Timestamp,
}

impl Progress {
    /// The same with our time in another measure.
    pub(crate) fn with_time(self, convert: impl Fn(Timestamp) -> Timestamp) -> Self {
        Self {
            as_of: convert(self.as_of),
            ..self
        }
    }
}

/// One type.
#[derive(Debug)]
pub(super) struct TypeSync {
    pub(super) kind: ResourceType,
    pub(super) criteria: String,
    pub(super) restricted: bool,
    pub(super) loaded: bool,
    /// Everything up to this moment of the server is known for certain.
    pub(super) proven: Option<Timestamp>,
    /// The newest that the stream brought while it was whole.
    pub(super) stream: Option<Timestamp>,
    /// The newest time seen anywhere: the server's clock was not behind it.
    pub(super) seen: Option<Timestamp>,
    pub(super) bound: bool,
    pub(super) caught_up: bool,
    pub(super) reason: CatchUpReason,
    pub(super) as_of: Option<Timestamp>,
    /// When the run began that last proved everything, whatever the stream had brought.
    pub(super) proven_at: Option<Timestamp>,
    pub(super) run: Option<Run>,
    pub(super) next_at: Option<Timestamp>,
    pub(super) member_cursor: Option<ResourceId>,
    /// More has changed than a walk may read: load everything again.
    pub(super) reload: bool,
    /// A load has found all there is, but its run is not complete: rows of before that it did not find are still shown.
    pub(super) load_open: bool,
    /// Something happened during the run that it may have overlooked.
    pub(super) again: bool,
    /// How much further back than to the last mark the next proof has to read: what was asked since may have been answered to
    /// somebody who for a moment was allowed to read less.
    pub(super) look_back_ms: i64,
}

impl TypeSync {
    pub(super) fn new(start: TypeStart) -> Self {
        let restored = start.restored;
        let proven = restored.and_then(|progress| progress.proven);
        Self {
            kind: start.kind,
            criteria: start.criteria,
            restricted: start.restricted,
            loaded: restored.is_some(),
            proven,
            stream: None,
            seen: proven,
            bound: false,
            caught_up: false,
            reason: match restored {
                Some(_) => CatchUpReason::Restored,
                None => CatchUpReason::FirstLoad,
            },
            as_of: restored.map(|progress| progress.as_of),
            proven_at: restored.map(|progress| progress.as_of),
            run: None,
            next_at: None,
            member_cursor: None,
            reload: false,
            load_open: false,
            again: false,
            look_back_ms: match restored {
                Some(_) => limits::ACCESS_PROOF_EVERY_MS + limits::ACCESS_LOOK_BACK_MIN_MS,
                None => 0,
            },
        }
    }

    /// What a load has found whose run is about to be replaced, and when it was asked for; `None` if it has not found
    /// everything, or is of no use.
    pub(super) fn take_found(&mut self) -> Option<(Set<ResourceId>, Option<Timestamp>)> {
        let run = self
            .run
            .as_mut()
            .filter(|_| self.load_open && !self.reload)?;
        Some((run.present.take()?, run.load_started))
    }

    /// Whether everything must be read again: nothing is there, or the gap is so long that reading its changes costs more.
    pub(super) fn needs_load(&self, now: Timestamp) -> bool {
        let gap_ms = self.as_of.map_or(0, |as_of| now.since_ms(as_of));
        !self.loaded || self.reload || self.load_open || gap_ms > limits::RELOAD_AFTER_GAP_MS
    }
}
