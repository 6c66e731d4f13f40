//! Reconciliation: the stream is a hint, a search is the truth.
//!
//! After every bind, doubt or wake, and about once a minute, a run reads what changed since the last proven mark, to the
//! last page, and the tombstones, and for users with a narrow policy a membership check. Live events need no buffer
//! meanwhile: the replica's rule gives the same rows in whatever order versions come. Only a finished run makes a type
//! caught up. Decides what to ask, never what a row means.

mod answers;
mod binding;
mod members;
mod pace;
mod paths;
mod run;
mod type_sync;

use crate::{
    engine::{
        io::Io,
        requests::{Purpose, Request},
    },
    fhir::Tombstone,
    identity::{ResourceId, ResourceKey, ResourceType},
    limits,
    protocol::CatchUpReason,
    time::Timestamp,
    timer::Timer,
};
use pace::poll_wait_ms;
use run::{Run, Stage, Walk};
use type_sync::TypeSync;
pub(crate) use type_sync::{Progress, TypeStart};

/// A request of the reconciliation.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Call {
    kind: ResourceType,
    run: u64,
    what: What,
}

/// What a request asks for.
#[derive(Clone, Debug, PartialEq)]
enum What {
    /// The newest time there is.
    Mark,
    /// A page of live resources.
    Live,
    /// A page of tombstones.
    Tombstones,
    /// Which of these are still there.
    Members(Vec<ResourceId>),
}

/// Why a run starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// Nothing was loaded yet.
    FirstLoad,
    /// The subscriptions were bound anew.
    Rebound,
    /// The periodic proof.
    AntiEntropy,
    /// There is no stream.
    Poll,
    /// Rows of an earlier life are there: what changed since is read.
    Restored,
}

/// What the rest of the engine must do.
#[derive(Debug)]
pub(crate) enum Event {
    /// Versions to accept; whether a version that is new and older than `missed_before` was missed by the stream.
    Rows {
        /// The resources, as text.
        body: String,
        /// When the run that found them began to ask.
        asked: Timestamp,
        /// See above; `None` where missing is normal.
        missed_before: Option<Timestamp>,
    },
    /// Deleted resources.
    Tombstones {
        /// Which and when.
        tombstones: Vec<Tombstone>,
        /// As for rows.
        asked: Timestamp,
        /// As for rows.
        missed_before: Option<Timestamp>,
    },
    /// Known resources that a membership check, asked then, did not find: they are not there for this user.
    Absent {
        /// Which.
        keys: Vec<ResourceKey>,
        /// When the check was asked.
        asked: Timestamp,
    },
    /// Nothing of a type may be read, as a search that was asked then says.
    Forbidden {
        /// Which type.
        kind: ResourceType,
        /// When that was asked.
        asked: Timestamp,
    },
    /// The ids of all known rows of the type are wanted.
    NeedMembers(ResourceType),
    /// The first load of a type is done.
    Loaded(ResourceType),
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Reconcile {
    types: Vec<TypeSync>,
    last_run: u64,
}

impl Reconcile {
    /// Starts to load these types, or to read what changed since an earlier life.
    pub(crate) fn start(&mut self, io: &mut Io, types: Vec<TypeStart>) {
        self.types = types.into_iter().map(TypeSync::new).collect();
        for index in 0..self.types.len() {
            let reason = match self.types[index].loaded {
                true => Reason::Restored,
                false => Reason::FirstLoad,
            };
            self.begin(io, index, reason, None);
        }
    }

    /// How far a type was read; `None` before its first load.
    pub(crate) fn progress(&self, kind: &ResourceType) -> Option<Progress> {
        let sync = self.types.iter().find(|sync| sync.kind == *kind)?;
        let as_of = sync
            .proven_at
            .filter(|_| sync.loaded && !sync.reload && !sync.load_open)?;
        Some(Progress {
            proven: sync.proven,
            as_of,
        })
    }

