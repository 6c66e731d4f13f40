//! Bugs in what the engine makes of the server's answers.

use panels_core::engine::{HttpAnswer, HttpMethod, HttpRequest};
use serde_json::{Value, json};

use super::{Bug, after};
use crate::world::World;

impl World {
    /// An answer on its way to a worker.
    pub(crate) fn planted_answer(
        &mut self,
        worker: usize,
        request: &HttpRequest,
        answer: &mut HttpAnswer,
    ) {
        let Some(bug) = self.planted.bug else {
            return;
        };
        let search = request.method == HttpMethod::Get && request.url.contains('?');
        match bug {
            Bug::SearchBlind if search => {
                let lost = &self.planted.lost;
                change(answer, |bundle| {
                    keep_entries(bundle, |resource| {
                        let version = resource["meta"]["versionId"].as_str();
                        version.is_none_or(|version| !lost.contains(version))
                    });
                });
            }
            Bug::TombstonesSkipped if request.url.contains("_deleted=true") => {
                change(answer, |bundle| keep_entries(bundle, |_| false));
            }
            Bug::LastPageLost if search => change(answer, |bundle| {
                if let Some(links) = bundle["link"].as_array_mut() {
                    links.retain(|link| link["relation"] != "next");
                }
            }),
            Bug::MembersAllThere if request.url.contains("_fields=id") => {
                if let Some(ids) = after(&request.url, "?_id=") {
                    answer.body = all_there(&request.url, ids).to_string();
                }
            }
            Bug::TokenReused => self.reuse_first(worker, request, answer),
            _ => {}
        }
    }

    /// Answers as on the first socket.
    fn reuse_first(&mut self, worker: usize, request: &HttpRequest, answer: &mut HttpAnswer) {
        let creates = request.method == HttpMethod::Post && request.url.ends_with("/Subscription");
        let token = request.url.ends_with("$get-ws-binding-token");
        if !(creates || token) || answer.status >= 300 {
            return;
        }
        let body = request.body.as_ref().map(|body| body.text.reveal());
        let question = format!("{} {}", request.url, body.unwrap_or_default());
        let first = self.planted.first_answers.entry((worker, question));
        answer.body = first.or_insert_with(|| answer.body.clone()).clone();
    }
}

fn change(answer: &mut HttpAnswer, how: impl FnOnce(&mut Value)) {
    if let Ok(mut bundle) = serde_json::from_str(&answer.body) {
        how(&mut bundle);
        answer.body = bundle.to_string();
    }
}

fn keep_entries(bundle: &mut Value, keep: impl Fn(&Value) -> bool) {
    if let Some(entries) = bundle["entry"].as_array_mut() {
        entries.retain(|entry| keep(&entry["resource"]));
    }
}

/// A page with every resource that was asked for.
fn all_there(url: &str, ids: &str) -> Value {
    let kind = if url.contains("/Patient?") {
        "Patient"
    } else {
        "Task"
    };
    let ids = ids.split('&').next().unwrap_or_default().split(',');
    let entries = ids.map(|id| {
        let meta = json!({ "versionId": id, "lastUpdated": "2026-01-01T00:00:00.000Z" });
        json!({ "resource": { "resourceType": kind, "id": id, "meta": meta } })
    });
    let entries: Vec<_> = entries.collect();
    json!({ "resourceType": "Bundle", "type": "searchset", "entry": entries })
}
