//! The words of the keys, and of the menu of a row.

use panels_core::{
    protocol::{Cell, ColumnKind, EditField, PanelView, Row},
    row_choices::{Closed, RowChoice},
    selection::cell,
};

use super::edits::field;
use crate::show;

/// A key was pressed just as its row left.
pub(crate) const ROW_LEFT: &str =
    "Nothing was done: the row that you were at has just left. Press the key again for this one.";

/// Name of the menu of a row, before what the row is.
pub(crate) fn row_menu(of: EditField) -> String {
    format!("Set {}", field(of).to_lowercase())
}

/// What a task is called, and the patient with a second identifier.
pub(crate) fn row_identity(view: &PanelView, row: &Row) -> (String, Option<String>) {
    let title = match cell(view, row, ColumnKind::Title) {
        Some(Cell::Text(title)) => title.as_str(),
        _ => super::RECORD,
    };
    let patient = match cell(view, row, ColumnKind::Patient) {
        Some(Cell::Patient {
            name, birth_date, ..
        }) => {
            let born = birth_date.map_or_else(|| super::NOT_KNOWN.to_owned(), show::date);
            Some(format!("{name}, {born}"))
        }
        _ => None,
    };
    (title.to_owned(), patient)
}

/// What is said beside a choice of that menu.
pub(crate) fn beside(choice: &RowChoice) -> Option<String> {
    match &choice.closed {
        Some(Closed::Unseen) => Some("What it is now is hidden".to_owned()),
        Some(Closed::NoStep { from }) => Some(format!("Not from {}", from.to_lowercase())),
        None => choice.is_so.then(|| "Now".to_owned()),
    }
}
