//! What a person changes, as it travels between tab and worker and as it is stored.

use serde::{Deserialize, Serialize};

use super::{ColumnKind, FhirDate, PatientBanner, StorageView};
use crate::{
    identity::{EditId, JobId, ResourceKey, VersionId},
    time::Timestamp,
};

/// A field that can be edited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum EditField {
    /// `Task.owner`.
    Owner,
    /// `Task.status`.
    Status,
    /// `Task.businessStatus`.
    BusinessStatus,
    /// `Task.priority`.
    Priority,
    /// `Task.restriction.period.end`.
    Due,
    /// One element of `Task.note`.
    Note,
    /// One element of `Task.meta.tag`.
    Tag,
    /// One element of `Patient.telecom`.
    Contact,
    /// `line` of the first `Patient.address`.
    AddressLines,
    /// `city` of the first `Patient.address`.
    AddressCity,
    /// `postalCode` of the first `Patient.address`.
    AddressPostalCode,
    /// `text` of the first `Patient.address`: shown instead of the parts where there is one.
    AddressText,
}

/// The value of a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FieldValue {
    /// The field is not there, or shall not be.
    Absent,
    /// A code: status, priority.
    Code(String),
    /// Who owns the task.
    Reference {
        /// Literal reference, for example `Practitioner/1`.
        reference: Option<String>,
        /// Name beside it.
        display: Option<String>,
    },
    /// A concept. As a wanted value it needs no code.
    Concept {
        /// Code of the first coding.
        code: Option<String>,
        /// System of that code.
        system: Option<String>,
        /// Text for people.
        label: String,
    },
    /// A date or a moment.
    Date(FhirDate),
    /// A text in one line.
    Text(String),
    /// A text in several lines.
    Lines(Vec<String>),
    /// A note. A tab gives the text only; the worker adds who and when.
    Note {
        /// Reference of who writes it.
        author: Option<String>,
        /// Name of who writes it.
        name: Option<String>,
        /// When it is written.
        time: Option<Timestamp>,
        /// What.
        text: String,
    },
    /// A tag. As a wanted value it needs no code.
    Tag {
        /// System of the code.
        system: Option<String>,
        /// Its code.
        code: Option<String>,
        /// Text for people.
        label: String,
    },
    /// A telephone number or another address.
    Contact {
        /// `phone`, `email` or another code.
        system: Option<String>,
        /// The number or address.
        value: String,
    },
}

/// One field from one value to another. A note, a tag or a contact is added by `seen: Absent`, removed by `wanted: Absent`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FieldChange {
    /// Which field.
    pub field: EditField,
    /// The value that the person saw.
    pub seen: FieldValue,
    /// The value that shall be.
    pub wanted: FieldValue,
}

/// An edit as a tab asks for it: all of its changes are made, or none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewEdit {
    /// Its name, unique for ever.
    pub id: EditId,
    /// What is edited.
    pub resource: ResourceKey,
    /// The version that the person saw.
    pub version: VersionId,
    /// When it was typed, by the clock of the browser. An edit that is asked for again keeps it.
    pub at: Timestamp,
    /// The changes, at most one for each field; any number of notes, tags and contacts.
    pub changes: Vec<FieldChange>,
}

/// A choice that only the user can make: the server holds another value than the one that was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Conflict {
    /// The version that is theirs: a decision names it, and is asked for again if there is a newer one.
    pub version: VersionId,
    /// Who wrote that version, as a name, where the server told.
    pub by: Option<String>,
    /// When that version was written.
    pub at: Timestamp,
    /// Why the user is asked.
    pub why: ConflictReason,
    /// Every field of the edit.
    pub fields: Vec<ConflictField>,
}

/// Why the user is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ConflictReason {
    /// Somebody else changed the same field to something else.
    BothChanged,
    /// Nobody knows whether the edit was carried out: the connection broke, the record has changed since, and its history
    /// cannot be read.
    OutcomeUnknown,
}

