//! The words of choosing rows and of changing many at once.

use panels_core::protocol::{EditField, FieldValue, JobView, PanelView, Row};

use super::{
    counted,
    edits::{field, value},
    keys::row_identity,
    number,
};

/// Name of the bar.
pub(crate) const CHOSEN_ROWS: &str = "Chosen rows";
/// Button of the bar.
pub(crate) const CLEAR_CHOICE: &str = "Clear";
/// Choice of the bar.
pub(crate) const SET_STATUS: &str = "Set status…";
/// Choice of the bar.
pub(crate) const SET_PRIORITY: &str = "Set priority…";
/// Field of the bar.
pub(crate) const SET_DUE: &str = "Set due";
/// Button of the question.
pub(crate) const CHANGE_ALL: &str = "Change all";
/// Button of the question.
pub(crate) const CANCEL: &str = "Cancel";
/// Name of the bar that fills.
pub(crate) const PROGRESS: &str = "Progress";
/// All chosen rows are so already.
pub(crate) const NOTHING_TO_CHANGE: &str = "All of them are so already.";

/// How many rows are chosen.
pub(crate) fn chosen(count: usize) -> String {
    format!("{} chosen", number(count))
}

/// More rows than can be changed at once.
pub(crate) fn too_many_selected(limit: usize) -> String {
    format!("No more than {} rows can be chosen.", number(limit))
}

/// What is changed: `Priority: Urgent`.
pub(crate) fn bulk_change(of: EditField, wanted: &FieldValue) -> String {
    format!("{}: {}", field(of), value(of, wanted))
}

/// The reverse of a change of many rows.
pub(crate) fn taking_back(what: &str) -> String {
    format!("Taking back {what}")
}

/// The question before many rows are changed.
pub(crate) fn bulk_question(of: EditField, wanted: &FieldValue, count: usize) -> String {
    format!(
        "Set {} of {} to {}?",
        field(of).to_lowercase(),
        counted(count, "task", "tasks"),
        value(of, wanted)
    )
}

/// What a row is called: title and patient with a second identifier.
pub(crate) fn row_name(view: &PanelView, row: &Row) -> String {
    match row_identity(view, row) {
        (title, Some(patient)) => format!("{title} — {patient}"),
        (title, None) => title,
    }
}

/// How far a change of many rows is: what is left, and what became of the rest.
pub(crate) fn job_progress(job: &JobView) -> String {
    let done = [
        (job.applied, "saved"),
        (job.unchanged, "so already"),
        (job.conflicts, "to decide"),
        (job.rolled_back, "not accepted"),
        (job.refused.len(), "not taken"),
        (job.discarded, "discarded"),
        (job.waiting, "on the way"),
    ];
    let parts = done.iter().filter(|(count, _)| *count > 0);
    let parts = parts.map(|(count, word)| format!("{} {word}", number(*count)));
    parts.collect::<Vec<_>>().join(", ")
}
