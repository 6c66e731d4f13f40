//! Who is signed in: sign-in with e-mail and password, renewal, restoring after a reload, sign-out.
//!
//! Owns the tokens. Must never log or show one, and never signs anybody out because of 429, 5xx or a dead network: only a
//! refused refresh token ends a session.

mod access;
mod answers;
pub(crate) use answers::outcome_text;
mod pkce;
mod steps;
mod stored;

use serde::{Deserialize, Serialize};

use crate::{
    edit::Permissions,
    engine::{
        HttpBody, HttpMethod, Output,
        io::Io,
        requests::{Auth, Lane, Outcome, Purpose, Request, Retry},
    },
    error::{ConnectionError, StateError},
    identity::{ResourceType, TabId},
    limits,
    protocol::{MembershipChoice, Secret, SessionView, SignInFailure, SignedOutReason},
    time::Timestamp,
    timer::Timer,
};
use answers::TokenAnswer;
use pkce::Verifiers;
use stored::StoredSession;

/// A step of the session that waits for an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    /// E-mail and password were sent.
    Login,
    /// The choice of a membership was sent.
    Profile,
    /// The code is exchanged.
    Exchange,
    /// The refresh token is exchanged.
    Refresh,
    /// Who am I.
    Me,
    /// The login is revoked; nobody waits.
    Logout,
}

/// What the rest of the engine must react to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Event {
    /// The view changed; every tab is told.
    Changed,
    /// A sign-in failed; the tab that asked is told.
    Failed(TabId, SignInFailure),
    /// Somebody is signed in: load and connect.
    SignedIn,
    /// Nobody is signed in any longer: forget everything.
    SignedOut,
    /// There is a new access token.
    Renewed,
    /// The server says otherwise than the stored session who this is or what may be read: start over.
    Switched,
}

/// Who the user is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Identity {
    /// Reference of the profile.
    pub(crate) profile: String,
    /// Name to show.
    pub(crate) name: String,
    /// Id of the project.
    pub(crate) project_id: String,
    /// Name of the project.
    pub(crate) project: String,
    /// Types of which the access policy shows a part only: they have neither tombstones nor 410.
    pub(crate) restricted: Vec<ResourceType>,
    /// Fingerprint of the access policy: another one means that other rows may be read.
    #[serde(default)]
    pub(crate) policy: u64,
    /// What the access policy lets the user edit.
    #[serde(default)]
    pub(crate) permissions: Permissions,
}

impl Identity {
    /// Whether rows read as one are the rows to show to the other.
    fn reads_like(&self, other: &Self) -> bool {
        self.profile == other.profile
            && self.project_id == other.project_id
            && self.restricted == other.restricted
            && self.policy == other.policy
    }
}

#[derive(Clone, Debug)]
struct Tokens {
    access: Secret,
    refresh: Option<Secret>,
    expires_at: Timestamp,
    signed_in_at: Timestamp,
}

#[derive(Debug)]
enum State {
    /// The stored session is being read.
    Loading,
    /// The session has ended; what is stored of it is still there. Nobody is told before it is gone: a worker that dies meanwhile
    /// would leave it to the next, and who has left would be here again.
    Leaving(SignedOutReason),
    /// Nobody.
    SignedOut(SignedOutReason),
    /// A sign-in is on its way for this tab.
    SigningIn { tab: TabId, verifier: Secret },
    /// The user has to choose.
    Choosing {
        verifier: Secret,
        login: String,
        choices: Vec<MembershipChoice>,
    },
    /// There is a stored refresh token; it is not proven yet.
    Restoring,
    /// There are tokens; who they belong to is being asked.
    Identifying { tab: Option<TabId> },
    /// Somebody.
    SignedIn(Identity),
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Session {
    state: State,
    tokens: Option<Tokens>,
    verifiers: Verifiers,
    attempt: u32,
    /// Who is signed in is known from the stored session only, or is in doubt: the server has to confirm it.
    unconfirmed: bool,
    /// When a doubt about it was last followed.
    checked_at: Option<Timestamp>,
    /// When the server last said who is signed in and what may be read.
    proven_at: Option<Timestamp>,
    /// When it was last asked that.
    asked_at: Option<Timestamp>,
    /// When it was asked what it answered last.
    answered_asked_at: Option<Timestamp>,
    /// So long ago the answer was the same.
    confirmed_ms: Option<i64>,
    /// Since when something says that less may be read than before.
    doubted_at: Option<Timestamp>,
    /// The server was asked after that, and has answered.
    doubt_settled: bool,
}

impl Session {
    /// Before the stored session is known.
    pub(crate) fn new(entropy: [u8; 32]) -> Self {
        Self {
            state: State::Loading,
            tokens: None,
            verifiers: Verifiers::new(entropy),
            attempt: 0,
            unconfirmed: false,
            checked_at: None,
            proven_at: None,
            asked_at: None,
            answered_asked_at: None,
            confirmed_ms: None,
            doubted_at: None,
            doubt_settled: false,
        }
    }

