//! A websocket Subscription as the server keeps it: in a cache only, for a day, compiled for matching.

use serde_json::Value;

use super::{criteria::Criteria, fhirpath::Expression};
use crate::{sandbox::Millis, store::Interaction};

/// The cache keeps a Subscription this long after its creation or its last real change (`04c-silent-death.json`).
pub(super) const CACHE_LIFETIME_MS: Millis = 86_400_000;

const INTERACTION_EXTENSION: &str =
    "https://medplum.com/fhir/StructureDefinition/subscription-supported-interaction";
const EXPRESSION_EXTENSION: &str =
    "https://medplum.com/fhir/StructureDefinition/fhir-path-criteria-expression";

/// A cached Subscription.
#[derive(Clone, Debug)]
pub struct CachedSubscription {
    /// The resource with its extended meta.
    pub resource: Value,
    /// Project it belongs to.
    pub project: String,
    /// Reference of who created it: their policy decides what is delivered.
    pub author: String,
    /// When the cache forgets it.
    pub expires_at: Millis,
    criteria: Criteria,
    interaction: Option<Interaction>,
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
    pub fn new(resource: Value, project: &str, author: &str, now: Millis) -> Self {
        let criteria = Criteria::parse(resource["criteria"].as_str().unwrap_or_default());
        let interaction = extension(&resource, INTERACTION_EXTENSION)
            .and_then(|it| it["valueCode"].as_str())
            .map(|code| match code {
                "create" => Interaction::Create,
                "delete" => Interaction::Delete,
                _ => Interaction::Update,
            });
        let expression = match extension(&resource, EXPRESSION_EXTENSION)
            .and_then(|it| it["valueString"].as_str())
        {
            None => Expressed::Nothing,
            Some(text) => Expression::parse(text).map_or(Expressed::Nonsense, Expressed::Condition),
        };
        Self {
            resource,
            project: project.to_owned(),
            author: author.to_owned(),
            expires_at: now + CACHE_LIFETIME_MS,
            criteria,
            interaction,
            expression,
        }
    }

    /// Whether a write of this kind matches; the policy of the author is asked elsewhere.
    pub(super) fn matches(
        &self,
        interaction: Interaction,
        current: &Value,
        previous: Option<&Value>,
    ) -> bool {
        if self.interaction.is_some_and(|only| only != interaction)
            || !self.criteria.matches(current)
        {
            return false;
        }
        match &self.expression {
            Expressed::Nothing => true,
            Expressed::Condition(expression) => expression.holds(current, previous),
            Expressed::Nonsense => false,
        }
    }
}

/// The first top-level extension of that url: of several interactions only the first counts (`03a-events-task.json`).
fn extension<'a>(resource: &'a Value, url: &str) -> Option<&'a Value> {
    resource["extension"]
        .as_array()?
        .iter()
        .find(|extension| extension["url"] == url)
}
