//! The time, as signals: one that ticks each second for the badge, one that ticks slowly for "5 min ago".

use std::time::Duration;

use leptos::prelude::*;
use panels_core::time::Timestamp;

/// "2 min ago" may be this much late; every tick looks at each visible date.
const SLOW_TICK_SECONDS: i64 = 10;

/// See the module.
#[derive(Clone, Copy)]
pub(crate) struct Clock {
    second: RwSignal<Timestamp>,
    slow: RwSignal<Timestamp>,
}

impl Clock {
    /// Starts both ticks; they run as long as the page.
    pub(crate) fn start() -> Self {
        let clock = Self {
            second: RwSignal::new(now()),
            slow: RwSignal::new(now()),
        };
        // The handle is not kept: the clock ends with the page.
        _ = set_interval_with_handle(move || clock.tick(), Duration::from_secs(1));
        clock
    }

    fn tick(self) {
        let time = now();
        self.second.set(time);
        if time.since_ms(self.slow.get_untracked()) >= SLOW_TICK_SECONDS * 1_000 {
            self.slow.set(time);
        }
    }

    /// The time, renewed each second.
    pub(crate) fn second(self) -> Timestamp {
        self.second.get()
    }

    /// The time, renewed often enough for ages in minutes.
    pub(crate) fn slow(self) -> Timestamp {
        self.slow.get()
    }
}

/// The tab's clock.
pub(crate) fn now() -> Timestamp {
    Timestamp(js_sys::Date::now() as i64)
}
