//! The edits of one record on their way: what is asked of the server, one thing at a time.

use std::collections::BTreeSet;

use super::{
    Entry, Outbox, Stage,
    plan::{Going, Plan, Verdict, plan},
    retry_at,
    strand_answers::conflict,
};
use crate::{
    edit::document::Document,
    engine::{
        HttpBody, HttpMethod,
        io::Io,
        requests::{Auth, Lane, Purpose, Request, Retry},
    },
    fhir::Resource,
    identity::ResourceKey,
    limits,
    protocol::{ConflictReason, EditOutcome, FieldChange, RollbackReason, Secret},
    replica::Replica,
    time::Timestamp,
};

/// What the server is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    /// Carry out a patch of this record.
    Patch(ResourceKey),
    /// How does this record look now.
    Read(ResourceKey),
    /// How did it look before.
    History(ResourceKey),
}

/// What the rest of the engine must react to.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    /// The server has written this version; it was asked to at that time.
    Written(Box<Resource>, Timestamp),
}

/// See the module.
#[derive(Debug)]
pub(super) struct Strand {
    pub(super) step: Step,
    /// When the server was asked.
    pub(super) asked: Timestamp,
    /// Tries that met others.
    pub(super) rounds: u32,
    /// Why the last patch was refused, and what it was.
    pub(super) refused: Option<(RollbackReason, Run)>,
    /// Edits that an earlier request may have carried out, of which nobody knows, in order. It may even arrive after the read
    /// that did not find them: a later request is then refused because of it.
    pub(super) in_doubt: Vec<u64>,
}

/// Where a strand is.
#[derive(Debug)]
pub(super) enum Step {
    /// The mark that it may have been sent goes to the disk.
    Storing(Run),
    /// The patch is on its way.
    Sending(Run),
    /// A read is on its way; `doubt`: nobody knows whether what was sent was carried out.
    Reading { doubt: bool },
    /// The history is on its way; this version is there now.
    Looking(Box<Resource>),
}

/// Edits that go in one patch.
#[derive(Clone, Debug)]
pub(super) struct Run {
    pub(super) edits: Vec<Going>,
    /// What they change all together.
    pub(super) changes: Vec<FieldChange>,
    /// The operations of the patch.
    pub(super) patch: Vec<serde_json::Value>,
}

impl Outbox {
    /// Starts what can be started: the oldest edits first.
    pub(super) fn start_strands(&mut self, io: &mut Io, replica: &Replica) {
        let mut seen: BTreeSet<&ResourceKey> = BTreeSet::new();
        let mut next = Vec::new();
        let room = limits::EDITS_IN_FLIGHT_MAX.saturating_sub(self.strands.len());
        for entry in self.held.values().filter(|entry| entry.is_under_way()) {
            if next.len() >= room {
                break;
            }
            let key = &entry.resource;
            if !self.strands.contains_key(key)
                && seen.insert(key)
                && self.eligible(key).next().is_some()
            {
                next.push(key.clone());
            }
        }
        for key in next {
            self.start(io, replica, &key);
        }
    }

