//! Looking for words in a row.

use crate::{
    limits,
    protocol::{Cell, FhirDate},
};

/// Words that must all be found in the texts of a row, in any order and any cell, without regard to case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    typed: String,
    words: Vec<String>,
}

impl Search {
    /// Searches for what was typed; cut to [`limits::LINE_CHARS_MAX`].
    pub fn new(typed: &str) -> Self {
        let typed: String = typed.chars().take(limits::LINE_CHARS_MAX).collect();
        let words = typed.split_whitespace().map(str::to_lowercase);
        Self {
            words: words.collect(),
            typed,
        }
    }

    /// What was typed.
    pub fn typed(&self) -> &str {
        &self.typed
    }

    /// Whether nothing is searched for.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Whether every word is in one of the cells.
    pub(crate) fn finds(&self, cells: &[Cell]) -> bool {
        let mut words = self.words.iter();
        words.all(|word| cells.iter().any(|cell| is_in_cell(word, cell)))
    }
}

fn is_in_cell(word: &str, cell: &Cell) -> bool {
    match cell {
        Cell::Text(text) | Cell::Number { shown: text, .. } => contains_folded(text, word),
        Cell::Tags(tags) => tags.iter().any(|tag| contains_folded(tag, word)),
        Cell::Status {
            label, business, ..
        } => {
            let business = business.as_deref();
            contains_folded(label, word) || business.is_some_and(|text| contains_folded(text, word))
        }
        Cell::Person { name, .. } => contains_folded(name, word),
        Cell::Patient {
            name, birth_date, ..
        } => contains_folded(name, word) || birth_date.is_some_and(|date| is_in_date(word, date)),
        Cell::Date(date) => is_in_date(word, *date),
        Cell::Priority(priority) => contains_folded(priority.code(), word),
        Cell::Empty | Cell::Hidden(_) | Cell::Moment(_) | Cell::Flag(_) | Cell::Workload { .. } => {
            false
        }
    }
}

/// A day is found by `1958-03-12` and each beginning of it that names more than a year.
fn is_in_date(word: &str, date: FhirDate) -> bool {
    // Most words are none; nothing is written for them.
    let looks_like_a_day = word.len() > 4 && word.as_bytes()[0].is_ascii_digit();
    let FhirDate::Day(year, month, day) = date else {
        return false;
    };
    looks_like_a_day && format!("{year:04}-{month:02}-{day:02}").starts_with(word)
}

/// Whether a text contains one in lower case, without regard to case. Allocates nothing where both are ASCII.
pub(super) fn contains_folded(text: &str, lower: &str) -> bool {
    let (text_bytes, lower_bytes) = (text.as_bytes(), lower.as_bytes());
    let Some(first) = lower_bytes.first() else {
        return true;
    };
    if !lower.is_ascii() || !text.is_ascii() {
        return text.to_lowercase().contains(lower);
    }
    let windows = text_bytes.windows(lower_bytes.len());
    let mut windows = windows.filter(|window| window[0].to_ascii_lowercase() == *first);
    windows.any(|window| window.eq_ignore_ascii_case(lower_bytes))
}
