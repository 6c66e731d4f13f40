//! HTTP requests on their way: bounded, retried with backoff, held while the access token is renewed.
//!
//! Knows what each request is for, but never what its answer means. One 401 asks for one renewal; all requests wait for
//! it and each is repeated once. 429 and 5xx are waited out here and never reach the session.

use std::collections::{BTreeMap, VecDeque};

use super::{HttpAnswer, HttpBody, HttpFailure, HttpMethod, HttpRequest};
use crate::{
    identity::{RequestId, ResourceKey},
    limits,
    protocol::Secret,
    reconcile, session, subscription,
    time::Timestamp,
};

/// Who waits for the answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Purpose {
    /// The session.
    Session(session::Call),
    /// The subscriptions.
    Subscription(subscription::Call),
    /// The reconciliation.
    Reconcile(reconcile::Call),
    /// One resource is read.
    Read(ResourceKey),
    /// Nobody: courtesy towards the server.
    CleanUp,
}

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

/// Whether a failed request is repeated by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Retry {
    /// The asker decides.
    Never,
    /// So many times.
    Times(u32),
    /// Until it is answered or cancelled.
    Always,
}

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
}

impl Request {
    /// A read with the session's token, repeated until answered.
    pub(crate) fn get(purpose: Purpose, path: impl Into<String>) -> Self {
        Self {
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
}

/// All requests.
#[derive(Debug, Default)]
pub(crate) struct Requests {
    active: BTreeMap<RequestId, Entry>,
    waiting: VecDeque<Entry>,
    bearer: Option<Secret>,
    renewing: bool,
    paused_until: Option<Timestamp>,
    last: u64,
    trouble: Option<Trouble>,
    answered_at: Option<Timestamp>,
}

impl Requests {
    /// Queues a request.
    pub(crate) fn send(&mut self, request: Request) {
        self.waiting.push_back(Entry {
            request,
            attempt: 0,
            renewed: false,
            bearer: None,
            not_before: Timestamp(i64::MIN),
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

    /// Whether a request that `which` chooses is waiting or on its way.
    pub(crate) fn any(&self, which: impl Fn(&Purpose) -> bool) -> bool {
        let purposes = self.waiting.iter().chain(self.active.values());
        purposes.map(|entry| &entry.request.purpose).any(which)
    }

    /// Drops requests; returns those that have to be aborted.
    pub(crate) fn cancel(&mut self, which: impl Fn(&Purpose) -> bool) -> Vec<RequestId> {
        self.waiting.retain(|entry| !which(&entry.request.purpose));
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

    /// The user or the network asks for speed: nothing waits for its backoff any longer (a rate limit still counts).
    pub(crate) fn hurry(&mut self) {
        for entry in &mut self.waiting {
            entry.not_before = Timestamp(i64::MIN);
        }
    }

    /// Takes the next request that may be sent now.
    pub(crate) fn next_to_send(&mut self, now: Timestamp, server: &str) -> Option<HttpRequest> {
        if self.active.len() >= limits::REQUESTS_IN_FLIGHT_MAX {
            return None;
        }
        let ready = self
            .waiting
            .iter()
            .position(|entry| self.is_ready(entry, now))?;
        let mut entry = self.waiting.remove(ready)?;
        entry.bearer = match &entry.request.auth {
            Auth::None => None,
            Auth::Session => self.bearer.clone(),
            Auth::Token(token) => Some(token.clone()),
        };
        self.last += 1;
        let id = RequestId(self.last);
        let request = HttpRequest {
            id,
            method: entry.request.method,
            url: format!("{server}{}", entry.request.path),
            bearer: entry.bearer.clone(),
            body: entry.request.body.clone(),
            timeout_ms: limits::REQUEST_TIMEOUT_MS,
        };
        self.active.insert(id, entry);
        Some(request)
    }

    /// When a held request may go out by the passing of time alone.
    pub(crate) fn next_due(&self, now: Timestamp) -> Option<Timestamp> {
        let held = self
            .waiting
            .iter()
            .filter(|entry| !self.waits_for_token(entry));
        let due = held.map(|entry| self.due(entry)).filter(|due| *due > now);
        due.min()
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
        self.note(&result, now);
        if matches!(&result, Ok(answer) if answer.status == 401)
            && entry.request.auth == Auth::Session
            && !entry.renewed
        {
            return self.wait_for_token(entry);
        }
        let Some(wait_ms) = retry_wait_ms(&entry, &result, rng) else {
            return Finished::Deliver(entry.request.purpose, result);
        };
        if matches!(&result, Ok(answer) if answer.status == 429)
            && entry.request.auth == Auth::Session
        {
            self.paused_until = Some(now + wait_ms);
        }
        entry.attempt += 1;
        entry.not_before = now + wait_ms;
        self.waiting.push_front(entry);
        Finished::Retrying
    }

    fn wait_for_token(&mut self, mut entry: Entry) -> Finished {
        // Sent before a renewal that has succeeded since: the new token is already there.
        let outdated = entry.bearer != self.bearer && self.bearer.is_some();
        entry.renewed = true;
        self.waiting.push_front(entry);
        if outdated || self.renewing {
            return Finished::Retrying;
        }
        self.renewing = true;
        Finished::NeedsToken
    }

    fn note(&mut self, result: &Outcome, now: Timestamp) {
        self.trouble = match result {
            Err(HttpFailure::TooLarge) => None,
            Err(_) => Some(Trouble::Unreachable),
            Ok(answer) if answer.status == 429 => Some(Trouble::RateLimited),
            Ok(answer) if answer.status >= 500 && !is_cursor_failure(answer) => {
                Some(Trouble::ServerError)
            }
            Ok(_) => None,
        };
        if self.trouble.is_none() {
            self.answered_at = Some(now);
        }
    }

    fn is_ready(&self, entry: &Entry, now: Timestamp) -> bool {
        !self.waits_for_token(entry) && self.due(entry) <= now
    }

    fn waits_for_token(&self, entry: &Entry) -> bool {
        entry.request.auth == Auth::Session && (self.renewing || self.bearer.is_none())
    }

    fn due(&self, entry: &Entry) -> Timestamp {
        match (&entry.request.auth, self.paused_until) {
            (Auth::Session, Some(until)) => entry.not_before.max(until),
            _ => entry.not_before,
        }
    }
}

/// A page full of one millisecond answers 500 for ever (`transcripts/06a-paging-cursor.json`): not worth a repetition.
pub(crate) fn is_cursor_failure(answer: &HttpAnswer) -> bool {
    answer.status == 500 && answer.body.contains("Cursor fails to make progress")
}

/// What a throttling answer says about when to come back. Medplum sends no `Retry-After`, and CORS hides `RateLimit`
/// (`transcripts/08b-rate-limits.json`); newer servers name the field without the underscore.
pub(crate) fn throttle_wait_ms(body: &str) -> Option<i64> {
    let at = body.find("msBeforeNext")?;
    let digits: String = body[at..]
        .chars()
        .skip_while(|character| !character.is_ascii_digit())
        .take_while(char::is_ascii_digit)
        .collect();
    let wait: i64 = digits.parse().ok()?;
    Some(wait.clamp(0, limits::THROTTLE_WAIT_MAX_MS))
}

fn retry_wait_ms(entry: &Entry, result: &Outcome, rng: &mut fastrand::Rng) -> Option<i64> {
    let may = match entry.request.retry {
        Retry::Never => false,
        Retry::Times(times) => entry.attempt < times,
        Retry::Always => true,
    };
    let transient = match result {
        Err(HttpFailure::TooLarge) => false,
        Err(_) => true,
        Ok(answer) => answer.status == 429 || (answer.status >= 500 && !is_cursor_failure(answer)),
    };
    if !may || !transient {
        return None;
    }
    let ceiling = limits::REQUEST_RETRY_BASE_MS
        .saturating_mul(1 << entry.attempt.min(10))
        .min(limits::REQUEST_RETRY_MAX_MS);
    let told = match result {
        Ok(answer) if answer.status == 429 => throttle_wait_ms(&answer.body),
        _ => None,
    };
    // Spread after a common rate limit: a whole ward sits behind one address.
    Some(told.unwrap_or(ceiling / 2) + rng.i64(0..=ceiling / 2))
}
