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
    panel::saved::{self, check_draft, stored},
    protocol::{Draft, DraftProblem, Made, PanelChange, PanelRefusal, PanelVerdict, Saved},
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
    /// What is there: it is to be deleted, or brought back, and the server does neither under a condition (Medplum 5.0.10 ignores
    /// `If-Match` on DELETE, `transcripts/05a-update-if-match.json`).
    Looking,
    /// The answer to the request that makes it.
    Written,
    /// What is there instead: it was refused, for this reason if nobody else was there before.
    Checked(PanelRefusal),
}

/// What an answer tells.
enum Told {
    /// This is there.
    Version(Box<Resource>),
    /// It is done.
    Done,
    /// It is not there.
    Gone,
    /// The user may not.
    Forbidden,
    /// It was not made, for this reason if nobody else was there before.
    Refused(PanelRefusal),
    /// Nothing.
    Nothing,
}

/// What follows from an answer.
enum Step {
    Write,
    Check(PanelRefusal),
    End(PanelVerdict),
}

/// The panel that is changed, where there is one already.
pub(super) fn target(to: &PanelChange) -> Option<&ResourceId> {
    match to {
        PanelChange::Create { .. } => None,
        PanelChange::Replace { id, .. }
        | PanelChange::Delete { id, .. }
        | PanelChange::Restore { id, .. } => Some(id),
    }
}

fn wanted(to: &PanelChange) -> Option<&Draft> {
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
            draft: check_draft(draft)?,
        },
        PanelChange::Replace { id, version, draft } => PanelChange::Replace {
            id,
            version,
            draft: check_draft(draft)?,
        },
        PanelChange::Restore { id, draft } => PanelChange::Restore {
            id,
            draft: check_draft(draft)?,
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
        PanelChange::Delete { id, .. } => {
            let mut request = Request::get(purpose, path(id));
            request.method = HttpMethod::Delete;
            request.retry = Retry::Never;
            request
        }
    })
}

/// The request that reads what is there.
pub(super) fn look(number: u64, id: &ResourceId) -> Request {
    let purpose = Purpose::Panels(Call::Check(number));
    let mut request = Request::get(purpose, format!("fhir/R4/Basic/{id}"));
    request.retry = Retry::Times(1);
    request
}

fn told(outcome: &Outcome) -> Told {
    let Ok(answer) = outcome else {
        return Told::Nothing;
    };
    match answer.status {
        200 | 201 | 204 => match fhir::parse(&answer.body) {
            Ok(resource) if resource.key.kind == super::basic() => {
                Told::Version(Box::new(resource))
            }
            _ => Told::Done,
        },
        403 => Told::Forbidden,
        404 | 410 => Told::Gone,
        409 => Told::Refused(PanelRefusal::NoAnswer),
        400 | 412 | 422 => match outcome_text(&answer.body) {
            Some(message) => Told::Refused(PanelRefusal::Invalid { message }),
            None => Told::Nothing,
        },
        _ => Told::Nothing,
    }
}

impl Shelf {
    pub(super) fn on_change(&mut self, io: &mut Io, place: usize, outcome: &Outcome) -> Vec<Event> {
        let verdict = match self.step(place, told(outcome)) {
            Step::End(verdict) => verdict,
            Step::Check(reason) => {
                let change = &mut self.changes[place];
                change.stage = Stage::Checked(reason);
                if let Some(id) = target(&change.to) {
                    io.requests.send(look(change.number, id));
                }
                return Vec::new();
            }
            Step::Write => {
                let change = &mut self.changes[place];
                change.stage = Stage::Written;
                match request(change.number, &change.name, &change.to, None, &self.me) {
                    Ok(request) => {
                        io.requests.send(request);
                        return Vec::new();
                    }
                    Err(reason) => refused(reason),
                }
            }
        };
        let change = self.changes.remove(place);
        self.written = Some(io.now);
        self.read(io);
        vec![
            Event::Changed,
            Event::Answer(change.tab, change.name, verdict),
        ]
    }

    fn step(&mut self, place: usize, told: Told) -> Step {
        let Change { to, stage, .. } = &self.changes[place];
        let verdict = match (stage, to, told) {
            (_, _, Told::Forbidden) => refused(PanelRefusal::Forbidden),
            (Stage::Looking, PanelChange::Delete { version, .. }, Told::Version(now))
                if now.version == *version =>
            {
                return Step::Write;
            }
            (Stage::Looking, PanelChange::Restore { .. }, Told::Gone) => return Step::Write,
            (Stage::Written, PanelChange::Delete { .. }, Told::Done | Told::Gone)
            | (Stage::Looking, PanelChange::Delete { .. }, Told::Gone) => {
                if let Some(id) = target(to).cloned() {
                    self.drop(&id);
                }
                PanelVerdict::Done { made: None }
            }
            (Stage::Written, to, Told::Refused(reason)) => match target(to) {
                Some(_) => return Step::Check(reason),
                None => refused(reason),
            },
            (Stage::Checked(reason), _, Told::Version(now)) => {
                let reason = reason.clone();
                self.take_version(place, *now, reason)
            }
            (_, _, Told::Version(now)) => self.take_version(place, *now, PanelRefusal::Forbidden),
            (_, _, Told::Gone) => refused(PanelRefusal::Gone),
            (_, _, Told::Done | Told::Refused(_) | Told::Nothing) => {
                refused(PanelRefusal::NoAnswer)
            }
        };
        Step::End(verdict)
    }

    /// A version that the server holds: what was wanted, or what is there instead of it, for this reason if nobody else was there
    /// before.
    fn take_version(
        &mut self,
        place: usize,
        resource: Resource,
        reason: PanelRefusal,
    ) -> PanelVerdict {
        let read = saved::read(&resource);
        let author = resource.author.as_deref().map(str::to_owned);
        let to = &self.changes[place].to;
        let verdict = match (&read, to) {
            (Err(_), _) => refused(PanelRefusal::NotReadable),
            (Ok(now), to) if wanted(to) == Some(&now.saved.draft) => PanelVerdict::Done {
                made: made(&now.saved),
            },
            (
                Ok(now),
                PanelChange::Replace { version, .. } | PanelChange::Delete { version, .. },
            ) if now.saved.version == *version => refused(reason),
            (Ok(now), _) => PanelVerdict::Conflict {
                theirs: Box::new(now.saved.clone()),
                author,
            },
        };
        self.hold(resource);
        verdict
    }
}

fn made(now: &Saved<Draft>) -> Option<Made> {
    Some(match &now.draft {
        Draft::Panel(_) => Made::Panel(saved::definition(&now.clone().narrow()?).view.id),
        Draft::View(_) => Made::View(now.id.clone()),
    })
}

fn refused(reason: PanelRefusal) -> PanelVerdict {
    PanelVerdict::Refused { reason }
}
