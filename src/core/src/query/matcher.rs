//! A query made ready for the columns of a panel.

use super::{Assignee, Band, NO, Period, Query, Search, Test, Today, YES, search::contains_folded};
use crate::{
    protocol::{Cell, Column, ColumnKind, FhirDate},
    time::Timestamp,
};

/// Whether a row belongs to a query.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It does.
    #[default]
    In,
    /// It would, if its band were looked at.
    OtherBand,
    /// It does not.
    Out,
    /// What decides it is hidden from the user.
    Undecided,
}

/// See the module.
#[derive(Clone, Debug, Default)]
pub(crate) struct Matcher {
    search: Search,
    /// Places of columns, and what must hold there.
    tests: Vec<(usize, Test)>,
    band: Option<Band>,
    /// Place of the column that tells the band.
    due: Option<usize>,
}

impl Matcher {
    /// Filters on columns that the panel does not have are left out.
    pub(crate) fn new(query: &Query, columns: &[Column]) -> Self {
        let place = |id: &str| columns.iter().position(|column| column.id == id);
        let tests = query.filters.iter();
        let tests = tests.filter_map(|filter| Some((place(&filter.column)?, folded(&filter.test))));
        let due = columns
            .iter()
            .position(|column| column.kind == ColumnKind::Due);
        Self {
            search: query.search.clone(),
            tests: tests.collect(),
            band: query.band.filter(|_| due.is_some()),
            due,
        }
    }

    /// Whether every row is in.
    pub(crate) fn takes_all(&self) -> bool {
        self.search.is_empty() && self.tests.is_empty() && self.band.is_none()
    }

    /// Whether a row belongs to it.
    pub(crate) fn judge(&self, cells: &[Cell], today: Today) -> Verdict {
        let mut verdict = Verdict::In;
        for (place, test) in &self.tests {
            let cell = cells.get(*place).unwrap_or(&Cell::Empty);
            match holds(test, cell, today) {
                Some(true) => {}
                Some(false) => return Verdict::Out,
                None => verdict = Verdict::Undecided,
            }
        }
        if !self.search.finds(cells) {
            return Verdict::Out;
        }
        let Some(band) = self.band.filter(|_| verdict == Verdict::In) else {
            return verdict;
        };
        match self.band_of(cells, today) {
            Some(other) if other == band => Verdict::In,
            Some(_) => Verdict::OtherBand,
            None => Verdict::Undecided,
        }
    }

    /// Whether [`Self::next_change`] may say something of any row.
    pub(crate) fn may_change(&self) -> bool {
        let is_past = |(_, test): &(usize, Test)| *test == Test::Within(Period::Past);
        self.due.is_some() || self.tests.iter().any(is_past)
    }

    /// When the verdict on a row changes within the day because time goes by: when something is overdue. Everything else changes at
    /// midnight.
    pub(crate) fn next_change(&self, cells: &[Cell], today: Today) -> Option<Timestamp> {
        let tests = self.tests.iter();
        let overdue = tests.filter(|(_, test)| *test == Test::Within(Period::Past));
        let places = overdue.map(|(place, _)| *place).chain(self.due);
        let dates = places.filter_map(|place| date_of(cells.get(place)?));
        let ends = dates.map(|date| date.end(today.zone_offset_minutes) + 1);
        ends.filter(|end| *end > today.now).min()
    }

    /// The band of a row; `None` where it is hidden, or where the panel has no bands.
    pub(crate) fn band_of(&self, cells: &[Cell], today: Today) -> Option<Band> {
        match cells.get(self.due?)? {
            Cell::Hidden(_) => None,
            Cell::Date(due) => Some(Band::of(Some(*due), today)),
            _ => Some(Band::Undated),
        }
    }
}

/// What is compared without regard to case is in lower case from the start.
fn folded(test: &Test) -> Test {
    match test {
        Test::Contains(text) => Test::Contains(text.trim().to_lowercase()),
        other => other.clone(),
    }
}

/// `None` where nobody can tell.
fn holds(test: &Test, cell: &Cell, today: Today) -> Option<bool> {
    if matches!(cell, Cell::Hidden(_)) {
        return None;
    }
    Some(match test {
        Test::OneOf(codes) => code_of(cell).is_some_and(|code| codes.contains(code)),
        Test::Owner(owners) => owners.iter().any(|owner| is_owner(owner, cell)),
        // What is no date is not the absence of one.
        Test::Within(_) if matches!(cell, Cell::Text(_)) => false,
        Test::Within(period) => period.contains(date_of(cell), today),
        Test::Contains(text) => match cell {
            Cell::Tags(tags) => tags.iter().any(|tag| contains_folded(tag, text)),
            cell => texts_of(cell).any(|own| contains_folded(own, text)),
        },
    })
}

fn code_of(cell: &Cell) -> Option<&str> {
    match cell {
        Cell::Priority(priority) => Some(priority.code()),
        Cell::Status { code, .. } => Some(code),
        Cell::Flag(flag) => Some(if *flag { YES } else { NO }),
        Cell::Text(text) => Some(text),
        _ => None,
    }
}

fn is_owner(owner: &Assignee, cell: &Cell) -> bool {
    match (owner, cell) {
        (Assignee::Nobody, cell) => matches!(cell, Cell::Empty),
        (Assignee::Me, Cell::Person { me, .. }) => *me,
        (Assignee::Reference(wanted), Cell::Person { reference, .. }) => {
            reference.as_deref() == Some(wanted)
        }
        _ => false,
    }
}

fn date_of(cell: &Cell) -> Option<FhirDate> {
    match cell {
        Cell::Date(date) => Some(*date),
        Cell::Moment(moment) => Some(FhirDate::Instant(*moment)),
        _ => None,
    }
}

fn texts_of(cell: &Cell) -> impl Iterator<Item = &str> {
    let (first, second) = match cell {
        Cell::Text(text) | Cell::Number { shown: text, .. } => (Some(text.as_str()), None),
        Cell::Person { name, .. } | Cell::Patient { name, .. } => (Some(name.as_str()), None),
        Cell::Status {
            label, business, ..
        } => (Some(label.as_str()), business.as_deref()),
        _ => (None, None),
    };
    first.into_iter().chain(second)
}
