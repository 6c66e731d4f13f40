//! The words of editing: fields, values, what became of an edit, what there is to decide.

use panels_core::{
    edit::TEST_FAILED,
    identity::EditId,
    protocol::{
        ConflictReason, EditBar, EditField, EditOutcome, EditRefusal, EditState, EditView,
        FieldChange, FieldValue, OutboxSummary, PatientBanner, PendingState, Priority,
        RollbackReason,
    },
    text::{contact_label, priority_label, status_label},
};

use crate::show;

/// Heading in the drawer.
pub(crate) const CHANGE: &str = "Change";
/// Button.
pub(crate) const ASSIGN_TO_ME: &str = "Assign to me";
/// Choice of another person.
pub(crate) const ASSIGN_TO: &str = "Assign to…";
/// Button.
pub(crate) const UNASSIGN: &str = "Unassign";
/// Button.
pub(crate) const COMPLETE: &str = "Complete";
/// Field.
pub(crate) const NEW_NOTE: &str = "New note";
/// Field.
pub(crate) const TAGS: &str = "Tags";
/// Field.
pub(crate) const NEW_TAG: &str = "New tag";
/// Field.
pub(crate) const NEW_CONTACT: &str = "New contact";
/// Button.
pub(crate) const ADD_NOTE: &str = "Add note";
/// Choice of no value.
pub(crate) const NONE: &str = "None";
/// Button.
pub(crate) const UNDO: &str = "Undo";
/// Name of the messages about own edits.
pub(crate) const OWN_EDITS: &str = "Your changes";
/// Button: opens a conflict.
pub(crate) const DECIDE: &str = "Decide…";
/// Button: sends again what was rolled back.
pub(crate) const SEND_AGAIN: &str = "Send again";
/// Button: gives up what was typed.
pub(crate) const DISCARD: &str = "Discard";
/// Button.
pub(crate) const SAVE: &str = "Save";
/// Below a field with a text of before.
pub(crate) const NOT_SAVED: &str = "Typed before, and not saved.";
/// Column of a conflict: the value seen before the edit.
pub(crate) const BEFORE: &str = "Before";
/// Choice of a conflict.
pub(crate) const KEEP_MINE: &str = "Keep yours";
/// Choice of a conflict.
pub(crate) const TAKE_THEIRS: &str = "Take theirs";
/// Choice of a conflict: neither.
pub(crate) const WRITE_OTHER: &str = "Something else";
/// Nothing chosen yet.
pub(crate) const CHOOSE: &str = "Choose…";
/// Button of a conflict.
pub(crate) const SAVE_DECISION: &str = "Save";
/// Button of a conflict: it waits on.
pub(crate) const DECIDE_LATER: &str = "Decide later";
/// Why mine cannot be kept.
pub(crate) const CANNOT_FOLLOW: &str = "Yours cannot follow on theirs.";
/// Button of the warning at sign-out.
pub(crate) const STAY: &str = "Stay signed in";
/// Button of the warning at sign-out.
pub(crate) const SIGN_OUT_DISCARDING: &str = "Sign out and discard them";
/// Title of the warning at sign-out.
pub(crate) const UNSENT_TITLE: &str = "You have changes that were not sent";
/// Body of the warning at sign-out.
pub(crate) const UNSENT_BODY: &str = "Signing out deletes everything that this browser keeps about you, these changes too. Stay signed in \
     until they are sent, or decide what becomes of them.";
/// The page cannot name edits.
pub(crate) const CANNOT_EDIT: &str =
    "This browser cannot make changes here: the page is not served over https.";
/// Edits are not on the disk.
pub(crate) const NOT_KEPT: &str =
    "not stored in this browser: it is lost if all tabs are closed before it is sent";

/// Label of a field.
pub(crate) fn field(field: EditField) -> &'static str {
    match field {
        EditField::Owner => "Assignee",
        EditField::Status => "Status",
        EditField::BusinessStatus => "Business status",
        EditField::Priority => "Priority",
        EditField::Due => "Due",
        EditField::Note => "Note",
        EditField::Tag => "Tag",
        EditField::Contact => "Contact",
        EditField::AddressLines => "Street",
        EditField::AddressCity => "City",
        EditField::AddressPostalCode => "Postal code",
        EditField::AddressText => "Address",
    }
}

