//! Which search parameters exist, of which kind, and where their values are.

/// How values of a parameter compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Token,
    /// A token whose `false` also means "absent" (`Patient?deceased=false`, `transcripts/03c`).
    Flag,
    /// A contact point of one system.
    Contact(&'static str),
    Text,
    Uri,
    /// The only type a bare id may stand for, if there is one.
    Reference(Option<&'static str>),
    /// An instant or dateTime: compares moments.
    Moment,
    /// A date column: compares days, and wants whole dates.
    Day,
    Id,
    LastUpdated,
    Deleted,
    Compartment,
    Project,
    Filter,
    Has,
}

/// One parameter.
#[derive(Clone, Copy, Debug)]
pub(super) struct Param {
    pub(super) kind: Kind,
    /// Dotted paths; arrays are flattened.
    pub(super) paths: &'static [&'static str],
}

const fn param(kind: Kind, paths: &'static [&'static str]) -> Option<Param> {
    Some(Param { kind, paths })
}

const PATIENT: Kind = Kind::Reference(Some("Patient"));
const ANY: Kind = Kind::Reference(None);

/// Looks a parameter up.
pub(super) fn find(resource_type: &str, code: &str) -> Option<Param> {
    common(code)
        .or_else(|| match resource_type {
            "Task" => task(code),
            "Patient" | "Practitioner" | "RelatedPerson" | "Person" => person(code),
            "Basic" => basic(code),
            "AuditEvent" => audit_event(code),
            "Subscription" => subscription(code),
            "ProjectMembership" => membership(code),
            _ => None,
        })
        .or_else(|| general(resource_type, code))
}

fn common(code: &str) -> Option<Param> {
    match code {
        "_id" => param(Kind::Id, &[]),
        "_lastUpdated" => param(Kind::LastUpdated, &[]),
        "_deleted" => param(Kind::Deleted, &[]),
        "_tag" => param(Kind::Token, &["meta.tag"]),
        "_security" => param(Kind::Token, &["meta.security"]),
        "_profile" => param(Kind::Uri, &["meta.profile"]),
        "_compartment" => param(Kind::Compartment, &[]),
        "_project" => param(Kind::Project, &[]),
        "_filter" => param(Kind::Filter, &[]),
        _ if code.starts_with("_has:") => param(Kind::Has, &[]),
        _ => None,
    }
}

fn task(code: &str) -> Option<Param> {
    match code {
        "status" => param(Kind::Token, &["status"]),
        "priority" => param(Kind::Token, &["priority"]),
        "intent" => param(Kind::Token, &["intent"]),
        "code" => param(Kind::Token, &["code"]),
        "business-status" => param(Kind::Token, &["businessStatus"]),
        "group-identifier" => param(Kind::Token, &["groupIdentifier"]),
        "performer" => param(Kind::Token, &["performerType"]),
        "owner" => param(ANY, &["owner"]),
        "requester" => param(ANY, &["requester"]),
        "focus" => param(ANY, &["focus"]),
        "based-on" => param(ANY, &["basedOn"]),
        "part-of" => param(Kind::Reference(Some("Task")), &["partOf"]),
        "encounter" => param(Kind::Reference(Some("Encounter")), &["encounter"]),
        "subject" => param(ANY, &["for"]),
        "patient" => param(PATIENT, &["for"]),
        "authored-on" => param(Kind::Moment, &["authoredOn"]),
        "modified" => param(Kind::Moment, &["lastModified"]),
        "period" => param(Kind::Moment, &["executionPeriod.start"]),
        "due-date" => param(Kind::Moment, &["restriction.period.end"]),
        _ => None,
    }
}

