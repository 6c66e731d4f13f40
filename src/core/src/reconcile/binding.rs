//! What becomes of the searches when the stream is bound, lost or doubted.

use super::{Reason, Reconcile, poll_wait_ms, run::Run, run::Stage};
use crate::{
    engine::{io::Io, requests::Purpose},
    identity::ResourceType,
    limits,
    protocol::CatchUpReason,
    time::Timestamp,
};

impl Reconcile {
    /// All subscriptions of a type are bound: what happened before must be read, what happens from now on is delivered.
    pub(crate) fn on_bound(&mut self, io: &mut Io, kind: &ResourceType) {
        let Some(index) = self.index(kind) else {
            return;
        };
        let sync = &mut self.types[index];
        sync.bound = true;
        let from = match &sync.run {
            // Its changes are read after the load, and so after this bind.
            Some(run) if run.stage == Stage::Load => {
                self.resend_if_stuck(io, index);
                return;
            }
            Some(run) => run.from,
            None => None,
        };
        self.begin(io, index, Reason::Rebound, from);
    }

    /// The stream is gone.
    pub(crate) fn on_lost(&mut self, io: &mut Io) {
        for index in 0..self.types.len() {
            self.unbind(io, index, CatchUpReason::Reconnected);
        }
    }

    /// The stream of a type is in doubt and is being replaced.
    pub(crate) fn on_doubt(&mut self, io: &mut Io, kind: &ResourceType) {
        if let Some(index) = self.index(kind) {
            self.unbind(io, index, CatchUpReason::Doubt);
            // What the stream brought proves nothing any longer.
            self.types[index].stream = None;
        }
    }

    /// Requests wait for a turn, and then everything is bound anew and read: to poll before that would read the same twice.
    pub(crate) fn leave_to_rebind(&mut self, io: &mut Io, turn: Timestamp) {
        for index in 0..self.types.len() {
            let polls = |run: &Run| run.reason == Reason::Poll && run.stage != Stage::Load;
            if self.types[index].run.as_ref().is_some_and(polls) {
                let at = turn + poll_wait_ms(io);
                let sync = &mut self.types[index];
                sync.run = None;
                sync.next_at = Some(at);
                let kind = sync.kind.clone();
                io.cancel_requests(
                    |purpose| matches!(purpose, Purpose::Reconcile(call) if call.kind == kind),
                );
            }
        }
        self.schedule(io);
    }

    fn unbind(&mut self, io: &mut Io, index: usize, reason: CatchUpReason) {
        let sync = &mut self.types[index];
        sync.bound = false;
        if sync.loaded {
            sync.reason = reason;
        }
        sync.caught_up = false;
        if let Some(run) = &mut sync.run {
            run.covers_binding = false;
        } else {
            // Earlier, never later: each failed attempt to connect comes through here.
            let poll_at = io.now + poll_wait_ms(io);
            let sync = &mut self.types[index];
            sync.next_at = Some(sync.next_at.map_or(poll_at, |at| at.min(poll_at)));
        }
        self.schedule(io);
    }

    /// A request of the first load may hang in a network that is gone: ask again on the one that works.
    fn resend_if_stuck(&mut self, io: &mut Io, index: usize) {
        let sync = &self.types[index];
        let stuck = sync
            .run
            .as_ref()
            .is_some_and(|run| io.now.since_ms(run.started) > limits::CONNECT_TIMEOUT_MS);
        if stuck {
            self.begin(io, index, Reason::FirstLoad, None);
        }
    }
}
