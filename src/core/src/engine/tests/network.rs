//! A network that holds back what is on its way.

use serde_json::Value;

use super::world::{Happening, World};
use crate::engine::Input;

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
