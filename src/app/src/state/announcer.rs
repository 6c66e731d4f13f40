//! What screen readers are told without being asked: at most one polite summary in ten seconds, and at once only what
//! takes the ground from under the user.

use std::time::Duration;

use leptos::prelude::*;

use super::clock::now;

/// A busy ward changes ten rows a second; nobody can listen to that.
const SUMMARY_INTERVAL_MS: i64 = 10_000;

/// See the module.
#[derive(Clone, Copy)]
pub(crate) struct Announcer {
    polite: RwSignal<String>,
    assertive: RwSignal<String>,
    pending: StoredValue<Pending>,
}

#[derive(Clone, Copy, Default)]
struct Pending {
    changed: usize,
    gone: usize,
    last_ms: i64,
    scheduled: bool,
}

impl Announcer {
    /// Silent so far.
    pub(crate) fn new() -> Self {
        Self {
            polite: RwSignal::new(String::new()),
            assertive: RwSignal::new(String::new()),
            pending: StoredValue::new(Pending::default()),
        }
    }

    /// Text of the polite region.
    pub(crate) fn polite(self) -> String {
        self.polite.get()
    }

    /// Text of the assertive region.
    pub(crate) fn assertive(self) -> String {
        self.assertive.get()
    }

    /// Says something calmly.
    pub(crate) fn say(self, text: &str) {
        text.clone_into(&mut self.polite.write());
    }

    /// Says something at once.
    pub(crate) fn alert(self, text: &str) {
        text.clone_into(&mut self.assertive.write());
    }

    /// Counts changes of rows and says so in the next summary.
    pub(crate) fn count_changes(self, changed: usize, gone: usize) {
        if changed + gone == 0 {
            return;
        }
        let time_ms = now().0;
        let mut wait_ms = None;
        self.pending.update_value(|pending| {
            pending.changed += changed;
            pending.gone += gone;
            if !pending.scheduled {
                pending.scheduled = true;
                wait_ms = Some((pending.last_ms + SUMMARY_INTERVAL_MS - time_ms).max(1_000));
            }
        });
        if let Some(wait_ms) = wait_ms {
            set_timeout(
                move || self.summarise(),
                Duration::from_millis(wait_ms.unsigned_abs()),
            );
        }
    }

    fn summarise(self) {
        let pending = self.pending.get_value();
        self.pending.set_value(Pending {
            last_ms: now().0,
            ..Pending::default()
        });
        let changed = crate::text::counted(pending.changed, "row changed", "rows changed");
        let text = match pending.gone {
            0 => changed,
            gone => format!(
                "{changed}, {}",
                crate::text::counted(gone, "row left", "rows left")
            ),
        };
        self.say(&text);
    }
}
