//! Bands of a queue: what is overdue, what is for today, and what has time.

use serde::{Deserialize, Serialize};

use super::Today;
use crate::protocol::FhirDate;

/// A part of a queue. Each row is in exactly one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Band {
    /// Its time is over.
    Overdue,
    /// Its time ends today.
    Today,
    /// Its time ends later in this week.
    ThisWeek,
    /// It has more time.
    Later,
    /// It has no time to end.
    Undated,
}

impl Band {
    /// All of them, the most pressing first.
    pub const ALL: [Self; 5] = [
        Self::Overdue,
        Self::Today,
        Self::ThisWeek,
        Self::Later,
        Self::Undated,
    ];

    /// The band of something that is due then: by the end of the period that the date names.
    pub fn of(due: Option<FhirDate>, today: Today) -> Self {
        let Some(due) = due else {
            return Self::Undated;
        };
        let end = due.end(today.zone_offset_minutes);
        if end < today.now {
            Self::Overdue
        } else if end < today.end_of(today.day()) {
            Self::Today
        } else if end < today.end_of(today.week_end()) {
            Self::ThisWeek
        } else {
            Self::Later
        }
    }

    fn index(self) -> usize {
        self as usize
    }
}

/// How many rows are in each band.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BandCounts([u32; Band::ALL.len()]);

impl BandCounts {
    /// How many are in one.
    pub fn of(&self, band: Band) -> u32 {
        self.0[band.index()]
    }

    pub(crate) fn add(&mut self, band: Band) {
        self.0[band.index()] += 1;
    }

    pub(crate) fn remove(&mut self, band: Band) {
        let count = &mut self.0[band.index()];
        *count = count.saturating_sub(1);
    }
}
