//! Something while somebody types it, until it is saved: a panel or a view. What was typed stays, whatever the server says.

use super::{PanelEdit, Unkept, ViewEdit};
use crate::{
    identity::{PanelChangeId, ResourceId, VersionId},
    panel::saved::{check, check_view},
    protocol::{
        Draft, DraftProblem, Made, PanelChange, PanelDraft, PanelRefusal, PanelVerdict, PathColumn,
        Saved, ViewDraft,
    },
};

/// What can be typed and saved.
pub trait Typed: Clone + PartialEq + Into<Draft> + TryFrom<Draft> + Send + Sync + 'static {
    /// What is typed beside it, and becomes a part of it when it is saved.
    type Beside: Clone + Default + PartialEq + Send + Sync + 'static;

    /// Whether something is typed beside it.
    fn has_more(edit: &Saving<Self>) -> bool;

    /// Makes that a part of it.
    fn take_in(edit: &mut Saving<Self>) -> Result<(), DraftProblem>;

    /// As it is kept, or the first thing that is wrong with it.
    fn checked(self) -> Result<Self, DraftProblem>;
}

impl Typed for PanelDraft {
    type Beside = Option<PathColumn>;

    fn has_more(edit: &PanelEdit) -> bool {
        edit.has_typed_path()
    }

    fn take_in(edit: &mut PanelEdit) -> Result<(), DraftProblem> {
        edit.take_typed_path()
    }

    fn checked(self) -> Result<Self, DraftProblem> {
        check(self)
    }
}

impl Typed for ViewDraft {
    type Beside = ();

    fn has_more(_: &ViewEdit) -> bool {
        false
    }

    fn take_in(_: &mut ViewEdit) -> Result<(), DraftProblem> {
        Ok(())
    }

    fn checked(self) -> Result<Self, DraftProblem> {
        check_view(self)
    }
}

/// See the module.
#[derive(Clone, Debug, PartialEq)]
pub struct Saving<D: Typed> {
    /// What is changed.
    pub target: Target,
    /// As it is typed.
    pub draft: D,
    /// What is typed beside it.
    pub typed: D::Beside,
    /// What is asked for in the panel and cannot be kept in one: names of columns, and of the parts of the bar.
    pub unkept: Vec<Unkept>,
    /// Where it stands.
    pub stage: Stage<D>,
    pub(super) before: D,
}

/// What is changed.
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// Something that does not exist yet.
    New,
    /// One that does.
    Known {
        /// Which.
        id: ResourceId,
        /// The version that was changed.
        version: VersionId,
    },
}

/// Where a change stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Stage<D> {
    /// It is being typed.
    Typing,
    /// It is on its way.
    Saving(PanelChangeId),
    /// It was not made.
    Refused(PanelRefusal),
    /// Somebody else was there before.
    Conflict {
        /// What they made of it.
        theirs: Box<Saved<D>>,
        /// By whom, if the server tells.
        author: Option<String>,
    },
}

/// What an answer means for whoever waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answered {
    /// It was not about this.
    Ignored,
    /// It is saved, as this.
    Done(Option<Made>),
    /// There is more to do: see [`Saving::stage`].
    Open,
}

impl<D: Typed> Saving<D> {
    /// Whether anything is other than it was.
    pub fn is_changed(&self) -> bool {
        self.draft != self.before || D::has_more(self)
    }

    /// Whether it is on its way.
    pub fn is_saving(&self) -> bool {
        matches!(self.stage, Stage::Saving(_))
    }

    /// What is wrong with it as it is typed.
    pub fn problem(&self) -> Option<DraftProblem> {
        self.draft.clone().checked().err()
    }

    /// Something is typed: what was said of before it is no longer so.
    pub fn touch(&mut self) {
        if let Stage::Refused(_) = self.stage {
            self.stage = Stage::Typing;
        }
    }

    /// What to ask the worker for under this name; `None` while it is on its way, or where something is wrong with it.
    pub fn submit(&mut self, change: PanelChangeId) -> Option<PanelChange> {
        if self.is_saving() {
            return None;
        }
        let draft = match D::take_in(self).and_then(|()| self.draft.clone().checked()) {
            Ok(draft) => draft.into(),
            Err(problem) => {
                self.stage = Stage::Refused(PanelRefusal::Draft(problem));
                return None;
            }
        };
        self.stage = Stage::Saving(change);
        Some(match &self.target {
            Target::New => PanelChange::Create { draft },
            Target::Known { id, version } => PanelChange::Replace {
                id: id.clone(),
                version: version.clone(),
                draft,
            },
        })
    }

    /// The answer to a change.
    pub fn answer(&mut self, change: &PanelChangeId, verdict: PanelVerdict) -> Answered {
        if self.stage != Stage::Saving(change.clone()) {
            return Answered::Ignored;
        }
        self.stage = match verdict {
            PanelVerdict::Done { made } => return Answered::Done(made),
            PanelVerdict::Conflict { theirs, author } => match theirs.narrow() {
                Some(theirs) => Stage::Conflict {
                    theirs: Box::new(theirs),
                    author,
                },
                None => Stage::Refused(PanelRefusal::NotReadable),
            },
            PanelVerdict::Refused { reason } => Stage::Refused(reason),
        };
        Answered::Open
    }

    /// Another worker has come, which knows nothing of it. Asking again is safe.
    pub fn lose(&mut self) {
        if self.is_saving() {
            self.stage = Stage::Refused(PanelRefusal::NoAnswer);
        }
    }

    /// Mine shall be in place of theirs, which was seen: it can be submitted again.
    pub fn keep_mine(&mut self) {
        if let Stage::Conflict { theirs, .. } = &self.stage {
            self.target = Target::Known {
                id: theirs.id.clone(),
                version: theirs.version.clone(),
            };
            self.stage = Stage::Typing;
        }
    }

    /// Theirs shall be: what can be changed from now on is what they made.
    pub fn take_theirs(&mut self) {
        if let Stage::Conflict { theirs, .. } = &self.stage {
            let theirs = Saved::clone(theirs);
            self.target = Target::Known {
                id: theirs.id,
                version: theirs.version,
            };
            self.draft = theirs.draft;
            self.typed = D::Beside::default();
            self.before = self.draft.clone();
            self.stage = Stage::Typing;
        }
    }
}
