//! Panels: which resources are rows, and what their cells hold.
//!
//! The conditions here are the only truth about what belongs to a panel; they serve live events, reconciliation and cache
//! alike. What is asked of the server ([`load_criteria`]) is only a way to load less: its search and its matcher disagree
//! (Medplum 5.0.10, `transcripts/03c-criteria-matcher.json`). This module must never read a clock or a browser.

mod builtin;
mod columns;
mod condition;
mod counts;
mod filters;
mod project;
pub mod saved;
mod sources;
#[cfg(test)]
mod tests;

pub use builtin::{built_in, rows_of, usual_draft};
pub use condition::Condition;
pub use counts::{Contribution, Tally};
pub use filters::Filters;
pub(crate) use project::{
    date_cell, due_cell, instant, moment_cell, owner_cell, patient_name, person_cell, person_name,
    priority_cell, seen, sex_cell, status_cell, task_patient_id, task_title, text_cell,
};
pub(crate) use sources::Sources;

use crate::{
    fhir::{Patient, Resource},
    hidden::HiddenElements,
    identity::{ResourceId, ResourceType},
    protocol::{BlindSpot, PanelView, Row},
    query::Today,
};

/// A panel: how it looks, and which resources belong to it.
#[derive(Clone, Debug, PartialEq)]
pub struct PanelDefinition {
    /// What a tab needs to draw it.
    pub view: PanelView,
    /// All of them must hold.
    pub conditions: Vec<Condition>,
    /// So must they.
    pub filters: Filters,
    /// Its columns that show what is at a path.
    pub(crate) sources: Sources,
}

/// What a projection needs to know beyond the resource itself.
pub trait Lookup {
    /// A patient that is loaded.
    fn patient(&self, id: &ResourceId) -> Option<&Patient>;
    /// The open tasks of a patient, in no order.
    fn open_tasks_of(&self, patient: &ResourceId) -> Vec<&Resource>;
    /// Literal reference of the signed-in user, for example `Practitioner/1`.
    fn me(&self) -> &str;
    /// Now, on the wall of the user.
    fn today(&self) -> Today;
    /// What the access policy hides from the user.
    fn hidden(&self) -> &HiddenElements;
}

impl PanelDefinition {
    /// Whether the resource is a row of this panel.
    pub fn matches(&self, resource: &Resource, lookup: &dyn Lookup) -> bool {
        resource.key.kind == self.view.row_type
            && self
                .conditions
                .iter()
                .all(|condition| condition.holds(resource, lookup))
            && self.filters.hold(resource, lookup)
    }

    /// What a tab needs to draw it for somebody from whom this is hidden.
    pub fn view_for(&self, hidden: &HiddenElements) -> PanelView {
        let conditions = self.conditions.iter();
        let conditions = conditions
            .filter_map(|condition| Some((hidden.of(condition.element())?, condition.label())));
        let kind = &self.view.row_type;
        let spots = conditions.chain(self.filters.hidings(kind, hidden));
        let spots = spots.map(|(hiding, label)| BlindSpot {
            hiding,
            label: label.to_owned(),
        });
        PanelView {
            blind_spots: spots.collect(),
            ..self.view.clone()
        }
    }

    /// The row of a resource: one cell for each column.
    pub fn project(&self, resource: &Resource, lookup: &dyn Lookup) -> Row {
        Row {
            id: resource.key.id.clone(),
            version: resource.version.clone(),
            updated: resource.updated,
            cells: self.sources.cells(&self.view.columns, resource, lookup),
            pending: Vec::new(),
        }
    }
}

/// Search parameters for the first load of a type, without a leading `?`; empty loads all. Less than everything may be
/// asked for only where no panel and no drawer needs the rest.
pub fn load_criteria(kind: &ResourceType) -> &'static str {
    match kind {
        ResourceType::Task => "status=draft,requested,received,accepted,ready,in-progress,on-hold",
        ResourceType::Patient | ResourceType::Custom(_) => "",
    }
}
