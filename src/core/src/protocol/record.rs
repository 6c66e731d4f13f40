//! The record in the drawer.

use serde::{Deserialize, Serialize};

use super::{Cell, EditBar, EditField, FhirDate, FieldValue, Hiding, PendingField};
use crate::{
    identity::{ResourceId, ResourceKey, VersionId},
    time::Timestamp,
};

/// A record, or why there is none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordView {
    /// Which record.
    pub key: ResourceKey,
    /// What the worker knows about it.
    pub state: RecordState,
    /// The record as last seen; `None` if it never was.
    pub content: Option<RecordContent>,
}

/// Whether a record is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum RecordState {
    /// It is being read.
    Loading,
    /// It is there.
    Present,
    /// It was deleted on the server; the content is the last one seen.
    Deleted,
    /// It does not exist, or the user may not read it (a restricted user cannot tell: Medplum 5.0.10 answers 404 for both).
    NotFound,
    /// It came in a shape that cannot be shown.
    Invalid,
    /// It could not be read; another attempt follows.
    Unavailable,
}

/// What the drawer shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordContent {
    /// Version shown.
    pub version: VersionId,
    /// When that version was written.
    pub updated: Timestamp,
    /// Title: names the dialog.
    pub title: String,
    /// The patient it is about.
    pub patient: Option<PatientBanner>,
    /// Fields in order.
    pub fields: Vec<RecordField>,
    /// Notes, newest first.
    pub notes: Vec<RecordNote>,
    /// Open tasks of the same patient, without this one.
    pub tasks: Vec<RelatedTask>,
    /// What can be edited, with the values as the fields show them; of a contact one for each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub editable: Vec<EditableField>,
    /// Fields that edits of this user concern. Of what is on its way the fields show the wanted value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pending: Vec<PendingField>,
}

/// A field that can be edited, or why it cannot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EditableField {
    /// Which field.
    pub field: EditField,
    /// Its value: what an edit names as seen. Of notes, of which there are only new ones, always absent.
    pub value: FieldValue,
    /// What forbids it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bar: Option<EditBar>,
}

/// Identity of a patient: two identifiers and more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PatientBanner {
    /// Id of the patient, if known.
    pub id: Option<ResourceId>,
    /// `FAMILY, Given`.
    pub name: String,
    /// Birth date.
    pub birth_date: Option<FhirDate>,
    /// Sex, as a label.
    pub sex: Option<String>,
    /// Medical record number.
    pub mrn: Option<String>,
    /// Whether the patient has died, and when if known.
    pub deceased: Option<Deceased>,
    /// Whether nothing is known but the name that the task gives: the patient was not read, and nothing is known to be missing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub name_only: bool,
    /// Parts that are not known to be missing, because the access policy hides them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hidden: Vec<HiddenPart>,
}

/// A part of a [`PatientBanner`] that is not shown to the user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HiddenPart {
    /// Which part.
    pub part: BannerPart,
    /// In which records it is hidden.
    pub hiding: Hiding,
}

/// A part of a [`PatientBanner`] besides the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum BannerPart {
    /// [`PatientBanner::birth_date`].
    BirthDate,
    /// [`PatientBanner::sex`].
    Sex,
    /// [`PatientBanner::mrn`].
    RecordNumber,
    /// [`PatientBanner::deceased`].
    Deceased,
}

/// See [`PatientBanner::deceased`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Deceased {
    /// Died, date unknown.
    Yes,
    /// Died then.
    On(FhirDate),
}

/// One field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordField {
    /// Stable name.
    pub id: String,
    /// Label.
    pub label: String,
    /// Value.
    pub value: Cell,
}

/// One note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordNote {
    /// Who wrote it.
    pub author: Option<String>,
    /// When.
    pub time: Option<Timestamp>,
    /// Text.
    pub text: String,
}

/// Another task of the same patient.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RelatedTask {
    /// Id of the task.
    pub id: ResourceId,
    /// Title.
    pub title: String,
    /// Status.
    pub status: Cell,
    /// Priority.
    pub priority: Cell,
    /// Due date.
    pub due: Cell,
}
