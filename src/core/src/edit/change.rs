//! Where a change stands against what a version of the resource holds.

use serde_json::Value;

use super::document::list_at;
use crate::protocol::{EditField, FieldChange, FieldValue};

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// The version holds the value seen: the change can be made.
    Seen,
    /// The version holds the value wanted: there is nothing left to do.
    Wanted,
    /// The version holds a third value.
    Other(FieldValue),
}

impl FieldChange {
    /// Where it stands.
    pub(crate) fn standing(&self, body: &Value) -> Standing {
        if self.field.is_list() {
            return self.standing_in_list(body);
        }
        let now = FieldValue::read(self.field, body);
        if now.same(&self.wanted) {
            Standing::Wanted
        } else if now.same(&self.seen) {
            Standing::Seen
        } else {
            Standing::Other(now)
        }
    }

    fn standing_in_list(&self, body: &Value) -> Standing {
        let holds = |value: &FieldValue| position(self.field, value, body).is_some();
        let (adds, removes) = (self.adds(), self.removes());
        match (holds(&self.seen), holds(&self.wanted)) {
            (false, true) => Standing::Wanted,
            (false, false) if removes => Standing::Wanted,
            (false, false) if !adds => Standing::Other(self.resembling(body)),
            _ => Standing::Seen,
        }
    }

    /// Whether it adds an element to a list.
    pub(crate) fn adds(&self) -> bool {
        self.field.is_list() && self.seen == FieldValue::Absent
    }

    /// Whether it takes an element out of a list.
    pub(crate) fn removes(&self) -> bool {
        self.field.is_list() && self.wanted == FieldValue::Absent
    }

    /// The element that somebody may have made of the one that was seen: the only one of its kind.
    fn resembling(&self, body: &Value) -> FieldValue {
        if self.field == EditField::Tag {
            // One tag says nothing of another.
            return FieldValue::Absent;
        }
        let kind_of = |value: &FieldValue| match value {
            FieldValue::Contact { system, .. } => system.clone(),
            _ => None,
        };
        let elements = list_at(body, self.field.path()).iter();
        let values = elements.map(|element| FieldValue::of_element(self.field, element));
        let mut alike = values.filter(|value| kind_of(value) == kind_of(&self.seen));
        match (alike.next(), alike.next()) {
            (Some(only), None) => only,
            _ => FieldValue::Absent,
        }
    }

    /// Whether another change is about the same thing after this one: the same field, or the element that this one made.
    pub(crate) fn is_followed_by(&self, later: &Self) -> bool {
        if self.field != later.field {
            return false;
        }
        if !self.field.is_list() {
            return true;
        }
        let meets = |value: &FieldValue| *value != FieldValue::Absent && value.same(&later.seen);
        meets(&self.wanted) || meets(&self.seen)
    }
}

/// Place of an element in its list.
pub(super) fn position(field: EditField, value: &FieldValue, body: &Value) -> Option<usize> {
    if *value == FieldValue::Absent {
        return None;
    }
    let mut elements = list_at(body, field.path()).iter();
    elements.position(|element| FieldValue::of_element(field, element).same(value))
}