    /// Forgets everything.
    pub(crate) fn forget(&mut self, io: &mut Io) {
        self.types.clear();
        io.timers.stop(Timer::Reconcile);
        io.cancel_requests(|purpose| matches!(purpose, Purpose::Reconcile(_)));
    }

    /// Whether the first load of a type is done.
    pub(crate) fn is_loaded(&self, kind: &ResourceType) -> bool {
        self.types
            .iter()
            .any(|sync| sync.kind == *kind && sync.loaded)
    }

    /// Whether the user may see a part of a type only.
    pub(crate) fn is_restricted(&self, kind: &ResourceType) -> bool {
        let mut types = self.types.iter();
        types.any(|sync| sync.kind == *kind && sync.restricted)
    }

    /// Whether every type is caught up with a whole stream.
    pub(crate) fn all_caught_up(&self) -> bool {
        !self.types.is_empty() && self.types.iter().all(|sync| sync.caught_up)
    }

    /// Why the first type that is not caught up is not.
    pub(crate) fn catch_up_reason(&self) -> CatchUpReason {
        let behind = self.types.iter().find(|sync| !sync.caught_up);
        behind.map_or(CatchUpReason::Doubt, |sync| sync.reason)
    }

    /// Everything until then is known; `None` before the first load.
    pub(crate) fn as_of(&self) -> Option<Timestamp> {
        let ends = self.types.iter().map(|sync| sync.as_of);
        ends.collect::<Option<Vec<_>>>()?.into_iter().min()
    }

    /// Everything of these types until then was proven by searches that reached back far enough; `None` before the first
    /// load of one of them.
    pub(crate) fn proven_at(&self, types: &[ResourceType]) -> Option<Timestamp> {
        self.oldest(types, |sync| sync.proven_at)
    }

    /// When the last search was asked for the changes of a type that was not followed by a question for a row that came since:
    /// that of the last proof, or that of a run which asks for the rows it knew already.
    pub(crate) fn changes_asked(&self, kind: &ResourceType) -> Option<Timestamp> {
        let sync = self.types.iter().find(|sync| sync.kind == *kind)?;
        let run = sync.run.as_ref();
        let checking = run.filter(|run| run.stage == Stage::Members);
        sync.proven_at.max(checking.map(|run| run.started))
    }

    /// Everything of these types until then was read by searches; `None` before the first load of one of them.
    pub(crate) fn searched_as_of(&self, types: &[ResourceType]) -> Option<Timestamp> {
        self.oldest(types, |sync| sync.as_of)
    }

    fn oldest(
        &self,
        types: &[ResourceType],
        time: impl Fn(&TypeSync) -> Option<Timestamp>,
    ) -> Option<Timestamp> {
        let times = types.iter().map(|kind| {
            let sync = self.types.iter().find(|sync| sync.kind == *kind)?;
            time(sync)
        });
        times.collect::<Option<Vec<_>>>()?.into_iter().min()
    }

    /// A frame brought a version of that time.
    pub(crate) fn on_frame(&mut self, kind: &ResourceType, updated: Timestamp) {
        if let Some(sync) = self.types.iter_mut().find(|sync| sync.kind == *kind) {
            sync.seen = sync.seen.max(Some(updated));
            if sync.caught_up {
                sync.stream = sync.stream.max(Some(updated));
            }
        }
    }

    /// The server named its time on a stream that is whole: what it sent before has come.
    pub(crate) fn on_stamp(&mut self, stamped: Timestamp) {
        for sync in self.types.iter_mut().filter(|sync| sync.caught_up) {
            sync.stream = sync.stream.max(Some(stamped));
        }
    }

    /// Searches now instead of at the next turn.
    pub(crate) fn hurry(&mut self, io: &mut Io) {
        for index in 0..self.types.len() {
            let sync = &self.types[index];
            if sync.run.is_none() {
                let reason = if sync.bound {
                    Reason::AntiEntropy
                } else {
                    Reason::Poll
                };
                self.begin(io, index, reason, None);
            }
        }
    }

