//! What can be sent of the edits of one resource against one version of it, in one patch. Pure.

use super::{ended::bring_back, entry::Entry};
use crate::{
    edit::{
        document::Document,
        merge::{Merged, merge},
        patch::Patch,
    },
    identity::ResourceType,
    protocol::{FieldChange, RollbackReason},
};

/// What becomes of an edit that is not sent.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Verdict {
    /// The version holds it.
    Settled,
    /// The user has to decide.
    Ask,
    /// It is not made.
    RollBack(RollbackReason),
}

/// An edit that is sent.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Going {
    /// Its number.
    pub(super) number: u64,
    /// What it replaces of others because the last writer wins.
    pub(super) overwrites: Vec<FieldChange>,
    /// What it and the edits before it change all together.
    pub(super) leads_to: Vec<FieldChange>,
}

/// See the module.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Plan {
    /// Edits that go, in order.
    pub(super) going: Vec<Going>,
    /// What they change all together: several edits of one field are one change.
    pub(super) changes: Vec<FieldChange>,
    /// The patch.
    pub(super) patch: Vec<serde_json::Value>,
    /// What becomes of others. An edit that is in neither list waits: it follows on one that does not go, or is in dispute with
    /// nothing but one that goes, and what the user would be asked about is not there yet.
    pub(super) verdicts: Vec<(u64, Verdict)>,
}

/// Plans the edits, given in order.
pub(super) fn plan<'a>(
    kind: &ResourceType,
    document: &Document,
    edits: impl IntoIterator<Item = (u64, &'a Entry)>,
) -> Plan {
    let mut after = document.clone();
    let mut plan = Plan {
        going: Vec::new(),
        changes: Vec::new(),
        patch: Vec::new(),
        verdicts: Vec::new(),
    };
    let mut halted: Vec<&Entry> = Vec::new();
    let mut replaced: Vec<(&Entry, Vec<FieldChange>)> = Vec::new();
    for (number, edit) in edits {
        if halted.iter().any(|before| before.touches(&edit.changes)) {
            halted.push(edit);
            continue;
        }
        let going = |overwrites, leads_to: &[FieldChange]| Going {
            number,
            overwrites,
            leads_to: leads_to.to_vec(),
        };
        let mut wanted = edit.changes.clone();
        for (undone, overwrites) in &replaced {
            if edit.takes_back(undone) {
                bring_back(&mut wanted, overwrites);
            }
        }
        let verdict = match merge(kind, &wanted, &after, edit.undoes) {
            Merged::Settled => {
                let already = merge(kind, &wanted, document, edit.undoes);
                if already != Merged::Settled {
                    // It is what the edits before it lead to.
                    plan.going.push(going(Vec::new(), &plan.changes));
                    continue;
                }
                Verdict::Settled
            }
            Merged::Apply {
                changes,
                overwrites,
            } => match Patch::of(&after, &changes) {
                Ok(patch) => {
                    after.body = patch.body;
                    plan.changes = coalesce(plan.changes, changes);
                    replaced.push((edit, overwrites.clone()));
                    plan.going.push(going(overwrites, &plan.changes));
                    continue;
                }
                Err(_) => Verdict::RollBack(RollbackReason::Malformed),
            },
            Merged::Ask if merge(kind, &wanted, document, edit.undoes) != Merged::Ask => {
                halted.push(edit);
                continue;
            }
            Merged::Ask => Verdict::Ask,
            Merged::RollBack(reason) => Verdict::RollBack(reason),
        };
        if verdict != Verdict::Settled {
            halted.push(edit);
        }
        plan.verdicts.push((number, verdict));
    }
    // It was built step by step just now, so that the whole can be built.
    plan.patch =
        Patch::of(document, &plan.changes).map_or_else(|_| Vec::new(), |patch| patch.operations);
    plan
}

/// Adds changes to those before them: what is changed twice goes from the first value to the last.
pub(super) fn coalesce(
    mut changes: Vec<FieldChange>,
    later: impl IntoIterator<Item = FieldChange>,
) -> Vec<FieldChange> {
    for change in later {
        let before = changes.iter_mut().find(|before| {
            before.is_followed_by(&change)
                && (!change.field.is_list() || before.wanted.same(&change.seen))
        });
        match before {
            Some(before) => before.wanted = change.wanted,
            None => changes.push(change),
        }
    }
    changes.retain(|change| !change.seen.same(&change.wanted));
    changes
}
