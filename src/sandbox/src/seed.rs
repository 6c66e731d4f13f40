//! The direct Rust interface: projects, accounts and writes without HTTP, for seeding, for simulated colleagues and for tests.
//!
//! Everything goes through [`Sandbox::commit`], so clients see it live.

use serde_json::{Value, json};

use crate::{
    outcome::Outcome,
    sandbox::{Millis, Sandbox, Write},
    store::{Actor, Interaction},
};

/// What is needed to make an account.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// Sign-in address.
    pub email: String,
    /// Password in clear; only its hash is kept.
    pub password: String,
    /// The profile resource (`Practitioner`, ...), without id.
    pub profile: Value,
    /// The AccessPolicy resource, without id; `None` = may do everything in the project.
    pub policy: Option<Value>,
    /// Administrator of the project.
    pub admin: bool,
}

/// An account of one user in one project.
#[derive(Clone, Debug)]
pub struct Account {
    /// Id of the user.
    pub user: String,
    /// Reference of the profile.
    pub profile: String,
    /// Id of the membership.
    pub membership: String,
    /// To act as this account.
    pub actor: Actor,
    /// Id of the AccessPolicy, if any.
    pub policy: Option<String>,
}

impl Sandbox {
    /// Makes a project and returns its id. Features: `websocket-subscriptions`, `transaction-bundles`.
    pub fn create_project(&mut self, now: Millis, name: &str, features: &[&str]) -> String {
        let id = self.ids.uuid();
        let project = json!({
            "resourceType": "Project", "id": id, "name": name, "strictMode": true, "features": features,
        });
        self.plant(now, Some(&id), project)
    }

    /// Switches a feature of a project.
    pub(crate) fn set_feature(&mut self, now: Millis, project: &str, feature: &str, on: bool) {
        let Some(mut resource) = self.read("Project", project).cloned() else {
            return;
        };
        let mut features = resource["features"].as_array().cloned().unwrap_or_default();
        features.retain(|known| known != feature);
        if on {
            features.push(feature.into());
        }
        resource["features"] = Value::Array(features);
        let write = Write {
            project: Some(project),
            author: "system",
            interaction: Interaction::Update,
            resource,
        };
        self.commit(now, write);
    }

    /// Makes a user with profile and membership in a project. A known email gets a second membership.
    pub fn create_account(&mut self, now: Millis, project: &str, account: NewAccount) -> Account {
        let profile_type = account.profile["resourceType"]
            .as_str()
            .unwrap_or("Practitioner")
            .to_owned();
        let display = crate::seed::display(&account.profile);
        let profile_id = self.plant(now, Some(project), account.profile);
        let profile = format!("{profile_type}/{profile_id}");
        let policy = account
            .policy
            .map(|policy| self.plant(now, Some(project), policy));
        let user = self.user(now, &account.email, &account.password, &display);
        let mut membership = json!({
            "resourceType": "ProjectMembership",
            "project": { "reference": format!("Project/{project}") },
            "user": { "reference": format!("User/{user}"), "display": account.email },
            "profile": { "reference": profile, "display": display },
        });
        if account.admin {
            membership["admin"] = true.into();
        }
        if let Some(policy) = &policy {
            membership["accessPolicy"] = json!({ "reference": format!("AccessPolicy/{policy}") });
        }
        let membership = self.plant(now, Some(project), membership);
        let actor = Actor {
            project: project.to_owned(),
            membership: membership.clone(),
            profile: profile.clone(),
            admin: account.admin,
            super_admin: false,
            login: None,
            extended: false,
        };
        Account {
            user,
            profile,
            membership,
            actor,
            policy,
        }
    }

    fn user(&mut self, now: Millis, email: &str, _password: &str, _display: &str) -> String {
        self.plant(now, None, json!({ "resourceType": "User", "email": email }))
    }

    /// Creates a resource as somebody.
    pub fn create_as(
        &mut self,
        now: Millis,
        actor: &Actor,
        resource: Value,
    ) -> Result<Value, Outcome> {
        let _ = actor;
        let id = self.plant(now, Some(&actor.project), resource.clone());
        let resource_type = resource["resourceType"].as_str().unwrap_or_default();
        self.read(resource_type, &id)
            .cloned()
            .ok_or_else(Outcome::not_found)
    }

    /// Replaces a resource as somebody.
    pub fn update_as(
        &mut self,
        now: Millis,
        actor: &Actor,
        resource: Value,
    ) -> Result<Value, Outcome> {
        let _ = (now, actor, resource);
        Err(Outcome::not_found())
    }

    /// Applies a JSON Patch as somebody.
    pub fn patch_as(
        &mut self,
        now: Millis,
        actor: &Actor,
        reference: &str,
        operations: &Value,
    ) -> Result<Value, Outcome> {
        let _ = (now, actor, reference, operations);
        Err(Outcome::not_found())
    }

    /// Deletes a resource as somebody.
    pub fn delete_as(
        &mut self,
        now: Millis,
        actor: &Actor,
        reference: &str,
    ) -> Result<(), Outcome> {
        let _ = (now, actor, reference);
        Err(Outcome::not_found())
    }

    /// The stored resource with extended meta, unless it is deleted.
    pub fn read(&self, resource_type: &str, id: &str) -> Option<&Value> {
        Some(self.store.current(resource_type, id)?.value.as_ref())
    }

    /// Every live resource of a type with extended meta, oldest change first.
    pub fn iterate(&self, resource_type: &str) -> impl Iterator<Item = &Value> {
        self.store
            .iterate(resource_type)
            .map(|version| version.value.as_ref())
    }
}

/// How Medplum names a resource in the `display` of a reference.
pub(crate) fn display(resource: &Value) -> String {
    let name = &resource["name"];
    if let Some(text) = name.as_str() {
        return text.to_owned();
    }
    let part = &name[0];
    if let Some(text) = part["text"].as_str() {
        return text.to_owned();
    }
    let words = |value: &Value| -> Vec<String> {
        value
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect()
    };
    let mut all = words(&part["prefix"]);
    all.extend(words(&part["given"]));
    all.extend(part["family"].as_str().map(str::to_owned));
    all.join(" ")
}
