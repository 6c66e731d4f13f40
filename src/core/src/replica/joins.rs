//! Which tasks are about which patient, so that a change of one finds the other without a scan.

use std::collections::BTreeSet;

use crate::{
    collections::Map,
    fhir::Resource,
    identity::{ResourceId, ResourceKey, ResourceType},
};

/// Index from patient to tasks.
#[derive(Debug, Default)]
pub(super) struct Joins {
    tasks: Map<ResourceId, BTreeSet<ResourceId>>,
}

impl Joins {
    pub(super) fn tasks_of(&self, patient: &ResourceId) -> impl Iterator<Item = &ResourceId> {
        self.tasks.get(patient).into_iter().flatten()
    }

    /// A row changed from one version to another.
    pub(super) fn update(
        &mut self,
        key: &ResourceKey,
        previous: Option<&Resource>,
        next: Option<&Resource>,
    ) {
        let (before, after) = (previous.and_then(patient_of), next.and_then(patient_of));
        if before == after {
            return;
        }
        if let Some(patient) = before
            && let Some(tasks) = self.tasks.get_mut(&patient)
        {
            tasks.remove(&key.id);
            if tasks.is_empty() {
                self.tasks.remove(&patient);
            }
        }
        if let Some(patient) = after {
            self.tasks
                .entry(patient)
                .or_default()
                .insert(key.id.clone());
        }
    }
}

/// The patient that a task is about.
pub(super) fn patient_of(resource: &Resource) -> Option<ResourceId> {
    let key = resource.task()?.patient.as_ref()?.key.as_ref()?;
    (key.kind == ResourceType::Patient).then(|| key.id.clone())
}
