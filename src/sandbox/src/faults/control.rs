//! `POST /control` and `GET /control/state`: the switches, for tests and for demonstrations. Off unless asked for.

use serde_json::{Value, json};

use crate::{
    colleagues::Colleagues,
    sandbox::{HttpRequest, HttpResponse, Millis, Sandbox},
};

impl Sandbox {
    pub(super) fn control(&mut self, now: Millis, request: &HttpRequest) -> HttpResponse {
        let path = request.path.split('?').next().unwrap_or_default();
        match (request.method.as_str(), path) {
            ("GET", "/control/state") => answer(200, &self.state(now)),
            ("POST", "/control") => match self.command_text(now, &request.body) {
                Ok(result) => answer(200, &result),
                Err(error) => answer(400, &json!({"error": error.to_string()})),
            },
            _ => answer(
                405,
                &json!({"error": "use POST /control or GET /control/state"}),
            ),
        }
    }

    /// Figures about everything, for tests that ask what the server saw.
    pub fn state(&self, now: Millis) -> Value {
        json!({
            "now": now,
            "down": self.is_down(now),
            "live": self.live.counts(),
            "boundSubscriptions": self.live.bound_subscriptions(),
            "socketIds": self.live.open_sockets().iter().map(|socket| socket.0).collect::<Vec<_>>(),
            "requests": self.faults.counts,
            "colleagues": self.colleagues.as_ref().map(Colleagues::counts),
            "rate": self.colleagues.as_ref().map(Colleagues::rate),
            "stored": self.store.counts(),
        })
    }
}

fn answer(status: u16, body: &Value) -> HttpResponse {
    HttpResponse {
        status,
        headers: vec![
            (
                "content-type".into(),
                "application/json; charset=utf-8".into(),
            ),
            ("cache-control".into(), "no-store".into()),
            ("access-control-allow-origin".into(), "*".into()),
        ],
        body: body.to_string().into_bytes(),
    }
}
