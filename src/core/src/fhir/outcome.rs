//! What an `OperationOutcome` says, as one line that is safe to show.

use std::sync::Arc;

use serde::Deserialize;

use super::{
    resource::object,
    sanitise::line,
    tolerant::{Field, Reader},
};
use crate::limits;

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct OutcomeFields<'a> {
    #[serde(borrow)]
    resource_type: Field<'a>,
    #[serde(borrow)]
    issue: Field<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct IssueFields<'a> {
    #[serde(borrow)]
    details: Field<'a>,
    #[serde(borrow)]
    diagnostics: Field<'a>,
    #[serde(borrow)]
    code: Field<'a>,
}

/// The text of the issues of an `OperationOutcome`, joined, sanitised and limited. `None` if the body is none or says nothing.
///
/// It may repeat stored values (a failed `test` does: Medplum 5.0.10, `transcripts/07b-restricted-events.json`), so it is
/// for the screen of the user who caused it and never for a log.
pub fn outcome_text(body: &str) -> Option<String> {
    if body.len() > limits::RESOURCE_BYTES_MAX {
        return None;
    }
    let outcome: OutcomeFields<'_> = object(body)?;
    let mut reader = Reader::default();
    if reader.read::<&str>(outcome.resource_type)? != "OperationOutcome" {
        return None;
    }
    let texts: Vec<Arc<str>> = reader
        .elements(outcome.issue)
        .into_iter()
        .filter_map(|issue| {
            let issue: IssueFields<'_> = reader.object(issue)?;
            reader
                .concept(issue.details)
                .map(|details| details.label)
                .or_else(|| reader.line(issue.diagnostics))
                .or_else(|| reader.code(issue.code))
        })
        .collect();
    line(&texts.join("; "), limits::LINE_CHARS_MAX).map(String::from)
}