/// One field of an edit that waits for a decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConflictField {
    /// Which field.
    pub field: EditField,
    /// The value that the person saw.
    pub seen: FieldValue,
    /// The value that the person wants.
    pub mine: FieldValue,
    /// The value of the server.
    pub theirs: FieldValue,
    /// Whether the two differ. A field that is not in dispute is listed because the edit is one: it goes along unless the user
    /// says otherwise.
    pub disputed: bool,
    /// Whether mine can follow on theirs: no task goes on that was ended meanwhile.
    pub mine_possible: bool,
}

/// What the user decides for one field of a conflict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FieldDecision {
    /// Which of [`Conflict::fields`], from 0.
    pub index: usize,
    /// What shall be.
    pub choice: Choice,
}

/// See [`FieldDecision`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Choice {
    /// Mine replaces theirs.
    KeepMine,
    /// Theirs stays.
    TakeTheirs,
    /// A third value replaces both.
    Write {
        /// Which.
        value: FieldValue,
    },
}

/// An edit that is not at its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EditView {
    /// Its name.
    pub id: EditId,
    /// The job it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<JobId>,
    /// What is edited.
    pub resource: ResourceKey,
    /// What that was called when it was edited.
    pub title: String,
    /// The patient it is about, as known then: nobody decides about a patient that is not named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patient: Option<PatientBanner>,
    /// When it was typed.
    pub at: Timestamp,
    /// Its changes.
    pub changes: Vec<FieldChange>,
    /// Whether it takes an earlier edit back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub undoes: bool,
    /// Whether it is on the disk: it survives a reload. Otherwise it lives as long as the worker.
    pub kept: bool,
    /// Where it is.
    pub state: EditState,
}

/// Where an edit is on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum EditState {
    /// It waits for its turn, for the disk or for the network.
    Waiting,
    /// It is on its way to the server, or the server is asked what became of it.
    Sending,
    /// It waits for the user.
    Conflict {
        /// The choice.
        conflict: Conflict,
    },
    /// It was rolled back: the record shows what the server holds, and what was typed is still here, to be sent again or
    /// discarded.
    RolledBack {
        /// Why.
        reason: RollbackReason,
    },
}

/// How an edit ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EndedEdit {
    /// Which edit.
    pub id: EditId,
    /// The job it belonged to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<JobId>,
    /// What was edited.
    pub resource: ResourceKey,
    /// How.
    pub outcome: EditOutcome,
}

/// See [`EndedEdit`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum EditOutcome {
    /// The server holds it.
    Applied {
        /// The version that contains it, where it is known.
        version: Option<VersionId>,
        /// Values of others that it replaced because the last writer wins there.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        overwrote: Vec<FieldChange>,
        /// Whether [`super::TabMessage::UndoEdit`] can take it back.
        undoable: bool,
    },
    /// The server held the same values already.
    AlreadySo,
    /// It met others, and a later edit of the same user changes the same to something else: the choice is between that one and
    /// theirs.
    Superseded {
        /// The later edit.
        by: EditId,
    },
    /// The user took theirs.
    TookTheirs,
    /// The user discarded it, or undid it before it was sent.
    Discarded,
}

/// Why an edit was rolled back. What was typed is kept until the user says otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum RollbackReason {
    /// The server forbids it: the type or the result of the edit is outside of the access policy.
    Forbidden,
    /// The record is not there for this user: deleted, or out of sight. A restricted user cannot tell which.
    NotFound,
    /// The record was deleted.
    Deleted,
    /// The server found something wrong with it.
    Invalid {
        /// Text of the server, sanitised; for the screen, never for a log.
        message: String,
    },
    /// The server took the edit and left this field as it was: it is read-only for this user.
    ReadOnly {
        /// Which field.
        field: EditField,
    },
    /// The task was entered in error: nothing of it counts any longer.
    Voided,
    /// Somebody else changed the field, and the policy does not let the edit follow.
    ChangedMeanwhile {
        /// Which field.
        field: EditField,
        /// The value of the server.
        theirs: FieldValue,
    },
    /// The record has a shape that cannot be edited here.
    Malformed,
}

