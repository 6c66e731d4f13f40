//! The words of writing rows to a file.

use panels_core::{badge::BadgeWord, protocol::ExportRefusal};

use super::{badge_word, counted, number};

/// Button in the head of a panel.
pub(crate) const EXPORT_CSV: &str = "Export CSV";
/// Button of the dialog.
pub(crate) const EXPORT: &str = "Export";
/// Button of the dialog: puts them where they can be pasted from.
pub(crate) const COPY_TEXT: &str = "Copy as text";
/// Button beside chosen rows.
pub(crate) const EXPORT_CHOSEN: &str = "Copy or export…";
/// Why the button is disabled.
pub(crate) const EXPORT_FORBIDDEN: &str = "Export is turned off for this installation.";
/// Why the button is disabled.
pub(crate) const EXPORT_BLIND: &str =
    "Your access policy hides what decides which rows belong here, so no file can be made of them.";
/// Why the button is disabled.
pub(crate) const EXPORT_NOTHING: &str = "There is no row to export.";
/// What leaves.
pub(crate) const EXPORT_PATIENTS: &str = "It contains patient data, not encrypted. Whoever gets the file, or pastes the text, can read it.";
/// That it is written down.
pub(crate) const EXPORT_AUDITED: &str =
    "The audit log records that you exported, when, and how many rows.";
/// Rows that show what is not on the server yet.
pub(crate) const EXPORT_UNSAVED: &str =
    "Changes of yours that are not saved yet are in the file as if they were.";
/// The worker that was asked is gone.
pub(crate) const EXPORT_UNANSWERED: &str = "The background worker ended before it could record the export. Nothing was exported. Try again.";
/// The browser made no file.
pub(crate) const EXPORT_FAILED: &str =
    "The browser did not allow it. Nothing was exported, but the audit log has it.";
/// While the worker is asked.
pub(crate) const EXPORT_ASKING: &str = "Recording the export…";

/// Title of the dialog.
pub(crate) fn export_question(count: usize, chosen: bool) -> String {
    match chosen {
        true => format!("Export {}?", counted(count, "chosen row", "chosen rows")),
        false => format!("Export {} to a file?", counted(count, "row", "rows")),
    }
}

/// As of when the rows are; `time` with the day where that is not today.
pub(crate) fn export_as_of(word: BadgeWord, time: Option<&str>) -> String {
    match (word, time) {
        (BadgeWord::Live, Some(time)) => format!("The rows are live: complete up to {time}."),
        (BadgeWord::Polling, Some(time)) => {
            format!("These rows are from {time}. Updates come in steps, not live.")
        }
        (_, Some(time)) => format!(
            "These rows are from {time} and may be old. The connection says: {}.",
            badge_word(word)
        ),
        (_, None) => "Nobody can tell from when these rows are.".to_owned(),
    }
}

/// They can be pasted.
pub(crate) fn copied(rows: usize, all: usize) -> String {
    match all - rows.min(all) {
        0 => format!("{} copied", counted(rows, "row", "rows")),
        left => format!("{} copied; {left} had left", counted(rows, "row", "rows")),
    }
}

/// The search or a filter leaves rows out.
pub(crate) fn export_left_out(rows: usize) -> String {
    format!(
        "The search and the filters leave out {}.",
        counted(rows, "row", "rows")
    )
}

/// Not every row of the panel is there yet.
pub(crate) fn export_loaded(loaded: usize, all: Option<usize>) -> String {
    match all {
        Some(all) => format!(
            "Only {} of {} are loaded; the others are not in the file.",
            number(loaded),
            counted(all, "row", "rows")
        ),
        None => "Rows are still being loaded; those to come are not in the file.".to_owned(),
    }
}

/// How far it is.
pub(crate) fn export_progress(done: usize, all: usize) -> String {
    format!("{} of {}", number(done), counted(all, "row", "rows"))
}

/// Said when it is done; rows that left while it was made are not in it.
pub(crate) fn exported(rows: usize, wanted: usize, file: &str) -> String {
    let rows_in = counted(rows, "row", "rows");
    match wanted - rows.min(wanted) {
        0 => format!("{rows_in} exported to {file}"),
        left => format!(
            "{rows_in} exported to {file}, {} meanwhile",
            counted(left, "row left", "rows left")
        ),
    }
}

/// Why it may not be.
pub(crate) fn export_refused(reason: ExportRefusal) -> &'static str {
    match reason {
        ExportRefusal::Forbidden => EXPORT_FORBIDDEN,
        ExportRefusal::NotSignedIn => "Nobody is signed in any longer. Nothing was exported.",
        ExportRefusal::PanelUnknown => "This panel is not there any longer. Nothing was exported.",
        ExportRefusal::PanelBlind => EXPORT_BLIND,
        ExportRefusal::NotWrittenDown => {
            "The audit log of this browser is full, so that nothing can be exported now. It empties when the server takes what is in it."
        }
    }
}
