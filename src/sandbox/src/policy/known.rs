//! Policies that were resolved, kept until something that they are made of is written: parsing them would be the dearest part
//! of most requests.

use std::{cell::RefCell, collections::HashMap, sync::Arc};

use super::Policy;

/// Types that a policy is made of.
const MADE_OF: [&str; 3] = ["AccessPolicy", "Project", "ProjectMembership"];

/// By membership.
#[derive(Clone, Debug, Default)]
pub(crate) struct KnownPolicies(RefCell<HashMap<String, Arc<Policy>>>);

impl KnownPolicies {
    pub(super) fn get(&self, membership: &str) -> Option<Arc<Policy>> {
        self.0.borrow().get(membership).cloned()
    }

    pub(super) fn keep(&self, membership: &str, policy: &Arc<Policy>) {
        let mut known = self.0.borrow_mut();
        known.insert(membership.to_owned(), policy.clone());
    }

    /// Something was written.
    pub(crate) fn written(&self, resource_type: &str) {
        if MADE_OF.contains(&resource_type) {
            self.0.borrow_mut().clear();
        }
    }
}
