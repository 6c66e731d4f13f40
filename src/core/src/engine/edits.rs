//! Edits between the tabs, the outbox and the rest of the engine. Decides nothing that the outbox could decide.
//!
//! How a tab edits (messages: [`TabMessage`], [`WorkerMessage`]):
//!
//! 1. What can be edited, and what the policy forbids: [`crate::protocol::RecordContent::editable`] for an open record; for a
//!    cell of a table [`crate::protocol::FieldValue::from_cell`]. Where a status may go: [`crate::edit::transitions::next`].
//! 2. `Edit` with a name of the tab's own (unique for ever, for example tab id and a number) and, for each field, the value that
//!    was on the screen. The tab holds it until it is told that the edit is kept (`EditView::kept`), has ended or was refused, and
//!    asks for it again when the worker dies before: what was not kept was not sent.
//! 3. At once every tab gets rows and records with the wanted value and a mark for each field (`Row::pending`,
//!    `RecordContent::pending`), and `Edits` with the edit in it. A row enters a panel at once and leaves it when the server has
//!    confirmed.
//! 4. `Edits` tells every step: waiting, sending, conflict (with theirs, by whom and when), rolled back (with the reason; what
//!    was typed is in the edit), and at last the end. All tabs hear the same; a conflict that is solved in one is gone in all.
//! 5. A choice: `DecideConflict`. An edit that was rolled back: `RetryEdit` or `DiscardEdit`. A mistake: `UndoEdit`.
//! 6. Many records at once: `EditMany`, followed by views of the job; `UndoJob`.
//! 7. `SignOut` is answered by `SignOutWarning` while there is anything in the outbox.
//! 8. `KeepDraft` with each change of a text that was typed and not saved; `Draft` brings it to another tab when its own is gone or has forgotten it;
//!    `DraftsForgotten` says that.

use super::{Engine, requests::Outcome};
use crate::{
    edit::{Asker, Author, Call, EditEvent, Subject},
    engine::requests::Trouble,
    fhir::Resource,
    identity::{EditId, JobId, ResourceKey, TabId},
    panel::PanelDefinition,
    protocol::{
        EditRefusal, EditableField, GoneReason, NewEdit, RecordContent, Row, SignedOutReason,
        TabMessage, WorkerMessage,
    },
    replica::{Entry, IN_DRAWER, Membership, Source},
    session::Identity,
    time::Timestamp,
};

impl Engine {
    /// Somebody is signed in: what they left unsent comes back.
    pub(super) fn open_outbox(&mut self, identity: &Identity) {
        let author = Author {
            server: self.io.config.server.base_url().to_owned(),
            project: identity.project_id.clone(),
            profile: identity.profile.clone(),
        };
        self.outbox.open(&mut self.io, author);
    }

    /// Nobody is signed in any longer.
    pub(super) fn leave_outbox(&mut self) {
        self.sign_out_asked = None;
        if self.session.leaving() == Some(SignedOutReason::UserSignedOut) {
            self.outbox.leave(&mut self.io);
        } else {
            self.outbox.park(&mut self.io);
        }
    }

    /// A tab wants something about edits.
    pub(super) fn on_edit_message(&mut self, tab: &TabId, message: TabMessage) {
        let (edit, outcome) = match message {
            TabMessage::Edit { edit } => {
                self.tell_ends_again(tab, std::slice::from_ref(&edit));
                (Some(edit.id.clone()), self.take_edit(edit, None))
            }
            TabMessage::EditMany { job, edits } => {
                self.tell_ends_again(tab, &edits);
                if let Err(reason) = self.take_job(&job, edits) {
                    self.refuse_edit(tab, None, Some(job), reason);
                }
                return;
            }
            TabMessage::UndoEdit { edit } => {
                let outcome = self.outbox.undo(&self.io, &edit);
                (Some(edit), outcome)
            }
            TabMessage::UndoJob { job } => {
                if let Err(reason) = self.outbox.undo_job(&self.io, &job) {
                    self.refuse_edit(tab, None, Some(job), reason);
                }
                return;
            }
            TabMessage::DecideConflict {
                edit,
                version,
                decisions,
            } => {
                let outcome = self.with_asker(|engine, asker| {
                    let now = engine.io.clock_now();
                    engine
                        .outbox
                        .decide(asker, &edit, &version, &decisions, now)
                });
                (Some(edit), outcome)
            }
            TabMessage::RetryEdit { edit } => {
                let outcome = self.outbox.retry(&edit);
                (Some(edit), outcome)
            }
            TabMessage::DiscardEdit { edit } => {
                let outcome = self.outbox.discard(&edit);
                (Some(edit), outcome)
            }
            _ => return self.tell_all_edits(tab),
        };
        if let Err(reason) = outcome {
            self.refuse_edit(tab, edit, None, reason);
        }
    }

