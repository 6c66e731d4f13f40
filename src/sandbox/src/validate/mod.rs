//! The validator: as strict as Medplum's where clients see it, for the types that worklists use.
//!
//! Codes are not looked up in value sets and references are not resolved: neither does Medplum (`transcripts/08a`).

mod check;
mod schema;

pub(crate) use check::{check, drop_empty};
pub(crate) use schema::{is_resource_type, required};
