//! Bugs in how edits are kept and sent.

use panels_core::engine::{HttpMethod, HttpRequest};

use super::Bug;
use crate::world::World;

impl World {
    /// An edit was served.
    pub(crate) fn planted_patch(&mut self, request: &HttpRequest, address: &str) {
        if self.planted.is(Bug::EditSentTwice) && request.method == HttpMethod::Patch {
            let again = without_tests(request);
            self.server.serve(self.now, &again, address);
        }
    }
}

/// The same patch, whatever the server holds.
pub(super) fn without_tests(request: &HttpRequest) -> HttpRequest {
    let mut request = request.clone();
    if let Some(body) = &mut request.body {
        let operations: Vec<serde_json::Value> =
            serde_json::from_str(body.text.reveal()).unwrap_or_default();
        let left = operations.into_iter().filter(|one| one["op"] != "test");
        let text = serde_json::Value::from_iter(left).to_string();
        body.text = panels_core::protocol::Secret::new(text);
    }
    request
}
