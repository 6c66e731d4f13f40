//! Bundles: batches, and transactions where the project has them (`transcripts/05b`, `06e`).

use std::collections::HashMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{Reply, conditional::Named, fhir::points};
use crate::{
    ids::is_uuid,
    outcome::Outcome,
    sandbox::{Millis, Sandbox},
    search::parse_query,
    store::{Actor, Version},
    validate::is_resource_type,
};

/// Most updates of one transaction.
const UPDATES_MAX: usize = 50;
/// Most entries of a transaction with a condition in it.
const CONDITIONAL_ENTRIES_MAX: usize = 8;

/// What an entry asks for.
struct Entry {
    method: String,
    resource_type: String,
    id: Option<String>,
    query: Vec<(String, String)>,
    if_match: Option<String>,
    if_none_exist: Option<String>,
    resource: Value,
    /// Id it will get if it creates.
    new_id: String,
}

/// The answer to one entry.
struct Done {
    outcome: Outcome,
    location: Option<String>,
    resource: Option<Value>,
}

impl Sandbox {
    pub(super) fn bundle(
        &mut self,
        now: Millis,
        actor: &Actor,
        body: &Value,
    ) -> Result<Reply, Outcome> {
        if body["resourceType"] != "Bundle" {
            return Err(Outcome::bad_request("Not a bundle"));
        }
        let kind = body["type"].as_str().unwrap_or_default();
        if !matches!(kind, "batch" | "transaction") {
            return Err(Outcome::bad_request(&format!(
                "Unrecognized bundle type: {kind}"
            )));
        }
        let Some(list) = body["entry"].as_array() else {
            return Err(Outcome::bad_request("Missing bundle entries"));
        };
        let entries = self.entries(list);
        let atomic = kind == "transaction" && self.has_feature(actor, "transaction-bundles");
        let answers = if atomic {
            if has_too_many_updates(&entries) {
                let text = "Transaction contains more update operations than allowed";
                return Err(Outcome::bad_request(text));
            }
            if is_too_long_for_conditions(&entries) {
                self.charge(now, actor, points::READ)?;
                let text = "Transaction requires strict isolation but has too many entries";
                return Err(Outcome::bad_request(text));
            }
            self.transaction(now, actor, &entries)?
        } else {
            self.batch(now, actor, &entries)
        };
        let entry: Vec<Value> = answers.into_iter().map(Done::into_value).collect();
        let answer =
            json!({ "resourceType": "Bundle", "type": format!("{kind}-response"), "entry": entry });
        Ok(Reply::fhir(200, answer.to_string()))
    }

    pub(crate) fn has_feature(&self, actor: &Actor, feature: &str) -> bool {
        let project = self.store.current("Project", &actor.project);
        let features = project.and_then(|project| project.value["features"].as_array());
        features.is_some_and(|features| features.iter().any(|own| own == feature))
    }

    /// Parses all entries; `urn:uuid:` references between them become references to the ids they will have.
    fn entries(&mut self, list: &[Value]) -> Vec<Entry> {
        let mut entries: Vec<Entry> = Vec::with_capacity(list.len());
        let mut names = HashMap::new();
        for item in list {
            let entry = Entry::parse(item, self.ids.uuid());
            if let Some(local) = item["fullUrl"]
                .as_str()
                .filter(|url| url.starts_with("urn:uuid:"))
            {
                names.insert(
                    local.to_owned(),
                    format!("{}/{}", entry.resource_type, entry.new_id),
                );
            }
            entries.push(entry);
        }
        if !names.is_empty() {
            entries
                .iter_mut()
                .for_each(|entry| rename(&mut entry.resource, &names));
        }
        entries
    }

    /// Every entry for itself. Once one is throttled, all that follow are (`transcripts/08b`).
    fn batch(&mut self, now: Millis, actor: &Actor, entries: &[Entry]) -> Vec<Done> {
        let mut answers: Vec<Option<Done>> = entries.iter().map(|_| None).collect();
        let mut throttled: Option<Outcome> = None;
        for index in processing_order(entries) {
            let done = match &throttled {
                Some(outcome) => Err(outcome.clone()),
                None => self.entry(now, actor, &entries[index]),
            };
            if let Err(outcome) = &done
                && outcome.status == 429
            {
                throttled = Some(outcome.clone());
            }
            answers[index] = Some(done.unwrap_or_else(Done::refused));
        }
        answers.into_iter().flatten().collect()
    }

