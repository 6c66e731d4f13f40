//! Who waits for an answer, and how urgent that is.

use crate::{audit, edit, identity::ResourceKey, reconcile, session, shelf, subscription};

/// Who waits for the answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Purpose {
    /// The session.
    Session(session::Call),
    /// The subscriptions.
    Subscription(subscription::Call),
    /// The reconciliation.
    Reconcile(reconcile::Call),
    /// One resource is read.
    Read(ResourceKey),
    /// The outbox.
    Edit(edit::Call),
    /// The audit trail.
    Audit(audit::Call),
    /// The panels on the server.
    Panels(shelf::Call),
    /// The history of a resource is read.
    Timeline(ResourceKey),
    /// Nobody: courtesy towards the server.
    CleanUp,
}

/// How urgent a request is: the first that is ready in the first lane goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Lane {
    /// Nothing goes without it, or a person waits for it.
    First,
    /// What the user has changed.
    Edits,
    /// The stream.
    Stream,
    /// What proves that nothing is missing.
    Search,
    /// Nobody waits for it.
    Background,
}

impl Purpose {
    pub(super) fn lane(&self) -> Lane {
        match self {
            Self::Session(_) => Lane::First,
            Self::Edit(_) => Lane::Edits,
            Self::Subscription(_) => Lane::Stream,
            Self::Reconcile(_) | Self::Panels(_) => Lane::Search,
            Self::Read(_) | Self::Audit(_) | Self::Timeline(_) | Self::CleanUp => Lane::Background,
        }
    }
    /// Whether somebody will be told who wrote what is read.
    pub(super) fn wants_author(&self) -> bool {
        matches!(
            self,
            Self::Edit(_) | Self::Timeline(_) | Self::Panels(shelf::Call::Check(_))
        )
    }
}