    /// A tab wants to sign out. Whether something would be lost is known only when what is stored has been read. What waits for a
    /// user whose session has ended by itself is not asked about: it is kept.
    pub(super) fn on_sign_out(&mut self, tab: &TabId) {
        if self.outbox.is_opening() || self.audit.is_opening() {
            self.sign_out_asked = Some(tab.clone());
        } else if self.outbox.is_empty() || self.outbox.is_parked() {
            self.sign_out();
        } else {
            let summary = self.outbox.summary();
            self.io.tell(tab, WorkerMessage::SignOutWarning { summary });
        }
    }

    /// A tab wants to sign out, whatever is lost. Where the session has ended before, nobody can say whose word that is.
    pub(super) fn on_sign_out_discarding(&mut self) {
        if self.session.leaving().is_some() {
            return;
        }
        if !self.outbox.is_parked() {
            self.farewell = self.outbox.discard_all(&mut self.io);
        }
        self.sign_out();
    }

    fn sign_out(&mut self) {
        let wait_ms = self.send_last_of_audit();
        let event = self.session.sign_out(&mut self.io, wait_ms);
        self.on_session(event);
    }

    /// An answer to something that the outbox has asked.
    pub(super) fn on_edit_answer(&mut self, call: Call, outcome: Outcome) {
        if let Call::Read(key) = &call
            && let Some(asked) = self.outbox.asked_at(key)
        {
            if self.is_entitled(asked) {
                self.take_read(key, outcome.clone(), asked);
            } else {
                self.read(key);
            }
        }
        let in_doubt = self.session.is_restored();
        let event = self
            .outbox
            .on_answer(&mut self.io, call, &outcome, in_doubt);
        if let Some(EditEvent::Written(resource, asked)) = event {
            if self.is_entitled(asked) {
                self.accept(*resource, Source::Write(asked));
            } else {
                self.read(&resource.key);
            }
        }
    }

    /// Whether the answer to what was asked then is one to the rights of now. Edits outlive a change of rights; an answer from
    /// before may hold what is hidden now.
    fn is_entitled(&self, asked: Timestamp) -> bool {
        asked > self.entitled_at
    }

    /// The end of a turn: edits get on, rows follow them, tabs are told.
    pub(super) fn pump_edits(&mut self) {
        if !self.outbox.is_opening()
            && !self.audit.is_opening()
            && let Some(tab) = self.sign_out_asked.take()
        {
            self.on_sign_out(&tab);
        }
        let reachable = self.io.requests.trouble() != Some(Trouble::Unreachable);
        let may_send = self.session.is_proven() && reachable && !self.tabs.claim_offline();
        self.outbox.pump(&mut self.io, &self.replica, may_send);
        self.hand_over_drafts();
        for key in self.outbox.take_touched() {
            self.show_pending(&key);
        }
        if let Some(news) = self.outbox.take_news() {
            self.tabs
                .tell_all(&mut self.io, WorkerMessage::Edits { news });
        }
    }

    /// What was typed in a tab that is gone, or has forgotten it, goes to one that has the record open.
    fn hand_over_drafts(&mut self) {
        if !self.outbox.has_drafts() {
            return;
        }
        let open = self.tabs.records();
        let open: Vec<_> = open.map(|(tab, key)| (tab.clone(), key.clone())).collect();
        for (tab, record) in open {
            let is_here = |other: &TabId| self.tabs.is_admitted(other);
            for (of, text) in self
                .outbox
                .adopt_drafts(self.io.now, &tab, &record, is_here)
            {
                let record = record.clone();
                self.io
                    .tell(&tab, WorkerMessage::Draft { record, of, text });
            }
        }
    }

    /// Everything about edits, to one tab.
    pub(super) fn tell_all_edits(&mut self, tab: &TabId) {
        if let Some(news) = self.outbox.everything() {
            self.io.tell(tab, WorkerMessage::Edits { news });
        }
    }

