//! A write that has happened.

use std::sync::Arc;

use serde_json::Value;

/// What a write did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interaction {
    /// A new id.
    Create,
    /// A new version of an id, also the restoring of a deleted one.
    Update,
    /// The id is gone.
    Delete,
}

/// A successful write, as the subscription machinery gets to see it.
#[derive(Clone, Debug)]
pub struct Commit {
    /// Project the resource belongs to; `None` for resources of the server itself.
    pub project: Option<String>,
    /// What happened.
    pub interaction: Interaction,
    /// `Task`.
    pub resource_type: String,
    /// Id of the resource.
    pub id: String,
    /// The version before, with extended meta; `None` on create and on restore.
    pub previous: Option<Arc<Value>>,
    /// The version now, with extended meta; on delete the last live version.
    pub current: Arc<Value>,
    /// Reference of who wrote: `Practitioner/<id>`.
    pub author: String,
}