    /// All or nothing; events only after the last write.
    fn transaction(
        &mut self,
        now: Millis,
        actor: &Actor,
        entries: &[Entry],
    ) -> Result<Vec<Done>, Outcome> {
        let mut answers: Vec<Option<Done>> = entries.iter().map(|_| None).collect();
        self.begin();
        for index in processing_order(entries) {
            match self.entry(now, actor, &entries[index]) {
                Ok(done) => answers[index] = Some(done),
                Err(outcome) => {
                    self.roll_back();
                    return Err(outcome);
                }
            }
        }
        self.finish_transaction(now);
        Ok(answers.into_iter().flatten().collect())
    }

    fn entry(&mut self, now: Millis, actor: &Actor, entry: &Entry) -> Result<Done, Outcome> {
        let name = entry.resource_type.as_str();
        if !matches!(
            entry.method.as_str(),
            "GET" | "POST" | "PUT" | "PATCH" | "DELETE"
        ) {
            return Err(Outcome::not_found());
        }
        if !is_resource_type(name) {
            return Err(Outcome::unknown_type());
        }
        match (entry.method.as_str(), entry.id.as_deref()) {
            ("GET", None) => {
                let page = self.find(now, actor, name, &entry.query)?;
                Ok(Done {
                    outcome: Outcome::ok(),
                    location: None,
                    resource: serde_json::from_str(&page.text).ok(),
                })
            }
            ("GET", Some(id)) => {
                self.charge(now, actor, points::READ)?;
                let version = self.readable(actor, name, id)?.clone();
                self.done(actor, Outcome::ok(), &version)
            }
            ("POST", _) => self.entry_create(now, actor, entry),
            ("PUT", Some(id)) => {
                self.charge(now, actor, points::WRITE)?;
                if !is_uuid(id) || entry.resource["id"] != id {
                    return Err(Outcome::bad_request("Incorrect resource ID"));
                }
                let version = self.update(
                    now,
                    actor,
                    entry.resource.clone(),
                    entry.if_match.as_deref(),
                )?;
                self.done(actor, Outcome::ok(), &version)
            }
            ("PATCH", Some(id)) => self.entry_patch(now, actor, entry, id),
            ("DELETE", Some(id)) => {
                self.charge(now, actor, points::WRITE)?;
                self.remove(now, actor, name, id, entry.if_match.as_deref())?;
                Ok(Done::empty())
            }
            _ => self.entry_conditional(now, actor, entry),
        }
    }

    fn entry_create(&mut self, now: Millis, actor: &Actor, entry: &Entry) -> Result<Done, Outcome> {
        let name = entry.resource_type.as_str();
        if let Some(condition) = &entry.if_none_exist
            && let Named::One(id) = self.named(now, actor, name, &parse_query(condition))?
        {
            let version = self.readable(actor, name, &id)?.clone();
            return self.done(actor, Outcome::ok(), &version);
        }
        self.charge(now, actor, points::WRITE)?;
        let version = self.create_with_id(
            now,
            actor,
            name,
            entry.resource.clone(),
            entry.new_id.clone(),
        )?;
        self.done(actor, Outcome::created(), &version)
    }

    /// The patch is a Binary with base64 data; `ifMatch` is ignored unless the option says otherwise.
    fn entry_patch(
        &mut self,
        now: Millis,
        actor: &Actor,
        entry: &Entry,
        id: &str,
    ) -> Result<Done, Outcome> {
        self.charge(now, actor, points::WRITE)?;
        let data = entry.resource["data"]
            .as_str()
            .and_then(|data| STANDARD.decode(data).ok());
        let operations: Value = data
            .and_then(|data| serde_json::from_slice(&data).ok())
            .unwrap_or_default();
        let honoured = self.options.behaviour.if_match_on_patch;
        let if_match = entry.if_match.as_deref().filter(|_| honoured);
        let version =
            self.apply_patch(now, actor, &entry.resource_type, id, &operations, if_match)?;
        self.done(actor, Outcome::ok(), &version)
    }

