//! The only place that reads the clock, and what happens by itself as it runs.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::shared::Shared;
use crate::sandbox::Millis;

/// Ticks at least this often, so that a changed switch acts soon.
const TICK_INTERVAL_MS_MAX: Millis = 50;
/// Ticks at most this often: at a thousand changes a second they are made a few at a time.
const TICK_INTERVAL_MS_MIN: Millis = 2;

/// Milliseconds since 1970.
pub fn system_now() -> Millis {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Millis::try_from(since.as_millis()).unwrap_or(Millis::MAX)
}

/// Lets time pass for the sandbox, for ever.
pub(super) async fn run(shared: Shared) {
    loop {
        let wait_ms = shared.with(|sandbox, now| {
            sandbox.tick(now);
            sandbox
                .next_tick()
                .map_or(TICK_INTERVAL_MS_MAX, |next| next - now)
        });
        let wait_ms = wait_ms.clamp(TICK_INTERVAL_MS_MIN, TICK_INTERVAL_MS_MAX);
        tokio::time::sleep(Duration::from_millis(wait_ms.unsigned_abs())).await;
    }
}
