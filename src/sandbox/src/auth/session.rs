//! Who is asking: from the `Authorization` header to an [`Actor`].

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;

use super::membership_of_profile;
use crate::{
    outcome::Outcome,
    sandbox::{HttpRequest, Millis, Sandbox},
    store::{Actor, Store},
};

impl Sandbox {
    /// The party of a request. A removed member gets 410 with a valid token (`transcripts/04c`).
    pub(crate) fn authenticate(
        &self,
        now: Millis,
        request: &HttpRequest,
    ) -> Result<Actor, Outcome> {
        let header = request.header("authorization").unwrap_or_default();
        let extended = request.header("x-medplum") == Some("extended");
        let mut actor = match header.split_once(' ') {
            Some(("Bearer", token)) => self.bearer(now, token)?,
            Some(("Basic", credentials)) => {
                self.basic(credentials).ok_or_else(Outcome::unauthorized)?
            }
            _ => return Err(Outcome::unauthorized()),
        };
        actor.extended = extended;
        Ok(actor)
    }

    fn bearer(&self, now: Millis, token: &str) -> Result<Actor, Outcome> {
        let claims = self
            .auth
            .keys
            .verify(now, token)
            .ok_or_else(Outcome::unauthorized)?;
        let login = claims["login_id"].as_str().unwrap_or_default();
        // A refresh token has a login too, but no subject.
        if claims["sub"].as_str().is_none() || claims["profile"].as_str().is_none() {
            return Err(Outcome::unauthorized());
        }
        let login = self.auth.logins.get(login).filter(|login| !login.revoked);
        let login = login.ok_or_else(Outcome::unauthorized)?;
        let mut actor =
            actor_of_membership(&self.store, &login.membership).ok_or_else(Outcome::gone)?;
        actor.login = Some(login.id.clone());
        Ok(actor)
    }

    fn basic(&self, credentials: &str) -> Option<Actor> {
        let text = String::from_utf8(STANDARD.decode(credentials).ok()?).ok()?;
        let (id, secret) = text.split_once(':')?;
        let client = self.store.current("ClientApplication", id)?;
        if client.value["secret"] != secret {
            return None;
        }
        let membership = membership_of_profile(&self.store, &format!("ClientApplication/{id}"))?;
        actor_of_membership(&self.store, membership["id"].as_str()?)
    }
}

/// The actor of a membership at this moment, without session.
pub(crate) fn actor_of_membership(store: &Store, id: &str) -> Option<Actor> {
    let membership = &store.current("ProjectMembership", id)?.value;
    let reference = membership["project"]["reference"].as_str()?;
    let project = &store.resolve(reference)?.value;
    Some(Actor {
        project: reference.strip_prefix("Project/")?.to_owned(),
        membership: id.to_owned(),
        profile: text(membership, "profile")?.to_owned(),
        admin: membership["admin"] == true,
        super_admin: project["superAdmin"] == true,
        login: None,
        extended: false,
    })
}

fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value[key]["reference"].as_str()
}
