//! The panels and views on the server: read as a whole every so often, and changed one by one.
//!
//! There are few and they change seldom, so what is known of them is what the last search found, and nothing is merged. It is kept
//! for the next start, which shows it until it has read them. A change is written only over the version that its user has seen, and
//! asking twice for one is asking once. Must never touch a row, and never write over a definition that cannot be read.

mod change;

use crate::{
    cache::Shelved,
    engine::{
        io::Io,
        requests::{Outcome, Purpose, Request, Retry},
    },
    error::ProcessingError,
    fhir::{self, Resource},
    identity::{PanelChangeId, ResourceId, ResourceType, TabId, VersionId},
    limits,
    panel::saved::{self, Kept, stored},
    protocol::{
        Audience, Draft, EditBar, PanelChange, PanelProblem, PanelRefusal, PanelVerdict,
        SavedPanel, SavedView, ShelfState, ShelfView, UnusablePanel,
    },
    time::Timestamp,
    timer::Timer,
};
use change::{Change, Stage};

/// A request of the shelf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    /// All panels are read.
    List,
    /// A change is written.
    Write(u64),
    /// What the server holds in place of what was to be changed is read.
    Check(u64),
}

/// What the rest of the engine must do.
#[derive(Debug, PartialEq)]
pub(crate) enum Event {
    /// Other panels are known, or something else about them.
    Changed,
    /// A tab waits for this.
    Answer(TabId, PanelChangeId, PanelVerdict),
}

/// One panel or view on the server.
#[derive(Clone, Debug, PartialEq)]
struct Held {
    resource: Resource,
    read: Result<Kept, UnusablePanel>,
}

impl Held {
    fn panel(&self) -> Option<SavedPanel> {
        let saved = &self.read.as_ref().ok()?.saved;
        match &saved.draft {
            Draft::Panel(_) => saved.clone().narrow(),
            Draft::View(_) => None,
        }
    }

    /// Where it is one that this user sees.
    fn view(&self, me: &str) -> Option<SavedView> {
        let kept = self.read.as_ref().ok()?;
        match &kept.saved.draft {
            Draft::View(view)
                if view.audience == Audience::Shared || kept.author.as_deref() == Some(me) =>
            {
                kept.saved.clone().narrow()
            }
            _ => None,
        }
    }
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Shelf {
    state: ShelfState,
    held: Vec<Held>,
    /// Resources that cannot be taken at all.
    invalid: Vec<UnusablePanel>,
    /// Literal reference of the user.
    me: String,
    bar: Option<EditBar>,
    /// When the search on its way was asked for.
    asked: Option<Timestamp>,
    /// When something was last written: what was asked before does not know of it.
    written: Option<Timestamp>,
    changes: Vec<Change>,
    last_number: u64,
    /// Rises with every other state of what is held.
    revision: u64,
}

fn basic() -> ResourceType {
    ResourceType::from("Basic")
}

impl Shelf {
    /// Somebody is signed in. `bar` is what keeps them from writing panels.
    pub(crate) fn start(&mut self, io: &mut Io, me: &str, bar: Option<EditBar>) {
        self.forget(io);
        self.me = me.to_owned();
        if !io.config.shared_panels {
            self.state = ShelfState::Off;
        } else if bar == Some(EditBar::TypeHidden) {
            self.state = ShelfState::Forbidden;
        } else {
            self.read(io);
        }
        self.bar = bar;
    }

    /// Nobody is here any longer.
    pub(crate) fn forget(&mut self, io: &mut Io) {
        io.cancel_requests(|purpose| matches!(purpose, Purpose::Panels(_)));
        io.timers.stop(Timer::Panels);
        *self = Self {
            // Answers to an earlier user are never taken for those to a later one.
            last_number: self.last_number,
            ..Self::default()
        };
    }

    /// Reads all panels, unless that was asked for a moment ago.
    pub(crate) fn read(&mut self, io: &mut Io) {
        let is_off = matches!(self.state, ShelfState::Off | ShelfState::Forbidden);
        if is_off || self.asked.is_some() || self.me.is_empty() {
            return;
        }
        self.asked = Some(io.now);
        io.timers.stop(Timer::Panels);
        let count = limits::SAVED_PANELS_READ_MAX;
        let path = format!("fhir/R4/{}&_count={count}", stored::SEARCH);
        let mut request = Request::get(Purpose::Panels(Call::List), path);
        request.retry = Retry::Times(1);
        io.requests.send(request);
    }

