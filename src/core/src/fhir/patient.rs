//! The fields of a `Patient` that Panels shows.

use std::sync::Arc;

use serde::Deserialize;

use super::tolerant::{Field, Reader};
use crate::{
    limits,
    protocol::{Deceased, FhirDate},
};

/// A patient, reduced to what is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Patient {
    /// `Patient.active`; absent means yes.
    pub active: Option<bool>,
    /// `FAMILY, Given` of the name in use.
    pub name: Option<Arc<str>>,
    /// `Patient.birthDate`.
    pub birth_date: Option<FhirDate>,
    /// `Patient.gender`, as it came.
    pub sex: Option<Arc<str>>,
    /// Medical record number: the identifier of type `MR`, failing that the first one.
    pub mrn: Option<Arc<str>>,
    /// `Patient.deceased[x]`.
    pub deceased: Option<Deceased>,
    /// Telephone numbers and addresses, in the order of the resource.
    pub contacts: Vec<Contact>,
    /// Postal address in one line.
    pub address: Option<Arc<str>>,
    /// Fields that were there but could not be read.
    pub malformed: u16,
}

/// A `ContactPoint`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// `phone`, `email` or another code.
    pub system: Option<Arc<str>>,
    /// The number or address.
    pub value: Arc<str>,
}

impl Patient {
    /// Whether the record is in use: FHIR says that it is unless it says that it is not.
    pub fn is_active(&self) -> bool {
        self.active != Some(false)
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct PatientFields<'a> {
    #[serde(borrow)]
    active: Field<'a>,
    #[serde(borrow)]
    name: Field<'a>,
    #[serde(borrow)]
    birth_date: Field<'a>,
    #[serde(borrow)]
    gender: Field<'a>,
    #[serde(borrow)]
    identifier: Field<'a>,
    #[serde(borrow)]
    deceased_boolean: Field<'a>,
    #[serde(borrow)]
    deceased_date_time: Field<'a>,
    #[serde(borrow)]
    telecom: Field<'a>,
    #[serde(borrow)]
    address: Field<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct NameFields<'a> {
    #[serde(borrow, rename = "use")]
    usage: Field<'a>,
    #[serde(borrow)]
    family: Field<'a>,
    #[serde(borrow)]
    given: Field<'a>,
    #[serde(borrow)]
    text: Field<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct IdentifierFields<'a> {
    #[serde(borrow, rename = "type")]
    kind: Field<'a>,
    #[serde(borrow)]
    value: Field<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ContactFields<'a> {
    #[serde(borrow)]
    system: Field<'a>,
    #[serde(borrow)]
    value: Field<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct AddressFields<'a> {
    #[serde(borrow)]
    text: Field<'a>,
    #[serde(borrow)]
    line: Field<'a>,
    #[serde(borrow)]
    postal_code: Field<'a>,
    #[serde(borrow)]
    city: Field<'a>,
}

/// Reads a patient from the text of an object that is already known to be one.
pub(super) fn read_patient(raw: &str) -> Option<Patient> {
    let fields: PatientFields<'_> = serde_json::from_str(raw).ok()?;
    let mut reader = Reader::default();
    let contacts = reader
        .elements(fields.telecom)
        .into_iter()
        .filter_map(|contact| reader.contact(contact))
        .collect();
    Some(Patient {
        active: reader.read(fields.active),
        name: reader.patient_name(fields.name),
        birth_date: reader.date(fields.birth_date),
        sex: reader.code(fields.gender),
        mrn: reader.record_number(fields.identifier),
        deceased: reader.deceased(fields.deceased_boolean, fields.deceased_date_time),
        contacts,
        address: reader.address(fields.address),
        malformed: reader.malformed,
    })
}

impl Reader {
    /// The official name, failing that the usual one, failing that the first that is not an old one.
    fn patient_name(&mut self, field: Field<'_>) -> Option<Arc<str>> {
        let mut best: Option<(u8, Arc<str>)> = None;
        for element in self.elements(field) {
            let Some(fields) = self.object::<NameFields<'_>>(element) else {
                continue;
            };
            let rank = match self.code(fields.usage).as_deref() {
                Some("official") => 0,
                Some("usual") => 1,
                Some("old" | "anonymous") => 3,
                _ => 2,
            };
            if best.as_ref().is_some_and(|(other, _)| *other <= rank) {
                continue;
            }
            if let Some(name) = self.one_name(fields) {
                best = Some((rank, name));
            }
        }
        best.map(|(_, name)| name)
    }

    /// `FAMILY, Given Given`, or the text where the parts are missing.
    fn one_name(&mut self, fields: NameFields<'_>) -> Option<Arc<str>> {
        let family = self.line(fields.family).map(|family| family.to_uppercase());
        let given = self.joined(fields.given, " ");
        let name = match (family, given) {
            (Some(family), Some(given)) => format!("{family}, {given}").into(),
            (Some(family), None) => family.into(),
            (None, Some(given)) => given,
            (None, None) => return self.line(fields.text),
        };
        // The parts together may be over the limit of one line.
        super::line(&name, limits::LINE_CHARS_MAX).map(Arc::from)
    }

    /// The texts of a repeating field in one line.
    fn joined(&mut self, field: Field<'_>, separator: &str) -> Option<Arc<str>> {
        let parts: Vec<Arc<str>> = self
            .elements(field)
            .into_iter()
            .filter_map(|part| self.line(part))
            .collect();
        super::line(&parts.join(separator), limits::LINE_CHARS_MAX).map(Arc::from)
    }

    fn record_number(&mut self, field: Field<'_>) -> Option<Arc<str>> {
        let mut first = None;
        for element in self.elements(field) {
            let Some(fields) = self.object::<IdentifierFields<'_>>(element) else {
                continue;
            };
            let Some(value) = self.code(fields.value) else {
                continue;
            };
            // HL7 table 0203: MR = medical record number.
            let kind = self.concept(fields.kind).and_then(|kind| kind.code);
            if kind.as_deref() == Some("MR") {
                return Some(value);
            }
            first = first.or(Some(value));
        }
        first
    }

    fn deceased(&mut self, flag: Field<'_>, moment: Field<'_>) -> Option<Deceased> {
        if let Some(date) = self.date(moment) {
            return Some(Deceased::On(date));
        }
        self.read::<bool>(flag)
            .and_then(|dead| dead.then_some(Deceased::Yes))
    }

    fn contact(&mut self, field: Field<'_>) -> Option<Contact> {
        let fields: ContactFields<'_> = self.object(field)?;
        Some(Contact {
            system: self.code(fields.system),
            value: self.line(fields.value)?,
        })
    }

    fn address(&mut self, field: Field<'_>) -> Option<Arc<str>> {
        let first = self.elements(field).into_iter().next()?;
        let fields: AddressFields<'_> = self.object(first)?;
        if let Some(text) = self.line(fields.text) {
            return Some(text);
        }
        let place: Vec<Arc<str>> = [self.line(fields.postal_code), self.line(fields.city)]
            .into_iter()
            .flatten()
            .collect();
        let parts: Vec<Arc<str>> = [self.joined(fields.line, ", "), Some(place.join(" ").into())]
            .into_iter()
            .flatten()
            .filter(|part| !part.is_empty())
            .collect();
        super::line(&parts.join(", "), limits::LINE_CHARS_MAX).map(Arc::from)
    }
}
