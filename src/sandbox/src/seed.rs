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
        let profile_name = display(&account.profile);
        let mut account = account;
        // An invited practitioner gets the address as telecom (`transcripts/01c`).
        if profile_type == "Practitioner" && account.profile["telecom"].is_null() {
            account.profile["telecom"] =
                json!([{ "system": "email", "use": "work", "value": account.email }]);
        }
        let profile_id = self.plant(now, Some(project), account.profile);
        let profile = format!("{profile_type}/{profile_id}");
        let policy = account
            .policy
            .map(|policy| self.plant(now, Some(project), policy));
        let user = self.user(now, &account.email, &account.password);
        let project_name = self
            .read("Project", project)
            .map(display)
            .unwrap_or_default();
        let mut membership = json!({
            "resourceType": "ProjectMembership",
            "project": { "reference": format!("Project/{project}"), "display": project_name },
            "user": { "reference": format!("User/{user}"), "display": account.email },
            "profile": { "reference": profile, "display": profile_name },
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

    /// Makes a client application with a membership; its secret is drawn from the seed.
    pub fn create_client(&mut self, now: Millis, project: &str, application: Value) -> Account {
        let mut application = application;
        application["resourceType"] = "ClientApplication".into();
        if application["secret"].is_null() {
            application["secret"] = self.ids.secret(32).into();
        }
        let display = display(&application);
        let id = self.plant(now, Some(project), application);
        let profile = format!("ClientApplication/{id}");
        let reference = json!({ "reference": profile, "display": display });
        let membership = json!({
            "resourceType": "ProjectMembership",
            "project": { "reference": format!("Project/{project}") },
            "user": reference, "profile": reference,
        });
        let membership = self.plant(now, Some(project), membership);
        let actor = Actor {
            project: project.to_owned(),
            membership: membership.clone(),
            profile: profile.clone(),
            admin: false,
            super_admin: false,
            login: None,
            extended: false,
        };
        Account {
            user: profile.clone(),
            profile,
            membership,
            actor,
            policy: None,
        }
    }

    /// Makes the administrator of the server, who sees every project and never gets a refresh token.
    pub fn create_super_admin(&mut self, now: Millis, email: &str, password: &str) -> Account {
        let id = self.ids.uuid();
        let project = json!({
            "resourceType": "Project", "id": id, "name": "Super Admin", "superAdmin": true, "strictMode": true,
        });
        self.plant(now, Some(&id), project);
        let account = NewAccount {
            email: email.to_owned(),
            password: password.to_owned(),
            profile: json!({
                "resourceType": "Practitioner", "name": [{ "given": ["Medplum"], "family": "Admin" }],
            }),
            policy: None,
            admin: true,
        };
        let mut account = self.create_account(now, &id, account);
        account.actor.super_admin = true;
        account
    }

    /// The user with this address, made if there is none.
    fn user(&mut self, now: Millis, email: &str, password: &str) -> String {
        if let Some(user) = self.user_of(email) {
            return user.trim_start_matches("User/").to_owned();
        }
        let id = self.ids.uuid();
        let hash = crate::auth::hash_password(&format!("User/{id}"), password);
        let user =
            json!({ "resourceType": "User", "id": id, "email": email, "passwordHash": hash });
        self.plant(now, None, user)
    }

    /// Creates a resource as somebody and returns its id: for those who file thousands.
    pub fn file_as(
        &mut self,
        now: Millis,
        actor: &Actor,
        resource: Value,
    ) -> Result<String, Outcome> {
        let name = resource["resourceType"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let version = self.create(now, actor, &name, resource)?;
        Ok(version.value["id"].as_str().unwrap_or_default().to_owned())
    }

    /// Creates a resource as somebody.
    pub fn create_as(
        &mut self,
        now: Millis,
        actor: &Actor,
        resource: Value,
    ) -> Result<Value, Outcome> {
        let name = resource["resourceType"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let version = self.create(now, actor, &name, resource)?;
        Ok(version.value.as_ref().clone())
    }

    /// Replaces a resource as somebody.
    pub fn update_as(
        &mut self,
        now: Millis,
        actor: &Actor,
        resource: Value,
    ) -> Result<Value, Outcome> {
        let version = self.update(now, actor, resource, None)?;
        Ok(version.value.as_ref().clone())
    }

    /// Applies a JSON Patch as somebody.
    pub fn patch_as(
        &mut self,
        now: Millis,
        actor: &Actor,
        reference: &str,
        operations: &Value,
    ) -> Result<Value, Outcome> {
        let (name, id) = reference.split_once('/').ok_or_else(Outcome::not_found)?;
        let version = self.apply_patch(now, actor, name, id, operations, None)?;
        Ok(version.value.as_ref().clone())
    }

    /// Deletes a resource as somebody.
    pub fn delete_as(
        &mut self,
        now: Millis,
        actor: &Actor,
        reference: &str,
    ) -> Result<(), Outcome> {
        let (name, id) = reference.split_once('/').ok_or_else(Outcome::not_found)?;
        self.remove(now, actor, name, id, None)
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
