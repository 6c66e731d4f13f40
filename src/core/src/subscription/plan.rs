//! Which types get subscriptions and which are polled. Pure.
//!
//! Each type costs two subscriptions, each slows every write of the project, and newer servers allow a user 20 over all
//! devices: so one browser takes few.

use crate::{identity::ResourceType, limits};

/// Types that fit into the limit of one browser.
pub(crate) const TYPES_MAX: usize = limits::SUBSCRIPTIONS_MAX / super::PER_TYPE;

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Plan {
    /// Types with subscriptions.
    pub(crate) streamed: Vec<ResourceType>,
    /// Types without, because there are too many.
    pub(crate) polled: Vec<ResourceType>,
}

/// Plans for the union of what all tabs want, the most important first. What is streamed already stays so, because a
/// change costs a gap and eight requests.
pub(crate) fn plan(streamed: &[ResourceType], wanted: &[ResourceType]) -> Plan {
    let mut plan = Plan::default();
    let (stays, new): (Vec<_>, Vec<_>) = wanted.iter().partition(|kind| streamed.contains(kind));
    for kind in stays.into_iter().chain(new) {
        if plan.streamed.contains(kind) || plan.polled.contains(kind) {
            continue;
        }
        if plan.streamed.len() < TYPES_MAX {
            plan.streamed.push(kind.clone());
        } else {
            plan.polled.push(kind.clone());
        }
    }
    plan
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn types(names: &[&str]) -> Vec<ResourceType> {
        names.iter().map(|name| ResourceType::from(*name)).collect()
    }

    #[test]
    fn what_fits_is_streamed_in_the_order_of_importance() {
        let plan = plan(&[], &types(&["Task", "Patient", "Task"]));
        assert_eq!(plan.streamed, types(&["Task", "Patient"]));
        assert_eq!(plan.polled, []);
    }

    #[test]
    fn what_does_not_fit_is_polled() {
        let wanted = types(&[
            "Task",
            "Patient",
            "Observation",
            "Encounter",
            "Basic",
            "Flag",
        ]);
        let plan = plan(&[], &wanted);
        assert_eq!(plan.streamed, wanted[..4]);
        assert_eq!(plan.polled, wanted[4..]);
    }

    #[test]
    fn a_newly_wanted_type_pushes_out_no_other() {
        let streamed = types(&["Task", "Patient", "Encounter", "Basic"]);
        let wanted = types(&["Task", "Patient", "Flag", "Encounter", "Basic"]);
        let plan = plan(&streamed, &wanted);
        assert_eq!(plan.streamed, streamed);
        assert_eq!(plan.polled, types(&["Flag"]));
    }

    #[test]
    fn a_polled_type_moves_up_when_there_is_room() {
        let streamed = types(&["Task", "Patient", "Encounter", "Basic"]);
        let plan = plan(&streamed, &types(&["Task", "Patient", "Flag", "Basic"]));
        assert_eq!(plan.streamed, types(&["Task", "Patient", "Basic", "Flag"]));
        assert_eq!(plan.polled, []);
    }

    proptest! {
        #[test]
        fn every_wanted_type_is_planned_once_and_the_limit_holds(
            streamed in prop::collection::vec("[A-H]", 0..4),
            wanted in prop::collection::vec("[A-H]", 0..20),
        ) {
            let kinds = |names: &[String]| -> Vec<ResourceType> {
                names.iter().map(|name| name.as_str().into()).collect()
            };
            let (streamed, wanted) = (kinds(&streamed), kinds(&wanted));
            let plan = plan(&streamed, &wanted);
            prop_assert!(plan.streamed.len() <= TYPES_MAX);
            prop_assert!(plan.polled.is_empty() || plan.streamed.len() == TYPES_MAX);
            let mut all: Vec<_> = plan.streamed.iter().chain(&plan.polled).cloned().collect();
            all.sort();
            let mut distinct = wanted.clone();
            distinct.sort();
            distinct.dedup();
            prop_assert_eq!(all, distinct);
        }
    }
}
