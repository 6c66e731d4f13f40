//! Bugs in what reaches the engine: frames and its clock.

use panels_core::{
    cache::{CacheEvent, CacheRecord},
    engine::{Input, SocketEvent},
    protocol::Secret,
    time::Timestamp,
};

use super::{Bug, after, is_chosen};
use crate::{
    queue::Millis,
    world::{Event, ToWorker, World},
};

/// How late a frame comes that is taken for new.
const LATE_MS: Millis = 700;
/// How much newer it claims to be.
const CLAIMS_MS: Millis = 20_000;

impl World {
    /// Something on its way to an engine; `None`: it never gets there.
    pub(crate) fn planted_input(&mut self, worker: usize, input: Input) -> Option<Input> {
        let Some(bug) = self.planted.bug else {
            return Some(input);
        };
        if bug == Bug::EditsInherited
            && let Input::Outbox(CacheEvent::Record(record)) = input
        {
            let record = self.inherit(worker, record);
            return Some(Input::Outbox(CacheEvent::Record(record)));
        }
        let Input::Socket {
            event: SocketEvent::Frame(text),
            ..
        } = &input
        else {
            return Some(input);
        };
        if !text.contains("event-notification") {
            return Some(input);
        }
        match bug {
            Bug::EventsLost | Bug::SearchBlind => {
                let version = after(text, r#""versionId":""#).unwrap_or_default();
                if is_chosen(version) {
                    self.planted.lost.insert(version.to_owned());
                    return None;
                }
            }
            Bug::LateFrameRestamped => self.repeat_older(worker, text),
            _ => {}
        }
        Some(input)
    }

    /// A stored edit becomes one of whoever is signed in.
    fn inherit(&self, worker: usize, record: CacheRecord) -> CacheRecord {
        let heir = self.workers[worker].checks.user;
        let mut text = record.text.reveal().to_owned();
        for user in self.truth.users() {
            let heir = heir.map_or(&user.profile, |heir| &self.truth.users()[heir].profile);
            text = text.replace(&user.profile, heir);
        }
        CacheRecord {
            text: Secret::new(text),
            ..record
        }
    }

    /// The frame before this one of the same resource comes again and claims to be the newer one.
    fn repeat_older(&mut self, worker: usize, text: &str) {
        let Some(resource) = after(text, r#""fullUrl":""#) else {
            return;
        };
        let frames = &mut self.planted.frames;
        let before = frames.insert(resource.to_owned(), text.to_owned());
        let Some(conn) = self.workers[worker].conn else {
            return;
        };
        if let Some(before) = before
            && let Some(stamped) = after(&before, r#""lastUpdated":""#)
            && after(&before, r#""versionId":""#) != after(text, r#""versionId":""#)
        {
            let later = Timestamp(self.server.clock(self.now) + CLAIMS_MS).to_iso();
            let late = before.replace(stamped, &later);
            let event = ToWorker::Conn(conn, SocketEvent::Frame(late));
            self.queue
                .push(self.now + LATE_MS, Event::Worker(worker, event));
        }
    }

    /// The time that an engine is told.
    pub(crate) fn planted_clock(&self, worker: usize, clock: Timestamp) -> Timestamp {
        let ahead_ms = self.planted.ahead_ms.get(&worker);
        clock + ahead_ms.copied().unwrap_or_default()
    }

    /// How long an engine's alarm takes that should take so long.
    pub(crate) fn planted_wait_ms(&mut self, worker: usize, wait_ms: Millis) -> Millis {
        let signed_in = self.workers[worker].channel.is_some();
        if !signed_in || !self.planted.is(Bug::TimersAtOnce) {
            return wait_ms;
        }
        *self.planted.ahead_ms.entry(worker).or_default() += wait_ms;
        1
    }
}