    /// Something may have been overlooked: the next proof comes as soon as the last one is old enough.
    pub(crate) fn prove_soon(&mut self, io: &mut Io) {
        for index in 0..self.types.len() {
            let wait_ms = io.jitter_ms(limits::PROVE_SOON_JITTER_MS);
            let sync = &mut self.types[index];
            if sync.run.is_some() {
                sync.again = true;
                continue;
            }
            let rested = sync
                .as_of
                .map_or(io.now, |as_of| as_of + limits::PROVE_SOON_REST_MS);
            let at = rested.max(io.now) + wait_ms;
            sync.next_at = Some(sync.next_at.map_or(at, |next| next.min(at)));
        }
        self.schedule(io);
    }

    /// The machine woke up: search now, whether or not the socket lives. What is on its way may hang in a dead network.
    pub(crate) fn on_wake(&mut self, io: &mut Io) {
        for index in 0..self.types.len() {
            let sync = &self.types[index];
            let hangs = sync
                .run
                .as_ref()
                .is_none_or(|run| io.now.since_ms(run.started) > limits::SLEPT_MS);
            if hangs {
                let reason = due_reason(sync);
                self.begin(io, index, reason, None);
            }
        }
    }

    /// The server has said again what may be read, and it is the same as so long ago. In between it may have been less, for a
    /// moment in which changes were neither sent nor found: the next proof reads what was written since then once more.
    pub(crate) fn on_access_proven(&mut self, since_ms: i64) {
        // The last search before that moment may be as old as two of them are apart.
        let reach_ms = since_ms + limits::ACCESS_LOOK_BACK_MIN_MS;
        let reach_ms = reach_ms.min(limits::ACCESS_LOOK_BACK_MAX_MS);
        for sync in self.types.iter_mut().filter(|sync| sync.loaded) {
            sync.look_back_ms = sync.look_back_ms.max(reach_ms);
            // What is on its way was asked before that.
            if let Some(run) = &mut sync.run {
                run.look_back_ms = 0;
            }
        }
    }

    /// A row could not be read although the type could: what is known of the type is loaded anew.
    pub(crate) fn reload_soon(&mut self, io: &mut Io, kind: &ResourceType) {
        if let Some(index) = self.index(kind) {
            self.types[index].reload = true;
            self.prove_soon(io);
        }
    }

    /// The periodic searches.
    pub(crate) fn on_timer(&mut self, io: &mut Io) {
        for index in 0..self.types.len() {
            let sync = &self.types[index];
            if sync.run.is_none() && sync.next_at.is_some_and(|at| at <= io.now) {
                let reason = due_reason(sync);
                self.begin(io, index, reason, None);
            }
        }
        self.schedule(io);
    }

    /// The ids that [`Event::NeedMembers`] asked for. Those that somebody sees are checked each time, the rest in turns.
    pub(crate) fn check_members(
        &mut self,
        io: &mut Io,
        kind: &ResourceType,
        ids: Vec<ResourceId>,
        seen: &[ResourceId],
    ) -> Vec<Event> {
        let Some(index) = self.index(kind) else {
            return Vec::new();
        };
        let sync = &mut self.types[index];
        let Some(run) = &mut sync.run else {
            return Vec::new();
        };
        let ids = match run.present.take() {
            Some(present) => {
                run.members_whole = true;
                ids.into_iter().filter(|id| !present.contains(id)).collect()
            }
            None => {
                run.members_all = ids.len() <= run.members_max();
                members::choose(ids, seen, run.members_max(), &mut sync.member_cursor)
            }
        };
        run.waiting = 0;
        run.members_asked = io.now;
        for chunk in ids.chunks(limits::MEMBERSHIP_IDS_MAX) {
            run.waiting += 1;
            let path = paths::members(kind, chunk, run.members_whole);
            let what = What::Members(chunk.to_vec());
            send(io, kind, run.id, what, path);
        }
        if run.waiting == 0 {
            self.complete(io, index)
        } else {
            Vec::new()
        }
    }