    fn entry_conditional(
        &mut self,
        now: Millis,
        actor: &Actor,
        entry: &Entry,
    ) -> Result<Done, Outcome> {
        let name = entry.resource_type.as_str();
        let named = self.named(now, actor, name, &entry.query)?;
        self.charge(now, actor, points::WRITE)?;
        match (entry.method.as_str(), named) {
            ("PUT", named) => {
                let (version, is_new) =
                    self.upsert(now, actor, name, named, entry.resource.clone())?;
                let outcome = if is_new {
                    Outcome::created()
                } else {
                    Outcome::ok()
                };
                self.done(actor, outcome, &version)
            }
            ("DELETE", Named::One(id)) => {
                self.remove(now, actor, name, &id, None)?;
                Ok(Done::empty())
            }
            _ => Err(Outcome::not_found()),
        }
    }

    fn done(&self, actor: &Actor, outcome: Outcome, version: &Version) -> Result<Done, Outcome> {
        let text = self.text_for(actor, version)?;
        let name = version.value["resourceType"].as_str().unwrap_or_default();
        let id = version.value["id"].as_str().unwrap_or_default();
        Ok(Done {
            outcome,
            location: Some(format!("{name}/{id}")),
            resource: serde_json::from_str(&text).ok(),
        })
    }
}

impl Done {
    fn refused(outcome: Outcome) -> Self {
        Self {
            outcome,
            location: None,
            resource: None,
        }
    }

    fn empty() -> Self {
        Self::refused(Outcome::ok())
    }

    fn into_value(self) -> Value {
        let mut entry = json!({
            "response": { "outcome": self.outcome.body, "status": self.outcome.status.to_string() },
        });
        if let Some(location) = self.location {
            entry["response"]["location"] = location.into();
        }
        if let Some(resource) = self.resource {
            entry["resource"] = resource;
        }
        entry
    }
}

impl Entry {
    fn parse(item: &Value, new_id: String) -> Self {
        let request = &item["request"];
        let text = |key: &str| request[key].as_str().map(str::to_owned);
        let url = text("url").unwrap_or_default();
        let (path, query) = url.split_once('?').unwrap_or((url.as_str(), ""));
        let mut segments = path.trim_start_matches('/').split('/');
        Self {
            method: text("method").unwrap_or_default(),
            resource_type: segments.next().unwrap_or_default().to_owned(),
            id: segments.next().map(str::to_owned),
            query: parse_query(query),
            if_match: text("ifMatch"),
            if_none_exist: text("ifNoneExist"),
            resource: item["resource"].clone(),
            new_id,
        }
    }

    /// Medplum's order of processing: delete, create, update, patch, search, read.
    fn rank(&self) -> u8 {
        match (self.method.as_str(), &self.id) {
            ("DELETE", _) => 0,
            ("POST", _) => 1,
            ("PUT", _) => 2,
            ("PATCH", _) => 3,
            ("GET", None) => 4,
            _ => 5,
        }
    }
}

fn processing_order(entries: &[Entry]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.sort_by_key(|index| entries[*index].rank());
    order
}

fn has_too_many_updates(entries: &[Entry]) -> bool {
    let is_update = |entry: &&Entry| matches!(entry.method.as_str(), "PUT" | "PATCH");
    entries.iter().filter(is_update).count() > UPDATES_MAX
}

/// A condition needs strict isolation, and that is for small bundles only.
fn is_too_long_for_conditions(entries: &[Entry]) -> bool {
    let conditional = entries.iter().any(|entry| entry.if_none_exist.is_some());
    conditional && entries.len() > CONDITIONAL_ENTRIES_MAX
}

/// Replaces every text that is a known local name.
fn rename(value: &mut Value, names: &HashMap<String, String>) {
    match value {
        Value::String(text) => {
            if let Some(name) = names.get(text) {
                text.clone_from(name);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, names)),
        Value::Object(object) => object.values_mut().for_each(|inner| rename(inner, names)),
        _ => {}
    }
}