/// Button.
pub(crate) fn remove_tag(label: &str) -> String {
    format!("Remove tag {label}")
}

/// A value in words.
pub(crate) fn value(field: EditField, value: &FieldValue) -> String {
    match value {
        FieldValue::Absent if field == EditField::Owner => super::UNASSIGNED.to_owned(),
        FieldValue::Absent => NONE.to_owned(),
        FieldValue::Code(code) if field == EditField::Priority => Priority::from_code(code)
            .map_or_else(
                || code.clone(),
                |priority| priority_label(priority).to_owned(),
            ),
        FieldValue::Code(code) => status_label(code).to_owned(),
        FieldValue::Reference { reference, display } => display
            .clone()
            .or_else(|| reference.clone())
            .unwrap_or_else(|| super::UNASSIGNED.to_owned()),
        FieldValue::Concept { label, .. } | FieldValue::Tag { label, .. } => label.clone(),
        FieldValue::Date(date) => show::date(*date),
        FieldValue::Text(text) | FieldValue::Note { text, .. } => text.clone(),
        FieldValue::Lines(lines) => lines.join(", "),
        FieldValue::Contact { system, value } => match system {
            Some(system) => format!("{} {value}", contact_label(system)),
            None => value.clone(),
        },
    }
}

/// A change in words: `Status: Requested → Completed`.
pub(crate) fn change(change: &FieldChange) -> String {
    let (seen, wanted) = (&change.seen, &change.wanted);
    match (seen, wanted) {
        (FieldValue::Absent, wanted) if change.field == EditField::Note => {
            format!("Note: {}", value(change.field, wanted))
        }
        (FieldValue::Absent, wanted) if change.field == EditField::Tag => {
            format!("Tag added: {}", value(change.field, wanted))
        }
        (seen, FieldValue::Absent) if change.field == EditField::Tag => {
            format!("Tag removed: {}", value(change.field, seen))
        }
        _ => format!(
            "{}: {} → {}",
            field(change.field),
            value(change.field, seen),
            value(change.field, wanted)
        ),
    }
}

/// Two identifiers of a patient in one line.
pub(crate) fn identifiers(patient: &PatientBanner) -> String {
    let born = patient.birth_date.map(show::date);
    let second = born.or_else(|| patient.mrn.clone());
    let nothing = if patient.name_only {
        super::NOT_LOADED
    } else {
        super::NOT_KNOWN
    };
    format!("{}, {}", patient.name, second.as_deref().unwrap_or(nothing))
}

/// Why a field cannot be edited.
pub(crate) fn bar(bar: EditBar) -> &'static str {
    match bar {
        EditBar::TypeHidden => "You may not see records of this kind.",
        EditBar::TypeReadOnly => "You may read records of this kind, not change them.",
        EditBar::FieldHidden => "You may not see this field.",
        EditBar::FieldReadOnly => "You may read this field, not change it.",
        EditBar::WouldLeaveSight => "You would not see the record any longer.",
    }
}

/// How an edit of a field stands.
pub(crate) fn pending(state: PendingState) -> &'static str {
    match state {
        PendingState::Waiting => "not sent yet",
        PendingState::Sending => "being sent, not confirmed yet",
        PendingState::RolledBack => "your change was not accepted",
        PendingState::Conflict => "to be decided",
    }
}

/// That an own edit came to its end; `None` where there is nothing to say. `id` tells an undo from other edits.
pub(crate) fn edit_ended(outcome: &EditOutcome, id: &EditId) -> Option<String> {
    let text = match outcome {
        EditOutcome::Applied { .. } if id.as_str().starts_with("undo:") => "Taken back.",
        EditOutcome::Applied { overwrote, .. } if !overwrote.is_empty() => {
            "Saved. It replaced what somebody else had written meanwhile."
        }
        EditOutcome::Applied { .. } => "Saved.",
        EditOutcome::AlreadySo => "It was so already.",
        EditOutcome::TookTheirs => "Theirs was kept.",
        EditOutcome::Discarded => "Discarded.",
        EditOutcome::Superseded { .. } => return None,
    };
    Some(text.to_owned())
}