    /// Edits of a record that may go now.
    pub(super) fn eligible<'a>(
        &'a self,
        key: &ResourceKey,
    ) -> impl Iterator<Item = (u64, &'a Entry)> + use<'a> {
        let one_by_one = self.one_by_one.contains(key);
        self.on_their_way(key)
            .into_iter()
            .take(if one_by_one { 1 } else { usize::MAX })
    }

    /// Edits of a record that wait for nobody: they do not follow on one which waits for the user.
    pub(super) fn on_their_way<'a>(&'a self, key: &ResourceKey) -> Vec<(u64, &'a Entry)> {
        let mut halted: Vec<&Entry> = Vec::new();
        let mut on_their_way = Vec::new();
        for (number, entry) in self.of(key) {
            let waits = halted.iter().any(|before| before.touches(&entry.changes));
            match entry.stage {
                Stage::Conflict { .. } => halted.push(entry),
                Stage::Waiting | Stage::Sent { .. } if waits => halted.push(entry),
                Stage::Waiting | Stage::Sent { .. } => on_their_way.push((number, entry)),
                Stage::RolledBack { .. } => {}
            }
        }
        on_their_way
    }

    fn start(&mut self, io: &mut Io, replica: &Replica, key: &ResourceKey) {
        let mut in_doubt = Vec::new();
        for (number, entry) in self.on_their_way(key) {
            if let Stage::Sent { .. } = entry.stage {
                in_doubt.push(number);
            }
        }
        let doubt = !in_doubt.is_empty();
        let strand = Strand {
            step: Step::Reading { doubt },
            asked: io.now,
            rounds: 0,
            refused: None,
            in_doubt,
        };
        self.strands.insert(key.clone(), strand);
        // Only what goes through at once is built on what is known here; for everything else the server is asked first.
        if let Some(entry) = replica.get(key).filter(|_| !doubt) {
            let document = Document::of(&entry.resource);
            let plan = plan(&key.kind, &document, self.eligible(key));
            if plan.verdicts.is_empty() && self.tests_all(&plan) {
                return self.go(io, key, &document, plan);
            }
        }
        self.read(io, key, doubt, None);
    }

    /// Whether the patch tests every field that its edits change. Of a field that is as wanted already, or that they change back,
    /// it says nothing: that holds for a version that was read just now, not for one that may be out of date.
    fn tests_all(&self, plan: &Plan) -> bool {
        let mut edits = plan.going.iter().map(|going| self.held.get(&going.number));
        let is_tested = |change: &FieldChange| {
            let mut tested = plan.changes.iter();
            tested.any(|tested| tested.field == change.field)
        };
        !plan.patch.is_empty()
            && edits.all(|edit| edit.is_some_and(|edit| edit.changes.iter().all(is_tested)))
    }

    /// Notes that the edits may have been sent; when that is on the disk they are.
    pub(super) fn go(&mut self, io: &mut Io, key: &ResourceKey, document: &Document, plan: Plan) {
        let base = document.version.clone();
        let mut after = Vec::new();
        for going in &plan.going {
            let stage = Stage::Sent {
                base: base.clone(),
                overwrites: going.overwrites.clone(),
                leads_to: Some(going.leads_to.clone()),
                after: Some(after.clone()),
            };
            let id = self.held.get(&going.number).map(|entry| entry.id.clone());
            after.extend(id);
            self.set_stage(going.number, stage);
        }
        let run = Run {
            edits: plan.going,
            changes: plan.changes,
            patch: plan.patch,
        };
        let Some(strand) = self.strands.get_mut(key) else {
            return;
        };
        strand.step = Step::Storing(run);
        self.write(io);
    }

    /// Sends what is on the disk by now.
    pub(super) fn send_stored(&mut self, io: &mut Io) {
        let disk = &self.disk;
        let ready = self
            .strands
            .iter()
            .filter(|(_, strand)| match &strand.step {
                Step::Storing(run) => run.edits.iter().all(|going| disk.lets_go(going.number)),
                _ => false,
            });
        let mut ready: Vec<_> = ready.map(|(key, _)| key.clone()).collect();
        ready.sort();
        for key in ready {
            let Some(strand) = self.strands.get_mut(&key) else {
                continue;
            };
            let at = match strand.rounds {
                0 => io.now,
                rounds => retry_at(io, rounds),
            };
            if let Step::Storing(run) =
                std::mem::replace(&mut strand.step, Step::Reading { doubt: true })
            {
                strand.step = Step::Sending(run);
                self.send_patch(io, &key, at);
            }
        }
    }

    /// Sends the patch of a strand, or sends it once more.
    pub(super) fn send_patch(&mut self, io: &mut Io, key: &ResourceKey, at: Timestamp) {
        let Some(strand) = self.strands.get_mut(key) else {
            return;
        };
        let Step::Sending(run) = &strand.step else {
            return;
        };
        strand.asked = io.now;
        let request = Request {
            purpose: Purpose::Edit(Call::Patch(key.clone())),
            method: HttpMethod::Patch,
            path: format!("fhir/R4/{key}"),
            body: Some(HttpBody {
                content_type: "application/json-patch+json",
                text: Secret::new(serde_json::Value::from(run.patch.clone()).to_string()),
            }),
            auth: Auth::Session,
            // What a broken connection means for a write is found out by a read.
            retry: Retry::Never,
            lane: Lane::Edits,
            timeout_ms: limits::REQUEST_TIMEOUT_MS,
        };
        io.requests.send_at(request, at);
    }

    /// Asks how the record looks now.
    pub(super) fn read(
        &mut self,
        io: &mut Io,
        key: &ResourceKey,
        doubt: bool,
        at: Option<Timestamp>,
    ) {
        self.ask(
            io,
            key,
            Step::Reading { doubt },
            Call::Read(key.clone()),
            format!("fhir/R4/{key}"),
            at,
        );
    }

    /// Asks how the record looked before.
    pub(super) fn look_back(&mut self, io: &mut Io, key: &ResourceKey, now: Box<Resource>) {
        let path = format!("fhir/R4/{key}/_history?_count={}", limits::EDIT_HISTORY_MAX);
        self.ask(
            io,
            key,
            Step::Looking(now),
            Call::History(key.clone()),
            path,
            None,
        );
    }

    fn ask(
        &mut self,
        io: &mut Io,
        key: &ResourceKey,
        step: Step,
        call: Call,
        path: String,
        at: Option<Timestamp>,
    ) {
        let Some(strand) = self.strands.get_mut(key) else {
            return;
        };
        strand.step = step;
        strand.asked = io.now;
        let request = Request::get(Purpose::Edit(call), path);
        io.requests.send_at(request, at.unwrap_or(io.now));
    }

    /// Does what a plan says, made against what a read has brought: some edits end, some are asked about, the others go.
    pub(super) fn carry_out(&mut self, io: &mut Io, key: &ResourceKey, now: &Resource, plan: Plan) {
        let document = Document::of(now);
        let mut folded = false;
        self.unmark(key, &plan);
        for (number, verdict) in &plan.verdicts {
            match verdict {
                Verdict::Settled => self.end(*number, EditOutcome::AlreadySo),
                Verdict::RollBack(reason) => self.roll_back(*number, reason.clone()),
                Verdict::Ask if self.fold(key, *number) => folded = true,
                Verdict::Ask => {
                    let why = ConflictReason::BothChanged;
                    let asked = self.held.get(number);
                    let asked = asked.map(|entry| conflict(entry, now, &document.body, why));
                    if let Some(conflict) = asked {
                        self.set_stage(*number, Stage::Conflict { conflict });
                    }
                }
            }
        }
        if folded {
            // There is one edit less each time.
            return self.merge_into(io, key, now);
        }
        if !plan.patch.is_empty() {
            return self.go(io, key, &document, plan);
        }
        for going in plan.going {
            self.end(going.number, EditOutcome::AlreadySo);
        }
        self.strands.remove(key);
    }

    /// An edit met others. If a later one changes all of it once more, that one is what the user wants: it takes the place of
    /// both, so that nobody is asked about what is out of date.
    fn fold(&mut self, key: &ResourceKey, number: u64) -> bool {
        let Some(entry) = self.held.get(&number) else {
            return false;
        };
        let covers = |later: &Entry| {
            entry.changes.iter().all(|change| {
                let mut next = later.changes.iter();
                !change.field.is_list()
                    && next.any(|next| next.field == change.field && next.seen.same(&change.wanted))
            })
        };
        let later = self.of(key).filter(|(other, _)| *other > number);
        let covering = later
            .filter(|(_, later)| later.is_under_way() && covers(later))
            .map(|(number, later)| (number, later.id.clone()));
        let Some((later, by)) = covering.collect::<Vec<_>>().into_iter().next() else {
            return false;
        };
        let before = entry.changes.clone();
        self.end(number, EditOutcome::Superseded { by });
        self.rebase_after(later - 1, key, &before);
        true
    }

    /// It is known by now that nothing of what was marked as sent was carried out: what does not go again has never gone.
    fn unmark(&mut self, key: &ResourceKey, plan: &Plan) {
        let goes = |number: u64| plan.going.iter().any(|going| going.number == number);
        let sent = |entry: &Entry| matches!(entry.stage, Stage::Sent { .. });
        let idle = self
            .of(key)
            .filter(|(number, entry)| sent(entry) && !goes(*number));
        for number in idle.map(|(number, _)| number).collect::<Vec<_>>() {
            self.set_stage(number, Stage::Waiting);
        }
    }

    /// The record shows what the server holds; what was typed is kept.
    pub(super) fn roll_back(&mut self, number: u64, reason: RollbackReason) {
        let Some(entry) = self.held.get(&number) else {
            return;
        };
        let (key, dropped) = (entry.resource.clone(), entry.changes.clone());
        self.set_stage(number, Stage::RolledBack { reason });
        self.rebase_after(number, &key, &dropped);
    }
}
