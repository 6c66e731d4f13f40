//! Access policies: who may do what with which resource and sees which fields (`transcripts/07a`, `07b`).
//!
//! Resolved from the store for every request, because a changed policy acts at once; kept until something it is made of is
//! written. Never talks HTTP.

mod fields;
mod known;

use std::sync::Arc;

use serde_json::{Value, json};

use crate::{search, store::Store};

pub(crate) use fields::{hide, restore};
pub(crate) use known::KnownPolicies;

/// Types an ordinary member never reaches, not even with `*`.
const PROTECTED: &[&str] = &[
    "DomainConfiguration",
    "JsonWebKey",
    "Login",
    "PasswordChangeRequest",
    "Project",
    "ProjectMembership",
    "User",
    "UserSecurityRequest",
];

/// What somebody wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    Search,
    History,
    Create,
    Update,
    Delete,
}

impl Access {
    fn writes(self) -> bool {
        matches!(self, Self::Create | Self::Update | Self::Delete)
    }

    fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Search => "search",
            Self::History => "history",
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }
}

/// One entry of an AccessPolicy.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) resource_type: String,
    pub(crate) criteria: Option<search::Criteria>,
    interaction: Option<Vec<String>>,
    readonly: bool,
    pub(crate) hidden_fields: Vec<String>,
    pub(crate) readonly_fields: Vec<String>,
}

/// The resolved policy of one membership.
#[derive(Clone, Debug)]
pub(crate) struct Policy {
    /// The AccessPolicy as `/auth/me` shows it, `%profile` replaced.
    pub(crate) resource: Value,
    entries: Vec<Entry>,
    /// Project everything must belong to; `None` for the super admin.
    pub(crate) project: Option<String>,
}

impl Policy {
    /// The policy of a membership at this moment; `None` if the membership is gone.
    pub(crate) fn of_membership(store: &Store, membership: &str) -> Option<Arc<Self>> {
        if let Some(known) = store.policies.get(membership) {
            return Some(known);
        }
        let policy = Arc::new(Self::resolve(store, membership)?);
        store.policies.keep(membership, &policy);
        Some(policy)
    }

    fn resolve(store: &Store, membership: &str) -> Option<Self> {
        let membership = &store.current("ProjectMembership", membership)?.value;
        let project_reference = membership["project"]["reference"].as_str()?;
        let project = store.resolve(project_reference)?;
        let project_id = project_reference.strip_prefix("Project/")?;
        if project.value["superAdmin"] == true {
            return Some(Self {
                resource: json!({ "resourceType": "AccessPolicy", "resource": [{ "resourceType": "*" }] }),
                entries: vec![Entry::parse(&json!({ "resourceType": "*" }))],
                project: None,
            });
        }
        let profile = membership["profile"]["reference"].as_str()?;
        let mut entries: Vec<Value> = Vec::new();
        let mut based_on = Vec::new();
        match membership["accessPolicy"]["reference"].as_str() {
            None => entries.push(json!({ "resourceType": "*" })),
            Some(reference) => {
                based_on.push(json!({ "reference": reference }));
                let policy = store.resolve(reference)?;
                for entry in policy.value["resource"].as_array().into_iter().flatten() {
                    entries.push(with_profile(entry, profile));
                }
            }
        }
        entries.push(json!({ "resourceType": "SearchParameter", "readonly": true }));
        entries.push(json!({ "resourceType": "StructureDefinition", "readonly": true }));
        if membership["admin"] == true {
            entries.extend(admin_entries(project_id));
        }
        Some(Self {
            entries: entries.iter().map(Entry::parse).collect(),
            resource: json!({ "resourceType": "AccessPolicy", "basedOn": based_on, "resource": entries }),
            project: Some(project_id.to_owned()),
        })
    }

    /// Whether anything at all of this type may be accessed so: `false` is a 403.
    pub(crate) fn can(&self, access: Access, resource_type: &str) -> bool {
        self.project.is_none() || self.entries_for(access, resource_type).next().is_some()
    }