    /// Who shows a resource: as it is, and as it will be.
    pub(super) fn members_of(&self, resource: &Resource) -> Membership {
        let later = self.outbox.laid_over(resource);
        let later = later.map_or(0, |shown| self.panels.members(&shown));
        self.panels.members(resource) | later
    }

    /// The row of a resource, with what is pending.
    pub(super) fn row(&self, index: usize, entry: &Entry) -> Row {
        self.row_of(self.panels.definition(index), entry)
    }

    /// The same of a panel that may be nobody's yet.
    pub(super) fn row_of(&self, panel: &PanelDefinition, entry: &Entry) -> Row {
        let resource = &entry.resource;
        if !self.outbox.is_pending(&resource.key) {
            return self.panels.project(panel, resource, &self.replica);
        }
        let later = self.outbox.laid_over(resource);
        let shown = later.as_ref().unwrap_or(resource);
        Row {
            pending: self.outbox.pending(&resource.key),
            ..self.panels.project(panel, shown, &self.replica)
        }
    }

    /// The content of a record, with what is pending and what can be edited.
    pub(super) fn content(&self, entry: &Entry) -> RecordContent {
        let resource = &entry.resource;
        let later = self.outbox.laid_over(resource);
        let shown = later.as_ref().unwrap_or(resource);
        RecordContent {
            editable: self.editable(shown),
            pending: self.outbox.pending(&resource.key),
            ..self.panels.record(shown, &self.replica)
        }
    }

    fn editable(&self, resource: &Resource) -> Vec<EditableField> {
        let Some(identity) = self.session.identity() else {
            return Vec::new();
        };
        crate::edit::editable(resource, &identity.permissions)
    }

    /// A tab that was away asks again for what has ended meanwhile. It would do so in each session to come, until nobody knows
    /// any longer that it was made.
    fn tell_ends_again(&mut self, tab: &TabId, edits: &[NewEdit]) {
        if let Some(news) = self.outbox.ends_of(edits) {
            self.io.tell(tab, WorkerMessage::Edits { news });
        }
    }

    fn take_edit(&mut self, edit: NewEdit, job: Option<&JobId>) -> Result<(), EditRefusal> {
        let subject = self.subject_of(&edit.resource);
        self.with_asker(|engine, asker| engine.outbox.add(&engine.io, asker, edit, subject, job))
    }

    fn take_job(&mut self, job: &JobId, edits: Vec<NewEdit>) -> Result<(), EditRefusal> {
        if !self.outbox.begin_job(&self.io, job, edits.len())? {
            return Ok(());
        }
        for edit in edits {
            let resource = edit.resource.clone();
            if let Err(reason) = self.take_edit(edit, Some(job)) {
                self.outbox.refuse_in_job(job, &resource, reason);
            }
        }
        Ok(())
    }

    /// Does something in the name of whoever is signed in.
    fn with_asker(
        &mut self,
        act: impl FnOnce(&mut Self, &Asker<'_>) -> Result<(), EditRefusal>,
    ) -> Result<(), EditRefusal> {
        let identity = self.session.identity().cloned();
        let identity = identity.ok_or(EditRefusal::NotSignedIn)?;
        let asker = Asker {
            profile: &identity.profile,
            name: &identity.name,
            permissions: &identity.permissions,
        };
        act(self, &asker)
    }

    fn refuse_edit(
        &mut self,
        tab: &TabId,
        edit: Option<EditId>,
        job: Option<JobId>,
        reason: EditRefusal,
    ) {
        self.io
            .tell(tab, WorkerMessage::EditRefused { edit, job, reason });
    }

    /// What a record is called, and whom it is about.
    fn subject_of(&self, key: &ResourceKey) -> Subject {
        let entry = self.replica.get(key);
        entry.map_or_else(Subject::default, |entry| {
            self.panels.subject(&entry.resource, &self.replica)
        })
    }

    /// The row of a record looks otherwise than before.
    fn show_pending(&mut self, key: &ResourceKey) {
        let Some(entry) = self.replica.get(key) else {
            return;
        };
        let members = self.members_of(&entry.resource) | (entry.members & IN_DRAWER);
        let status = crate::handlers::ended_status_label(&entry.resource);
        self.replica
            .reassign(key, members, GoneReason::LeftPanel { status, by: None });
        self.replica.queue().mark(key, members, None);
    }
}
