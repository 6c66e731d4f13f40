//! From a resource to what panels show of it: the seam between the engine and [`crate::panel`].
//!
//! Must never keep rows of its own: it decides, the replica remembers.

use std::cell::Cell;

use crate::{
    edit::{Permissions, Subject},
    fhir::{Patient, Resource},
    hidden::{Element, HiddenElements},
    identity::{PanelId, ResourceId, ResourceKey, ResourceType},
    panel::{self, Lookup, PanelDefinition, Tally},
    protocol::{FieldBar, PanelCounts, PanelView, RecordContent, Row, SavedPanel, TimelineEntry},
    query::Today,
    record,
    replica::{Membership, Replica},
    text,
    time::{CivilDay, Timestamp},
    timeline,
};

/// The panels of the signed-in user.
#[derive(Debug, Default)]
pub(crate) struct Panels {
    me: String,
    hidden: HiddenElements,
    bars: Vec<FieldBar>,
    definitions: Vec<PanelDefinition>,
    now: Timestamp,
    zone_offset_minutes: i32,
    day: Option<CivilDay>,
    /// When a filter of a panel says something else about a row because time goes by.
    due: Cell<Option<Timestamp>>,
}

/// What a projection may look at.
struct View<'a> {
    me: &'a str,
    hidden: &'a HiddenElements,
    today: Today,
    replica: Option<&'a Replica>,
}

impl Lookup for View<'_> {
    fn patient(&self, id: &ResourceId) -> Option<&Patient> {
        let key = ResourceKey::new(ResourceType::Patient, id.clone());
        self.replica?.get(&key)?.resource.patient()
    }

    fn open_tasks_of(&self, patient: &ResourceId) -> Vec<&Resource> {
        let tasks = self.replica.map(|replica| replica.tasks_of(patient));
        tasks
            .into_iter()
            .flatten()
            .map(|task| &**task)
            .filter(|task| task.task().is_some_and(crate::fhir::Task::is_open))
            .collect()
    }

    fn me(&self) -> &str {
        self.me
    }

    fn today(&self) -> Today {
        self.today
    }

    fn hidden(&self) -> &HiddenElements {
        self.hidden
    }
}

impl Panels {
    /// The panels that everybody has, for this user, to whom the access policy shows some things and lets some be edited.
    pub(crate) fn built_in(me: &str, permissions: &Permissions) -> Self {
        Self {
            me: me.into(),
            hidden: permissions.hidden(),
            bars: permissions.bars(&ResourceType::Task),
            definitions: panel::built_in(),
            ..Self::default()
        }
    }

    /// What the tabs need to know about them.
    pub(crate) fn views(&self) -> Vec<PanelView> {
        let views = self.definitions.iter();
        views
            .map(|definition| {
                let mut view = definition.view_for(&self.hidden);
                // Nothing else is edited in a table.
                if view.row_type == ResourceType::Task {
                    view.bars.clone_from(&self.bars);
                }
                view
            })
            .collect()
    }

    /// Search parameters for the first load of a type.
    pub(crate) fn load_criteria(&self, kind: &ResourceType) -> String {
        panel::load_criteria(kind).to_owned()
    }

    /// Takes the time and the user's zone; tells whether another day began.
    pub(crate) fn set_day(&mut self, now: Timestamp, zone_offset_minutes: i32) -> bool {
        self.now = now;
        self.zone_offset_minutes = zone_offset_minutes;
        let day = Some(now.local_day(zone_offset_minutes));
        let before = std::mem::replace(&mut self.day, day);
        before.is_some() && before != day
    }

    /// Which panels show a resource.
    pub(crate) fn members(&self, resource: &Resource) -> Membership {
        let view = self.view(None);
        let mut members = 0;
        for (index, definition) in self.definitions.iter().enumerate() {
            if definition.matches(resource, &view) {
                members |= 1 << index;
            }
            let next = definition.filters.next_change(resource, &view);
            let due = self.due.get();
            self.due.set(due.into_iter().chain(next).min());
        }
        members
    }

    /// Whether a filter of a panel says something else by now. Says so once: who shows what has to be decided anew then.
    pub(crate) fn is_due(&self) -> bool {
        let is_due = self.due.get().is_some_and(|due| due <= self.now);
        if is_due {
            self.due.set(None);
        }
        is_due
    }

