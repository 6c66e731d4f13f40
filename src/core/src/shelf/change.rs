//! One change of a panel on its way to the server, and what the answers mean.

use super::{Call, Event, Shelf};
use crate::{
    engine::{
        HttpMethod,
        io::Io,
        requests::{Outcome, Purpose, Request, Retry},
    },
    fhir::{self, Resource, outcome_text},
    identity::{PanelChangeId, ResourceId, TabId},
    panel::saved::{self, check, stored},
    protocol::{DraftProblem, PanelChange, PanelDraft, PanelRefusal, PanelVerdict},
};

/// See the module.
#[derive(Debug)]
pub(super) struct Change {
    pub(super) number: u64,
    pub(super) tab: TabId,
    pub(super) name: PanelChangeId,
    pub(super) to: PanelChange,
    pub(super) stage: Stage,
}

/// What it waits for.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Stage {
    /// The answer to the request that makes it.
    Written,
    /// What is there instead: it was refused, for this reason if nobody else was there before.
    Checked(PanelRefusal),
}

/// The panel that is changed, where there is one already.
pub(super) fn target(to: &PanelChange) -> Option<&ResourceId> {
    match to {
        PanelChange::Create { .. } => None,
        PanelChange::Replace { id, .. }
        | PanelChange::Delete { id }
        | PanelChange::Restore { id, .. } => Some(id),
    }
}

fn wanted(to: &PanelChange) -> Option<&PanelDraft> {
    match to {
        PanelChange::Delete { .. } => None,
        PanelChange::Create { draft }
        | PanelChange::Replace { draft, .. }
        | PanelChange::Restore { draft, .. } => Some(draft),
    }
}

/// The same with a draft that may be kept.
pub(super) fn checked(to: PanelChange) -> Result<PanelChange, DraftProblem> {
    Ok(match to {
        PanelChange::Create { draft } => PanelChange::Create {
            draft: check(draft)?,
        },
        PanelChange::Replace { id, version, draft } => PanelChange::Replace {
            id,
            version,
            draft: check(draft)?,
        },
        PanelChange::Restore { id, draft } => PanelChange::Restore {
            id,
            draft: check(draft)?,
        },
        delete @ PanelChange::Delete { .. } => delete,
    })
}

/// The request that makes a change; `raw` is the panel as it is known.
pub(super) fn request(
    number: u64,
    name: &PanelChangeId,
    to: &PanelChange,
    raw: Option<&str>,
    me: &str,
) -> Result<Request, PanelRefusal> {
    let purpose = Purpose::Panels(Call::Write(number));
    let path = |id: &ResourceId| format!("fhir/R4/Basic/{id}");
    Ok(match to {
        PanelChange::Create { draft } => {
            let path = format!("fhir/R4/{}", stored::path_of_new(name.as_str()));
            let body = stored::resource(name.as_str(), draft, me, None);
            Request::fhir(purpose, HttpMethod::Put, path, body)
        }
        PanelChange::Restore { id, draft } => {
            let body = stored::resource(name.as_str(), draft, me, Some(id.as_str()));
            Request::fhir(purpose, HttpMethod::Put, path(id), body)
        }
        PanelChange::Replace { id, version, draft } => {
            let raw = raw.ok_or(PanelRefusal::Gone)?;
            let patch = stored::patch(raw, version.as_str(), draft);
            let patch = patch.ok_or(PanelRefusal::NotReadable)?;
            let mut request = Request::fhir(purpose, HttpMethod::Patch, path(id), patch);
            if let Some(body) = &mut request.body {
                body.content_type = "application/json-patch+json";
            }
            request
        }
        PanelChange::Delete { id } => {
            let mut request = Request::get(purpose, path(id));
            request.method = HttpMethod::Delete;
            request.retry = Retry::Never;
            request
        }
    })
}

