//! The audit trail between the rest of the engine and [`crate::audit`]: what is written down, and when it may be sent.

use super::{
    Engine,
    requests::{Outcome, Purpose},
};
use crate::{
    audit::{self, AuditState, Call, Deed, What},
    edit::Author,
    fhir::{Body, Resource},
    identity::{ResourceKey, ResourceType},
    limits,
    protocol::{RecordState, SignedOutReason},
    session::{self, Identity},
};

impl Engine {
    /// How the audit trail of whoever is signed in is: for diagnostics and tests.
    pub fn audit(&self) -> AuditState {
        self.audit.state()
    }

    pub(super) fn open_audit(&mut self, identity: &Identity) {
        let author = Author {
            server: self.io.config.server.base_url().to_owned(),
            project: identity.project_id.clone(),
            profile: identity.profile.clone(),
        };
        self.audit.open(&mut self.io, author);
    }

    /// Somebody has signed in; a session of an earlier life of the worker only goes on.
    pub(super) fn note_sign_in(&mut self) {
        if !self.session.is_restored() {
            self.audit.note(&mut self.io, Deed::new(What::SignedIn));
        }
    }

    /// The user signs out: what is left goes first. Returns how long the session is needed for that.
    pub(super) fn send_last_of_audit(&mut self) -> i64 {
        self.note_deeds();
        self.audit.note(&mut self.io, Deed::new(What::SignedOut));
        let token = self.session.access();
        match self.audit.leave(&mut self.io, token) {
            true => i64::from(limits::AUDIT_LAST_MS),
            false => 0,
        }
    }

    /// Nobody is signed in any longer. Where the user has signed out everything is on its way already.
    pub(super) fn leave_audit(&mut self) {
        if self.session.leaving() != Some(SignedOutReason::UserSignedOut) {
            self.note_deeds();
            self.audit.note(&mut self.io, Deed::new(What::SessionEnded));
            self.audit.part(&mut self.io);
        }
    }

    pub(super) fn on_audit_answer(&mut self, call: Call, outcome: &Outcome) {
        self.audit.on_answer(&mut self.io, call, outcome);
        if call == Call::Last {
            let logout = Purpose::Session(session::Call::Logout);
            self.io.requests.release(|purpose| *purpose == logout);
        }
    }

    /// A record is shown, or told to be out of reach.
    pub(super) fn note_view(&mut self, record: &ResourceKey, state: &RecordState) {
        let outcome = match state {
            RecordState::Present => audit::Outcome::Success,
            RecordState::NotFound => audit::Outcome::Failure,
            _ => return,
        };
        let entry = self.replica.get(record);
        let patient = || patient_of(&entry?.resource);
        let deed = || {
            let deed = Deed::new(What::Viewed).with(outcome);
            deed.about(record, patient().as_ref())
        };
        self.audit.note_view(&mut self.io, record, deed);
    }

    /// What became of edits since this was asked last.
    fn note_deeds(&mut self) {
        for deed in self.outbox.take_deeds() {
            self.audit.note(&mut self.io, deed);
        }
    }

    /// The end of a turn.
    pub(super) fn pump_audit(&mut self) {
        self.note_deeds();
        let quiet = self.io.requests.trouble().is_none() && !self.tabs.claim_offline();
        let may_send = quiet && self.session.is_proven();
        self.audit.pump(&mut self.io, may_send);
    }
}

/// Whom a resource is about.
fn patient_of(resource: &Resource) -> Option<ResourceKey> {
    match &resource.body {
        Body::Task(task) => {
            let key = task.patient.as_ref()?.key.clone()?;
            (key.kind == ResourceType::Patient).then_some(key)
        }
        Body::Patient(_) | Body::Other => None,
    }
}
