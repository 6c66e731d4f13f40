//! Answers of the server to a run, until it is complete.

use super::{
    Call, Event, Reason, Reconcile, What,
    pace::{anti_entropy_wait_ms, poll_wait_ms},
    paths,
    run::{self, Stage, Walk},
    send,
};
use crate::{
    collections::Set,
    engine::{
        io::Io,
        requests::{Outcome, Purpose, is_cursor_failure},
    },
    error::{ConnectionError, ProcessingError},
    fhir,
    identity::{ResourceId, ResourceKey, ResourceType},
    limits,
};

impl Reconcile {
    /// An answer to one of the calls.
    pub(crate) fn on_answer(&mut self, io: &mut Io, call: Call, outcome: Outcome) -> Vec<Event> {
        let Some(index) = self.index(&call.kind) else {
            return Vec::new();
        };
        let current = self.types[index]
            .run
            .as_ref()
            .is_some_and(|run| run.id == call.run);
        if !current {
            return Vec::new();
        }
        let answer = match outcome {
            Ok(answer) => answer,
            Err(failure) => {
                io.report_about(
                    ProcessingError::SearchRefused,
                    format!("{}: {}", call.kind, ConnectionError::from(failure)),
                );
                return self.give_up(io, index);
            }
        };
        if is_cursor_failure(&answer) {
            io.report_about(ProcessingError::CursorStuck, &call.kind);
            return self.restart_with_offsets(io, index, call.what);
        }
        match (answer.status, &call.what) {
            (200, What::Mark) => {
                self.on_mark(io, index, &answer.body);
                Vec::new()
            }
            (200, What::Live | What::Tombstones) => self.on_page(io, index, call.what, answer.body),
            (200, What::Members(ids)) => self.on_members(io, index, ids, &answer.body),
            // A server or policy without tombstones: the membership check has to do.
            (400 | 403 | 404, What::Tombstones) => {
                self.types[index].restricted = true;
                self.walk_done(io, index)
            }
            (403, _) => self.on_forbidden(io, index),
            (status, _) => {
                io.report_about(
                    ProcessingError::SearchRefused,
                    format!("{} got {status}", call.kind),
                );
                self.give_up(io, index)
            }
        }
    }

    /// The user may not read the type now: nothing of it may be shown, and nothing is missing. Whether that is still so is
    /// asked at every turn, and when it is over everything is loaded: what was written meanwhile lies behind every mark.
    fn on_forbidden(&mut self, io: &mut Io, index: usize) -> Vec<Event> {
        let sync = &mut self.types[index];
        let Some(run) = &mut sync.run else {
            return Vec::new();
        };
        let kind = sync.kind.clone();
        io.report_about(ProcessingError::SearchForbidden, &kind);
        let asked = run.started;
        run.covers_binding = sync.bound;
        run.mark = None;
        sync.loaded = true;
        sync.reload = true;
        io.cancel_requests(
            |purpose| matches!(purpose, Purpose::Reconcile(call) if call.kind == kind),
        );
        let mut events = vec![Event::Forbidden { kind, asked }];
        events.extend(self.complete(io, index));
        events
    }

    fn on_mark(&mut self, io: &mut Io, index: usize, body: &str) {
        let newest = run::newest_in(body);
        let sync = &mut self.types[index];
        let Some(run) = &mut sync.run else {
            return;
        };
        run.mark = newest;
        run.started = io.now;
        run.load_started = Some(io.now);
        // Rows that were there before and are not found again have to be asked for.
        run.present = Some(Set::default());
        run.live = Walk::new(paths::load(&sync.kind, &sync.criteria));
        send(io, &sync.kind, run.id, What::Live, run.live.path.clone());
    }

