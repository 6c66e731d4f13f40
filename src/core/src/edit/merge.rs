//! The three-way merge: what was seen, what is wanted, what the server holds.

use super::{
    change::Standing,
    document::Document,
    policy::{self, Strategy},
    transitions,
};
use crate::{
    identity::ResourceType,
    protocol::{ConflictField, EditField, FieldChange, FieldValue, RollbackReason},
};

/// What becomes of an edit against a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Merged {
    /// The version holds all of it.
    Settled,
    /// These changes have to be made, each from what the version holds.
    Apply {
        /// The changes.
        changes: Vec<FieldChange>,
        /// Those that replace what others wrote since, as they were before: the last writer wins.
        overwrites: Vec<FieldChange>,
    },
    /// The user has to decide.
    Ask,
    /// It is not made.
    RollBack(RollbackReason),
}

/// Merges the changes of one edit, which are made all together or not at all. `undoes`: it takes an earlier edit back, and is
/// no step of the workflow.
pub(crate) fn merge(
    kind: &ResourceType,
    changes: &[FieldChange],
    document: &Document,
    undoes: bool,
) -> Merged {
    let standings: Vec<_> = changes
        .iter()
        .map(|change| change.standing(&document.body))
        .collect();
    if standings
        .iter()
        .all(|standing| *standing == Standing::Wanted)
    {
        return Merged::Settled;
    }
    if let Some(reason) = policy::veto(kind, &document.body).filter(|_| !undoes) {
        return Merged::RollBack(reason);
    }
    let (mut made, mut overwrites, mut ask) = (Vec::new(), Vec::new(), false);
    for (change, standing) in changes.iter().zip(&standings) {
        match standing {
            Standing::Wanted => {}
            Standing::Seen => made.push(change.clone()),
            Standing::Other(theirs) => match policy::strategy(kind, change.field) {
                Strategy::LastWriteWins | Strategy::Merge => {
                    let over = FieldChange {
                        seen: theirs.clone(),
                        ..change.clone()
                    };
                    overwrites.push(over.clone());
                    made.push(over);
                }
                Strategy::Ask => ask = true,
                Strategy::RollBack => {
                    return Merged::RollBack(RollbackReason::ChangedMeanwhile {
                        field: change.field,
                        theirs: theirs.clone(),
                    });
                }
            },
        }
    }
    if ask {
        return Merged::Ask;
    }
    Merged::Apply {
        changes: made,
        overwrites,
    }
}

/// Every field of the edit beside what the server holds.
pub(crate) fn fields_to_decide(
    changes: &[FieldChange],
    standings: Vec<Standing>,
    undoes: bool,
) -> Vec<ConflictField> {
    let fields = changes.iter().zip(standings);
    fields
        .map(|(change, standing)| {
            let (theirs, disputed) = match standing {
                Standing::Seen => (change.seen.clone(), false),
                Standing::Wanted => (change.wanted.clone(), false),
                Standing::Other(theirs) => (theirs, true),
            };
            ConflictField {
                field: change.field,
                seen: change.seen.clone(),
                mine: change.wanted.clone(),
                mine_possible: undoes || is_possible(change.field, &theirs, &change.wanted),
                theirs,
                disputed,
            }
        })
        .collect()
}

/// Whether one value of a field may follow on another.
pub(crate) fn is_possible(field: EditField, from: &FieldValue, to: &FieldValue) -> bool {
    match (field, from, to) {
        (EditField::Status, FieldValue::Code(from), FieldValue::Code(to)) => {
            from == to || transitions::may_follow(from, to)
        }
        _ => true,
    }
}
