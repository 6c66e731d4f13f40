//! The trail on its way to the server: batches at a slow pace, backoff, and the last ones of a session.

use super::{
    Trail,
    chain::Mark,
    entry::{Entry, Fate},
    event,
    keeping::{Storage, move_anchor},
};
use crate::{
    cache::CacheWriteId,
    engine::{
        HttpMethod, OutboxOrder, Output,
        io::Io,
        requests::{self, Auth, Lane, Purpose, Request},
    },
    error::StateError,
    limits,
    protocol::Secret,
    timer::Timer,
};

/// What was asked of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    /// To take a batch of the session that goes on.
    Batch,
    /// To take what was left when the session ended.
    Last,
}

/// Whether something is on its way.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Sending {
    /// Nothing.
    Idle,
    /// These entries.
    UnderWay(Vec<u64>),
    /// Nothing any more in this session.
    Refused { status: u16 },
}

/// What is known of a trail whose user has signed out, until its last entries are answered.
#[derive(Debug)]
pub(super) struct Leaving {
    /// How many are on their way.
    sent: usize,
    /// The last of those.
    sent_to: Mark,
    /// The last of all.
    last: Mark,
    /// What could not be written down.
    missed: u64,
    /// Whether what is not taken is on the disk.
    kept: bool,
    /// Whether nothing is on the disk that was never read.
    known: bool,
    /// The number of the next batch for the disk.
    write: CacheWriteId,
}

/// What the server says of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Taken,
    /// Not this entry.
    Wrong,
    /// Nothing of this user.
    Forbidden(u16),
    Later,
}

impl Trail {
    /// Sends the next batch if it is time.
    pub(super) fn send(&mut self, io: &mut Io, may_send: bool) {
        if !may_send || self.sending != Sending::Idle || self.chain.waiting() == 0 {
            return;
        }
        if io.now < self.not_before {
            io.timers.set(Timer::Audit, self.not_before);
            return;
        }
        let ready = self.chain.unsent();
        let ready = ready.filter(|entry| self.lets_go(entry.number));
        let batch: Vec<&Entry> = ready.take(limits::AUDIT_BATCH_MAX).collect();
        if batch.is_empty() {
            return;
        }
        let numbers = batch.iter().map(|entry| entry.number).collect();
        let body = event::batch(batch.into_iter());
        self.sending = Sending::UnderWay(numbers);
        self.not_before = io.now + limits::AUDIT_EVERY_MS;
        io.requests.send(request(Call::Batch, body));
    }

    /// What is on its way is given up: it is not known any more which entries they are.
    pub(super) fn take_back(&mut self, io: &mut Io) {
        if matches!(self.sending, Sending::UnderWay(_)) {
            cancel(io);
            self.sending = Sending::Idle;
        }
    }

    /// The server has answered, or not.
    pub(crate) fn on_answer(&mut self, io: &mut Io, call: Call, outcome: &requests::Outcome) {
        if call == Call::Last {
            return self.on_last(io, outcome);
        }
        let Sending::UnderWay(numbers) = std::mem::replace(&mut self.sending, Sending::Idle) else {
            return;
        };
        let verdicts = verdicts(outcome, numbers.len());
        let mut failed = false;
        for (number, verdict) in numbers.into_iter().zip(verdicts) {
            match verdict {
                Verdict::Taken => self.settle(number, Fate::Sent),
                Verdict::Wrong => {
                    io.report(StateError::AuditEntryRefused);
                    self.settle(number, Fate::Refused);
                }
                Verdict::Forbidden(status) => self.sending = Sending::Refused { status },
                Verdict::Later => failed = true,
            }
        }
        if let Sending::Refused { status } = self.sending {
            io.report_about(StateError::AuditRefused, status);
        }
        if !failed {
            self.failures = 0;
            return;
        }
        let longest = limits::AUDIT_RETRY_MAX_MS;
        let ceiling = (limits::AUDIT_EVERY_MS << self.failures.min(10)).min(longest);
        self.failures += 1;
        self.not_before = io.now + ceiling + self.spread_ms(ceiling / 2);
    }

