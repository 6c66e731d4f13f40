//! One resource: identity and version required, the rest tolerant.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{
    patient::{Patient, read_patient},
    task::{Task, read_task},
    tolerant::{Field, Reader, too_deep},
};
use crate::{
    identity::{ResourceId, ResourceKey, ResourceType, VersionId, is_fhir_id, is_type_name},
    limits,
    time::Timestamp,
};

/// A resource that passed [`parse`].
#[derive(Clone, Debug, PartialEq)]
pub struct Resource {
    /// Type and id.
    pub key: ResourceKey,
    /// `meta.versionId`.
    pub version: VersionId,
    /// `meta.lastUpdated`.
    pub updated: Timestamp,
    /// Who wrote this version, as a name: only frames and extended answers tell.
    pub author: Option<Arc<str>>,
    /// What is shown of it.
    pub body: Body,
    /// The text as it came.
    pub raw: Box<str>,
}

/// The typed view of a resource.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// A task.
    Task(Box<Task>),
    /// A patient.
    Patient(Box<Patient>),
    /// A type without a view of its own.
    Other,
}

/// Why a resource was refused. Holds nothing of the resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Invalid {
    /// Larger than [`limits::RESOURCE_BYTES_MAX`].
    #[error("resource of {bytes} bytes is over the limit")]
    TooLarge {
        /// How large.
        bytes: usize,
    },
    /// Nested deeper than [`limits::RESOURCE_DEPTH_MAX`].
    #[error("resource is nested too deeply")]
    TooDeep,
    /// Not a JSON object, or one with a repeated key.
    #[error("resource is not a json object")]
    Malformed,
    /// `resourceType` is missing or no type name.
    #[error("resource has no usable type")]
    Type,
    /// `id` is missing or no FHIR id.
    #[error("resource has no usable id")]
    Id,
    /// `meta.versionId` is missing or no FHIR id.
    #[error("resource has no usable version id")]
    Version,
    /// `meta.lastUpdated` is missing or no instant.
    #[error("resource has no usable time of its last update")]
    Updated,
}

impl Resource {
    /// The task in it.
    pub fn task(&self) -> Option<&Task> {
        match &self.body {
            Body::Task(task) => Some(task),
            Body::Patient(_) | Body::Other => None,
        }
    }

    /// The patient in it.
    pub fn patient(&self) -> Option<&Patient> {
        match &self.body {
            Body::Patient(patient) => Some(patient),
            Body::Task(_) | Body::Other => None,
        }
    }

    /// Fields that were there but could not be read.
    pub fn malformed(&self) -> u16 {
        match &self.body {
            Body::Task(task) => task.malformed,
            Body::Patient(patient) => patient.malformed,
            Body::Other => 0,
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Head<'a> {
    #[serde(borrow)]
    resource_type: Field<'a>,
    #[serde(borrow)]
    id: Field<'a>,
    #[serde(borrow)]
    meta: Field<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Meta<'a> {
    #[serde(borrow)]
    version_id: Field<'a>,
    #[serde(borrow)]
    last_updated: Field<'a>,
    #[serde(borrow)]
    author: Field<'a>,
}

/// Validates and sanitises one resource.
pub fn parse(raw: &str) -> Result<Resource, Invalid> {
    if raw.len() > limits::RESOURCE_BYTES_MAX {
        return Err(Invalid::TooLarge { bytes: raw.len() });
    }
    if too_deep(raw, limits::RESOURCE_DEPTH_MAX) {
        return Err(Invalid::TooDeep);
    }
    let mut reader = Reader::default();
    let head: Head<'_> = object(raw).ok_or(Invalid::Malformed)?;
    let key = read_key(&mut reader, head.resource_type, head.id)?;
    let meta: Meta<'_> = reader.object(head.meta).ok_or(Invalid::Version)?;
    let version = reader
        .read::<&str>(meta.version_id)
        .filter(|version| is_fhir_id(version))
        .ok_or(Invalid::Version)?;
    let updated = reader.instant(meta.last_updated).ok_or(Invalid::Updated)?;
    let author = reader.reference(meta.author).and_then(|author| {
        author
            .display
            .or_else(|| author.key.map(|key| key.to_string().into()))
    });
    let body = match key.kind {
        ResourceType::Task => Body::Task(Box::new(read_task(raw).ok_or(Invalid::Malformed)?)),
        ResourceType::Patient => {
            Body::Patient(Box::new(read_patient(raw).ok_or(Invalid::Malformed)?))
        }
        ResourceType::Custom(_) => Body::Other,
    };
    Ok(Resource {
        key,
        version: VersionId::new(version),
        updated,
        author,
        body,
        raw: raw.into(),
    })
}

/// Which resource it is, even where the rest of it cannot be taken. Skips over what is deep and keeps nothing of what is large.
pub(crate) fn key_of(raw: &str) -> Option<ResourceKey> {
    let head: Head<'_> = object(raw)?;
    read_key(&mut Reader::default(), head.resource_type, head.id).ok()
}

/// Type and id of a resource.
pub(super) fn read_key(
    reader: &mut Reader,
    kind: Field<'_>,
    id: Field<'_>,
) -> Result<ResourceKey, Invalid> {
    let kind = reader
        .read::<&str>(kind)
        .filter(|kind| is_type_name(kind))
        .ok_or(Invalid::Type)?;
    let id = reader
        .read::<&str>(id)
        .filter(|id| is_fhir_id(id))
        .ok_or(Invalid::Id)?;
    Ok(ResourceKey::new(kind.into(), ResourceId::new(id)))
}

/// Reads an object; serde would take an array in its place.
pub(super) fn object<'a, T: Deserialize<'a>>(raw: &'a str) -> Option<T> {
    raw.trim_ascii_start().starts_with('{').then_some(())?;
    serde_json::from_str(raw).ok()
}
