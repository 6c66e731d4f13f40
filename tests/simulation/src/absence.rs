//! A worker that was away: what it asks of the server when it comes back, and how long that takes.

use crate::{
    checkers::Violation, plan::Plan, planted::Planted, queue::Millis, server::START, world::World,
};

/// How often it is looked whether everything is right again.
const LOOK_EVERY_MS: Millis = 20;
/// Longest patience with that.
const PATIENCE_MS: Millis = 120_000;

/// What a return took.
#[derive(Clone, Debug)]
pub struct Return {
    /// Requests until every tab was right and said `Live`, as method and path.
    pub requests: Vec<String>,
    /// Virtual milliseconds until then; `None`: it took too long.
    pub live_ms: Option<Millis>,
    /// What went wrong, then or until the end of the plan.
    pub violation: Option<Violation>,
}

impl Return {
    /// Requests that hold all of these words.
    pub fn count(&self, words: &[&str]) -> usize {
        let holds = |request: &&String| words.iter().all(|word| request.contains(word));
        self.requests.iter().filter(holds).count()
    }

    /// Searches for everything, not only for what changed.
    pub fn loads(&self) -> usize {
        let searches = self.count(&["_sort=_lastUpdated&_count"]);
        searches - self.deltas()
    }

    /// Searches for what changed and for what was deleted.
    pub fn deltas(&self) -> usize {
        self.count(&["_lastUpdated=ge"])
    }

    /// Questions whether known rows are still there.
    pub fn membership_checks(&self) -> usize {
        self.count(&["?_id="])
    }

    /// Sign-ins by a person.
    pub fn sign_ins(&self) -> usize {
        self.count(&["Post /auth/login"])
    }
}

/// Runs a plan in which somebody comes back at that moment.
pub fn come_back(plan: &Plan, back_at_ms: Millis) -> Return {
    let mut world = World::new(plan.clone(), Planted::default(), false);
    let back_at = START + back_at_ms;
    world.run_until(back_at - 1);
    world.requests = Some(Vec::new());
    let mut live_ms = None;
    while live_ms.is_none() && world.now < back_at + PATIENCE_MS && world.violation.is_none() {
        world.run_until(world.now + LOOK_EVERY_MS);
        if world.now > back_at && world.is_right() {
            live_ms = Some(world.now - back_at);
        }
    }
    let requests = world.requests.take().unwrap_or_default();
    world.run();
    Return {
        requests,
        live_ms,
        violation: world.violation,
    }
}
