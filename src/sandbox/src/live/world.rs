//! The rest of the sandbox, as the sockets see it.

use serde_json::Value;

use super::{Live, Surroundings, Write};
use crate::{
    auth::Auth,
    ids::Ids,
    options::Options,
    policy::{self, Access, Policy},
    present::EXTENDED_META,
    sandbox::Millis,
    store::{Commit, Store},
};

/// What the live half may look at while it handles a commit or a frame.
#[derive(Debug)]
pub(crate) struct World<'a> {
    pub(crate) options: &'a Options,
    pub(crate) store: &'a Store,
    pub(crate) ids: &'a mut Ids,
    pub(crate) auth: &'a Auth,
}

impl Surroundings for World<'_> {
    fn fresh_id(&mut self) -> String {
        self.ids.uuid()
    }

    fn verify(&self, token: &str, now: Millis) -> Option<Value> {
        self.auth.keys.verify(now, token).cloned()
    }

    fn is_login_active(&self, login: &str) -> bool {
        self.auth.is_alive(login)
    }

    fn has_feature(&self, project: &str) -> bool {
        let Some(project) = self.store.current("Project", project) else {
            return false;
        };
        let mut features = project.value["features"].as_array().into_iter().flatten();
        features.any(|feature| feature == "websocket-subscriptions")
    }

    fn may_read(&self, membership: &str, resource: &Value) -> bool {
        let Some(policy) = Policy::of_membership(self.store, membership) else {
            return false;
        };
        let entry = policy.entry_for(Access::Read, self.store, resource);
        entry.is_some()
    }

    fn visible(&self, membership: &str, resource: &Value) -> Value {
        let mut visible = resource.clone();
        if let Some(policy) = Policy::of_membership(self.store, membership)
            && let Some(entry) = policy.entry_for(Access::Read, self.store, resource)
        {
            policy::hide(entry, &mut visible);
        }
        if let Some(meta) = visible["meta"].as_object_mut() {
            for name in EXTENDED_META {
                meta.remove(name);
            }
        }
        visible
    }

    fn with_signed_attachments(&mut self, resource: &Value, now: Millis) -> Option<Value> {
        let _ = (resource, now);
        None
    }

    fn fhir_base(&self) -> String {
        format!("{}fhir/R4/", self.options.base_url)
    }
}

impl Live {
    /// Called once for every successful write, inside the write.
    pub(crate) fn on_commit(&mut self, now: Millis, commit: &Commit, mut world: World<'_>) {
        let Some(project) = &commit.project else {
            return;
        };
        let write = Write {
            project,
            interaction: commit.interaction,
            resource: &commit.current,
            previous: commit.previous.as_ref(),
        };
        self.committed(&mut world, &write, now);
    }
}
