//! What the access policy of the user lets them edit, as `auth/me` gives it resolved (`transcripts/01c-me-userinfo-profiles.json`).
//!
//! A hint for the screen: what may not be done is shown as such, with the reason. The server decides.

use serde::{Deserialize, Serialize};

use crate::{
    hidden::{HiddenElements, Hiding, either},
    identity::ResourceType,
    protocol::{EditField, FieldBar, FieldChange, FieldValue},
};

pub use crate::protocol::EditBar;

/// The rules of a policy. No rule: everything is allowed, as with a policy that could not be read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Permissions {
    rules: Vec<Rule>,
}

/// What of a record is not for the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Veil<'a> {
    /// Nothing.
    None,
    /// These fields, as dotted paths.
    Fields(&'a [String]),
    /// It depends on which rule covers the record: only a read tells.
    Unknown,
}

/// One rule of a policy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Rule {
    resource_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    criteria: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    readonly: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    interaction: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hidden_fields: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    readonly_fields: Vec<String>,
}

impl Permissions {
    /// The permissions of an `AccessPolicy`; of anything else, none that restrict.
    pub fn parse(policy: &str) -> Self {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Policy {
            resource: Vec<Rule>,
        }
        let policy: Policy = serde_json::from_str(policy).unwrap_or_default();
        Self {
            rules: policy.resource,
        }
    }

    /// Whether a field of resources of a type may be edited. With several rules for a type the most generous counts: which of
    /// them covers a record only the server knows.
    pub fn may_edit(&self, kind: &ResourceType, field: EditField) -> Result<(), EditBar> {
        if self.rules.is_empty() {
            return Ok(());
        }
        let mut bar = EditBar::TypeHidden;
        for rule in self.rules_for(kind) {
            match rule.bar(field) {
                None => return Ok(()),
                Some(found) => bar = found,
            }
        }
        Err(bar)
    }

    /// The fields of a type that may not be edited.
    pub(crate) fn bars(&self, kind: &ResourceType) -> Vec<FieldBar> {
        let fields = EditField::ALL.iter().copied();
        let fields = fields.filter(|field| field.belongs_to(kind));
        let bars = fields.filter_map(|field| {
            let bar = self.may_edit(kind, field).err()?;
            Some(FieldBar { field, bar })
        });
        bars.collect()
    }

    /// Whether resources of a type may be created and changed.
    pub fn may_write(&self, kind: &ResourceType) -> Result<(), EditBar> {
        if self.rules.is_empty() {
            return Ok(());
        }
        let mut bar = EditBar::TypeHidden;
        for rule in self.rules_for(kind) {
            if rule.writes() {
                return Ok(());
            }
            bar = EditBar::TypeReadOnly;
        }
        Err(bar)
    }

    /// Whether a change may be made: the field may be edited, and the record stays where the user can see it (a task cannot
    /// be handed over where only own tasks may be seen: `transcripts/07a-restricted-rest.json`).
    pub fn may_make(&self, kind: &ResourceType, change: &FieldChange) -> Result<(), EditBar> {
        self.may_edit(kind, change.field)?;
        if change.field != EditField::Owner || self.rules.is_empty() {
            return Ok(());
        }
        let stays = self.rules_for(kind).any(|rule| {
            rule.bar(change.field).is_none()
                && rule.owner().is_none_or(|owner| owns(owner, &change.wanted))
        });
        if stays {
            Ok(())
        } else {
            Err(EditBar::WouldLeaveSight)
        }
    }

    /// What keeps a field of a record from becoming anything else than it is: [`Self::may_edit`], and of an owner that no other
    /// may be.
    pub fn may_change(
        &self,
        kind: &ResourceType,
        field: EditField,
        value: &FieldValue,
    ) -> Result<(), EditBar> {
        self.may_edit(kind, field)?;
        if field != EditField::Owner || self.rules.is_empty() {
            return Ok(());
        }
        let mut open = self
            .rules_for(kind)
            .filter(|rule| rule.bar(field).is_none());
        let leaves_room = open.any(|rule| {
            let named = rule
                .owner()
                .into_iter()
                .flat_map(|owners| owners.split(','));
            rule.owner().is_none() || named.into_iter().any(|owner| !owns(owner, value))
        });
        if leaves_room {
            Ok(())
        } else {
            Err(EditBar::WouldLeaveSight)
        }
    }