    /// What tabs show.
    pub(crate) fn view(&self) -> SessionView {
        match &self.state {
            State::Loading
            | State::Restoring
            | State::Leaving(_)
            | State::Identifying { tab: None } => SessionView::Restoring,
            State::SignedOut(reason) => SessionView::SignedOut { reason: *reason },
            State::SigningIn { .. } | State::Identifying { tab: Some(_) } => SessionView::SigningIn,
            State::Choosing { choices, .. } => SessionView::ChooseMembership {
                memberships: choices.clone(),
            },
            State::SignedIn(identity) => SessionView::SignedIn {
                profile: identity.profile.clone(),
                name: identity.name.clone(),
                project: identity.project.clone(),
            },
        }
    }

    /// Who is signed in.
    pub(crate) fn identity(&self) -> Option<&Identity> {
        match &self.state {
            State::SignedIn(identity) => Some(identity),
            _ => None,
        }
    }

    /// Whether an earlier life of the worker signed in and the server has not confirmed it yet.
    pub(crate) fn is_restored(&self) -> bool {
        self.unconfirmed
    }

    /// Whether the server has said in this life who is signed in.
    pub(crate) fn is_proven(&self) -> bool {
        self.proven_at.is_some() && self.identity().is_some()
    }

    /// Why nobody is, if nobody is and nothing is on its way.
    pub(crate) fn signed_out(&self) -> Option<SignedOutReason> {
        match &self.state {
            State::SignedOut(reason) => Some(*reason),
            State::SigningIn { .. } | State::Choosing { .. } => Some(SignedOutReason::NotYet),
            _ => None,
        }
    }

    /// Why it has ended, while what is stored of it is still there.
    pub(crate) fn leaving(&self) -> Option<SignedOutReason> {
        match self.state {
            State::Leaving(reason) => Some(reason),
            _ => None,
        }
    }

    /// What was stored of it is gone, or nobody waits for that any longer.
    pub(crate) fn on_left(&mut self) -> Option<Event> {
        self.state = State::SignedOut(self.leaving()?);
        Some(Event::Changed)
    }

    /// The stored session was read.
    pub(crate) fn on_loaded(&mut self, io: &mut Io, text: Option<&str>) -> Option<Event> {
        if !matches!(self.state, State::Loading) {
            return None;
        }
        let stored = text.and_then(|text| {
            StoredSession::restore(text, io.config.server.base_url(), io.clock_now())
        });
        let Some(stored) = stored else {
            if text.is_some() {
                io.push(Output::ForgetSession);
                io.report(StateError::StoredSessionUnusable);
            }
            // A session that is over takes its rows along, also where its end was cut short by the end of the worker.
            io.push(Output::WipeCache);
            self.state = State::SignedOut(SignedOutReason::NotYet);
            return Some(Event::Changed);
        };
        self.tokens = Some(Tokens {
            access: Secret::new(""),
            refresh: Some(stored.refresh_token),
            expires_at: io.now,
            signed_in_at: stored.signed_in_at,
        });
        self.refresh(io);
        match stored.identity {
            // Whoever could read the stored session may see the rows stored beside it; nothing else is given before the
            // server has renewed the session.
            Some(identity) => {
                self.unconfirmed = true;
                self.state = State::SignedIn(identity);
                Some(Event::SignedIn)
            }
            None => {
                self.state = State::Restoring;
                Some(Event::Changed)
            }
        }
    }

