//! The steps of a sign-in and of a renewal: what each answer leads to.

use super::{
    Call, Event, Session, State,
    answers::{self, LoginAnswer},
    call,
};
use crate::{
    engine::{io::Io, requests::Outcome},
    error::ConnectionError,
    identity::TabId,
    limits,
    protocol::{SignInFailure, SignedOutReason},
    timer::Timer,
};

impl Session {
    pub(super) fn on_login(&mut self, io: &mut Io, step: Call, outcome: &Outcome) -> Option<Event> {
        let State::SigningIn { tab, verifier } = &self.state else {
            return None;
        };
        let (tab, verifier) = (tab.clone(), verifier.clone());
        match answers::login(&io.config, step, outcome) {
            Ok(LoginAnswer::Code(code)) => {
                let mut fields = vec![
                    ("grant_type", "authorization_code"),
                    ("code", code.as_str()),
                    ("code_verifier", verifier.reveal()),
                ];
                let client = io.config.client_id.clone();
                if let Some(client) = &client {
                    fields.push(("client_id", client));
                }
                let body = answers::form(&fields);
                call(
                    io,
                    Call::Exchange,
                    "oauth2/token",
                    "application/x-www-form-urlencoded",
                    body,
                );
                None
            }
            Ok(LoginAnswer::Choose { login, choices }) => {
                self.state = State::Choosing {
                    verifier,
                    login,
                    choices,
                };
                Some(Event::Changed)
            }
            Err(failure) => Some(self.fail(tab, failure)),
        }
    }

    pub(super) fn on_exchange(&mut self, io: &mut Io, outcome: &Outcome) -> Option<Event> {
        let State::SigningIn { tab, .. } = &self.state else {
            return None;
        };
        let tab = tab.clone();
        match answers::exchange(outcome) {
            Ok(answer) => {
                self.accept(io, answer, io.clock_now());
                self.state = State::Identifying { tab: Some(tab) };
                self.ask_me(io);
                Some(Event::Renewed)
            }
            Err(failure) => Some(self.fail(tab, failure)),
        }
    }

    pub(super) fn on_refreshed(&mut self, io: &mut Io, outcome: &Outcome) -> Option<Event> {
        let signed_in_at = self.tokens.as_ref()?.signed_in_at;
        match answers::refreshed(outcome) {
            answers::Refreshed::Renewed(answer) => {
                self.attempt = 0;
                self.accept(io, answer, signed_in_at);
                if matches!(self.state, State::Restoring) {
                    self.state = State::Identifying { tab: None };
                    self.ask_me(io);
                } else if self.unconfirmed {
                    self.ask_me_again(io);
                }
                Some(Event::Renewed)
            }
            answers::Refreshed::Refused => {
                io.report(ConnectionError::RenewalRefused);
                Some(self.end(io, SignedOutReason::SessionEnded))
            }
            answers::Refreshed::TryLater(told_ms) => {
                io.count(ConnectionError::RenewalFailed);
                let ceiling = (limits::REQUEST_RETRY_BASE_MS << self.attempt.min(8))
                    .min(limits::REQUEST_RETRY_MAX_MS);
                self.attempt += 1;
                let wait = told_ms.unwrap_or(ceiling / 2) + io.jitter_ms(ceiling / 2);
                io.timers.set(Timer::SessionRefresh, io.now + wait);
                None
            }
        }
    }

    pub(super) fn on_me(&mut self, io: &mut Io, outcome: &Outcome) -> Option<Event> {
        let tab = match &self.state {
            State::Identifying { tab } => tab.clone(),
            State::SignedIn(_) if self.unconfirmed => None,
            _ => return None,
        };
        let answer = answers::me(outcome);
        let identity = match answer {
            Ok(identity) => identity,
            Err(failure) => return self.on_me_refused(io, tab, outcome, failure),
        };
        let known = match std::mem::replace(&mut self.state, State::SignedIn(identity.clone())) {
            State::SignedIn(known) => Some(known),
            _ => None,
        };
        self.unconfirmed = false;
        self.proven_at = Some(io.now);
        if self.asked_at >= self.doubted_at {
            self.doubt_settled = self.doubted_at.take().is_some();
        } else {
            self.check_again(io);
        }
        if known.as_ref() != Some(&identity) {
            self.save(io);
        }
        let before = std::mem::replace(&mut self.answered_asked_at, self.asked_at);
        match known {
            None => Some(Event::SignedIn),
            Some(known) if known.reads_like(&identity) => {
                self.confirmed_ms = before.map(|before| io.now.since_ms(before));
                (known != identity).then_some(Event::Changed)
            }
            Some(_) => Some(Event::Switched),
        }
    }

    fn on_me_refused(
        &mut self,
        io: &mut Io,
        tab: Option<TabId>,
        outcome: &Outcome,
        failure: SignInFailure,
    ) -> Option<Event> {
        if let Some(tab) = tab {
            self.end(io, SignedOutReason::SessionEnded);
            // Nobody was here who could leave anything behind.
            _ = self.on_left();
            return Some(Event::Failed(tab, failure));
        }
        if matches!(outcome, Ok(answer) if answer.status == 410) {
            io.report(ConnectionError::AccessRemoved);
            return Some(self.end(io, SignedOutReason::AccessRemoved));
        }
        // A proxy, the page of a guest network, a server in trouble: none of them may sign anybody out.
        io.count(ConnectionError::IdentityUnknown);
        let wait_ms =
            limits::SESSION_CHECK_AGAIN_MS / 2 + io.jitter_ms(limits::SESSION_CHECK_AGAIN_MS / 2);
        io.timers.set(Timer::SessionCheck, io.now + wait_ms);
        None
    }
}