    /// The first entry that lets this very resource through: `None` is a 404 for reads, a 403 for results of writes.
    pub(crate) fn entry_for(
        &self,
        access: Access,
        store: &Store,
        resource: &Value,
    ) -> Option<&Entry> {
        let project = resource["meta"]["project"].as_str();
        if let Some(own) = &self.project {
            let is_own_project =
                resource["resourceType"] == "Project" && resource["id"] == own.as_str();
            if project != Some(own) && !is_own_project {
                return None;
            }
        } else {
            return self.entries.first();
        }
        let resource_type = resource["resourceType"].as_str().unwrap_or_default();
        self.entries_for(access, resource_type).find(|entry| {
            let criteria = entry.criteria.as_ref();
            criteria.is_none_or(|criteria| criteria.matches(store, resource))
        })
    }

    /// Whether every resource of the type is let through untouched, so that a page needs no look at each row.
    pub(crate) fn is_open(&self, access: Access, resource_type: &str) -> bool {
        self.entries_for(access, resource_type)
            .next()
            .is_some_and(|entry| entry.criteria.is_none() && entry.hidden_fields.is_empty())
    }

    /// Whether reading the type depends on the content of rows (then there are no tombstones, `transcripts/06b`).
    pub(crate) fn has_criteria(&self, resource_type: &str) -> bool {
        self.project.is_some()
            && self
                .entries_for(Access::Read, resource_type)
                .all(|entry| entry.criteria.is_some())
    }

    fn entries_for<'a>(
        &'a self,
        access: Access,
        resource_type: &str,
    ) -> impl Iterator<Item = &'a Entry> {
        self.entries.iter().filter(move |entry| {
            let named = entry.resource_type == resource_type;
            let covered = entry.resource_type == "*"
                && (self.project.is_none() || !PROTECTED.contains(&resource_type));
            (named || covered) && entry.permits(access)
        })
    }
}

impl Entry {
    fn parse(value: &Value) -> Self {
        let strings = |key: &str| -> Vec<String> {
            let list = value[key].as_array().into_iter().flatten();
            list.filter_map(Value::as_str).map(str::to_owned).collect()
        };
        Self {
            resource_type: value["resourceType"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
            criteria: value["criteria"].as_str().and_then(search::Criteria::parse),
            interaction: value["interaction"]
                .is_array()
                .then(|| strings("interaction")),
            readonly: value["readonly"] == true,
            hidden_fields: strings("hiddenFields"),
            readonly_fields: strings("readonlyFields"),
        }
    }

    fn permits(&self, access: Access) -> bool {
        if self.readonly && access.writes() {
            return false;
        }
        match &self.interaction {
            None => true,
            Some(words) => words.iter().any(|word| word == access.word()),
        }
    }
}

/// An entry with `%profile` (and its older spellings) replaced.
fn with_profile(entry: &Value, profile: &str) -> Value {
    let mut entry = entry.clone();
    if let Some(criteria) = entry["criteria"].as_str() {
        entry["criteria"] = criteria.replace("%profile", profile).into();
    }
    entry
}

/// What a project admin has besides (`transcripts/01c`).
fn admin_entries(project: &str) -> Vec<Value> {
    vec![
        json!({
            "resourceType": "Project", "criteria": format!("Project?_id={project}"),
            "readonlyFields": ["features", "link", "systemSetting"],
            "hiddenFields": ["superAdmin", "systemSecret", "strictMode"],
        }),
        json!({ "resourceType": "ProjectMembership", "readonlyFields": ["project", "user"] }),
        json!({ "resourceType": "UserSecurityRequest", "readonly": true }),
        json!({
            "resourceType": "User", "hiddenFields": ["passwordHash", "mfaSecret"],
            "readonlyFields": ["email", "emailVerified", "mfaEnrolled", "project"],
        }),
    ]
}
