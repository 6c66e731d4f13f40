//! How long to wait for the next search.

use crate::{engine::io::Io, limits};

/// Of a type whose stream looks whole.
pub(super) fn anti_entropy_wait_ms(io: &mut Io) -> i64 {
    let every_ms = io.paced_ms(limits::ANTI_ENTROPY_EVERY_MS);
    let spread = every_ms / 5;
    every_ms - spread / 2 + io.jitter_ms(spread)
}

/// Of a type without a stream.
pub(super) fn poll_wait_ms(io: &mut Io) -> i64 {
    let every_ms = io.paced_ms(i64::from(io.config.limits.poll_interval_s) * 1000);
    io.poll_every_ms = Some(every_ms);
    every_ms - every_ms / 10 + io.jitter_ms(every_ms / 5)
}
