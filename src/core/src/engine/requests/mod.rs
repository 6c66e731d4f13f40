//! HTTP requests on their way: bounded, retried with backoff, held while the access token is renewed.
//!
//! Knows what each request is for, but never what its answer means. One 401 asks for one renewal; all requests wait for
//! it and each is repeated once. 429 and 5xx are waited out here and never reach the session. The answer that never comes
//! has a time limit here too, whatever carries the requests out.

mod purpose;
mod retry;
#[cfg(test)]
mod tests;
mod turn;

use std::collections::{BTreeMap, VecDeque};

use super::{HttpAnswer, HttpBody, HttpFailure, HttpMethod, HttpRequest, rate_budget::RateBudget};
use crate::{identity::RequestId, limits, protocol::Secret, time::Timestamp};

pub(crate) use purpose::{Lane, Purpose};
pub(crate) use retry::{Retry, is_cursor_failure, throttle_wait_ms};
use retry::{is_throttled, retry_wait_ms};
use turn::Turn;

/// How a request is authorised.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Auth {
    /// Not at all.
    None,
    /// By the session's access token at the moment of sending.
    Session,
    /// By this token, which outlives the session.
    Token(Secret),
}

const LANES: usize = 5;

/// A request before it is sent.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Request {
    /// Who waits.
    pub(crate) purpose: Purpose,
    /// Method.
    pub(crate) method: HttpMethod,
    /// Path and query below the server's base address.
    pub(crate) path: String,
    /// Body.
    pub(crate) body: Option<HttpBody>,
    /// Authorisation.
    pub(crate) auth: Auth,
    /// Repetition.
    pub(crate) retry: Retry,
    /// Urgency.
    pub(crate) lane: Lane,
    /// Patience with one try.
    pub(crate) timeout_ms: u32,
}

impl Request {
    /// A read with the session's token, repeated until answered.
    pub(crate) fn get(purpose: Purpose, path: impl Into<String>) -> Self {
        Self {
            lane: purpose.lane(),
            timeout_ms: limits::REQUEST_TIMEOUT_MS,
            purpose,
            method: HttpMethod::Get,
            path: path.into(),
            body: None,
            auth: Auth::Session,
            retry: Retry::Always,
        }
    }

    /// A FHIR body sent with the session's token.
    pub(crate) fn fhir(
        purpose: Purpose,
        method: HttpMethod,
        path: impl Into<String>,
        body: String,
    ) -> Self {
        Self {
            lane: purpose.lane(),
            timeout_ms: limits::REQUEST_TIMEOUT_MS,
            purpose,
            method,
            path: path.into(),
            body: Some(HttpBody {
                content_type: "application/fhir+json",
                text: Secret::new(body),
            }),
            auth: Auth::Session,
            retry: Retry::Never,
        }
    }
}

/// How a request ended.
pub(crate) type Outcome = Result<HttpAnswer, HttpFailure>;

/// What to do after an answer.
#[derive(Debug)]
pub(crate) enum Finished {
    /// Hand it to whoever waits.
    Deliver(Purpose, Outcome),
    /// It is repeated.
    Retrying,
    /// The access token has to be renewed; the request waits for that.
    NeedsToken,
    /// The request is unknown: cancelled before, or never sent.
    Unknown,
}

/// Why requests do not get through at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// No answer.
    Unreachable,
    /// 5xx.
    ServerError,
    /// 429.
    RateLimited,
}

#[derive(Clone, Debug)]
struct Entry {
    request: Request,
    attempt: u32,
    renewed: bool,
    bearer: Option<Secret>,
    not_before: Timestamp,
    /// On its way: given up then.
    deadline: Timestamp,
}

/// All requests.
#[derive(Debug, Default)]
pub(crate) struct Requests {
    active: BTreeMap<RequestId, Entry>,
    waiting: [VecDeque<Entry>; LANES],
    bearer: Option<Secret>,
    renewing: bool,
    paused_until: Option<Timestamp>,
    budget: RateBudget,
    last: u64,
    trouble: Option<Trouble>,
    answered_at: Option<Timestamp>,
    /// Since when nothing but answers has come.
    answering_since: Option<Timestamp>,
    /// When repetitions were last brought forward because the server answered again.
    hurried_at: Option<Timestamp>,
    turn: Turn,
}

impl Requests {
    /// Queues a request.
    pub(crate) fn send(&mut self, request: Request) {
        self.send_at(request, Timestamp(i64::MIN));
    }

    /// Queues a request that is not to go out before that.
    pub(crate) fn send_at(&mut self, request: Request, not_before: Timestamp) {
        self.waiting[request.lane as usize].push_back(Entry {
            request,
            attempt: 0,
            renewed: false,
            bearer: None,
            not_before,
            deadline: Timestamp(i64::MAX),
        });
    }

    /// The access token from now on; requests that waited for it go out.
    pub(crate) fn set_bearer(&mut self, bearer: Option<Secret>) {
        self.bearer = bearer;
        self.renewing = false;
    }