    /// Takes the panels on the server. Whether rows may belong to others than before: their places are others then.
    pub(crate) fn set_saved(&mut self, saved: &[SavedPanel]) -> bool {
        let ids = |panels: &Self| -> Vec<PanelId> {
            let panels = panels.definitions.iter();
            panels.map(|panel| panel.view.id.clone()).collect()
        };
        let before = ids(self);
        self.definitions.retain(|panel| panel.view.saved.is_none());
        self.definitions
            .extend(saved.iter().map(panel::saved::definition));
        before != ids(self)
    }

    /// Position of a panel.
    pub(crate) fn index(&self, id: &PanelId) -> Option<usize> {
        self.definitions
            .iter()
            .position(|definition| definition.view.id == *id)
    }

    /// How many.
    pub(crate) fn len(&self) -> usize {
        self.definitions.len()
    }

    /// Id of a panel; `index` comes from [`Self::index`] or counts up to [`Self::len`].
    pub(crate) fn id(&self, index: usize) -> &PanelId {
        &self.definitions[index].view.id
    }

    /// Type of the rows of a panel.
    pub(crate) fn row_type(&self, index: usize) -> &ResourceType {
        &self.definitions[index].view.row_type
    }

    /// Every type that a row of a panel shows something of: its own, and what is joined to it.
    pub(crate) fn types(&self, index: usize) -> Vec<ResourceType> {
        match self.row_type(index) {
            // A task names its patient, and a patient shows its open tasks.
            ResourceType::Task | ResourceType::Patient => {
                vec![ResourceType::Task, ResourceType::Patient]
            }
            custom @ ResourceType::Custom(_) => vec![custom.clone()],
        }
    }

    /// A panel; `index` is as for [`Self::id`].
    pub(crate) fn definition(&self, index: usize) -> &PanelDefinition {
        &self.definitions[index]
    }

    /// The row of a resource in a panel, whether it is one of these or not.
    pub(crate) fn project(
        &self,
        panel: &PanelDefinition,
        resource: &Resource,
        replica: &Replica,
    ) -> Row {
        panel.project(resource, &self.view(Some(replica)))
    }

    /// Whether a resource is a row of such a panel.
    pub(crate) fn is_row(&self, panel: &PanelDefinition, resource: &Resource) -> bool {
        panel.matches(resource, &self.view(None))
    }

    /// Counts of a panel: of what may be hidden, none.
    pub(crate) fn counts(&self, index: usize, tally: Option<&Tally>, loading: bool) -> PanelCounts {
        let panel = self.id(index).clone();
        let none = Tally::default();
        let tally = tally.unwrap_or(&none);
        let counts = tally.counts(panel, self.now, self.zone_offset_minutes, loading);
        let told =
            |count: Option<u32>, element| count.filter(|_| self.hidden.of(element).is_none());
        PanelCounts {
            overdue: told(counts.overdue, Element::Due),
            urgent: told(counts.urgent, Element::Priority),
            unassigned: told(counts.unassigned, Element::Owner),
            ..counts
        }
    }

    /// The patient that a task is about.
    pub(crate) fn patient_of(&self, resource: &Resource) -> Option<ResourceKey> {
        resource.task()?.patient.as_ref()?.key.clone()
    }

    /// What the drawer shows of a resource.
    pub(crate) fn record(&self, resource: &Resource, replica: &Replica) -> RecordContent {
        record::content(resource, &self.view(Some(replica)))
    }

    /// The history of a record, as [`timeline::entries`] tells it.
    pub(crate) fn timeline(
        &self,
        versions: &[timeline::Version],
        entries_max: usize,
        whole: bool,
        replica: &Replica,
    ) -> Vec<TimelineEntry> {
        timeline::entries(versions, entries_max, whole, &self.view(Some(replica)))
    }

    /// What a resource is called, and the patient it is about.
    pub(crate) fn subject(&self, resource: &Resource, replica: &Replica) -> Subject {
        let (title, patient) = record::subject(resource, &self.view(Some(replica)));
        Subject { title, patient }
    }

    fn view<'a>(&'a self, replica: Option<&'a Replica>) -> View<'a> {
        View {
            me: &self.me,
            hidden: &self.hidden,
            today: Today {
                now: self.now,
                zone_offset_minutes: self.zone_offset_minutes,
            },
            replica,
        }
    }
}

/// Label of the status of a task that has come to its end, for "why did this row leave". One that is still open left for another
/// reason.
pub(crate) fn ended_status_label(resource: &Resource) -> Option<String> {
    let task = resource.task().filter(|task| !task.is_open())?;
    Some(text::status_label(task.status.as_deref()?).to_owned())
}