/// That an edit needs the user.
pub(crate) fn edit_stopped(edit: &EditView) -> String {
    match &edit.state {
        EditState::Conflict { conflict } => conflict_lead(conflict.why, conflict.by.as_deref()),
        EditState::RolledBack { reason } => rollback(reason),
        EditState::Waiting | EditState::Sending => String::new(),
    }
}

/// Why the user is asked.
pub(crate) fn conflict_lead(why: ConflictReason, by: Option<&str>) -> String {
    match (why, by) {
        (ConflictReason::BothChanged, Some(by)) => format!("{by} changed the same at the same time."),
        (ConflictReason::BothChanged, None) => {
            "Somebody else changed the same at the same time.".to_owned()
        }
        (ConflictReason::OutcomeUnknown, _) => {
            "The connection broke while this was sent, and the record has changed since. Nobody knows whether your change was made."
                .to_owned()
        }
    }
}

/// Why an edit was rolled back. What was typed is still there.
pub(crate) fn rollback(reason: &RollbackReason) -> String {
    let text = match reason {
        RollbackReason::Forbidden => "Not saved: you may not change this record so.",
        RollbackReason::NotFound => {
            "Not saved: the record does not exist any longer, or you may not see it."
        }
        RollbackReason::Deleted => "Not saved: the record was deleted.",
        RollbackReason::Invalid { message } if message == TEST_FAILED => {
            "Not saved: what stands there is not what you saw, and may be hidden from you."
        }
        RollbackReason::Invalid { message } => {
            return format!("Not saved: the server finds something wrong with it: {message}");
        }
        RollbackReason::ReadOnly { field: of } => {
            return format!("Not saved: you may not change the field {}.", field(*of));
        }
        RollbackReason::Voided => "Not saved: the task was entered in error.",
        RollbackReason::ChangedMeanwhile { field: of, theirs } => {
            return format!(
                "Not saved: {} is {} by now.",
                field(*of),
                value(*of, theirs)
            );
        }
        RollbackReason::Malformed => {
            "Not saved: the record has a form that cannot be changed here. Use another system."
        }
    };
    text.to_owned()
}

/// Why an edit was not taken at all.
pub(crate) fn edit_refused(reason: &EditRefusal) -> String {
    match reason {
        EditRefusal::NotSignedIn => "Not taken: nobody is signed in.".to_owned(),
        EditRefusal::OutboxFull { limit } => format!(
            "Not taken: {} changes wait to be sent already.",
            super::number(*limit)
        ),
        EditRefusal::NothingToChange => "There is nothing to change.".to_owned(),
        EditRefusal::ValueInvalid { field: of } => {
            format!("Not taken: {} cannot have that value.", field(*of))
        }
        EditRefusal::NoSuchStep { from, to } => format!(
            "Not taken: a task that is {} does not become {}.",
            status_label(from).to_lowercase(),
            status_label(to).to_lowercase()
        ),
        EditRefusal::Barred { bar: why, .. } => format!("Not taken. {}", bar(*why)),
        EditRefusal::NotUndoable => "It cannot be taken back any longer.".to_owned(),
    }
}

/// Button of the bar: what waits for the user.
pub(crate) fn to_decide(summary: &OutboxSummary) -> String {
    let count = summary.conflicts + summary.rolled_back;
    format!("{} to decide", super::number(count))
}

/// What waits to be sent.
pub(crate) fn unsent(summary: &OutboxSummary) -> String {
    super::counted(
        summary.unsent,
        "change not sent yet",
        "changes not sent yet",
    )
}

/// What was typed and not saved.
pub(crate) fn drafts(summary: &OutboxSummary) -> String {
    super::counted(
        summary.drafts,
        "text typed and not saved",
        "texts typed and not saved",
    )
}

/// Name of a conflict, for the dialog.
pub(crate) fn conflict_title(title: &str) -> String {
    format!("Two changes of {title}")
}
