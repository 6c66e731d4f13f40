//! Which fields can be edited, and where they are in a resource.

use crate::{hidden::Element, identity::ResourceType, protocol::EditField};

impl EditField {
    /// Every field, in the order in which a record shows them.
    pub const ALL: &[Self] = &[
        Self::Status,
        Self::BusinessStatus,
        Self::Priority,
        Self::Due,
        Self::Owner,
        Self::Tag,
        Self::Note,
        Self::Contact,
        Self::AddressText,
        Self::AddressLines,
        Self::AddressPostalCode,
        Self::AddressCity,
    ];

    /// Whether resources of this type have it.
    pub fn belongs_to(self, kind: &ResourceType) -> bool {
        match self {
            Self::Owner
            | Self::Status
            | Self::BusinessStatus
            | Self::Priority
            | Self::Due
            | Self::Tag
            | Self::Note => *kind == ResourceType::Task,
            Self::Contact
            | Self::AddressLines
            | Self::AddressCity
            | Self::AddressPostalCode
            | Self::AddressText => *kind == ResourceType::Patient,
        }
    }

    /// Whether it repeats: a change adds, replaces or removes one element.
    pub fn is_list(self) -> bool {
        matches!(self, Self::Note | Self::Tag | Self::Contact)
    }

    /// Whether it is a part of the address, which its text repeats.
    pub(crate) fn is_address_part(self) -> bool {
        matches!(
            self,
            Self::AddressLines | Self::AddressCity | Self::AddressPostalCode
        )
    }

    /// Steps of the path to it; of a list the path to the list.
    pub(crate) fn path(self) -> &'static [&'static str] {
        match self {
            Self::Owner => &["owner"],
            Self::Status => &["status"],
            Self::BusinessStatus => &["businessStatus"],
            Self::Priority => &["priority"],
            Self::Due => &["restriction", "period", "end"],
            Self::Note => &["note"],
            Self::Tag => &["meta", "tag"],
            Self::Contact => &["telecom"],
            Self::AddressLines => &["address", "0", "line"],
            Self::AddressCity => &["address", "0", "city"],
            Self::AddressPostalCode => &["address", "0", "postalCode"],
            Self::AddressText => &["address", "0", "text"],
        }
    }

    /// The element of the resource that holds it: what an access policy names.
    pub fn element(self) -> &'static str {
        self.path()[0]
    }

    /// What shows it: hidden with that.
    pub(crate) fn shown_as(self) -> Element {
        match self {
            Self::Owner => Element::Owner,
            Self::Status => Element::Status,
            Self::BusinessStatus => Element::BusinessStatus,
            Self::Priority => Element::Priority,
            Self::Due => Element::Due,
            Self::Note => Element::Notes,
            Self::Tag => Element::Tags,
            Self::Contact => Element::Contacts,
            Self::AddressLines
            | Self::AddressCity
            | Self::AddressPostalCode
            | Self::AddressText => Element::Address,
        }
    }

    /// The column, or the field of a record, that shows it.
    pub fn shown_in(self) -> Option<&'static str> {
        match self {
            Self::Owner => Some("assignee"),
            Self::Status | Self::BusinessStatus => Some("status"),
            Self::Priority => Some("priority"),
            Self::Due => Some("due"),
            Self::AddressLines
            | Self::AddressCity
            | Self::AddressPostalCode
            | Self::AddressText => Some("address"),
            Self::Note | Self::Tag | Self::Contact => None,
        }
    }
}
