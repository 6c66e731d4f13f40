//! The rows of a panel as a file for a spreadsheet: CSV (RFC 4180) in UTF-8 with a byte order mark, one row at a time, so that
//! whoever makes it can stop between two rows and let the page breathe.
//!
//! It writes what the table shows, and nothing that the table does not show. It must never decide whether a file may be made:
//! that is the worker's, which writes it down first. It must never shift a date that has no time, and it must never write a
//! cell that a spreadsheet takes for a formula.

mod cell;
#[cfg(test)]
mod tests;

use crate::{
    identity::PanelId,
    protocol::{ColumnKind, PanelView, Row},
    time::{CivilDay, Timestamp},
};

/// Spreadsheets take a file without it for one in the code page of the machine.
const BYTE_ORDER_MARK: char = '\u{feff}';
/// RFC 4180, 2.1.
const LINE_END: &str = "\r\n";
/// Characters of a panel's id in the name of a file.
const NAME_CHARS_MAX: usize = 64;

/// See the module. [`Sheet::push`] row after row, [`Sheet::take`] the text whenever it suits.
#[derive(Debug)]
pub struct Sheet {
    columns: Vec<ColumnKind>,
    text: String,
    rows: usize,
}

impl Sheet {
    /// A file with a heading and no row.
    pub fn new(view: &PanelView) -> Self {
        let mut sheet = Self {
            columns: view.columns.iter().map(|column| column.kind).collect(),
            text: BYTE_ORDER_MARK.into(),
            rows: 0,
        };
        let titles = view.columns.iter().flat_map(|column| {
            let beside = cell::titles_beside(column.kind).iter().copied();
            std::iter::once(cell::title(column)).chain(beside.map(str::to_owned))
        });
        sheet.line(titles);
        sheet
    }

    /// Adds a row. `zone` tells the offset of the user's zone from UTC in minutes, positive east, at a moment.
    pub fn push(&mut self, row: &Row, zone: impl Fn(Timestamp) -> i32) {
        let columns = std::mem::take(&mut self.columns);
        let cells = columns.iter().enumerate().flat_map(|(place, kind)| {
            let fields = row.cells.get(place).map(|cell| cell::fields(cell, &zone));
            let mut fields = fields.unwrap_or_default();
            // Whatever came, the cells after it stay below their titles.
            fields.resize(1 + cell::titles_beside(*kind).len(), String::new());
            fields
        });
        self.line(cells);
        self.columns = columns;
        self.rows += 1;
    }

    /// How many rows were added.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The text since it was taken last.
    pub fn take(&mut self) -> String {
        std::mem::take(&mut self.text)
    }

    fn line(&mut self, fields: impl Iterator<Item = String>) {
        for (place, field) in fields.enumerate() {
            if place > 0 {
                self.text.push(',');
            }
            cell::write(&mut self.text, &field);
        }
        self.text.push_str(LINE_END);
    }
}

/// Name of the file: panel and day, and nothing about patients.
pub fn file_name(panel: &PanelId, day: CivilDay) -> String {
    let plain = |letter: &char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    let id = panel.as_str().chars().filter(plain);
    let id: String = id.take(NAME_CHARS_MAX).collect();
    format!("panels-{id}-{day}.csv")
}
