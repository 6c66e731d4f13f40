//! What happens when two people change the same field: the table.
//!
//! Where a mistake harms a patient the user is asked: who does it, whether, how urgently, by when, where somebody is reached.
//! Nothing of that is ever merged in silence.

use serde_json::Value;

use super::document::text_at;
use crate::{
    identity::ResourceType,
    protocol::{EditField, RollbackReason},
};

/// What becomes of an edit whose field somebody else has changed to a third value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// The last writer wins; what was replaced is told and can be brought back.
    LastWriteWins,
    /// Both stay: elements are added to a list.
    Merge,
    /// The user decides.
    Ask,
    /// The edit is rolled back with the reason; what was typed is kept.
    RollBack,
}

/// A row of the table.
type Rule = (ResourceType, EditField, Strategy);

/// The table. A field that is not in it asks.
const TABLE: [Rule; 12] = [
    (ResourceType::Task, EditField::Status, Strategy::Ask),
    (ResourceType::Task, EditField::Priority, Strategy::Ask),
    (ResourceType::Task, EditField::Owner, Strategy::Ask),
    (ResourceType::Task, EditField::Due, Strategy::Ask),
    // A label of the ward's own workflow, often set by an automaton; the status beside it is what counts.
    (
        ResourceType::Task,
        EditField::BusinessStatus,
        Strategy::LastWriteWins,
    ),
    (ResourceType::Task, EditField::Note, Strategy::Merge),
    (ResourceType::Task, EditField::Tag, Strategy::Merge),
    // The number that was to be corrected is not there any longer: somebody was faster, and has corrected or removed it.
    (ResourceType::Patient, EditField::Contact, Strategy::Ask),
    (
        ResourceType::Patient,
        EditField::AddressLines,
        Strategy::Ask,
    ),
    (ResourceType::Patient, EditField::AddressCity, Strategy::Ask),
    (
        ResourceType::Patient,
        EditField::AddressPostalCode,
        Strategy::Ask,
    ),
    // Made of the parts by whoever wrote them last: to put an older one over it would contradict them.
    (
        ResourceType::Patient,
        EditField::AddressText,
        Strategy::RollBack,
    ),
];

/// The strategy for a field.
pub fn strategy(kind: &ResourceType, field: EditField) -> Strategy {
    let rule = TABLE
        .iter()
        .find(|(of, named, _)| of == kind && *named == field);
    rule.map_or(Strategy::Ask, |(_, _, strategy)| *strategy)
}

/// What rolls back every edit of a resource, whatever its field.
pub(super) fn veto(kind: &ResourceType, body: &Value) -> Option<RollbackReason> {
    let voided = *kind == ResourceType::Task
        && text_at(body, EditField::Status.path()) == Some("entered-in-error");
    voided.then_some(RollbackReason::Voided)
}