    /// What of a frame may be taken: Medplum 5.0.10 sends what the policy hides (`transcripts/07b-restricted-events.json`).
    pub(crate) fn veil(&self, kind: &ResourceType) -> Veil<'_> {
        let mut rules = self.covering(kind);
        let Some(first) = rules.next() else {
            return Veil::None;
        };
        let fields = &first.hidden_fields;
        if rules.any(|rule| rule.hidden_fields != *fields) {
            Veil::Unknown
        } else if fields.is_empty() {
            Veil::None
        } else {
            Veil::Fields(fields)
        }
    }

    /// What the user does not get to see. A record is shown as the first rule tells that covers it, and which one that is only the
    /// server knows: what some of them hide may be missing or hidden (Medplum's `satisfiedAccessPolicy`).
    pub(crate) fn hidden(&self) -> HiddenElements {
        let elements = HiddenElements::by_path(|kind, path| {
            let hiding = self.covering(kind).map(|rule| rule.hides(path));
            hiding.reduce(either).flatten()
        });
        let kinds = [ResourceType::Task, ResourceType::Patient];
        kinds.into_iter().fold(elements, |elements, kind| {
            let rules = self.covering(&kind).map(|rule| rule.hidden_fields.clone());
            let rules = rules.collect();
            elements.with_fields(kind, rules)
        })
    }

    /// The rules by which a record of a type may be read, in their order, up to one that covers whatever those before it do not.
    fn covering(&self, kind: &ResourceType) -> impl Iterator<Item = &Rule> {
        let rules = self.rules.iter().filter(|rule| rule.reads(kind));
        let mut is_open = true;
        rules.take_while(move |rule| std::mem::replace(&mut is_open, rule.criteria.is_some()))
    }

    /// The rules for a type: its own, failing that those for every type.
    fn rules_for(&self, kind: &ResourceType) -> impl Iterator<Item = &Rule> {
        let named = |name: &str| self.rules.iter().any(|rule| rule.resource_type == name);
        let name = if named(kind.as_str()) {
            kind.as_str()
        } else {
            "*"
        };
        let rules = self.rules.iter();
        rules.filter(move |rule| rule.resource_type == name)
    }
}

impl Rule {
    /// Whether records of a type may be read by it.
    fn reads(&self, kind: &ResourceType) -> bool {
        let covers = self.resource_type == kind.as_str() || self.resource_type == "*";
        let may_read = self.interaction.as_ref().is_none_or(|allowed| {
            allowed
                .iter()
                .any(|name| name == "read" || name == "search")
        });
        covers && may_read
    }

    /// Whether it hides what is at a dotted path: the whole of it, or a part, of which something may be left.
    fn hides(&self, path: &str) -> Option<Hiding> {
        let within = |outer: &str, inner: &str| {
            let rest = inner.strip_prefix(outer);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let fields = &self.hidden_fields;
        if fields.iter().any(|field| within(field, path)) {
            Some(Hiding::Always)
        } else {
            let part = fields.iter().any(|field| within(path, field));
            part.then_some(Hiding::Sometimes)
        }
    }

    /// Whether records of the type may be changed by it.
    fn writes(&self) -> bool {
        let may_update = self
            .interaction
            .as_ref()
            .is_none_or(|allowed| allowed.iter().any(|name| name == "update"));
        !self.readonly && may_update
    }

    fn bar(&self, field: EditField) -> Option<EditBar> {
        let names = |fields: &[String]| {
            // `meta` is many things that have nothing to do with each other.
            let is_apart = |name: &str| {
                field == EditField::Tag && name != "meta" && !name.starts_with("meta.tag")
            };
            let mut fields = fields.iter();
            fields.any(|name| first_step(name) == field.element() && !is_apart(name))
        };
        if !self.writes() {
            Some(EditBar::TypeReadOnly)
        } else if names(&self.hidden_fields) {
            Some(EditBar::FieldHidden)
        } else if names(&self.readonly_fields) {
            Some(EditBar::FieldReadOnly)
        } else {
            None
        }
    }

    /// The owner that the criteria ask for.
    fn owner(&self) -> Option<&str> {
        let (_, query) = self.criteria.as_deref()?.split_once('?')?;
        query
            .split('&')
            .find_map(|pair| pair.strip_prefix("owner="))
    }
}

/// The element that a dotted path begins with. Who may not see or write a part of it is not asked to edit the rest.
fn first_step(path: &str) -> &str {
    path.split_once('.').map_or(path, |(first, _)| first)
}

/// Whether an owner is one of those that criteria name.
fn owns(criteria: &str, owner: &FieldValue) -> bool {
    match owner {
        FieldValue::Reference {
            reference: Some(reference),
            ..
        } => criteria.split(',').any(|named| named == reference),
        _ => false,
    }
}