impl Shelf {
    pub(super) fn on_change(&mut self, io: &mut Io, place: usize, outcome: &Outcome) -> Vec<Event> {
        let change = &self.changes[place];
        let status = outcome.as_ref().map_or(0, |answer| answer.status);
        let resource = outcome.as_ref().ok().and_then(|answer| {
            let resource = fhir::parse(&answer.body).ok();
            resource.filter(|resource| resource.key.kind == super::basic())
        });
        let verdict = match (&change.stage, status) {
            (_, 200 | 201 | 204) if wanted(&change.to).is_none() => {
                if let Some(id) = target(&change.to).cloned() {
                    self.drop(&id);
                }
                PanelVerdict::Done { panel: None }
            }
            (Stage::Written, 404 | 410) if wanted(&change.to).is_none() => {
                PanelVerdict::Done { panel: None }
            }
            (stage, 200 | 201) => match resource {
                Some(resource) => {
                    let refusal = match stage {
                        Stage::Written => None,
                        Stage::Checked(reason) => Some(reason.clone()),
                    };
                    self.take_version(place, resource, refusal)
                }
                None => refused(PanelRefusal::NoAnswer),
            },
            (Stage::Written, 400 | 409 | 412 | 422) if target(&change.to).is_some() => {
                let message = outcome.as_ref().ok();
                let message = message.and_then(|answer| outcome_text(&answer.body));
                let reason = match (status, message) {
                    (409, _) | (_, None) => PanelRefusal::NoAnswer,
                    (_, Some(message)) => PanelRefusal::Invalid { message },
                };
                return self.look(io, place, reason);
            }
            (_, 403) => refused(PanelRefusal::Forbidden),
            (_, 404 | 410) => refused(PanelRefusal::Gone),
            (_, 400 | 412 | 422) => {
                let message = outcome.as_ref().ok();
                let message = message.and_then(|answer| outcome_text(&answer.body));
                let message = message.unwrap_or_default();
                refused(PanelRefusal::Invalid { message })
            }
            _ => refused(PanelRefusal::NoAnswer),
        };
        let change = self.changes.remove(place);
        self.written = Some(io.now);
        self.read(io);
        vec![
            Event::Changed,
            Event::Answer(change.tab, change.name, verdict),
        ]
    }

    /// A write was refused: what is there instead tells why.
    fn look(&mut self, io: &mut Io, place: usize, reason: PanelRefusal) -> Vec<Event> {
        let change = &mut self.changes[place];
        change.stage = Stage::Checked(reason);
        let Some(id) = target(&change.to) else {
            return Vec::new();
        };
        let purpose = Purpose::Panels(Call::Check(change.number));
        let mut request = Request::get(purpose, format!("fhir/R4/Basic/{id}"));
        request.retry = Retry::Times(1);
        io.requests.send(request);
        Vec::new()
    }

    /// A version that the server holds: what was wanted, or what is there instead of it.
    fn take_version(
        &mut self,
        place: usize,
        resource: Resource,
        refusal: Option<PanelRefusal>,
    ) -> PanelVerdict {
        let read = saved::read(&resource);
        let author = resource.author.as_deref().map(str::to_owned);
        let change = &self.changes[place];
        let verdict = match (&read, &change.to) {
            (Err(_), _) => refused(PanelRefusal::NotReadable),
            (Ok(now), to) if wanted(to) == Some(&now.draft) => PanelVerdict::Done {
                panel: Some(saved::definition(now).view.id),
            },
            // Nobody was there before: it is refused for its own sake.
            (Ok(now), PanelChange::Replace { version, .. }) if now.version == *version => {
                refused(refusal.unwrap_or(PanelRefusal::Forbidden))
            }
            (Ok(now), _) => PanelVerdict::Conflict {
                theirs: Box::new(now.clone()),
                author,
            },
        };
        self.hold(resource);
        verdict
    }
}

fn refused(reason: PanelRefusal) -> PanelVerdict {
    PanelVerdict::Refused { reason }
}
