//! What came of a comparison.

use std::fmt;

use crate::Millis;

/// What a tab claims about what it shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Claim {
    /// The badge says `Live`, whatever its time: nothing older than the staleness bound is missing.
    Bound,
    /// The time beside `Live`.
    LiveAsOf,
    /// The time in the foot until which a search has checked.
    Proven,
}

impl fmt::Display for Claim {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Bound => "the badge says Live",
            Self::LiveAsOf => "the badge says Live up to a time",
            Self::Proven => "the foot says checked up to a time",
        })
    }
}

/// Something that must not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Violation {
    /// A claim that was not true, for longer than rows may take to the screen.
    Lie {
        /// Which claim.
        claim: Claim,
        /// The row.
        row: String,
        /// When the change was written that is missing.
        written: Millis,
        /// Since when the claim is not true.
        since: Millis,
        /// How long it was not true, as far as was watched.
        lasted_ms: Millis,
    },
    /// A row shows a version that the panel never should have shown.
    Invented {
        /// The row.
        row: String,
        /// When it was seen.
        at: Millis,
        /// What it showed.
        stamp: Millis,
    },
    /// An older version came over a newer one.
    WentBack {
        /// The row.
        row: String,
        /// When it was seen.
        at: Millis,
        /// The newer one.
        from: Millis,
        /// The older one.
        to: Millis,
    },
}

impl Violation {
    /// When it began.
    pub fn at(&self) -> Millis {
        match self {
            Self::Lie { since, .. } => *since,
            Self::Invented { at, .. } | Self::WentBack { at, .. } => *at,
        }
    }

    /// In words, with times counted from `start`.
    pub fn tell(&self, start: Millis) -> String {
        let s = |at: Millis| format!("{:.3} s", (at - start) as f64 / 1_000.0);
        match self {
            Self::Lie {
                claim,
                row,
                written,
                since,
                lasted_ms,
            } => format!(
                "{}: {claim}, but {row} lacks a change of {}; so for {lasted_ms} ms",
                s(*since),
                s(*written)
            ),
            Self::Invented { row, at, stamp } => {
                format!(
                    "{}: {row} shows a version of {} that does not belong here",
                    s(*at),
                    s(*stamp)
                )
            }
            Self::WentBack { row, at, from, to } => {
                format!(
                    "{}: {row} went back from its version of {} to that of {}",
                    s(*at),
                    s(*from),
                    s(*to)
                )
            }
        }
    }
}

/// How much was watched: a judge who saw nothing has nothing to say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// How long it was watched.
    pub watched_ms: Millis,
    /// How long the badge said `Live` of it.
    pub live_ms: Millis,
    /// How long all rows of the panel were in the document, so that an absent one is missed.
    pub whole_ms: Millis,
    /// Versions that were shown and not before.
    pub versions: usize,
    /// Changes of rows that a claim spoke of before they were shown, for no longer than is excused.
    pub late_rows: usize,
    /// The longest of those.
    pub late_max_ms: Millis,
    /// The longest time for which the badge said `Live` while one change was missing.
    pub missing_live_max_ms: Millis,
}

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// In order of time.
    pub violations: Vec<Violation>,
    /// See [`Figures`].
    pub figures: Figures,
}
