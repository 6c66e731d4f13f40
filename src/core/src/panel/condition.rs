//! What must hold for a resource to be a row.

use super::Lookup;
use crate::fhir::{Patient, Resource, Task};

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
    /// Whether it holds for this resource. A condition on another type does not hold.
    pub fn holds(&self, resource: &Resource, lookup: &dyn Lookup) -> bool {
        match self {
            Self::TaskOpen => resource.task().is_some_and(Task::is_open),
            Self::TaskOwnedByMe => resource
                .task()
                .and_then(|task| task.owner.as_ref())
                .is_some_and(|owner| owner.is(lookup.me())),
            Self::PatientActive => resource.patient().is_some_and(Patient::is_active),
        }
    }
}
