//! Creating, replacing and deleting, after policy and validation; every path ends in [`Sandbox::commit`].

use serde_json::{Value, json};

use crate::{
    ids::is_uuid,
    outcome::Outcome,
    policy::{self, Access, Policy},
    present::EXTENDED_META,
    sandbox::{Millis, Sandbox, Write},
    store::{Actor, Interaction, Version},
    time, validate,
};

impl Sandbox {
    /// Creates; the id of the body is ignored.
    pub(crate) fn create(
        &mut self,
        now: Millis,
        actor: &Actor,
        name: &str,
        body: Value,
    ) -> Result<Version, Outcome> {
        let id = self.ids.uuid();
        self.create_with_id(now, actor, name, body, id)
    }

    /// Creates under an id that was chosen before, as bundles do for references between their entries.
    pub(crate) fn create_with_id(
        &mut self,
        now: Millis,
        actor: &Actor,
        name: &str,
        mut body: Value,
        id: String,
    ) -> Result<Version, Outcome> {
        check_type(name, &body)?;
        let policy = self.policy(actor)?;
        if !policy.can(Access::Create, name) {
            return Err(Outcome::forbidden());
        }
        let (project, at) = self.claims(now, actor, &body);
        body["id"] = id.into();
        clean(&mut body, None);
        body["meta"]["project"] = project.clone().into();
        let entry = policy
            .entry_for(Access::Create, &self.store, &body)
            .ok_or_else(Outcome::forbidden)?;
        policy::restore(entry, &mut body, None);
        validate::check(&body)?;
        self.take_conflict()?;
        let write = Write {
            project: Some(&project),
            author: &actor.profile,
            interaction: Interaction::Create,
            resource: body,
        };
        Ok(self.commit(at, write))
    }

    /// Replaces. A deleted one is restored, whatever `If-Match` says (`transcripts/05b`).
    pub(crate) fn update(
        &mut self,
        now: Millis,
        actor: &Actor,
        mut body: Value,
        if_match: Option<&str>,
    ) -> Result<Version, Outcome> {
        let name = body["resourceType"].as_str().unwrap_or_default().to_owned();
        let id = body["id"].as_str().unwrap_or_default().to_owned();
        let policy = self.policy(actor)?;
        let row = self.visible_row_for_write(&policy, Access::Update, &name, &id)?;
        let newest = row.newest().ok_or_else(Outcome::not_found)?.clone();
        if !newest.deleted {
            check_if_match(if_match, &newest.version_id)?;
        }
        let stored = newest.value.clone();
        let (_, at) = self.claims(now, actor, &body);
        clean(&mut body, Some(&stored));
        if let Some(entry) = policy.entry_for(Access::Update, &self.store, &stored) {
            policy::restore(entry, &mut body, Some(&stored));
        }
        validate::check(&body)?;
        if !newest.deleted && is_same(&body, &stored) {
            return Ok(newest);
        }
        if policy
            .entry_for(Access::Update, &self.store, &body)
            .is_none()
        {
            return Err(Outcome::forbidden());
        }
        self.take_conflict()?;
        let project = stored["meta"]["project"].as_str().map(str::to_owned);
        let write = Write {
            project: project.as_deref(),
            author: &actor.profile,
            interaction: Interaction::Update,
            resource: body,
        };
        Ok(self.commit(at, write))
    }

    /// Deletes; deleting again is fine.
    pub(crate) fn remove(
        &mut self,
        now: Millis,
        actor: &Actor,
        name: &str,
        id: &str,
        if_match: Option<&str>,
    ) -> Result<(), Outcome> {
        let policy = self.policy(actor)?;
        let row = self.visible_row_for_write(&policy, Access::Delete, name, id)?;
        let newest = row.newest().ok_or_else(Outcome::not_found)?.clone();
        if newest.deleted {
            return Ok(());
        }
        if self.options.behaviour.if_match_on_delete {
            check_if_match(if_match, &newest.version_id)?;
        }
        self.take_conflict()?;
        let project = newest.value["meta"]["project"].as_str().map(str::to_owned);
        let write = Write {
            project: project.as_deref(),
            author: &actor.profile,
            interaction: Interaction::Delete,
            resource: newest.value.as_ref().clone(),
        };
        self.commit(now, write);
        Ok(())
    }

