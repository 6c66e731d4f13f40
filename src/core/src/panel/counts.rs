//! Live counts of a panel, kept up to date by adding and removing what each row contributes.

use std::collections::BTreeMap;

use crate::{
    fhir::{Resource, TaskPriority},
    identity::PanelId,
    protocol::{FhirDate, PanelCounts},
    time::Timestamp,
};

/// What one row adds to the counts of its panel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Contribution {
    /// Priority stat, asap or urgent.
    pub urgent: bool,
    /// A task without an owner.
    pub unassigned: bool,
    /// When a task is due; whether that is over depends on the time of asking.
    pub due: Option<FhirDate>,
}

impl Contribution {
    /// What this resource adds.
    pub fn of(resource: &Resource) -> Self {
        resource.task().map_or_else(Self::default, |task| Self {
            urgent: task
                .priority
                .as_ref()
                .and_then(TaskPriority::known)
                .is_some_and(crate::protocol::Priority::is_urgent),
            unassigned: task.owner.is_none(),
            due: task.due,
        })
    }

    /// Whether it is overdue: an instant by now, a date by the user's local day.
    pub fn is_overdue(&self, now: Timestamp, zone_offset_minutes: i32) -> bool {
        self.due
            .is_some_and(|due| due.is_past(now, zone_offset_minutes))
    }
}

/// The sum of the contributions of a panel's rows.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    rows: u32,
    urgent: u32,
    unassigned: u32,
    /// How many rows are due at each date, by its last moment in UTC: a zone moves dates, but never instants.
    due_instants: BTreeMap<Timestamp, u32>,
    due_dates: BTreeMap<Timestamp, u32>,
}

impl Tally {
    /// A row came.
    pub fn add(&mut self, row: &Contribution) {
        self.rows += 1;
        self.urgent += u32::from(row.urgent);
        self.unassigned += u32::from(row.unassigned);
        if let Some(due) = row.due {
            *self.dues(due).entry(due.end(0)).or_default() += 1;
        }
    }

    /// A row that was added left.
    pub fn remove(&mut self, row: &Contribution) {
        self.rows = self.rows.saturating_sub(1);
        self.urgent = self.urgent.saturating_sub(u32::from(row.urgent));
        self.unassigned = self.unassigned.saturating_sub(u32::from(row.unassigned));
        if let Some(due) = row.due {
            let at = due.end(0);
            let dues = self.dues(due);
            if let Some(count) = dues.get_mut(&at) {
                *count -= 1;
                if *count == 0 {
                    dues.remove(&at);
                }
            }
        }
    }

    /// The counts at this moment.
    pub fn counts(
        &self,
        panel: PanelId,
        now: Timestamp,
        zone_offset_minutes: i32,
        loading: bool,
    ) -> PanelCounts {
        let wall = now + i64::from(zone_offset_minutes) * crate::time::MINUTE_MS;
        let sum = |dues: &BTreeMap<Timestamp, u32>, before| -> u32 {
            dues.range(..before).map(|(_, count)| count).sum()
        };
        PanelCounts {
            panel: Some(panel),
            rows: self.rows,
            overdue: Some(sum(&self.due_instants, now) + sum(&self.due_dates, wall)),
            urgent: Some(self.urgent),
            unassigned: Some(self.unassigned),
            loading,
            incomplete: false,
            set_aside: 0,
        }
    }

    fn dues(&mut self, due: FhirDate) -> &mut BTreeMap<Timestamp, u32> {
        match due {
            FhirDate::Instant(_) => &mut self.due_instants,
            FhirDate::Year(_) | FhirDate::Month(..) | FhirDate::Day(..) => &mut self.due_dates,
        }
    }
}