    /// A tab signs in.
    pub(crate) fn sign_in(
        &mut self,
        io: &mut Io,
        tab: TabId,
        email: &str,
        password: &Secret,
    ) -> Option<Event> {
        if !matches!(self.state, State::SignedOut(_) | State::Choosing { .. }) {
            io.report(StateError::SignInOutOfTurn);
            return None;
        }
        let verifier = self.verifiers.next();
        let body = answers::login_body(&io.config, email, password, &pkce::challenge(&verifier));
        self.state = State::SigningIn { tab, verifier };
        call(io, Call::Login, "auth/login", "application/json", body);
        Some(Event::Changed)
    }

    /// A tab chooses one of several memberships.
    pub(crate) fn choose(&mut self, io: &mut Io, tab: TabId, membership: &str) -> Option<Event> {
        let State::Choosing {
            verifier,
            login,
            choices,
            ..
        } = &self.state
        else {
            io.report(StateError::ChoiceOutOfTurn);
            return None;
        };
        if !choices.iter().any(|choice| choice.id == membership) {
            io.report(StateError::ChoiceOutOfTurn);
            return None;
        }
        let body = serde_json::json!({ "login": login, "profile": membership }).to_string();
        self.state = State::SigningIn {
            tab,
            verifier: verifier.clone(),
        };
        call(io, Call::Profile, "auth/profile", "application/json", body);
        Some(Event::Changed)
    }

    /// The access token, while there is one.
    pub(crate) fn access(&self) -> Option<Secret> {
        let token = self.tokens.as_ref().map(|tokens| tokens.access.clone());
        token.filter(|token| !token.reveal().is_empty())
    }

    /// The user signs out everywhere. What was sent in the name of the session gets so long before it is revoked.
    pub(crate) fn sign_out(&mut self, io: &mut Io, wait_ms: i64) -> Option<Event> {
        if matches!(self.state, State::SignedOut(_) | State::Leaving(_)) {
            return None;
        }
        if let Some(access) = self.access() {
            let request = Request {
                purpose: Purpose::Session(Call::Logout),
                method: HttpMethod::Post,
                path: "oauth2/logout".into(),
                body: None,
                auth: Auth::Token(access),
                retry: Retry::Times(3),
                lane: Lane::First,
                timeout_ms: limits::REQUEST_TIMEOUT_MS,
            };
            io.requests.send_at(request, io.now + wait_ms);
        }
        Some(self.end(io, SignedOutReason::UserSignedOut))
    }

