//! The HTTP interface: routes, FHIR interactions, headers.
//!
//! Parsing and wording only; what is stored, allowed or found is decided elsewhere.

mod batch;
mod body;
mod conditional;
mod cors;
mod fhir;
mod history;
mod patch;
mod read;
mod reply;
mod router;
mod write;

pub(crate) use body::form_body;
pub(crate) use reply::Reply;
