//! A panel or a view that is deleted, and may come back.

use super::Answered;
use crate::{
    identity::PanelChangeId,
    protocol::{Draft, PanelChange, PanelRefusal, PanelVerdict, Saved},
};

/// See the module.
#[derive(Clone, Debug, PartialEq)]
pub struct Deletion {
    /// As it was.
    pub what: Saved<Draft>,
    /// Where it stands.
    pub stage: DeletionStage,
}

/// Where a deletion stands.
#[derive(Clone, Debug, PartialEq)]
pub enum DeletionStage {
    /// The server was asked to delete it.
    Deleting(PanelChangeId),
    /// It is gone.
    Deleted,
    /// The server was asked to take it back.
    Restoring(PanelChangeId),
    /// It was not deleted.
    NotDeleted(Obstacle),
    /// It did not come back.
    NotRestored(Obstacle),
}

/// Why not.
#[derive(Clone, Debug, PartialEq)]
pub enum Obstacle {
    /// The change was refused.
    Refused(PanelRefusal),
    /// Somebody has changed it meanwhile, and it is there as they made it.
    Changed {
        /// Who, if the server tells.
        author: Option<String>,
    },
}

impl Deletion {
    /// It shall be gone, and what to ask the worker for.
    pub fn start(what: Saved<Draft>, change: PanelChangeId) -> (Self, PanelChange) {
        let delete = PanelChange::Delete {
            id: what.id.clone(),
            version: what.version.clone(),
        };
        let stage = DeletionStage::Deleting(change);
        (Self { what, stage }, delete)
    }

    /// It shall come back; what to ask the worker for.
    pub fn restore(&mut self, change: PanelChangeId) -> PanelChange {
        self.stage = DeletionStage::Restoring(change);
        PanelChange::Restore {
            id: self.what.id.clone(),
            draft: self.what.draft.clone(),
        }
    }

    /// The answer to a change. [`Answered::Done`]: it is back, and there is nothing more to say of it.
    pub fn answer(&mut self, change: &PanelChangeId, verdict: PanelVerdict) -> Answered {
        let is_deleting = match &self.stage {
            DeletionStage::Deleting(known) if known == change => true,
            DeletionStage::Restoring(known) if known == change => false,
            _ => return Answered::Ignored,
        };
        let obstacle = match verdict {
            PanelVerdict::Done { .. } if is_deleting => {
                self.stage = DeletionStage::Deleted;
                return Answered::Open;
            }
            PanelVerdict::Done { made } => return Answered::Done(made),
            PanelVerdict::Conflict { author, .. } => Obstacle::Changed { author },
            PanelVerdict::Refused { reason } => Obstacle::Refused(reason),
        };
        self.stage = match is_deleting {
            true => DeletionStage::NotDeleted(obstacle),
            false => DeletionStage::NotRestored(obstacle),
        };
        Answered::Open
    }

    /// Another worker has come, which knows nothing of it.
    pub fn lose(&mut self) {
        let change = match &self.stage {
            DeletionStage::Deleting(change) | DeletionStage::Restoring(change) => change.clone(),
            _ => return,
        };
        let reason = PanelRefusal::NoAnswer;
        self.answer(&change, PanelVerdict::Refused { reason });
    }
}