    /// 403 by type, 404 by content.
    pub(super) fn visible_row_for_write(
        &self,
        policy: &Policy,
        access: Access,
        name: &str,
        id: &str,
    ) -> Result<&crate::store::Row, Outcome> {
        if !policy.can(access, name) {
            return Err(Outcome::forbidden());
        }
        let row = is_uuid(id)
            .then(|| self.store.row(name, id))
            .flatten()
            .ok_or_else(Outcome::not_found)?;
        let newest = row.newest().ok_or_else(Outcome::not_found)?;
        let hidden = newest.deleted && policy.has_criteria(name);
        if hidden
            || policy
                .entry_for(access, &self.store, &newest.value)
                .is_none()
        {
            return Err(Outcome::not_found());
        }
        Ok(row)
    }

    /// The project and time of a write: a super admin may choose both (`transcripts/06a`, `08b`).
    fn claims(&self, now: Millis, actor: &Actor, body: &Value) -> (String, Millis) {
        if !actor.super_admin {
            return (actor.project.clone(), now);
        }
        let project = body["meta"]["project"].as_str().unwrap_or(&actor.project);
        // What was read is sent back unchanged most of the time; only a time that is not of this resource is a choice.
        let id = body["id"].as_str().unwrap_or_default();
        let name = body["resourceType"].as_str().unwrap_or_default();
        let chosen = body["meta"]["lastUpdated"].as_str().and_then(time::parse);
        let exists = self.store.row(name, id).is_some();
        (
            project.to_owned(),
            chosen.filter(|_| !exists).unwrap_or(now),
        )
    }

    /// Makes the next writes fail with 409, as simultaneous writes do on a real server (`transcripts/05c`).
    pub fn refuse_next_writes(&mut self, count: u32) {
        self.conflicts_due = count;
    }

    fn take_conflict(&mut self) -> Result<(), Outcome> {
        if self.conflicts_due == 0 {
            return Ok(());
        }
        self.conflicts_due -= 1;
        Err(Outcome::conflict())
    }
}

/// Refuses a body of another type than the address says.
pub(super) fn check_type(name: &str, body: &Value) -> Result<(), Outcome> {
    let found = body["resourceType"].as_str().unwrap_or("<EMPTY>");
    if found == name {
        return Ok(());
    }
    Err(Outcome::bad_request(&format!(
        "Incorrect resource type: expected {name}, but found {found}"
    )))
}

/// Drops empty values and the meta that clients do not set; keeps the extended meta of what is stored.
fn clean(body: &mut Value, stored: Option<&Value>) {
    validate::drop_empty(body);
    let meta = &mut body["meta"];
    if !meta.is_object() {
        *meta = json!({});
    }
    if let Some(meta) = meta.as_object_mut() {
        for key in EXTENDED_META.iter().chain(&["versionId", "lastUpdated"]) {
            meta.remove(*key);
        }
        let kept = stored.and_then(|stored| stored["meta"].as_object());
        for key in EXTENDED_META {
            if let Some(value) = kept.and_then(|kept| kept.get(key)) {
                meta.insert(key.to_owned(), value.clone());
            }
        }
    }
}

/// `"v"` and `W/"v"` count; without double quotes, or as `*`, the header is ignored (`transcripts/05a`).
pub(super) fn check_if_match(header: Option<&str>, version_id: &str) -> Result<(), Outcome> {
    let wanted = header.and_then(|text| text.split('"').nth(1));
    match wanted {
        Some(wanted) if wanted != version_id => Err(Outcome::precondition_failed()),
        _ => Ok(()),
    }
}

/// Nothing changed but what the server itself writes.
fn is_same(body: &Value, stored: &Value) -> bool {
    let stripped = |value: &Value| {
        let mut value = value.clone();
        if let Some(meta) = value["meta"].as_object_mut() {
            for key in EXTENDED_META.iter().chain(&["versionId", "lastUpdated"]) {
                meta.remove(*key);
            }
        }
        value
    };
    stripped(body) == stripped(stored)
}