    fn on_page(&mut self, io: &mut Io, index: usize, what: What, body: String) -> Vec<Event> {
        let sync = &mut self.types[index];
        let Some(run) = &mut sync.run else {
            return Vec::new();
        };
        let Ok(page) = fhir::search_page(&body) else {
            io.report_about(ProcessingError::PageUnreadable, &sync.kind);
            return self.give_up(io, index);
        };
        if page.malformed > 0 {
            io.report_about(ProcessingError::EntryUnreadable, page.malformed);
        }
        let next = page
            .next
            .as_deref()
            .and_then(|next| paths::next(&sync.kind, next));
        let tombstones = page.tombstones;
        let (asked, missed_before) = (run.started, run.missed_before());
        let walk = run.walk(what == What::Tombstones);
        let mut events = match what {
            What::Tombstones => vec![Event::Tombstones {
                tombstones,
                asked,
                missed_before,
            }],
            _ => vec![Event::Rows {
                body,
                asked,
                missed_before,
            }],
        };
        match next {
            None => events.extend(self.walk_done(io, index)),
            Some(path) if walk.advance(&path) => send(io, &sync.kind, run.id, what, path),
            // A walk that was not finished proves nothing.
            Some(_) => events.extend(self.on_endless(io, index)),
        }
        events
    }

    fn on_members(
        &mut self,
        io: &mut Io,
        index: usize,
        ids: &[ResourceId],
        body: &str,
    ) -> Vec<Event> {
        let Ok(page) = fhir::search_page(body) else {
            return self.give_up(io, index);
        };
        let present = run::ids_in(&page);
        let absent: Vec<_> = ids
            .iter()
            .filter(|id| !present.contains(id.as_str()))
            .cloned()
            .collect();
        let mut events = self.absent(index, &absent);
        if let Some(run) = self.types[index]
            .run
            .as_ref()
            .filter(|run| run.members_whole)
        {
            events.push(Event::Rows {
                body: body.to_owned(),
                asked: run.members_asked,
                missed_before: None,
            });
        }
        events.extend(self.walk_done(io, index));
        events
    }

    fn absent(&self, index: usize, ids: &[ResourceId]) -> Vec<Event> {
        let sync = &self.types[index];
        let Some(run) = sync.run.as_ref().filter(|_| !ids.is_empty()) else {
            return Vec::new();
        };
        let keys = ids
            .iter()
            .map(|id| ResourceKey::new(sync.kind.clone(), id.clone()));
        vec![Event::Absent {
            keys: keys.collect(),
            asked: run.members_asked,
        }]
    }

    fn restart_with_offsets(&mut self, io: &mut Io, index: usize, what: What) -> Vec<Event> {
        let sync = &mut self.types[index];
        let Some(run) = &mut sync.run else {
            return Vec::new();
        };
        // A page full of one millisecond: links by offset instead of cursor do not fail.
        let walk = run.walk(what == What::Tombstones);
        match walk.with_offsets() {
            Some(path) => {
                send(io, &sync.kind, run.id, what, path);
                Vec::new()
            }
            None => self.give_up(io, index),
        }
    }

    /// A walk turns in circles or has more pages than changes are worth: load everything, or leave it for later.
    fn on_endless(&mut self, io: &mut Io, index: usize) -> Vec<Event> {
        let sync = &mut self.types[index];
        io.report_about(ProcessingError::SearchEndless, &sync.kind);
        let was_load = sync
            .run
            .as_ref()
            .is_some_and(|run| run.stage == Stage::Load);
        let events = self.give_up(io, index);
        if !was_load {
            self.types[index].reload = true;
            self.begin(io, index, Reason::Poll, None);
        }
        events
    }