    /// Why requests do not get through, if they do not.
    pub(crate) fn trouble(&self) -> Option<Trouble> {
        self.trouble
    }

    /// When the server last answered anything but an error of its own.
    pub(crate) fn answered_at(&self) -> Option<Timestamp> {
        self.answered_at
    }

    /// Since when the server has answered all that it was asked, if it does.
    pub(crate) fn answering_since(&self) -> Option<Timestamp> {
        self.answering_since
    }

    /// What is known of the server's rate limit.
    pub(crate) fn budget(&self) -> &RateBudget {
        &self.budget
    }

    /// Whether a request that `which` chooses is waiting or on its way.
    pub(crate) fn any(&self, which: impl Fn(&Purpose) -> bool) -> bool {
        let purposes = self.waiting.iter().flatten().chain(self.active.values());
        purposes.map(|entry| &entry.request.purpose).any(which)
    }

    /// Drops requests; returns those that have to be aborted.
    pub(crate) fn cancel(&mut self, which: impl Fn(&Purpose) -> bool) -> Vec<RequestId> {
        for lane in &mut self.waiting {
            lane.retain(|entry| !which(&entry.request.purpose));
        }
        let chosen = self
            .active
            .iter()
            .filter(|(_, entry)| which(&entry.request.purpose));
        let ids: Vec<_> = chosen.map(|(id, _)| *id).collect();
        for id in &ids {
            self.active.remove(id);
        }
        ids
    }

    /// The user or the network asks for speed: nothing that somebody waits for waits for its backoff any longer (a rate
    /// limit still counts).
    pub(crate) fn hurry(&mut self) {
        let background = Lane::Background as usize;
        for entry in self.waiting[..background].iter_mut().flatten() {
            entry.not_before = Timestamp(i64::MIN);
        }
    }

    /// The machine slept: what was on its way may hang in a dead network. A read is given up soon; anything else gets its
    /// whole patience again, because its answer may be lying here already and to send it twice is not the same as once.
    pub(crate) fn on_woke(&mut self, now: Timestamp) {
        for entry in self.active.values_mut() {
            let patience_ms = match entry.request.method {
                HttpMethod::Get => limits::REQUEST_GRACE_MS,
                _ => i64::from(entry.request.timeout_ms),
            };
            entry.deadline = now + patience_ms;
        }
    }

    /// A request whose patience has ended without a word from whoever carries it out.
    pub(crate) fn overdue(&self, now: Timestamp) -> Option<RequestId> {
        let mut overdue = self
            .active
            .iter()
            .filter(|(_, entry)| entry.deadline <= now);
        overdue.next().map(|(id, _)| *id)
    }

    /// Takes the next request that may be sent now.
    pub(crate) fn next_to_send(&mut self, now: Timestamp, server: &str) -> Option<HttpRequest> {
        if self.active.len() >= limits::REQUESTS_IN_FLIGHT_MAX {
            return None;
        }
        self.turn.run(now);
        let knocks = self.turn.is_knocking(now) && self.any_unawaited();
        let lanes = if knocks {
            Lane::First as usize + 1
        } else if self.background_is_full() || self.budget.scarce_until(now).is_some() {
            LANES - 1
        } else {
            LANES
        };
        let (lane, index) = (0..lanes).find_map(|lane| {
            let mut entries = self.waiting[lane].iter();
            let index = entries.position(|entry| self.is_ready(entry, now))?;
            Some((lane, index))
        })?;
        let mut entry = self.waiting[lane].remove(index)?;
        entry.bearer = match &entry.request.auth {
            Auth::None => None,
            Auth::Session => self.bearer.clone(),
            Auth::Token(token) => Some(token.clone()),
        };
        let patience_ms = i64::from(entry.request.timeout_ms) + limits::REQUEST_GRACE_MS;
        entry.deadline = now + patience_ms;
        self.last += 1;
        let id = RequestId(self.last);
        let request = HttpRequest {
            id,
            method: entry.request.method,
            url: format!("{server}{}", entry.request.path),
            bearer: entry.bearer.clone(),
            body: entry.request.body.clone(),
            extended: entry.request.purpose.wants_author(),
            timeout_ms: entry.request.timeout_ms,
        };
        self.active.insert(id, entry);
        Some(request)
    }

    /// When a held request may go out, or one on its way is given up, by the passing of time alone.
    pub(crate) fn next_due(&self, now: Timestamp) -> Option<Timestamp> {
        let waiting = self.waiting.iter().flatten();
        let held = waiting.filter(|entry| !self.waits_for_token(entry));
        let due = held.map(|entry| self.due(entry, now));
        let given_up = self.active.values().map(|entry| entry.deadline);
        due.chain(given_up).filter(|at| *at > now).min()
    }

