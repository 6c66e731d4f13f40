//! A network that holds back what is on its way.

use serde_json::Value;

use super::world::{Happening, World};
use crate::engine::{HttpMethod, HttpRequest, Input};

impl World {
    /// Holds back requests on their way; returns how many.
    pub(super) fn delay(&mut self, path: &str, ms: i64) -> usize {
        let is_meant = |happening: &Happening| matches!(happening, Happening::Reaches(request) if request.url.contains(path));
        let meant = self
            .queue
            .iter()
            .filter(|(_, happening)| is_meant(happening));
        let keys: Vec<_> = meant.map(|(key, _)| *key).collect();
        for key in &keys {
            if let Some(happening) = self.queue.remove(key) {
                self.at(ms, happening);
            }
        }
        keys.len()
    }

    /// Goes on until such a request is on its way, and holds it up.
    pub(super) fn hold_up(&mut self, method: HttpMethod, path: &str) -> HttpRequest {
        let is_meant = |happening: &Happening| matches!(happening, Happening::Reaches(request) if request.method == method && request.url.ends_with(path));
        for _ in 0..10_000 {
            let meant = self.queue.iter().find(|(_, happening)| is_meant(happening));
            let meant = meant.map(|(key, _)| *key);
            if let Some(Happening::Reaches(request)) = meant.and_then(|key| self.queue.remove(&key))
            {
                return request;
            }
            self.run(1);
        }
        panic!("nothing was sent\n{}", self.logs.join("\n"));
    }

    /// A request that was held up reaches the server now, and its answer takes that long.
    pub(super) fn is_answered_late(&mut self, request: &HttpRequest, late_ms: i64) {
        let result = self.server.answer(self.now, request);
        let frames = std::mem::take(&mut self.server.outgoing);
        self.deliver(frames);
        let request = request.id;
        self.at(late_ms, Happening::Input(Input::Http { request, result }));
    }

    /// A request of a dead worker reaches the server, and nobody waits for its answer. A token lives an hour; this server knows
    /// only the one that others send now.
    pub(super) fn reaches_too_late(&mut self, request: HttpRequest, others: &HttpRequest) {
        let bearer = others.bearer.clone();
        let request = HttpRequest { bearer, ..request };
        let answer = self.server.answer(self.now, &request);
        assert!(answer.is_ok(), "{answer:?}");
        let frames = std::mem::take(&mut self.server.outgoing);
        self.deliver(frames);
    }

    /// Holds back the answer to a read of this resource; whether there was one on its way.
    pub(super) fn answer_late(&mut self, id: &str, ms: i64) -> bool {
        let is_it = |happening: &Happening| match happening {
            Happening::Input(Input::Http {
                result: Ok(answer), ..
            }) => {
                let read = serde_json::from_str::<Value>(&answer.body);
                read.is_ok_and(|body| body["id"] == id)
            }
            _ => false,
        };
        let mut answers = self.queue.iter();
        let found = answers.find(|(_, happening)| is_it(happening));
        let found = found.map(|(key, _)| *key);
        let Some(happening) = found.and_then(|key| self.queue.remove(&key)) else {
            return false;
        };
        self.at(ms, happening);
        true
    }
}
