//! What the answer to a PATCH means. The texts of errors are never relied on: what a refusal means is settled by a read.

use crate::{
    engine::{HttpAnswer, requests::Outcome},
    fhir::{self, Resource},
    identity::ResourceKey,
    protocol::RollbackReason,
};

/// See the module.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Answer {
    /// This version is there now. Whether it holds what was wanted has to be looked at: fields that are read-only for the user
    /// are restored in silence (`transcripts/07a-restricted-rest.json`).
    Version(Box<Resource>),
    /// Nothing was written, others write at this moment (`transcripts/05c-conflict-409.json`): the same again.
    Contention,
    /// Nothing was written: too much is asked of the server, or the session is being renewed. The same again, later.
    Later,
    /// Nothing was written: a `test` failed, the path has changed, or the content is not valid. A read tells which.
    Refused(RollbackReason),
    /// Nobody knows whether it was written: read before anything else.
    Unknown,
}

/// What became of a PATCH of a resource.
pub(crate) fn of_patch(key: &ResourceKey, outcome: &Outcome) -> Answer {
    let Ok(answer) = outcome else {
        return Answer::Unknown;
    };
    match answer.status {
        200 => match fhir::parse(&answer.body) {
            Ok(resource) if resource.key == *key => Answer::Version(Box::new(resource)),
            // The page of a guest network answers everything with 200.
            _ => Answer::Unknown,
        },
        409 => Answer::Contention,
        401 | 429 => Answer::Later,
        400 | 412 | 422 if is_of_fhir(answer) => Answer::Refused(RollbackReason::Invalid {
            message: without_values(fhir::outcome_text(&answer.body).unwrap_or_default()),
        }),
        403 if is_of_fhir(answer) => Answer::Refused(RollbackReason::Forbidden),
        404 if is_of_fhir(answer) => Answer::Refused(RollbackReason::NotFound),
        410 if is_of_fhir(answer) => Answer::Refused(RollbackReason::Deleted),
        _ => Answer::Unknown,
    }
}

/// What the server says of a `test` that does not hold, without the values that it tells after it: also of a field that the
/// policy hides from the user (`transcripts/07b-restricted-events.json`).
pub const TEST_FAILED: &str = "Test failed";

fn without_values(message: String) -> String {
    if message.contains(TEST_FAILED) {
        TEST_FAILED.to_owned()
    } else {
        message
    }
}

/// What a read says of a resource: it is there, it is not, or nothing that could be used.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Reading {
    /// This version is there.
    Version(Box<Resource>),
    /// It is not there for this user.
    Absent(RollbackReason),
    /// Something else answered, or it cannot be read.
    Unusable,
}

/// What the answer to a read means.
pub(crate) fn of_read(key: &ResourceKey, outcome: &Outcome) -> Reading {
    let Ok(answer) = outcome else {
        return Reading::Unusable;
    };
    match answer.status {
        200 => match fhir::parse(&answer.body) {
            Ok(resource) if resource.key == *key => Reading::Version(Box::new(resource)),
            _ => Reading::Unusable,
        },
        403 if is_of_fhir(answer) => Reading::Absent(RollbackReason::Forbidden),
        404 if is_of_fhir(answer) => Reading::Absent(RollbackReason::NotFound),
        410 if is_of_fhir(answer) => Reading::Absent(RollbackReason::Deleted),
        _ => Reading::Unusable,
    }
}

/// Whether the server itself says so, and not a proxy.
fn is_of_fhir(answer: &HttpAnswer) -> bool {
    fhir::outcome_text(&answer.body).is_some()
}
