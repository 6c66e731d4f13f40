//! The search parameters that the in-memory matcher knows: where their values lie and how they are compared.
//!
//! Deliberately apart from the search of the REST side: on a real server these are two implementations that disagree in
//! 15 of 66 tried criteria (`03c-criteria-matcher.json`).

/// How values of a parameter are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    /// Exact reference text, never a bare id.
    Reference,
    /// [`Comparison::Reference`], or the id alone.
    Compartment,
    /// Case-insensitive part of the text, or of the JSON of a complex value.
    Text,
    /// A plain code, case-insensitive but whole.
    Code,
    /// System and value of Identifiers.
    Identifier,
    /// System, code or text of CodeableConcepts.
    Concept,
    /// A boolean.
    Boolean,
    /// Whether the patient has died: an expression rather than a field.
    Deceased,
    /// An instant, a date or a Period.
    Date,
}

use Comparison::{
    Boolean, Code, Compartment, Concept, Date, Deceased, Identifier, Reference, Text,
};

/// Parameters of every type.
const ANY: &[(&str, Comparison, &str)] = &[
    ("_id", Code, "id"),
    ("_lastUpdated", Date, "meta.lastUpdated"),
    ("_tag", Text, "meta.tag"),
    ("_security", Text, "meta.security"),
    ("_profile", Text, "meta.profile"),
    ("_compartment", Compartment, "meta.compartment"),
];

const TASK: &[(&str, Comparison, &str)] = &[
    ("authored-on", Date, "authoredOn"),
    ("based-on", Reference, "basedOn"),
    ("business-status", Concept, "businessStatus"),
    ("code", Concept, "code"),
    ("due-date", Date, "restriction.period"),
    ("encounter", Reference, "encounter"),
    ("focus", Reference, "focus"),
    ("group-identifier", Identifier, "groupIdentifier"),
    ("identifier", Identifier, "identifier"),
    ("intent", Code, "intent"),
    ("modified", Date, "lastModified"),
    ("owner", Reference, "owner"),
    ("part-of", Reference, "partOf"),
    ("patient", Reference, "for"),
    ("performer", Concept, "performerType"),
    ("period", Date, "executionPeriod"),
    ("priority", Code, "priority"),
    ("requester", Reference, "requester"),
    ("status", Code, "status"),
    ("subject", Reference, "for"),
];

/// What Patient and Practitioner have in common.
const PERSON: &[(&str, Comparison, &str)] = &[
    ("active", Boolean, "active"),
    ("address", Text, "address"),
    ("address-city", Text, "address.city"),
    ("address-country", Text, "address.country"),
    ("address-postalcode", Text, "address.postalCode"),
    ("address-state", Text, "address.state"),
    ("birthdate", Date, "birthDate"),
    ("email", Text, "telecom"),
    ("family", Text, "name.family"),
    ("gender", Code, "gender"),
    ("given", Text, "name.given"),
    ("identifier", Identifier, "identifier"),
    ("name", Text, "name"),
    ("phone", Text, "telecom"),
    ("telecom", Text, "telecom"),
];

const PATIENT: &[(&str, Comparison, &str)] = &[
    ("death-date", Date, "deceasedDateTime"),
    ("deceased", Deceased, "deceasedBoolean"),
    ("general-practitioner", Reference, "generalPractitioner"),
    ("organization", Reference, "managingOrganization"),
];

const BASIC: &[(&str, Comparison, &str)] = &[
    ("author", Reference, "author"),
    ("code", Concept, "code"),
    ("created", Date, "created"),
    ("identifier", Identifier, "identifier"),
    ("patient", Reference, "subject"),
    ("subject", Reference, "subject"),
];

const SUBSCRIPTION: &[(&str, Comparison, &str)] = &[
    ("author", Reference, "meta.author"),
    ("criteria", Text, "criteria"),
    ("status", Code, "status"),
    ("type", Code, "channel.type"),
    ("url", Text, "channel.endpoint"),
];

/// The comparison and path of parameter `code` on `resource_type`; `None`: unknown, so the criteria never match.
pub(super) fn find(resource_type: &str, code: &str) -> Option<(Comparison, &'static str)> {
    let own: &[&[(&str, Comparison, &'static str)]] = match resource_type {
        "Task" => &[ANY, TASK],
        "Patient" => &[ANY, PERSON, PATIENT],
        "Practitioner" => &[ANY, PERSON],
        "Basic" => &[ANY, BASIC],
        "Subscription" => &[ANY, SUBSCRIPTION],
        _ => &[ANY],
    };
    let mut all = own.iter().flat_map(|table| table.iter());
    all.find(|(name, _, _)| *name == code)
        .map(|(_, comparison, path)| (*comparison, *path))
}