    /// A request was answered 401, or the token is about to end.
    pub(crate) fn refresh(&mut self, io: &mut Io) {
        let is_refresh = |purpose: &Purpose| *purpose == Purpose::Session(Call::Refresh);
        if io.requests.any(is_refresh) {
            return;
        }
        io.timers.stop(Timer::SessionRefresh);
        let Some(refresh) = self
            .tokens
            .as_ref()
            .and_then(|tokens| tokens.refresh.as_ref())
        else {
            return;
        };
        let body = answers::form(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh.reveal()),
        ]);
        call(
            io,
            Call::Refresh,
            "oauth2/token",
            "application/x-www-form-urlencoded",
            body,
        );
    }

    /// A request was answered 401: renew, or end where that is impossible.
    pub(crate) fn on_unauthorized(&mut self, io: &mut Io) -> Option<Event> {
        if self
            .tokens
            .as_ref()
            .is_some_and(|tokens| tokens.refresh.is_some())
        {
            self.refresh(io);
            return None;
        }
        // Super admins never get a refresh token (`transcripts/01b-sign-in-errors.json`).
        self.tokens.as_ref()?;
        io.report(ConnectionError::SessionEnded);
        Some(self.end(io, SignedOutReason::SessionEnded))
    }

    /// The timer for the renewal.
    pub(crate) fn on_timer(&mut self, io: &mut Io) -> Option<Event> {
        let tokens = self.tokens.as_ref()?;
        if tokens.refresh.is_some() {
            self.refresh(io);
            return None;
        }
        if io.now < tokens.expires_at {
            return None;
        }
        io.report(ConnectionError::SessionEnded);
        Some(self.end(io, SignedOutReason::SessionEnded))
    }

    /// An answer to one of the calls.
    pub(crate) fn on_answer(&mut self, io: &mut Io, call: Call, outcome: Outcome) -> Option<Event> {
        match call {
            Call::Login | Call::Profile => self.on_login(io, call, &outcome),
            Call::Exchange => self.on_exchange(io, &outcome),
            Call::Refresh => self.on_refreshed(io, &outcome),
            Call::Me => self.on_me(io, &outcome),
            Call::Logout => None,
        }
    }

    /// Stores what a new life of the worker needs.
    fn save(&self, io: &mut Io) {
        let Some(tokens) = &self.tokens else {
            return;
        };
        let Some(refresh) = &tokens.refresh else {
            return;
        };
        let text = StoredSession::save(
            io.config.server.base_url(),
            refresh,
            tokens.signed_in_at,
            self.identity(),
        );
        io.push(Output::SaveSession { text });
    }

    fn accept(&mut self, io: &mut Io, answer: TokenAnswer, signed_in_at: Timestamp) {
        let life_ms = answer.expires_in_s.saturating_mul(1000);
        let early_ms = limits::SESSION_REFRESH_BEFORE_MS.min(life_ms / 2);
        let previous = self.tokens.take().and_then(|tokens| tokens.refresh);
        let tokens = Tokens {
            access: Secret::new(answer.access_token),
            refresh: answer.refresh_token.map(Secret::new).or(previous),
            expires_at: io.now + life_ms,
            signed_in_at,
        };
        io.requests.set_bearer(Some(tokens.access.clone()));
        let renew_at = match &tokens.refresh {
            Some(_) => io.now + (life_ms - early_ms),
            None => tokens.expires_at,
        };
        io.timers.set(Timer::SessionRefresh, renew_at);
        self.tokens = Some(tokens);
        self.save(io);
    }

    fn fail(&mut self, tab: TabId, failure: SignInFailure) -> Event {
        self.tokens = None;
        self.state = State::SignedOut(SignedOutReason::NotYet);
        Event::Failed(tab, failure)
    }

    fn end(&mut self, io: &mut Io, reason: SignedOutReason) -> Event {
        self.tokens = None;
        self.attempt = 0;
        self.unconfirmed = false;
        self.state = State::Leaving(reason);
        self.checked_at = None;
        self.proven_at = None;
        self.answered_asked_at = None;
        self.confirmed_ms = None;
        self.doubted_at = None;
        self.doubt_settled = false;
        io.timers.stop(Timer::SessionRefresh);
        io.timers.stop(Timer::SessionCheck);
        let last = Purpose::Audit(crate::audit::Call::Last);
        io.cancel_requests(|purpose| {
            *purpose != Purpose::Session(Call::Logout) && *purpose != last
        });
        io.requests.set_bearer(None);
        io.push(Output::ForgetSession);
        Event::SignedOut
    }
}

fn call(io: &mut Io, call: Call, path: &str, content_type: &'static str, text: String) {
    io.requests.send(Request {
        purpose: Purpose::Session(call),
        method: HttpMethod::Post,
        path: path.into(),
        body: Some(HttpBody {
            content_type,
            text: Secret::new(text),
        }),
        auth: Auth::None,
        retry: Retry::Never,
        lane: Lane::First,
        timeout_ms: limits::REQUEST_TIMEOUT_MS,
    });
}
