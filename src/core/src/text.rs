//! The words of the core that people read: headings, labels of codes, names of panels. One place, plain and short.

use crate::protocol::{Hiding, Priority};

/// Shown where a resource has no name of its own.
pub const UNTITLED_TASK: &str = "Untitled task";
/// Shown where a patient has no name.
pub const UNNAMED_PATIENT: &str = "Name not recorded";
/// Shown where the access policy keeps back what a record is called.
pub const NAME_HIDDEN: &str = "Name not shown to you";
/// Shown where a reference has neither a name nor a known target.
pub const UNKNOWN_PERSON: &str = "Unknown";

/// A flag that is set.
pub const YES: &str = "Yes";
/// A flag that is not set.
pub const NO: &str = "No";
/// In a cell for what has fields of its own and no text.
pub const SEVERAL_FIELDS: &str = "Several fields";
/// In a cell for what has too many parts to be looked through.
pub const TOO_MUCH: &str = "Too much to show";
/// In a cell of a record that cannot be read again.
pub const NOT_READABLE: &str = "Cannot be read";
/// One of the notes of a task.
pub const NOTE: &str = "Note";
/// One of the tags of a record.
pub const TAG: &str = "Tag";
/// A contact of no known kind.
pub const CONTACT: &str = "Contact";

/// What decides which rows a panel has, within a sentence.
pub const STATUS_OF_TASKS: &str = "the status of tasks";
/// What decides which rows a panel has, within a sentence.
pub const OWNER_OF_TASKS: &str = "the assignee of tasks";
/// What decides which rows a panel has, within a sentence.
pub const USE_OF_PATIENTS: &str = "whether a patient record is in use";

/// Label of a code of `Task.status`; an unknown code is its own label.
pub fn status_label(code: &str) -> &str {
    match code {
        "draft" => "Draft",
        "requested" => "Requested",
        "received" => "Received",
        "accepted" => "Accepted",
        "rejected" => "Rejected",
        "ready" => "Ready",
        "cancelled" => "Cancelled",
        "in-progress" => "In progress",
        "on-hold" => "On hold",
        "failed" => "Failed",
        "completed" => "Completed",
        "entered-in-error" => "Entered in error",
        other => other,
    }
}

/// Label of a priority.
pub fn priority_label(priority: Priority) -> &'static str {
    match priority {
        Priority::Stat => "Stat",
        Priority::Asap => "ASAP",
        Priority::Urgent => "Urgent",
        Priority::Routine => "Routine",
    }
}

/// What is said in place of a value that the access policy hides.
pub fn hidden_label(hiding: Hiding) -> &'static str {
    match hiding {
        Hiding::Always => "Hidden",
        Hiding::Sometimes => "None or hidden",
    }
}

/// Label of a code of `Patient.gender`; an unknown code is its own label.
pub fn sex_label(code: &str) -> &str {
    match code {
        "female" => "Female",
        "male" => "Male",
        "other" => "Other",
        "unknown" => "Unknown",
        other => other,
    }
}

/// Label of a code of `ContactPoint.system`; an unknown code is its own label.
pub fn contact_label(code: &str) -> &str {
    match code {
        "phone" => "Phone",
        "email" => "E-mail",
        "fax" => "Fax",
        "pager" => "Pager",
        "sms" => "Text message",
        "url" => "Web",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_code_is_its_own_label() {
        assert_eq!(status_label("nonsense"), "nonsense");
        assert_eq!(sex_label("x"), "x");
        assert_eq!(contact_label("telex"), "telex");
    }
}
