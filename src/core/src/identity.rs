//! Names of things: newtypes, so that one kind of id is never taken for another.
//!
//! Ids are kept many times (as keys, in indexes, in rows): copies share one text.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! text_id {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Wraps a text that is already known to be such an id.
            pub fn new(text: impl Into<Arc<str>>) -> Self {
                Self(text.into())
            }

            /// The text of the id.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    )*};
}

text_id! {
    /// The logical id of a FHIR resource, without its type.
    ResourceId;
    /// `meta.versionId`. A random UUID on Medplum: equality is meaningful, order is not (protocol.md 4.2).
    VersionId;
    /// One browser tab for as long as its page lives. Also the name of the Web Lock it holds.
    TabId;
    /// One life of one worker. A changed instance means: say hello again, watch again, send again.
    InstanceId;
    /// The sources that a tab or worker was built from.
    BuildId;
    /// A panel: `my-work`, `open-tasks`, `patients`, or one that is saved on the server ([`PanelId::saved`]).
    PanelId;
    /// One change of a panel on the server, named by the tab that asked for it. Asking twice under one name is asking once.
    PanelChangeId;
    /// One edit, named by the tab that asked for it. Asking twice under one name is asking once.
    EditId;
    /// One change of many records at once, named by the tab that asked for it.
    JobId;
}

impl PanelId {
    /// Between the id of a saved panel and the mark of what decides its rows and cells.
    const MARK: char = '~';

    /// A panel that is saved on the server. `mark` is another one as soon as its rows or cells are others: what still comes of
    /// before can then not be taken for what is shown now.
    pub fn saved(id: &ResourceId, mark: &str) -> Self {
        Self::new(format!("{id}{}{mark}", Self::MARK))
    }

    /// What stands for it in an address, whatever is made of it.
    pub fn address(&self) -> &str {
        let text = self.as_str();
        text.split_once(Self::MARK).map_or(text, |(id, _)| id)
    }
}

macro_rules! number_id {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u64);
    )*};
}

number_id! {
    /// One HTTP request of the engine; its answer carries the same number.
    RequestId;
    /// One WebSocket; a late event of an older socket is recognised by it.
    SocketId;
}

/// The FHIR resource types that Panels knows by name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ResourceType {
    /// Patient demographics.
    Patient,
    /// Work to be done.
    Task,
    /// Any other type, by its FHIR name.
    Custom(Arc<str>),
}

impl ResourceType {
    /// The FHIR name, as in URLs and `resourceType`.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Patient => "Patient",
            Self::Task => "Task",
            Self::Custom(name) => name,
        }
    }
}

impl From<&str> for ResourceType {
    fn from(name: &str) -> Self {
        match name {
            "Patient" => Self::Patient,
            "Task" => Self::Task,
            other => Self::Custom(other.into()),
        }
    }
}

// Written out, because what `derive` makes of "any other text" first keeps a copy of whatever comes.
impl Serialize for ResourceType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for ResourceType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|name| name.as_str().into())
    }
}

impl fmt::Display for ResourceType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A resource by type and id: what a FHIR literal reference (`Patient/123`) points to.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ResourceKey {
    /// The type.
    #[serde(rename = "type")]
    pub kind: ResourceType,
    /// The id.
    pub id: ResourceId,
}

impl ResourceKey {
    /// A key from its two parts.
    pub fn new(kind: ResourceType, id: ResourceId) -> Self {
        Self { kind, id }
    }

    /// Parses a literal reference: `Type/id`, relative or absolute, with or without `/_history/version`. `None` for
    /// anything else (contained `#x`, `urn:`, logical references).
    pub fn from_reference(text: &str) -> Option<Self> {
        let current = text.split_once("/_history/").map_or(text, |(head, _)| head);
        let mut parts = current.rsplit('/');
        let id = parts.next().filter(|id| is_fhir_id(id))?;
        let kind = parts.next().filter(|kind| is_type_name(kind))?;
        Some(Self::new(kind.into(), ResourceId::new(id)))
    }
}

impl fmt::Display for ResourceKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.kind, self.id)
    }
}

/// FHIR `id`: 1 to 64 characters of `A-Z a-z 0-9 - .` (<https://hl7.org/fhir/R4/datatypes.html#id>).
pub fn is_fhir_id(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'))
}

/// The form of a FHIR type name: a capital letter, then letters and digits.
pub(crate) fn is_type_name(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.starts_with(|first: char| first.is_ascii_uppercase())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_reference_is_parsed_in_each_of_its_forms() {
        let expected = Some(ResourceKey::new(
            ResourceType::Patient,
            ResourceId::new("p-1"),
        ));
        for text in [
            "Patient/p-1",
            "https://x.org/fhir/R4/Patient/p-1",
            "Patient/p-1/_history/7",
        ] {
            assert_eq!(ResourceKey::from_reference(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_not_a_literal_reference_is_none() {
        for text in [
            "",
            "#p1",
            "urn:uuid:1",
            "Patient",
            "Patient/",
            "patient/1",
            "Patient/a b",
        ] {
            assert_eq!(ResourceKey::from_reference(text), None, "{text}");
        }
    }
}