/// Why an edit was not taken at all: nothing of it is kept by the worker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum EditRefusal {
    /// Nobody is signed in, or it is not known yet who.
    NotSignedIn,
    /// Too many edits wait already.
    OutboxFull {
        /// How many may wait.
        limit: usize,
    },
    /// It changes nothing.
    NothingToChange,
    /// The type has no such field, the field is named twice, or the value is none that the field can have.
    ValueInvalid {
        /// Which field.
        field: EditField,
    },
    /// A task does not go from the one status to the other.
    NoSuchStep {
        /// The status seen.
        from: String,
        /// The status wanted.
        to: String,
    },
    /// The access policy of the user forbids it.
    Barred {
        /// Which field.
        field: EditField,
        /// By what.
        bar: EditBar,
    },
    /// It cannot be taken back: it is not known any longer.
    NotUndoable,
}

/// What in the access policy keeps a user from editing a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum EditBar {
    /// The type cannot be read at all.
    TypeHidden,
    /// The type can be read only.
    TypeReadOnly,
    /// The field is hidden.
    FieldHidden,
    /// The field can be read only.
    FieldReadOnly,
    /// The record would leave what the user may see, which the server refuses.
    WouldLeaveSight,
}

/// A field of a row or record that an edit concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PendingField {
    /// Which field.
    pub field: EditField,
    /// How.
    pub state: PendingState,
}

impl PendingField {
    /// How the cell of a column stands; `None` where no edit concerns it.
    pub fn of_column(pending: &[Self], kind: ColumnKind) -> Option<PendingState> {
        let shown = pending.iter().filter(|pending| match pending.field {
            EditField::Owner => kind == ColumnKind::Person,
            EditField::Status | EditField::BusinessStatus => kind == ColumnKind::Status,
            EditField::Priority => kind == ColumnKind::Priority,
            EditField::Due => kind == ColumnKind::Due,
            _ => false,
        });
        shown.map(|pending| pending.state).max()
    }
}

/// See [`PendingField`]. Of several the last in this order is shown, and before all one whose value is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum PendingState {
    /// Mine is shown; it waits for its turn, for the disk or for the network.
    Waiting,
    /// Mine is shown; it is on its way.
    Sending,
    /// The server's value is shown; mine was rolled back and is kept.
    RolledBack,
    /// The server's value is shown; the user has to decide.
    Conflict,
}

/// What is new of the outbox, or everything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EditsNews {
    /// Counted from 1, without gaps. After a gap: [`super::TabMessage::ListEdits`].
    pub revision: u64,
    /// Whether this is everything, up to and including this revision: what is not in here is not there any longer.
    pub whole: bool,
    /// How much there is.
    pub summary: OutboxSummary,
    /// Edits that are not at their end: new and changed ones, or all of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub edits: Vec<EditView>,
    /// Edits that have ended since.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ended: Vec<EndedEdit>,
    /// Jobs that have got on since, or all of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub jobs: Vec<JobView>,
}

/// How much there is in the outbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OutboxSummary {
    /// Edits on their way.
    pub unsent: usize,
    /// Edits that wait for the user.
    pub conflicts: usize,
    /// Edits that were rolled back and are kept.
    pub rolled_back: usize,
    /// How many more may come.
    pub room: usize,
    /// Whether they survive a reload.
    pub storage: StorageView,
    /// Stored edits that this build cannot read. They stay where they are.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub unreadable: usize,
    /// Texts that were typed and not saved. A tab is told of them only where they would be lost.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub drafts: usize,
}

/// One change of many records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JobView {
    /// Its name.
    pub id: JobId,
    /// Edits that were asked for.
    pub total: usize,
    /// Edits on their way.
    pub waiting: usize,
    /// Edits that the server holds.
    pub applied: usize,
    /// Edits of what was so already.
    pub unchanged: usize,
    /// Edits that the user has discarded or decided otherwise.
    pub discarded: usize,
    /// Edits that wait for the user.
    pub conflicts: usize,
    /// Edits that were rolled back.
    pub rolled_back: usize,
    /// Edits that were not taken, with the reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<RefusedRow>,
    /// Whether some of it can be taken back.
    pub undoable: bool,
}

/// An edit of a job that was not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RefusedRow {
    /// Of which record.
    pub resource: ResourceKey,
    /// Why.
    pub reason: EditRefusal,
}

fn is_zero(number: &usize) -> bool {
    *number == 0
}
