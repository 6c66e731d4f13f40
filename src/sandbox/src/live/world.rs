//! The rest of the sandbox, as the sockets see it.

use serde_json::Value;

use super::{Live, Surroundings, Write};
use crate::{
    ids::Ids,
    options::Options,
    sandbox::Millis,
    store::{Commit, Store},
};

/// What the live half may look at while it handles a commit or a frame.
#[derive(Debug)]
pub(crate) struct World<'a> {
    pub(crate) options: &'a Options,
    pub(crate) store: &'a Store,
    pub(crate) ids: &'a mut Ids,
}

impl Surroundings for World<'_> {
    fn fresh_id(&mut self) -> String {
        self.ids.uuid()
    }

    fn verify(&self, token: &str, now: Millis) -> Option<Value> {
        let _ = (token, now);
        None
    }

    fn is_login_active(&self, login: &str) -> bool {
        let _ = login;
        true
    }

    fn has_feature(&self, project: &str) -> bool {
        let Some(project) = self.store.current("Project", project) else {
            return false;
        };
        let mut features = project.value["features"].as_array().into_iter().flatten();
        features.any(|feature| feature == "websocket-subscriptions")
    }

    fn may_read(&self, membership: &str, resource: &Value) -> bool {
        let _ = (membership, resource);
        true
    }

    fn visible(&self, membership: &str, resource: &Value) -> Value {
        let _ = membership;
        resource.clone()
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
            previous: commit.previous.as_deref(),
        };
        self.committed(&mut world, &write, now);
    }
}