    /// A search found something of that time.
    pub(crate) fn on_found(&mut self, key: &ResourceKey, updated: Timestamp) {
        if let Some(sync) = self.types.iter_mut().find(|sync| sync.kind == key.kind) {
            sync.seen = sync.seen.max(Some(updated));
            if let Some(present) = sync.run.as_mut().and_then(|run| run.present.as_mut()) {
                present.insert(key.id.clone());
            }
        }
    }

    fn index(&self, kind: &ResourceType) -> Option<usize> {
        self.types.iter().position(|sync| sync.kind == *kind)
    }

    /// Starts a run; one that is on its way is replaced, because its requests may hang in a dead network.
    fn begin(&mut self, io: &mut Io, index: usize, reason: Reason, also_from: Option<Timestamp>) {
        self.last_run += 1;
        let id = self.last_run;
        let sync = &mut self.types[index];
        let kind = sync.kind.clone();
        io.cancel_requests(
            |purpose| matches!(purpose, Purpose::Reconcile(call) if call.kind == kind),
        );
        sync.next_at = None;
        let mut run = Run::new(id, reason, io.now);
        // Rows of before that a load did not find are asked for by the run that takes its place.
        if let Some((present, asked)) = sync.take_found() {
            run.present = Some(present);
            run.load_started = asked;
        }
        if run.present.is_none() && sync.needs_load(io.now) {
            // The load follows the answer: what was written after a mark that is newer than the load would be in neither.
            run.waiting = 1;
            send(io, &kind, id, What::Mark, paths::mark(&kind));
            sync.run = Some(run);
        } else {
            let known = match reason {
                Reason::Rebound => sync.stream.max(sync.proven),
                _ => sync.proven,
            };
            run.look_back_ms = match reason {
                // What comes first is what nobody has seen; the proof that follows looks back.
                Reason::Rebound => 0,
                _ => sync.look_back_ms,
            };
            let known = known.map(|known| known - limits::RECONCILE_OVERLAP_MS - run.look_back_ms);
            run.from = match (known, also_from) {
                (Some(known), Some(other)) => Some(known.min(other)),
                (known, other) => known.or(other),
            };
            sync.run = Some(run);
            self.read_changes(io, index);
        }
        self.schedule(io);
    }

    fn read_changes(&mut self, io: &mut Io, index: usize) {
        let sync = &mut self.types[index];
        let server_time = io.server_time;
        let Some(run) = &mut sync.run else {
            return;
        };
        let from = run.from.unwrap_or_default();
        run.stage = Stage::Changes;
        run.covers_binding = sync.bound;
        run.started = io.now;
        run.mark = sync.seen.max(server_time);
        run.server_started = server_time;
        run.waiting = 2;
        run.live = Walk::new(paths::changes(&sync.kind, from));
        run.tombstones = Walk::new(paths::tombstones(&sync.kind, from));
        send(io, &sync.kind, run.id, What::Live, run.live.path.clone());
        send(
            io,
            &sync.kind,
            run.id,
            What::Tombstones,
            run.tombstones.path.clone(),
        );
    }

    fn schedule(&self, io: &mut Io) {
        match self.types.iter().filter_map(|sync| sync.next_at).min() {
            Some(at) => io.timers.set(Timer::Reconcile, at),
            None => io.timers.stop(Timer::Reconcile),
        }
    }
}

/// Why a search of a type starts when it is time.
fn due_reason(sync: &TypeSync) -> Reason {
    match (sync.loaded, sync.bound) {
        (false, _) => Reason::FirstLoad,
        (true, true) => Reason::AntiEntropy,
        (true, false) => Reason::Poll,
    }
}

fn send(io: &mut Io, kind: &ResourceType, run: u64, what: What, path: String) {
    let call = Call {
        kind: kind.clone(),
        run,
        what,
    };
    io.requests
        .send(Request::get(Purpose::Reconcile(call), path));
}
