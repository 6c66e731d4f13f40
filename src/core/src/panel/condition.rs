//! What must hold for a resource to be a row.

use super::Lookup;
use crate::{
    fhir::{Resource, Task},
    hidden::Element,
    text,
};

/// One condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// A task with work left to do.
    TaskOpen,
    /// A task owned by the signed-in user: compared by reference, because two people may share a name.
    TaskOwnedByMe,
    /// A patient whose record is in use.
    PatientActive,
}

impl Condition {
    /// Whether it holds for this resource. A condition on another type does not hold, nor one on what is never seen; a
    /// patient counts as active who is not seen to be otherwise.
    pub fn holds(&self, resource: &Resource, lookup: &dyn Lookup) -> bool {
        let is_seen = !lookup.hidden().is_never_seen(self.element());
        match self {
            Self::TaskOpen => is_seen && resource.task().is_some_and(Task::is_open),
            Self::TaskOwnedByMe => {
                let owner = resource.task().and_then(|task| task.owner.as_ref());
                is_seen && owner.is_some_and(|owner| owner.is(lookup.me()))
            }
            Self::PatientActive => resource
                .patient()
                .is_some_and(|patient| !is_seen || patient.is_active()),
        }
    }

    /// What it looks at.
    pub fn element(&self) -> Element {
        match self {
            Self::TaskOpen => Element::Status,
            Self::TaskOwnedByMe => Element::Owner,
            Self::PatientActive => Element::Active,
        }
    }

    /// What that is called, within a sentence.
    pub(super) fn label(&self) -> &'static str {
        match self {
            Self::TaskOpen => text::STATUS_OF_TASKS,
            Self::TaskOwnedByMe => text::OWNER_OF_TASKS,
            Self::PatientActive => text::USE_OF_PATIENTS,
        }
    }
}
