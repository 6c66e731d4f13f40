//! `_history` of one resource: newest first, deletions without resource.

use serde_json::{Value, json};

use super::{
    Reply,
    fhir::{Call, points},
};
use crate::{
    outcome::Outcome,
    policy::Access,
    sandbox::{Millis, Sandbox},
    time,
};

const COUNT_DEFAULT: usize = 100;
const COUNT_MAX: usize = 1000;

impl Sandbox {
    /// `_since` is ignored (`transcripts/05b`).
    pub(super) fn history(
        &mut self,
        now: Millis,
        name: &str,
        id: &str,
        call: &Call<'_>,
    ) -> Result<Reply, Outcome> {
        self.charge(now, call.actor, points::HISTORY)?;
        let number = |key: &str, default: usize| {
            let found = call.query.iter().find(|(own, _)| own == key);
            found
                .and_then(|(_, value)| value.parse().ok())
                .unwrap_or(default)
        };
        let count = number("_count", COUNT_DEFAULT).min(COUNT_MAX);
        let offset = number("_offset", 0);
        let versions = self
            .visible_row(call.actor, Access::History, name, id)?
            .versions
            .clone();
        let base = &self.options.base_url;
        let mut entries = Vec::new();
        for version in versions.iter().rev().skip(offset).take(count) {
            let url = format!("{name}/{id}/_history/{}", version.version_id);
            let mut entry = json!({
                "fullUrl": format!("{base}fhir/R4/{name}/{id}"),
                "request": { "method": "GET", "url": url },
                "response": { "status": "200", "outcome": Outcome::ok().body },
            });
            if version.deleted {
                let mut outcome = Outcome::gone().body;
                outcome["issue"][0]["details"]["text"] =
                    format!("Deleted on {}", time::javascript_date(version.last_updated)).into();
                entry["response"] = json!({ "status": "410", "outcome": outcome });
            } else {
                let text = self.text_for(call.actor, version)?;
                entry["resource"] = serde_json::from_str(&text).unwrap_or(Value::Null);
            }
            entries.push(entry);
        }
        let bundle = json!({
            "resourceType": "Bundle", "type": "history", "entry": entries, "total": versions.len(),
        });
        Ok(Reply::fhir(200, bundle.to_string()))
    }
}
