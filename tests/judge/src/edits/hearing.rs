//! What one tab said and heard about edits, read from its messages.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// The messages of one tab, in order, as they went through its port and its channel.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct EditLog {
    said: Vec<String>,
    heard: Vec<String>,
    #[serde(skip)]
    read: Reading,
}

#[derive(Clone, Debug, Default)]
struct Reading {
    asks: Vec<Ask>,
    /// Versions that the user decided about, by edit.
    decisions: Vec<(String, String)>,
    fates: BTreeMap<String, Fate>,
    refused_in_jobs: Vec<(String, String)>,
}

/// One change of one field that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ask {
    pub(super) id: String,
    pub(super) job: Option<String>,
    pub(super) task: String,
    pub(super) field: String,
    pub(super) seen: Option<String>,
    pub(super) wanted: Option<String>,
    /// Text, if it is a note.
    pub(super) note: Option<String>,
}

/// What the worker told of an edit at last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// Nothing.
    Untold,
    /// Saved, in that version if it is known.
    Applied(Option<String>),
    /// It was so.
    AlreadySo,
    /// A later edit says otherwise.
    Superseded,
    /// The user gave it up.
    Ended,
    /// It was not taken.
    Refused,
}

impl EditLog {
    /// Reads the messages.
    pub fn read(mut self) -> Self {
        let mut read = Reading::default();
        for text in &self.said {
            read.say(&body(text));
        }
        for text in &self.heard {
            read.hear(&body(text));
        }
        self.read = read;
        self
    }

    pub(super) fn asks(&self) -> impl Iterator<Item = &Ask> {
        self.read.asks.iter()
    }

    /// Versions of theirs that the user decided about for an edit.
    pub(super) fn decisions(&self, edit: &str) -> impl Iterator<Item = &str> {
        let decisions = self.read.decisions.iter();
        decisions
            .filter(move |(decided, _)| decided == edit)
            .map(|(_, version)| version.as_str())
    }

    pub(super) fn fate(&self, ask: &Ask) -> Fate {
        if let Some(fate) = self.read.fates.get(&ask.id) {
            return fate.clone();
        }
        let refused = self.read.refused_in_jobs.iter();
        let mut refused =
            refused.filter(|(job, task)| Some(job) == ask.job.as_ref() && *task == ask.task);
        refused.next().map_or(Fate::Untold, |_| Fate::Refused)
    }
}

impl Reading {
    fn say(&mut self, body: &Value) {
        if let Some(edit) = body.pointer("/edit/edit") {
            self.ask(edit, None);
        }
        if let Some(many) = body.get("editMany") {
            for edit in list(&many["edits"]) {
                self.ask(edit, Some(text(&many["job"])));
            }
        }
        if let Some(decided) = body.get("decideConflict") {
            let decision = (text(&decided["edit"]), text(&decided["version"]));
            self.decisions.push(decision);
        }
    }

    /// An edit that is asked for again is the same edit.
    fn ask(&mut self, edit: &Value, job: Option<String>) {
        let id = text(&edit["id"]);
        if self.asks.iter().any(|ask| ask.id == id) {
            return;
        }
        for change in list(&edit["changes"]) {
            self.asks.push(Ask {
                id: id.clone(),
                job: job.clone(),
                task: text(&edit["resource"]["id"]),
                field: text(&change["field"]),
                seen: plain(&change["seen"]),
                wanted: plain(&change["wanted"]),
                note: change["wanted"]["note"]["text"].as_str().map(str::to_owned),
            });
        }
    }

    fn hear(&mut self, body: &Value) {
        if let Some(news) = body.pointer("/edits/news") {
            for ended in list(&news["ended"]) {
                let fate = fate(&ended["outcome"]);
                self.fates.insert(text(&ended["id"]), fate);
            }
            for job in list(&news["jobs"]) {
                for refused in list(&job["refused"]) {
                    let refused = (text(&job["id"]), text(&refused["resource"]["id"]));
                    self.refused_in_jobs.push(refused);
                }
            }
        }
        if let Some(edit) = body.pointer("/editRefused/edit").and_then(Value::as_str) {
            self.fates.insert(edit.to_owned(), Fate::Refused);
        }
    }
}

fn fate(outcome: &Value) -> Fate {
    match outcome {
        Value::String(name) if name == "alreadySo" => Fate::AlreadySo,
        Value::Object(fields) if fields.contains_key("applied") => {
            Fate::Applied(outcome["applied"]["version"].as_str().map(str::to_owned))
        }
        Value::Object(fields) if fields.contains_key("superseded") => Fate::Superseded,
        _ => Fate::Ended,
    }
}

/// The value of a guarded field.
fn plain(value: &Value) -> Option<String> {
    let code = value["code"].as_str();
    code.or_else(|| value["reference"]["reference"].as_str())
        .map(str::to_owned)
}

fn body(message: &str) -> Value {
    let message: Value = serde_json::from_str(message).unwrap_or_default();
    message.get("body").cloned().unwrap_or(message)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}
