//! Reading one resource or one version of it.

use super::{
    Reply,
    fhir::{Call, points},
};
use crate::{
    ids::is_uuid,
    outcome::Outcome,
    policy::Access,
    sandbox::{HttpRequest, Millis, Sandbox},
    store::{Actor, Row, Version},
    time,
};

impl Sandbox {
    pub(super) fn get(
        &mut self,
        now: Millis,
        name: &str,
        id: &str,
        call: &Call<'_>,
    ) -> Result<Reply, Outcome> {
        self.charge(now, call.actor, points::READ)?;
        let version = self.readable(call.actor, name, id)?.clone();
        let allowed = self.options.behaviour.not_modified_on_get;
        if allowed && is_not_modified(call.request, &version.version_id) {
            let reply = Reply::empty(304)
                .with("etag", format!("W/\"{}\"", version.version_id))
                .with("last-modified", time::http_date(version.last_updated));
            return Ok(reply);
        }
        self.resource_reply(200, call.actor, &version)
    }

    /// The current version if this actor may read it: 403 by type, 404 by content, 410 when deleted.
    pub(super) fn readable(
        &self,
        actor: &Actor,
        name: &str,
        id: &str,
    ) -> Result<&Version, Outcome> {
        let row = self.visible_row(actor, Access::Read, name, id)?;
        row.live().ok_or_else(Outcome::gone)
    }

    /// The row if this actor may know of it. Deleted rows are unknown where reading depends on content (`transcripts/06b`).
    pub(super) fn visible_row(
        &self,
        actor: &Actor,
        access: Access,
        name: &str,
        id: &str,
    ) -> Result<&Row, Outcome> {
        let policy = self.policy(actor)?;
        if !policy.can(access, name) {
            return Err(Outcome::forbidden());
        }
        if !is_uuid(id) {
            return Err(Outcome::not_found());
        }
        let row = self.store.row(name, id).ok_or_else(Outcome::not_found)?;
        let newest = row.newest().ok_or_else(Outcome::not_found)?;
        if newest.deleted && policy.has_criteria(name) {
            return Err(Outcome::not_found());
        }
        let seen = newest.deleted && policy.project.is_none()
            || policy
                .entry_for(access, &self.store, &newest.value)
                .is_some();
        if seen {
            Ok(row)
        } else {
            Err(Outcome::not_found())
        }
    }

    pub(super) fn version_read(
        &mut self,
        now: Millis,
        name: &str,
        id: &str,
        version_id: &str,
        call: &Call<'_>,
    ) -> Result<Reply, Outcome> {
        self.charge(now, call.actor, points::READ)?;
        let row = self.visible_row(call.actor, Access::History, name, id)?;
        let found = row
            .versions
            .iter()
            .find(|version| version.version_id == version_id);
        let version = found.ok_or_else(Outcome::not_found)?.clone();
        if version.deleted {
            // A deletion is stored as an empty text, which the server then fails to parse (`transcripts/05b`).
            return Err(Outcome::bad_request("Unexpected end of JSON input"));
        }
        self.resource_reply(200, call.actor, &version)
    }
}

/// `If-None-Match` as Express's `fresh` takes it, unless the client insists on a new answer.
fn is_not_modified(request: &HttpRequest, version_id: &str) -> bool {
    let insists = request
        .header("cache-control")
        .is_some_and(|text| text.contains("no-cache"));
    let known = request.header("if-none-match").is_some_and(|text| {
        text == "*"
            || text
                .split(',')
                .any(|tag| tag.trim().trim_start_matches("W/").trim_matches('"') == version_id)
    });
    known && !insists
}
