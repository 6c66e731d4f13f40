//! What a simulation asks of a sandbox and no client can: another seed for a copy, who may read what, and writes in
//! contention, whose order is a lie.
//!
//! Never used by the server shell.

use serde_json::Value;

use crate::{
    outcome::Outcome,
    policy::{Access, Policy},
    sandbox::{Millis, Sandbox, Write},
    store::{Actor, Interaction, Version},
};

/// Versions in contention are stamped up to so much before they are committed, in no order
/// (`transcripts/03e-concurrent-writes-one-resource.json`: up to 483 ms).
pub const CONTENTION_SPREAD_MS: Millis = 483;

impl Sandbox {
    /// Draws everything random from another seed from now on: a prepared sandbox is copied once per run.
    pub fn reseed(&mut self, seed: u64) {
        self.ids = crate::ids::Ids::new(seed);
        self.live.faults = crate::live::EventFaults::new(seed);
    }

    /// Other options for a copy. The kind of signatures stays as it was.
    pub fn reconfigure(&mut self, options: crate::options::Options) {
        self.live.set_options(options.live);
        self.options = options;
    }

    /// Whether this membership may read this resource now.
    pub fn may_read(&self, membership: &str, resource: &Value) -> bool {
        Policy::of_membership(&self.store, membership).is_some_and(|policy| {
            let entry = policy.entry_for(Access::Read, &self.store, resource);
            entry.is_some()
        })
    }

    /// From now on writes are stamped so long before they become visible, as those of a long transaction are
    /// (`transcripts/06e-transactions.json`: up to 583 ms).
    pub fn stamp_early(&mut self, by_ms: Millis) {
        self.stamp_lag_ms = by_ms;
    }

    /// Several unguarded writes of one resource at once: they are committed in the order given, but stamped in another and
    /// announced in a third (`transcripts/03e-concurrent-writes-one-resource.json`). Returns the version that stays.
    pub fn contend_as(
        &mut self,
        now: Millis,
        actor: &Actor,
        versions: Vec<Value>,
        rng: &mut fastrand::Rng,
    ) -> Result<Option<Version>, Outcome> {
        let mut stays = None;
        self.begin();
        let lag_ms = self.stamp_lag_ms;
        for resource in versions {
            // Two of the same millisecond are the rule, not the exception.
            self.stamp_lag_ms = [0, 0, rng.i64(0..=CONTENTION_SPREAD_MS)][rng.usize(..3)];
            match self.update(now, actor, resource, None) {
                Ok(version) => stays = Some(version),
                Err(refusal) => {
                    self.stamp_lag_ms = lag_ms;
                    self.finish_transaction(now);
                    return Err(refusal);
                }
            }
        }
        self.stamp_lag_ms = lag_ms;
        if let Some(pending) = &mut self.pending {
            rng.shuffle(pending);
        }
        self.finish_transaction(now);
        Ok(stays)
    }

    /// Creates a resource without policy, validation or quota; returns its id.
    pub fn plant_as_server(
        &mut self,
        now: Millis,
        project: Option<&str>,
        resource: Value,
    ) -> String {
        self.plant(now, project, resource)
    }

    /// Writes a resource of the server itself (a policy, a membership), as an operator would.
    pub fn write_as_server(&mut self, now: Millis, project: Option<&str>, resource: Value) {
        let write = Write {
            project,
            author: "system",
            interaction: Interaction::Update,
            resource,
        };
        self.commit(now, write);
    }

    /// Ends every session of a membership, as an administrator can.
    pub fn revoke_sessions(&mut self, membership: &str) {
        let logins = self.auth.logins.values_mut();
        for login in logins.filter(|login| login.membership == membership) {
            login.revoked = true;
        }
    }
}
