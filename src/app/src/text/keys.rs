//! The words of the keys, of the palette of commands, and of the menu of a row.

use panels_core::{
    keys::{Command, Group, Stroke, With},
    protocol::{Cell, ColumnKind, EditField, PanelView, Row},
    row_choices::{Closed, RowChoice},
    selection::cell,
};

use super::edits::field;
use crate::show;

/// Title of the sheet, name of its button. Part of the interface.
pub(crate) const SHORTCUTS: &str = "Keyboard shortcuts";
/// Name of the palette and of its field.
pub(crate) const COMMANDS: &str = "Commands";
/// In its field.
pub(crate) const COMMANDS_HINT: &str = "What do you want to do?";
/// Nothing fits what is typed.
pub(crate) const NO_COMMAND: &str = "No command is called so.";
/// Command.
pub(crate) const GO_HOME: &str = "Go to all panels";
/// Command.
pub(crate) const SHOW_MINE: &str = "Show only mine";
/// Command.
pub(crate) const SHOW_UNASSIGNED: &str = "Show only unassigned";
/// Command.
pub(crate) const CLEAR_ALL: &str = "Clear search and filters";
/// Command.
pub(crate) const UNDO_LAST: &str = "Undo what was just saved";
/// Why a command is closed.
pub(crate) const ALREADY_HERE: &str = "You are here";
/// Why a command is closed.
pub(crate) const ALREADY_SO: &str = "It is so already";
/// Why a command is closed.
pub(crate) const NO_PANEL_OPEN: &str = "No panel is open";
/// Why a command is closed.
pub(crate) const NO_SUCH_COLUMN: &str = "This panel does not show that";
/// Why a command is closed.
pub(crate) const NOTHING_ASKED: &str = "Nothing is left out now";
/// Why a command is closed.
pub(crate) const NOTHING_WAITS: &str = "Nothing waits for you";
/// Why a command is closed.
pub(crate) const NOTHING_TO_UNDO: &str = "Nothing was saved in the last seconds";

/// Command.
pub(crate) fn go_to(panel: &str) -> String {
    format!("Go to {panel}")
}

/// Command.
pub(crate) fn show_band(band: &str) -> String {
    format!("Show only {}", band.to_lowercase())
}

/// How many commands fit, for those who do not see them.
pub(crate) fn commands_found(count: usize) -> String {
    match count {
        0 => NO_COMMAND.to_owned(),
        count => super::counted(count, "command", "commands"),
    }
}

/// Heading of a group of keys.
pub(crate) fn key_group(group: Group) -> &'static str {
    match group {
        Group::Table => "Table",
        Group::Row => "Row",
        Group::Panel => "Panel",
        Group::Everywhere => "Everywhere",
    }
}

/// What a key does. Commands with the same words share a line of the sheet.
pub(crate) fn key_command(command: Command) -> &'static str {
    match command {
        Command::Go(_) => "Go to another row",
        Command::Extend(_) => "Choose the rows on the way",
        Command::ColumnBefore | Command::ColumnAfter => "In the head: go to another column",
        Command::ColumnForward | Command::ColumnBackward => "In the head: move the column",
        Command::ColumnNarrower | Command::ColumnWider => {
            "In the head: make the column narrower or wider"
        }
        Command::ApplyWaiting => "Put rows that were held where they belong",
        Command::ChooseNone => "Choose no row",
        Command::Open => "Open the record; in the head, order by the column",
        Command::Choose => "Choose the row, or no longer",
        Command::AssignToMe => "Assign to me",
        Command::Complete => "Complete",
        Command::SetStatus => "Set the status",
        Command::SetPriority => "Set the priority",
        Command::Search => "Search",
        Command::Palette => COMMANDS,
        Command::Shortcuts => "This list",
        Command::Close => "Close what is open and go back to the row",
    }
}

/// What is printed on a key.
pub(crate) fn key_name(stroke: Stroke) -> String {
    match stroke.key {
        "ArrowUp" => "↑".to_owned(),
        "ArrowDown" => "↓".to_owned(),
        "ArrowLeft" => "←".to_owned(),
        "ArrowRight" => "→".to_owned(),
        "PageUp" => "Page Up".to_owned(),
        "PageDown" => "Page Down".to_owned(),
        "Escape" => "Esc".to_owned(),
        " " => "Space".to_owned(),
        key if stroke.with == With::Control => key.to_ascii_uppercase(),
        key => key.to_owned(),
    }
}

/// What is printed on the key that is held.
pub(crate) fn held_key(with: With, mac: bool) -> Option<&'static str> {
    match with {
        With::Nothing => None,
        With::Shift => Some("Shift"),
        With::Control if mac => Some("⌘"),
        With::Control => Some("Ctrl"),
    }
}

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
        Some(Closed::Barred(_)) => Some("Not for you".to_owned()),
        Some(Closed::NoStep { from }) => Some(format!("Not from {}", from.to_lowercase())),
        None => choice.is_so.then(|| "Now".to_owned()),
    }
}