    /// The user has signed out: what is left goes in the name of the session that ends, which this token proves for a moment
    /// longer. Returns whether something is on its way. Nothing of the trail is left in memory but what is sent.
    pub(crate) fn leave(&mut self, io: &mut Io, token: Option<Secret>) -> bool {
        if self.author.is_none() {
            return false;
        }
        let kept = self.storage == Storage::Open;
        self.take_drafts(io);
        self.write_all(io);
        let reachable = io.requests.trouble().is_none();
        let refused = matches!(self.sending, Sending::Refused { .. });
        let batch = self.chain.unsent().take(limits::AUDIT_LAST_MAX);
        let batch: Vec<&Entry> = batch.collect();
        let token = token.filter(|_| reachable && !refused);
        let (Some(token), Some(end)) = (token, batch.last()) else {
            self.part(io);
            return false;
        };
        let sent_to = self.chain.last_of(end.number);
        let sent = batch.len();
        let request = Request {
            auth: Auth::Token(token),
            lane: Lane::First,
            timeout_ms: limits::AUDIT_LAST_MS,
            ..request(Call::Last, event::batch(batch.into_iter()))
        };
        let leaving = Leaving {
            sent,
            sent_to,
            last: self.chain.last(),
            missed: self.missed,
            kept,
            known: self.stored.read,
            write: self.stored.next_write(),
        };
        self.close(io);
        io.requests.send(request);
        self.leaving = Some(leaving);
        true
    }

    /// The last entries of a session are answered: what the server has need not stay here.
    fn on_last(&mut self, io: &mut Io, outcome: &requests::Outcome) {
        let Some(leaving) = self.leaving.take() else {
            return;
        };
        let taken = verdicts(outcome, leaving.sent);
        let all = taken.iter().all(|verdict| *verdict == Verdict::Taken);
        if all && leaving.known && leaving.missed == 0 && leaving.sent_to == leaving.last {
            return io.push(Output::Audit(OutboxOrder::Discard));
        }
        if all && leaving.kept {
            let (to, last) = (&leaving.sent_to, &leaving.last);
            let order = move_anchor(leaving.write, to, last, leaving.missed);
            io.push(Output::Audit(order));
        } else if !all && !leaving.kept {
            io.report_about(StateError::AuditLost, leaving.sent);
        }
        io.push(Output::Audit(OutboxOrder::Close));
    }
}

fn request(call: Call, body: String) -> Request {
    Request::fhir(Purpose::Audit(call), HttpMethod::Post, "fhir/R4", body)
}

/// What is on its way for the session that goes on is given up.
pub(super) fn cancel(io: &mut Io) {
    io.cancel_requests(|purpose| *purpose == Purpose::Audit(Call::Batch));
}

/// What an answer says of each of so many entries.
fn verdicts(outcome: &requests::Outcome, count: usize) -> Vec<Verdict> {
    let all = |verdict| vec![verdict; count];
    let Ok(answer) = outcome else {
        return all(Verdict::Later);
    };
    if answer.status != 200 {
        // It takes no batches, or none of this user. 401 and 410 are for the session; 400 may mean anything.
        return all(match answer.status {
            403 | 404 | 405 | 422 => Verdict::Forbidden(answer.status),
            _ => Verdict::Later,
        });
    }
    let Some(statuses) = event::statuses(&answer.body).filter(|known| known.len() == count) else {
        // Something else has answered in the server's place.
        return all(Verdict::Later);
    };
    let verdict = |status| match status {
        200 | 201 => Verdict::Taken,
        403 | 404 => Verdict::Forbidden(status),
        400 | 409 | 412 | 422 => Verdict::Wrong,
        _ => Verdict::Later,
    };
    statuses.into_iter().map(verdict).collect()
}