    /// One of the parallel walks of a stage has ended.
    fn walk_done(&mut self, io: &mut Io, index: usize) -> Vec<Event> {
        let sync = &mut self.types[index];
        let Some(run) = &mut sync.run else {
            return Vec::new();
        };
        run.waiting = run.waiting.saturating_sub(1);
        if run.waiting > 0 {
            return Vec::new();
        }
        match run.stage {
            Stage::Load => {
                sync.loaded = true;
                sync.reload = false;
                sync.load_open = true;
                sync.proven = run.mark;
                sync.seen = sync.seen.max(run.mark);
                run.from = run.mark.map(|mark| mark - limits::RECONCILE_OVERLAP_MS);
                let kind = sync.kind.clone();
                self.read_changes(io, index);
                vec![Event::Loaded(kind)]
            }
            Stage::Changes => {
                let gap_ms = sync.as_of.map_or(0, |as_of| run.started.since_ms(as_of));
                let unsure = sync.restricted || gap_ms > limits::MEMBERSHIP_AFTER_GAP_MS;
                if run.present.is_some() || (unsure && run.reason != Reason::FirstLoad) {
                    run.stage = Stage::Members;
                    run.waiting = 1;
                    return vec![Event::NeedMembers(sync.kind.clone())];
                }
                self.complete(io, index)
            }
            Stage::Members => self.complete(io, index),
        }
    }

    /// The types.
    pub(crate) fn types(&self) -> impl Iterator<Item = &ResourceType> {
        self.types.iter().map(|sync| &sync.kind)
    }

    pub(super) fn complete(&mut self, io: &mut Io, index: usize) -> Vec<Event> {
        let sync = &mut self.types[index];
        let Some(run) = sync.run.take() else {
            return Vec::new();
        };
        sync.load_open = false;
        let shows_until = run.shows_until(sync.restricted);
        sync.as_of = Some(shows_until);
        let reaches_back = match (run.from, sync.proven) {
            (Some(from), Some(proven)) => from <= proven - limits::RECONCILE_OVERLAP_MS,
            _ => true,
        };
        if reaches_back && run.members_all {
            sync.proven = sync.proven.max(run.mark);
            sync.proven_at = Some(shows_until);
        }
        if run.look_back_ms > 0 && reaches_back {
            sync.look_back_ms = 0;
        }
        let was = sync.caught_up;
        let blind = run.is_blind(sync.restricted);
        sync.caught_up = sync.bound && ((run.covers_binding && !blind) || was);
        if sync.caught_up && !was {
            // From here on the stream counts; what it brought during the run was read by the run too.
            sync.stream = sync.stream.max(run.mark).max(sync.proven);
        }
        let wait_ms = if sync.bound {
            anti_entropy_wait_ms(io)
        } else {
            poll_wait_ms(io)
        };
        let soon_ms = limits::PROVE_SOON_REST_MS + io.jitter_ms(limits::PROVE_SOON_JITTER_MS);
        let sync = &mut self.types[index];
        // What was asked long ago, and answered late, proves nothing since. A run that began where the stream had ended proves
        // nothing of what the stream brought: its proof stays as old as it was.
        let proven_at = match reaches_back {
            true => Some(shows_until),
            false => sync.proven_at,
        };
        let due_at = proven_at.map_or(io.now, |proven_at| proven_at.min(io.now)) + wait_ms;
        sync.next_at = Some(due_at.max(io.now + soon_ms.min(wait_ms)));
        if std::mem::take(&mut sync.again) {
            self.prove_soon(io);
        }
        if blind && self.types[index].bound {
            // What left between the load and the bind came by neither: only a check of each row tells.
            self.begin(io, index, Reason::Rebound, run.from);
        }
        self.schedule(io);
        Vec::new()
    }

    fn give_up(&mut self, io: &mut Io, index: usize) -> Vec<Event> {
        let wait_ms = limits::RECONCILE_REFUSED_WAIT_MS / 2
            + io.jitter_ms(limits::RECONCILE_REFUSED_WAIT_MS / 2);
        let sync = &mut self.types[index];
        sync.run = None;
        sync.next_at = Some(io.now + wait_ms);
        let kind = sync.kind.clone();
        io.cancel_requests(
            |purpose| matches!(purpose, Purpose::Reconcile(call) if call.kind == kind),
        );
        self.schedule(io);
        Vec::new()
    }
}
