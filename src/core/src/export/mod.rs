//! The rows of a panel for other programs, one row at a time, so that whoever writes them can stop between two rows and let the page
//! breathe: as a file for a spreadsheet, CSV (RFC 4180) in UTF-8 with a byte order mark, or as text to be pasted.
//!
//! It writes what the table shows, and nothing that the table does not show. It must never decide whether a file may be made:
//! that is the worker's, which writes it down first. It must never shift a date that has no time, and it must never write a
//! cell that a spreadsheet takes for a formula.

mod cell;
#[cfg(test)]
mod tests;

use crate::{
    identity::PanelId,
    protocol::{Column, ColumnKind, Row},
    time::{CivilDay, Timestamp},
};

/// Spreadsheets take a file without it for one in the code page of the machine.
const BYTE_ORDER_MARK: char = '\u{feff}';
/// RFC 4180, 2.1.
const LINE_END: &str = "\r\n";
/// Characters of a panel's id in the name of a file.
const NAME_CHARS_MAX: usize = 64;

/// For what it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A file.
    Csv,
    /// Text to be pasted into a letter or a spreadsheet: one line for each row, with tabs between the cells.
    Text,
}

/// See the module. [`Sheet::push`] row after row, [`Sheet::take`] the text whenever it suits.
#[derive(Debug)]
pub struct Sheet {
    form: Form,
    /// Place of the cells in a row, and what they hold.
    columns: Vec<(usize, ColumnKind)>,
    text: String,
    rows: usize,
}

impl Sheet {
    /// A heading and no row. `columns` are those that are shown, in order, each with the place of its cells in a row.
    pub fn new(form: Form, columns: &[(usize, Column)]) -> Self {
        let mut sheet = Self {
            form,
            columns: columns
                .iter()
                .map(|(place, column)| (*place, column.kind))
                .collect(),
            text: match form {
                Form::Csv => BYTE_ORDER_MARK.into(),
                Form::Text => String::new(),
            },
            rows: 0,
        };
        let titles = columns.iter().flat_map(|(_, column)| {
            let beside = cell::titles_beside(column.kind).iter().copied();
            std::iter::once(cell::title(column)).chain(beside.map(str::to_owned))
        });
        sheet.line(titles);
        sheet
    }

    /// Adds a row. `zone` tells the offset of the user's zone from UTC in minutes, positive east, at a moment.
    pub fn push(&mut self, row: &Row, zone: impl Fn(Timestamp) -> i32) {
        let columns = std::mem::take(&mut self.columns);
        let cells = columns.iter().flat_map(|(place, kind)| {
            let fields = row.cells.get(*place).map(|cell| cell::fields(cell, &zone));
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
            match self.form {
                Form::Csv => {
                    if place > 0 {
                        self.text.push(',');
                    }
                    cell::write(&mut self.text, &field);
                }
                Form::Text => {
                    if place > 0 {
                        self.text.push('\t');
                    }
                    cell::write_plain(&mut self.text, &field);
                }
            }
        }
        self.text.push_str(match self.form {
            Form::Csv => LINE_END,
            Form::Text => "\n",
        });
    }
}

/// Name of the file: panel and day, and nothing about patients.
pub fn file_name(panel: &PanelId, day: CivilDay) -> String {
    let plain = |letter: &char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    let id = panel.as_str().chars().filter(plain);
    let id: String = id.take(NAME_CHARS_MAX).collect();
    format!("panels-{id}-{day}.csv")
}
