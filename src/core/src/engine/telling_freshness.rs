//! How fresh everything is: gathered from the parts, told to the tabs when it changes.

use super::{
    Engine,
    freshness::{self, Facts},
};
use crate::{
    error::SubscriptionError,
    identity::ResourceType,
    limits,
    protocol::{CatchUpReason, Freshness, PanelFreshness, PollingReason, WorkerMessage},
    time::Timestamp,
};

impl Engine {
    /// How fresh everything is now, in times of the clock.
    pub fn freshness(&self) -> Freshness {
        freshness::on_the_clock(self.judged(), |at| self.io.clock_time(at))
    }

    /// How fresh everything is now, in steady time.
    fn judged(&self) -> Freshness {
        freshness::derive(&self.facts())
    }

    fn facts(&self) -> Facts<'_> {
        Facts {
            now: self.io.now,
            signed_out: self.session.signed_out(),
            connection: self.connection.state(),
            lost_since: self.connection.lost_since(),
            all_bound: self.subscriptions.all_bound(),
            caught_up: self.reconcile.all_caught_up(),
            catch_up_reason: match self.restoring.as_of() {
                Some(_) => CatchUpReason::Restored,
                None => self.reconcile.catch_up_reason(),
            },
            polling: self.polling_reason(),
            claim_offline: self.tabs.claim_offline(),
            trouble: self.io.requests.trouble(),
            searched: self.searched().or(self.restoring.as_of()),
            streamed: self.streamed,
            certain: self.replica.certain_until(),
            poll_every_ms: self.poll_every_ms(),
            started: self.started,
        }
    }

    fn poll_every_ms(&self) -> u32 {
        let configured_ms = i64::from(self.io.config.limits.poll_interval_s) * 1000;
        let every_ms = self.io.poll_every_ms.unwrap_or(configured_ms);
        u32::try_from(every_ms).unwrap_or(u32::MAX)
    }

    fn polling_reason(&self) -> Option<PollingReason> {
        let too_many = self.subscriptions.is_over_limit();
        self.polling
            .or(too_many.then_some(PollingReason::CapReached))
            .or(self
                .are_sockets_blocked()
                .then_some(PollingReason::SocketsBlocked))
    }

    /// Whether sockets fail although requests get through. Sockets that failed while the server was away do not tell; once it
    /// is known, an outage more does not make it unknown.
    fn are_sockets_blocked(&self) -> bool {
        let Some(failing) = self.connection.failing_since() else {
            return false;
        };
        let requests = &self.io.requests;
        let answered = requests.answered_at().is_some_and(|at| at > failing);
        let answering = requests
            .answering_since()
            .is_some_and(|since| since <= failing);
        self.sockets_blocked || (answered && answering)
    }

    /// Everything of all types until then was read by searches.
    fn searched(&self) -> Option<Timestamp> {
        let types: Vec<_> = self.reconcile.types().cloned().collect();
        self.replica.certain_proof(&types, self.reconcile.as_of())
    }

    /// Everything of these types until then is shown.
    pub(super) fn shown_until(&self, types: &[ResourceType]) -> Option<Timestamp> {
        let searched = self.reconcile.searched_as_of(types);
        let searched = self.replica.certain_proof(types, searched)?;
        Some(
            self.streamed
                .map_or(searched, |streamed| streamed.max(searched)),
        )
    }

    /// Everything of these types until then was proven by searches.
    fn proven_until(&self, types: &[ResourceType]) -> Option<Timestamp> {
        let proven = self.reconcile.proven_at(types);
        self.replica.certain_proof(types, proven)
    }

    /// What a search has read since it was disputed is settled; of what is not, no search proves more than those before.
    fn settle_by_searches(&mut self) {
        for kind in self.reconcile.types() {
            if let Some(asked) = self.reconcile.proven_at(std::slice::from_ref(kind)) {
                let disputes = self.replica.disputes();
                disputes.settle_by_search(kind, asked);
                disputes.prove_until(kind, asked);
            }
        }
    }

    pub(super) fn tell_freshness(&mut self) {
        self.settle_by_searches();
        let blocked = self.are_sockets_blocked();
        if blocked && !self.sockets_blocked {
            self.io.report(SubscriptionError::SocketsBlocked);
        }
        self.sockets_blocked = blocked;
        let facts = self.facts();
        let (judged, heard) = (freshness::derive(&facts), freshness::heard_until(&facts));
        // Of what was written since the start nothing is certain until the first proof.
        let heard = heard.unwrap_or(self.started);
        self.replica.disputes().hear_until(Some(heard));
        // No claim goes out before the rows it speaks of; they follow within a few milliseconds.
        if let Freshness::Live { .. } | Freshness::Polling { .. } = judged
            && !self.replica.queue().is_empty()
        {
            return;
        }
        if let Freshness::Live { as_of } = judged {
            self.streamed = Some(as_of);
        }
        let freshness = freshness::on_the_clock(judged, |at| self.io.clock_time(at));
        let now = self.io.now;
        let due = match &self.told {
            None => true,
            Some((told, at)) => {
                freshness::differs(told, &freshness)
                    || (*told != freshness && now.since_ms(*at) >= limits::AS_OF_EVERY_MS)
            }
        };
        if due {
            // That something is wrong waits for nothing; but it tells how far all is known, and the worker may die before the
            // rows of that time went out.
            self.flush_all();
            self.told = Some((freshness.clone(), now));
            let message = self.freshness_message();
            self.tabs.tell_all(&mut self.io, message);
        }
    }

    pub(super) fn freshness_message(&self) -> WorkerMessage {
        let indices = 0..self.panels.len();
        let clock = |at| self.io.clock_time(at);
        let panels = indices.map(|index| {
            let types = self.panels.types(index);
            PanelFreshness {
                panel: self.panels.id(index).clone(),
                as_of: self.shown_until(&types).map(clock),
                proven: self.proven_until(&types).map(clock),
            }
        });
        WorkerMessage::Freshness {
            freshness: self.freshness(),
            panels: panels.collect(),
        }
    }
}
