//! Replays of the recorded transcripts in which sockets take part.

pub mod cast;
pub mod placeholders;
pub mod replay;
