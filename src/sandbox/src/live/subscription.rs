//! A websocket Subscription as the server keeps it: in a cache only, for a day, compiled for matching.

use serde_json::Value;

use super::{Write, criteria::Criteria, fhirpath::Expression};
use crate::{sandbox::Millis, store::Interaction};

/// The cache keeps a Subscription this long after its creation or its last real change (`04c-silent-death.json`).
pub(super) const CACHE_LIFETIME_MS: Millis = 86_400_000;

const INTERACTION_EXTENSION: &str =
    "https://medplum.com/fhir/StructureDefinition/subscription-supported-interaction";
const EXPRESSION_EXTENSION: &str =
    "https://medplum.com/fhir/StructureDefinition/fhir-path-criteria-expression";

/// Whose a Subscription is.
#[derive(Clone, Copy, Debug)]
pub struct Owner<'a> {
    /// Project.
    pub project: &'a str,
    /// Reference of the profile.
    pub author: &'a str,
    /// Id of the ProjectMembership.
    pub membership: &'a str,
}

/// A cached Subscription.
#[derive(Clone, Debug)]
pub struct CachedSubscription {
    /// The resource with its extended meta.
    pub resource: Value,
    /// Project it belongs to.
    pub project: String,
    /// Reference of who created it.
    pub author: String,
    /// Membership of who created it: its policy decides what is delivered.
    pub membership: String,
    /// When the cache forgets it.
    pub expires_at: Millis,
    criteria: Criteria,
    interactions: Vec<Interaction>,
    expression: Expressed,
}

#[derive(Clone, Debug)]
enum Expressed {
    Nothing,
    Condition(Expression),
    /// Not understood: accepted, never fires.
    Nonsense,
}

impl CachedSubscription {
    /// Compiles `resource`.
    pub fn new(resource: Value, owner: Owner<'_>, now: Millis) -> Self {
        let criteria = Criteria::parse(resource["criteria"].as_str().unwrap_or_default());
        let interactions = extensions(&resource, INTERACTION_EXTENSION)
            .filter_map(|extension| extension["valueCode"].as_str())
            .map(|code| match code {
                "create" => Interaction::Create,
                "delete" => Interaction::Delete,
                _ => Interaction::Update,
            })
            .collect();
        let expression = extensions(&resource, EXPRESSION_EXTENSION).next();
        let expression = match expression.and_then(|it| it["valueString"].as_str()) {
            None => Expressed::Nothing,
            Some(text) => Expression::parse(text).map_or(Expressed::Nonsense, Expressed::Condition),
        };
        Self {
            resource,
            project: owner.project.to_owned(),
            author: owner.author.to_owned(),
            membership: owner.membership.to_owned(),
            expires_at: now + CACHE_LIFETIME_MS,
            criteria,
            interactions,
            expression,
        }
    }

    /// Whose it is.
    pub fn owner(&self) -> Owner<'_> {
        Owner {
            project: &self.project,
            author: &self.author,
            membership: &self.membership,
        }
    }

    /// Whether a write of this kind matches; the policy of the author is asked elsewhere.
    ///
    /// Of several interaction extensions only the first counts (`03a-events-task.json`), unless `all_interactions`.
    pub(super) fn matches(&self, write: &Write<'_>, all_interactions: bool) -> bool {
        let counted = if all_interactions {
            self.interactions.len()
        } else {
            1
        };
        let is_wanted = self.interactions.is_empty()
            || self
                .interactions
                .iter()
                .take(counted)
                .any(|wanted| *wanted == write.interaction);
        let (current, previous) = (write.resource, write.previous.map(|previous| &**previous));
        if !is_wanted || !self.criteria.matches(current) {
            return false;
        }
        match &self.expression {
            Expressed::Nothing => true,
            Expressed::Condition(expression) => expression.holds(current, previous),
            Expressed::Nonsense => false,
        }
    }
}

/// The top-level extensions of that url; those under `meta` do not count (`03a-events-task.json`).
fn extensions<'a>(resource: &'a Value, url: &'a str) -> impl Iterator<Item = &'a Value> {
    let all = resource["extension"].as_array().into_iter().flatten();
    all.filter(move |extension| extension["url"] == url)
}