    /// What an earlier life of the worker has stored of them: shown until they are read.
    pub(crate) fn restore(&mut self, resources: &[String]) -> Vec<Event> {
        let is_wanted = self.state == ShelfState::Reading || self.state == ShelfState::Unavailable;
        if !is_wanted || self.me.is_empty() || self.written.is_some() {
            return Vec::new();
        }
        for raw in resources {
            // One that cannot be read any longer comes with the list, and is named there.
            if let Ok(resource) = fhir::parse(raw) {
                self.place(resource);
            }
        }
        if self.state == ShelfState::Unavailable {
            self.state = ShelfState::Old;
        }
        vec![Event::Changed]
    }

    /// Another number for each other state of what is held.
    pub(crate) fn revision(&self) -> u64 {
        self.revision
    }

    /// What the next life is to know.
    pub(crate) fn to_store(&self) -> Shelved<'_> {
        let mut bytes = 0;
        let resources = self.held.iter().map(|held| &*held.resource.raw);
        let resources = resources.take_while(|raw| {
            bytes += raw.len();
            bytes <= limits::CACHE_PANELS_BYTES_MAX
        });
        Shelved {
            revision: self.revision,
            resources: resources.collect(),
        }
    }

    /// Another read is due.
    pub(crate) fn on_timer(&mut self, io: &mut Io) {
        self.read(io);
    }

    /// The panels that can be shown, in their order.
    pub(crate) fn panels(&self) -> Vec<SavedPanel> {
        let panels = self.held.iter().filter_map(Held::panel);
        panels.take(limits::SAVED_PANELS_MAX).collect()
    }

    fn views(&self) -> Vec<SavedView> {
        let views = self.held.iter().filter_map(|held| held.view(&self.me));
        views.take(limits::SAVED_VIEWS_MAX).collect()
    }

    /// What tabs are told beside that.
    pub(crate) fn view(&self) -> ShelfView {
        let panels = self.held.iter().filter(|held| held.panel().is_some());
        let panels = panels.skip(limits::SAVED_PANELS_MAX);
        let views = self.held.iter();
        let views = views.filter(|held| held.view(&self.me).is_some());
        let views = views.skip(limits::SAVED_VIEWS_MAX);
        let too_many = panels
            .chain(views)
            .map(|held| saved::unusable(&held.resource, PanelProblem::OverLimit));
        let read = self.held.iter();
        let unusable = read.filter_map(|held| held.read.as_ref().err().cloned());
        ShelfView {
            state: self.state,
            views: self.views(),
            unusable: unusable
                .chain(too_many)
                .chain(self.invalid.iter().cloned())
                .collect(),
            bar: self.bar,
        }
    }

    /// A tab wants a change.
    pub(crate) fn change(
        &mut self,
        io: &mut Io,
        tab: &TabId,
        name: PanelChangeId,
        to: PanelChange,
    ) -> Option<Event> {
        if self.changes.iter().any(|known| known.name == name) {
            return None;
        }
        match self.begin(io, tab, &name, to) {
            Ok(()) => None,
            Err(reason) => {
                let verdict = PanelVerdict::Refused { reason };
                Some(Event::Answer(tab.clone(), name, verdict))
            }
        }
    }

    fn begin(
        &mut self,
        io: &mut Io,
        tab: &TabId,
        name: &PanelChangeId,
        to: PanelChange,
    ) -> Result<(), PanelRefusal> {
        if self.me.is_empty() {
            return Err(PanelRefusal::NotSignedIn);
        }
        if self.bar.is_some() || matches!(self.state, ShelfState::Off | ShelfState::Forbidden) {
            return Err(PanelRefusal::Forbidden);
        }
        if self.changes.len() >= limits::PANEL_CHANGES_MAX {
            return Err(PanelRefusal::NoAnswer);
        }
        if self.is_full_for(&to) {
            return Err(PanelRefusal::TooMany);
        }
        let to = change::checked(to).map_err(PanelRefusal::Draft)?;
        let number = self.last_number + 1;
        let (stage, request) = match (&to, change::target(&to)) {
            (PanelChange::Delete { .. } | PanelChange::Restore { .. }, Some(id)) => {
                (Stage::Looking, change::look(number, id))
            }
            (_, id) => {
                let raw = id.map(|id| self.raw(id)).transpose()?;
                let request = change::request(number, name, &to, raw, &self.me)?;
                (Stage::Written, request)
            }
        };
        self.last_number = number;
        io.requests.send(request);
        self.changes.push(Change {
            number,
            tab: tab.clone(),
            name: name.clone(),
            to,
            stage,
        });
        Ok(())
    }