fn person(code: &str) -> Option<Param> {
    match code {
        "name" => param(Kind::Text, &["name"]),
        "family" => param(Kind::Text, &["name.family"]),
        "given" => param(Kind::Text, &["name.given"]),
        "birthdate" => param(Kind::Day, &["birthDate"]),
        "gender" => param(Kind::Token, &["gender"]),
        "active" => param(Kind::Token, &["active"]),
        "deceased" => param(Kind::Flag, &["deceasedBoolean"]),
        "phone" => param(Kind::Contact("phone"), &["telecom"]),
        "email" => param(Kind::Contact("email"), &["telecom"]),
        "telecom" => param(Kind::Token, &["telecom"]),
        "address" => param(Kind::Text, &["address"]),
        "address-city" => param(Kind::Text, &["address.city"]),
        "address-postalcode" => param(Kind::Text, &["address.postalCode"]),
        "address-state" => param(Kind::Text, &["address.state"]),
        "general-practitioner" => param(ANY, &["generalPractitioner"]),
        "organization" => param(
            Kind::Reference(Some("Organization")),
            &["managingOrganization"],
        ),
        "link" => param(ANY, &["link.other"]),
        _ => None,
    }
}

fn basic(code: &str) -> Option<Param> {
    match code {
        "code" => param(Kind::Token, &["code"]),
        "author" => param(ANY, &["author"]),
        "subject" => param(ANY, &["subject"]),
        "patient" => param(PATIENT, &["subject"]),
        "created" => param(Kind::Day, &["created"]),
        _ => None,
    }
}

fn audit_event(code: &str) -> Option<Param> {
    match code {
        "action" => param(Kind::Token, &["action"]),
        "outcome" => param(Kind::Token, &["outcome"]),
        "type" => param(Kind::Token, &["type"]),
        "subtype" => param(Kind::Token, &["subtype"]),
        "date" => param(Kind::Moment, &["recorded"]),
        "agent" => param(ANY, &["agent.who"]),
        "agent-name" => param(Kind::Text, &["agent.name"]),
        "entity" => param(ANY, &["entity.what"]),
        "entity-name" => param(Kind::Text, &["entity.name"]),
        "patient" => param(PATIENT, &["agent.who", "entity.what"]),
        "source" => param(ANY, &["source.observer"]),
        "site" => param(Kind::Token, &["source.site"]),
        _ => None,
    }
}

fn subscription(code: &str) -> Option<Param> {
    match code {
        "type" => param(Kind::Token, &["channel.type"]),
        "author" => param(ANY, &["meta.author"]),
        "criteria" => param(Kind::Text, &["criteria"]),
        "url" => param(Kind::Uri, &["channel.endpoint"]),
        _ => None,
    }
}

fn membership(code: &str) -> Option<Param> {
    match code {
        "user" => param(Kind::Reference(Some("User")), &["user"]),
        "project" => param(Kind::Reference(Some("Project")), &["project"]),
        "profile" => param(ANY, &["profile"]),
        "access-policy" => param(Kind::Reference(Some("AccessPolicy")), &["accessPolicy"]),
        _ => None,
    }
}

/// Parameters that mean the same wherever they exist. Types of other kinds get only these.
fn general(resource_type: &str, code: &str) -> Option<Param> {
    match code {
        "identifier" => param(Kind::Token, &["identifier"]),
        _ if matches!(resource_type, "Task" | "Basic" | "AuditEvent" | "Patient") => None,
        "status" => param(Kind::Token, &["status"]),
        "code" => param(Kind::Token, &["code"]),
        "category" => param(Kind::Token, &["category"]),
        "class" => param(Kind::Token, &["class"]),
        "type" => param(Kind::Token, &["type"]),
        "name" => param(Kind::Text, &["name"]),
        "patient" => param(PATIENT, &["subject", "patient"]),
        "subject" => param(ANY, &["subject"]),
        "encounter" => param(Kind::Reference(Some("Encounter")), &["encounter"]),
        "target" => param(ANY, &["target"]),
        "agent" => param(ANY, &["agent.who"]),
        "date" => param(
            Kind::Moment,
            &["effectiveDateTime", "recorded", "date", "period.start"],
        ),
        "email" => param(Kind::Token, &["email"]),
        _ => None,
    }
}
