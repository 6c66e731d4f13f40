//! What is measured, one file each.

pub(crate) mod burst;
pub(crate) mod engine;
pub(crate) mod parse;
pub(crate) mod protocol;
pub(crate) mod table;