    fn is_full_for(&self, to: &PanelChange) -> bool {
        match to {
            PanelChange::Create { draft } | PanelChange::Restore { draft, .. } => match draft {
                Draft::Panel(_) => self.panels().len() >= limits::SAVED_PANELS_MAX,
                Draft::View(_) => self.views().len() >= limits::SAVED_VIEWS_MAX,
            },
            PanelChange::Replace { .. } | PanelChange::Delete { .. } => false,
        }
    }

    /// A panel as the server is known to hold it.
    fn raw(&self, id: &ResourceId) -> Result<&str, PanelRefusal> {
        let mut held = self.held.iter();
        match held.find(|held| held.resource.key.id == *id) {
            Some(held) => Ok(&held.resource.raw),
            // A worker that has just started knows of none yet.
            None if self.state == ShelfState::Known => Err(PanelRefusal::Gone),
            None => Err(PanelRefusal::NoAnswer),
        }
    }

    /// The answer to a request.
    pub(crate) fn on_answer(&mut self, io: &mut Io, call: &Call, outcome: &Outcome) -> Vec<Event> {
        match call {
            Call::List => self.on_list(io, outcome),
            Call::Write(number) | Call::Check(number) => {
                let Some(place) = self.changes.iter().position(|one| one.number == *number) else {
                    return Vec::new();
                };
                self.on_change(io, place, outcome)
            }
        }
    }

    fn on_list(&mut self, io: &mut Io, outcome: &Outcome) -> Vec<Event> {
        let asked = self.asked.take();
        let every_ms = match outcome {
            Ok(answer) if answer.status == 200 => limits::PANELS_READ_EVERY_MS,
            _ => limits::PANELS_READ_AGAIN_MS,
        };
        let wait_ms = every_ms + io.jitter_ms(limits::PANELS_READ_JITTER_MS);
        io.timers.set(Timer::Panels, io.now + wait_ms);
        if self.written.is_some_and(|written| asked <= Some(written)) {
            self.read(io);
            return Vec::new();
        }
        let before = (self.state, self.panels(), self.view());
        let versions = self.versions();
        match outcome {
            Ok(answer) if answer.status == 200 => match fhir::search_page(&answer.body) {
                Ok(page) => {
                    self.take_page(io, &page.entries);
                    self.state = ShelfState::Known;
                }
                Err(_) => self.fail(),
            },
            Ok(answer) if answer.status == 403 => {
                self.held.clear();
                self.invalid.clear();
                self.state = ShelfState::Forbidden;
                io.timers.stop(Timer::Panels);
            }
            _ => self.fail(),
        }
        if versions != self.versions() {
            self.revision += 1;
        }
        if before == (self.state, self.panels(), self.view()) {
            return Vec::new();
        }
        vec![Event::Changed]
    }

    fn take_page(&mut self, io: &mut Io, entries: &[&str]) {
        self.held.clear();
        self.invalid.clear();
        for raw in entries {
            match fhir::parse(raw) {
                Ok(resource) => self.place(resource),
                Err(error) => {
                    io.report_about(ProcessingError::from(error), error);
                    if let Some(key) = fhir::key_of(raw) {
                        self.invalid.push(UnusablePanel {
                            id: key.id,
                            name: None,
                            problem: PanelProblem::Resource(error),
                        });
                    }
                }
            }
        }
    }

    /// Takes one version that was written or read alone.
    fn hold(&mut self, resource: Resource) {
        self.revision += 1;
        self.place(resource);
    }

    /// Puts one version in the order of names.
    fn place(&mut self, resource: Resource) {
        if resource.key.kind != basic() {
            return;
        }
        self.held.retain(|held| held.resource.key != resource.key);
        let read = saved::read(&resource);
        self.held.push(Held { resource, read });
        self.held.sort_by_cached_key(|held| {
            let kept = held.read.as_ref().ok();
            let name = kept.map_or_else(String::new, |kept| kept.saved.draft.name().to_lowercase());
            (name, held.resource.key.id.clone())
        });
    }

    /// They could not be read; those that were before are still shown.
    fn fail(&mut self) {
        let is_known = matches!(self.state, ShelfState::Known | ShelfState::Old);
        self.state = match is_known || !self.held.is_empty() {
            true => ShelfState::Old,
            false => ShelfState::Unavailable,
        };
    }

    fn versions(&self) -> Vec<(ResourceId, VersionId)> {
        let held = self.held.iter().map(|held| &held.resource);
        held.map(|resource| (resource.key.id.clone(), resource.version.clone()))
            .collect()
    }

    fn drop(&mut self, id: &ResourceId) {
        self.revision += 1;
        self.held.retain(|held| held.resource.key.id != *id);
    }
}