    /// Takes an answer.
    pub(crate) fn finish(
        &mut self,
        id: RequestId,
        result: Outcome,
        now: Timestamp,
        rng: &mut fastrand::Rng,
    ) -> Finished {
        let Some(mut entry) = self.active.remove(&id) else {
            return Finished::Unknown;
        };
        self.note(&entry, &result, now, rng);
        if matches!(&result, Ok(answer) if answer.status == 401)
            && entry.request.auth == Auth::Session
            && !entry.renewed
        {
            return self.wait_for_token(entry);
        }
        let retry = entry.request.retry;
        let Some(wait_ms) = retry_wait_ms(retry, entry.attempt, &result, rng) else {
            return Finished::Deliver(entry.request.purpose, result);
        };
        entry.attempt += 1;
        entry.not_before = now + wait_ms;
        if matches!(
            self.trouble,
            Some(Trouble::Unreachable | Trouble::ServerError)
        ) {
            self.turn.on_failure(now, rng);
        }
        self.waiting[entry.request.lane as usize].push_front(entry);
        Finished::Retrying
    }

    fn wait_for_token(&mut self, mut entry: Entry) -> Finished {
        // Sent before a renewal that has succeeded since: the new token is already there.
        let outdated = entry.bearer != self.bearer && self.bearer.is_some();
        entry.renewed = true;
        self.waiting[entry.request.lane as usize].push_front(entry);
        if outdated || self.renewing {
            return Finished::Retrying;
        }
        self.renewing = true;
        Finished::NeedsToken
    }

    /// What an answer says beyond what was asked.
    fn note(&mut self, entry: &Entry, result: &Outcome, now: Timestamp, rng: &mut fastrand::Rng) {
        let had_trouble = self.trouble.is_some();
        self.trouble = match result {
            Err(HttpFailure::TooLarge) => None,
            Err(_) => Some(Trouble::Unreachable),
            Ok(answer) if is_throttled(answer) => Some(Trouble::RateLimited),
            Ok(answer) if answer.status >= 500 && !is_cursor_failure(answer) => {
                Some(Trouble::ServerError)
            }
            Ok(_) => None,
        };
        if matches!(
            self.trouble,
            Some(Trouble::Unreachable | Trouble::ServerError)
        ) {
            self.answering_since = None;
        }
        if self.trouble.is_none() {
            self.answering_since.get_or_insert(now);
            self.turn.on_reached(now, self.answered_at, rng);
            self.answered_at = Some(now);
            if had_trouble {
                self.hurry_after_trouble(now, rng);
            }
        }
        let Ok(answer) = result else {
            return;
        };
        // Signing in has a limit of its own, that of an address.
        let limited = entry.request.auth == Auth::Session;
        if limited && let Some(header) = &answer.rate_limit {
            self.budget.on_header(now, header);
        }
        if limited && is_throttled(answer) {
            self.budget.on_throttled(now);
            let told_ms = throttle_wait_ms(&answer.body).unwrap_or(limits::THROTTLE_WAIT_MS);
            let until = now + told_ms + rng.i64(0..=limits::THROTTLE_SPREAD_MS);
            self.paused_until = self.paused_until.max(Some(until));
        }
    }

    /// The server answers again: what waits for its next try need not wait long. Not each time, where it answers now and
    /// then only.
    fn hurry_after_trouble(&mut self, now: Timestamp, rng: &mut fastrand::Rng) {
        if self
            .hurried_at
            .is_some_and(|at| now.since_ms(at) < limits::RECOVERY_EVERY_MS)
        {
            return;
        }
        self.hurried_at = Some(now);
        let background = Lane::Background as usize;
        for entry in self.waiting[..background].iter_mut().flatten() {
            let soon = now + rng.i64(0..=limits::RECOVERY_SPREAD_MS);
            entry.not_before = entry.not_before.min(soon);
        }
    }

    fn background_is_full(&self) -> bool {
        let background = self
            .active
            .values()
            .filter(|entry| entry.request.lane == Lane::Background);
        background.count() >= limits::BACKGROUND_IN_FLIGHT_MAX
    }

    fn is_ready(&self, entry: &Entry, now: Timestamp) -> bool {
        let held = self.turn.is_doubting() && entry.request.lane != Lane::First;
        !held && !self.waits_for_token(entry) && self.due(entry, now) <= now
    }

    fn waits_for_token(&self, entry: &Entry) -> bool {
        entry.request.auth == Auth::Session && (self.renewing || self.bearer.is_none())
    }

    fn due(&self, entry: &Entry, now: Timestamp) -> Timestamp {
        let mut due = entry.not_before;
        if entry.request.auth == Auth::Session {
            due = self.paused_until.map_or(due, |until| until.max(due));
        }
        if entry.request.lane != Lane::First {
            due = self.turn.due().map_or(due, |turn| turn.max(due));
        }
        if entry.request.lane == Lane::Background {
            due = self
                .budget
                .scarce_until(now)
                .map_or(due, |until| until.max(due));
        }
        due
    }
}
